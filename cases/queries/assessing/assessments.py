"""What is recorded for the questions of an assessment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from cases.models import Answer, Assessment
from cases.queries.editions.rulebooks import rulebook_of
from cases.rulebook.entries.questions import Answers
from cases.rulebook.reasoning.answer_codes import unpack


class Mark(NamedTuple):
    """A mark that a question is answered in some way, without the answer."""

    question: str
    state: str
    carried_over: bool


def marks_of(assessment: Assessment) -> dict[str, Mark]:
    """What is answered, by question: one statement."""
    rows = Answer.objects.filter(assessment_id=assessment.pk).order_by()
    return {row[0]: Mark(*row) for row in rows.values_list("question", "state", "carried_over")}


def recorded_answers(
    assessment: Assessment, questions: Iterable[str] | None = None
) -> list[Answer]:
    """Everything recorded, or what is recorded for some questions, with its sources: two
    statements.
    """
    answers = assessment.answers.select_related("answered_by").prefetch_related("sources")
    return list(answers if questions is None else answers.filter(question__in=questions))


def known_values(marks: Mapping[str, Mark], known: Answers) -> Answers:
    """The answers as the rules module takes them: None for unknown, nothing for what is not yet
    answered.
    """
    return {
        code: known.get(code) for code, mark in marks.items() if mark.state != Answer.State.OPEN
    }


def answers_of(assessment: Assessment) -> Answers:
    """An assessment's answers as the rules module takes them: one statement."""
    known = unpack(rulebook_of(assessment.edition_id).questionnaire, assessment.packed)
    return known_values(marks_of(assessment), known)
