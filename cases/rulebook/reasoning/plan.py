"""What to do first, next and later: the plan that the advice makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cases.rulebook.entries.catalogue import Measure
from cases.rulebook.entries.questions import PHASE
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.logic import Facts
from cases.rulebook.reasoning.precedence import LINES, Merits
from cases.rulebook.reasoning.problems import PRESSING
from cases.rulebook.reasoning.selection import Choosable, Selection, select

if TYPE_CHECKING:
    from cases.rulebook.reasoning.advice import MeasureAdvice

# How many measures come first: the fewest that can be set, the default, and the most.
FEWEST, USUAL, MOST = 3, 5, 8
SIGNS = "signs"
BACKGROUND = LINES.index("background")


@dataclass(frozen=True, slots=True)
class Plan:
    """Measures by their codes: what to do first (at most `most`), next and later, each in order.

    `always` are in every choice that is as small and answers as much. Of each pair of
    `exchangeable` the first is in this choice, and the second could take its place. `unanswered`
    are the questions that describe a pressing problem on which no measure shown acts.
    """

    most: int
    first: tuple[str, ...]
    next: tuple[str, ...]
    later: tuple[str, ...]
    always: tuple[str, ...]
    exchangeable: tuple[tuple[str, str], ...]
    unanswered: tuple[str, ...]


def is_crisis(rulebook: Rulebook, facts: Facts, levels: Mapping[str, int | None]) -> bool:
    """Whether people need protection now: the phase, or a sign of atrocity crimes, is pressing."""
    questions = rulebook.questionnaire.by_code
    phase = facts.value(PHASE) if PHASE in questions else None
    grave = (questions[PHASE].level(phase) or 0) >= PRESSING if phase is not None else False
    return grave or any(
        level is not None and level >= PRESSING
        for code, level in levels.items()
        if questions[code].section == SIGNS
    )


def choose(merits: Sequence[Merits], most: int, *, crisis: bool) -> Selection:
    """The measures to begin with, of those shown, which are in order.

    AAG §I asks of assistance in a crisis that it protects from immediate threats, and of all
    assistance that it develops capacity for the long term. So one measure of each kind is chosen
    where one is shown, whatever problems others answer.
    """
    protecting = _protecting(merits) if crisis else frozenset()
    building = frozenset(item.measure.code for item in merits if _builds(item.measure))
    pressing = sorted(frozenset[str]().union(*(item.answers for item in merits)))
    bits = {problem: 1 << place for place, problem in enumerate(pressing)}
    # A duty counts for more than all problems together.
    duty = (1 << len(pressing) + 1) - 1
    duties = (
        (building, duty << len(pressing)),
        (protecting, duty << 2 * len(pressing) + 1),
    )
    options = []
    for item in merits:
        code = item.measure.code
        answered = sum(bits[problem] for problem in item.answers)
        met = sum(block for codes, block in duties if code in codes)
        options.append(Choosable(code, answered + met))
    return select(options, most)


def _protecting(merits: Iterable[Merits]) -> frozenset[str]:
    """The measures that protect people now: protection assistance that works at once. If any of it
    is first line in this phase, only that.
    """
    at_once = [
        item
        for item in merits
        if item.measure.form == "PRO" and item.measure.horizon == "immediate"
    ]
    front = [item for item in at_once if item.line == 0]
    return frozenset(item.measure.code for item in front or at_once)


def _builds(measure: Measure) -> bool:
    """Whether a measure builds lasting capacity."""
    return measure.form == "CAP" and measure.horizon == "long"


def arrange(
    merits: Sequence[Merits],
    waiting: Iterable[MeasureAdvice],
    selection: Selection,
    most: int,
    unanswered: Iterable[str],
) -> Plan:
    """The plan of the measures shown, in order, and of those that wait for something."""
    left = [item for item in merits if item.measure.code not in selection.chosen]
    held_up = sorted(
        (row for row in waiting if row.way in ("measures", "time")),
        key=lambda row: (LINES.index(row.line or "second"), row.urgency),
    )
    return Plan(
        most,
        selection.chosen,
        tuple(item.measure.code for item in left if item.line != BACKGROUND),
        (
            *(item.measure.code for item in left if item.line == BACKGROUND),
            *(row.measure.code for row in held_up),
        ),
        selection.always,
        selection.exchangeable,
        tuple(unanswered),
    )
