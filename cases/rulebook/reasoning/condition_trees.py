"""Conditions as trees of lines: what hidden questions count as, which parts share no question, and
which values have to be tried to know a condition exactly.
"""

from __future__ import annotations

import itertools
from collections.abc import Container, Iterator, Mapping, Sequence
from functools import lru_cache

from cases.rulebook.entries.conditions import Atom, Condition, Group, questions_of
from cases.rulebook.entries.questions import Question, Questionnaire, Value

# A line of a condition, and the truth that is wanted of it.
Line = tuple[Atom, bool]


def unfold(condition: Condition, questionnaire: Questionnaire) -> Condition:
    """A condition that states what each hidden question counts as, so that every line can be read
    on its own.
    """
    if isinstance(condition, Group):
        return Group(condition.kind, tuple(unfold(part, questionnaire) for part in condition.parts))
    question = questionnaire[condition.question]
    if question.show_if is None:
        return condition
    shown = unfold(question.show_if, questionnaire)
    if question.default is not None and condition.accepts(question.default):
        return Group("any", (condition, Group("none", (shown,))))
    return Group("all", (condition, shown))


@lru_cache(maxsize=4096)
def questions_in(tree: Condition) -> frozenset[str]:
    """The questions that an unfolded tree asks."""
    return questions_of(tree)


def independent_sets(
    parts: tuple[Condition, ...], done: Container[str]
) -> list[tuple[Condition, ...]]:
    """Parts in sets that share no question with each other, except for questions that are done."""
    sets: list[tuple[set[str], list[int]]] = []
    for index, part in enumerate(parts):
        questions = {question for question in questions_in(part) if question not in done}
        indexes = [index]
        for other in [item for item in sets if item[0] & questions]:
            sets.remove(other)
            questions |= other[0]
            indexes += other[1]
        sets.append((questions, indexes))
    return [tuple(parts[index] for index in sorted(indexes)) for _, indexes in sets]


def values_to_try(
    tree: Condition, wanted: bool, questionnaire: Questionnaire
) -> dict[str, tuple[Mapping[Atom, bool], ...]]:
    """The questions for which no single value is the worst for all lines, each with the truths that
    the values to be tried give its lines.

    To know that a tree is as wanted, it is enough to try the least favourable values: those for
    which no other value makes fewer lines fit. If one of them fits no line that another misses,
    Kleene's logic already assumes it, and no value has to be tried.
    """
    to_try: dict[str, tuple[Mapping[Atom, bool], ...]] = {}
    for code, lines in _lines_by_question(tree, wanted).items():
        question = questionnaire[code]
        # One line alone has a worst value, unless every value serves it.
        if len(lines) == 1 and not _serves_always(*lines[0], question):
            continue
        worst = _worst(lines, question)
        if len(worst) > 1 or any(worst[0]):
            to_try[code] = tuple(_truths(lines, row) for row in worst)
    return to_try


def _lines_by_question(tree: Condition, wanted: bool) -> dict[str, tuple[Line, ...]]:
    """The different lines of a tree. A line of which both truths are wanted counts as two, so that
    no value is the worst for it.
    """
    lines: dict[str, dict[Line, None]] = {}
    for line in _lines(tree, wanted):
        lines.setdefault(line[0].question, {})[line] = None
    return {question: tuple(found) for question, found in lines.items()}


def _lines(tree: Condition, wanted: bool) -> Iterator[Line]:
    if isinstance(tree, Atom):
        yield tree, wanted
        return
    for part in tree.parts:
        yield from _lines(part, wanted if tree.kind != "none" else not wanted)


def _serves_always(atom: Atom, wanted: bool, question: Question) -> bool:
    """Whether every value makes a line as wanted."""
    return all(atom.accepts(value) == wanted for value in _values_of(question))


@lru_cache(maxsize=4096)
def _values_of(question: Question) -> tuple[Value, ...]:
    if question.kind != "multiple":
        return question.option_codes
    codes = [str(code) for code in question.option_codes]
    sizes = range(len(codes) + 1)
    choices = itertools.chain.from_iterable(itertools.combinations(codes, size) for size in sizes)
    return tuple(map(frozenset, choices))


def _worst(lines: Sequence[Line], question: Question) -> list[tuple[bool, ...]]:
    """What the least favourable values do to the lines: a row for each, with whether it makes each
    line as wanted.
    """
    rows = {
        tuple(atom.accepts(value) == wanted for atom, wanted in lines)
        for value in _values_of(question)
    }
    return [row for row in rows if not any(_serves_less(other, row) for other in rows)]


def _serves_less(one: tuple[bool, ...], other: tuple[bool, ...]) -> bool:
    """Whether one row serves only lines that the other serves too, and fewer of them."""
    return one != other and all(not mine or its for mine, its in zip(one, other, strict=True))


def _truths(lines: Sequence[Line], row: tuple[bool, ...]) -> dict[Atom, bool]:
    """The truth of each line, from whether it is as wanted."""
    return {atom: served == wanted for (atom, wanted), served in zip(lines, row, strict=True)}
