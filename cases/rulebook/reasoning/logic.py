"""Three-valued logic (Kleene: true, false, undetermined) over what is known, with witnesses.

A finding's `rests_on` names the questions whose answers make it so: the known answers to them
suffice on their own. Where a finding is undetermined it names the questions that keep it so.
"""

from __future__ import annotations

from dataclasses import dataclass

from cases.rulebook.entries.conditions import Atom, Condition, Group
from cases.rulebook.entries.questions import Answers, Questionnaire, Value

Truth = bool | None
Witness = frozenset[str]
NOTHING: Witness = frozenset()


@dataclass(frozen=True, slots=True)
class Judgement:
    truth: Truth
    rests_on: Witness

    def __invert__(self) -> Judgement:
        return Judgement(None if self.truth is None else not self.truth, self.rests_on)


TRUE = Judgement(True, NOTHING)
FALSE = Judgement(False, NOTHING)


def every(findings: list[Judgement]) -> Judgement:
    """True if all are; false if one is (the one with the fewest grounds); undetermined
    otherwise.
    """
    refuting = [finding for finding in findings if finding.truth is False]
    if refuting:
        return min(refuting, key=lambda finding: len(finding.rests_on))
    pending = [finding for finding in findings if finding.truth is None]
    return Judgement(
        None if pending else True, NOTHING.union(*(item.rests_on for item in pending or findings))
    )


def some(findings: list[Judgement]) -> Judgement:
    """True if one is (the one with the fewest grounds); false if none is; undetermined
    otherwise.
    """
    return ~every([~finding for finding in findings])


class Facts:
    """What a set of answers says of any condition. It respects show-if conditions and defaults."""

    def __init__(self, questionnaire: Questionnaire, answers: Answers) -> None:
        self.questionnaire = questionnaire
        self.answers = answers
        self._shown: dict[str, Judgement] = {}

    def shown(self, code: str) -> Judgement:
        """Whether a question is asked at all, given the answers to those before it."""
        if code not in self._shown:
            show_if = self.questionnaire[code].show_if
            self._shown[code] = TRUE if show_if is None else self.judge(show_if)
        return self._shown[code]

    def value(self, code: str) -> Value | None:
        """The value that a question counts as: its answer where it is shown, its default where it
        is not.

        None where that is not known.
        """
        shown, answer = self.shown(code).truth, self.answers.get(code)
        default = self.questionnaire[code].default
        if shown is False or (shown is None and answer == default):
            return default
        return answer if shown else None

    def judge(self, condition: Condition) -> Judgement:
        """Whether a condition holds by Kleene's logic, and the questions on which that depends."""
        if isinstance(condition, Group):
            parts = [self.judge(part) for part in condition.parts]
            if condition.kind == "all":
                return every(parts)
            return some(parts) if condition.kind == "any" else ~some(parts)
        return self._judge_atom(condition)

    def _judge_atom(self, atom: Atom) -> Judgement:
        shown = self.shown(atom.question)
        answer = self.answers.get(atom.question)
        question = self.questionnaire[atom.question]
        itself = frozenset({atom.question})
        as_answered = Judgement(None if answer is None else atom.accepts(answer), itself)
        if question.show_if is None:
            return as_answered
        as_default = question.default is not None and atom.accepts(question.default)
        if shown.truth is False:
            return Judgement(as_default, shown.rests_on)
        if shown.truth is True:
            return Judgement(
                as_answered.truth, shown.rests_on | itself if answer is not None else itself
            )
        if as_answered.truth is as_default:
            return as_answered
        return Judgement(None, shown.rests_on | (itself if answer is None else NOTHING))
