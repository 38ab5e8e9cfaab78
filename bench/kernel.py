"""The same conditions as a C program, which the planes are measured beside if there is a compiler.

The program is written for one rulebook and compiled when the benchmark runs. It holds what a
careful C programmer would write and any compiler takes: 64 assessments to a machine word, planes
built from the stored codes, each rule an expression of its own, in blocks that stay in the
processor's cache. It uses no instruction of one processor by name.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cases.rulebook.entries.conditions import Atom, Condition
from cases.rulebook.entries.questions import Question, Questionnaire
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.answer_codes import Codes
from cases.rulebook.reasoning.condition_trees import unfold

Planes = npt.NDArray[np.uint64]

# How a question's codes are read: by the number of the kind in the C program.
KINDS = {"single": 0, "scale": 1, "multiple": 2}
SOURCE = Path(__file__).with_name("kernel.c")
# Words that all rules are evaluated over before the next ones.
BLOCK = 128


def compiler() -> str | None:
    """The C compiler on the PATH, if there is one."""
    return shutil.which("cc") or shutil.which("gcc")


class Kernel:
    """A rulebook compiled to C."""

    def __init__(self, rulebook: Rulebook, compiler: str) -> None:
        self.rules = len(rulebook.rules)
        questions = rulebook.questionnaire.questions
        self.kinds = np.array([KINDS[question.kind] for question in questions], np.int32)
        self.sizes = np.array([len(question.options) for question in questions], np.int32)
        self.planes = int((self.sizes + 1).sum())
        with tempfile.TemporaryDirectory() as folder:
            source, library = Path(folder, "kernel.c"), Path(folder, "kernel.so")
            source.write_text(SOURCE.read_text() + program(rulebook))
            subprocess.run(
                [compiler, "-O3", "-march=native", "-shared", "-fPIC", "-o", library, source],
                check=True,
            )
            self._library = ctypes.CDLL(str(library))

    def build(self, codes: Codes) -> Planes:
        """The planes of stored codes: a row for each assessment, with two bytes a question."""
        rows, width = codes.shape
        made = np.empty((self.planes, -(-rows // 64)), np.uint64)
        self._library.build(
            _address(codes),
            ctypes.c_size_t(rows),
            ctypes.c_size_t(width),
            _address(self.kinds),
            _address(self.sizes),
            _address(made),
        )
        return made

    def evaluate(self, planes: Planes, *, kept: bool) -> Planes:
        """For each rule where it is known true and where it is known false. Unless they are kept,
        each rule is written over the one before it, as `Portfolio.rules` does.
        """
        words = planes.shape[1]
        found = np.empty((2 * self.rules if kept else 2, words), np.uint64)
        self._library.evaluate(
            _address(planes),
            ctypes.c_size_t(words),
            _address(found),
            ctypes.c_size_t(2 * words if kept else 0),
        )
        return found


def _address(array: npt.NDArray[np.generic]) -> ctypes.c_void_p:
    assert array.flags.c_contiguous
    return ctypes.c_void_p(array.ctypes.data)


def program(rulebook: Rulebook) -> str:
    """The rules in C: for each a loop over the words of a block."""
    return "\n".join(
        [
            "\nvoid evaluate(const word *planes, size_t words, word *found, size_t step)",
            "{",
            f"    for (size_t from = 0; from < words; from += {BLOCK}) {{",
            f"        size_t to = from + {BLOCK} < words ? from + {BLOCK} : words;",
            *_loops(rulebook),
            "    }",
            "}",
            "",
        ]
    )


def _loops(rulebook: Rulebook) -> Iterator[str]:
    first = _first_planes(rulebook.questionnaire)
    for number, rule in enumerate(rulebook.rules):
        tree = unfold(rule.when, rulebook.questionnaire)
        for place, wanted in enumerate((True, False)):
            said = _expression(tree, wanted, rulebook.questionnaire, first)
            yield "        for (size_t w = from; w < to; w++)"
            yield f"            found[{number} * step + {place} * words + w] = {said};"


def _first_planes(questionnaire: Questionnaire) -> dict[str, int]:
    """By question the plane in which it is known; a plane for each option follows."""
    first, place = {}, 0
    for question in questionnaire.questions:
        first[question.code] = place
        place += len(question.options) + 1
    return first


def _expression(
    tree: Condition, wanted: bool, questionnaire: Questionnaire, first: dict[str, int]
) -> str:
    """Where a tree is known to be as wanted."""
    if isinstance(tree, Atom):
        return _line(tree, wanted, questionnaire[tree.question], first[tree.question])
    inner = wanted if tree.kind != "none" else not wanted
    parts = [_expression(part, inner, questionnaire, first) for part in tree.parts]
    sign = " & " if (tree.kind == "any") != wanted else " | "
    return f"({sign.join(parts)})"


def _line(atom: Atom, wanted: bool, question: Question, first: int) -> str:
    known = _plane(first)
    if question.kind == "scale" and atom.operator in ("at_least", "at_most"):
        level = int(atom.operand[0]) + (atom.operator == "at_most")
        met = _plane(first + 1 + level) if level < len(question.options) else "0"
        as_asked = (atom.operator == "at_least") == wanted
    else:
        met = " | ".join(_option(question, code, first) for code in atom.operand)
        as_asked = (atom.operator == "in") == wanted
    return f"({met})" if as_asked else f"({known} & ~({met}))"


def _option(question: Question, code: str | int, first: int) -> str:
    place = first + 1 + question.option_codes.index(code)
    if question.kind == "scale" and code != question.option_codes[-1]:
        return f"({_plane(place)} & ~{_plane(place + 1)})"
    return _plane(place)


def _plane(place: int) -> str:
    return f"planes[{place} * words + w]"
