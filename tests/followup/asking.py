"""Assessments that ask something of actors, and their review."""

from __future__ import annotations

from datetime import date

from cases.models import Assessment, Case, Edition, User
from cases.workflows import review
from cases.workflows.assessing.answering import AnswerInput, save_answer, start_assessment
from cases.workflows.assessing.submitting import submit

DAY = date(2011, 3, 1)
MEASURE = "enc.remind"


def assessed(
    case: Case, day: date, edition: Edition, phase: str = "ongoing", author: User | None = None
) -> Assessment:
    """A submitted assessment of a day in which the government is to be reminded of its duties, by
    the case's owner unless an author is given.
    """
    by = author or case.owner
    draft = start_assessment(case, by=by, as_of=day, edition=edition)
    save_answer(draft, AnswerInput("phase", "known", phase), by=by, version=0)
    submit(draft, by=by)
    return Assessment.objects.get(pk=draft.pk)


def decide(assessment: Assessment, kind: str, by: User, measure: str = MEASURE) -> None:
    text = "" if kind in ("endorse", "agree") else "Because."
    seen = assessment.snapshot.digest
    review.decide_on_measure(assessment, measure, kind, by=by, text=text, seen=seen)


def conclude(assessment: Assessment, kind: str, by: User) -> None:
    seen = assessment.snapshot.digest
    review.decide_on_review(assessment, kind, by=by, text="As said.", seen=seen)
    assessment.refresh_from_db()


def endorse_and_sign_off(assessment: Assessment, by: User) -> None:
    decide(assessment, "endorse", by)
    conclude(assessment, "sign_off", by)


def actors_of(assessment: Assessment) -> set[str]:
    rows = assessment.snapshot.content["advice"]["measures"][MEASURE]["actors"]
    return {row["actor"] for row in rows}
