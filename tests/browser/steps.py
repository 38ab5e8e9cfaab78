"""What tests in a browser do again and again, and what they read of a page."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.conftest import FIXTURES

AXE = FIXTURES.parent / "node_modules" / "axe-core" / "axe.min.js"


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run(document)).violations")
    return [
        f"{page.url}: {item['id']}: {node['target']}"
        for item in found
        for node in item["nodes"][:3]
    ]


def chosen(page: Page, question: str) -> list[str]:
    return [
        box.get_attribute("value") or ""
        for box in page.locator(f'input[name="{question}"]:checked').all()
    ]


def start(page: Page, site: str) -> None:
    page.goto(f"{site}/cases/?q=Kenya")
    page.locator("tbody a.row-link").first.click()
    page.get_by_role("link", name="Start an assessment", exact=True).click()
    page.get_by_label("Start with the answers of").select_option("")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The situation")


def press_until_saved(page: Page, key: str) -> None:
    """Answer by a key and wait until every answer is saved.

    The first response may be that of an answer given before, which is sent again with this one.
    """
    page.keyboard.press(key)
    expect(page.locator("#saved")).to_contain_text("Saved")


def tab_to_questions(page: Page) -> None:
    """Reach the first question with the tab key: shortcuts act on the question in focus alone."""
    for _press in range(100):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('fieldset.question') !== null"):
            return
    raise AssertionError("no question is reached by the tab key")
