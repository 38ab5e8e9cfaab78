"""Timing tasks side by side, and printing what came out."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from typing import Any

REPEATS = 7


def say(text: str = "") -> None:
    print(text, flush=True)


def duration(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def medians(tasks: dict[str, Callable[[], Any]], repeats: int = REPEATS) -> dict[str, float]:
    """Seconds of the processor for each task: medians of repeats that take turns, so that whatever
    slows the machine slows all.
    """
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(repeats):
        for name, task in tasks.items():
            gc.collect()
            gc.disable()
            began = time.process_time()
            task()
            times[name].append(time.process_time() - began)
            gc.enable()
    return {name: statistics.median(values) for name, values in times.items()}
