"""What has to come before what: measures that open a gate, end a deferral, or are named as coming
first.
"""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from cases.rulebook.entries.rules import Rulebook


def predecessors(rulebook: Rulebook) -> Mapping[str, tuple[str, ...]]:
    """For each measure those that may have to come before it, whatever the answers."""
    return {
        code: tuple(
            dict.fromkeys(
                (
                    *(row.measure for row in measure.after),
                    *(item for gate in rulebook.gates_for[code] for item in gate.opened_by),
                    *(item for wait in rulebook.deferrals_for[code] for item in wait.ended_by),
                )
            )
        )
        for code, measure in rulebook.measures.items()
    }


def circle(rulebook: Rulebook) -> tuple[str, ...]:
    """Measures of which each has to come before the next, the last one being the first again;
    empty where there is no such circle.
    """
    try:
        TopologicalSorter(predecessors(rulebook)).prepare()
    except CycleError as error:
        return tuple(error.args[1])
    return ()
