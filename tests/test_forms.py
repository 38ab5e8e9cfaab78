"""A form that cannot be saved as it was sent: nothing is lost, nothing is done twice, and the
reason is the real one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from unittest import mock

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from cases import form_middleware
from cases.models import Assessment, Case, SentForm, Source, User
from cases.sent_forms import new_token
from cases.views.casework import sources
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import set_member
from tests.browser import creating_forms
from tests.conftest import FIXTURES

TYPED = "Témoignages recueillis à Gao: “trois villages” <brûlés>"


def source_form(case: Case, user: User, **changes: str) -> tuple[str, dict[str, str]]:
    data = {"title": "A report", "publisher": "OHCHR", "reliability": "A", "note": TYPED}
    return reverse("source_new", args=[case.pk]), data | {"form_token": new_token(user)} | changes


def signs_in(client: Client, user: User, response: Any) -> Any:
    """Sign in on the page to which a request was sent; returns the page that follows."""
    data = {"login": user.username, "password": "a long password"}
    return client.post(response["Location"], data, follow=True)


def send_kept(client: Client, page: str) -> Any:
    """Send the form of a page that gives back what was typed."""
    form = page[page.index("<h1>") :]
    action = re.search(r'action="([^"]+)"', form)
    fields = re.findall(r'<input[^>]*name="(\w+)" value="([^"]*)"', form)
    texts = re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>([^<]*)</textarea>', form, re.DOTALL)
    assert action
    return client.post(action[1], {name: unescape(text) for name, text in (*fields, *texts)})


def test_a_form_that_is_sent_twice_is_saved_once(his: Client, case: Case, analyst: User) -> None:
    address, data = source_form(case, analyst)
    first, second = his.post(address, data), his.post(address, data)
    assert second["Location"] == first["Location"], "the second click leads where the first led"
    assert case.sources.count() == 1
    assert "This form was sent before" in his.get(second["Location"]).content.decode()
    # The same page with another text is another form: Back, change, send.
    his.post(address, data | {"title": "Another report"})
    his.post(*source_form(case, analyst))
    assert case.sources.count() == 3, "the same text on a page that was opened again is meant"


def test_what_was_saved_is_reported_as_saved_if_the_database_goes_away_right_after_it(
    his: Client, case: Case, analyst: User
) -> None:
    address, data = source_form(case, analyst)
    with mock.patch("cases.form_middleware._note_outcome", side_effect=OperationalError):
        assert his.post(address, data).status_code == 302
    assert case.sources.count() == 1


def test_a_form_with_a_mistake_can_be_sent_again(his: Client, case: Case, analyst: User) -> None:
    address, data = source_form(case, analyst, title="")
    assert [his.post(address, data).status_code for _again in range(2)] == [422, 422]
    assert not SentForm.objects.exists()


def test_what_was_typed_waits_for_its_person_to_sign_in_again(
    his: Client, case: Case, analyst: User
) -> None:
    address, data = source_form(case, analyst)
    his.logout()
    page = signs_in(his, analyst, his.post(address, data)).content.decode()
    assert "You had been signed out when you sent this form" in page
    assert "What you typed is kept below" in page
    assert "trois villages" in page
    assert "&lt;brûlés&gt;" in page
    assert send_kept(his, page).status_code == 302
    assert Source.objects.get().note == TYPED
    assert "No text is kept here" in his.get(reverse("kept_form"), follow=True).content.decode()


def test_a_form_without_text_does_not_say_that_something_typed_is_kept(
    his: Client, case: Case, analyst: User
) -> None:
    address, data = source_form(case, analyst)
    chosen = {"form_token": data["form_token"], "act": "confirm"}
    his.logout()
    page = signs_in(his, analyst, his.post(address, chosen)).content.decode()
    assert "You typed nothing, but what you chose is kept." in page
    assert "What you typed is kept below" not in page
    assert 'name="act" value="confirm"' in page


def test_nobody_else_sees_what_was_typed_before_they_signed_in(
    his: Client, case: Case, analyst: User, person: Callable[..., User]
) -> None:
    address, data = source_form(case, analyst)
    his.logout()
    other = person("otto", "analyst")
    page = signs_in(his, other, his.post(address, data)).content.decode()
    assert "trois villages" not in page
    assert "trois villages" not in his.get(reverse("kept_form"), follow=True).content.decode()


def test_nothing_is_kept_of_forms_that_no_page_of_the_product_made(
    client: Client, case: Case
) -> None:
    client.post(reverse("source_new", args=[case.pk]), {"note": TYPED, "form_token": "1:x:forged"})
    assert not client.session.keys()


def test_a_page_opened_before_signing_in_again_keeps_its_text(case: Case, analyst: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(analyst)
    address, data = source_form(case, analyst)
    refused = strict.post(address, data)
    page = refused.content.decode()
    assert refused.status_code == 403
    assert "This page was opened before you signed in again" in page
    assert "trois villages" in page
    assert send_kept(strict, page).status_code == 302
    assert Source.objects.get().note == TYPED


def test_a_form_that_may_have_been_saved_is_not_saved_twice(
    case: Case, analyst: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(form_middleware, "PATIENCE", 0)
    hers = Client(raise_request_exception=False)
    hers.force_login(analyst)
    form = source_form(case, analyst)
    with mock.patch.object(sources, "redirect", side_effect=ValueError):
        assert hers.post(*form).status_code == 500
    again = hers.post(*form)
    assert again.status_code == 409
    assert "This may have been saved" in again.content.decode()
    assert Source.objects.get().note == TYPED


def test_a_page_that_someone_else_opened_keeps_its_text_to_itself(
    case: Case, analyst: User, person: Callable[..., User]
) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person("otto", "analyst"))
    page = strict.post(*source_form(case, analyst)).content.decode()
    assert "Someone else was signed in when this page was opened" in page
    assert "trois villages" not in page


def test_a_text_for_what_is_submitted_or_gone_meanwhile_is_shown(
    his: Client, case: Case, draft: Assessment, analyst: User, person: Callable[..., User]
) -> None:
    submit(draft, by=analyst)
    answers = reverse("answer_save", args=[draft.pk, "phase"])
    page = his.post(answers, {"phase": "ongoing", "phase__note": TYPED})
    assert page.status_code in (404, 409)
    assert "trois villages" in page.content.decode()
    contributor = person("cora", "analyst")
    set_member(case, contributor, "contributor", by=analyst)
    case.memberships.get(user=contributor).delete()
    hers = Client()
    hers.force_login(contributor)
    gone = hers.post(*source_form(case, contributor))
    assert gone.status_code == 404
    assert "trois villages" in gone.content.decode()


def test_an_address_that_only_receives_a_form_says_so(his: Client, draft: Assessment) -> None:
    page = his.get(reverse("answer_save", args=[draft.pk, "phase"]))
    assert page.status_code == 405
    assert "This address only accepts a form" in page.content.decode()


def test_a_script_that_sends_a_form_hears_where_it_leads(
    his: Client, case: Case, analyst: User
) -> None:
    answer = his.post(*source_form(case, analyst), headers={"X-Form": "1"})
    assert answer.status_code == 204
    assert answer["X-Location"] == f"{case.get_absolute_url()}#sources"


def test_every_form_that_creates_something_is_tried_in_the_browser() -> None:
    """A form is in the list of those that create something, or it is said why it does not."""
    templates = FIXTURES.parent / "templates"
    shared = ("components/form.html", "components/job_progress.html")
    texts = {
        str(path.relative_to(templates)): path.read_text(encoding="utf-8")
        for path in templates.rglob("*.html")
    }
    for name in shared:
        assert "{% form_token %}" in texts.pop(name)
    signs = ["{% form_token %}", *(f'include "{name}"' for name in shared)]
    forms = {name for name, text in texts.items() if any(sign in text for sign in signs)}
    creating = {form.template for form in creating_forms.FORMS}
    assert creating.isdisjoint(creating_forms.OTHERS)
    assert forms == creating | creating_forms.OTHERS.keys()


def test_forms_sent_from_two_windows_after_the_session_ended_are_both_kept(
    his: Client, case: Case, analyst: User
) -> None:
    his.logout()
    first, second = ({"title": f"{name} report", "note": f"{name} note"} for name in ("A", "B"))
    his.post(*source_form(case, analyst, **first))
    page = signs_in(his, analyst, his.post(*source_form(case, analyst, **second))).content.decode()
    assert "A note" in page
    assert "B note" in page
    sent = send_kept(his, page[: page.index("</form>", page.index("<h1>"))])
    rest = his.get(sent["Location"]).content.decode()
    assert "B note" in rest, "the other one comes next"
    assert "A note" not in rest
    assert send_kept(his, rest).status_code == 302
    assert {source.note for source in Source.objects.all()} == {"A note", "B note"}
    assert "No text is kept here" in his.get(reverse("kept_form"), follow=True).content.decode()


@pytest.mark.parametrize("note", ["村庄被烧毁，平民逃离", "هجوم", "Unconfirmed"])
def test_a_text_without_a_space_is_given_back_like_any_other(
    note: str, his: Client, draft: Assessment, analyst: User
) -> None:
    submit(draft, by=analyst)
    address = reverse("assessment_section", args=[draft.pk, "situation"])
    page = his.post(address, {"phase__state": "unknown", "phase__note": note}).content.decode()
    assert f'<dd class="pre" dir="auto">{note}</dd>' in page
