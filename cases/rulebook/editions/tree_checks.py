"""What is wrong with the shape of a condition or a statement, line by line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from cases.rulebook.entries.conditions import GROUP_KINDS, OPERATORS
from cases.rulebook.entries.description import CODE, WORD
from cases.rulebook.entries.issues import Issue, Location

_LINE = "a line has 'question' and one of 'in', 'none_of', 'at_least' and 'at_most'"
_PARTS = f"{_LINE}; a group has 'all', 'any' or 'none' with a list of lines"


# What is wrong with a leaf that is no line about a question.
LeafCheck = Callable[[dict[Any, Any], Location], Iterator[Issue]]


def not_a_line(raw: dict[Any, Any], location: Location) -> Iterator[Issue]:
    """The issue of a leaf that is no line, in a condition, where all are lines about questions."""
    yield Issue(location, f"{_quoted(raw) or 'nothing'} is neither a line nor a group: {_PARTS}")


def tree_issues(raw: Any, location: Location, others: LeafCheck = not_a_line) -> Iterator[Issue]:
    """What is wrong in a tree of lines and groups, each at its line, such as `when.all[0]`.

    `others` checks the leaves that are no lines about questions.
    """
    if not isinstance(raw, dict):
        yield Issue(location, f"a line or a group is needed here: {_PARTS}")
        return
    kind = next((kind for kind in GROUP_KINDS if kind in raw), None)
    if kind is not None:
        yield from _group_issues(raw, kind, location, others)
    elif "question" in raw:
        yield from _line_issues(raw, location)
    else:
        yield from others(raw, location)


def _group_issues(
    raw: dict[Any, Any], kind: str, location: Location, others: LeafCheck
) -> Iterator[Issue]:
    beside = _quoted(name for name in raw if name != kind)
    if beside:
        yield Issue(location, f"{beside} cannot be beside '{kind}': move it into the list")
    parts = raw[kind]
    if not isinstance(parts, list) or not parts:
        yield Issue(location, f"'{kind}' needs a list with at least one line")
        return
    for number, part in enumerate(parts):
        yield from tree_issues(part, location.at(f"{location.field}.{kind}[{number}]"), others)


def _line_issues(raw: dict[Any, Any], location: Location) -> Iterator[Issue]:
    if not _fits(CODE, raw["question"]):
        yield Issue(location, "'question' needs the code of a question")
    unknown = _quoted(name for name in raw if name not in ("question", *OPERATORS))
    compared = [operator for operator in OPERATORS if operator in raw]
    if unknown:
        yield Issue(location, f"{unknown} is not known in a line: {_LINE}")
    elif not compared:
        yield Issue(location, f"the answers are missing: {_LINE}")
    elif len(compared) > 1:
        yield Issue(location, f"a line has one comparison: keep one of {_quoted(compared)}")
    for operator in compared:
        yield from _operand_issues(operator, raw[operator], location)


def _operand_issues(operator: str, operand: Any, location: Location) -> Iterator[Issue]:
    if operator in ("at_least", "at_most"):
        if type(operand) is not int or not 0 <= operand <= 4:
            yield Issue(location, f"'{operator}' needs a whole number from 0 to 4")
    elif not isinstance(operand, list) or not operand or not all(map(_is_answer, operand)):
        yield Issue(location, f"'{operator}' needs a list with the code of at least one answer")


def _is_answer(value: Any) -> bool:
    return type(value) is int or _fits(WORD, value)


def _fits(pattern: str, value: Any) -> bool:
    return isinstance(value, str) and re.search(pattern, value) is not None


def _quoted(names: Iterable[Any]) -> str:
    return ", ".join(f"'{name}'" for name in names)
