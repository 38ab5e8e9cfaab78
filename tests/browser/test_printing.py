"""What the browser prints: all that a page says, within its margins, under its marks."""

from __future__ import annotations

import re
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Page

from cases.models import Assessment, Case, Edition
from cases.queries.editions.rulebooks import current_edition
from tests.browser.conftest import sign_in
from tests.rulebook.shipped import publish_shipped

# A4 in points, and what is left of it inside the margins of print.css.
WIDTH, HEIGHT = 595, 842
LEFT, TOP, BOTTOM = 42, 56, 51
# The texts of a page with everything unfolded, without what only a screen can do.
TEXTS = """() => {
  document.querySelectorAll('details').forEach(item => { item.open = true; });
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  const controls = 'nav, form.filters, .menu, .btn, button, select, option, .screen-only, ' +
    'svg title, .tick, .visually-hidden, .crumbs, script, .chip:not([aria-current]), ' +
    'summary + * caption, .line-why > summary, summary:has(+ form.filters)';
  const texts = [];
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!parent.closest(controls)) texts.push(walker.currentNode.textContent);
  }
  return texts;
}"""


@pytest.fixture
def edition(edition: Edition) -> Edition:
    """The shipped edition, which makes plans, after the first one."""
    return publish_shipped()


def bare(text: str) -> str:
    """A text without spaces: a printed line may break where the page's does not."""
    return re.sub(r"[\s\u00ad]", "", text)


def read(pdf: Path, *options: str) -> str:
    command = ["pdftotext", "-enc", "UTF-8", *options, str(pdf), "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def inside_margins(pdf: Path) -> list[str]:
    """What each page says inside its margins, in the order in which it was laid out."""
    width, height = WIDTH - 2 * LEFT, HEIGHT - TOP - BOTTOM
    area = ["-x", LEFT, "-y", TOP, "-W", width + 1, "-H", height]
    return read(pdf, "-raw", *map(str, area)).removesuffix("\f").split("\f")


def is_printed(text: str, sheets: list[str]) -> bool:
    """Whether sheets say a text, be it at the end of one and the beginning of the next.

    Between the two parts there can be the headings of a table, which each sheet repeats, and what
    is beside the text in its row.
    """
    if text in "".join(sheets):
        return True
    return any(
        text[:cut] in sheet and text[cut:] in following
        for sheet, following in pairwise(sheets)
        for cut in range(1, len(text))
    )


def printed(page: Page, folder: Path) -> Path:
    path = folder / "page.pdf"
    page.pdf(path=path, format="A4")
    return path


def pages_of(assessment: Assessment, earlier: Assessment) -> dict[str, str]:
    root = f"/assessments/{assessment.pk}/"
    return {
        "plan": root,
        "measures": f"{root}measures/",
        "measure": f"{root}measures/enc.remind/",
        "answers": f"{root}answers/",
        "risk": f"{root}risk/",
        "picture": f"{root}flow/",
        "precedents": f"{root}precedents/",
        "review": f"{root}review/",
        "comparison": f"{root}since/{earlier.pk}/",
        "follow-up": f"/cases/{assessment.case_id}/",
        "timeline": f"/cases/{assessment.case_id}/timeline/",
    }


def test_what_is_printed_is_all_that_the_page_says(
    page: Page, site: str, tmp_path: Path, complaints: list[str]
) -> None:
    case = Case.objects.get(title__icontains="Mali")
    case.confidentiality = Case.Confidentiality.RESTRICTED
    case.save()
    submitted = case.assessments.submitted().filter(edition=current_edition())
    last, earlier = submitted.newest_first()[:2]
    sign_in(page, site, "andre.analyst")
    lost: dict[str, list[str]] = {}
    for name, address in pages_of(last, earlier).items():
        page.goto(site + address)
        pdf = printed(page, tmp_path)
        sheets = list(map(bare, inside_margins(pdf)))
        assert all(sheets), f"{name}: a page is empty"
        texts = [text for text in map(bare, page.evaluate(TEXTS)) if text]
        assert len(texts) > 20, name
        lost[name] = [text for text in texts if not is_printed(text, sheets)]
    assert lost == {name: [] for name in lost}
    assert complaints == []


def test_each_printed_page_says_what_it_is(page: Page, site: str, tmp_path: Path) -> None:
    case = Case.objects.get(title__icontains="Mali")
    case.confidentiality = Case.Confidentiality.RESTRICTED
    case.save()
    submitted = case.assessments.submitted().filter(edition=current_edition())
    assessment = submitted.newest_first()[0]
    sign_in(page, site, "andre.analyst")
    page.goto(f"{site}/assessments/{assessment.pk}/measures/")
    sheets = read(printed(page, tmp_path), "-layout").removesuffix("\f").split("\f")
    assert len(sheets) > 3
    for number, sheet in enumerate(sheets, start=1):
        head = sheet.lstrip().splitlines()[0]
        assert re.fullmatch(rf"{case.title} +Restricted · Awaiting review", head)
        foot = sheet.rstrip().splitlines()[-1]
        day = f"{assessment.as_of.day} {assessment.as_of:%b %Y}"
        assert re.search(
            rf"^ *As of {day} .*never a finding of fact or law. +{number} ?/ ?{len(sheets)}$", foot
        )
        assert "Continue answering" not in sheet
        assert "Notifications" not in sheet


def test_the_printed_risk_profile_keeps_its_scale(page: Page, site: str, tmp_path: Path) -> None:
    case = Case.objects.get(title__icontains="Mali")
    assessment = case.assessments.submitted().newest_first()[0]
    sign_in(page, site, "andre.analyst")
    page.goto(f"{site}/assessments/{assessment.pk}/risk/")
    words = re.findall(
        r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" [^>]*>(\d)</word>',
        read(printed(page, tmp_path), "-bbox", "-l", "1"),
    )
    rows: dict[str, list[tuple[float, str]]] = {}
    for x, y, _right, text in words:
        rows.setdefault(y, []).append((float(x), text))
    axis = next(sorted(row) for row in rows.values() if len(row) == 5)
    assert [text for _x, text in axis] == ["0", "1", "2", "3", "4"]
    steps = [second[0] - first[0] for first, second in pairwise(axis)]
    assert max(steps) - min(steps) < 1
    assert axis[-1][0] < WIDTH - LEFT
