"""The rulebook: everything that an edition says, as one value with a digest."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Annotated

from cases.rulebook.entries.catalogue import (
    ROLES,
    Actor,
    Capability,
    Country,
    Measure,
    Name,
    Organisation,
    Passage,
    Source,
    name_on,
)
from cases.rulebook.entries.description import LANGUAGE, Field
from cases.rulebook.entries.description import gettext_noop as _
from cases.rulebook.entries.invariants import Invariant
from cases.rulebook.entries.questions import Question, Questionnaire, RiskFactor
from cases.rulebook.entries.retired import Retired
from cases.rulebook.entries.rules import (
    PRIORITIES,
    Contradiction,
    Deferral,
    Flag,
    Gate,
    Rule,
    Selector,
)


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
        rules = sorted(self.rules, key=lambda rule: PRIORITIES.index(rule.priority))
        return {
            code: tuple(rule for rule in rules if rule.measure == code) for code in self.measures
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
        """The actors that can do something for each measure, those that can lead it first."""
        able: dict[str, list[tuple[Actor, Capability]]] = {code: [] for code in self.measures}
        for role in ROLES:
            for actor in self.actors.values():
                for code, rows in able.items():
                    capability = actor.capability(code, role)
                    if capability is not None:
                        rows.append((actor, capability))
        return {code: tuple(rows) for code, rows in able.items()}

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
