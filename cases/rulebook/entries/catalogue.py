"""The catalogue: sources and their passages, measures, actors, countries and organisations. Names
and memberships have dates, so that an assessment of 2012 describes the world of 2012.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from cases.rulebook.entries.conditions import Condition
from cases.rulebook.entries.description import CODE, COUNTRY_CODE, SOURCE_CODE, URL, WORD, Field
from cases.rulebook.entries.description import gettext_noop as _

Form = Literal["ENC", "CAP", "PRO"]
Horizon = Literal["immediate", "short", "long"]
Role = Literal["lead", "support", "authorise"]
Strength = Literal["strong", "moderate", "limited", "none"]
Line = Literal["first", "second", "background"]
Grade = Literal["present", "trusted", "unsuitable"]
ActorCategory = Literal[
    "host_state",
    "governments_regional",
    "un_organs",
    "un_departments",
    "un_agencies_others",
    "icc",
    "non_state",
]
UnStatus = Literal["member", "observer"]
OrganisationKind = Literal["regional", "subregional", "crossregional"]
# Whether the text was read, or is cited from general knowledge of the field.
Basis = Literal["read", "general_knowledge"]
# A desk review is one that no expert has checked.
Review = Literal["desk", "expert"]
# Only the year is known, so the dates span the whole year.
Precision = Literal["year"]

FORMS: tuple[Form, ...] = ("ENC", "CAP", "PRO")
ROLES: tuple[Role, ...] = ("lead", "support", "authorise")
HOST_STATE = "host_state"
REGIONAL_ORGS = "regional_orgs"

# Fields that several kinds of entry have.
CODE_HELP = _("Letters, digits, dots and underscores. It never changes once it is published.")
EntryCode = Annotated[str, Field(_("Code"), help=CODE_HELP, pattern=CODE)]
WordCode = Annotated[
    str,
    Field(
        _("Code"),
        help=_("A word in lower case. It never changes once it is published."),
        pattern=WORD,
    ),
]
SourceCode = Annotated[str, Field(_("Code"), help=CODE_HELP, pattern=SOURCE_CODE)]
Citation = Annotated[
    tuple[str, ...],
    Field(
        _("Passages that it rests on"),
        refers_to="passages",
        at_least=1,
        unique=True,
        missing=_("Choose at least one passage: everything here has a source."),
    ),
]
From = Annotated[date | None, Field(_("From"), name="from")]
Until = Annotated[date | None, Field(_("Until"), name="to")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    code: SourceCode
    title: Annotated[str, Field(_("Title"), weight="explains", translated=False)]
    publisher: Annotated[str, Field(_("Publisher"), weight="explains", translated=False)]
    year: Annotated[
        int | None, Field(_("Year"), weight="explains", least=1000, most=2200, nullable=True)
    ] = None
    url: Annotated[
        str | None,
        Field(_("Address"), weight="explains", translated=False, pattern=URL, nullable=True),
    ] = None
    basis: Annotated[
        Basis | None,
        Field(
            _("How it is known"),
            help=_(
                "Whether the text was read, or it is cited from general knowledge of the field."
            ),
            weight="explains",
        ),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A place in a source, and what it says in our words."""

    code: EntryCode
    source: Annotated[str, Field(_("Source"), refers_to="sources")]
    where: Annotated[str, Field(_("Where in it"), weight="explains")]
    says: Annotated[str, Field(_("What it says, in our words"), weight="explains", lines=3)]


class Dated:
    """Something that holds from its first to its last day; open at an end that is None."""

    __slots__ = ()
    first: date | None
    last: date | None

    def holds_on(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Period(Dated):
    first: Annotated[date, Field(_("From"), name="from")]
    last: Until = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Dated):
    name: Annotated[str, Field(_("Name"), weight="explains")]
    short: Annotated[str, Field(_("Short"), weight="explains")] = ""
    first: From = None
    last: Until = None

    def __str__(self) -> str:
        return (
            f"{self.name} ({self.short})" if self.short and self.short != self.name else self.name
        )


Names = Annotated[
    tuple[Name, ...],
    Field(
        _("Names"), help=_("The newest first. Leave a date empty if there is no limit."), at_least=1
    ),
]


def name_on(names: Iterable[Name], day: date) -> Name | None:
    """The name on a day, or None if there was none."""
    return next((name for name in names if name.holds_on(day)), None)


@dataclass(frozen=True, slots=True)
class Caution:
    text: Annotated[str, Field(_("Caution"), weight="explains", lines=2)]
    when: Annotated[Condition | None, Field(_("Only where"))] = None


@dataclass(frozen=True, slots=True)
class Existing:
    """What may be there already, so that a measure adjusts it rather than starts something new (AAG
    §IV).
    """

    when: Annotated[Condition, Field(_("There is something to build on where"))]
    what: Annotated[str, Field(_("What it then builds on"), weight="explains")]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What studies say of a measure. `direct`: about atrocities themselves, not about violence in
    general.
    """

    strength: Annotated[Strength, Field(_("Strength of the evidence"))]
    direct: Annotated[
        bool,
        Field(
            _("The evidence is direct"),
            help=_(
                "It is about atrocities against civilians themselves, not about violence in "
                "general."
            ),
        ),
    ]
    says: Annotated[str, Field(_("What the evidence says"), translated=True, lines=3)]
    contextual: Annotated[
        tuple[str, ...],
        Field(
            _("Contexts in which it worked better or worse"),
            translated=False,
            lines=3,
        ),
    ]
    design: Annotated[
        tuple[str, ...],
        Field(_("What in its design mattered"), translated=False, lines=3),
    ]
    sources: Annotated[
        tuple[str, ...],
        Field(
            _("Sources of the evidence"),
            help=_("At least one, unless the strength is none."),
            refers_to="sources",
            unique=True,
        ),
    ]
    reviewed_on: Annotated[
        date,
        Field(
            _("Evidence last reviewed"),
            help=_("After a year the product says that it is due for review."),
        ),
    ]
    review: Annotated[
        Review | None,
        Field(
            _("Who reviewed the evidence"),
            help=_("A desk review is one that no expert has checked. Readers see which it is."),
        ),
    ] = None

    def is_overdue(self, on: date) -> bool:
        """Whether nobody has reviewed it for a year."""
        return (on.year - 1, on.month, on.day) > (
            self.reviewed_on.year,
            self.reviewed_on.month,
            self.reviewed_on.day,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ActsOn:
    """A problem that a measure reduces, itself or by making others act."""

    problem: Annotated[
        str,
        Field(_("Problem"), refers_to="problem"),
    ]
    directly: Annotated[
        bool,
        Field(
            _("Directly"),
            help=_("The measure itself reduces it, rather than others whom it moves to act."),
        ),
    ]
    says: Annotated[str, Field(_("How it reduces it"), weight="explains", lines=2)]
    citation: Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class LineInPhases:
    """The line of a measure in some phases."""

    line: Annotated[Line, Field(_("Line"))]
    phases: Annotated[
        tuple[str, ...], Field(_("In these phases"), refers_to="phase", at_least=1, unique=True)
    ]
    citation: Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class ComesAfter:
    """A measure that has to come first, and why."""

    measure: Annotated[str, Field(_("Measure that comes first"), refers_to="measures")]
    says: Annotated[str, Field(_("Why it comes first"), weight="explains", lines=2)]
    citation: Citation = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One form of Pillar Two assistance that someone can take."""

    code: EntryCode
    form: Annotated[Form, Field(_("Form"), help=_("The code begins with it."))]
    title: Annotated[str, Field(_("Title"), weight="explains")]
    horizon: Annotated[Horizon, Field(_("Horizon"))]
    consent_scope: Annotated[
        str | None, Field(_("Consent that it needs"), refers_to="consent_scope")
    ]
    needs_mandate: Annotated[bool, Field(_("It needs a mandate"))]
    coercive: Annotated[bool, Field(_("It is coercive"))]
    what: Annotated[str, Field(_("What it does"), weight="explains", lines=3)]
    how: Annotated[str, Field(_("How it is done"), weight="explains", lines=3)]
    cautions: Annotated[tuple[Caution, ...], Field(_("Cautions"), at_least=1)]
    builds_on: Annotated[Existing | None, Field(_("What it builds on"), nullable=True)] = None
    boundary: Annotated[
        str | None,
        Field(
            _("Boundary to Pillar Three"),
            weight="explains",
            nullable=True,
            lines=2,
        ),
    ] = None
    acts_on: Annotated[tuple[ActsOn, ...], Field(_("Problems that it acts on"))] = ()
    lines: Annotated[
        tuple[LineInPhases, ...],
        Field(_("Line in each phase"), help=_("Each phase belongs to one line.")),
    ] = ()
    after: Annotated[tuple[ComesAfter, ...], Field(_("What it comes after"))] = ()
    evidence: Annotated[Evidence | None, Field(_("Evidence"), weight="evidence")] = None
    citation: Citation

    def line_in(self, phase: str) -> Line | None:
        """Its line in a phase; None where it states none."""
        return next((row.line for row in self.lines if phase in row.phases), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suitability:
    """Where an actor is well placed to act, or unsuitable, and why. With no such line it is merely
    able.
    """

    measures: Annotated[
        tuple[str, ...],
        Field(
            _("For these measures"),
            help=_("Leave empty for everything that it can do."),
            refers_to="measures",
            unique=True,
        ),
    ] = ()
    grade: Annotated[
        Grade,
        Field(
            _("How well placed"),
            help=_("An unsuitable actor never leads, whatever else is true."),
        ),
    ]
    when: Annotated[Condition, Field(_("Where"))]
    why: Annotated[
        str,
        Field(
            _("Why"),
            help=_("One sentence. A question's code in braces is replaced by its answer: {phase}."),
            weight="explains",
            filled_in=True,
            lines=2,
        ),
    ]
    citation: Citation = ()


@dataclass(frozen=True, slots=True)
class Capability:
    """What an actor can do for a measure, in a role, and what it needs first. `always`: named
    whenever called for.
    """

    measure: Annotated[str, Field(_("Measure"), refers_to="measures")]
    role: Annotated[Role, Field(_("Role"))]
    does: Annotated[str, Field(_("What it does"), weight="explains", lines=2)]
    needs: Annotated[
        str | None, Field(_("What it needs first"), weight="explains", nullable=True)
    ] = None
    always: Annotated[bool, Field(_("Always named, whatever rule calls"))] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    code: WordCode
    category: Annotated[ActorCategory, Field(_("Category"))]
    names: Names
    mandate: Annotated[str, Field(_("Mandate"), weight="explains", lines=3)]
    can: Annotated[tuple[Capability, ...], Field(_("What it can do"), at_least=1)]
    needs_first: Annotated[
        str | None, Field(_("What it needs before it acts"), weight="explains", lines=2)
    ]
    suitability: Annotated[
        tuple[Suitability, ...], Field(_("Where it is well placed or unsuitable"))
    ] = ()
    citation: Citation

    def capability(self, measure: str, role: Role) -> Capability | None:
        return next(
            (item for item in self.can if item.measure == measure and item.role == role), None
        )

    def always_does(self, measure: str) -> list[Role]:
        """The roles that it has in a measure even where no rule names it."""
        return [item.role for item in self.can if item.always and item.measure == measure]

    def suitability_for(self, measure: str) -> tuple[Suitability, ...]:
        """What says how well placed it is for a measure."""
        return tuple(row for row in self.suitability if not row.measures or measure in row.measures)

    def name_for(self, day: date) -> Name:
        """The name on a day. If there was none then, the last one before that day or, before there
        was any, the first.
        """
        name = name_on(self.names, day)
        if name is not None:
            return name
        ended = [item for item in self.names if item.last is not None and item.last < day]
        if ended:
            return max(ended, key=lambda item: item.last or date.min)
        return min(self.names, key=lambda item: item.first or date.min)


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """A State by its ISO 3166-1 alpha-3 code, with its standing at the United Nations."""

    code: Annotated[
        str, Field(_("Code"), help=_("Three letters, ISO 3166-1."), pattern=COUNTRY_CODE)
    ]
    name: Annotated[str, Field(_("Name"), weight="explains", translated=False)]
    un: Annotated[UnStatus, Field(_("In the United Nations"))]
    since: Annotated[date | None, Field(_("Since"), nullable=True)] = None
    neighbours: Annotated[
        tuple[str, ...],
        Field(
            _("Neighbours"),
            help=_("The countries with which it has a land border."),
            refers_to="countries",
            unique=True,
        ),
    ] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership(Dated):
    country: Annotated[str, Field(_("Country"), refers_to="countries")]
    first: From = None
    last: Until = None
    suspended: Annotated[tuple[Period, ...], Field(_("Suspended"))] = ()
    precision: Annotated[Precision | None, Field(_("Known"))] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """A regional or cross-regional organisation; `as_of` is the day to which its membership data
    were checked.
    """

    code: EntryCode
    names: Names
    kind: Annotated[OrganisationKind, Field(_("Kind"))]
    security_role: Annotated[bool, Field(_("It has a role in peace and security"))]
    as_of: Annotated[date, Field(_("Members as of"))]
    members: Annotated[
        tuple[Membership, ...],
        Field(
            _("Members"),
            help=_("A country that left and came back has a row for each time."),
            at_least=1,
        ),
    ]
    citation: Annotated[str, Field(_("Source of the membership"), lines=2)]

    def membership_of(self, country: str, day: date) -> Membership | None:
        return next(
            (row for row in self.members if row.country == country and row.holds_on(day)),
            None,
        )
