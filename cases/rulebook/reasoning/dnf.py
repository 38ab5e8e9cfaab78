"""A condition as alternatives: each row asks something of some questions, and one row that fits is
enough.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cases.rulebook.entries.conditions import Atom, Code, Condition
from cases.rulebook.entries.questions import Question, Questionnaire

# The most rows of one condition that a reader can still take in.
ROWS = 500


class TooManyRowsError(ValueError):
    """A condition would need more rows than anyone reads."""


@dataclass(frozen=True)
class Cell:
    """What one row asks of one question: of a choice or a scale the values that fit; of several
    answers which of some must be among them, set by set, and which must not.
    """

    fitting: frozenset[Code]
    among: tuple[frozenset[Code], ...] = field(default=())

    def is_empty(self, question: Question) -> bool:
        """Whether no answer fits."""
        if question.kind == "multiple":
            return any(not wanted & self.fitting for wanted in self.among)
        return not self.fitting


Row = Mapping[str, Cell]


def alternatives(condition: Condition, questionnaire: Questionnaire) -> list[Row]:
    """A condition as rows of which at least one must fit, the least demanding first.

    Each line is taken as it is, whether or not its question is asked. Raises TooManyRowsError for
    more than ROWS.
    """
    rows = _rows(condition, True, questionnaire)
    kept: list[Row] = []
    for row in sorted(rows, key=len):
        if not any(_covers(other, row) for other in kept):
            kept.append(row)
    return kept


def _covers(wide: Row, narrow: Row) -> bool:
    """Whether the cells show that whatever fits the narrow row also fits the wide one."""
    return all(
        code in narrow
        and narrow[code].fitting <= cell.fitting
        and all(any(other <= wanted for other in narrow[code].among) for wanted in cell.among)
        for code, cell in wide.items()
    )


def _rows(tree: Condition, wanted: bool, questionnaire: Questionnaire) -> list[Row]:
    if isinstance(tree, Atom):
        return [{tree.question: _cell(tree, wanted, questionnaire[tree.question])}]
    inner = wanted if tree.kind != "none" else not wanted
    parts = [_rows(part, inner, questionnaire) for part in tree.parts]
    # All parts are needed for `all` to be true, and for `any` to be false; `none` is `any` that is
    # not.
    every = wanted if tree.kind == "all" else not inner
    return _joined(parts, questionnaire) if every else list(itertools.chain(*parts))


def _joined(parts: list[list[Row]], questionnaire: Questionnaire) -> list[Row]:
    """Every combination of one row from each part, without those that no answers fit."""
    rows: list[Row] = [{}]
    for rows_of_part in parts:
        pairs = itertools.product(rows, rows_of_part)
        rows = list(itertools.chain.from_iterable(_both(*pair, questionnaire) for pair in pairs))
        if len(rows) > ROWS:
            raise TooManyRowsError(f"{len(rows)} rows")
    return rows


def _both(one: Row, other: Row, questionnaire: Questionnaire) -> Iterable[Row]:
    cells = dict(one)
    for code, cell in other.items():
        if code in cells:
            cell = Cell(cells[code].fitting & cell.fitting, (*cells[code].among, *cell.among))
            if cell.is_empty(questionnaire[code]):
                return
        cells[code] = cell
    yield cells


def _cell(atom: Atom, wanted: bool, question: Question) -> Cell:
    codes = frozenset(question.option_codes)
    if question.kind != "multiple":
        return Cell(frozenset(code for code in codes if atom.accepts(code) == wanted))
    operand = frozenset(atom.operand)
    if (atom.operator == "in") == wanted:
        return Cell(codes, (operand,))
    return Cell(codes - operand)
