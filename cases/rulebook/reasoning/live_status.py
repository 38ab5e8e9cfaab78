"""The status of every measure for some answers, computed fast enough to recompute after every
answer.

The diagram of a measure's status over all questions is built once for an edition and kept. It is
followed along the known answers, and the rest is reduced. The status, and the questions that can
still change it, are therefore exactly those that `adviser.advise` finds together with its reasons.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from threading import RLock

from cases.rulebook.entries.questions import Answers, Value
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.entries.rules import Status
from cases.rulebook.reasoning.adviser import advise_on
from cases.rulebook.reasoning.diagrams import TRUE, BudgetExceededError, Diagrams
from cases.rulebook.reasoning.statuses import SETTLED

# How many editions' diagrams are kept, and how many standings of single measures for each.
_KEPT = 4
_REMEMBERED = 20_000
_whole: OrderedDict[str, _Whole] = OrderedDict()
# Building adds to what is kept, so one thread at a time builds.
_building = RLock()


@dataclass(frozen=True, slots=True)
class MeasureStanding:
    """A measure's status, and the questions that can still change it: none where it is settled."""

    status: Status
    matters: frozenset[str]


@dataclass(frozen=True, slots=True)
class Standing:
    measures: Mapping[str, MeasureStanding]
    flags: tuple[str, ...]

    def moves(self) -> dict[str, int]:
        """How many measures each question that still matters can move."""
        moves: dict[str, int] = {}
        for row in self.measures.values():
            for code in row.matters:
                moves[code] = moves.get(code, 0) + 1
        return moves


class _Whole:
    """One edition's diagrams over all questions, and the statuses found last.

    A measure whose diagram would be too large has none, so its status is worked out each time, as
    in the advice.
    """

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.diagrams = Diagrams(rulebook.questionnaire, {})
        with _building:
            self._flags = {flag.code: self.diagrams.condition(flag.when) for flag in rulebook.flags}
            self._built = {code: self._build(code) for code in rulebook.measures}
        self.settle = lru_cache(_REMEMBERED)(self._settle)

    def _build(self, code: str) -> tuple[int | None, tuple[str, ...]]:
        """A measure's diagram and the questions that it asks."""
        try:
            diagram = self.diagrams.measure(self.rulebook, code)
        except BudgetExceededError:
            return None, tuple(self.rulebook.questionnaire.by_code)
        return diagram, tuple(self.diagrams.support(diagram))

    def measures(self, answers: Answers) -> dict[str, MeasureStanding]:
        return {
            code: self.settle(code, tuple([answers.get(question) for question in questions]))
            for code, (_, questions) in self._built.items()
        }

    def flags(self, answers: Answers) -> tuple[str, ...]:
        return tuple(
            code
            for code, diagram in self._flags.items()
            if self.diagrams.under(diagram, answers)[0] == {TRUE}
        )

    def _settle(self, code: str, values: tuple[Value | None, ...]) -> MeasureStanding:
        diagram, questions = self._built[code]
        answers = dict(zip(questions, values, strict=True))
        if diagram is None:
            row = advise_on(self.rulebook, answers, code)
            return MeasureStanding(row.status, frozenset(row.matters))
        outcomes, matters = self.diagrams.under(diagram, answers)
        return MeasureStanding(SETTLED[min(outcomes)] if len(outcomes) == 1 else "open", matters)


def standing(rulebook: Rulebook, answers: Answers) -> Standing:
    """The status of every measure and the flags, as `advise` gives them, without the reasons."""
    whole = _whole_of(rulebook)
    return Standing(whole.measures(answers), whole.flags(answers))


@contextmanager
def whole_diagrams(rulebook: Rulebook) -> Iterator[Diagrams]:
    """The diagrams over all questions of an edition, for one thread at a time to add to."""
    with _building:
        yield _whole_of(rulebook).diagrams


def _whole_of(rulebook: Rulebook) -> _Whole:
    with _building:
        whole = _whole.pop(rulebook.digest, None) or _Whole(rulebook)
        _whole[rulebook.digest] = whole
        while len(_whole) > _KEPT:
            _whole.popitem(last=False)
        return whole
