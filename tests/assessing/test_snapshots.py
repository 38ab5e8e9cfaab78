"""What submitting froze: earlier snapshots read as they did, and new ones lose nothing."""

from __future__ import annotations

import copy
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.models import Assessment, Case, Edition, Snapshot, User
from cases.queries.assessing.content import (
    VERSION,
    UnknownVersionError,
    current_content,
    dump_content,
    load_content,
    submitted_content,
)
from cases.rulebook.editions.builder import digest_of
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning import advice_document
from cases.rulebook.reasoning.adviser import advise
from cases.workflows.assessing.answering import AnswerInput, save_answer
from cases.workflows.assessing.submitting import submit
from tests.rulebook.worlds import answers_to

# A snapshot as the product wrote it before snapshots had a version, made with the first edition.
KEPT = json.loads((Path(__file__).parent / "snapshots" / "edition-1.json").read_text("utf-8"))


@pytest.fixture
def kept(case: Case, edition: Edition, analyst: User) -> Assessment:
    """An assessment submitted before snapshots had a version."""
    assessment = Assessment.objects.create(
        case=case,
        edition=edition,
        as_of=date(2013, 6, 1),
        author=analyst,
        status=Assessment.Status.SUBMITTED,
        review_state=Assessment.ReviewState.PENDING,
        submitted_at=timezone.now(),
    )
    Snapshot.objects.create(
        assessment=assessment,
        content=KEPT["content"],
        digest=KEPT["digest"],
        taken_at=timezone.now(),
        taken_by=analyst,
    )
    return assessment


def in_this_version(document: dict[str, Any]) -> dict[str, Any]:
    """A document without a version, as this version would write it."""
    newer = copy.deepcopy(document)
    rows = newer["advice"]["measures"]
    fragile = {code: row.pop("fragile") for code, row in rows.items()}
    for row in rows.values():
        row["deferrals"] = []
    return newer | {
        "version": VERSION,
        "unplaced": [],
        "choices": [],
        "follow_on": [],
        "fragile": {code: questions for code, questions in fragile.items() if questions},
    }


def test_a_snapshot_without_a_version_loses_nothing_by_being_read(first_edition: Rulebook) -> None:
    content = load_content(KEPT["content"], first_edition)
    assert dump_content(content, first_edition) == in_this_version(KEPT["content"])
    assert content.fragile, "the snapshot holds what is fragile"


def test_a_snapshot_without_a_version_shows_the_words_that_were_frozen(
    client: Client, kept: Assessment, analyst: User
) -> None:
    client.force_login(analyst)
    document = KEPT["content"]
    sheet = client.get(reverse("assessment_advice", args=[kept.pk]))
    page = sheet.content.decode()
    assert document["case"]["title"] in page
    assert "Mandate still to be looked up." in page
    assert KEPT["digest"] in page
    counts = sheet.context["sheet"].counts
    rows = document["advice"]["measures"].items()
    for status, number in counts.items():
        assert number == sum(row["status"] == status for _code, row in rows)
    for code, row in rows:
        shown = client.get(reverse("measure_in_advice", args=[kept.pk, code]))
        card = shown.context["card"]
        assert [item.says for item in shown.context["reasons"]] == [
            item["says"] for item in row["rules"]
        ]
        assert [(gate.value, gate.says, gate.opens) for gate in card.gates] == [
            (item["value"], item["says"], item["opens"]) for item in row["gates"]
        ]
        assert [question.code for question in card.fragile] == row["fragile"]
        assert list(card.row.cautions) == row["cautions"]
        assert list(card.row.why) == row["why"]
        assert {actor.name for actor in card.row.actors} == {item["name"] for item in row["actors"]}


def test_reading_a_snapshot_changes_neither_it_nor_its_digest(
    client: Client, kept: Assessment, analyst: User
) -> None:
    client.force_login(analyst)
    for name in ("assessment_advice", "assessment_review", "flow", "risk_profile", "precedents"):
        assert client.get(reverse(name, args=[kept.pk])).status_code == 200
    snapshot = Snapshot.objects.get(assessment=kept)
    assert snapshot.content == KEPT["content"]
    assert snapshot.digest == KEPT["digest"] == digest_of(snapshot.content)


def test_what_is_submitted_is_read_back_as_it_was(draft: Assessment, analyst: User) -> None:
    answers: list[tuple[str, Any, str]] = [
        ("phase", "ongoing", "low"),
        ("triggers", ["coup", "election"], "high"),
        ("hate_speech", 4, ""),
    ]
    for code, value, confidence in answers:
        save_answer(draft, AnswerInput(code, "known", value, confidence), by=analyst, version=0)
    save_answer(
        draft, AnswerInput("consent", "unknown", note="Nobody knows."), by=analyst, version=0
    )
    draft.refresh_from_db()
    before = current_content(draft)
    submit(draft, by=analyst)
    draft.refresh_from_db()
    assert draft.snapshot.content["version"] == VERSION
    assert submitted_content(draft) == before


def test_a_snapshot_of_a_later_version_is_not_misread(first_edition: Rulebook) -> None:
    with pytest.raises(UnknownVersionError):
        load_content(KEPT["content"] | {"version": VERSION + 1}, first_edition)


@given(data=st.data())
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_an_advice_is_read_back_from_its_document_as_it_was(
    first_edition: Rulebook, data: st.DataObject
) -> None:
    answers = data.draw(answers_to(first_edition.questionnaire))
    advice = advise(first_edition, answers, countries=["MLI"], as_of=date(2012, 12, 20))
    document = json.loads(json.dumps(advice_document.dump(advice)))
    assert advice_document.load(document, first_edition) == advice
