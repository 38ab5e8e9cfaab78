"""The condition tree: all / any / none over lines that each ask something of one question.

A leaf of a rule's condition is an `Atom`. Invariants use the same tree with further kinds of leaf,
so the group is generic in its leaf.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, cast

from cases.rulebook.entries.issues import Issue, Location

if TYPE_CHECKING:
    from cases.rulebook.entries.questions import Question

Operator = Literal["in", "none_of", "at_least", "at_most"]
GroupKind = Literal["all", "any", "none"]
Code = str | int
Leaf = TypeVar("Leaf")

OPERATORS: tuple[Operator, ...] = ("in", "none_of", "at_least", "at_most")
GROUP_KINDS: tuple[GroupKind, ...] = ("all", "any", "none")


@dataclass(frozen=True, slots=True)
class Atom:
    """One line of a condition: the answer to `question` is compared with `operand` by `operator`.

    `in` and `none_of` take option codes. For a multiple choice `in` means that at least one of them
    is chosen and `none_of` that none is. `at_least` and `at_most` take one level, 0–4, of a scale.
    """

    question: str
    operator: Operator
    operand: tuple[Code, ...]

    def accepts(self, value: Code | frozenset[str]) -> bool:
        """Whether a known answer makes the line true."""
        if isinstance(value, frozenset):
            met = any(code in value for code in self.operand)
            return met if self.operator == "in" else not met
        if self.operator == "in":
            return value in self.operand
        if self.operator == "none_of":
            return value not in self.operand
        level, bound = int(value), int(self.operand[0])
        return level >= bound if self.operator == "at_least" else level <= bound


@dataclass(frozen=True, slots=True)
class Group(Generic[Leaf]):
    """`all`: every part is true. `any`: at least one is. `none`: not one is."""

    kind: GroupKind
    parts: tuple[Leaf | Group[Leaf], ...]


Condition = Atom | Group[Atom]


def leaves(tree: Leaf | Group[Leaf]) -> Iterator[Leaf]:
    """Every leaf of a tree, from left to right."""
    if isinstance(tree, Group):
        for part in tree.parts:
            yield from leaves(cast("Leaf | Group[Leaf]", part))
    else:
        yield tree


def questions_of(condition: Condition) -> frozenset[str]:
    """The codes of the questions that a condition names itself (not those that decide whether these
    are shown).
    """
    return frozenset(atom.question for atom in leaves(condition))


def parse_tree(raw: Any, read_leaf: Callable[[Mapping[str, Any]], Leaf]) -> Leaf | Group[Leaf]:
    """Read a tree whose shape the schema has checked: a mapping that is a group or a leaf."""
    for kind in GROUP_KINDS:
        if kind in raw:
            return Group(kind, tuple(parse_tree(part, read_leaf) for part in raw[kind]))
    return read_leaf(raw)


def parse_atom(raw: Mapping[str, Any]) -> Atom:
    """Read one line, `{question: CODE, OPERATOR: OPERAND}`."""
    operator = next(name for name in OPERATORS if name in raw)
    operand = raw[operator]
    return Atom(
        raw["question"], operator, tuple(operand) if isinstance(operand, list) else (operand,)
    )


def parse_condition(raw: Any) -> Condition:
    """Read a rule's, a gate's or a show-if's condition."""
    return parse_tree(raw, parse_atom)


def dump_condition(condition: Condition) -> dict[str, Any]:
    """The condition as the document writes it: the inverse of `parse_condition`."""
    if isinstance(condition, Group):
        return {condition.kind: [dump_condition(part) for part in condition.parts]}
    operand: Any = (
        list(condition.operand) if condition.operator in ("in", "none_of") else condition.operand[0]
    )
    return {"question": condition.question, condition.operator: operand}


def check_atom(
    atom: Atom, questions: Mapping[str, Question], location: Location
) -> Iterator[Issue]:
    """What is wrong with a line, given the questionnaire."""
    question = questions.get(atom.question)
    if question is None:
        yield Issue(location, f"there is no question '{atom.question}'")
        return
    if atom.operator in ("at_least", "at_most") and question.kind != "scale":
        yield Issue(
            location, f"'{atom.operator}' needs a scale, and '{atom.question}' is not one: use 'in'"
        )
        return
    for code in atom.operand:
        if code not in question.option_codes:
            known = ", ".join(str(option) for option in question.option_codes)
            yield Issue(
                location, f"'{atom.question}' has no option '{code}': its options are {known}"
            )


def check_condition(
    condition: Condition, questions: Mapping[str, Question], location: Location
) -> Iterator[Issue]:
    """What is wrong with a condition, line by line."""
    for atom in leaves(condition):
        yield from check_atom(atom, questions, location)
