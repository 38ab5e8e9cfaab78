"""Rules, gates, deferrals, flags and invariants, and the rulebook that holds everything: one value with a
digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Literal

from cases.rulebook.entries.catalogue import (
    Actor,
    Country,
    Form,
    Horizon,
    Measure,
    Organisation,
    Passage,
    Role,
    Source,
)
from cases.rulebook.entries.conditions import Atom, Condition, Group
from cases.rulebook.entries.questions import Questionnaire, Value

Priority = Literal["urgent", "high", "medium", "low"]
GateKind = Literal["consent", "mandate", "do_no_harm"]

# A gate of this kind outranks a deferral, and a deferral outranks those of the others.
DO_NO_HARM: GateKind = "do_no_harm"
PRIORITIES: tuple[Priority, ...] = ("urgent", "high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition over answers that calls for a measure."""

    code: str
    measure: str
    when: Condition
    priority: Priority
    rationale: str
    actors: tuple[tuple[str, Role], ...]
    citation: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Selector:
    """A choice of measures: every field that is set must fit. An empty tuple sets nothing."""

    measures: tuple[str, ...] = ()
    form: tuple[Form, ...] = ()
    horizon: tuple[Horizon, ...] = ()
    consent_scope: tuple[str, ...] = ()
    needs_mandate: bool | None = None
    coercive: bool | None = None

    def fits(self, measure: Measure) -> bool:
        choices: tuple[tuple[Any, tuple[Any, ...]], ...] = (
            (measure.code, self.measures),
            (measure.form, self.form),
            (measure.horizon, self.horizon),
            (measure.consent_scope, self.consent_scope),
        )
        return all(not allowed or value in allowed for value, allowed in choices) and (
            self.needs_mandate in (None, measure.needs_mandate)
            and self.coercive in (None, measure.coercive)
        )

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> Selector:
        """Read a selector: lists, or one value alone."""
        known = {item.name for item in fields(cls)}
        values: dict[str, Any] = {
            name: (
                value
                if isinstance(value, bool)
                else tuple(value)
                if isinstance(value, list)
                else (value,)
            )
            for name, value in raw.items()
            if name in known
        }
        return cls(**values)


@dataclass(frozen=True, slots=True)
class NamedCondition:
    when: Condition
    condition: str


@dataclass(frozen=True, slots=True)
class Gate:
    """A condition that must hold before a called-for measure may be recommended.

    It *holds* outright, or *on a named condition* (one of `on_condition`, where `holds` is false),
    or it *fails*.
    """

    code: str
    kind: GateKind
    title: str
    applies_to: Selector
    holds: Condition
    on_condition: tuple[NamedCondition, ...]
    says_holds: str
    says_fails: str
    says_unknown: str
    opens: str
    citation: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Deferral:
    """A condition under which a called-for measure is *not now*, and when to look again."""

    code: str
    title: str
    applies_to: Selector
    when: Condition
    reason: str
    look_again: str
    citation: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flag:
    """Something about the whole assessment that a reader must see, such as the boundary to Pillar
    Three.
    """

    code: str
    when: Condition
    title: str
    notice: str
    still: tuple[str, ...]
    beyond: tuple[str, ...]
    citation: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatusClaim:
    """A leaf of an invariant: the measure's status is one of these. `EACH` is the measure under
    `for_each`.
    """

    measure: str
    status: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CouldBeClaim:
    """A leaf of an invariant: other answers to the questions that the measure's deferrals ask, and
    to these alone, would give it one of these statuses.
    """

    measure: str
    could_be: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SomeClaim:
    """A leaf of an invariant: some measure of the selection has one of these statuses."""

    some: Selector
    status: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GateClaim:
    """A leaf of an invariant: the measure's gates of one kind, taken together, have one of these
    values.
    """

    kind: GateKind
    measure: str
    value: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FlagClaim:
    flag: str


Claim = Atom | StatusClaim | CouldBeClaim | SomeClaim | GateClaim | FlagClaim
EACH = "each"


@dataclass(frozen=True, slots=True)
class Invariant:
    """What must hold for every possible set of answers: wherever `premise` is true, `conclusion`
    is.
    """

    code: str
    says: str
    for_each: Selector | None
    premise: Claim | Group[Claim]
    conclusion: Claim | Group[Claim]
    citation: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Carry:
    """How an old answer becomes one to the question `to`, where `when` is true of the old answers.

    It is the answer to the old question `take`, or the fixed `value` where `take` is None.
    """

    to: str
    take: str | None
    value: Value | None
    when: Condition | None


RetiredKind = Literal["question", "option", "measure", "actor"]
How = Literal["replaced", "split", "dropped"]


@dataclass(frozen=True, slots=True)
class Retired:
    """What became of something that the edition before has and this one has not.

    An option is named by its question: `past_atrocities.addressed`.
    """

    kind: RetiredKind
    code: str
    how: How
    into: tuple[str, ...]
    why: str
    carry: tuple[Carry, ...]
    citation: tuple[str, ...]


@dataclass(frozen=True)
class Rulebook:
    """Everything that an edition says. Two rulebooks with the same `digest` are the same."""

    digest: str
    title: str
    sources: Mapping[str, Source]
    passages: Mapping[str, Passage]
    questionnaire: Questionnaire
    measures: Mapping[str, Measure]
    actors: Mapping[str, Actor]
    countries: Mapping[str, Country]
    organisations: tuple[Organisation, ...]
    rules: tuple[Rule, ...]
    gates: tuple[Gate, ...]
    deferrals: tuple[Deferral, ...]
    flags: tuple[Flag, ...]
    invariants: tuple[Invariant, ...]
    retired: tuple[Retired, ...]

    @cached_property
    def rules_for(self) -> Mapping[str, tuple[Rule, ...]]:
        """The rules that call for each measure, the most urgent first."""
        return {
            code: tuple(
                sorted(
                    (rule for rule in self.rules if rule.measure == code),
                    key=lambda rule: PRIORITIES.index(rule.priority),
                )
            )
            for code in self.measures
        }

    @cached_property
    def gates_for(self) -> Mapping[str, tuple[Gate, ...]]:
        """The gates that stand before each measure."""
        return {
            code: tuple(gate for gate in self.gates if gate.applies_to.fits(measure))
            for code, measure in self.measures.items()
        }

    @cached_property
    def deferrals_for(self) -> Mapping[str, tuple[Deferral, ...]]:
        """The deferrals that may make each measure wait."""
        return {
            code: tuple(item for item in self.deferrals if item.applies_to.fits(measure))
            for code, measure in self.measures.items()
        }

    def select(self, selector: Selector) -> tuple[Measure, ...]:
        return tuple(measure for measure in self.measures.values() if selector.fits(measure))

    def cite(self, codes: Iterable[str]) -> tuple[Passage, ...]:
        return tuple(self.passages[code] for code in codes)
