"""The few measures to begin with, compared with trying every choice."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_

from hypothesis import given
from hypothesis import strategies as st

from cases.rulebook.reasoning.selection import Choosable, select

options = st.lists(st.integers(0, 63), max_size=8).map(
    lambda does: [Choosable(str(place), item) for place, item in enumerate(does)]
)
sizes = st.integers(1, 5)


def done_by(choice: Sequence[Choosable]) -> int:
    return reduce(or_, (item.does for item in choice), 0)


def best_choices(given: Sequence[Choosable], most: int) -> list[tuple[Choosable, ...]]:
    """Every choice that does the most, and of these the smallest, by trying them all."""

    def every_choice() -> Iterator[tuple[Choosable, ...]]:
        for size in range(most + 1):
            yield from itertools.combinations(given, size)

    most_done = max(done_by(choice).bit_count() for choice in every_choice())
    reaching = [item for item in every_choice() if done_by(item).bit_count() == most_done]
    smallest = min(len(choice) for choice in reaching)
    return [choice for choice in reaching if len(choice) == smallest]


@given(options, sizes)
def test_the_choice_does_as_much_as_any_is_as_small_as_any_and_is_the_first_of_these(
    given: list[Choosable], most: int
) -> None:
    # Choices are tried in the order of the options, so the first of the best is the one asked for.
    expected = best_choices(given, most)[0]
    assert select(given, most).chosen == tuple(item.code for item in expected)


@given(options, sizes)
def test_what_is_in_every_best_choice_and_what_can_be_exchanged(
    given: list[Choosable], most: int
) -> None:
    found = select(given, most)
    best = [{item.code for item in choice} for choice in best_choices(given, most)]
    assert set(found.always) == set.intersection(*best)
    chosen = set(found.chosen)
    assert set(found.exchangeable) == {
        (code, other.code)
        for code in chosen
        for other in given
        if other.code not in chosen and chosen - {code} | {other.code} in best
    }


@given(options, sizes)
def test_no_measure_of_the_choice_is_redundant(given: list[Choosable], most: int) -> None:
    chosen = [item for item in given if item.code in select(given, most).chosen]
    for item in chosen:
        rest = [other for other in chosen if other is not item]
        assert done_by(rest).bit_count() < done_by(chosen).bit_count()


def test_where_nothing_is_done_nothing_is_chosen() -> None:
    found = select([Choosable("idle", 0)], 5)
    assert (found.chosen, found.always, found.exchangeable) == ((), (), ())
