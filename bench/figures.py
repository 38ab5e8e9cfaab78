"""Timing tasks side by side, and printing what came out."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

ROUNDS = 31
# Where a process keeps its arrays changes how fast it reads them: several processes measure that.
PROCESSES, ROUNDS_PER_PROCESS = 5, 15


def say(text: str = "") -> None:
    print(text, flush=True)


def duration(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


class Timings:
    """Seconds of the processor for each of several tasks, which took turns."""

    def __init__(self, rounds: dict[str, list[float]]) -> None:
        self.rounds = rounds

    def __add__(self, more: Timings) -> Timings:
        """The rounds of both."""
        names = {**self.rounds, **more.rounds}
        return Timings({name: [*self.rounds.get(name, ()), *more.rounds[name]] for name in names})

    def __getitem__(self, task: str) -> float:
        """The median of a task's seconds."""
        return statistics.median(self.rounds[task])

    def ratio(self, task: str, other: str) -> float:
        """How many times as long as another a task took: the median of what each round gives.

        What slows the machine for a while slows both tasks of a round, so this differs less from
        run to run than the ratio of two medians.
        """
        return statistics.median(one / another for one, another in self._pairs(task, other))

    def difference(self, task: str, other: str) -> float:
        """How many seconds longer than another a task took, as the median of the rounds."""
        return statistics.median(one - another for one, another in self._pairs(task, other))

    def _pairs(self, task: str, other: str) -> Iterator[tuple[float, float]]:
        return zip(self.rounds[task], self.rounds[other], strict=True)


def times(ratio: float) -> str:
    """A ratio to three significant figures, or to the whole number from 100 on."""
    return f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.3g}"


def timed(
    tasks: dict[str, Callable[[], Any]], rounds: int = ROUNDS, *, warm: bool = False
) -> Timings:
    """Run the tasks in turn, in so many rounds, without garbage collection during a task.

    Between two tasks everything is searched for garbage. That empties the processor's caches, as
    the requests of other people do. With `warm` it is left out.
    """
    found: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            if not warm:
                gc.collect()
            gc.disable()
            began = time.process_time()
            task()
            found[name].append(time.process_time() - began)
            gc.enable()
    return Timings(found)


def in_fresh_processes(measurements: Mapping[str, Callable[[], Timings]]) -> dict[str, Timings]:
    """The rounds of each measurement, which is made in several processes, one after the other.

    The measurements take turns, so that the rounds of each are spread over the whole time: the
    machine can read memory more slowly for minutes while it computes as fast as before. The
    measurements are pickled.
    """
    found = {name: Timings({}) for name in measurements}
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as pool:
        for _ in range(PROCESSES):
            for name, measure in measurements.items():
                found[name] += pool.submit(measure).result()
    return found
