"""Multi-valued decision diagrams: what every completion of the missing answers would make of a
condition.

A diagram is an integer: a terminal (below `TERMINALS`) or a node that asks one *variable* and leads
on by its value. Diagrams are kept reduced and shared, so two conditions that mean the same are the
same integer, and a diagram asks a variable only where its value can change the outcome. A single
choice or a scale is one variable; a multiple choice is one variable for each option. Answers that
are known are put in before anything is combined, which keeps diagrams small. The result is exact,
while Kleene's logic alone leaves too much undetermined.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Literal, cast

from cases.rulebook.entries.conditions import Atom, Code, Condition, Group
from cases.rulebook.entries.questions import Answers, Questionnaire, Value
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.entries.rules import DO_NO_HARM, Gate

Operation = Literal["and", "or", "gate", "worse", "defer", "harm", "status"]

FALSE, TRUE = 0, 1
# A gate's outcomes, ordered so that of several gates the greatest counts.
HOLDS, ON_CONDITION, FAILS = 0, 1, 2
# The additional outcome if a deferral is true.
DEFERS = 3
# A measure's outcomes: not called for, else one more than what its gates and deferrals say.
NOT_INDICATED, RECOMMENDED, CONDITIONAL, BLOCKED, DEFERRED = 0, 1, 2, 3, 4
TERMINALS = 5

# Steps of combining for one assessment. Every measure of the first edition with nothing known needs
# a few thousand; an assessment that needs more than this would keep a reader waiting.
BUDGET = 150_000


class BudgetExceededError(RuntimeError):
    """A diagram would need more steps than a reader can wait for."""


@dataclass(frozen=True, slots=True)
class Variable:
    """What a node asks: a question, or whether one option of a multiple choice is chosen (False,
    True).
    """

    question: str
    option: str | None
    values: tuple[Code | bool, ...]


def variables_of(questionnaire: Questionnaire) -> tuple[Variable, ...]:
    """The variables in the order in which diagrams ask them: that of the questionnaire, so parents
    come first.
    """
    variables: list[Variable] = []
    for question in questionnaire.questions:
        if question.kind == "multiple":
            variables += [
                Variable(question.code, str(code), (False, True)) for code in question.option_codes
            ]
        else:
            variables.append(Variable(question.code, None, question.option_codes))
    return tuple(variables)


class Diagrams:
    """The diagrams over one questionnaire, with what is known put in from the start."""

    def __init__(self, questionnaire: Questionnaire, known: Answers, budget: int = BUDGET) -> None:
        self.questionnaire = questionnaire
        self.known = known
        self.budget = budget
        self.variables = variables_of(questionnaire)
        self._levels: list[int] = [len(self.variables)] * TERMINALS
        self._children: list[tuple[int, ...]] = [()] * TERMINALS
        self._unique: dict[tuple[int, tuple[int, ...]], int] = {}
        self._memo: dict[tuple[Operation, int, int], int] = {}
        self._atoms: dict[Atom, int] = {}
        self._shown: dict[str, int] = {}

    @cached_property
    def _level_of(self) -> dict[tuple[str, str | None], int]:
        return {
            (variable.question, variable.option): level
            for level, variable in enumerate(self.variables)
        }

    def node(self, level: int, children: tuple[int, ...]) -> int:
        first = children[0]
        if all(child == first for child in children):
            return first
        key = (level, children)
        node = self._unique.get(key)
        if node is None:
            node = self._unique[key] = len(self._levels)
            self._levels.append(level)
            self._children.append(children)
        return node

    def combine(self, operation: Operation, left: int, right: int) -> int:
        """One diagram out of two.

        `and`, `or`: of two conditions. `gate`: left is where it holds, right where it holds on a
        named condition. `worse`: of two gates the one that says less. `defer`: left is where a
        deferral is true, right what the gates say that it outranks. `harm`: left is a gate that
        outranks deferrals too. `status`: left is where a measure is called for, right what its
        gates and deferrals say together.
        """
        settled = _outcome_at_once(operation, left, right)
        if settled is not None:
            return settled
        if operation in ("and", "or", "worse") and left > right:
            left, right = right, left
        key = (operation, left, right)
        result = self._memo.get(key)
        if result is None:
            if len(self._memo) > self.budget:
                raise BudgetExceededError(f"more than {self.budget} steps are needed")
            level = min(self._levels[left], self._levels[right])
            width = len(self.variables[level].values)
            lefts = self._children[left] if self._levels[left] == level else (left,) * width
            rights = self._children[right] if self._levels[right] == level else (right,) * width
            children = tuple(
                self.combine(operation, a, b) for a, b in zip(lefts, rights, strict=True)
            )
            result = self._memo[key] = self.node(level, children)
        return result

    def negate(self, diagram: int) -> int:
        # `gate` gives 0 where its left side is true and, with a right side that is true, 1 where it
        # is false.
        return self.combine("gate", diagram, TRUE)

    def every(self, diagrams: Iterable[int]) -> int:
        return reduce(lambda left, right: self.combine("and", left, right), diagrams, TRUE)

    def some(self, diagrams: Iterable[int]) -> int:
        return reduce(lambda left, right: self.combine("or", left, right), diagrams, FALSE)

    def condition(self, condition: Condition) -> int:
        """The diagram of a condition over the answers that are missing."""
        if isinstance(condition, Group):
            parts = [self.condition(part) for part in condition.parts]
            if condition.kind == "all":
                return self.every(parts)
            return self.some(parts) if condition.kind == "any" else self.negate(self.some(parts))
        if condition not in self._atoms:
            self._atoms[condition] = self._atom(condition)
        return self._atoms[condition]

    def _atom(self, atom: Atom) -> int:
        question = self.questionnaire[atom.question]
        answer = self.known.get(atom.question)
        if answer is not None:
            as_answered = int(atom.accepts(answer))
        elif question.kind == "multiple":
            bits = [
                self.node(self._level_of[atom.question, str(code)], (FALSE, TRUE))
                for code in atom.operand
            ]
            chosen = self.some(bits)
            as_answered = chosen if atom.operator == "in" else self.negate(chosen)
        else:
            level = self._level_of[atom.question, None]
            as_answered = self.node(
                level, tuple(int(atom.accepts(code)) for code in question.option_codes)
            )
        if question.show_if is None:
            return as_answered
        shown = self.condition(question.show_if)
        if question.default is not None and atom.accepts(question.default):
            return self.combine("or", as_answered, self.negate(shown))
        return self.combine("and", as_answered, shown)

    def gate(self, gate: Gate) -> int:
        named = self.some(self.condition(row.when) for row in gate.on_condition)
        return self.combine("gate", self.condition(gate.holds), named)

    def measure(self, rulebook: Rulebook, code: str) -> int:
        """The diagram of a measure's status: which of the settled outcomes each completion
        leads to.
        """
        called = self.some(self.condition(rule.when) for rule in rulebook.rules_for[code])
        if called == FALSE:
            return NOT_INDICATED
        return self.combine("status", called, self._barrier(rulebook, code))

    def _barrier(self, rulebook: Rulebook, code: str) -> int:
        """What a measure's gates and deferrals say together: a gate on harm outranks a deferral,
        and that outranks the other gates.
        """
        gates = rulebook.gates_for[code]
        deferrals = rulebook.deferrals_for[code]
        if not deferrals:
            return self.worst(gates)
        deferred = self.some(self.condition(deferral.when) for deferral in deferrals)
        others = self.worst(gate for gate in gates if gate.kind != DO_NO_HARM)
        harms = self.worst(gate for gate in gates if gate.kind == DO_NO_HARM)
        return self.combine("harm", harms, self.combine("defer", deferred, others))

    def worst(self, gates: Iterable[Gate]) -> int:
        """What gates say together, if none outranks another."""
        return reduce(
            lambda left, right: self.combine("worse", left, right),
            (self.gate(gate) for gate in gates),
            HOLDS,
        )

    def outcomes(self, diagram: int) -> frozenset[int]:
        """The terminals that some completion leads to."""
        return frozenset(node for node in self._below(diagram) if node < TERMINALS)

    def support(self, diagram: int) -> frozenset[str]:
        """The questions whose answers can still change the outcome, and only those."""
        return frozenset(
            self.variables[self._levels[node]].question
            for node in self._below(diagram)
            if node >= TERMINALS
        )

    def among(self, diagram: int, outcomes: frozenset[int]) -> int:
        """The condition under which a diagram leads to one of some outcomes."""
        done: dict[int, int] = {}

        def turn(node: int) -> int:
            if node < TERMINALS:
                return TRUE if node in outcomes else FALSE
            if node not in done:
                done[node] = self.node(
                    self._levels[node], tuple(turn(child) for child in self._children[node])
                )
            return done[node]

        return turn(diagram)

    def whatever(self, condition: int, questions: frozenset[str]) -> int:
        """The diagram of where a condition is true whatever the answers to some questions are."""
        done: dict[int, int] = {}

        def turn(node: int) -> int:
            if node < TERMINALS:
                return node
            if node not in done:
                children = tuple(turn(child) for child in self._children[node])
                free = self.variables[self._levels[node]].question in questions
                done[node] = (
                    self.every(children) if free else self.node(self._levels[node], children)
                )
            return done[node]

        return turn(condition)

    def under(self, diagram: int, known: Answers) -> tuple[frozenset[int], frozenset[str]]:
        """The outcomes that some completion of these answers leads to, and the questions that
        decide between them.

        The diagram is followed along what is known and what is left is reduced again, apart from
        the diagrams kept here.
        """
        unique: dict[tuple[int, tuple[int, ...]], int] = {}
        asks: dict[int, int] = {}
        done: dict[int, int] = {}

        def turn(node: int) -> int:
            while node >= TERMINALS:
                variable = self.variables[self._levels[node]]
                answer = known.get(variable.question)
                if answer is None:
                    break
                if variable.option is None:
                    node = self._children[node][variable.values.index(cast("Code", answer))]
                else:
                    node = self._children[node][
                        isinstance(answer, frozenset) and variable.option in answer
                    ]
            if node < TERMINALS:
                return node
            if node not in done:
                children = tuple(turn(child) for child in self._children[node])
                if children.count(children[0]) == len(children):
                    done[node] = children[0]
                else:
                    level = self._levels[node]
                    done[node] = unique.setdefault((level, children), TERMINALS + len(unique))
                    asks[done[node]] = level
            return done[node]

        top = turn(diagram)
        if top < TERMINALS:
            return frozenset((top,)), frozenset()
        # Everything in `unique` is below the top or was reduced away above: only what is reached
        # counts.
        below = {made: children for (_, children), made in unique.items()}
        seen, pending = {top}, [top]
        while pending:
            for child in below[pending.pop()]:
                if child not in seen:
                    seen.add(child)
                    if child >= TERMINALS:
                        pending.append(child)
        questions = frozenset(
            self.variables[asks[node]].question for node in seen if node >= TERMINALS
        )
        return frozenset(node for node in seen if node < TERMINALS), questions

    def size(self, diagram: int) -> int:
        """How many nodes a diagram has."""
        return len(self._below(diagram))

    def shortest(self, diagram: int) -> dict[str, Value]:
        """A smallest set of answers that makes a condition true, whatever the other answers are.

        Smallest by the number of questions; a multiple choice counts once for each option that it
        has to say yes to, and its other options are left out. Raises ValueError for a condition
        that is never true.
        """
        cost: dict[int, float] = {FALSE: float("inf"), TRUE: 0}
        step: dict[int, int] = {}

        def reach(node: int) -> float:
            if node not in cost:
                # If branches cost the same, the first one that chooses the fewest options is taken.
                variable = self.variables[self._levels[node]]
                costs = [
                    reach(child) + (0 if variable.option and not value else 1)
                    for child, value in zip(self._children[node], variable.values, strict=True)
                ]
                step[node] = min(range(len(costs)), key=costs.__getitem__)
                cost[node] = costs[step[node]]
            return cost[node]

        if reach(diagram) == float("inf"):
            raise ValueError("never true")
        answers: dict[str, Value] = {}
        chosen: dict[str, frozenset[str]] = {}
        while diagram != TRUE:
            variable = self.variables[self._levels[diagram]]
            value = variable.values[step[diagram]]
            if variable.option is None:
                answers[variable.question] = value
            else:
                before = chosen.get(variable.question, frozenset())
                chosen[variable.question] = before | {variable.option} if value else before
                answers[variable.question] = chosen[variable.question]
            diagram = self._children[diagram][step[diagram]]
        return answers

    def nearest(self, condition: int, answers: Answers) -> dict[str, Value] | None:
        """The fewest answers that would have to be different, or known, for a condition to be
        certainly true.

        None where it is never true. An answer that is not known counts as one change, whatever it
        would have to be.
        """
        never = float("inf")
        cost: dict[tuple[int, bool], float] = {}
        step: dict[tuple[int, bool], int] = {}

        def reach(node: int, changed: bool) -> float:
            """The changes from here on; `changed` says whether this node's question was counted
            already.
            """
            if node < TERMINALS:
                return 0 if node == TRUE else never
            key = (node, changed)
            if key not in cost:
                variable = self.variables[self._levels[node]]
                costs = []
                for child, value in zip(self._children[node], variable.values, strict=True):
                    differs = changed or not _agrees(
                        answers.get(variable.question), variable, value
                    )
                    same = self._asks_about(child, variable.question)
                    costs.append(reach(child, differs and same) + (differs and not changed))
                # Of values that cost the same, take the one nearest to the present answer, in the
                # order of the options.
                answer = answers.get(variable.question)
                current = variable.values.index(answer) if answer in variable.values else 0
                step[key] = min(
                    range(len(costs)), key=lambda index: (costs[index], abs(index - current))
                )
                cost[key] = costs[step[key]]
            return cost[key]

        if reach(condition, False) == never:
            return None
        return self._changes_along(step, condition, answers)

    def _changes_along(
        self, step: Mapping[tuple[int, bool], int], condition: int, answers: Answers
    ) -> dict[str, Value]:
        """The answers that differ on the way from a condition to where it is true. `step` says at
        each node, by whether its question was changed already, which value to take.
        """
        wanted: dict[str, Value] = {}
        node, changed = condition, False
        while node != TRUE:
            variable = self.variables[self._levels[node]]
            index = step[node, changed]
            value, child = variable.values[index], self._children[node][index]
            differs = changed or not _agrees(answers.get(variable.question), variable, value)
            if variable.option is None:
                if differs:
                    wanted[variable.question] = value
            else:
                before = wanted.get(variable.question, answers.get(variable.question))
                chosen = before if isinstance(before, frozenset) else frozenset()
                chosen = chosen | {variable.option} if value else chosen - {variable.option}
                if differs:
                    wanted[variable.question] = chosen
            node, changed = child, differs and self._asks_about(child, variable.question)
        return wanted

    def _asks_about(self, node: int, question: str) -> bool:
        """Whether a node decides by the answer to a question."""
        return node >= TERMINALS and self.variables[self._levels[node]].question == question

    def _below(self, diagram: int) -> set[int]:
        seen = {diagram}
        pending = [diagram]
        while pending:
            for child in self._children[pending.pop()]:
                if child not in seen:
                    seen.add(child)
                    pending.append(child)
        return seen


def _agrees(answer: Value | None, variable: Variable, value: Code | bool) -> bool:
    """Whether a known answer gives a variable this value."""
    if answer is None:
        return False
    if variable.option is None:
        return answer == value
    return isinstance(answer, frozenset) and (variable.option in answer) == value


def _outcome_at_once(operation: Operation, left: int, right: int) -> int | None:
    """The outcome if the two diagrams alone decide it; None if branches must be combined."""
    if operation == "and":
        if left == FALSE or right == FALSE:
            return FALSE
        if left == TRUE or left == right:
            return right
        return left if right == TRUE else None
    if operation == "or":
        if left == TRUE or right == TRUE:
            return TRUE
        if left == FALSE or left == right:
            return right
        return left if right == FALSE else None
    if operation == "worse":
        if left == HOLDS or left == right:
            return right
        if right == HOLDS:
            return left
        if FAILS in (left, right):
            return FAILS
        return None
    if operation == "defer":
        if left == TRUE:
            return DEFERS
        return right if left == FALSE else None
    if operation == "harm":
        if left == FAILS:
            return FAILS
        if left == HOLDS or right == DEFERS:
            return right if left < TERMINALS else None
        return max(left, right) if left < TERMINALS and right < TERMINALS else None
    if operation == "gate":
        if left == TRUE:
            return HOLDS
        if left == FALSE and right < TERMINALS:
            return ON_CONDITION if right == TRUE else FAILS
        return None
    if left == FALSE:
        return NOT_INDICATED
    return RECOMMENDED + right if left == TRUE and right < TERMINALS else None
