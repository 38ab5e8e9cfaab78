"""Invariants: what must hold for every possible set of answers, and the claims they are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cases.rulebook.entries.catalogue import Citation, EntryCode
from cases.rulebook.entries.conditions import Atom, Group
from cases.rulebook.entries.description import CODE, Field
from cases.rulebook.entries.description import gettext_noop as _
from cases.rulebook.entries.rules import GateKind, Selector, SettledGateValue, Status


@dataclass(frozen=True, slots=True)
class StatusClaim:
    """A leaf of an invariant: the measure's status is one of these. `EACH` is the measure under
    `for_each`.
    """

    measure: Annotated[str, Field(_("Measure"), pattern=CODE)]
    status: Annotated[tuple[Status, ...], Field(_("Status"), at_least=1)]


@dataclass(frozen=True, slots=True)
class CouldBeClaim:
    """A leaf of an invariant: other answers to the questions that the measure's deferrals ask, and
    to these alone, would give it one of these statuses.
    """

    measure: Annotated[str, Field(_("Measure"), pattern=CODE)]
    could_be: Annotated[tuple[Status, ...], Field(_("Status"), at_least=1)]


@dataclass(frozen=True, slots=True)
class SomeClaim:
    """A leaf of an invariant: some measure of the selection has one of these statuses."""

    some: Annotated[Selector, Field(_("Some measure"), name="some_measure", at_least=1)]
    status: Annotated[tuple[Status, ...], Field(_("Status"), at_least=1)]


@dataclass(frozen=True, slots=True)
class GateClaim:
    """A leaf of an invariant: the measure's gates of one kind, taken together, have one of these
    values.
    """

    kind: Annotated[GateKind, Field(_("Gate"), name="gate")]
    measure: Annotated[str, Field(_("Measure"), name="of", pattern=CODE)]
    value: Annotated[tuple[SettledGateValue, ...], Field(_("Value"), at_least=1)]


@dataclass(frozen=True, slots=True)
class FlagClaim:
    flag: Annotated[str, Field(_("Notice"), pattern=CODE)]


CLAIMS = (StatusClaim, CouldBeClaim, SomeClaim, GateClaim, FlagClaim)
Claim = Atom | StatusClaim | CouldBeClaim | SomeClaim | GateClaim | FlagClaim
Statement = Claim | Group[Claim]
EACH = "each"
STATEMENT_HELP = _(
    "YAML: a group (all, any, none) of lines about questions, statuses, gates and notices."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariant:
    """What must hold for every possible set of answers: wherever `premise` is true, `conclusion`
    is.
    """

    code: EntryCode
    says: Annotated[str, Field(_("What must hold"), weight="explains", lines=2)]
    for_each: Annotated[Selector | None, Field(_("The measures that it is about"), at_least=1)] = (
        None
    )
    premise: Annotated[Statement, Field(_("Wherever"), help=STATEMENT_HELP, name="if", lines=4)]
    conclusion: Annotated[
        Statement, Field(_("This holds"), help=STATEMENT_HELP, name="then", lines=4)
    ]
    citation: Citation
