"""Two assessments side by side: which answers changed, and which statuses with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases.queries.assessing.content import AssessmentContent
from cases.rulebook.editions.succession import AnswerOutcome, Succession, carry_through
from cases.rulebook.entries.catalogue import Measure
from cases.rulebook.entries.questions import Question
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.advice import MeasureAdvice
from cases.rulebook.wording.sentences import say_value
from cases.rulebook_phrases import phrases


@dataclass(frozen=True)
class ChangedAnswer:
    question: Question
    before: str
    after: str


@dataclass(frozen=True)
class AnswerWithoutPlace:
    """An answer of the earlier assessment for which the later one's edition has no place.

    `why` is what that edition says became of the question or option; it may say nothing.
    """

    question: Question
    answered: str
    why: str


@dataclass(frozen=True)
class ChangedStatus:
    """A measure whose status differs, with the answers on which either status rests.

    `because` are answers that changed, `lost` are questions of the earlier edition whose answers
    the later one has no place for. Where both are empty, the rules differ.
    """

    measure: Measure
    before: str
    after: str
    because: tuple[Question, ...]
    lost: tuple[Question, ...]


@dataclass(frozen=True)
class OneSidedMeasure:
    """A measure that only one of two editions has, with its status there.

    `why` is what the later edition says became of a measure that it no longer has.
    """

    measure: Measure
    status: str
    why: str = ""


@dataclass(frozen=True)
class Comparison:
    """What differs between two assessments, and between their editions where they have two."""

    answers: tuple[ChangedAnswer, ...]
    left: tuple[AnswerWithoutPlace, ...]
    new_questions: tuple[Question, ...]
    statuses: tuple[ChangedStatus, ...]
    gone: tuple[OneSidedMeasure, ...]
    added: tuple[OneSidedMeasure, ...]
    same: int


def compare(
    editions: Sequence[Rulebook], before: AssessmentContent, after: AssessmentContent
) -> Comparison:
    """What differs between two contents.

    `editions` are the rulebooks that lead from the edition of `before` to that of `after`, both
    included; one alone where both have the same. The earlier answers are read as the later edition
    takes them up.
    """
    return _Comparer(editions, before, after).comparison()


class _Comparer:
    def __init__(
        self, editions: Sequence[Rulebook], before: AssessmentContent, after: AssessmentContent
    ) -> None:
        self.old, self.new = editions[0], editions[-1]
        self.before, self.after = before, after
        self.succession = self._succession(editions[1:])
        self.outcomes = {item.question: item for item in self.succession.outcomes}
        self.changed = self._changed_answers()

    def _succession(self, later: Sequence[Rulebook]) -> Succession:
        values = self.before.values
        if later:
            return carry_through(self.old.questionnaire, later, values)
        kept = [AnswerOutcome(code, (code,), (), False, "") for code in values]
        return Succession(values, tuple(kept))

    def comparison(self) -> Comparison:
        earlier, later = self.before.advice.measures, self.after.advice.measures
        common = [code for code in self.new.measures if code in earlier and code in later]
        moved = [code for code in common if earlier[code].status != later[code].status]
        moved.sort(key=lambda code: min(earlier[code].urgency, later[code].urgency))
        return Comparison(
            answers=tuple(self.changed),
            left=tuple(self._left_answers()),
            new_questions=self._new_questions(),
            statuses=tuple(self._changed_status(earlier[code], later[code]) for code in moved),
            gone=tuple(self._gone()),
            added=tuple(
                OneSidedMeasure(row.measure, row.status)
                for code, row in later.items()
                if code not in self.old.measures
            ),
            same=len(common) - len(moved),
        )

    def _changed_answers(self) -> list[ChangedAnswer]:
        """The answers that read differently in the later edition."""
        earlier, later = self.succession.values, self.after.values
        changed = []
        for question in self.new.questionnaire.questions:
            then, now = (
                say_value(question, values.get(question.code), phrases())
                for values in (earlier, later)
            )
            if then != now:
                changed.append(ChangedAnswer(question, then, now))
        return changed

    def _left_answers(self) -> list[AnswerWithoutPlace]:
        left = []
        for outcome in self.succession.outcomes:
            if not outcome.needs_placing:
                continue
            question = self.old.questionnaire[outcome.question]
            value = self.before.values[outcome.question]
            if outcome.to:
                value = frozenset(outcome.lost)
            left.append(
                AnswerWithoutPlace(question, say_value(question, value, phrases()), outcome.why)
            )
        return left

    def _new_questions(self) -> tuple[Question, ...]:
        """The questions that the earlier edition did not ask, and that take up none of its
        answers.
        """
        old_codes = self.old.questionnaire.by_code.keys() | self.succession.values.keys()
        questions = self.new.questionnaire.questions
        return tuple(question for question in questions if question.code not in old_codes)

    def _changed_status(self, then: MeasureAdvice, now: MeasureAdvice) -> ChangedStatus:
        earlier_grounds = _grounds_in(then)
        grounds = _grounds_in(now)
        lost = []
        for code in earlier_grounds:
            outcome = self.outcomes.get(code)
            if outcome is None:
                grounds.add(code)
                continue
            grounds.update(outcome.to)
            if outcome.needs_placing:
                lost.append(self.old.questionnaire[code])
        position = self.old.questionnaire.position
        return ChangedStatus(
            now.measure,
            then.status,
            now.status,
            tuple(item.question for item in self.changed if item.question.code in grounds),
            tuple(sorted(lost, key=lambda question: position[question.code])),
        )

    def _gone(self) -> list[OneSidedMeasure]:
        reasons = {item.code: item.why for item in self.new.retired if item.kind == "measure"}
        return [
            OneSidedMeasure(row.measure, row.status, reasons.get(code, ""))
            for code, row in self.before.advice.measures.items()
            if code not in self.new.measures
        ]


def _grounds_in(row: MeasureAdvice) -> set[str]:
    """The questions that a status rests on, or that still decide it."""
    questions = {*row.rests_on, *row.matters}
    questions.update(*(item.rests_on for item in row.rules))
    return questions
