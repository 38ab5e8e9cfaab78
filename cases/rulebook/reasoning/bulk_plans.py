"""The plans of many assessments at once.

What decides a plan is worked out for all assessments together, by planes. A plan is made only on
request, so that two rulebooks are compared only on the assessments for which their inputs to the
plan differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cases.rulebook.entries.catalogue import Measure
from cases.rulebook.entries.conditions import Atom, Condition
from cases.rulebook.entries.questions import PHASE, Question
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.entries.rules import PRIORITIES, Rule
from cases.rulebook.reasoning.bitplanes import Portfolio
from cases.rulebook.reasoning.leads import GRADES
from cases.rulebook.reasoning.plan import SIGNS, USUAL, choose
from cases.rulebook.reasoning.precedence import LINES, NO_LINE, STRENGTHS, Merits
from cases.rulebook.reasoning.problems import PRESSING

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int16]

NOBODY = -1
NOT_SHOWN = 2
# More than the number of rules and actors together, so that a grade outweighs their order.
_A_RULE, _A_GRADE = 64, 4096


@dataclass(frozen=True)
class PlanInputs:
    """What decides the plan of each assessment: a row for each measure or problem, a column for
    each assessment. `ready` is 0 where a measure is recommended, 1 where it is conditional,
    and NOT_SHOWN where it is not advised now.
    """

    ready: Numbers
    urgency: Numbers
    line: Numbers
    pressing: Flags
    crisis: Flags
    # Who leads each measure that is shown, by the place among the actors, or NOBODY. Every actor is
    # assumed to exist. Which ones a country or a day lacks is the same in two rulebooks.
    leads: Numbers

    def differs(self, other: PlanInputs) -> Flags:
        """The assessments in which something that decides the order or the choice differs."""
        parts = (
            (self.ready, other.ready),
            (self.urgency, other.urgency),
            (self.line, other.line),
            (self.pressing, other.pressing),
        )
        found: Flags = self.crisis != other.crisis
        for mine, its in parts:
            found = found | (mine != its).any(axis=0)
        return found

    def key(self, column: int) -> bytes:
        """What decides one assessment's plan: of two with the same key the plans are the same."""
        rows = (self.ready, self.urgency, self.line, self.pressing)
        parts = [*(row[:, column] for row in rows), self.crisis[column : column + 1]]
        return b"".join(bytes(part) for part in parts)


def plan_inputs(
    rulebook: Rulebook,
    portfolio: Portfolio,
    recommended: Sequence[Flags],
    conditional: Sequence[Flags],
) -> PlanInputs:
    """What decides the plans of a portfolio, of which the assessments are known for which each
    measure is recommended, and for which it is conditional.
    """
    bulk = _Bulk(rulebook, portfolio)
    ready = np.where(recommended, 0, np.where(conditional, 1, NOT_SHOWN)).astype(np.int16)
    pressing = np.array([bulk.is_pressing(question) for question in rulebook.problems])
    signs = [question.section == SIGNS for question in rulebook.problems]
    leads = [
        np.where(ready[place] < NOT_SHOWN, bulk.leads(code), NOBODY)
        for place, code in enumerate(rulebook.measures)
    ]
    shape = (len(rulebook.measures), portfolio.rows)
    return PlanInputs(
        ready,
        np.array([bulk.urgency(code) for code in rulebook.measures], np.int16).reshape(shape),
        np.array([*bulk.lines()], np.int16).reshape(shape),
        pressing,
        bulk.is_grave() | pressing[signs].any(axis=0),
        np.array(leads, np.int16).reshape(shape),
    )


def first_of(
    rulebook: Rulebook, inputs: PlanInputs, column: int, most: int = USUAL
) -> tuple[str, ...]:
    """What one assessment's plan puts first."""
    pressing = frozenset(
        question.code
        for question, is_so in zip(rulebook.problems, inputs.pressing[:, column], strict=True)
        if is_so
    )
    merits = [
        _merits(rulebook, inputs, column, entry, measure, pressing)
        for entry, measure in enumerate(rulebook.measures.values())
        if inputs.ready[entry, column] < NOT_SHOWN
    ]
    merits.sort(key=lambda item: item.place)
    return choose(merits, most, crisis=bool(inputs.crisis[column])).chosen


def _merits(
    rulebook: Rulebook,
    inputs: PlanInputs,
    column: int,
    entry: int,
    measure: Measure,
    pressing: frozenset[str],
) -> Merits:
    return Merits(
        measure,
        int(inputs.line[entry, column]),
        int(inputs.urgency[entry, column]),
        int(inputs.ready[entry, column]),
        rulebook.directly[measure.code] & pressing,
        STRENGTHS.index(measure.evidence.strength if measure.evidence else "none"),
        entry,
    )


class _Bulk:
    def __init__(self, rulebook: Rulebook, portfolio: Portfolio) -> None:
        self.rulebook = rulebook
        self.portfolio = portfolio
        self._known: dict[int, tuple[Flags, Flags]] = {}
        self._named: dict[str, list[tuple[Rule, Flags]]] = {}

    def judge(self, condition: Condition) -> tuple[Flags, Flags]:
        """Where a condition is known true, and where it is known false."""
        key = id(condition)
        if key not in self._known:
            true, false = self.portfolio.kleene(condition)
            self._known[key] = self.portfolio.rows_of(true), self.portfolio.rows_of(false)
        return self._known[key]

    def _answered(self, question: Question, codes: Sequence[str | int]) -> Flags:
        if not codes:
            return np.zeros(self.portfolio.rows, np.bool_)
        true, _false = self.portfolio.kleene(Atom(question.code, "in", tuple(codes)))
        return self.portfolio.rows_of(true)

    def is_pressing(self, question: Question) -> Flags:
        return self._answered(question, _grave(question))

    def is_grave(self) -> Flags:
        """Where the phase calls for protection now."""
        phase = self.rulebook.questionnaire.by_code.get(PHASE)
        return (
            self.is_pressing(phase)
            if phase is not None
            else np.zeros(self.portfolio.rows, np.bool_)
        )

    def lines(self) -> Iterator[Numbers]:
        """Each measure's line in the phase of each assessment."""
        phase = self.rulebook.questionnaire.by_code.get(PHASE)
        codes = phase.option_codes if phase is not None else ()
        answered = [self._answered(phase, [code]) for code in codes] if phase else []
        for measure in self.rulebook.measures.values():
            found = np.full(self.portfolio.rows, LINES.index(NO_LINE), np.int16)
            for code, flags in zip(codes, answered, strict=True):
                found[flags] = LINES.index(measure.line_in(str(code)) or NO_LINE)
            yield found

    def calling(self, measure: str) -> list[tuple[Rule, Flags]]:
        """The rules that call for a measure, each with the assessments for which it counts: those
        in which it is true or, if none is true, in which it may be.
        """
        if measure not in self._named:
            rules = self.rulebook.rules_for[measure]
            judged = [(rule, *self.judge(rule.when)) for rule in rules]
            settled = np.zeros(self.portfolio.rows, np.bool_)
            for _rule, true, _false in judged:
                settled |= true
            self._named[measure] = [
                (rule, np.where(settled, true, ~false)) for rule, true, false in judged
            ]
        return self._named[measure]

    def urgency(self, measure: str) -> Numbers:
        found = np.full(self.portfolio.rows, len(PRIORITIES), np.int16)
        for rule, counts in reversed(self.calling(measure)):
            found[counts] = PRIORITIES.index(rule.priority)
        return found

    def leads(self, measure: str) -> Numbers:
        """Who leads a measure: the best placed, then the one whom the rules name first."""
        places = {code: place for place, code in enumerate(self.rulebook.actors)}
        best = np.full(self.portfolio.rows, GRADES.index("unsuitable") * _A_GRADE, np.int16)
        lead = np.full(self.portfolio.rows, NOBODY, np.int16)
        named = self._places_in_rules(measure)
        for actor, capability in self.rulebook.able[measure]:
            if capability.role != "lead":
                continue
            rank = self._grade(actor.code, measure) * _A_GRADE
            rank += named.get(actor.code, _A_GRADE - 1)
            better = rank < best
            best[better] = rank[better]
            lead[better] = places[actor.code]
        return lead

    def _grade(self, actor: str, measure: str) -> Numbers:
        found = np.full(self.portfolio.rows, GRADES.index("able"), np.int16)
        rows = self.rulebook.actors[actor].suitability_for(measure)
        for grade in ("trusted", "present", "unsuitable"):
            for row in rows:
                if row.grade == grade:
                    found[self.judge(row.when)[0]] = GRADES.index(grade)
        return found

    def _places_in_rules(self, measure: str) -> Mapping[str, Numbers]:
        """By actor the place at which the rules that count name it as a lead."""
        found: dict[str, Numbers] = {}
        for number, (rule, counts) in reversed([*enumerate(self.calling(measure))]):
            for place, code in enumerate(rule.actors.lead):
                if code not in found:
                    found[code] = np.full(self.portfolio.rows, _A_GRADE - 1, np.int16)
                found[code][counts] = min(number * _A_RULE + place, _A_GRADE - 2)
        return found


def _grave(question: Question) -> list[str | int]:
    """The answers that are as grave as to be pressing."""
    return [
        option.code
        for option in question.options
        if option.level is not None and option.level >= PRESSING
    ]
