"""Questions with the same options, laid out as the rows of one table."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Assessment, Edition, User
from cases.workflows.assessing.answering import AnswerInput, save_answer
from cases.workflows.editions.publishing import publish
from tests.assessing.consent_table import KINDS, with_consent_table

ROWS = [f"consent_to_{kind}" for kind in KINDS]


@pytest.fixture
def edition(edition: Edition) -> Edition:
    published, _ = publish(with_consent_table(edition.document))
    return published


def address(draft: Assessment) -> str:
    return reverse("assessment_section", args=[draft.pk, "consent"])


def send(client: Client, draft: Assessment, **given: str) -> Any:
    versions = {f"{code}__version": "0" for code in ROWS}
    return client.post(address(draft), versions | given)


def values(draft: Assessment) -> dict[str, Any]:
    return {row.question: row.value for row in draft.answers.filter(question__in=ROWS)}


def test_each_kind_of_help_is_a_row_of_one_table(signed_in: Client, draft: Assessment) -> None:
    page = signed_in.get(address(draft)).content.decode()
    assert page.count('class="question-table"') == 1
    table = page[page.index('class="question-table"') : page.index("</section>")]
    assert re.findall(r'data-question="(\w+)"', table) == ROWS
    for title in KINDS.values():
        assert f"<legend>{title}</legend>" in table
    for code in ROWS:
        assert f'name="{code}" value="unknown"' in table
        assert f'name="{code}__note"' in table
        assert f'name="{code}__confidence"' in table
        assert reverse("attachment_new", args=[draft.pk, code]) in table


def test_the_same_for_all_answers_every_row_without_javascript(
    signed_in: Client, draft: Assessment
) -> None:
    response = send(
        signed_in,
        draft,
        same="consent",
        same__consent="refused",
        consent_to_police="given",
        consent_to_police__note="By letter of 3 May.",
    )
    assert response.url == f"{address(draft)}#table-consent", "it stays with the table"
    assert values(draft) == dict.fromkeys(ROWS, "refused")
    assert draft.answers.get(question="consent_to_police").note == "By letter of 3 May."


def test_an_answer_of_someone_else_is_not_overwritten_by_the_same_for_all(
    signed_in: Client, draft: Assessment, analyst: User
) -> None:
    theirs = AnswerInput("consent_to_humanitarian", "known", "given")
    save_answer(draft, theirs, by=analyst, version=0)
    response = send(signed_in, draft, same="consent", same__consent="refused")
    assert response.status_code == 422
    assert "Someone else has answered this question too." in response.content.decode()
    assert values(draft) == dict.fromkeys(ROWS, "refused") | {"consent_to_humanitarian": "given"}


def test_without_a_choice_the_button_saves_the_section_as_it_is(
    signed_in: Client, draft: Assessment
) -> None:
    response = send(signed_in, draft, same="consent", same__consent="", consent_to_police="given")
    assert response.status_code == 302
    assert "#table-consent" not in response.url
    assert values(draft)["consent_to_police"] == "given"
    assert values(draft).get("consent_to_capacity") is None


def test_a_choice_that_is_none_of_the_answers_is_refused_at_each_row(
    signed_in: Client, draft: Assessment
) -> None:
    response = send(signed_in, draft, same="consent", same__consent="perhaps")
    assert response.status_code == 422
    wrong = "This is not one of the answers: choose one from the list."
    assert response.content.decode().count(wrong) >= len(ROWS)
    assert set(values(draft).values()) <= {None}


def test_a_row_is_saved_separately(signed_in: Client, draft: Assessment) -> None:
    code = "consent_to_mediation"
    response = signed_in.post(
        reverse("answer_save", args=[draft.pk, code]),
        {code: "contested", f"{code}__version": "0", f"{code}__confidence": "low"},
    )
    assert response["X-Saved"] == "1"
    row = draft.answers.get(question=code)
    assert (row.value, row.confidence, row.version) == ("contested", "low", 1)
