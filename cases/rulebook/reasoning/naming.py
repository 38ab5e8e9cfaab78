"""What an assessment's actors are called: on its date, for its countries and by its answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from cases.rulebook.entries.catalogue import (
    REGIONAL_ORGS,
    Actor,
    Country,
    Measure,
    Name,
    Organisation,
    Suitability,
    name_on,
)
from cases.rulebook.entries.conditions import leaves
from cases.rulebook.entries.country_names import country_name_on
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.logic import Facts
from cases.rulebook.wording.sentences import ENGLISH, Phrases, join

# Which of the organisations is engaged. Its options are the codes of organisations in lower case,
# and one for those that are not listed.
ENGAGED_ORGANISATIONS = "engaged_organisations"
# The actor that the States on the borders are together.
NEIGHBOURS = "neighbours"
# Which States have influence; one of its options is that of the neighbours.
STATE_LEVERAGE = "state_leverage"


# A line names this many neighbours, and says how many more there are.
NAMED_IN_A_LINE = 2


@dataclass(frozen=True, slots=True)
class ActorName:
    """What an actor is called.

    `organisations` are those that it means, by short names. `brief` is what a line says of
    neighbours: the first of them by name. It is empty for everybody else.
    """

    name: str
    short: str
    organisations: tuple[str, ...] = ()
    brief: str = ""


class Naming:
    """Names actors for one assessment."""

    def __init__(
        self,
        rulebook: Rulebook,
        facts: Facts,
        countries: Sequence[str],
        as_of: date,
        phrases: Phrases = ENGLISH,
    ) -> None:
        self._rulebook = rulebook
        self._facts = facts
        self._countries = countries
        self._as_of = as_of
        self._phrases = phrases

    def name_of(
        self, actor: Actor, measure: Measure, because: Iterable[Suitability] = ()
    ) -> ActorName | None:
        """An actor's name where it acts for a measure; None where it did not exist on that day.

        `because` are the reasons for which it is well placed: where one of them is the influence of
        neighbours, these are named.
        """
        name = name_on(actor.names, self._as_of)
        if name is None:
            return None
        if actor.code == REGIONAL_ORGS:
            return self._regional(measure, name)
        if actor.code == NEIGHBOURS and self._neighbours:
            return self._as_neighbours(name)
        if self.names_neighbours(because):
            return self._with_neighbours(name)
        return ActorName(str(name), name.short or name.name)

    def names_neighbours(self, because: Iterable[Suitability]) -> bool:
        """Whether these reasons let the name of an actor name the neighbours."""
        return bool(self._neighbours) and any(map(self._is_influence_of_neighbours, because))

    def _regional(self, measure: Measure, name: Name) -> ActorName | None:
        """The organisations that are engaged or, if none of these is known, the country's own; None
        if the country belonged to none.
        """
        engaged = self._engaged
        names = engaged or [
            named
            for organisation, named in self._own
            if organisation.security_role or measure.form == "CAP"
        ]
        shorts = tuple(item.short or item.name for item in names)
        if len(names) == 1:
            return ActorName(str(names[0]), shorts[0], shorts)
        if engaged:
            joined = join(shorts, self._phrases.both, self._phrases)
            return ActorName(joined, joined, shorts)
        if not names:
            # Another one than those listed is engaged, which only a note can name.
            return ActorName(str(name), name.short) if self._chosen else None
        return ActorName(join(shorts, self._phrases.either, self._phrases), name.short, shorts)

    @cached_property
    def _own(self) -> tuple[tuple[Organisation, Name], ...]:
        return self._rulebook.organisations_of(self._countries, self._as_of)

    @cached_property
    def _organisations(self) -> dict[str, Organisation]:
        return {organisation.code: organisation for organisation in self._rulebook.organisations}

    @cached_property
    def _chosen(self) -> frozenset[str]:
        """The options of the question which organisations are engaged that were chosen."""
        if ENGAGED_ORGANISATIONS not in self._rulebook.questionnaire.by_code:
            return frozenset()
        value = self._facts.value(ENGAGED_ORGANISATIONS)
        return value if isinstance(value, frozenset) else frozenset()

    @cached_property
    def _engaged(self) -> list[Name]:
        """The names of the organisations that are engaged, the country's own first."""
        own = [organisation.code for organisation, _name in self._own]
        others = [code for code in self._organisations if code not in own]
        names = (
            name_on(self._organisations[code].names, self._as_of)
            for code in (*own, *others)
            if code.lower() in self._chosen
        )
        return [name for name in names if name]

    @cached_property
    def _neighbours(self) -> tuple[str, ...]:
        """The names of the States that border on the countries and were in the United Nations on
        the day.
        """
        known = self._rulebook.countries
        bordering = (
            frozenset[str]()
            .union(*(known[country].neighbours for country in self._countries if country in known))
            .difference(self._countries)
        )
        return tuple(sorted(known[code].name for code in bordering if self._was_there(known[code])))

    def _was_there(self, country: Country) -> bool:
        return country.since is None or country.since <= self._as_of

    def _is_influence_of_neighbours(self, row: Suitability) -> bool:
        """Whether a reason is true because neighbours have influence."""
        chosen = self._facts.value(STATE_LEVERAGE)
        return isinstance(chosen, frozenset) and any(
            atom.question == STATE_LEVERAGE
            and atom.operator == "in"
            and NEIGHBOURS in chosen.intersection(map(str, atom.operand))
            for atom in leaves(row.when)
        )

    def _as_neighbours(self, name: Name) -> ActorName:
        brief = self._phrases.neighbours_briefly.format(neighbours=self._first_neighbours())
        return ActorName(self._of_these_countries(self._neighbours), name.short, brief=brief)

    def _with_neighbours(self, name: Name) -> ActorName:
        """Member States of which neighbours have influence: these alone, or these above all."""
        if self._facts.value(STATE_LEVERAGE) == frozenset({NEIGHBOURS}):
            return self._as_neighbours(name)
        short = name.short or name.name
        above_all = self._phrases.above_all
        return ActorName(
            above_all.format(actor=short, neighbours=self._of_these_countries(self._neighbours)),
            name.short,
            brief=above_all.format(actor=short, neighbours=self._first_neighbours()),
        )

    def _first_neighbours(self) -> str:
        """The neighbours' names as a line has room for: the first of many, and how many more."""
        left = len(self._neighbours) - NAMED_IN_A_LINE
        if left <= 1:
            return join(self._neighbours, self._phrases.both, self._phrases)
        first = self._phrases.comma.join(self._neighbours[:NAMED_IN_A_LINE])
        return self._phrases.and_more.format(names=first, number=left)

    def _of_these_countries(self, neighbours: Sequence[str]) -> str:
        countries = [
            country_name_on(code, self._rulebook.countries[code].name, self._as_of)
            for code in self._countries
            if code in self._rulebook.countries
        ]
        phrase = self._phrases.neighbour_of if len(neighbours) == 1 else self._phrases.neighbours_of
        return phrase.format(
            neighbours=join(neighbours, self._phrases.both, self._phrases),
            countries=join(countries, self._phrases.both, self._phrases),
        )
