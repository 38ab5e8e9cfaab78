"""What a measure of the draft edition needs besides its entry: an actor to lead it, and a rule."""

from __future__ import annotations

from dataclasses import dataclass

from cases.rulebook.editions.builder import Document
from cases.rulebook.editions.loader import called, title_of
from cases.rulebook.entries.kinds import entries_of


@dataclass(frozen=True)
class MeasureSteps:
    """The steps of adding a measure, and which are done.

    `leads` are the titles of the actors that can lead it, `rules` what its rules are called.
    `actors` are those that could be given the measure, by code and title.
    """

    code: str
    leads: tuple[str, ...]
    rules: tuple[str, ...]
    actors: tuple[tuple[str, str], ...]

    @property
    def are_done(self) -> bool:
        return bool(self.code and self.leads and self.rules)


def measure_steps(document: Document, code: str) -> MeasureSteps:
    """The steps of adding a measure; `code` is empty for one that is not saved yet."""
    actors = entries_of(document, "actors")
    lead = {"measure": code, "role": "lead"}
    able = [actor for actor in actors if any(lead.items() <= row.items() for row in actor["can"])]
    rules = [rule for rule in entries_of(document, "rules") if rule["measure"] == code]
    return MeasureSteps(
        code,
        tuple(title_of(actor) for actor in able),
        tuple(called(document, "rules", rule) for rule in rules),
        tuple((actor["code"], title_of(actor)) for actor in actors),
    )
