"""Forms on a slow line, after the session has ended, clicked twice, without a server: nothing that
was typed is lost and nothing is made twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from cases.models import Assessment, Case, CaseMember, Comment, Source, Step
from tests.browser.conftest import sign_in
from tests.browser.steps import start

TEXT = "What witnesses in three villages told us"


@dataclass(frozen=True)
class CreatingForm:
    """A form that creates something: where it is, how it is filled in, and what it creates."""

    name: str
    page: Callable[[str], str]
    fill: Callable[[Page], None]
    button: str
    count: Callable[[], int]

    def __str__(self) -> str:
        return self.name


def submitted() -> Assessment:
    return Assessment.objects.submitted().filter(case__confidentiality="open").newest_first()[0]


def own_case(site: str, rest: str) -> str:
    """A page of a case that Amina owns."""
    return f"{site}/cases/{Case.objects.filter(owner__username='amina.analyst')[0].pk}/{rest}"


def recommendation(site: str) -> str:
    return f"{site}/assessments/{submitted().pk}/review/measures/enc.remind/"


def fill_case(page: Page) -> None:
    page.get_by_label("Title").fill("A new case")
    page.get_by_label("Populations at risk").fill(TEXT)
    page.get_by_label("Summary").fill(TEXT)
    page.evaluate("document.querySelector('select[name=countries]').tomselect.addItem('MLI')")


def fill_source(page: Page) -> None:
    page.get_by_label("Title").fill("A report")
    page.get_by_label("Publisher").fill("OHCHR")
    page.get_by_label("Note").fill(TEXT)


def fill_step(page: Page) -> None:
    page.locator("select[name=measure]").select_option(index=1)
    page.locator("input[name=actors]").first.check()
    page.get_by_label("Note").fill(TEXT)


def fill_member(page: Page) -> None:
    page.locator("select[name=user]").select_option(index=2)
    page.locator("select[name=role]").select_option("reader")


def fill_comment(page: Page) -> None:
    page.locator("#comment-text").fill(TEXT)


def fill_start(page: Page) -> None:
    page.get_by_label("Date of the assessment").fill("2010-02-03")


FORMS = (
    CreatingForm("a case", "{}/cases/new/".format, fill_case, "Log the case", Case.objects.count),
    CreatingForm(
        "a source",
        lambda site: own_case(site, "sources/new/"),
        fill_source,
        "Save",
        Source.objects.count,
    ),
    CreatingForm(
        "a step",
        lambda site: own_case(site, "steps/new/"),
        fill_step,
        "Record it",
        Step.objects.count,
    ),
    CreatingForm(
        "a member",
        lambda site: own_case(site, "members/"),
        fill_member,
        "Save",
        CaseMember.objects.count,
    ),
    CreatingForm("a comment", recommendation, fill_comment, "Comment", Comment.objects.count),
    CreatingForm(
        "an assessment",
        lambda site: own_case(site, "assessments/new/"),
        fill_start,
        "Start",
        Assessment.objects.count,
    ),
)


def opened(page: Page, site: str, form: CreatingForm) -> None:
    page.goto(form.page(site))
    page.wait_for_load_state("load")
    form.fill(page)


def send_button(page: Page, form: CreatingForm) -> None:
    page.locator("main form button[type=submit]").filter(has_text=form.button).last.click()


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_a_second_click_on_a_slow_line_makes_nothing_twice(
    page: Page, site: str, form: CreatingForm
) -> None:
    sign_in(page, site, "amina.analyst")
    opened(page, site, form)
    before = form.count()
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    slow = {"offline": False, "latency": 800, "downloadThroughput": -1, "uploadThroughput": -1}
    devtools.send("Network.emulateNetworkConditions", slow)
    button = page.locator("main form button[type=submit]").filter(has_text=form.button).last
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box
    for _click in range(2):
        page.mouse.click(box["x"] + 5, box["y"] + 5)
        page.wait_for_timeout(300)
    page.wait_for_timeout(3_000)
    assert form.count() == before + 1


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_what_is_sent_after_the_session_has_ended_is_sent_again_after_signing_in(
    page: Page, site: str, form: CreatingForm
) -> None:
    sign_in(page, site, "amina.analyst")
    opened(page, site, form)
    before = form.count()
    page.context.clear_cookies(name="sessionid")
    send_button(page, form)
    page.get_by_label("User name or e-mail address").fill("amina.analyst")
    page.get_by_label("Password").fill("protect-populations")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Not saved yet")
    expect(page.locator("main")).to_contain_text("You had been signed out")
    assert form.count() == before
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Not saved yet")
    assert form.count() == before + 1


def test_a_server_that_is_away_takes_no_text_with_it(page: Page, site: str) -> None:
    sign_in(page, site, "amina.analyst")
    form = FORMS[1]
    opened(page, site, form)
    page.route("**/*", lambda route: route.abort())
    send_button(page, form)
    expect(page.get_by_role("alert")).to_contain_text("the server cannot be reached")
    expect(page.get_by_label("Note")).to_have_value(TEXT)
    page.unroute("**/*")
    send_button(page, form)
    expect(page.locator("main")).to_contain_text("The source is saved")
    assert Source.objects.filter(note=TEXT).count() == 1


def test_what_was_typed_survives_a_reload_and_goes_once_it_is_saved(page: Page, site: str) -> None:
    sign_in(page, site, "amina.analyst")
    form = FORMS[1]
    opened(page, site, form)
    page.reload()
    expect(page.get_by_label("Note")).to_have_value(TEXT)
    expect(page.locator("main")).to_contain_text("What you typed here before has been put back")
    send_button(page, form)
    expect(page.locator("main")).to_contain_text("The source is saved")
    page.goto(form.page(site))
    expect(page.get_by_label("Note")).to_have_value("")


def test_a_page_from_before_signing_in_again_keeps_its_text(page: Page, site: str) -> None:
    sign_in(page, site, "amina.analyst")
    form = FORMS[0]
    opened(page, site, form)
    other = page.context.new_page()
    other.goto(f"{site}/accounts/logout/")
    other.locator("main form button[type=submit]").click()
    sign_in(other, site, "amina.analyst")
    send_button(page, form)
    expect(page.locator("main")).to_contain_text("This page was opened before you signed in again")
    page.go_back()
    expect(page.get_by_label("Summary")).to_have_value(TEXT)
    page.reload()
    expect(page.get_by_label("Summary")).to_have_value(TEXT)
    send_button(page, form)
    expect(page.get_by_role("heading", level=1)).to_have_text("A new case")


def test_a_reply_that_was_sent_too_late_is_not_lost(page: Page, site: str) -> None:
    sign_in(page, site, "amina.analyst")
    page.goto(recommendation(site))
    fill_comment(page)
    page.get_by_role("button", name="Comment", exact=True).click()
    reply = page.locator("textarea[id^=reply-]").first
    reply.fill("A long reply")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Reply", exact=True).first.click()
    page.get_by_label("User name or e-mail address").fill("amina.analyst")
    page.get_by_label("Password").fill("protect-populations")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_label("Text")).to_have_value("A long reply")
    page.get_by_role("button", name="Send it again").click()
    expect(page.locator("article.thread")).to_contain_text("A long reply")


def test_back_to_an_answer_finds_it_as_it_was_saved(page: Page, site: str) -> None:
    sign_in(page, site, "amina.analyst")
    start(page, site)
    page.locator("#q-phase .choices input").nth(0).check()
    expect(page.locator("#saved")).to_contain_text("Saved")
    page.goto(page.url.replace("situation", "consent"))
    page.go_back()
    page.locator("#q-phase .choices input").nth(1).check()
    expect(page.locator("#saved")).to_contain_text("Saved")
    expect(page.locator("#q-phase .choices input").nth(1)).to_be_checked()
