"""Bit planes: a condition, or the whole rulebook, over a portfolio of assessments at once.

The packed answers of many assessments (`answer_codes`) are turned into *planes*: for each option of
a question the assessments that are known to have chosen it, for each level of a scale those known
to have reached it, one bit for each assessment. A condition then takes a few machine instructions
for 64 assessments, and says of each whether it is *known true* and whether it is *known false*;
otherwise it is undetermined.

Kleene's logic treats every line of a condition as if it could be filled in by itself. `exact` does
not: it looks for questions asked in several lines that no single value can satisfy (or break) at
once, and tries each of their values (`condition_trees`). Most questions need no such search,
because one value is the worst for all lines.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt

from cases.rulebook.entries.conditions import Atom, Code, Condition, Group
from cases.rulebook.entries.questions import Question, Questionnaire
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.entries.rules import DO_NO_HARM, Gate
from cases.rulebook.reasoning.answer_codes import CODE_TYPE, Codes
from cases.rulebook.reasoning.condition_trees import (
    independent_sets,
    questions_in,
    unfold,
    values_to_try,
)

Plane = npt.NDArray[np.uint64]
Bytes = npt.NDArray[np.uint8]

# How many ways to fill in the questions of one condition are tried before the result of Kleene's
# logic is kept.
COMBINATIONS = 4_096
# How many assessments' codes are copied at a time.
BLOCK = 256


class NotExactError(RuntimeError):
    """A condition has more combinations than are tried."""


@dataclass(frozen=True, slots=True)
class StatusPlanes:
    """Which assessments are known to have each settled status for a measure; those in none of them
    are open.
    """

    not_indicated: Plane
    recommended: Plane
    conditional: Plane
    deferred: Plane
    blocked: Plane


class Portfolio:
    """The planes of many assessments made against one questionnaire."""

    def __init__(self, questionnaire: Questionnaire, codes: Codes) -> None:
        """`codes` has a row for each question, in order, and a column for each assessment."""
        self.questionnaire = questionnaire
        self.rows = codes.shape[1]
        self.words = -(-self.rows // 64)
        self._columns = _padded_codes(questionnaire, codes, 64 * self.words)
        # One piece of memory for all planes takes the system much less time than many small ones.
        sizes = [1 + len(question.options) for question in questionnaire.questions]
        self._memory = np.empty((sum(sizes), self.words), np.uint64)
        starts = itertools.accumulate(sizes, initial=0)
        self._starts = dict(zip(self._columns, starts, strict=False))
        # Made when a condition first asks for them: an edited rule touches a few questions of many.
        self._known: dict[str, Plane] = {}
        self._chosen: dict[tuple[str, Code], Plane] = {}
        self._scratch: list[Plane] = []
        # How many values were tried for the current condition.
        self._tries = 0
        self.none = np.zeros(self.words, np.uint64)
        self.all = _bits(np.arange(64 * self.words) < self.rows)

    @classmethod
    def of(cls, questionnaire: Questionnaire, packed: Sequence[bytes]) -> Portfolio:
        """The portfolio of assessments packed by `pack`."""
        flat = np.frombuffer(b"".join(packed), CODE_TYPE)
        return cls(questionnaire, flat.reshape(len(packed), len(questionnaire.questions)).T)

    def _known_of(self, code: str) -> Plane:
        if code not in self._known:
            self._make(self.questionnaire[code])
        return self._known[code]

    def _chosen_of(self, code: str, option: Code) -> Plane:
        if code not in self._known:
            self._make(self.questionnaire[code])
        return self._chosen[code, option]

    def _make(self, question: Question) -> None:
        digits = self._digits(question)
        start = self._starts[question.code]
        known, *planes = self._memory[start : start + 1 + len(question.options)]
        known[:] = reduce(np.bitwise_or, digits)
        if question.kind == "multiple":
            # The code is one more than the options' bits. To subtract one, a digit is changed where
            # all below it are zero.
            borrowed = known.copy()
            for plane, digit in zip(planes, digits, strict=False):
                np.bitwise_xor(digit, borrowed, out=plane)
                borrowed &= plane
        else:
            _find_values(digits, planes)
        if question.kind == "scale":
            for higher, lower in itertools.pairwise(planes[::-1]):
                lower |= higher
        self._known[question.code] = known
        for code, plane in zip(question.option_codes, planes, strict=True):
            self._chosen[question.code, code] = plane

    def _digits(self, question: Question) -> list[Plane]:
        """The binary digits of a question's codes, a plane for each, the lowest first."""
        columns = self._columns[question.code]
        return [
            _bits(columns[place // 8] & np.uint8(1 << place % 8))
            for place in range(_greatest(question).bit_length())
        ]

    def rows_of(self, plane: Plane) -> npt.NDArray[np.bool_]:
        """A plane as one truth value for each assessment."""
        return np.unpackbits(plane.view(np.uint8), count=self.rows, bitorder="little").astype(bool)

    @property
    def nbytes(self) -> int:
        """The memory that the planes of all questions take."""
        for question in self.questionnaire.questions:
            self._known_of(question.code)
        return sum(plane.nbytes for plane in (*self._known.values(), *self._chosen.values()))

    # Kleene ---------------------------------------------------------------------------------------

    def kleene(self, condition: Condition) -> tuple[Plane, Plane]:
        """Where a condition is known true and where it is known false, by Kleene's logic."""
        tree = unfold(condition, self.questionnaire)
        return self._plane(tree, True, 0, {}).copy(), self._plane(tree, False, 0, {}).copy()

    def _plane(
        self, tree: Condition, wanted: bool, depth: int, assumed: Mapping[Atom, tuple[Plane, bool]]
    ) -> Plane:
        """Where a tree is known to have the wanted value. The plane may be reused or stored, so
        callers must not keep it.
        """
        if isinstance(tree, Atom):
            return self._atom(tree, wanted, depth, assumed)
        inner = wanted if tree.kind != "none" else not wanted
        join = np.bitwise_and if (tree.kind == "any") != wanted else np.bitwise_or
        out = self._buffer(depth)
        result = self._plane(tree.parts[0], inner, depth, assumed)
        for part in tree.parts[1:]:
            result = join(result, self._plane(part, inner, depth + 1, assumed), out=out)
        return result

    def _atom(
        self, atom: Atom, wanted: bool, depth: int, assumed: Mapping[Atom, tuple[Plane, bool]]
    ) -> Plane:
        question = self.questionnaire[atom.question]
        out = self._buffer(depth)
        known = self._known_of(atom.question)
        if question.kind == "scale" and atom.operator in ("at_least", "at_most"):
            level = int(atom.operand[0]) + (atom.operator == "at_most")
            reached = self.none if level > 4 else self._chosen_of(atom.question, level)
            as_asked = (atom.operator == "at_least") == wanted
            result = reached if as_asked else np.bitwise_xor(known, reached, out=out)
        else:
            result = self._among(question, atom.operand, out)
            if (atom.operator == "in") != wanted:
                result = np.bitwise_xor(known, result, out=out)
        if atom in assumed:
            missing, truth = assumed[atom]
            if truth == wanted:
                result = np.bitwise_or(result, missing, out=out)
        return result

    def _among(self, question: Question, operand: Iterable[Code], out: Plane) -> Plane:
        """Where one of the options is known to be chosen."""
        planes = [self._option(question, code) for code in operand]
        result = planes[0]
        for plane in planes[1:]:
            result = np.bitwise_or(result, plane, out=out)
        return result

    def _option(self, question: Question, code: Code) -> Plane:
        plane = self._chosen_of(question.code, code)
        if question.kind != "scale" or code == question.option_codes[-1]:
            return plane
        return plane ^ self._chosen_of(question.code, int(code) + 1)

    def _buffer(self, depth: int) -> Plane:
        while len(self._scratch) <= depth:
            self._scratch.append(np.empty(self.words, np.uint64))
        return self._scratch[depth]

    # Exact ----------------------------------------------------------------------------------------

    def exact(self, condition: Condition) -> tuple[Plane, Plane]:
        """Where a condition is true, and where it is false, whatever the missing answers are.

        Raises NotExactError if there are too many combinations to try.
        """
        tree = unfold(condition, self.questionnaire)
        return self._settled(tree, True), self._settled(tree, False)

    def _settled(self, tree: Condition, wanted: bool) -> Plane:
        """Where a tree has the wanted value whatever the missing answers are."""
        self._tries = 0
        return self._for_all(tree, wanted, {})

    def _for_all(
        self, tree: Condition, wanted: bool, assumed: Mapping[Atom, tuple[Plane, bool]]
    ) -> Plane:
        """Where a tree is as wanted whatever the missing answers are to the questions of which
        nothing is assumed.

        Parts that must all be so are looked at one by one. Of parts of which one is enough, those
        that share no open question are too: if none of them is sure, each can fail. Only for the
        rest does every value of a question have to be tried, after which they may be independent.
        """
        done = {atom.question for atom in assumed}
        to_try = {
            question: values
            for question, values in values_to_try(tree, wanted, self.questionnaire).items()
            if question not in done
        }
        if not to_try:
            return self._plane(tree, wanted, 0, assumed).copy()
        if isinstance(tree, Atom):
            return self.all.copy()  # every answer serves it
        inner = wanted if tree.kind != "none" else not wanted
        if (tree.kind == "any") != wanted:
            planes = (self._for_all(part, inner, assumed) for part in tree.parts)
            return reduce(np.bitwise_and, planes)
        sets = independent_sets(tree.parts, done)
        if len(sets) > 1:
            wholes = (Group(tree.kind, parts) for parts in sets)
            planes = (self._for_all(whole, wanted, assumed) for whole in wholes)
            return reduce(np.bitwise_or, planes)
        if len(tree.parts) == 1:
            return self._for_all(tree.parts[0], inner, assumed)
        asked = [questions_in(part) for part in tree.parts]
        shared = max(to_try, key=lambda question: sum(question in some for some in asked))
        missing = self.all & ~self._known_of(shared)
        settled = self.all
        for truths in to_try[shared]:
            self._tries += 1
            if self._tries > COMBINATIONS:
                raise NotExactError(f"more than {COMBINATIONS} combinations")
            taken = {atom: (missing, truth) for atom, truth in truths.items()}
            settled = settled & self._for_all(tree, wanted, {**assumed, **taken})
        return settled

    # The rulebook ---------------------------------------------------------------------------------

    def rules(self, rulebook: Rulebook) -> Iterator[tuple[str, Plane, Plane]]:
        """For each rule: its code, where it is known true, and where it is known false, by Kleene's
        logic. The planes are overwritten by those of the next rule.
        """
        for rule in rulebook.rules:
            tree = unfold(rule.when, self.questionnaire)
            known_true = self._plane(tree, True, 1, {})
            np.copyto(self._buffer(0), known_true)
            yield rule.code, self._buffer(0), self._plane(tree, False, 1, {})

    def statuses(self, rulebook: Rulebook, measure: str, *, exact: bool = True) -> StatusPlanes:
        """Which assessments are known to have each status for a measure.

        With `exact`, an assessment is open only where some way to fill in the missing answers
        changes its status.
        """
        if not rulebook.rules_for[measure]:
            return StatusPlanes(self.all, self.none, self.none, self.none, self.none)
        gates = rulebook.gates_for[measure]
        called = _any(rule.when for rule in rulebook.rules_for[measure])
        called_true = self._surely(called, True, exact)
        called_false = self._surely(called, False, exact)
        # A conjunction is known where each of its conditions is known, so only a denial of several
        # has to be evaluated as one.
        unhindered = called_true
        deferred = self.none
        if rulebook.deferrals_for[measure]:
            waits = _any(deferral.when for deferral in rulebook.deferrals_for[measure])
            unhindered = called_true & self._surely(waits, False, exact)
            deferred = called_true & self._surely(waits, True, exact)
            for gate in gates:
                if gate.kind == DO_NO_HARM:
                    deferred &= self._surely(_not_failing(gate), True, exact)
        if not gates:
            return StatusPlanes(called_false, unhindered, self.none, deferred, self.none)
        recommended, conditional = unhindered, unhindered
        for gate in gates:
            recommended = recommended & self._surely(gate.holds, True, exact)
            conditional = conditional & self._surely(_not_failing(gate), True, exact)
        free = _all(gate.holds for gate in gates)
        let_through = _let_through(rulebook, measure)
        return StatusPlanes(
            not_indicated=called_false,
            recommended=recommended,
            conditional=conditional & self._surely(free, False, exact),
            deferred=deferred,
            blocked=called_true & self._surely(let_through, False, exact)
            if let_through
            else self.none,
        )

    def _surely(self, condition: Condition, wanted: bool, exact: bool) -> Plane:
        """Where a condition is known to be as wanted."""
        tree = unfold(condition, self.questionnaire)
        return self._settled(tree, wanted) if exact else self._plane(tree, wanted, 0, {}).copy()


def _bits(flags: Bytes | npt.NDArray[np.bool_]) -> Plane:
    """A plane that has a bit for each flag that is not zero. Flags come in whole words."""
    return np.packbits(flags, bitorder="little").view(np.uint64)


def _find_values(digits: Sequence[Plane], planes: Sequence[Plane]) -> None:
    """Fills each plane with where the digits make up its value: 1 in the first, 2 in the next."""
    zeros = [~digit for digit in digits]
    for value, plane in enumerate(planes, 1):
        first, *others = (
            digit if value >> place & 1 else zero
            for place, (digit, zero) in enumerate(zip(digits, zeros, strict=True))
        )
        plane[:] = first
        for other in others:
            plane &= other


def _greatest(question: Question) -> int:
    """The greatest code that an answer to a question can have."""
    size = len(question.options)
    return 1 << size if question.kind == "multiple" else size


def _padded_codes(
    questionnaire: Questionnaire, codes: Codes, length: int
) -> dict[str, list[Bytes]]:
    """The codes of each question, with zeros up to a length: their lower bytes, and their upper
    bytes if the question has so many options.

    Stored codes lie an assessment side by side, and a plane needs them a question side by side.
    They are copied in blocks that stay in the processor's fastest memory.
    """
    questions = questionnaire.questions
    lower = np.zeros((len(codes), length), np.uint8)
    upper = {
        row: np.zeros(length, np.uint8)
        for row, question in enumerate(questions)
        if _greatest(question) > 0xFF
    }
    for start in range(0, codes.shape[1], BLOCK):
        block = slice(start, min(start + BLOCK, codes.shape[1]))
        lower[:, block] = codes[:, block]
        for row, column in upper.items():
            column[block] = codes[row, block] >> 8
    return {
        question.code: [lower[row], upper[row]] if row in upper else [lower[row]]
        for row, question in enumerate(questions)
    }


def _any(conditions: Iterable[Condition]) -> Condition:
    return Group("any", tuple(conditions))


def _all(conditions: Iterable[Condition]) -> Condition:
    return Group("all", tuple(conditions))


def _not_failing(gate: Gate) -> Condition:
    return _any((gate.holds, *(row.when for row in gate.on_condition)))


def _let_through(rulebook: Rulebook, measure: str) -> Condition | None:
    """The condition under which nothing blocks a measure: no gate on harm fails, and no other gate
    fails unless a deferral, which outranks it, is true. None if no gate can block the measure.
    """
    gates = rulebook.gates_for[measure]
    harms = [_not_failing(gate) for gate in gates if gate.kind == DO_NO_HARM]
    others = [_not_failing(gate) for gate in gates if gate.kind != DO_NO_HARM]
    if not others:
        return _all(harms) if harms else None
    waits = [deferral.when for deferral in rulebook.deferrals_for[measure]]
    return _all((*harms, _any((*waits, _all(others)))))
