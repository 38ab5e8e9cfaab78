"""The rules of a measure side by side, and the conditions that use a question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from django.utils.translation import gettext as _

from cases.rulebook.entries.catalogue import Measure
from cases.rulebook.entries.conditions import Code, Condition, questions_of
from cases.rulebook.entries.questions import Question
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.entries.rules import Rule
from cases.rulebook.reasoning.dnf import Cell, TooManyRowsError, alternatives
from cases.rulebook.wording.sentences import join, lower_first, say_condition
from cases.rulebook_phrases import phrases


@dataclass(frozen=True)
class RuleColumn:
    """A rule in a table of rules, with its condition in words. No alternatives: they are too many
    for a table.
    """

    rule: Rule
    sentence: str
    alternatives: int


@dataclass(frozen=True)
class RuleTable:
    """The rules of a measure beside each other: for each question what each rule asks of it.

    A cell holds, in words, what is asked, each with the numbers of the alternatives that ask it;
    none where all of them do. A rule is true where all that one alternative asks is.
    """

    measure: Measure
    columns: tuple[RuleColumn, ...]
    rows: tuple[
        tuple[Question, tuple[tuple[RuleColumn, tuple[tuple[tuple[int, ...], str], ...]], ...]], ...
    ]
    gates: tuple[tuple[str, str, str], ...]
    deferrals: tuple[tuple[str, str, str], ...]


def rule_table(rulebook: Rulebook, code: str) -> RuleTable:
    """All rules that call for a measure, and its gates and deferrals. Raises KeyError for no
    such measure.
    """
    questionnaire = rulebook.questionnaire
    order = {question.code: number for number, question in enumerate(questionnaire.questions)}
    columns: list[RuleColumn] = []
    cells: dict[tuple[str, str], dict[str, list[int]]] = {}
    for rule in rulebook.rules_for[code]:
        try:
            rows = sorted(
                alternatives(rule.when, questionnaire),
                key=lambda row: sorted(map(order.__getitem__, row)),
            )
        except TooManyRowsError:
            rows = []
        columns.append(
            RuleColumn(rule, say_condition(rule.when, questionnaire, phrases()), len(rows))
        )
        for number, row in enumerate(rows, 1):
            for question, cell in row.items():
                said_here = cells.setdefault((question, rule.code), {})
                said_here.setdefault(_say_cell(cell, questionnaire[question]), []).append(number)

    def lines(column: RuleColumn, question: str) -> tuple[tuple[tuple[int, ...], str], ...]:
        rows_by_text = cells.get((question, column.rule.code), {})
        return tuple(
            (() if len(of) == column.alternatives else tuple(of), text)
            for text, of in rows_by_text.items()
        )

    shown = {question for question, _rule in cells}
    return RuleTable(
        rulebook.measures[code],
        tuple(columns),
        tuple(
            (question, tuple((column, lines(column, question.code)) for column in columns))
            for question in questionnaire.questions
            if question.code in shown
        ),
        tuple(
            (gate.code, gate.title, say_condition(gate.holds, questionnaire, phrases()))
            for gate in rulebook.gates_for[code]
        ),
        tuple(
            (item.code, item.title, say_condition(item.when, questionnaire, phrases()))
            for item in rulebook.deferrals_for[code]
        ),
    )


def _say_cell(cell: Cell, question: Question) -> str:
    """What an alternative asks of a question, without the question."""
    labels_of = {option.code: lower_first(option.label) for option in question.options}
    codes = question.option_codes
    fitting = [code for code in codes if code in cell.fitting]
    left = [code for code in codes if code not in cell.fitting]

    def either(some: Iterable[Code]) -> str:
        return join([labels_of[code] for code in some], phrases().either, phrases())

    if question.kind == "multiple":
        wanted = [
            _("includes %s") % either(code for code in codes if code in some) for some in cell.among
        ]
        return join(
            [*wanted, *([_("does not include %s") % either(left)] if left else [])],
            phrases().both,
            phrases(),
        )
    several = question.kind == "scale" and bool(left) and len(fitting) > 1
    if several and fitting == list(codes[-len(fitting) :]):
        return _("%s or higher") % either(fitting[:1])
    if several and fitting == list(codes[: len(fitting)]):
        return _("%s or lower") % either(fitting[-1:])
    if not left:
        return _("any answer")
    return either(fitting) if len(fitting) <= max(len(left), 3) else _("not %s") % either(left)


@dataclass(frozen=True)
class Use:
    """One condition that asks for the answer to a question."""

    kind: str
    code: str
    title: str
    condition: str


def uses_of(rulebook: Rulebook, code: str) -> list[Use]:
    """Every rule, gate, deferral, notice and question whose condition uses a question. Raises
    KeyError for no such question.
    """
    questionnaire = rulebook.questionnaire
    questionnaire[code]
    conditions: list[tuple[str, str, str, Condition]] = [
        *(
            ("rules", rule.code, rulebook.measures[rule.measure].title, rule.when)
            for rule in rulebook.rules
        ),
        *chain.from_iterable(
            (("gates", gate.code, gate.title, condition) for condition in gate.conditions)
            for gate in rulebook.gates
        ),
        *(("deferrals", item.code, item.title, item.when) for item in rulebook.deferrals),
        *(("flags", flag.code, flag.title, flag.when) for flag in rulebook.flags),
        *(
            ("questions", item.code, item.title, item.show_if)
            for item in questionnaire.questions
            if item.show_if
        ),
    ]
    return [
        Use(kind, entry, title, say_condition(condition, questionnaire, phrases()))
        for kind, entry, title, condition in conditions
        if code in questions_of(condition)
    ]
