"""The few measures to begin with: the smallest choice that does as much as any choice can.

What a measure does, each problem that it answers and each duty that it meets, is one or more
bits of a number, so what a choice does is the union of the bits of its measures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_


@dataclass(frozen=True, slots=True)
class Choosable:
    """A measure that may be chosen. What counts more than something else has more bits."""

    code: str
    does: int


@dataclass(frozen=True, slots=True)
class Selection:
    """The chosen measures, in the order of the options.

    `always` are those in every choice that is as small and does as much. Of each pair of
    `exchangeable` the first is chosen, and the second could take its place.
    """

    chosen: tuple[str, ...]
    always: tuple[str, ...]
    exchangeable: tuple[tuple[str, str], ...]


def select(options: Sequence[Choosable], most: int) -> Selection:
    """The smallest choice of at most so many options that does as much as any such choice can.

    Of several, it is the one whose options come first: two choices are compared by the first
    option of each, then by the second, and so on.
    """
    useful = _undominated(options)
    does = [option.does for option in useful]
    target = _reached_greedily(does, most)
    while _reaches(does, most, target + 1):
        target += 1
    size = 0
    while not _reaches(does, size, target):
        size += 1
    chosen = _first_choice(useful, size, target)
    exchangeable = _exchanges(options, chosen, target)
    replaced = {code for code, _ in exchangeable}
    always = tuple(
        item.code
        for item in chosen
        if item.code not in replaced
        and not _reaches([other.does for other in options if other is not item], size, target)
    )
    return Selection(tuple(item.code for item in chosen), always, exchangeable)


def _undominated(options: Iterable[Choosable]) -> list[Choosable]:
    """The options without those that add nothing to one before them, which are never chosen."""
    kept: list[Choosable] = []
    for option in options:
        if not any(option.does | item.does == item.does for item in kept):
            kept.append(option)
    return kept


def _reached_greedily(does: Sequence[int], size: int) -> int:
    """How much so many of some options do, if each is the one that adds most to those before it.

    The best choice does at least as much.
    """
    done = 0
    for _place in range(size):
        done |= max((item & ~done for item in does), key=int.bit_count, default=0)
    return done.bit_count()


def _reaches(does: Iterable[int], size: int, target: int) -> bool:
    """Whether so many of some options can do so much together.

    Branch and bound. At each step, options that add nothing to another are left out. This is exact,
    since only the total counts here. Together, those left do at most the sum of what each does
    alone.
    """
    if target <= 0:
        return True
    left: list[int] = []
    for item in sorted(set(does), key=int.bit_count, reverse=True):
        if not any(item | other == other for other in left):
            left.append(item)
    counts = [item.bit_count() for item in left]
    if reduce(or_, left, 0).bit_count() < target:
        return False
    for place, item in enumerate(left):
        if sum(counts[place : place + size]) < target:
            return False
        beyond = (other & ~item for other in left[place + 1 :])
        if _reaches(beyond, size - 1, target - counts[place]):
            return True
    return False


def _first_choice(options: Sequence[Choosable], size: int, target: int) -> list[Choosable]:
    """The first choice of so many options that does so much, where there is one."""
    chosen: list[Choosable] = []
    done = 0
    for place, option in enumerate(options):
        if len(chosen) == size:
            break
        with_it = done | option.does
        beyond = (other.does & ~with_it for other in options[place + 1 :])
        if _reaches(beyond, size - len(chosen) - 1, target - with_it.bit_count()):
            chosen.append(option)
            done = with_it
    return chosen


def _exchanges(
    options: Iterable[Choosable], chosen: Sequence[Choosable], target: int
) -> tuple[tuple[str, str], ...]:
    """Each chosen option with each other that could take its place."""
    found = []
    for item in chosen:
        rest = reduce(or_, (other.does for other in chosen if other is not item), 0)
        found += [
            (item.code, other.code)
            for other in options
            if other not in chosen and (rest | other.does).bit_count() == target
        ]
    return tuple(found)
