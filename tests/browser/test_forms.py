"""Forms on a slow line, after the session has ended, clicked twice, without a server: nothing that
was typed is lost and nothing is made twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Dialog, Locator, Page, expect

from cases.models import Source
from tests.browser.conftest import sign_in
from tests.browser.creating_forms import FORMS, OF_AN_ANALYST, PEOPLE, CreatingForm
from tests.browser.form_pages import AMINA, TEXT, fill_comment, fill_source, of_case, recommendation
from tests.browser.steps import start

A_CASE, A_SOURCE = OF_AN_ANALYST[:2]
PASSWORD = "protect-populations"


def of(who: str) -> list[CreatingForm]:
    return [form for form in FORMS if form.who == who]


def opened(page: Page, site: str, form: CreatingForm) -> None:
    page.goto(f"{site}{form.page()}")
    page.wait_for_load_state("load")
    form.fill(page)


def send_button(page: Page, form: CreatingForm) -> Locator:
    return page.locator("main form button[type=submit]").filter(has_text=form.button).last


@contextmanager
def slow_line(page: Page) -> Iterator[None]:
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    speed = {"offline": False, "downloadThroughput": -1, "uploadThroughput": -1}
    devtools.send("Network.emulateNetworkConditions", speed | {"latency": 800})
    yield
    devtools.send("Network.emulateNetworkConditions", speed | {"latency": 0})


def signs_in_again(page: Page, who: str) -> None:
    page.get_by_label("User name or e-mail address").fill(who)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def has_arrived(page: Page) -> None:
    page.wait_for_function("() => !document.querySelector('form[data-sending]')")
    page.wait_for_load_state("load")


def confirms_who_it_is(page: Page) -> None:
    """Some forms are sent only after the person has given the password again."""
    if page.get_by_role("heading", level=1).inner_text() == "Confirm that it is you":
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()
        has_arrived(page)


@pytest.mark.parametrize("who", PEOPLE)
def test_a_second_click_on_a_slow_line_makes_nothing_twice(page: Page, site: str, who: str) -> None:
    sign_in(page, site, who)
    for form in of(who):
        opened(page, site, form)
        before = form.count()
        button = send_button(page, form)
        button.scroll_into_view_if_needed()
        box = button.bounding_box()
        assert box, form.name
        here = page.url
        with slow_line(page):
            for _click in range(2):
                page.mouse.click(box["x"] + 5, box["y"] + 5)
                page.wait_for_timeout(300)
            has_arrived(page)
        confirms_who_it_is(page)
        assert form.count() == before + 1, (form.name, here, page.url)


@pytest.mark.parametrize("who", PEOPLE)
def test_what_is_sent_after_the_session_has_ended_is_sent_again_after_signing_in(
    page: Page, site: str, who: str
) -> None:
    sign_in(page, site, who)
    for form in of(who):
        opened(page, site, form)
        before = form.count()
        page.context.clear_cookies(name="sessionid")
        send_button(page, form).click()
        signs_in_again(page, who)
        expect(page.get_by_role("heading", level=1)).to_have_text("Not saved yet")
        expect(page.locator("main")).to_contain_text("You had been signed out")
        assert form.count() == before, form.name
        if form.has_file:
            expect(page.locator("main")).to_contain_text("Files cannot be kept: notes.txt")
            page.get_by_role("link", name="Discard it and open the page").click()
            form.fill(page)
            send_button(page, form).click()
        else:
            page.get_by_role("button", name="Send it again").click()
        expect(page.get_by_role("heading", level=1)).not_to_have_text("Not saved yet")
        has_arrived(page)
        confirms_who_it_is(page)
        assert form.count() == before + 1, (form.name, page.url)


def test_no_text_is_lost_while_the_server_is_down(page: Page, site: str) -> None:
    sign_in(page, site, "amina.analyst")
    form = A_SOURCE
    opened(page, site, form)
    page.route("**/*", lambda route: route.abort())
    send_button(page, form).click()
    expect(page.get_by_role("alert")).to_contain_text("the server cannot be reached")
    expect(page.get_by_label("Note")).to_have_value(TEXT)
    page.unroute("**/*")
    send_button(page, form).click()
    expect(page.locator("main")).to_contain_text("The source is saved")
    assert Source.objects.filter(note=TEXT).count() == 1


def test_what_was_typed_survives_a_reload_and_goes_once_it_is_saved(page: Page, site: str) -> None:
    sign_in(page, site, "amina.analyst")
    form = A_SOURCE
    opened(page, site, form)
    page.reload()
    expect(page.get_by_label("Note")).to_have_value(TEXT)
    expect(page.locator("main")).to_contain_text("What you typed here before has been put back")
    send_button(page, form).click()
    expect(page.locator("main")).to_contain_text("The source is saved")
    page.goto(f"{site}{form.page()}")
    expect(page.get_by_label("Note")).to_have_value("")


def test_a_page_from_before_signing_in_again_keeps_its_text(page: Page, site: str) -> None:
    sign_in(page, site, "amina.analyst")
    form = A_CASE
    opened(page, site, form)
    other = page.context.new_page()
    other.goto(f"{site}/accounts/logout/")
    other.locator("main form button[type=submit]").click()
    sign_in(other, site, "amina.analyst")
    send_button(page, form).click()
    expect(page.locator("main")).to_contain_text("This page was opened before you signed in again")
    # Going back asks the server for the page again; a reload meanwhile would abort that.
    with page.expect_event("load"):
        page.go_back()
    expect(page.get_by_label("Summary")).to_have_value(TEXT)
    page.reload()
    expect(page.get_by_label("Summary")).to_have_value(TEXT)
    send_button(page, form).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A new case")


def test_a_reply_that_was_sent_too_late_is_not_lost(page: Page, site: str) -> None:
    sign_in(page, site, "amina.analyst")
    page.goto(f"{site}{recommendation()}")
    fill_comment(page)
    page.get_by_role("button", name="Comment", exact=True).click()
    reply = page.locator("textarea[id^=reply-]").first
    reply.fill("A long reply")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Reply", exact=True).first.click()
    signs_in_again(page, AMINA)
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


@pytest.mark.parametrize("note", [TEXT, "證言。" * 6_600], ids=["short", "long"])
def test_a_link_that_is_clicked_right_after_save_takes_nothing_away(
    page: Page, site: str, note: str
) -> None:
    """A small form is sent completely. The browser asks before it cuts off a large one."""
    asked = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    sign_in(page, site, AMINA)
    page.goto(f"{site}{of_case('sources/new/')()}")
    page.wait_for_load_state("load")
    fill_source(page)
    page.get_by_label("Note").fill(note)
    with slow_line(page):
        page.evaluate(
            "() => { document.querySelector('main form button[type=submit]').click();"
            " document.querySelector('nav a[href*=catalogue]').click(); }"
        )
        page.wait_for_timeout(3_000)
    assert Source.objects.filter(note=note.strip()).count() == 1
    assert asked == ([] if note == TEXT else ["beforeunload"])
