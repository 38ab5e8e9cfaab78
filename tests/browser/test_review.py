"""Two people in a browser: comment, mention, return, amend, submit again, sign off, stale after a
change.
"""

from __future__ import annotations

import re
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from cases.models import Assessment, Case, Source, User
from cases.workflows.casework import revise_source
from tests.browser.conftest import DESK, PHONE, fits, picture, sign_in
from tests.browser.steps import violations


def test_a_recommendation_is_discussed_returned_amended_signed_off_and_stale_after_a_change(
    page: Page, site: str, browser: Browser, complaints: list[str]
) -> None:
    case = Case.objects.get(title__icontains="Guinea")
    assessment = Assessment.objects.get(case=case)
    amina = User.objects.get(username="amina.analyst")
    context = browser.new_context(viewport=DESK)
    theirs = sign_in(context, site, "rosa.reviewer")

    theirs.get_by_role("link", name=case.title).first.click()
    expect(theirs.get_by_role("heading", level=1)).to_have_text("Review")
    theirs.get_by_role("link", name="Commission of inquiry").click()
    theirs.get_by_label("Comment").fill("Who would set it up, @amina.analyst?")
    theirs.get_by_role("button", name="Comment").click()
    expect(theirs.locator(".thread")).to_contain_text("Who would set it up")
    theirs.get_by_label("Endorse", exact=True).check()
    theirs.get_by_role("button", name="Save and back to the list").click()
    expect(theirs.locator("main")).to_contain_text("Endorsed")
    theirs.get_by_label("Return for changes").check()
    theirs.get_by_role("button", name="Record the decision").click()
    expect(theirs.locator("main")).to_contain_text("Say why")
    theirs.locator("section[aria-labelledby=decide] textarea").fill("Say more on *hate speech*.")
    theirs.get_by_role("button", name="Record the decision").click()
    expect(theirs.locator("main")).to_contain_text("Returned")

    sign_in(page, site, amina.username)
    expect(page.get_by_role("heading", name="Returned to you")).to_be_visible()
    mentioned = page.locator("section", has=page.get_by_role("heading", name="You are mentioned"))
    mentioned.get_by_role("link").first.click()
    page.get_by_label("Reply").first.fill("> Who would set it up\n\nThe Secretary-General.")
    page.get_by_role("button", name="Reply").first.click()
    expect(page.locator(".thread blockquote")).to_contain_text("Who would set it up")
    page.get_by_role("button", name="Resolve").click()
    expect(page.locator(".thread")).to_contain_text("Resolved by Amina Okoye")
    page.goto(f"{site}/assessments/{assessment.pk}/review/")
    expect(page.get_by_label("Sign off")).to_have_count(0)
    page.get_by_role("button", name="Amend it in a new draft").click()
    page.wait_for_url("**/answer/**")
    page.goto(re.sub(r"/answer/.*", "/answer/stressors/", page.url))
    page.locator('input[name="hate_speech"][value="3"]').check()
    expect(page.locator("#saved")).to_contain_text("Saved")
    page.get_by_role("link", name="Submit", exact=True).click()
    if page.get_by_label("Comment on the warnings").count():
        page.get_by_label("Comment on the warnings").fill("As asked.")
    page.get_by_role("button", name="Submit and freeze").click()
    page.get_by_role("link", name="Review", exact=True).click()
    expect(page.locator("main")).to_contain_text("someone else has to sign it off")
    address = page.url

    theirs.goto(address)
    theirs.get_by_label("Sign off", exact=True).check()
    theirs.get_by_label("Sign off anyway").check()
    theirs.get_by_role("button", name="Record the decision").click()
    expect(theirs.locator("main")).to_contain_text("1 of 1 sign-off")
    expect(theirs.locator("main")).not_to_contain_text("is stale")
    source = Source.objects.filter(case=case, answers__isnull=False).first()
    assert source
    revise_source(source, by=amina, title="Withdrawn by its publisher")
    theirs.reload()
    expect(theirs.get_by_role("heading", name="The sign-off is stale")).to_be_visible()
    for size in (PHONE, DESK):
        theirs.set_viewport_size(size)
        assert fits(theirs)
    picture(theirs, "review")
    assert complaints == []
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_the_review_and_the_record_has_an_accessibility_violation(
    page: Page, site: str, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme)
    sign_in(page, site, "rosa.reviewer")
    assessment = Assessment.objects.get(case__title__icontains="Guinea")
    review = f"{site}/assessments/{assessment.pk}/review/"
    found = []
    addresses = [
        f"{site}/",
        review,
        f"{review}measures/pro.commission_of_inquiry/",
        f"{review}answers/phase/",
        f"{site}/notifications/",
        f"{site}/notifications/preferences/",
        f"{site}/catalogue/actors/ohchr/",
        f"{site}/catalogue/measures/pro.mediation/",
    ]
    for address in addresses:
        page.goto(address)
        found += violations(page)
        page.set_viewport_size(PHONE)
        assert fits(page), address
        page.set_viewport_size(DESK)
    page.context.clear_cookies()
    sign_in(page, site, "alma.auditor")
    for address in (f"{site}/record/", f"{site}/record/{assessment.case_id}/"):
        page.goto(address)
        found += violations(page)
        assert fits(page), address
    assert found == []
