"""Counts the clicks of tasks that once took so many that people stopped reading."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, expect

from cases.models import Assessment, Case, User
from cases.queries.review import decided_rows
from cases.queries.waiting_reviews import reviews_asked_of
from tests.browser.conftest import sign_in

RECOMMENDATIONS, PAGES_FOR_FORTY = 40, 15
CLICKS_FOR_A_MONTH = 25


class Clicks:
    """Clicks and page loads of a person, counted by the browser itself."""

    def __init__(self, page: Page) -> None:
        self.number = 0
        self.loads = 0
        page.on("request", self._request)
        page.expose_function("countClick", self._click)
        page.add_init_script(
            "document.addEventListener('click', (event) => event.isTrusted && countClick(), true)"
        )

    def _click(self) -> None:
        self.number += 1

    def _request(self, request: Request) -> None:
        self.loads += request.is_navigation_request()


@pytest.fixture
def say(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Print a count, which `pytest -s` and `pytest -rP` show, and keep it with the results."""

    def keep(count: str) -> None:
        record_property("count", count)
        sys.stdout.write(f"\n{count}\n")

    return keep


def test_deciding_on_forty_recommendations_takes_few_pages(
    page: Page, site: str, say: Callable[[str], None]
) -> None:
    rosa = User.objects.get(username="rosa.reviewer")
    waiting = reviews_asked_of(rosa).filter(case__confidentiality="open")
    assessment = next(item for item in waiting if len(decided_rows(item)) == RECOMMENDATIONS)
    sign_in(page, site, "rosa.reviewer")
    counted = Clicks(page)
    page.goto(f"{site}/assessments/{assessment.pk}/review/")
    # Three one by one, read beside their grounds; the others at once.
    page.locator("table a[href*='/review/measures/']").first.click()
    for _one in range(3):
        expect(page.get_by_role("heading", name="What it rests on")).to_be_visible()
        page.locator("input[name=kind]").first.check()
        page.get_by_role("button", name="Save and next").click()
        expect(page.locator("main")).to_contain_text("Your decision is recorded")
    page.goto(f"{site}/assessments/{assessment.pk}/review/")
    page.get_by_role("button", name="Tick all undecided").click()
    page.get_by_label("Agree with the advice").check()
    page.get_by_role("button", name="Record for all ticked recommendations").click()
    expect(page.locator("main")).to_contain_text("recommendations are recorded")
    page.get_by_label("Sign off", exact=True).check()
    page.get_by_role("button", name="Record the decision").click()
    expect(page.locator("main")).to_contain_text("1 of 1 sign-off")
    decided = set(assessment.measure_decisions.values_list("measure", flat=True))
    assert len(decided) == RECOMMENDATIONS
    say(f"{counted.loads} page loads and {counted.number} clicks for {len(decided)} decisions")
    assert counted.loads <= PAGES_FOR_FORTY, counted.loads


def test_a_monthly_update_takes_few_clicks(
    page: Page, site: str, say: Callable[[str], None]
) -> None:
    case = Case.objects.get(title__contains="Kenya")
    earlier = Assessment.objects.submitted().filter(case=case).newest_first()[0]
    sign_in(page, site, "amina.analyst")
    page.goto(f"{site}{case.get_absolute_url()}")
    counted = Clicks(page)
    page.reload()
    page.get_by_role("link", name="Start an assessment", exact=True).click()
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/answer/**")
    draft = None
    changes = 3
    for _section in range(20):
        if "/answer/" not in page.url:
            break
        draft = Assessment.objects.get(pk=page.url.split("/assessments/")[1].split("/")[0])
        if changes:
            # The first answer of this section is no longer the same.
            question = page.locator("fieldset.question:has(.carried)").first
            with page.expect_response(lambda response: "/answers/" in response.url):
                question.locator(".choices input:not(:checked)").first.click()
            expect(page.locator("#saved")).to_contain_text("Saved")
            changes -= 1
        confirm = page.locator(".confirm-section button")
        here = page.url
        confirm.click()
        expect(page).not_to_have_url(here)
    assert page.url.endswith("/submit/")
    assert draft
    assert not draft.answers.filter(carried_over=True).exists()
    assert draft.answers.count() >= earlier.answers.count() - 3
    answered = [
        {row.question: (row.state, row.value) for row in item.answers.all()}
        for item in (earlier, draft)
    ]
    changed = [code for code in answered[1] if answered[1][code] != answered[0].get(code)]
    assert len(changed) == 3, changed
    comment = page.locator("textarea[name=comment]")
    if comment.count():
        comment.fill("A monthly update.")
    page.locator("main form button[type=submit]").last.click()
    expect(page).not_to_have_url(re.compile("/submit/"))
    assert Assessment.objects.get(pk=draft.pk).status == "submitted"
    say(f"{counted.number} clicks for a monthly update with {len(changed)} changed answers")
    assert counted.number <= CLICKS_FOR_A_MONTH, counted.number
