"""Rules, gates, deferrals, flags and invariants, and the rulebook that holds everything: one value
with a digest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal, cast

from cases.rulebook.entries.catalogue import (
    ROLES,
    Actor,
    Capability,
    Citation,
    Country,
    EntryCode,
    Form,
    Horizon,
    Measure,
    Name,
    Organisation,
    Passage,
    Role,
    Source,
    name_on,
)
from cases.rulebook.entries.conditions import Atom, Condition, Group
from cases.rulebook.entries.description import CODE, LANGUAGE, RETIRED_CODE, WORD, Field
from cases.rulebook.entries.description import gettext_noop as _
from cases.rulebook.entries.questions import Question, Questionnaire, RiskFactor, Value

Priority = Literal["urgent", "high", "medium", "low"]
GateKind = Literal["consent", "mandate", "do_no_harm"]
SettledGateValue = Literal["holds", "on_condition", "fails"]
Status = Literal["recommended", "conditional", "deferred", "blocked", "open", "not_indicated"]

# A gate of this kind outranks a deferral, and a deferral outranks those of the others.
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
            help=_("One sentence. A question's code in braces stands for its answer: {phase}."),
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
                "This and the next five say for which measures it stands: all that is given must "
                "fit; left empty, any does."
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
    applies_to: Annotated[Selector, Field(_("The measures that it stands before"), at_least=1)]
    holds: Annotated[Condition, Field(_("It is met where"))]
    on_condition: Annotated[tuple[NamedCondition, ...], Field(_("Or met on a condition"))] = ()
    says: Annotated[GateTexts, Field(_("What it says"))]
    opens: Annotated[str, Field(_("What would open it"), weight="explains", lines=2)]
    opened_by: Annotated[
        tuple[str, ...],
        Field(_("Measures that can open it"), refers_to="measures", unique=True),
    ] = ()
    citation: Citation


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
            help=_("A question's code in braces stands for its answer: {phase}."),
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
    """Something about the whole assessment that a reader must see, such as the boundary to Pillar
    Three.
    """

    code: EntryCode
    when: Annotated[Condition, Field(_("It stands where"))]
    title: Annotated[str, Field(_("Title"), weight="explains")]
    notice: Annotated[str, Field(_("Notice"), weight="explains", lines=3)]
    still: Annotated[tuple[str, ...], Field(_("Measures that still apply"), refers_to="measures")]
    beyond: Annotated[
        tuple[str, ...],
        Field(_("What belongs to Pillar Three"), weight="explains", lines=4),
    ]
    citation: Citation


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
    for_each: Annotated[Selector | None, Field(_("The measures that it speaks of"), at_least=1)] = (
        None
    )
    premise: Annotated[Statement, Field(_("Wherever"), help=STATEMENT_HELP, name="if", lines=4)]
    conclusion: Annotated[
        Statement, Field(_("This holds"), help=STATEMENT_HELP, name="then", lines=4)
    ]
    citation: Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class Carry:
    """How an old answer becomes one to the question `to`, where `when` is true of the old answers.

    It is the answer to the old question `take`, or the fixed `value` where `take` is None.
    """

    to: Annotated[str, Field(_("Becomes an answer to"), refers_to="questions")]
    take: Annotated[
        str | None, Field(_("The answer to this question of the edition before"), pattern=WORD)
    ] = None
    value: Annotated[
        Value | None,
        Field(
            _("Or always this answer"),
            help=_("Its code; of several, codes with commas between them."),
        ),
    ] = None
    when: Annotated[
        Condition | None,
        Field(
            _("Where"),
            help=_("YAML: a condition over the questions of the edition before."),
            of_edition_before=True,
            lines=3,
        ),
    ] = None


def _only_where_chosen(option: str, row: Carry) -> Carry:
    question, _dot, code = option.partition(".")
    chosen = Atom(question, "in", (int(code) if code.isdecimal() else code,))
    return replace(row, when=Group("all", (chosen, *((row.when,) if row.when else ()))))


RetiredKind = Literal["question", "option", "measure", "actor"]
How = Literal["replaced", "split", "dropped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retired:
    """What became of something that the edition before has and this one has not."""

    entry: Annotated[
        str,
        Field(
            _("Code"),
            help=_(
                "What it was, and its code in the edition before: question.CODE, "
                "option.QUESTION.CODE, measure.CODE or actor.CODE."
            ),
            name="code",
            pattern=RETIRED_CODE,
        ),
    ]
    how: Annotated[How, Field(_("What happened to it"))]
    into: Annotated[
        tuple[str, ...],
        Field(
            _("Codes of this edition that take its place"),
            help=_("An option after its question: QUESTION.CODE. None where it was dropped."),
            pattern=CODE,
            lines=3,
        ),
    ]
    why: Annotated[str, Field(_("Why"), weight="explains", lines=2)]
    carry: Annotated[
        tuple[Carry, ...],
        Field(
            _("How answers to it are carried over"),
            help=_("The first row that fits counts, for each new question."),
        ),
    ] = ()
    citation: Citation = ()

    def __post_init__(self) -> None:
        """The rows of an option speak only of answers in which that option is chosen."""
        if self.kind == "option":
            rows = tuple(_only_where_chosen(self.code, row) for row in self.carry)
            object.__setattr__(self, "carry", rows)

    @property
    def kind(self) -> RetiredKind:
        return cast("RetiredKind", self.entry.partition(".")[0])

    @property
    def code(self) -> str:
        """Its code under the edition before; an option's after that of its question."""
        return self.entry.partition(".")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionHead:
    """What an edition says of itself."""

    title: Annotated[str, Field(_("Title"), weight="explains", translated=False)]
    language: Annotated[
        str, Field(_("Language"), help=_("Its two letters, ISO 639-1."), pattern=LANGUAGE)
    ]
    note: Annotated[str, Field(_("Note"), weight="explains", translated=False)] = ""


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
    contradictions: tuple[Contradiction, ...]
    risk_factors: Mapping[str, RiskFactor]

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
        """The gates of each measure."""
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

    @cached_property
    def problems(self) -> tuple[Question, ...]:
        """The questions that describe a problem. An edition with none makes no plan."""
        return tuple(item for item in self.questionnaire.questions if item.problem is not None)

    @cached_property
    def directly(self) -> Mapping[str, frozenset[str]]:
        """The problems that each measure reduces itself."""
        return self._acted_on(directly=True)

    @cached_property
    def indirectly(self) -> Mapping[str, frozenset[str]]:
        """The problems that each measure reduces by making others act."""
        return self._acted_on(directly=False)

    def _acted_on(self, *, directly: bool) -> Mapping[str, frozenset[str]]:
        return {
            code: frozenset(row.problem for row in measure.acts_on if row.directly is directly)
            for code, measure in self.measures.items()
        }

    @cached_property
    def able(self) -> Mapping[str, tuple[tuple[Actor, Capability], ...]]:
        """Who can do something for each measure, those first who can lead it."""
        return {
            code: tuple(
                (actor, item)
                for role in ROLES
                for actor in self.actors.values()
                if (item := actor.capability(code, role)) is not None
            )
            for code in self.measures
        }

    def organisations_of(
        self, countries: Collection[str], day: date
    ) -> tuple[tuple[Organisation, Name], ...]:
        """The organisations to which one of the countries belonged on a day, with their names."""
        return tuple(
            (organisation, name)
            for organisation in self.organisations
            if (name := name_on(organisation.names, day))
            and any(organisation.membership_of(country, day) for country in countries)
        )

    def select(self, selector: Selector) -> tuple[Measure, ...]:
        return tuple(measure for measure in self.measures.values() if selector.fits(measure))

    def cite(self, codes: Iterable[str]) -> tuple[Passage, ...]:
        return tuple(self.passages[code] for code in codes)
