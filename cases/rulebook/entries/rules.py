"""Rules, gates, deferrals, flags and contradictions, and what they choose measures by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from cases.rulebook.entries.catalogue import (
    ROLES,
    Citation,
    EntryCode,
    Form,
    Horizon,
    Measure,
    Role,
)
from cases.rulebook.entries.conditions import Condition
from cases.rulebook.entries.description import Field
from cases.rulebook.entries.description import gettext_noop as _

Priority = Literal["urgent", "high", "medium", "low"]
GateKind = Literal["consent", "mandate", "do_no_harm"]
SettledGateValue = Literal["holds", "on_condition", "fails"]
Status = Literal["recommended", "conditional", "deferred", "blocked", "open", "not_indicated"]

# A gate of this kind outranks a deferral, and a deferral outranks the other gates.
DO_NO_HARM: GateKind = "do_no_harm"
PRIORITIES: tuple[Priority, ...] = ("urgent", "high", "medium", "low")


@dataclass(frozen=True, slots=True)
class ActorsByRole:
    """The actors that a rule names, by role. Iteration gives each with its role."""

    lead: Annotated[
        tuple[str, ...],
        Field(
            _("Who leads"),
            refers_to="actors",
            at_least=1,
            missing=_("at least one actor must lead"),
        ),
    ]
    support: Annotated[tuple[str, ...], Field(_("Who supports"), refers_to="actors")] = ()
    authorise: Annotated[tuple[str, ...], Field(_("Who authorises"), refers_to="actors")] = ()

    def __iter__(self) -> Iterator[tuple[str, Role]]:
        for role in ROLES:
            for code in getattr(self, role):
                yield code, role


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition over answers that calls for a measure."""

    code: EntryCode
    measure: Annotated[
        str,
        Field(_("Measure"), help=_("The rule's code begins with its code."), refers_to="measures"),
    ]
    when: Annotated[Condition, Field(_("Calls for it where"))]
    priority: Annotated[Priority, Field(_("Priority"))]
    rationale: Annotated[
        str,
        Field(
            _("Why"),
            help=_("One sentence. A question's code in braces is replaced by its answer: {phase}."),
            weight="explains",
            filled_in=True,
            lines=2,
        ),
    ]
    actors: Annotated[ActorsByRole, Field(_("Actors"))]
    citation: Citation


@dataclass(frozen=True, slots=True)
class Selector:
    """A choice of measures: every field that is set must fit. An empty tuple sets nothing."""

    measures: Annotated[
        tuple[str, ...],
        Field(
            _("For which measures: these"),
            help=_(
                "This and the next five fields choose the measures. A measure must match every "
                "field that is filled in."
            ),
            refers_to="measures",
            alone=True,
        ),
    ] = ()
    form: Annotated[tuple[Form, ...], Field(_("… of the form"), alone=True)] = ()
    horizon: Annotated[tuple[Horizon, ...], Field(_("… with the horizon"), alone=True)] = ()
    consent_scope: Annotated[
        tuple[str, ...],
        Field(_("… that need the consent"), refers_to="consent_scope", alone=True),
    ] = ()
    needs_mandate: Annotated[bool | None, Field(_("… that need a mandate"))] = None
    coercive: Annotated[bool | None, Field(_("… that are coercive"))] = None

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


@dataclass(frozen=True, slots=True)
class NamedCondition:
    when: Annotated[Condition, Field(_("Where"))]
    condition: Annotated[
        str, Field(_("It is met on the condition that"), weight="defines", lines=2)
    ]


@dataclass(frozen=True, slots=True)
class GateTexts:
    """What a gate says by its value."""

    holds: Annotated[
        str,
        Field(_("What it says where it is met"), weight="explains", filled_in=True, lines=2),
    ]
    fails: Annotated[
        str, Field(_("Where it is not met"), weight="explains", filled_in=True, lines=2)
    ]
    unknown: Annotated[
        str, Field(_("Where that is not known"), weight="explains", filled_in=True, lines=2)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A condition that must hold before a called-for measure may be recommended.

    It *holds* outright, or *on a named condition* (one of `on_condition`, where `holds` is false),
    or it *fails*.
    """

    code: EntryCode
    kind: Annotated[GateKind, Field(_("Kind"))]
    title: Annotated[str, Field(_("Title"), weight="explains")]
    applies_to: Annotated[Selector, Field(_("The measures that it applies to"), at_least=1)]
    holds: Annotated[Condition, Field(_("It is met where"))]
    on_condition: Annotated[tuple[NamedCondition, ...], Field(_("Or met on a condition"))] = ()
    says: Annotated[GateTexts, Field(_("What it says"))]
    opens: Annotated[str, Field(_("What would open it"), weight="explains", lines=2)]
    opened_by: Annotated[
        tuple[str, ...],
        Field(_("Measures that can open it"), refers_to="measures", unique=True),
    ] = ()
    citation: Citation

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What it asks: where it holds, and where it is met on a condition."""
        return (self.holds, *(row.when for row in self.on_condition))


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferral:
    """A condition under which a called-for measure is *not now*, and when to look again."""

    code: EntryCode
    title: Annotated[str, Field(_("Title"), weight="explains")]
    applies_to: Annotated[Selector, Field(_("The measures that it makes wait"), at_least=1)]
    when: Annotated[Condition, Field(_("They have to wait where"))]
    reason: Annotated[
        str,
        Field(
            _("Reason"),
            help=_("A question's code in braces is replaced by its answer: {phase}."),
            weight="explains",
            filled_in=True,
            lines=2,
        ),
    ]
    look_again: Annotated[
        str,
        Field(
            _("When to look again"),
            help=_("What would end it, in words."),
            weight="explains",
            lines=2,
        ),
    ]
    ended_by: Annotated[
        tuple[str, ...],
        Field(
            _("Measures that can end it"),
            help=_("None where time alone does."),
            refers_to="measures",
            unique=True,
        ),
    ] = ()
    citation: Citation


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two conditions that can hardly both be true: where they are, the analyst looks at the answers
    again before submitting.
    """

    code: EntryCode
    first: Annotated[Condition, Field(_("It is said that"), weight="explains")]
    second: Annotated[Condition, Field(_("It is also said that"), weight="explains")]


@dataclass(frozen=True, slots=True)
class Flag:
    """A notice about the whole assessment that a reader must see, such as the boundary to Pillar
    Three.
    """

    code: EntryCode
    when: Annotated[Condition, Field(_("It applies where"))]
    title: Annotated[str, Field(_("Title"), weight="explains")]
    notice: Annotated[str, Field(_("Notice"), weight="explains", lines=3)]
    still: Annotated[tuple[str, ...], Field(_("Measures that still apply"), refers_to="measures")]
    beyond: Annotated[
        tuple[str, ...],
        Field(_("What belongs to Pillar Three"), weight="explains", lines=4),
    ]
    citation: Citation
