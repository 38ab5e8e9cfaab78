"""The whole portfolio: what another rulebook would change, told before it is published."""

from __future__ import annotations

import copy
import io
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management import call_command

from cases.models import Assessment, Case, Edition, User
from cases.queries.portfolio import preview
from cases.rulebook.document import Document, build, write_yaml
from cases.rulebook.rules import Rulebook
from cases.workflows.answering import Given, save_answer, start_assessment
from cases.workflows.submitting import submit


def submitted(case: Case, analyst: User, edition: Edition, **answers: Any) -> Assessment:
    draft = start_assessment(case, by=analyst, as_of=date(2020, 1, 1), edition=edition)
    for code, value in answers.items():
        save_answer(draft, Given(code, "known", value), by=analyst, version=0)
    submit(draft, by=analyst)
    return draft


def severe_only(document: Document) -> Document:
    """The rulebook with asylum called for only where people fled both within the country and abroad."""
    changed = copy.deepcopy(document)
    (rule,) = (rule for rule in changed["rules"] if rule["code"] == "pro.asylum.fled")
    rule["when"] = {"question": "displacement", "in": ["both"]}
    return changed


def test_a_preview_counts_the_statuses_that_would_change(
    case: Case, analyst: User, edition: Edition, first_document: tuple[Document, Rulebook]
) -> None:
    document, old = first_document
    submitted(case, analyst, edition, phase="latent", displacement="cross_border")
    submitted(case, analyst, edition, phase="latent", displacement="both")
    submitted(case, analyst, edition)
    start_assessment(case, by=analyst, as_of=date(2020, 1, 1), edition=edition)
    found = preview(old, build(severe_only(document)))
    assert (found.assessments, found.affected) == (3, 1)
    (shift,) = found.shifts
    assert shift.measure.code == "pro.asylum"
    assert shift.changes == (("recommended", "not_indicated", 1),)
    assert preview(old, old).affected == 0


def test_answers_are_read_by_question_and_option_whatever_their_order(
    case: Case, analyst: User, edition: Edition, first_document: tuple[Document, Rulebook]
) -> None:
    document, old = first_document
    submitted(
        case, analyst, edition, phase="ongoing", consent="given", consent_scope=["police", "experts"], small_arms=3
    )
    submitted(case, analyst, edition, phase="rising", crimes_at_risk=[], triggers=["coup"])
    shuffled = copy.deepcopy(document)
    for question in shuffled["questions"]:
        if question["kind"] != "scale":
            question["options"].reverse()
    assert preview(old, build(shuffled)).affected == 0


def test_the_command_tells_what_would_change(
    case: Case, analyst: User, edition: Edition, first_document: tuple[Document, Rulebook], tmp_path: Path
) -> None:
    submitted(case, analyst, edition, phase="latent", displacement="cross_border")
    (tmp_path / "rulebook.yaml").write_text(write_yaml(severe_only(first_document[0])), encoding="utf-8")
    out = io.StringIO()
    call_command("preview_rulebook", str(tmp_path), stdout=out)
    assert "1 Recommended -> Not indicated" in out.getvalue()
    assert "1 of 1 submitted assessments would read differently." in out.getvalue()
