"""The main job in a browser: sign in, log a case, answer, leave and come back, submit, read the
advice.
"""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESK, PHONE, fits, picture, sign_in
from tests.browser.steps import chosen, press_until_saved, start, tab_to_questions

FIRST_HALF = {
    "situation": {
        "phase": ["imminent"],
        "crimes_at_risk": ["crimes_against_humanity"],
        "conflict_status": ["unrest"],
        "triggers": ["election"],
        "transition": ["none"],
    },
    "state_role": {
        "state_involvement": ["elements_complicit"],
        "state_ability": ["strained"],
        "political_will": ["mixed"],
        "upholds_obligations": ["partial"],
        "un_cooperation": ["unknown"],
    },
}
SECOND_HALF = {
    "consent": {
        "consent": ["given"],
        "consent_scope": ["mediation", "experts"],
        "parties_consent": ["all_main"],
        "sc_mandate": ["none"],
        "regional_mandate": ["none"],
    },
    "stressors": {
        "rule_of_law_gap": ["3"],
        "group_tensions": ["3"],
        "hate_speech": ["3"],
        "displacement": ["large_internal"],
        "electoral_risk": ["violent"],
    },
}


def answer(page: Page, sections: dict[str, dict[str, list[str]]]) -> None:
    for section, questions in sections.items():
        page.goto(re.sub(r"/answer/.*", f"/answer/{section}/", page.url))
        for question, values in questions.items():
            for value in values:
                with page.expect_response(lambda response: response.request.method == "POST"):
                    page.locator(f'input[name="{question}"][value="{value}"]').check()
                expect(page.locator("#saved")).to_contain_text("Saved")


def test_an_analyst_logs_a_case_answers_comes_back_submits_and_reads_the_advice(
    page: Page, site: str, complaints: list[str]
) -> None:
    sign_in(page, site, "amina.analyst")
    page.get_by_role("link", name="Log a case").click()
    page.get_by_label("Title").fill("Violence after a vote")
    page.locator(".ts-control input").fill("Keny")
    page.locator(".ts-dropdown .option", has_text="Kenya").click()
    page.keyboard.press("Escape")
    page.get_by_label("Place").fill("Rift Valley")
    page.get_by_label("Populations at risk").fill("People seen as supporters of the other side")
    page.get_by_label("Summary").fill("Clashes since the result was announced.")
    page.get_by_role("button", name="Log the case").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Violence after a vote")

    page.get_by_role("link", name="Add a source").click()
    page.get_by_label("Title").fill("Situation report")
    page.get_by_label("Publisher").fill("OCHA")
    page.get_by_role("button", name="Save the source").click()

    page.get_by_role("link", name="Start an assessment", exact=True).click()
    page.get_by_label("Date of the assessment").fill("2008-01-20")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The situation")

    answer(page, FIRST_HALF)
    here = page.url
    page.reload()
    for question, values in FIRST_HALF["state_role"].items():
        assert chosen(page, question) == values
    expect(page.locator("#outline")).to_contain_text("10 of")
    page.goto(f"{site}/")
    page.get_by_role("link", name="Violence after a vote").first.click()
    assert "/answer/state_role/" in page.url, (
        "coming back leads to the first section that is not finished"
    )
    page.goto(here)

    answer(page, SECOND_HALF)
    assert chosen(page, "hate_speech") == ["3"]
    assert fits(page)

    page.get_by_role("link", name="Submit", exact=True).click()
    expect(page.get_by_text("Not yet answered").first).to_be_visible()
    page.get_by_label("Comment on the warnings").fill(
        "A first look: the remaining sections follow."
    )
    page.get_by_role("button", name="Submit and freeze").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Who is asked to review")
    page.locator(".crumbs a", has_text="Assessment of").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Violence after a vote")
    expect(page.get_by_role("heading", name="All measures")).to_be_visible()
    for form in ("Encouragement", "Capacity building", "Protection assistance"):
        page.get_by_label("Form").select_option(label=form)
        page.get_by_role("button", name="Apply filters").click()
        expect(page.get_by_label("Form").locator("option:checked")).to_have_text(form)
    mediation = page.locator(
        "tr", has=page.get_by_role("link", name="Dialogue and mediation assistance")
    )
    expect(mediation.locator(".status")).to_have_class(re.compile("is-recommended"))
    page.get_by_role("link", name="Dialogue and mediation assistance").click()
    expect(page.get_by_role("heading", name="Why", exact=True)).to_be_visible()
    expect(page.locator("section", has=page.locator("#whom"))).to_contain_text("AU")
    page.set_viewport_size(PHONE)
    assert fits(page)
    assert complaints == []


def test_a_question_appears_at_once_with_the_answer_that_calls_for_it(
    page: Page, site: str, complaints: list[str]
) -> None:
    sign_in(page, site, "amina.analyst")
    start(page, site)
    page.goto(re.sub(r"/answer/.*", "/answer/consent/", page.url))
    expect(page.locator("#q-consent_scope")).to_contain_text("asked when")
    page.locator('input[name="consent"][value="given"]').check()
    box = page.locator('input[name="consent_scope"][value="police"]')
    expect(box).to_be_visible()
    box.check()
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.locator('input[name="consent_scope"][value="unknown"]').check()
    expect(box).not_to_be_checked()
    page.locator("#q-consent_scope summary", has_text="Confidence, note, sources and files").click()
    page.get_by_role("textbox", name="Note").nth(0).fill("not said yet")
    page.reload()
    assert chosen(page, "consent_scope") == ["unknown"]
    page.reload()
    expect(page.locator("#id_consent_scope__note")).to_have_value("not said yet")
    assert complaints == []


def test_someone_whose_session_ended_signs_in_elsewhere_and_goes_on_with_nothing_lost(
    page: Page, site: str
) -> None:
    sign_in(page, site, "amina.analyst")
    start(page, site)
    page.context.clear_cookies()
    page.locator('input[name="phase"][value="rising"]').check()
    expect(page.locator("#saved")).to_contain_text("your session has ended")
    sign_in(page.context, site, "amina.analyst").close()
    page.locator('input[name="transition"][value="stalled"]').check()
    expect(page.locator("#saved")).to_contain_text("Saved")
    page.reload()
    assert chosen(page, "phase") == ["rising"]
    assert chosen(page, "transition") == ["stalled"]


def test_what_cannot_be_sent_stays_on_the_page_and_is_sent_when_the_connection_is_back(
    page: Page, site: str
) -> None:
    sign_in(page, site, "amina.analyst")
    start(page, site)
    page.context.set_offline(True)
    page.locator('input[name="phase"][value="rising"]').check()
    expect(page.locator("#saved")).to_contain_text("you are offline")
    page.context.set_offline(False)
    expect(page.locator("#saved")).to_contain_text("Saved")
    page.reload()
    assert chosen(page, "phase") == ["rising"]


def test_a_whole_section_is_answered_without_javascript(
    page: Page, site: str, browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    plain = sign_in(context, site, "amina.analyst")
    start(plain, site)
    plain.locator('input[name="phase"][value="rising"]').check()
    plain.get_by_role("button", name="The State's part").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("The State's part")
    plain.go_back()
    plain.reload()
    assert chosen(plain, "phase") == ["rising"]
    context.close()


def test_a_section_is_answered_by_keyboard_alone_with_the_advice_beside_it(
    page: Page, site: str, complaints: list[str]
) -> None:
    sign_in(page, site, "amina.analyst")
    start(page, site)
    page.wait_for_load_state("networkidle")
    tab_to_questions(page)
    for key in ("4", "n", "3", "n", "u", "n", "1", "2", "n", "5"):
        if key in "123456789u":
            press_until_saved(page, key)
        else:
            page.keyboard.press(key)
    assert chosen(page, "phase") == ["ongoing"]
    assert chosen(page, "crimes_at_risk") == ["crimes_against_humanity"]
    assert chosen(page, "conflict_status") == ["unknown"]
    assert chosen(page, "triggers") == ["election", "coup"]
    assert chosen(page, "transition") == ["stalled"]
    expect(page.locator("#live")).to_contain_text(re.compile("your last answer"))
    expect(page.locator("#live")).to_contain_text("The question that can change most")
    page.keyboard.press("n")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("The State's part")
    page.go_back()
    page.reload()
    assert chosen(page, "transition") == ["stalled"]
    assert complaints == []


def test_pictures_of_the_main_pages(page: Page, site: str, complaints: list[str]) -> None:
    """Each main page fits both widths; with SCREENSHOTS set, it is also kept as a picture for
    docs/.
    """
    sign_in(page, site, "amina.analyst")
    looks = {
        "home": f"{site}/",
        "cases": f"{site}/cases/",
        "method": f"{site}/method/",
        "catalogue": f"{site}/catalogue/measures/",
    }
    page.goto(f"{site}/cases/?q=north+of+Mali")
    page.locator("tbody a.row-link").first.click()
    looks["case"] = page.url
    page.get_by_role("link", name="Assessment of 20 Dec 2012").click()
    looks["advice"] = page.url
    looks["measure"] = page.url + "measures/pro.peacekeeping/"
    start(page, site)
    answer(page, {"situation": FIRST_HALF["situation"]})
    looks["answering"] = page.url
    for name, address in looks.items():
        for size in (PHONE, DESK):
            page.set_viewport_size(size)
            page.goto(address)
            assert fits(page), f"{name} at {size['width']}"
        picture(page, name)
    assert complaints == []
