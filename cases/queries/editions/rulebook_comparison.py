"""The same answers under two rulebooks, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from cases.models import Assessment
from cases.queries.editions.rulebooks import rulebook_of
from cases.rulebook.entries.catalogue import Measure
from cases.rulebook.entries.questions import Answers, Questionnaire, Value
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.entries.rules import PRIORITIES
from cases.rulebook.reasoning.advice import MeasureAdvice
from cases.rulebook.reasoning.adviser import advise
from cases.rulebook.reasoning.answer_codes import unpack
from cases.rulebook.wording.sentences import say_value
from cases.rulebook_phrases import phrases

ABSENT = "not_indicated"


@dataclass(frozen=True)
class StatusWithReason:
    """One measure under one rulebook: its status, its priority and why, in sentences."""

    status: str
    priority: str | None
    why: tuple[str, ...]


@dataclass(frozen=True)
class MeasureComparison:
    measure: Measure
    before: StatusWithReason
    after: StatusWithReason

    @property
    def differs(self) -> bool:
        return (self.before.status, self.before.priority) != (
            self.after.status,
            self.after.priority,
        )


@dataclass(frozen=True)
class RulebookComparison:
    """Every measure of two rulebooks under the same answers: those that differ first, and the
    most urgent first among those and among the others.
    """

    pairs: tuple[MeasureComparison, ...]

    @property
    def differing(self) -> tuple[MeasureComparison, ...]:
        return tuple(pair for pair in self.pairs if pair.differs)

    @property
    def alike(self) -> int:
        return len(self.pairs) - len(self.differing)

    @property
    def unchanged(self) -> tuple[MeasureComparison, ...]:
        """The measures called for in some way, with the same status and priority in both."""
        return tuple(
            pair for pair in self.pairs if not pair.differs and pair.after.status != ABSENT
        )


def compare_rulebooks(
    old: Rulebook,
    new: Rulebook,
    answers: Answers,
    *,
    countries: list[str] | None = None,
    as_of: date,
) -> RulebookComparison:
    """What two rulebooks say of the same answers. A measure that one of them does not have is not
    indicated there.
    """

    def advised(rulebook: Rulebook) -> Mapping[str, MeasureAdvice]:
        known = rulebook.questionnaire.readable(answers)
        where = countries or ()
        return advise(rulebook, known, countries=where, as_of=as_of, phrases=phrases()).measures

    before, after = advised(old), advised(new)
    codes = [*new.measures, *(code for code in old.measures if code not in new.measures)]
    pairs = []
    for code in codes:
        measure = new.measures.get(code) or old.measures[code]
        pairs.append(MeasureComparison(measure, _side(before.get(code)), _side(after.get(code))))
    return RulebookComparison(
        tuple(sorted(pairs, key=lambda pair: (not pair.differs, _urgency(pair))))
    )


def answers_under(assessment: Assessment, questionnaire: Questionnaire) -> dict[str, Value | None]:
    """An assessment's known answers as another questionnaire reads them; what it does not have
    counts as unknown.
    """
    own = rulebook_of(assessment.edition_id).questionnaire
    return questionnaire.readable(unpack(own, assessment.packed))


def answers_in_words(
    answers: Mapping[str, Value | None], questionnaire: Questionnaire
) -> list[tuple[str, str]]:
    """Each answer by its question's title and its own label."""
    return [
        (question.title, say_value(question, answers[question.code], phrases()))
        for question in questionnaire.questions
        if question.code in answers
    ]


def _side(row: MeasureAdvice | None) -> StatusWithReason:
    if row is None:
        return StatusWithReason(ABSENT, None, ())
    return StatusWithReason(row.status, row.priority, row.why)


def _urgency(pair: MeasureComparison) -> int:
    ranks = [
        PRIORITIES.index(side.priority)
        for side in (pair.before, pair.after)
        if side.priority in PRIORITIES
    ]
    return min(ranks, default=len(PRIORITIES))
