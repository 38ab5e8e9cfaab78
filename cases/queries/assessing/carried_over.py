"""What became of the answers of an earlier assessment in the one that was begun from it."""

from __future__ import annotations

from dataclasses import dataclass

from cases.models import Assessment, Attachment, UnplacedAnswer
from cases.queries.assessing.assessments import answers_of
from cases.queries.editions.rulebooks import rulebook_of, rulebooks_between
from cases.rulebook.editions.succession import carry_through
from cases.rulebook.entries.questions import Question
from cases.rulebook.wording.sentences import say_value
from cases.rulebook_phrases import phrases


@dataclass(frozen=True)
class MovedAnswer:
    """An answer that the newer edition takes up in another form.

    `to` holds each question that takes it up, with the answer as the draft first had it, in words.
    """

    question: Question
    answered: str
    to: tuple[tuple[Question, str], ...]
    why: str


@dataclass(frozen=True)
class ToPlace:
    """An answer without a place in the newer edition, with its files.

    `placed_with` is the question with which somebody has placed it since.
    """

    answer: UnplacedAnswer
    files: tuple[Attachment, ...]
    placed_with: Question | None = None


@dataclass(frozen=True)
class CarriedOver:
    """Everything that became of the earlier answers: `kept` of them are as they were."""

    earlier: Assessment
    kept: int
    moved: tuple[MovedAnswer, ...]
    to_place: tuple[ToPlace, ...]
    settled: tuple[ToPlace, ...]


def carried_over(assessment: Assessment) -> CarriedOver | None:
    """What became of the answers of the assessment from which this one was begun, if any."""
    earlier = assessment.carried_from
    if earlier is None:
        return None
    old = rulebook_of(earlier.edition_id).questionnaire
    new = rulebook_of(assessment.edition_id).questionnaire
    answers = answers_of(earlier)
    recorded = list(earlier.answers.values_list("question", flat=True))
    editions = rulebooks_between(earlier.edition_id, assessment.edition_id)
    succession = carry_through(old, editions, answers, recorded)
    moved = []
    kept = 0
    for outcome in succession.outcomes:
        if not outcome.to:
            continue
        if not outcome.changed:
            kept += 1
            continue
        question = old[outcome.question]
        to = tuple(
            (new[code], say_value(new[code], succession.values.get(code), phrases()))
            for code in outcome.to
        )
        old_value = say_value(question, answers.get(question.code), phrases())
        moved.append(MovedAnswer(question, old_value, to, outcome.why))
    unplaced = _unplaced(assessment)
    return CarriedOver(
        earlier,
        kept,
        tuple(moved),
        tuple(row for row in unplaced if row.answer.settled_at is None),
        tuple(row for row in unplaced if row.answer.settled_at is not None),
    )


def _unplaced(assessment: Assessment) -> list[ToPlace]:
    answers = list(
        assessment.unplaced.select_related("answered_by", "settled_by").prefetch_related("sources")
    )
    codes = [answer.question for answer in answers]
    files: dict[str, list[Attachment]] = {}
    for file in assessment.attachments.filter(question__in=codes):
        files.setdefault(file.question, []).append(file)
    questions = rulebook_of(assessment.edition_id).questionnaire.by_code
    return [
        ToPlace(answer, tuple(files.get(answer.question, ())), questions.get(answer.placed_with))
        for answer in answers
    ]


def number_to_place(assessment: Assessment) -> int:
    """How many answers still have to be placed by hand: one statement."""
    return assessment.unplaced.filter(settled_at=None).count()
