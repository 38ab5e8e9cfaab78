"""The analyst's workspace in a browser: keys alone, two at once, no connection, what if, two
analysts apart.
"""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Browser, Page, expect

from cases.models import Answer, Assessment, Case, Event, User
from cases.workflows.casework import set_member
from tests.browser.conftest import DESK, PHONE, fits, picture, sign_in
from tests.browser.steps import chosen, press_until_saved, start, tab_to_questions, violations
from tests.conftest import make_sensitive


def section(page: Page, code: str) -> None:
    page.goto(re.sub(r"/answer/.*", f"/answer/{code}/", page.url))
    page.wait_for_load_state("networkidle")


def draft_of(page: Page) -> Assessment:
    found = re.search(r"/assessments/([0-9a-f-]+)/", page.url)
    assert found
    return Assessment.objects.get(pk=found[1])


def test_a_whole_assessment_is_made_by_keyboard_alone_and_may_be_reloaded_at_any_point(
    page: Page, site: str, complaints: list[str]
) -> None:
    sign_in(page, site, "amina.analyst")
    start(page, site)
    given: dict[str, list[str]] = {}
    for number in range(7):
        page.wait_for_load_state("networkidle")
        turn = 0
        tab_to_questions(page)
        while True:
            page.keyboard.press("n")
            code = page.evaluate(
                "document.activeElement.closest('fieldset.question')?.dataset.question || ''"
            )
            if not code:
                break
            # The second option, every fourth time unknown.
            press_until_saved(page, "u" if turn % 4 == 3 else "2")
            given[code] = chosen(page, code)
            turn += 1
            assert turn < 40, code
        if number in (1, 4):
            page.reload()
            page.wait_for_load_state("networkidle")
            here = {
                question: values for question, values in given.items() if chosen(page, question)
            }
            assert {question: chosen(page, question) for question in here} == here
            tab_to_questions(page)
            page.keyboard.press("n")
        with page.expect_navigation():
            page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check before submitting")
    draft = draft_of(page)
    assert draft.answers.count() == len(given)
    assert draft.answers.filter(state="unknown").count() == sum(
        values == ["unknown"] for values in given.values()
    )
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('textarea, button.btn-primary')"):
            break
    if page.evaluate("document.activeElement.matches('textarea')"):
        page.keyboard.type("By keys alone.")
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="All measures")).to_be_visible()
    assert complaints == []


def test_two_browsers_on_one_question_overwrite_nothing_and_the_later_one_chooses(
    page: Page, site: str, browser: Browser
) -> None:
    sign_in(page, site, "amina.analyst")
    start(page, site)
    draft = draft_of(page)
    context = browser.new_context(viewport=DESK)
    other = sign_in(context, site, "amina.analyst")
    other.goto(page.url)
    other.locator('input[name="phase"][value="rising"]').check()
    expect(other.locator("#saved")).to_contain_text("Saved")
    page.locator('input[name="conflict_status"][value="unrest"]').check()
    expect(page.locator("#saved")).to_contain_text("Saved")
    page.locator('input[name="phase"][value="ongoing"]').check()
    expect(page.locator("#q-phase")).to_contain_text("answered “Rising”", ignore_case=True)
    assert chosen(page, "phase") == ["ongoing"], "what was given stays on the page"
    assert draft.answers.get(question="phase").value == "rising", "and nothing is overwritten"
    picture(page, "conflict")
    page.get_by_role("button", name="Replace it with mine").click()
    expect(page.locator("#saved")).to_contain_text("Saved")
    expect(page.locator("#stale-phase")).to_be_empty()
    assert draft.answers.get(question="phase").value == "ongoing"
    other.locator('input[name="phase"][value="latent"]').check()
    other.get_by_role("link", name="Take theirs").click()
    expect(other.locator('input[name="phase"][value="ongoing"]')).to_be_checked()
    assert draft.answers.get(question="phase").value == "ongoing"
    context.close()


OFFLINE = {
    "phase": "rising",
    "conflict_status": "unrest",
    "transition": "stalled",
    "crimes_at_risk": "genocide",
    "triggers": "coup",
}


def test_five_answers_given_offline_are_sent_when_the_connection_is_back(
    page: Page, site: str
) -> None:
    sign_in(page, site, "amina.analyst")
    start(page, site)
    draft = draft_of(page)
    page.context.set_offline(True)
    for code, value in OFFLINE.items():
        page.locator(f'input[name="{code}"][value="{value}"]').check()
    expect(page.locator("#saved")).to_contain_text("you are offline")
    expect(page.locator("#saved")).to_contain_text("stored in this browser")
    assert not draft.answers.exists()
    page.context.set_offline(False)
    expect(page.locator("#saved")).to_contain_text("Saved")
    page.wait_for_load_state("networkidle")
    expect(page.locator("#progress")).to_contain_text("5 of")
    assert {row.question for row in draft.answers.all()} == set(OFFLINE)
    assert page.evaluate("localStorage.length") == 0


def test_answers_given_offline_survive_closing_the_page(page: Page, site: str) -> None:
    sign_in(page, site, "amina.analyst")
    start(page, site)
    draft, here = draft_of(page), page.url
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    for code, value in OFFLINE.items():
        page.locator(f'input[name="{code}"][value="{value}"]').check()
    expect(page.locator("#saved")).to_contain_text("stored in this browser")
    page.close(run_before_unload=False)
    assert not draft.answers.exists()
    again = page.context.new_page()
    again.context.set_offline(False)
    # Another section is opened, and what was kept is sent from there.
    again.goto(here.replace("/situation/", "/consent/"))
    expect(again.locator("body")).to_be_visible()
    again.wait_for_function("() => localStorage.length === 0")
    assert {row.question for row in draft.answers.all()} == set(OFFLINE)
    again.goto(here)
    assert chosen(again, "triggers") == ["coup"]
    assert again.evaluate("localStorage.length") == 0


def test_what_was_kept_and_answered_by_someone_else_meanwhile_shows_both(
    page: Page, site: str
) -> None:
    sign_in(page, site, "amina.analyst")
    start(page, site)
    draft, here = draft_of(page), page.url
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    page.locator('input[name="phase"][value="rising"]').check()
    expect(page.locator("#saved")).to_contain_text("stored in this browser")
    page.close(run_before_unload=False)
    ravi = User.objects.exclude(username="amina.analyst").filter(groups__name="analyst").first()
    assert ravi
    Answer.objects.create(
        assessment=draft, question="phase", state="known", value="latent", answered_by=ravi
    )
    Assessment.objects.filter(pk=draft.pk).update(packed=b"")
    again = page.context.new_page()
    again.context.set_offline(False)
    again.goto(here.replace("/situation/", "/consent/"))
    expect(again.locator("#waiting")).to_contain_text("Someone else has answered too")
    again.locator("#waiting a").click()
    expect(again.locator("#q-phase")).to_contain_text("answered “Latent”", ignore_case=True)
    assert chosen(again, "phase") == ["rising"]
    again.get_by_role("link", name="Take theirs").click()
    expect(again.locator('input[name="phase"][value="latent"]')).to_be_checked()
    assert again.evaluate("localStorage.length") == 0


def test_a_sensitive_case_leaves_nothing_in_the_browser(page: Page, site: str) -> None:
    sign_in(page, site, "amina.analyst")
    start(page, site)
    make_sensitive()
    page.reload()
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    page.locator('input[name="phase"][value="rising"]').check()
    expect(page.locator("#saved")).to_contain_text("Keep the page open")
    assert page.evaluate("localStorage.length") == 0
    page.context.set_offline(False)
    expect(page.locator("#saved")).to_contain_text("Saved")


def _rows() -> Any:
    return (
        list(Assessment.objects.order_by("pk").values()),
        list(Answer.objects.order_by("pk").values()),
        Event.objects.count(),
    )


def test_what_is_tried_and_thrown_away_leaves_no_trace(
    page: Page, site: str, complaints: list[str]
) -> None:
    sign_in(page, site, "amina.analyst")
    page.goto(f"{site}/cases/?q=Kenya")
    page.locator("tbody a.row-link").first.click()
    page.get_by_role("link", name=re.compile("Assessment of")).first.click()
    before = _rows()
    page.get_by_role("link", name="What if?").click()
    page.wait_for_load_state("networkidle")
    page.get_by_label("Phase").select_option("latent")
    expect(page.locator("#outcome")).to_contain_text("latent")
    expect(page.locator("#outcome")).to_contain_text(
        re.compile(r"measures? (added|removed|changed)")
    )
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        assert fits(page)
    picture(page, "what-if")
    page.get_by_role("link", name="Discard it").click()
    expect(page.locator("#outcome")).to_contain_text("No answer differs")
    assert _rows() == before
    assert page.evaluate("localStorage.length") == 0
    page.get_by_label("Phase").select_option("latent")
    page.get_by_role("button", name="Keep it as a new draft").click()
    expect(page.locator("#outline")).to_be_visible()
    assert Assessment.objects.filter(
        status="draft", answers__question="phase", answers__value="latent"
    ).exists()
    assert complaints == []


def test_a_second_analyst_works_blind_until_both_are_in(
    page: Page, site: str, browser: Browser
) -> None:
    amina = User.objects.get(username="amina.analyst")
    second = User.objects.filter(groups__name="analyst").exclude(pk=amina.pk).first()
    assert second
    case = Case.objects.get(title__icontains="Kenya")
    set_member(case, second, "contributor", by=amina)
    sign_in(page, site, "amina.analyst")
    start(page, site)
    page.goto(f"{site}{case.get_absolute_url()}")
    page.get_by_role("link", name="Second analyst").click()
    page.get_by_label("Second analyst").select_option(str(second.pk))
    found = violations(page)
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_text("neither of you sees the other's")).to_be_visible()
    mine = page.url
    context = browser.new_context(viewport=DESK)
    theirs = sign_in(context, site, second.username)
    theirs.goto(f"{site}{case.get_absolute_url()}")
    assert mine.split("/answer/")[0].rsplit("/", 1)[1] not in theirs.content()
    for opened, phase, conflict in ((page, "ongoing", "unrest"), (theirs, "imminent", "unrest")):
        if opened is theirs:
            opened.locator("#assessments").locator("..").get_by_role(
                "link", name=re.compile("Assessment of")
            ).first.click()
        else:
            opened.goto(mine)
        for code, value in (("phase", phase), ("conflict_status", conflict)):
            opened.locator(f'input[name="{code}"][value="{value}"]').check()
            expect(opened.locator("#saved")).to_contain_text("Saved")
        opened.wait_for_load_state("networkidle")
        opened.get_by_role("link", name="Submit", exact=True).click()
        opened.get_by_label("Comment on the warnings").fill("A first look.")
        opened.get_by_role("button", name="Submit and freeze").click()
        expect(opened.get_by_role("heading", name="All measures")).to_be_visible()
        if opened is page:
            # `goto` returns None only for about:blank.
            assert theirs.goto(page.url).status == 404  # type: ignore[union-attr]
            theirs.goto(f"{site}{case.get_absolute_url()}")
    page.goto(f"{site}{case.get_absolute_url()}")
    page.get_by_role("link", name="Agreement").first.click()
    expect(page.get_by_role("heading", name="Answered differently")).to_contain_text("1")
    expect(page.locator("main")).to_contain_text("Krippendorff's alpha for all questions is")
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        assert fits(page)
    picture(page, "agreement")
    found += violations(page)
    page.get_by_role("button", name="Begin a reconciled assessment").click()
    expect(page.locator("#id_phase__note")).to_have_value(re.compile("ongoing"))
    assert chosen(page, "conflict_status") == ["unrest"]
    assert found == []
    context.close()


def test_pictures_of_the_pages_that_make_an_advice_understood(
    page: Page, site: str, complaints: list[str]
) -> None:
    sign_in(page, site, "amina.analyst")
    page.goto(f"{site}/cases/?q=north+of+Mali")
    page.locator("tbody a.row-link").first.click()
    case = page.url
    page.get_by_role("link", name="Assessment of 20 Dec 2012").click()
    advice = page.url
    looks = {
        "flow": f"{advice}flow/?form=PRO",
        "risk": f"{advice}risk/",
        "precedents": f"{advice}precedents/",
        "tryout": f"{advice}what-if/",
        "measure-picture": f"{advice}measures/pro.mediation/",
        "timeline": f"{case}timeline/",
        "step": f"{case}steps/new/",
    }
    start(page, site)
    page.get_by_text("Confidence, note, sources and files").first.click()
    looks["attach"] = page.url.split("answer/")[0] + "answers/phase/files/new/"
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for name, address in looks.items():
            page.goto(address)
            for size in (PHONE, DESK):
                page.set_viewport_size(size)
                assert fits(page), f"{name} at {size['width']}"
            found += violations(page)
            if scheme == "light":
                picture(page, name)
    assert found == []
    assert complaints == []


def test_the_pages_work_without_javascript(page: Page, site: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    plain = sign_in(context, site, "amina.analyst")
    start(plain, site)
    address = plain.url.split("answer/")[0]
    plain.locator('input[name="displacement"]').count()
    plain.goto(f"{address}what-if/")
    plain.get_by_label("Phase").select_option("ongoing")
    plain.get_by_role("button", name="Show what would change").click()
    expect(plain.locator("#outcome")).to_contain_text("added")
    plain.get_by_role("button", name="Keep it in the draft").click()
    plain.goto(f"{address}answer/situation/")
    assert chosen(plain, "phase") == ["ongoing"]
    plain.goto(f"{address}answers/phase/files/new/")
    plain.get_by_label("File").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": b"not a picture"}
    )
    plain.get_by_role("button", name="Attach").click()
    expect(plain.locator("main")).to_contain_text("The content does not match the file name")
    plain.get_by_label("File").set_input_files(
        {"name": "a.txt", "mimeType": "text/plain", "buffer": b"seen"}
    )
    plain.get_by_role("button", name="Attach").click()
    with plain.expect_download() as download:
        plain.get_by_role("link", name="a.txt").first.click()
    assert download.value.suggested_filename == "a.txt"
    context.close()
