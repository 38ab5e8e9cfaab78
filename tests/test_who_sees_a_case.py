"""The owner decides who sees a case, and texts in it have a maximum length."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from cases.models import Case, Notification, User
from cases.workflows.casework import revise_case, set_member
from tests.conftest import make_sensitive
from tests.people.signing_in import prove

FIELDS = {"title": "T", "countries": ["MLI"], "place": "p", "populations": "p", "summary": "s"}


@pytest.fixture
def carl(case: Case, analyst: User, person: Callable[..., User]) -> User:
    found = person("carl", "analyst")
    set_member(case, found, "contributor", by=analyst)
    return found


def edit(user: User, case: Case, **fields: str) -> int:
    """The answer to a form of the case, sent by a person who has just confirmed who they are."""
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    prove(client)
    return send(client, case, **fields)


def send(client: Client, case: Case, **fields: str) -> int:
    case.refresh_from_db()
    data = FIELDS | {"confidentiality": case.confidentiality, "version": str(case.version)} | fields
    return client.post(reverse("case_edit", args=[case.pk]), data).status_code


@pytest.mark.parametrize("level", ["restricted", "sensitive"])
def test_a_contributor_does_not_open_a_case_to_more_people(
    case: Case, carl: User, level: str
) -> None:
    if level == "sensitive":
        make_sensitive()
    assert edit(carl, case, confidentiality="open") == 422
    case.refresh_from_db()
    assert case.confidentiality == level
    with pytest.raises(PermissionDenied):
        revise_case(case, by=carl, version=case.version, countries=["MLI"], confidentiality="open")
    assert edit(carl, case, title="Another title") == 302


def test_the_owner_opens_a_case_and_a_contributor_closes_it(
    case: Case, analyst: User, carl: User
) -> None:
    assert edit(analyst, case, confidentiality="open") == 302
    case.refresh_from_db()
    assert case.confidentiality == "open"
    assert edit(carl, case, confidentiality="restricted") == 302
    case.refresh_from_db()
    assert case.confidentiality == "restricted"


def test_opening_a_case_to_more_people_asks_for_a_fresh_proof_and_members_are_notified(
    case: Case, analyst: User, carl: User
) -> None:
    client = Client()
    client.force_login(analyst)
    data = FIELDS | {"confidentiality": "open", "version": "1"}
    sent = client.post(reverse("case_edit", args=[case.pk]), data)
    assert sent["Location"].startswith(reverse("account_reauthenticate"))
    case.refresh_from_db()
    assert case.confidentiality == "restricted"
    # What was typed is saved once the proof is given.
    client.post(sent["Location"], {"password": "a long password"})
    case.refresh_from_db()
    assert (case.confidentiality, case.title) == ("open", "T")
    told = Notification.objects.get(kind="access_changed")
    assert (told.person, told.event.verb) == (carl, "case_revised")
    theirs = Client()
    theirs.force_login(carl)
    assert send(theirs, case, confidentiality="restricted") == 302
    case.refresh_from_db()
    assert case.confidentiality == "restricted", "closing it asks for no proof"
    assert not Notification.objects.filter(person=analyst, kind="access_changed").exists()


@pytest.mark.parametrize("field", ["summary", "populations"])
def test_no_text_of_a_case_is_longer_than_a_page_can_show(
    case: Case, analyst: User, field: str
) -> None:
    assert edit(analyst, case, **{field: "a" * 20_001}) == 422
    assert edit(analyst, case, **{field: "a" * 20_000}) == 302
