"""The plan in a browser: from a filled draft to a chosen plan, submitted, signed off, and asked of
its leads.
"""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from cases.models import ActorRequest, Assessment, Case, Edition, User
from cases.queries.assessing.content import content_of, submitted_content
from cases.queries.assessing.plan import plan_page
from cases.queries.editions.rulebooks import current_edition, rulebook_of
from cases.workflows.assessing.answering import start_assessment
from tests.browser.conftest import DESK, PHONE, fits, picture, sign_in
from tests.browser.steps import violations
from tests.rulebook.shipped import publish_shipped

# How many screens a plan may take.
SCREENS: list[tuple[ViewportSize, int]] = [({"width": 1280, "height": 800}, 2), (PHONE, 4)]


@pytest.fixture
def edition(edition: Edition) -> Edition:
    """The shipped edition, which makes plans, after the first one."""
    return publish_shipped()


def filled_draft(title: str) -> Assessment:
    """A draft of a case's owner with the answers of the last assessment, of the same day."""
    case = Case.objects.get(title__icontains=title)
    last = case.assessments.submitted().filter(edition=current_edition()).newest_first()[0]
    return start_assessment(
        case,
        by=case.owner,
        as_of=last.as_of,
        edition=current_edition(),
        earlier=last,
        same_assessment=True,
    )


def test_a_draft_becomes_a_chosen_plan_that_is_signed_off_and_asked_of_its_leads(
    page: Page, site: str, browser: Browser, complaints: list[str]
) -> None:
    draft = filled_draft("Guinea")
    amina = User.objects.get(username="amina.analyst")
    assert draft.author == amina
    plan = plan_page(rulebook_of(draft.edition_id), content_of(draft))
    gone, moved = plan.first[0], plan.first[-1]
    added = plan.next[0]

    sign_in(page, site, amina.username)
    page.goto(f"{site}/assessments/{draft.pk}/")
    expect(page.locator("#first")).to_have_text(f"Do these {len(plan.first)} first")
    for line in plan.first:
        assert line.lead is not None
        row = page.locator("tr", has=page.get_by_role("link", name=line.measure.title, exact=True))
        expect(row.first).to_contain_text(line.lead.name)
    page.get_by_role("link", name="Change the plan").click()

    item = page.locator("li", has_text=gone.measure.title).first
    item.locator("summary").click()
    item.get_by_label("Leave this measure out of the plan").check()
    item.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("Enter a reason.")
    item = page.locator("li", has_text=gone.measure.title).first
    item.get_by_label("Reason").fill("Another office does this already.")
    item.get_by_role("button", name="Save").click()
    expect(page.locator("#choices + ul")).to_contain_text("Another office does this already.")

    page.locator("summary", has_text="Add a measure").click()
    page.get_by_label("Measure to add").select_option(added.measure.code)
    page.locator("#add-reason").fill("We have people there.")
    page.get_by_role("button", name="Add").click()
    expect(page.locator(".edit-plan")).to_contain_text(added.measure.title)

    item = page.locator(".edit-plan li", has_text=moved.measure.title).first
    item.locator("summary").click()
    item.get_by_label("Place in the plan").select_option("1")
    leads = item.get_by_label("Lead").locator("option")
    codes = [option.get_attribute("value") or "" for option in leads.all()]
    assert moved.lead is not None
    other = next(code for code in codes if code != moved.lead.actor)
    item.get_by_label("Lead").select_option(other)
    item.get_by_label("Reason").fill("It is trusted by both sides.")
    item.get_by_role("button", name="Save").click()
    expect(page.locator(".edit-plan li").first).to_contain_text(moved.measure.title)
    expect(page.locator("aside.side")).to_contain_text(gone.measure.title)
    assert violations(page) == []

    page.get_by_role("link", name="Back to the plan").click()
    expect(page.locator("#chosen")).to_contain_text("It is trusted by both sides.")
    page.get_by_role("link", name="Submit", exact=True).click()
    if page.locator("#id_comment").count():
        page.locator("#id_comment").fill("The record settles no more.")
    page.get_by_role("button", name="Submit and freeze").click()
    expect(page.locator("#chosen")).to_contain_text("We have people there.")
    expect(page.get_by_role("link", name="Change the plan")).to_have_count(0)

    context = browser.new_context(viewport=DESK)
    theirs = sign_in(context, site, "rosa.reviewer")
    theirs.goto(f"{site}/assessments/{draft.pk}/review/")
    expect(theirs.locator("section", has=theirs.locator("#plan"))).to_contain_text(
        "It is trusted by both sides."
    )
    theirs.get_by_label("Sign off", exact=True).check()
    theirs.get_by_label("Sign off anyway").check()
    theirs.get_by_role("button", name="Record the decision").click()
    expect(theirs.locator("main")).to_contain_text("Signed off", timeout=30_000)

    rulebook = rulebook_of(draft.edition_id)
    frozen = plan_page(rulebook, submitted_content(Assessment.objects.get(pk=draft.pk)))
    asked = ActorRequest.objects.filter(assessment=draft, role="lead")
    assert dict(asked.values_list("measure", "actor")) == {
        line.measure.code: line.lead.actor for line in frozen.first if line.lead
    }
    assert asked.get(measure=moved.measure.code).actor == other
    theirs.goto(f"{site}/catalogue/actors/{other}/")
    expect(theirs.locator("main")).to_contain_text(moved.measure.title)
    expect(theirs.locator("main")).to_contain_text("Guinea")
    # The form without a reason was refused.
    assert [text for text in complaints if "422" not in text] == []
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_plan_fits_both_widths_and_has_no_accessibility_violation(
    page: Page, site: str, complaints: list[str], scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme)
    draft = filled_draft("north of Mali")
    sign_in(page, site, draft.author.username)
    advice = f"{site}/assessments/{draft.pk}/"
    found = []
    for address in (advice, f"{advice}measures/", f"{advice}plan/", f"{site}/our-part/"):
        for size in (PHONE, DESK):
            page.set_viewport_size(size)
            page.goto(address)
            assert fits(page), address
        found += violations(page)
    assert found == []
    assert complaints == []


def test_the_plan_of_every_filled_draft_takes_two_screens_on_a_desk_and_four_on_a_phone(
    page: Page, site: str
) -> None:
    # Reading a sensitive case asks for a second factor.
    Case.objects.update(confidentiality="open")
    drafts: dict[str, list[Assessment]] = {}
    for case in Case.objects.filter(assessments__edition=current_edition()).distinct():
        draft = filled_draft(case.title)
        drafts.setdefault(draft.author.username, []).append(draft)
    assert sum(map(len, drafts.values())) == 12
    too_long = []
    for username, theirs in drafts.items():
        page.context.clear_cookies()
        sign_in(page, site, username)
        for draft in theirs:
            page.goto(f"{site}/assessments/{draft.pk}/")
            expect(page.locator("#first")).to_be_visible()
            for size, screens in SCREENS:
                page.set_viewport_size(size)
                height = page.evaluate("document.documentElement.scrollHeight")
                if height > screens * size["height"]:
                    too_long.append(f"{draft.case.title}: {height} at {size['width']}")
    assert too_long == []


def test_pictures_of_the_plan_and_of_all_measures(page: Page, site: str) -> None:
    draft = filled_draft("north of Mali")
    sign_in(page, site, draft.author.username)
    page.goto(f"{site}/assessments/{draft.pk}/")
    expect(page.locator("#first")).to_be_visible()
    picture(page, "plan")
    page.goto(f"{site}/assessments/{draft.pk}/measures/")
    expect(page.get_by_role("heading", name="All measures")).to_be_visible()
    picture(page, "measures")
    page.goto(f"{site}/assessments/{draft.pk}/plan/")
    expect(page.get_by_role("heading", name="Your plan")).to_be_visible()
    picture(page, "plan-edit")


def test_a_plan_is_changed_and_filtered_without_javascript(
    page: Page, site: str, browser: Browser
) -> None:
    draft = filled_draft("Guinea")
    plan = plan_page(rulebook_of(draft.edition_id), content_of(draft))
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    plain = sign_in(context, site, draft.author.username)
    plain.goto(f"{site}/assessments/{draft.pk}/plan/")
    plain.locator("summary", has_text="Change how many measures come first").click()
    plain.get_by_label("How many measures come first").select_option("3")
    plain.locator("#number-reason").fill("A short meeting.")
    plain.locator("form", has=plain.locator("#number-reason")).get_by_role("button").click()
    expect(plain.locator("main")).to_contain_text("A short meeting.")
    plain.goto(f"{site}/assessments/{draft.pk}/measures/")
    expect(plain.get_by_label("Form")).to_be_hidden()
    plain.locator("summary", has_text="Filters").click()
    plain.get_by_label("Form").select_option("PRO")
    plain.get_by_role("button", name="Apply filters").click()
    assert "form=PRO" in plain.url
    expect(plain.get_by_label("Form")).to_have_value("PRO")
    expect(plain.locator("main")).not_to_contain_text(
        next(line.measure.title for line in plan.first if line.measure.form != "PRO")
    )
    context.close()
