"""Which statuses of a measure the known answers leave possible by Kleene's logic, and which answers
settle one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from cases.rulebook.entries.rules import DO_NO_HARM, Gate, Status
from cases.rulebook.reasoning.advice import GateFinding, GateValue
from cases.rulebook.reasoning.logic import NOTHING, Facts, Judgement, Truth, Witness, some
from cases.rulebook.wording.sentences import Phrases, fill_in

# The settled statuses by the diagrams' terminals.
SETTLED: tuple[Status, ...] = (
    "not_indicated",
    "recommended",
    "conditional",
    "blocked",
    "deferred",
)
OUTCOMES: Mapping[str, int] = {status: outcome for outcome, status in enumerate(SETTLED)}
GATE_VALUES: tuple[GateValue, ...] = ("holds", "on_condition", "fails")


@dataclass(frozen=True, slots=True)
class GateJudgement:
    """A gate's finding with what it rests on.

    `possible` are its values that the known answers leave open, in the order of GATE_VALUES.
    `passes` are the questions whose answers alone make sure that it does not fail, where it cannot.
    """

    finding: GateFinding
    possible: tuple[GateValue, ...]
    rests_on: Witness
    passes: Witness

    @property
    def value(self) -> GateValue:
        return self.finding.value

    @property
    def is_on_harm(self) -> bool:
        return self.finding.gate.kind == DO_NO_HARM


def judge_gate(gate: Gate, facts: Facts, phrases: Phrases) -> GateJudgement:
    """What a gate says of the known answers."""
    holds = facts.judge(gate.holds)
    named = [(row.condition, facts.judge(row.when)) for row in gate.on_condition]
    conditional = some([judgement for _, judgement in named])
    possible = _gate_values(holds.truth, conditional.truth)
    value: GateValue = possible[0] if len(possible) == 1 else "unknown"
    condition = next((text for text, judgement in named if judgement.truth is True), None)
    finding = GateFinding(
        gate,
        value,
        fill_in(_gate_text(gate, value, condition), facts, phrases),
        condition if value == "on_condition" else None,
        gate.opens if value in ("fails", "unknown") else None,
    )
    if holds.truth is True:
        rests_on = holds.rests_on
    else:
        pending = [judgement for judgement in (holds, conditional) if judgement.truth is None]
        rests_on = NOTHING.union(*(item.rests_on for item in pending or (holds, conditional)))
    if "fails" in possible:
        passes = NOTHING
    else:
        # Where it may hold outright too, the named condition settles that it does not fail.
        passes = conditional.rests_on if holds.truth is None else rests_on
    return GateJudgement(finding, possible, rests_on, passes)


def _gate_values(holds: Truth, on_condition: Truth) -> tuple[GateValue, ...]:
    """The values that a gate can still have, in the order of GATE_VALUES."""
    if holds is True:
        return ("holds",)
    below: tuple[GateValue, ...] = {
        True: ("on_condition",),
        False: ("fails",),
        None: ("on_condition", "fails"),
    }[on_condition]
    return below if holds is False else ("holds", *below)


def _gate_text(gate: Gate, value: GateValue, condition: str | None) -> str:
    if value == "on_condition":
        return condition or ""
    return {"holds": gate.says.holds, "fails": gate.says.fails, "unknown": gate.says.unknown}[value]


def kleene_statuses(called: Truth, deferred: Truth, gates: Iterable[GateJudgement]) -> set[Status]:
    """The statuses that Kleene's logic leaves possible; a superset of those that really are.

    `called` is whether some rule is true, `deferred` whether some deferral is.
    """
    if called is False:
        return {"not_indicated"}
    statuses: set[Status] = set() if called else {"not_indicated"}
    gates = list(gates)
    harms = _worst_values(gate for gate in gates if gate.is_on_harm)
    others = _worst_values(gate for gate in gates if not gate.is_on_harm)
    fails = GATE_VALUES.index("fails")
    if fails in harms:
        statuses.add("blocked")
    passing = harms - {fails}
    if passing and deferred is not False:
        statuses.add("deferred")
    if deferred is not True:
        for harm in passing:
            statuses |= {SETTLED[1 + max(harm, other)] for other in others}
    return statuses


def _worst_values(gates: Iterable[GateJudgement]) -> set[int]:
    """The values that the worst of some gates may have, by their places in GATE_VALUES."""
    worst = {0}
    for gate in gates:
        values = [GATE_VALUES.index(value) for value in gate.possible]
        worst = {max(pair) for pair in product(worst, values)}
    return worst


def settling_questions(
    status: Status, called: Judgement, deferred: Judgement, gates: Sequence[GateJudgement]
) -> Witness:
    """The questions whose answers settle a status on their own."""
    if status == "not_indicated":
        return called.rests_on
    if status == "blocked":
        # Only a gate on harm blocks whatever the deferrals say.
        ways = [
            gate.rests_on if gate.is_on_harm else gate.rests_on | deferred.rests_on
            for gate in gates
            if gate.value == "fails" and (gate.is_on_harm or deferred.truth is False)
        ]
        return called.rests_on | min(ways, key=len)
    if status == "deferred":
        gates = [gate for gate in gates if gate.is_on_harm]
    # Whether a gate holds outright may be open where another one is met on a condition anyway.
    return (called.rests_on | deferred.rests_on).union(*(gate.passes for gate in gates))
