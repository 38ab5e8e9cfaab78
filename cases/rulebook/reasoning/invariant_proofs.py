"""Proves or refutes an invariant over every possible set of answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from cases.rulebook.entries.catalogue import Measure
from cases.rulebook.entries.conditions import Atom, Group, questions_of
from cases.rulebook.entries.invariants import (
    EACH,
    Claim,
    CouldBeClaim,
    FlagClaim,
    GateClaim,
    Invariant,
    SomeClaim,
    StatusClaim,
)
from cases.rulebook.entries.issues import Issue, Location
from cases.rulebook.reasoning.diagrams import FAILS, HOLDS, ON_CONDITION
from cases.rulebook.reasoning.proving import Counterexample, Prover
from cases.rulebook.reasoning.statuses import OUTCOMES

_GATE_OUTCOME = {"holds": HOLDS, "on_condition": ON_CONDITION, "fails": FAILS}


def refutations(prover: Prover, invariant: Invariant) -> Iterator[Issue]:
    """An issue for each measure of `for_each` that breaks an invariant; none if it is proved."""
    prover.at = ("invariants", invariant.code)
    each: tuple[Measure | None, ...] = (None,)
    if invariant.for_each is not None:
        each = prover.rulebook.select(invariant.for_each)
    for measure in each:
        example = _refutation(prover, invariant, measure)
        if example is not None:
            about = f" for '{measure.code}', {measure.title}" if measure else ""
            says = f"it does not hold{about}. Take: {prover.say(example)}."
            location = Location("", "invariants", invariant.code)
            yield Issue(location, says, "error", "invariant-broken", example)


def _refutation(
    prover: Prover, invariant: Invariant, each: Measure | None
) -> Counterexample | None:
    """A smallest set of answers that breaks an invariant, or None if there is none."""
    premise = _claim_diagrams(prover, invariant.premise, each, positive=True)
    denied = _claim_diagrams(prover, invariant.conclusion, each, positive=False)
    return prover.example([*premise, *denied])


def _claim_diagrams(
    prover: Prover, claim: Claim | Group[Claim], each: Measure | None, *, positive: bool
) -> list[int]:
    """Diagrams that are all true where the claim is true or, unless `positive`, where it is not."""
    diagrams = prover.diagrams
    if isinstance(claim, Group):
        inward = positive if claim.kind != "none" else not positive
        parts = [_claim_diagrams(prover, part, each, positive=inward) for part in claim.parts]
        # To deny `any` is to deny every part, and `none` denies every part too. Only what is true
        # together may stay apart in the list.
        if (claim.kind != "any") == positive:
            return list(chain.from_iterable(parts))
        return [diagrams.some(diagrams.every(part) for part in parts)]
    if isinstance(claim, SomeClaim):
        outcomes = _outcomes(claim.status)
        alternatives = [
            diagrams.among(prover.statuses[measure.code], outcomes)
            for measure in prover.rulebook.select(claim.some)
        ]
        if positive:
            return [diagrams.some(alternatives)]
        return [diagrams.negate(diagram) for diagram in alternatives]
    diagram = _leaf(prover, claim, each)
    return [diagram if positive else diagrams.negate(diagram)]


def _leaf(
    prover: Prover,
    claim: Atom | StatusClaim | CouldBeClaim | GateClaim | FlagClaim,
    each: Measure | None,
) -> int:
    rulebook, diagrams = prover.rulebook, prover.diagrams
    if isinstance(claim, Atom):
        return diagrams.condition(claim)
    if isinstance(claim, FlagClaim):
        flag = next(flag for flag in rulebook.flags if flag.code == claim.flag)
        return diagrams.condition(flag.when)
    code = each.code if claim.measure == EACH and each else claim.measure
    if isinstance(claim, StatusClaim):
        return diagrams.among(prover.statuses[code], _outcomes(claim.status))
    if isinstance(claim, CouldBeClaim):
        return _could_be(prover, code, _outcomes(claim.could_be))
    worst = diagrams.worst(gate for gate in rulebook.gates_for[code] if gate.kind == claim.kind)
    return diagrams.among(worst, frozenset(_GATE_OUTCOME[value] for value in claim.value))


def _could_be(prover: Prover, measure: str, outcomes: frozenset[int]) -> int:
    """Where other answers to the questions of a measure's deferrals would lead to some outcomes."""
    questions = frozenset[str]().union(
        *(questions_of(item.when) for item in prover.rulebook.deferrals_for[measure])
    )
    diagrams = prover.diagrams
    otherwise = diagrams.negate(diagrams.among(prover.statuses[measure], outcomes))
    return diagrams.negate(diagrams.whatever(otherwise, questions))


def _outcomes(statuses: Iterable[str]) -> frozenset[int]:
    # No status is open once every question is answered, and a proof looks only at such answers.
    return frozenset(OUTCOMES[status] for status in statuses if status != "open")
