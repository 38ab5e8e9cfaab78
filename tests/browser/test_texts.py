"""Texts as people write them: in their own direction, in words of any length."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page

from cases.models import User
from cases.workflows.casework import add_source
from tests.browser.conftest import DESK, PHONE, fits, sign_in
from tests.making import make_case

ARABIC = "هجمات على القرى في دارفور!"
LONG = "Bundesverfassungsgerichtsentscheidungssammlung" * 4
# Where the first and the last character of an element's text are drawn.
ENDS = """element => {
  const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT), nodes = [];
  while (texts.nextNode()) if (texts.currentNode.data.trim()) nodes.push(texts.currentNode);
  const text = nodes[0], range = document.createRange();
  return [text.data.search(/\\S/), text.data.trimEnd().length - 1].map((at) => {
    range.setStart(text, at); range.setEnd(text, at + 1);
    return range.getBoundingClientRect().left;
  });
}"""


def runs_from_right_to_left(text: Locator) -> bool:
    first, last = text.evaluate(ENDS)
    return bool(last < first)


@pytest.fixture
def cases(site: str) -> str:
    """The address of a case with an Arabic title, beside one with a long word; both are Amina's."""
    amina = User.objects.get(username="amina.analyst")
    made = [
        make_case(amina, title, "SDN", place=title, populations=title, summary=title)
        for title in (LONG, ARABIC)
    ]
    for case in made:
        add_source(case, by=amina, title=case.title, publisher=case.title, note=case.title)
    return f"{site}{made[1].get_absolute_url()}"


def test_the_mark_at_the_end_of_an_arabic_title_is_drawn_at_its_end(
    page: Page, site: str, cases: str
) -> None:
    sign_in(page, site, "amina.analyst")
    for address in (f"{site}/", f"{site}/cases/?q=دارفور", cases, f"{cases}timeline/"):
        page.goto(address)
        found = page.locator("main bdi, nav bdi, main [dir=auto]").filter(has_text="دارفور")
        assert found.count(), address
        for text in found.all():
            if text.is_visible():
                assert runs_from_right_to_left(text), (address, text.inner_text())


def test_a_long_word_wraps(page: Page, site: str, cases: str) -> None:
    sign_in(page, site, "amina.analyst")
    page.goto(f"{site}/cases/?q={LONG}")
    case = page.locator("tbody a.row-link").first.get_attribute("href")
    for address in ("/", "/cases/", case, f"{case}timeline/", f"{case}edit/", f"{case}members/"):
        page.goto(f"{site}{address}")
        for size in (PHONE, DESK):
            page.set_viewport_size(size)
            assert fits(page), (address, size)
