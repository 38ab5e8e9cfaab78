"""The peers: the same rules over the same answers, each in its fastest form and prepared before
timing.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("POLARS_MAX_THREADS", "1")

import cel
import numpy as np
import polars as pl
import z3
import zen
from pysat.solvers import Minisat22

from bench.workload import UNKNOWN, Columns
from cases.rulebook.entries.conditions import Atom, Condition, Group, questions_of
from cases.rulebook.entries.questions import Answers, Question, Questionnaire
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.entries.rules import DO_NO_HARM, Deferral, Gate, Rule

Decision = tuple[frozenset[str], frozenset[str]]


def levels(atom: Atom, question: Question) -> list[Any]:
    """The options with which a single choice or a scale makes a line true."""
    return [code for code in question.option_codes if atom.accepts(code)]


# Whole portfolios ---------------------------------------------------------------------------------


class PolarsPeer:
    """A nullable Boolean column for each option and each level of a scale, with null for unknown:
    polars' and, or and not are Kleene's. Numbers compared for each line take half as long again.
    """

    def __init__(self, rulebook: Rulebook, columns: Columns) -> None:
        self.questionnaire = rulebook.questionnaire
        self.frame = pl.DataFrame(
            [
                series
                for question in self.questionnaire.questions
                for series in self._options(question, columns[question.code])
            ]
        )
        self.rules = [self._expression(rule.when).alias(rule.code) for rule in rulebook.rules]

    def run_lazily(self) -> pl.DataFrame:
        """All rules in one query, which polars optimises; what is timed."""
        return self.frame.lazy().select(self.rules).collect()

    def run(self) -> np.ndarray:
        """1 true, 0 false, -1 undetermined, by rule and assessment."""
        found = self.run_lazily()
        return np.stack(
            [found[name].cast(pl.Int8).fill_null(-1).to_numpy() for name in found.columns]
        )

    @staticmethod
    def _options(question: Question, column: np.ndarray) -> Iterator[pl.Series]:
        """Where each option is chosen, or each level of a scale is reached."""
        answers = pl.Series(column, dtype=pl.Int16).replace(UNKNOWN, None)
        for place in range(len(question.options)):
            if question.kind == "multiple":
                met = (answers & (1 << place)) != 0
            elif question.kind == "scale":
                met = answers >= place
            else:
                met = answers == place
            yield met.alias(f"{question.code}.{place}")

    def _expression(self, condition: Condition) -> pl.Expr:
        if isinstance(condition, Group):
            parts = [self._expression(part) for part in condition.parts]
            if condition.kind == "all":
                return pl.all_horizontal(parts)
            either = pl.any_horizontal(parts)
            return either if condition.kind == "any" else ~either
        question = self.questionnaire[condition.question]
        if question.kind == "scale":
            level = int(condition.operand[0])
            if condition.operator == "at_least":
                return pl.col(f"{question.code}.{level}")
            return ~pl.col(f"{question.code}.{level + 1}")
        places = [question.option_codes.index(code) for code in condition.operand]
        met = pl.any_horizontal([f"{question.code}.{place}" for place in places])
        return met if condition.operator == "in" else ~met


# One assessment after the other -------------------------------------------------------------------


def _facts(questionnaire: Questionnaire, answers: Answers) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for question in questionnaire.questions:
        value = answers.get(question.code)
        facts[question.code] = sorted(value) if isinstance(value, frozenset) else value
    return facts


def _text(
    condition: Condition,
    questionnaire: Questionnaire,
    words: dict[str, str],
    member: Callable[..., str],
) -> str:
    if isinstance(condition, Group):
        parts = [f"({_text(part, questionnaire, words, member)})" for part in condition.parts]
        if condition.kind == "all":
            return f" {words['and']} ".join(parts)
        either = f" {words['or']} ".join(parts)
        return either if condition.kind == "any" else f"{words['not']}({either})"
    question = questionnaire[condition.question]
    if question.kind == "scale":
        sign = ">=" if condition.operator == "at_least" else "<="
        met = f"{condition.question} {sign} {condition.operand[0]}"
    elif question.kind == "multiple":
        chosen = member(condition.question, list(condition.operand))
        met = chosen if condition.operator == "in" else f"{words['not']}({chosen})"
    else:
        met = f"{condition.question} in {json.dumps(levels(condition, question))}"
    return f"{condition.question} != null {words['and']} {met}"


class ZenPeer:
    """All rules as one compiled expression, a list. Its logic has two values. A decision of one
    node with the same expressions takes nearly three times as long.
    """

    on_unknown = (
        "a comparison with null is an error, so each line asks first, and unknown counts as false"
    )

    def __init__(self, rulebook: Rulebook, sample: Sequence[Answers]) -> None:
        words = {"and": "and", "or": "or", "not": "not"}
        rules = [
            _text(rule.when, rulebook.questionnaire, words, self._some) for rule in rulebook.rules
        ]
        self.expression = zen.compile_expression(f"[{', '.join(rules)}]")
        self.contexts = [_facts(rulebook.questionnaire, answers) for answers in sample]

    @staticmethod
    def _some(question: str, operand: list[Any]) -> str:
        return f"some({question}, # in {json.dumps(operand)})"

    def run(self) -> list[list[bool]]:
        return [self.expression.evaluate(context) for context in self.contexts]


class CelPeer:
    """All rules as one compiled program, a list. Its logic has two values and errors. A program for
    each rule takes a little longer.
    """

    on_unknown = (
        "a comparison with null is an error, so each line asks first, and unknown counts as false"
    )

    def __init__(self, rulebook: Rulebook, sample: Sequence[Answers]) -> None:
        words = {"and": "&&", "or": "||", "not": "!"}
        rules = [
            _text(rule.when, rulebook.questionnaire, words, self._exists) for rule in rulebook.rules
        ]
        self.program = cel.compile(f"[{', '.join(rules)}]")
        self.contexts = [
            cel.Context(variables=_facts(rulebook.questionnaire, answers)) for answers in sample
        ]

    @staticmethod
    def _exists(question: str, operand: list[Any]) -> str:
        return f"{question}.exists(x, x in {json.dumps(operand)})"

    def run(self) -> list[list[bool]]:
        return [self.program.execute(context) for context in self.contexts]


class PythonPeer:
    """The rules compiled to one Python function, with every answer in a variable of its own and
    unknown counted as false.
    """

    on_unknown = "each line asks first, and unknown counts as false"

    def __init__(self, rulebook: Rulebook, sample: Sequence[Answers]) -> None:
        words = {"and": "and", "or": "or", "not": "not "}
        rules = [
            _text(rule.when, rulebook.questionnaire, words, self._some).replace("null", "None")
            for rule in rulebook.rules
        ]
        questions = [question.code for question in rulebook.questionnaire.questions]
        source = f"lambda {', '.join(questions)}: [{', '.join(rules)}]"
        self.function: Callable[..., list[bool]] = eval(source)  # noqa: S307 - our own rules
        self.values = [[answers.get(code) for code in questions] for answers in sample]

    @staticmethod
    def _some(question: str, operand: list[Any]) -> str:
        return f"not {question}.isdisjoint({tuple(operand)!r})"

    def run(self) -> list[list[bool]]:
        return [self.function(*values) for values in self.values]


# One assessment, exact ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Logic:
    """How a solver writes conditions, and what of them together."""

    condition: Callable[[Condition], Any]
    either: Callable[[list[Any]], Any]
    both: Callable[[list[Any]], Any]
    denied: Callable[[Any], Any]


def formulas_of(rulebook: Rulebook, measure: str, logic: Logic) -> dict[str, Any]:
    """Where a measure has each settled status."""
    gates = rulebook.gates_for[measure]

    def any_of(items: Iterable[Rule | Deferral]) -> Any:
        return logic.either([logic.condition(item.when) for item in items])

    def passes(gate: Gate) -> Any:
        named = [logic.condition(row.when) for row in gate.on_condition]
        return logic.either([logic.condition(gate.holds), *named])

    called = any_of(rulebook.rules_for[measure])
    waits = any_of(rulebook.deferrals_for[measure])
    harmless = logic.both([passes(gate) for gate in gates if gate.kind == DO_NO_HARM])
    passable = logic.both([passes(gate) for gate in gates])
    free = logic.both([logic.condition(gate.holds) for gate in gates])
    now = logic.both([called, logic.denied(waits)])
    return {
        "not_indicated": logic.denied(called),
        "recommended": logic.both([now, free]),
        "conditional": logic.both([now, passable, logic.denied(free)]),
        "deferred": logic.both([called, waits, harmless]),
        "blocked": logic.either(
            [
                logic.both([called, logic.denied(harmless)]),
                logic.both([now, logic.denied(passable)]),
            ]
        ),
    }


def asked_by(rulebook: Rulebook, measure: str) -> frozenset[str]:
    """The questions that a measure's rules, deferrals and gates ask."""
    gates = rulebook.gates_for[measure]
    conditions = [
        *(rule.when for rule in rulebook.rules_for[measure]),
        *(deferral.when for deferral in rulebook.deferrals_for[measure]),
        *(gate.holds for gate in gates),
        *(row.when for gate in gates for row in gate.on_condition),
    ]
    return frozenset[str]().union(*map(questions_of, conditions))


class SatPeer:
    """Minisat through python-sat: two copies of each measure's formula, made equal but for one
    question at a time.
    """

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self._ids = itertools.count(1)
        self.solver = Minisat22()
        self.values: list[dict[tuple[str, Any], int]] = []
        self.statuses: list[dict[str, dict[str, int]]] = []
        for _ in range(2):
            self.values.append(self._variables())
            self.statuses.append(self._measures(self.values[-1]))
        self.same = {
            question.code: self._equal(question) for question in rulebook.questionnaire.questions
        }
        self.asked = {code: asked_by(rulebook, code) for code in rulebook.measures}

    def _variables(self) -> dict[tuple[str, Any], int]:
        made = {}
        for question in self.rulebook.questionnaire.questions:
            own = {(question.code, code): next(self._ids) for code in question.option_codes}
            made |= own
            if question.kind != "multiple":
                self.solver.add_clause(list(own.values()))
                for one, other in itertools.combinations(own.values(), 2):
                    self.solver.add_clause([-one, -other])
        return made

    def _measures(self, values: dict[tuple[str, Any], int]) -> dict[str, dict[str, int]]:
        logic = Logic(
            condition=lambda condition: self._encode(condition, values),
            either=self._either,
            both=lambda parts: -self._either([-part for part in parts]),
            denied=lambda part: -part,
        )
        return {code: formulas_of(self.rulebook, code, logic) for code in self.rulebook.measures}

    def _either(self, literals: Sequence[int]) -> int:
        made = next(self._ids)
        self.solver.add_clause([-made, *literals])
        for literal in literals:
            self.solver.add_clause([made, -literal])
        return made

    def _encode(self, condition: Condition, values: dict[tuple[str, Any], int]) -> int:
        if isinstance(condition, Group):
            parts = [self._encode(part, values) for part in condition.parts]
            if condition.kind == "all":
                return -self._either([-part for part in parts])
            return self._either(parts) if condition.kind == "any" else -self._either(parts)
        question = self.rulebook.questionnaire[condition.question]
        if question.kind == "multiple":
            chosen = self._either([values[condition.question, code] for code in condition.operand])
            return chosen if condition.operator == "in" else -chosen
        return self._either(
            [values[condition.question, code] for code in levels(condition, question)]
        )

    def _equal(self, question: Question) -> int:
        """A switch that makes both copies answer a question alike."""
        switch = next(self._ids)
        for code in question.option_codes:
            one, other = (values[question.code, code] for values in self.values)
            self.solver.add_clause([-switch, -one, other])
            self.solver.add_clause([-switch, one, -other])
        return switch

    def decide(self, answers: Answers) -> dict[str, Decision]:
        known = [literal for values in self.values for literal in self._known(answers, values)]
        missing = {code for code in self.same if answers.get(code) is None}
        found = {}
        for measure in self.rulebook.measures:
            first, second = (statuses[measure] for statuses in self.statuses)
            outcomes = frozenset(
                status
                for status, literal in first.items()
                if self.solver.solve(assumptions=[*known, literal])
            )
            matters = frozenset(
                code
                for code in (missing & self.asked[measure] if len(outcomes) > 1 else ())
                if any(
                    self.solver.solve(
                        assumptions=[*known, first[status], -second[status], *self._all_but(code)]
                    )
                    for status in outcomes
                )
            )
            found[measure] = outcomes, matters
        return found

    def _all_but(self, question: str) -> list[int]:
        return [switch for code, switch in self.same.items() if code != question]

    def _known(self, answers: Answers, values: dict[tuple[str, Any], int]) -> Iterable[int]:
        for question in self.rulebook.questionnaire.questions:
            value = answers.get(question.code)
            if value is None:
                continue
            for code in question.option_codes:
                chosen = code in value if isinstance(value, frozenset) else code == value
                yield values[question.code, code] if chosen else -values[question.code, code]


class Z3Peer:
    """The same in z3: an integer a single choice or scale, a Boolean an option."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.solver = z3.Solver()
        self.copies = [self._variables(name) for name in ("a", "b")]
        self.statuses = [self._measures(copy) for copy in self.copies]
        self.asked = {code: asked_by(rulebook, code) for code in rulebook.measures}

    def _measures(self, copy: dict[tuple[str, Any], Any]) -> dict[str, dict[str, Any]]:
        logic = Logic(
            condition=lambda condition: self._encode(condition, copy),
            either=z3.Or,
            both=z3.And,
            denied=z3.Not,
        )
        return {code: formulas_of(self.rulebook, code, logic) for code in self.rulebook.measures}

    def _variables(self, name: str) -> dict[tuple[str, Any], Any]:
        made: dict[tuple[str, Any], Any] = {}
        for question in self.rulebook.questionnaire.questions:
            if question.kind == "multiple":
                made |= {
                    (question.code, code): z3.Bool(f"{name}.{question.code}.{code}")
                    for code in question.option_codes
                }
            else:
                variable = made[question.code, None] = z3.Int(f"{name}.{question.code}")
                self.solver.add(variable >= 0, variable < len(question.options))
        return made

    def _encode(self, condition: Condition, copy: dict[tuple[str, Any], Any]) -> Any:
        if isinstance(condition, Group):
            parts = [self._encode(part, copy) for part in condition.parts]
            if condition.kind == "all":
                return z3.And(parts)
            return z3.Or(parts) if condition.kind == "any" else z3.Not(z3.Or(parts))
        question = self.rulebook.questionnaire[condition.question]
        if question.kind == "multiple":
            chosen = z3.Or([copy[condition.question, code] for code in condition.operand])
            return chosen if condition.operator == "in" else z3.Not(chosen)
        places = [question.option_codes.index(code) for code in levels(condition, question)]
        return z3.Or([copy[condition.question, None] == place for place in places])

    def decide(self, answers: Answers) -> dict[str, Decision]:
        questions = self.rulebook.questionnaire.questions
        known = [
            line
            for copy in self.copies
            for question in questions
            for line in self._known(question, answers, copy)
        ]
        missing = {question.code for question in questions if answers.get(question.code) is None}
        found = {}
        for measure in self.rulebook.measures:
            first, second = (statuses[measure] for statuses in self.statuses)
            outcomes = frozenset(
                status for status, formula in first.items() if self._possible([*known, formula])
            )
            matters = frozenset(
                code
                for code in (missing & self.asked[measure] if len(outcomes) > 1 else ())
                if any(
                    self._possible(
                        [*known, first[status], z3.Not(second[status]), *self._all_but(code)]
                    )
                    for status in outcomes
                )
            )
            found[measure] = outcomes, matters
        return found

    def _possible(self, lines: list[Any]) -> bool:
        self.solver.push()
        self.solver.add(*lines)
        possible = self.solver.check() == z3.sat
        self.solver.pop()
        return bool(possible)

    def _all_but(self, question: str) -> list[Any]:
        one, other = self.copies
        return [one[key] == other[key] for key in one if key[0] != question]

    def _known(
        self, question: Question, answers: Answers, copy: dict[tuple[str, Any], Any]
    ) -> Iterable[Any]:
        value = answers.get(question.code)
        if isinstance(value, frozenset):
            yield from (
                copy[question.code, code] == (code in value) for code in question.option_codes
            )
        elif value is not None:
            yield copy[question.code, None] == question.option_codes.index(value)
