"""A SAT solver decides independently what the rules module decides: small worlds at random, and the
first edition.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from pysat.solvers import Minisat22

from cases.rulebook.entries.conditions import Condition, Group
from cases.rulebook.entries.questions import Question, Value
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.entries.rules import Gate
from cases.rulebook.reasoning.adviser import advise
from tests.rulebook.worlds import DAY, situations

Answers = Mapping[str, Value | None]
Variables = dict[tuple[str, Any], int]
STATUSES = ("not_indicated", "recommended", "conditional", "deferred", "blocked")


class Oracle:
    """A rulebook as clauses, twice: copies that can answer alike all questions but one."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.solver = Minisat22()
        self._ids = itertools.count(1)
        self.true = next(self._ids)
        self.solver.add_clause([self.true])
        self.copies = [self._variables() for _ in range(2)]
        self.statuses = [
            {code: self._measure(code, copy) for code in rulebook.measures} for copy in self.copies
        ]
        self.alike = {
            question.code: self._alike(question) for question in rulebook.questionnaire.questions
        }

    def _variables(self) -> Variables:
        made: Variables = {}
        for question in self.rulebook.questionnaire.questions:
            own = {(question.code, code): next(self._ids) for code in question.option_codes}
            made |= own
            if question.kind != "multiple":
                self.solver.add_clause(list(own.values()))
                for one, other in itertools.combinations(own.values(), 2):
                    self.solver.add_clause([-one, -other])
        return made

    def either(self, literals: Sequence[int]) -> int:
        made = next(self._ids)
        self.solver.add_clause([-made, *literals])
        for literal in literals:
            self.solver.add_clause([made, -literal])
        return made

    def both(self, literals: Sequence[int]) -> int:
        return -self.either([-literal for literal in literals])

    def _condition(self, condition: Condition, copy: Variables) -> int:
        if isinstance(condition, Group):
            parts = [self._condition(part, copy) for part in condition.parts]
            if condition.kind == "all":
                return self.both(parts)
            return self.either(parts) if condition.kind == "any" else -self.either(parts)
        question = self.rulebook.questionnaire[condition.question]
        if question.kind == "multiple":
            chosen = self.either([copy[question.code, code] for code in condition.operand])
            met = chosen if condition.operator == "in" else -chosen
        else:
            met = self.either(
                [
                    copy[question.code, code]
                    for code in question.option_codes
                    if condition.accepts(code)
                ]
            )
        if question.show_if is None:
            return met
        assert question.default is not None
        shown = self._condition(question.show_if, copy)
        as_default = self.true if condition.accepts(question.default) else -self.true
        return self.either([self.both([shown, met]), self.both([-shown, as_default])])

    def _measure(self, code: str, copy: Variables) -> dict[str, int]:
        called = self.either(
            [self._condition(rule.when, copy) for rule in self.rulebook.rules_for[code]]
        )
        gates = self.rulebook.gates_for[code]
        free = self.both([self.true, *(self._condition(gate.holds, copy) for gate in gates)])
        passable = self.both([self.true, *(self._passable(gate, copy) for gate in gates)])
        harmless = self.both(
            [
                self.true,
                *(self._passable(gate, copy) for gate in gates if gate.kind == "do_no_harm"),
            ]
        )
        waits = self.either(
            [
                -self.true,
                *(self._condition(item.when, copy) for item in self.rulebook.deferrals_for[code]),
            ]
        )
        now = self.both([called, -waits])
        return {
            "not_indicated": -called,
            "recommended": self.both([now, free]),
            "conditional": self.both([now, passable, -free]),
            "deferred": self.both([called, waits, harmless]),
            "blocked": self.either([self.both([called, -harmless]), self.both([now, -passable])]),
        }

    def _passable(self, gate: Gate, copy: Variables) -> int:
        named = [self._condition(row.when, copy) for row in gate.on_condition]
        return self.either([self._condition(gate.holds, copy), *named])

    def _alike(self, question: Question) -> int:
        switch = next(self._ids)
        for code in question.option_codes:
            one, other = (copy[question.code, code] for copy in self.copies)
            self.solver.add_clause([-switch, -one, other])
            self.solver.add_clause([-switch, one, -other])
        return switch

    def _known(self, answers: Answers, copies: Iterable[Variables]) -> list[int]:
        literals = []
        for copy, question in itertools.product(copies, self.rulebook.questionnaire.questions):
            value = answers.get(question.code)
            if value is not None:
                for code in question.option_codes:
                    chosen = code in value if isinstance(value, frozenset) else code == value
                    literals.append(
                        copy[question.code, code] if chosen else -copy[question.code, code]
                    )
        return literals

    def possible(self, answers: Answers, measure: str) -> set[str]:
        """The statuses that some completion of the answers leads to."""
        known = self._known(answers, self.copies[:1])
        return {
            status
            for status in STATUSES
            if self.solver.solve(assumptions=[*known, self.statuses[0][measure][status]])
        }

    def matters(self, answers: Answers, measure: str) -> set[str]:
        """The questions in which alone two completions differ that lead to different statuses."""
        known = self._known(answers, self.copies)
        found = set()
        for code in self.alike:
            if answers.get(code) is not None:
                continue
            same = [switch for other, switch in self.alike.items() if other != code]
            for status in self.possible(answers, measure):
                one, other = (copy[measure][status] for copy in self.statuses)
                if self.solver.solve(assumptions=[*known, *same, one, -other]):
                    found.add(code)
                    break
        return found


@settings(max_examples=60)
@given(situations())
def test_a_solver_finds_the_same_statuses_possible_and_the_same_questions_to_matter(
    situation: Any,
) -> None:
    rulebook, answers = situation
    oracle = Oracle(rulebook)
    said = advise(rulebook, answers, as_of=DAY).measures["enc.m"]
    assert set(said.possible) == oracle.possible(answers, "enc.m")
    if said.status == "open":
        assert set(said.matters) == oracle.matters(answers, "enc.m")


@pytest.fixture(scope="module")
def oracle(first_edition: Rulebook) -> Oracle:
    return Oracle(first_edition)


def some_answers(rulebook: Rulebook, seed: int, unknown: float) -> dict[str, Value | None]:
    rng = np.random.default_rng(seed)
    answers: dict[str, Value | None] = {}
    for question in rulebook.questionnaire.questions:
        if rng.random() < unknown:
            answers[question.code] = None
        elif question.kind == "multiple":
            answers[question.code] = frozenset(
                str(code) for code in question.option_codes if rng.random() < 0.4
            )
        else:
            answers[question.code] = question.option_codes[int(rng.integers(len(question.options)))]
    return answers


@pytest.mark.parametrize(
    ("seed", "unknown"), [(seed, share) for seed in range(8) for share in (0.15, 0.5, 0.9)]
)
def test_a_solver_agrees_with_the_first_edition_on_every_measure(
    seed: int, unknown: float, oracle: Oracle, first_edition: Rulebook
) -> None:
    answers = some_answers(first_edition, seed, unknown)
    for code, said in advise(first_edition, answers, as_of=DAY).measures.items():
        assert said.exact
        assert set(said.possible) == oracle.possible(answers, code), code
        if said.status == "open" and seed < 2:
            assert set(said.matters) == oracle.matters(answers, code), code


@pytest.mark.parametrize("seed", range(6))
def test_what_a_status_rests_on_leaves_no_other_status_possible(
    seed: int, oracle: Oracle, first_edition: Rulebook
) -> None:
    answers = some_answers(first_edition, 100 + seed, 0.3)
    for code, said in advise(first_edition, answers, as_of=DAY).measures.items():
        if said.status != "open":
            alone = {
                question: answers[question] for question in said.rests_on if question in answers
            }
            assert oracle.possible(alone, code) == {said.status}, code
