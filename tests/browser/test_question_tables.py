"""A table of questions in a real browser: by keyboard, at both widths, and without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from cases.models import Answer, Edition
from cases.workflows.editions.publishing import publish
from tests.assessing.consent_table import KINDS, with_consent_table
from tests.browser.conftest import DESK, PHONE, fits, picture, sign_in
from tests.browser.steps import chosen, press_until_saved, start, violations

ROWS = [f"consent_to_{kind}" for kind in KINDS]


@pytest.fixture
def edition(edition: Edition) -> Edition:
    published, _ = publish(with_consent_table(edition.document))
    return published


def open_table(page: Page, site: str) -> None:
    sign_in(page, site, "amina.analyst")
    start(page, site)
    page.goto(page.url.replace("/situation/", "/consent/"))
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["1280", "390"])
def test_the_table_is_answered_by_keyboard_alone(
    page: Page, site: str, complaints: list[str], size: ViewportSize
) -> None:
    page.set_viewport_size(size)
    open_table(page, site)
    assert fits(page)
    page.locator("#same-consent").focus()
    page.keyboard.type("Refused")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#version-consent_to_humanitarian")).to_have_value("1")
    assert [chosen(page, code) for code in ROWS] == [["refused"]] * len(ROWS)
    # From the button to the first row, then by arrow keys and numbers.
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "consent_to_capacity"
    press_until_saved(page, "ArrowRight")
    assert chosen(page, "consent_to_capacity") == ["withdrawn"]
    press_until_saved(page, "2")
    assert chosen(page, "consent_to_capacity") == ["given"]
    press_until_saved(page, "u")
    assert chosen(page, "consent_to_capacity") == ["unknown"]
    # The note of a row is behind its details.
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator("#q-consent_to_capacity details").get_attribute("open") is not None
    note = page.locator('[name="consent_to_capacity__note"]')
    note.focus()
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.keyboard.type("By letter of 3 May.")
    page.wait_for_load_state("networkidle")
    page.reload()
    assert chosen(page, "consent_to_capacity") == ["unknown"]
    assert chosen(page, "consent_to_police") == ["refused"]
    assert Answer.objects.get(question="consent_to_capacity").note == "By letter of 3 May."
    assert violations(page) == []
    assert complaints == []
    picture(page, "question-table")


def test_undo_leaves_the_rows_that_were_filled_together_since(page: Page, site: str) -> None:
    open_table(page, site)
    page.locator("#q-consent_to_capacity .choices input").first.focus()
    page.keyboard.press("1")
    expect(page.locator("#undo")).to_be_visible()
    page.get_by_label("The same for all").select_option("refused")
    page.locator("[data-same]").click()
    expect(page.locator("#undo")).to_be_hidden()
    page.locator("#q-consent_to_capacity .choices input").first.focus()
    page.keyboard.press("z")
    page.wait_for_timeout(800)
    assert chosen(page, "consent_to_capacity") == ["refused"]
    assert Answer.objects.get(question="consent_to_capacity").value == "refused"


def test_enter_in_a_row_saves_and_fills_no_table(page: Page, site: str) -> None:
    open_table(page, site)
    page.get_by_label("The same for all").select_option("refused")
    page.locator('[name="consent_to_capacity"][value="given"]').check()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Consent and mandates")
    assert Answer.objects.get(question="consent_to_capacity").value == "given"
    assert not Answer.objects.filter(question="consent_to_police", value="refused").exists()


def test_the_same_for_all_works_without_javascript(page: Page, site: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    plain = context.new_page()
    open_table(plain, site)
    plain.get_by_label("The same for all").select_option("given")
    plain.get_by_role("button", name="Use in every row").click()
    assert plain.url.endswith("#table-consent")
    assert [chosen(plain, code) for code in ROWS] == [["given"]] * len(ROWS)
    context.close()
