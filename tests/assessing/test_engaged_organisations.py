"""Which organisations are engaged: the page offers those of the country first."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Assessment, Edition, User
from cases.workflows.assessing.answering import AnswerInput, save_answer, start_assessment
from tests.making import make_case
from tests.rulebook.shipped import publish_shipped


@pytest.fixture
def edition(db: None) -> Edition:
    return publish_shipped()


@pytest.fixture
def draft_on(analyst: User, edition: Edition) -> Callable[[date], Assessment]:
    """A draft on Myanmar, which joined ASEAN on 23 July 1997, by its date."""
    case = make_case(analyst, "Violence in the west", "MMR")
    return lambda day: start_assessment(case, by=analyst, as_of=day, edition=edition)


def engage(draft: Assessment, analyst: User) -> None:
    given = AnswerInput("regional_engagement", "known", "leading")
    save_answer(draft, given, by=analyst, version=0)


def offered(client: Client, draft: Assessment) -> list[str]:
    page = client.get(reverse("assessment_section", args=[draft.pk, "leverage"]))
    boxes = re.findall(r'<input[^>]*name="engaged_organisations"[^>]*>', page.content.decode())
    return [found for box in boxes for found in re.findall(r'value="(\w+)"', box)]


def test_the_countrys_own_organisations_come_first(
    client: Client, draft_on: Callable[[date], Assessment], analyst: User
) -> None:
    client.force_login(analyst)
    draft = draft_on(date(2017, 9, 1))
    engage(draft, analyst)
    choices = offered(client, draft)
    assert choices[:2] == ["asean", "au"]
    assert choices[-3:] == ["other", "none_of_these", "unknown"]
    assert len(choices) == 17


def test_an_organisation_is_a_countrys_own_from_the_day_on_which_it_joined(
    client: Client, draft_on: Callable[[date], Assessment], analyst: User
) -> None:
    client.force_login(analyst)
    draft = draft_on(date(1997, 7, 22))
    engage(draft, analyst)
    assert offered(client, draft)[:2] == ["au", "ecowas"]


def test_what_was_chosen_is_kept_in_the_order_of_the_edition(
    draft_on: Callable[[date], Assessment], analyst: User
) -> None:
    draft = draft_on(date(2017, 9, 1))
    engage(draft, analyst)
    given = AnswerInput("engaged_organisations", "known", ["asean", "eu"])
    save_answer(draft, given, by=analyst, version=0)
    assert draft.answers.get(question="engaged_organisations").value == ["eu", "asean"]


def test_it_is_not_asked_where_no_region_is_engaged(
    client: Client, draft_on: Callable[[date], Assessment], analyst: User
) -> None:
    client.force_login(analyst)
    assert offered(client, draft_on(date(2017, 9, 1))) == []
