"""What the product knows: sources and their passages, measures, actors, countries and
organisations.

Names and memberships have dates, so that an assessment of 2012 speaks of the world of 2012.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from cases.rulebook.entries.conditions import Condition

Form = Literal["ENC", "CAP", "PRO"]
Horizon = Literal["immediate", "short", "long"]
Role = Literal["lead", "support", "authorise"]

FORMS: tuple[Form, ...] = ("ENC", "CAP", "PRO")
ROLES: tuple[Role, ...] = ("lead", "support", "authorise")
HOST_STATE = "host_state"
REGIONAL_ORGS = "regional_orgs"


# Whether the text was read, or what it is cited for is general knowledge of the field.
Basis = Literal["read", "general_knowledge"]


@dataclass(frozen=True, slots=True)
class Source:
    code: str
    title: str
    publisher: str
    year: int | None = None
    url: str | None = None
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A place in a source, and what it says in our words."""

    code: str
    source: str
    where: str
    says: str

    @property
    def reference(self) -> str:
        return f"{self.source} {self.where}"


@dataclass(frozen=True, slots=True)
class Period:
    """From its first to its last day; open at an end that is None."""

    first: date | None = None
    last: date | None = None

    def holds_on(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Name:
    name: str
    short: str
    period: Period

    def __str__(self) -> str:
        return (
            f"{self.name} ({self.short})" if self.short and self.short != self.name else self.name
        )


def name_on(names: Iterable[Name], day: date) -> Name | None:
    """The name borne on a day, or None where the bearer did not exist then."""
    return next((name for name in names if name.period.holds_on(day)), None)


@dataclass(frozen=True, slots=True)
class Caution:
    text: str
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Existing:
    """What may be there already, so that a measure adjusts it rather than starts something new (AAG
    §IV).
    """

    when: Condition
    what: str


Strength = Literal["strong", "moderate", "limited", "none"]
# A desk review is one that no expert has checked.
Review = Literal["desk", "expert"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What studies say of a measure. `direct`: about atrocities themselves, not about violence in
    general.
    """

    strength: Strength
    direct: bool
    says: str
    contextual: tuple[str, ...]
    design: tuple[str, ...]
    sources: tuple[str, ...]
    reviewed_on: date
    review: Review | None = None

    def is_overdue(self, on: date) -> bool:
        """Whether nobody has reviewed it for a year."""
        return (on.year - 1, on.month, on.day) > (
            self.reviewed_on.year,
            self.reviewed_on.month,
            self.reviewed_on.day,
        )


@dataclass(frozen=True, slots=True)
class Measure:
    """One form of Pillar Two assistance that someone can take."""

    code: str
    form: Form
    title: str
    horizon: Horizon
    consent_scope: str | None
    needs_mandate: bool
    coercive: bool
    what: str
    how: str
    cautions: tuple[Caution, ...]
    builds_on: Existing | None
    boundary: str | None
    citation: tuple[str, ...]
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Capability:
    """What an actor can do for a measure, in a role, and what it needs first. `always`: named
    whenever called for.
    """

    measure: str
    role: Role
    does: str
    needs: str | None = None
    always: bool = False


@dataclass(frozen=True, slots=True)
class Actor:
    code: str
    category: str
    names: tuple[Name, ...]
    mandate: str
    can: tuple[Capability, ...]
    needs_first: str | None
    citation: tuple[str, ...]

    def capability(self, measure: str, role: Role) -> Capability | None:
        return next(
            (item for item in self.can if item.measure == measure and item.role == role), None
        )

    def name_for(self, day: date) -> Name:
        """The name borne on a day. Where it bore none then, the newest, which is listed first."""
        return name_on(self.names, day) or self.names[0]


@dataclass(frozen=True, slots=True)
class Country:
    """A State by its ISO 3166-1 alpha-3 code, with its standing at the United Nations."""

    code: str
    name: str
    un: Literal["member", "observer"]
    since: date | None


@dataclass(frozen=True, slots=True)
class Membership:
    country: str
    period: Period
    suspended: tuple[Period, ...] = ()


@dataclass(frozen=True, slots=True)
class Organisation:
    """A regional or cross-regional organisation; `as_of` is the day to which its membership data
    were checked.
    """

    code: str
    names: tuple[Name, ...]
    kind: Literal["regional", "subregional", "crossregional"]
    security_role: bool
    as_of: date
    members: tuple[Membership, ...]
    citation: str

    def membership_of(self, country: str, day: date) -> Membership | None:
        return next(
            (row for row in self.members if row.country == country and row.period.holds_on(day)),
            None,
        )
