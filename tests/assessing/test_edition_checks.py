"""What an edition says of answers besides its rules: contradictions, and names of risk factors."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Assessment, Case, User
from cases.rulebook.editions.builder import Document, build
from cases.rulebook.editions.loader import check_entry, put_entry
from cases.rulebook.entries.rulebook import Rulebook
from cases.workflows.assessing.answering import AnswerInput, save_answer, start_assessment
from cases.workflows.editions.publishing import publish

BOTH = {
    "code": "coup_while_latent",
    "first": {"question": "phase", "in": ["latent"]},
    "second": {
        "any": [
            {"question": "triggers", "in": ["coup"]},
            {"question": "hate_speech", "at_least": 3},
        ]
    },
}

Newer = Callable[..., Assessment]


@pytest.fixture
def begun_with(
    first_document: tuple[Document, Rulebook], case: Case, analyst: User, edition: Any
) -> Newer:
    """Begin a draft with an edition that has lists of its own."""

    def begin(**lists: Any) -> Assessment:
        document = copy.deepcopy(first_document[0]) | lists
        newer = publish(document)[0]
        return start_assessment(case, by=analyst, as_of=date(2012, 12, 20), edition=newer)

    return begin


def warnings(client: Client, draft: Assessment) -> list[str]:
    checks = client.get(reverse("assessment_submit", args=[draft.pk])).context["checks"]
    return [item.message for item in checks["warning"] if item.code == "contradiction"]


def test_an_edition_without_the_lists_has_those_of_the_first(first_edition: Rulebook) -> None:
    assert len(first_edition.contradictions) == 9
    assert list(first_edition.risk_factors) == [f"RF{number}" for number in range(1, 15)]


def test_a_contradiction_of_the_first_edition_is_dropped_with_its_questions(
    first_document: tuple[Document, Rulebook],
) -> None:
    document = copy.deepcopy(first_document[0])
    document["questions"] = [
        item for item in document["questions"] if item["code"] != "un_cooperation"
    ]
    assert {item.code for item in build(document).contradictions} == {
        item.code for item in first_document[1].contradictions
    } - {"consenting_and_refusing"}


def test_what_an_edition_calls_a_contradiction_is_asked_about_before_submission(
    client: Client, begun_with: Newer, analyst: User
) -> None:
    draft = begun_with(contradictions=[BOTH])
    client.force_login(analyst)
    save_answer(draft, AnswerInput("phase", "known", "latent"), by=analyst, version=0)
    save_answer(draft, AnswerInput("systematic_attack", "known", 4), by=analyst, version=0)
    assert warnings(client, draft) == [], "those of the first edition do not count here"
    save_answer(draft, AnswerInput("triggers", "known", ["coup"]), by=analyst, version=0)
    [message] = warnings(client, draft)
    assert message.startswith("These two answers are hard to reconcile: ")


def test_what_an_edition_calls_a_risk_factor_is_what_pages_call_it(
    client: Client, begun_with: Newer, analyst: User
) -> None:
    draft = begun_with(risk_factors=[{"code": "RF1", "title": "Armed conflict and instability"}])
    client.force_login(analyst)
    page = client.get(reverse("risk_profile", args=[draft.pk]))
    titles = [factor.title for factor in page.context["factors"]]
    assert titles[0] == "Armed conflict and instability"
    assert titles[2] == "Weakness of State structures", "what is not renamed keeps its name"
    asked = client.get(reverse("assessment_section", args=[draft.pk, "situation"]))
    assert "Armed conflict and instability" in asked.content.decode()


def test_a_contradiction_asks_only_what_the_edition_asks(
    first_document: tuple[Document, Rulebook],
) -> None:
    wrong = BOTH | {"first": {"question": "no_such", "in": ["latent"]}}
    document = put_entry(first_document[0], "contradictions", "", wrong)
    [problem] = check_entry(document, "contradictions", wrong)
    assert "no_such" in str(problem)
