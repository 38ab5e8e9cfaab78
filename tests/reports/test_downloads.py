"""Files of an assessment are handed out to those who may see it, and each is an event."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from cases.exports.formats import ASSESSMENT_FORMATS
from cases.models import Assessment, Event, User


def address(draft: Assessment, name: str) -> str:
    return reverse("assessment_download", args=[draft.pk, name])


@pytest.mark.parametrize("name", ASSESSMENT_FORMATS)
def test_each_file_can_be_downloaded_and_is_an_event(
    client: Client, draft: Assessment, analyst: User, name: str
) -> None:
    client.force_login(analyst)
    response = client.get(address(draft, name))
    assert response.status_code == 200
    assert response["Content-Type"] == ASSESSMENT_FORMATS[name].content_type
    assert name in response["Content-Disposition"]
    event = Event.objects.filter(verb=Event.Verb.FILE_DOWNLOADED).get()
    assert (event.case, event.actor, event.data["name"]) == (draft.case, analyst, name)


@pytest.mark.parametrize("name", ASSESSMENT_FORMATS)
def test_the_same_assessment_gives_the_same_bytes(
    client: Client, draft: Assessment, analyst: User, name: str
) -> None:
    client.force_login(analyst)
    assert client.get(address(draft, name)).content == client.get(address(draft, name)).content


def test_there_is_no_file_of_an_unknown_kind(
    client: Client, draft: Assessment, analyst: User
) -> None:
    client.force_login(analyst)
    assert client.get(address(draft, "brief.exe")).status_code == 404


def test_the_page_of_an_advice_offers_every_file(
    client: Client, draft: Assessment, analyst: User
) -> None:
    client.force_login(analyst)
    page = client.get(draft.get_absolute_url()).content.decode()
    assert all(address(draft, name) in page for name in ASSESSMENT_FORMATS)
