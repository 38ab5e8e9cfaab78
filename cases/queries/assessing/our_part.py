"""Which actor we are, and what of the advice we can do ourselves or in a body that we belong to.

A person says it, or one of their teams, or the installation; the first of these that says anything
counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils.translation import gettext as _

from cases import labels
from cases.models import Edition, User
from cases.queries.editions.rulebooks import rulebook_of
from cases.rulebook.entries.catalogue import HOST_STATE, REGIONAL_ORGS, Measure, name_on
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.advice import ActorAdvice, MeasureAdvice
from cases.text_folding import fold

MEMBER_STATES = "member_states"
NEIGHBOURS = "neighbours"
# The States that are always members of the Security Council (Charter of the United Nations, 23).
PERMANENT_MEMBERS = frozenset({"CHN", "FRA", "GBR", "RUS", "USA"})
# Organs of the United Nations of which some States are members for a time.
ELECTED_BODIES = ("security_council", "human_rights_council", "peacebuilding_commission")
GENERAL_ASSEMBLY = "general_assembly"

OurPartChoices = Sequence[tuple[str, Sequence[tuple[str, str]]]]


@dataclass(frozen=True, slots=True)
class OurPart:
    """Which actor we are: its code and, for a State or a regional organisation, which one."""

    actor: str
    which: str = ""


@dataclass(frozen=True, slots=True)
class OurLine:
    """A measure that we can take, and how: in words."""

    measure: Measure
    how: str


@dataclass(frozen=True, slots=True)
class OurShare:
    """What we can do: ourselves, and in the bodies that we belong to."""

    name: str
    ourselves: tuple[OurLine, ...]
    together: tuple[OurLine, ...]


def our_part_of(user: User) -> OurPart | None:
    """Which actor a person acts for, or None where nobody has said so."""
    teams = user.teams.exclude(our_part="").values_list("our_part", flat=True)
    said = user.our_part or teams.first() or settings.OUR_PART
    actor, _colon, which = said.partition(":")
    return OurPart(actor, which) if actor else None


def our_part_choices(day: date) -> OurPartChoices:
    """Everyone whom we may be on a day, in groups: the stored word and the name; nobody before an
    edition is published.
    """
    edition = Edition.objects.newest()
    if edition is None:
        return []
    rulebook = rulebook_of(edition.pk)
    states = [
        (f"{MEMBER_STATES}:{country.code}", country.name)
        for country in rulebook.countries.values()
        if country.un == "member"
    ]
    named = [(item, name_on(item.names, day)) for item in rulebook.organisations]
    organisations = [(f"{REGIONAL_ORGS}:{item.code}", str(name)) for item, name in named if name]
    which_one = {MEMBER_STATES, REGIONAL_ORGS, NEIGHBOURS, HOST_STATE}
    others = [
        (actor.code, actor.name_for(day).name)
        for actor in rulebook.actors.values()
        if actor.code not in which_one
    ]
    return [
        (_("Member States"), _by_name(states)),
        (_("Regional organisations"), _by_name(organisations)),
        (_("United Nations and others"), others),
    ]


def _by_name(choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(choices, key=lambda choice: fold(choice[1]))


def our_name(rulebook: Rulebook, part: OurPart, day: date) -> str:
    """Our name on a day; empty where the edition does not know us."""
    if part.actor == MEMBER_STATES:
        country = rulebook.countries.get(part.which)
        return country.name if country else ""
    if part.actor == REGIONAL_ORGS:
        ours = (item for item in rulebook.organisations if item.code == part.which)
        names = (name_on(item.names, day) for item in ours)
        return next((name.short or name.name for name in names if name), "")
    actor = rulebook.actors.get(part.actor)
    return actor.name_for(day).name if actor else ""


def our_share(
    rulebook: Rulebook,
    part: OurPart,
    rows: Iterable[MeasureAdvice],
    countries: Iterable[str],
    day: date,
) -> OurShare | None:
    """What we can do of some measures; None where the edition does not know us."""
    name = our_name(rulebook, part, day)
    if not name:
        return None
    finder = _Finder(rulebook, part, frozenset(countries), day)
    ourselves, together = [], []
    for row in rows:
        if how := finder.ourselves(row):
            ourselves.append(OurLine(row.measure, how))
        elif how := finder.together(row):
            together.append(OurLine(row.measure, how))
    return OurShare(name, tuple(ourselves), tuple(together))


class _Finder:
    def __init__(
        self, rulebook: Rulebook, part: OurPart, countries: frozenset[str], day: date
    ) -> None:
        self.rulebook, self.part, self.day = rulebook, part, day
        self.our_actors = {part.actor}
        if part.actor == MEMBER_STATES and part.which in self._neighbours(countries):
            self.our_actors.add(NEIGHBOURS)
        if part.actor == MEMBER_STATES and part.which in countries:
            self.our_actors = {HOST_STATE}
        self.our_organisations = frozenset(self._organisations())

    def ourselves(self, row: MeasureAdvice) -> str:
        """How we can take a measure ourselves, in words; empty where we cannot."""
        roles = [item.role for item in row.actors if self._is_us(item)]
        return str(labels.OUR_ROLE[roles[0]]) if roles else ""

    def together(self, row: MeasureAdvice) -> str:
        """In which body we can take a measure, in words; empty where there is none."""
        if self.part.actor != MEMBER_STATES:
            return ""
        bodies: dict[str, None] = {}
        for item in row.actors:
            bodies.update(dict.fromkeys(self._ours_among(item)))
        return _("in %(bodies)s") % {"bodies": ", ".join(bodies)} if bodies else ""

    def _is_us(self, item: ActorAdvice) -> bool:
        if self.part.actor == REGIONAL_ORGS:
            return item.actor == REGIONAL_ORGS and bool(
                self.our_organisations.intersection(item.organisations)
            )
        return item.actor in self.our_actors

    def _ours_among(self, item: ActorAdvice) -> list[str]:
        if item.actor == REGIONAL_ORGS:
            return [name for name in item.organisations if name in self.our_organisations]
        permanent = self.part.which in PERMANENT_MEMBERS and item.actor == "security_council"
        if item.actor == GENERAL_ASSEMBLY or permanent:
            return [item.name]
        if item.actor in ELECTED_BODIES:
            return [_("%(body)s, while you are a member") % {"body": item.short}]
        return []

    def _organisations(self) -> list[str]:
        """The short names of the organisation that we are, or of those that we are in."""
        names = []
        for item in self.rulebook.organisations:
            name = name_on(item.names, self.day)
            if self.part.actor == REGIONAL_ORGS:
                ours = item.code == self.part.which
            else:
                ours = bool(item.membership_of(self.part.which, self.day))
            if name and ours:
                names.append(name.short or name.name)
        return names

    def _neighbours(self, countries: frozenset[str]) -> frozenset[str]:
        known = self.rulebook.countries
        return frozenset[str]().union(
            *(known[code].neighbours for code in countries if code in known)
        )
