"""Slips of the hand: stray keys, half-typed dates, two boxes ticked at once."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, Route, expect

from cases.models import Answer, Assessment, User
from tests.browser.conftest import sign_in
from tests.browser.steps import chosen, start


def answered(page: Page) -> dict[str, Any]:
    draft = Assessment.objects.get(pk=page.url.split("/assessments/")[1].split("/")[0])
    return dict(draft.answers.values_list("question", "value"))


def test_keys_typed_outside_a_question_answer_nothing(page: Page, site: str) -> None:
    sign_in(page, site, "amina.analyst")
    start(page, site)
    page.locator("#q-phase .choices input").nth(1).check()
    expect(page.locator("#saved")).to_contain_text("Saved")
    before = answered(page)
    page.reload()
    page.keyboard.type("burundi 2015 n u 3")
    page.wait_for_timeout(1_200)
    assert answered(page) == before
    assert page.evaluate("document.activeElement === document.body")


def test_saved_is_not_shown_while_another_answer_is_on_its_way(page: Page, site: str) -> None:
    sign_in(page, site, "amina.analyst")
    start(page, site)
    waiting: list[Route] = []
    page.route("**/answers/transition/", lambda route: waiting.append(route))
    with page.expect_response("**/answers/phase/"), page.expect_request("**/answers/transition/"):
        page.locator('input[name="phase"][value="rising"]').check()
        page.locator('input[name="transition"][value="stalled"]').check()
    expect(page.locator("#saved")).to_have_text("Saving…")
    waiting[0].continue_()
    expect(page.locator("#saved")).to_contain_text("Saved")
    assert answered(page)["transition"] == "stalled"


def test_what_is_answered_before_the_script_has_arrived_is_saved(page: Page, site: str) -> None:
    sign_in(page, site, "amina.analyst")
    script: list[Route] = []
    page.route("**/answering*.js", lambda route: script.append(route))
    start(page, site)
    page.locator('input[name="phase"][value="rising"]').check()
    phase = page.locator("#q-phase")
    phase.locator("summary", has_text="Confidence, note, sources and files").click()
    phase.get_by_role("textbox", name="Note").fill("As the mission reports.")
    page.locator('input[name="triggers"][value="election"]').check()
    assert answered(page) == {}
    script[0].continue_()
    expect(page.locator("#saved")).to_contain_text("Saved")
    assert answered(page) == {"phase": "rising", "triggers": ["election"]}
    draft = Assessment.objects.get(pk=page.url.split("/assessments/")[1].split("/")[0])
    assert draft.answers.get(question="phase").note == "As the mission reports."
    # A page on which nothing was answered meanwhile sends nothing.
    sent = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    page.reload(wait_until="commit")
    expect(page.get_by_role("heading", level=1)).to_have_text("The situation")
    script[1].continue_()
    page.wait_for_load_state("networkidle")
    assert sent == []


def test_an_answer_that_is_refused_is_reported_until_it_is_saved(page: Page, site: str) -> None:
    sign_in(page, site, "amina.analyst")
    start(page, site)
    draft = Assessment.objects.get(pk=page.url.split("/assessments/")[1].split("/")[0])
    Answer.objects.create(
        assessment=draft, question="phase", state="known", value="latent", answered_by=draft.author
    )
    page.locator('input[name="phase"][value="rising"]').check()
    expect(page.locator("#saved")).to_contain_text("someone else has answered")
    with page.expect_response("**/answers/transition/"):
        page.locator('input[name="transition"][value="stalled"]').check()
    expect(page.locator("#saved")).to_contain_text("someone else has answered")
    page.get_by_role("button", name="Replace it with mine").click()
    expect(page.locator("#saved")).to_contain_text("Saved")
    assert answered(page) == {"phase": "rising", "transition": "stalled"}


def test_a_key_answers_the_question_in_focus_and_can_be_undone(page: Page, site: str) -> None:
    sign_in(page, site, "amina.analyst")
    start(page, site)
    page.locator("#q-phase .choices input").nth(0).focus()
    page.keyboard.press("3")
    expect(page.locator("#saved")).to_contain_text("Saved")
    third = page.locator("#q-phase .choices input").nth(2)
    expect(third).to_be_checked()
    expect(page.locator("#undo")).to_contain_text("Chosen with a keyboard shortcut")
    page.keyboard.press("z")
    expect(third).not_to_be_checked()
    page.wait_for_timeout(800)
    assert answered(page).get("phase") is None
    page.locator("#q-phase .choices input").nth(0).focus()
    page.keyboard.press("2")
    page.locator("#undo").get_by_role("button", name="Undo").click()
    expect(page.locator("#q-phase .choices input").nth(1)).not_to_be_checked()


def test_each_key_can_be_undone_and_nothing_else_is(page: Page, site: str) -> None:
    sign_in(page, site, "amina.analyst")
    start(page, site)
    boxes = page.locator("#q-phase .choices input")
    boxes.nth(3).check()
    page.keyboard.press("1")
    page.keyboard.press("2")
    expect(page.locator("#undo")).to_contain_text("In which phase")
    page.keyboard.press("z")
    expect(boxes.nth(0)).to_be_checked()
    page.keyboard.press("z")
    expect(boxes.nth(3)).to_be_checked()
    expect(page.locator("#undo")).to_be_hidden()
    page.keyboard.press("1")
    boxes.nth(2).check()
    expect(page.locator("#undo")).to_be_hidden()
    page.keyboard.press("z")
    expect(boxes.nth(2)).to_be_checked()


def test_the_key_of_the_answer_that_is_chosen_leaves_nothing_to_undo(page: Page, site: str) -> None:
    sign_in(page, site, "amina.analyst")
    start(page, site)
    boxes = page.locator("#q-phase .choices input")
    boxes.nth(1).check()
    page.keyboard.press("2")
    expect(page.locator("#undo")).to_be_hidden()
    page.keyboard.press("1")
    page.keyboard.press("1")
    page.keyboard.press("z")
    expect(boxes.nth(1)).to_be_checked()
    expect(page.locator("#undo")).to_be_hidden()


def test_a_key_that_is_held_down_counts_once(page: Page, site: str) -> None:
    sign_in(page, site, "amina.analyst")
    start(page, site)
    box = page.locator("#q-crimes_at_risk .choices input").first
    box.focus()
    for _repeated in range(4):
        page.keyboard.down("1")
    page.keyboard.up("1")
    expect(box).to_be_checked()


def test_keys_can_be_switched_off(page: Page, site: str) -> None:
    sign_in(page, site, "amina.analyst")
    start(page, site)
    address = page.url
    page.get_by_role("link", name="Switch keyboard shortcuts off").click()
    page.get_by_label("Keyboard shortcuts").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("Saved.")
    assert not User.objects.get(username="amina.analyst").uses_shortcuts
    page.goto(address)
    page.locator("#q-phase .choices input").nth(0).focus()
    page.keyboard.press("3")
    page.wait_for_timeout(800)
    assert chosen(page, "phase") in ([], [""])


def test_a_year_that_is_still_being_typed_is_not_saved(page: Page, site: str) -> None:
    sign_in(page, site, "amina.analyst")
    start(page, site)
    sent: list[str] = []
    page.on("request", lambda item: sent.append(item.post_data or "") if item.post_data else None)
    page.evaluate("document.querySelectorAll('#q-phase details').forEach((d) => (d.open = true))")
    page.focus("[name=phase__effective]")
    for key in "05062001":
        page.keyboard.press(key)
        page.wait_for_timeout(150)
    expect(page.locator("#saved")).to_contain_text("Saved")
    # The browser's language decides which of the two is the day.
    assert page.input_value("[name=phase__effective]") in ("2001-06-05", "2001-05-06")
    assert all("phase__effective=0" not in text for text in sent)
    assert Answer.objects.get(
        question="phase", assessment__status="draft", effective_on__isnull=False
    )


def test_a_year_of_two_digits_is_refused_with_the_years_that_are_possible(
    page: Page, site: str
) -> None:
    sign_in(page, site, "amina.analyst")
    start(page, site)
    page.goto(page.url.split("/assessments/")[0] + "/cases/?q=Kenya")
    page.locator("tbody a.row-link").first.click()
    page.get_by_role("link", name="Start an assessment", exact=True).click()
    page.focus("[name=as_of]")
    for key in "112426":
        page.keyboard.press(key)
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("alert")).to_contain_text("year")


def test_trying_a_value_in_what_if_clears_unknown(page: Page, site: str) -> None:
    sign_in(page, site, "amina.analyst")
    start(page, site)
    draft = page.url.split("/assessments/")[1].split("/")[0]
    page.goto(f"{site}/assessments/{draft}/what-if/")
    group = page.locator("fieldset.try", has=page.locator("input[value=genocide]"))
    expect(group.locator("input[value=unknown]")).to_be_checked()
    group.locator("input[value=genocide]").check()
    expect(group.locator("input[value=unknown]")).not_to_be_checked()
    expect(page.locator("#outcome")).to_contain_text("→")
    expect(page.locator("main .field-error:not(:empty)")).to_have_count(0)
