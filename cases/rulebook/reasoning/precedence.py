"""Which of two measures comes first, without weights.

One measure comes before another if it is no worse in any respect and better in at least one: its
line in the phase, its urgency, whether it is ready, the pressing problems that it answers directly,
and the strength of the evidence for it. This is a strict partial order: many pairs are
not ordered. A page lists measures by `place`, which keeps to that order and decides the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cases.rulebook.entries.catalogue import Line, Measure, Strength
from cases.rulebook.wording.sentences import ENGLISH, Phrases, join

if TYPE_CHECKING:
    from cases.rulebook.reasoning.advice import Advice, MeasureAdvice

LINES: tuple[Line, ...] = ("first", "second", "background")
STRENGTHS: tuple[Strength, ...] = ("strong", "moderate", "limited", "none")
# The line of a measure where the phase is not known, or where the measure states none.
NO_LINE: Line = "second"


@dataclass(frozen=True, slots=True)
class Merits:
    """What the order compares in a measure that is shown. Of two numbers the smaller is better."""

    measure: Measure
    line: int
    urgency: int
    # 0 if it is recommended, 1 if it is conditional.
    readiness: int
    # The pressing problems that it answers directly.
    answers: frozenset[str]
    evidence: int
    # Its place in the catalogue, which decides where nothing else does.
    entry: int

    @property
    def place(self) -> tuple[int, ...]:
        """The sort key for lists of measures. It agrees with `comes_before`."""
        return (
            self.line,
            self.urgency,
            self.readiness,
            -len(self.answers),
            self.evidence,
            self.entry,
        )

    def comes_before(self, other: Merits) -> bool:
        """Whether it is no worse than the other in any respect, and better in at least one."""
        mine = (self.line, self.urgency, self.readiness, self.evidence)
        its = (other.line, other.urgency, other.readiness, other.evidence)
        return (
            all(a <= b for a, b in zip(mine, its, strict=True))
            and self.answers >= other.answers
            and (mine != its or self.answers != other.answers)
        )


def merits_of(row: MeasureAdvice, entry: int, answers: frozenset[str]) -> Merits:
    """What the order compares in a measure that is shown."""
    evidence = row.measure.evidence
    return Merits(
        row.measure,
        LINES.index(row.line or NO_LINE),
        row.urgency,
        int(row.status != "recommended"),
        answers,
        STRENGTHS.index(evidence.strength if evidence else "none"),
        entry,
    )


def merits_in(advice: Advice) -> Mapping[str, Merits]:
    """What the order compares in each measure that the advice shows, in the order of the list."""
    answers: dict[str, set[str]] = {}
    for problem in advice.problems:
        for code in problem.answered_by if problem.is_pressing else ():
            answers.setdefault(code, set()).add(problem.question)
    found = [
        merits_of(row, entry, frozenset(answers.get(code, ())))
        for entry, (code, row) in enumerate(advice.measures.items())
        if row.is_shown
    ]
    return {item.measure.code: item for item in sorted(found, key=lambda item: item.place)}


def explain(advice: Advice, first: str, second: str, phrases: Phrases = ENGLISH) -> str | None:
    """Why one measure that the advice shows comes before another, as one sentence; None if the
    order leaves both possible.
    """
    found = merits_in(advice)
    mine, its = found[first], found[second]
    if not mine.comes_before(its):
        return None
    more = [
        phrases.quoted.format(text=problem.says)
        for problem in advice.problems
        if problem.question in mine.answers - its.answers
    ]
    ahead = [
        (mine.line < its.line, phrases.of_earlier_line),
        (mine.urgency < its.urgency, phrases.more_urgent),
        (mine.readiness < its.readiness, phrases.needs_no_condition),
        (bool(more), phrases.answers_more.format(problems=join(more, phrases.both, phrases))),
        (mine.evidence < its.evidence, phrases.stronger_evidence),
    ]
    return phrases.comes_before.format(
        first=phrases.quoted.format(text=mine.measure.title),
        second=phrases.quoted.format(text=its.measure.title),
        reasons=join([text for is_so, text in ahead if is_so], phrases.both, phrases),
    )
