"""Who is best placed to lead a measure, and with whom: one lead and at most two partners."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Literal

from cases.rulebook.entries.catalogue import (
    HOST_STATE,
    Actor,
    Capability,
    Form,
    Measure,
    Role,
    Suitability,
)
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.entries.rules import Rule
from cases.rulebook.reasoning.logic import Facts, Truth
from cases.rulebook.reasoning.naming import NEIGHBOURS, Naming
from cases.rulebook.wording.sentences import ENGLISH, Phrases, fill_in, say_condition

# How well placed an actor is, the best first. Nothing speaks for or against one that is able.
Placed = Literal["present", "trusted", "able", "unsuitable"]
GRADES: tuple[Placed, ...] = ("present", "trusted", "able", "unsuitable")
PARTNERS = 2
# Of several grades that are true, the first of these counts.
_DECIDING: tuple[Placed, ...] = ("unsuitable", "present", "trusted")


@dataclass(frozen=True, slots=True)
class PlacedActor:
    """An actor in a role for a measure, and how well placed it is.

    `why` is the reason in one sentence, and `doubt` says what is not known that would make it
    unsuitable.
    """

    actor: str
    role: Role
    name: str
    short: str
    organisations: tuple[str, ...]
    grade: Placed
    why: str
    doubt: str
    does: str
    needs: str | None
    # What a line says of neighbours: the first of them by name. Empty for everybody else.
    brief: str = ""


@dataclass(frozen=True, slots=True)
class Leads:
    """Who can lead a measure, the best placed first, who is unsuitable, and who would help the
    first.
    """

    suitable: tuple[PlacedActor, ...] = ()
    unsuitable: tuple[PlacedActor, ...] = ()
    partners: tuple[PlacedActor, ...] = ()


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An actor that can do something for a measure, before it is put into words.

    `reasons` are what makes its grade so, and `doubts` what may yet make it unsuitable.
    """

    actor: Actor
    capability: Capability
    grade: Placed
    reasons: tuple[Suitability, ...]
    doubts: tuple[Suitability, ...]


class Casting:
    """Chooses the best placed actors for measures under one assessment's answers."""

    def __init__(
        self, rulebook: Rulebook, facts: Facts, naming: Naming, phrases: Phrases = ENGLISH
    ) -> None:
        self.rulebook = rulebook
        self.facts = facts
        self.naming = naming
        self.phrases = phrases
        self._judged: dict[str, list[tuple[Suitability, Truth]]] = {}
        self._named: dict[tuple[str, Form], bool] = {}

    def lead(
        self, measure: Measure, rules: Iterable[Rule]
    ) -> tuple[PlacedActor | None, tuple[PlacedActor, ...]]:
        """The lead of a measure that these rules call for, the most urgent first, and its
        partners. There is no lead where nobody suitable can be named.
        """
        candidates = self._candidates(measure, rules)
        for item in candidates:
            if item.capability.role == "lead" and item.grade != "unsuitable":
                lead = self._say(measure, item)
                helping = (
                    self._say(measure, partner)
                    for partner in self._partners(measure, item, candidates)
                )
                # Member States that lead with the neighbours named need no neighbours beside them.
                others = (partner for partner in helping if partner.name not in lead.name)
                return lead, tuple(islice(others, PARTNERS))
        return None, ()

    def leads(self, measure: Measure, rules: Iterable[Rule]) -> Leads:
        """Everybody who can lead a measure that these rules call for."""
        candidates = self._candidates(measure, rules)
        said = [self._say(measure, item) for item in candidates if item.capability.role == "lead"]
        return Leads(
            tuple(item for item in said if item.grade != "unsuitable"),
            tuple(item for item in said if item.grade == "unsuitable"),
            self.lead(measure, rules)[1],
        )

    def _candidates(self, measure: Measure, rules: Iterable[Rule]) -> list[_Candidate]:
        """Everybody who can do something for a measure and is named on the day: the best placed
        first, then those whom the rules name, in their order.
        """
        pairs = dict.fromkeys(chain.from_iterable(rule.actors for rule in rules))
        named = {pair: place for place, pair in enumerate(pairs)}
        found = [
            self._candidate(actor, capability)
            for actor, capability in self.rulebook.able[measure.code]
            if self._is_named(actor, measure)
        ]
        return sorted(
            found,
            key=lambda item: (
                GRADES.index(item.grade),
                named.get((item.actor.code, item.capability.role), len(named)),
            ),
        )

    def _candidate(self, actor: Actor, capability: Capability) -> _Candidate:
        rows = [
            (row, truth)
            for row, truth in self._judge(actor)
            if not row.measures or capability.measure in row.measures
        ]
        if not rows:
            return _Candidate(actor, capability, "able", (), ())
        true = [row for row, truth in rows if truth]
        grades = {row.grade for row in true}
        grade: Placed = next((item for item in _DECIDING if item in grades), "able")
        return _Candidate(
            actor,
            capability,
            grade,
            tuple(row for row in true if row.grade == grade),
            tuple(row for row, truth in rows if truth is None and row.grade == "unsuitable"),
        )

    def _judge(self, actor: Actor) -> list[tuple[Suitability, Truth]]:
        """Work out how well placed an actor is, and how well it may be."""
        if actor.code not in self._judged:
            judged = [(row, self.facts.judge(row.when).truth) for row in actor.suitability]
            self._judged[actor.code] = [pair for pair in judged if pair[1] is not False]
        return self._judged[actor.code]

    def _is_named(self, actor: Actor, measure: Measure) -> bool:
        """Whether an actor has a name on the day; of the measure, only its form matters."""
        key = actor.code, measure.form
        if key not in self._named:
            self._named[key] = self.naming.name_of(actor, measure) is not None
        return self._named[key]

    def _partners(
        self, measure: Measure, lead: _Candidate, candidates: Sequence[_Candidate]
    ) -> Iterator[_Candidate]:
        """Who can help a lead: where a mandate is needed, the body that gives it comes first.
        The host State owns every measure, so it is never a partner. Neighbours are not partners if
        the lead's name already names them.
        """
        helping = {
            item.actor.code: item for item in candidates if item.capability.role == "support"
        }
        mandate = [item for item in candidates if item.capability.role == "authorise"]
        left = {lead.actor.code, HOST_STATE}
        if self.naming.names_neighbours(lead.reasons):
            candidates = [item for item in candidates if item.actor.code != NEIGHBOURS]
        for item in (*(mandate if measure.needs_mandate else ()), *candidates):
            if item.actor.code not in left and item.grade != "unsuitable":
                left.add(item.actor.code)
                authorises = item.capability.role == "authorise"
                yield item if authorises else helping.get(item.actor.code, item)

    def _say(self, measure: Measure, item: _Candidate) -> PlacedActor:
        name = self.naming.name_of(item.actor, measure, item.reasons)
        if name is None:
            raise ValueError(f"'{item.actor.code}' has no name on the day")
        capability = item.capability
        why = capability.does
        if item.reasons:
            why = fill_in(item.reasons[0].why, self.facts, self.phrases)
        return PlacedActor(
            item.actor.code,
            capability.role,
            name.name,
            name.short,
            name.organisations,
            item.grade,
            why,
            self._doubt(item.doubts) if item.grade != "unsuitable" else "",
            capability.does,
            capability.needs,
            name.brief,
        )

    def _doubt(self, rows: Sequence[Suitability]) -> str:
        if not rows:
            return ""
        said = say_condition(rows[0].when, self.facts.questionnaire, self.phrases)
        return self.phrases.not_known_whether.format(condition=said)
