"""What has to come before what: measures that open a gate, end a deferral, or are named as coming
first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import chain
from typing import TYPE_CHECKING, Literal

from cases.rulebook.entries.rulebook import Rulebook

if TYPE_CHECKING:
    from cases.rulebook.reasoning.advice import MeasureAdvice

Way = Literal["measures", "time", "none"]


def predecessors(rulebook: Rulebook) -> Mapping[str, tuple[str, ...]]:
    """For each measure those that may have to come before it, whatever the answers."""
    earlier = {}
    for code, measure in rulebook.measures.items():
        found = [
            *(row.measure for row in measure.after),
            *chain.from_iterable(gate.opened_by for gate in rulebook.gates_for[code]),
            *chain.from_iterable(item.ended_by for item in rulebook.deferrals_for[code]),
        ]
        earlier[code] = tuple(dict.fromkeys(found))
    return earlier


def circle(rulebook: Rulebook) -> tuple[str, ...]:
    """Measures of which each has to come before the next, ending with the first one again. Empty if
    there is no such circle.
    """
    try:
        TopologicalSorter(predecessors(rulebook)).prepare()
    except CycleError as error:
        return tuple(error.args[1])
    return ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a measure waits for: measures that come before it, of those that are called for.

    `way` says what can make a blocked or deferred measure possible: measures, time alone, or
    nothing in the catalogue. If it is measures, `path` has those from one that is shown to the last
    before it.
    """

    waits_for: tuple[str, ...] = ()
    way: Way | None = None
    path: tuple[str, ...] = ()


class Order:
    """What each measure of the advice waits for."""

    def __init__(self, rows: Mapping[str, MeasureAdvice]) -> None:
        self.rows = rows
        self._found: dict[str, Waiting] = {}

    def waiting(self, code: str) -> Waiting:
        """What a measure waits for. Measures that are open or not indicated wait for nothing."""
        if code not in self._found:
            self._found[code] = self._wait(self.rows[code])
        return self._found[code]

    def _wait(self, row: MeasureAdvice) -> Waiting:
        if row.is_shown:
            return Waiting(self._called(item.measure for item in row.measure.after))
        if not row.is_called_for:
            return Waiting()
        obstacles = [
            *(finding.gate.opened_by for finding in row.gates if finding.value == "fails"),
            *(finding.deferral.ended_by for finding in row.deferred_by),
        ]
        ways = [[code for code in codes if self._can_come(code)] for codes in obstacles]
        after = self._called(item.measure for item in row.measure.after)
        waits_for = tuple(dict.fromkeys((*chain.from_iterable(ways), *after)))
        ended_by_time = [finding for finding in row.deferred_by if not finding.deferral.ended_by]
        blocked = sum(not way for way in ways) > len(ended_by_time)
        if blocked:
            return Waiting(waits_for, "none")
        paths = [min((self._path_to(code) for code in way), key=len) for way in ways if way]
        if not paths:
            return Waiting(waits_for, "time")
        # Of several obstacles, the one that takes the most steps shows how long the way is.
        return Waiting(waits_for, "measures", max(paths, key=len))

    def _called(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Those of some measures that are called for here, whether or not they have to wait."""
        return tuple(code for code in codes if self.rows[code].is_called_for)

    def _can_come(self, code: str) -> bool:
        """Whether a measure is shown, or shown measures can make it possible."""
        return self.rows[code].is_shown or self.waiting(code).way == "measures"

    def _path_to(self, code: str) -> tuple[str, ...]:
        return (*self.waiting(code).path, code)


def opens(waiting: Mapping[str, Waiting]) -> Mapping[str, tuple[str, ...]]:
    """For each measure those that wait for it."""
    found: dict[str, list[str]] = {code: [] for code in waiting}
    for code, row in waiting.items():
        for other in row.waits_for:
            found[other].append(code)
    return {code: tuple(others) for code, others in found.items()}
