"""The kinds of entry of a rulebook, in the order in which its document lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from cases.rulebook.entries.catalogue import (
    Actor,
    Country,
    Measure,
    Organisation,
    Passage,
    Source,
)
from cases.rulebook.entries.description import Described, Editorial, described
from cases.rulebook.entries.description import gettext_noop as _
from cases.rulebook.entries.invariants import Invariant
from cases.rulebook.entries.questions import Question, RiskFactor, Section
from cases.rulebook.entries.retired import Retired
from cases.rulebook.entries.rulebook import EditionHead
from cases.rulebook.entries.rules import Contradiction, Deferral, Flag, Gate, Rule


@dataclass(frozen=True)
class EntryKind:
    """A kind of entry: the type that describes it, and what one and many of them are called."""

    type: type
    label: str
    label_of_list: str
    # Whether the order of the entries can change what is advised: packed answers follow the order
    # of the questions, and of rules or gates that say the same the first is named as the reason.
    ordered: bool = False
    # Whether a document may lack the list, which says the same as an empty one.
    optional: bool = False
    # Optional fields that an entry has both or none of.
    together: tuple[str, ...] = ()

    @cached_property
    def fields(self) -> tuple[Described, ...]:
        """Its fields in the order in which an entry is written, those of every entry last."""
        return (*described(self.type), *described(Editorial))

    @cached_property
    def by_name(self) -> Mapping[str, Described]:
        return {field.name: field for field in self.fields}


KINDS: Mapping[str, EntryKind] = {
    "sources": EntryKind(Source, _("Source"), _("Sources")),
    "passages": EntryKind(Passage, _("Passage"), _("Passages")),
    "sections": EntryKind(Section, _("Section"), _("Sections")),
    "questions": EntryKind(
        Question, _("Question"), _("Questions"), ordered=True, together=("show_if", "default")
    ),
    "measures": EntryKind(Measure, _("Measure"), _("Measures")),
    "actors": EntryKind(Actor, _("Actor"), _("Actors")),
    "countries": EntryKind(Country, _("Country"), _("Countries")),
    "organisations": EntryKind(Organisation, _("Organisation"), _("Organisations")),
    "rules": EntryKind(Rule, _("Rule"), _("Rules"), ordered=True),
    "gates": EntryKind(Gate, _("Gate"), _("Gates"), ordered=True),
    "deferrals": EntryKind(Deferral, _("Deferral"), _("Deferrals"), ordered=True, optional=True),
    "flags": EntryKind(Flag, _("Notice"), _("Notices")),
    "invariants": EntryKind(Invariant, _("Invariant"), _("Invariants")),
    "contradictions": EntryKind(
        Contradiction, _("Contradiction"), _("Contradictions"), optional=True
    ),
    "risk_factors": EntryKind(RiskFactor, _("Risk factor"), _("Risk factors"), optional=True),
    "retired": EntryKind(
        Retired, _("Code no longer used"), _("Codes no longer used"), optional=True
    ),
}
EDITION = EntryKind(EditionHead, _("The edition itself"), _("The edition itself"))


def entries_of(document: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    """The entries of one list of a document; none where it lacks the list."""
    return cast("list[dict[str, Any]]", document.get(kind, []))
