"""When the database accepts no changes, because its disk is full or it is read-only, people can
still read, and no page claims that something was saved.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from unittest import mock

import pytest
import time_machine
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Assessment, Case, Edition, Event, Notification, User
from cases.views.casework import sources
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import set_member
from tests.conftest import with_second_factor
from tests.databases import read_only
from tests.people.signing_in import PASSWORD, sign_in


@pytest.fixture
def his(analyst: User) -> Client:
    client = Client(raise_request_exception=False)
    sign_in(client, analyst.username)
    return client


def test_people_read_while_the_database_takes_no_changes(
    his: Client,
    case: Case,
    draft: Assessment,
    analyst: User,
    edition: Edition,
    person: Callable[..., User],
) -> None:
    rosa = person("rosa", "reviewer")
    set_member(case, rosa, "reviewer", by=analyst)
    submit(draft, by=analyst)
    hers = Client(raise_request_exception=False)
    sign_in(hers, rosa.username)
    notice = Notification.objects.get(person=rosa)
    of_case = ("case_detail", "case_timeline", "case_edit", "case_members", "source_new")
    of_assessment = ("assessment_advice", "assessment_measures", "assessment_answers", "flow")
    general = ("home", "case_list", "review_list", "notification_list", "catalogue", "cases_files")
    addresses = [reverse(name) for name in general]
    addresses += [reverse(name, args=[case.pk]) for name in of_case]
    addresses += [reverse(name, args=[draft.pk]) for name in (*of_assessment, "risk_profile")]
    # Long enough for the session to be written again.
    with time_machine.travel(timezone.now() + timedelta(minutes=10)), read_only():
        found = {address: his.get(address).status_code for address in addresses}
        assert found == dict.fromkeys(addresses, 200)
        opened = hers.get(reverse("notification_open", args=[notice.pk]))
        assert opened.status_code == 302
        assert hers.get(opened["Location"]).status_code == 200


def test_what_cannot_be_saved_is_given_back_and_not_reported_as_saved(
    his: Client, case: Case
) -> None:
    sent = {"title": "The baker of Gao", "publisher": "OHCHR", "reliability": "A"}
    with read_only():
        refused = his.post(reverse("source_new", args=[case.pk]), sent)
    assert refused.status_code == 500
    assert "It was not saved." in refused.content.decode()
    assert sent["title"] in refused.content.decode()


def test_a_form_that_was_saved_is_not_reported_as_failed_after_it(his: Client, case: Case) -> None:
    """Its message could not be saved with the session."""
    sent = {"title": "The baker of Gao", "publisher": "OHCHR", "reliability": "A"}
    with mock.patch.object(SessionStore, "save", side_effect=OperationalError):
        saved = his.post(reverse("source_new", args=[case.pk]), sent)
    assert saved.status_code == 302
    assert case.sources.get().title == sent["title"]


def test_after_a_fault_the_page_says_that_what_was_sent_may_have_been_saved(
    his: Client, case: Case
) -> None:
    sent = {"title": "The baker of Gao", "publisher": "OHCHR", "reliability": "A"}
    with mock.patch.object(sources, "redirect", side_effect=ValueError):
        page = his.post(reverse("source_new", args=[case.pk]), sent)
    assert page.status_code == 500
    assert case.sources.exists()
    assert "It was not saved" not in page.content.decode()
    assert "It may have been saved" in page.content.decode()


def test_a_sensitive_case_is_not_shown_while_nobody_can_record_it(
    his: Client, case: Case, analyst: User
) -> None:
    with_second_factor(analyst)
    his.force_login(analyst)
    Case.objects.update(confidentiality="sensitive")
    with read_only():
        refused = his.get(case.get_absolute_url())
    assert refused.status_code == 500
    assert case.title not in refused.content.decode()
    assert not Event.objects.filter(verb="case_read").exists()


def test_nobody_signs_in_without_a_record_of_it(analyst: User) -> None:
    client = Client(raise_request_exception=False)
    with read_only():
        sent = client.post(
            reverse("account_login"), {"login": analyst.username, "password": PASSWORD}
        )
    assert sent.status_code == 500
    assert client.get(reverse("home")).status_code == 302
