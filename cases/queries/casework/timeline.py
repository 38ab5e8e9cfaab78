"""The timeline of a case: what was assessed, what was done, what was published, and who did what in
the product.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from cases.models import Assessment, Case, Source, Step, User
from cases.queries.assessing.content import submitted_content
from cases.queries.assessing.state import AssessmentState, states_of
from cases.queries.editions.rulebooks import measures_of_all_editions
from cases.queries.followup import dated_steps
from cases.rulebook.entries.catalogue import Measure
from cases.rulebook.reasoning.advice import STATUSES


@dataclass(frozen=True)
class Moment:
    """Something that happened on a day: an assessment, a step or a source."""

    on: date
    kind: str
    what: AssessmentState | Step | Source
    title: str = ""


@dataclass(frozen=True)
class Bar:
    """One assessment in the picture: how many measures have each status."""

    state: AssessmentState
    counts: Mapping[str, int]
    flags: int

    @property
    def assessment(self) -> Assessment:
        return self.state.assessment

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def parts(self) -> list[tuple[str, int, float, float]]:
        """(status, number, where its part of the bar begins, how wide it is), out of 100."""
        parts, at = [], 0.0
        for status, number in self.counts.items():
            width = 100 * number / self.total if self.total else 0
            if number:
                parts.append((status, number, round(at, 2), round(width, 2)))
            at += width
        return parts


@dataclass(frozen=True)
class DatedRow:
    """The row of a moment, before what it says is read."""

    on: date
    kind: str
    key: UUID | int


def dated_rows(case: Case, user: User) -> list[DatedRow]:
    """What happened in the situation, the latest first: a step without a date of its own on the day
    of its recording. Sources without a date are left out.
    """
    assessments = Assessment.objects.visible_to(user).filter(case=case).values_list("as_of", "pk")
    steps = dated_steps().filter(case=case).values_list("day", "pk")
    sources = Source.objects.filter(case=case).only("published_on")
    rows = [
        *(DatedRow(day, "assessment", key) for day, key in assessments),
        *(DatedRow(day, "step", key) for day, key in steps),
        *(DatedRow(item.published_on, "source", item.pk) for item in sources if item.published_on),
    ]
    return sorted(rows, key=lambda row: row.on, reverse=True)


def moments(rows: Iterable[DatedRow]) -> list[tuple[int, list[Moment]]]:
    """What the rows say, grouped by year, in the same order."""
    listed = list(rows)
    keys: dict[str, list[Any]] = {"assessment": [], "step": [], "source": []}
    for row in listed:
        keys[row.kind].append(row.key)
    assessments = Assessment.objects.filter(pk__in=keys["assessment"])
    found: dict[str, Mapping[Any, AssessmentState | Step | Source]] = {
        "assessment": states_of(assessments.select_related("author", "case")),
        "step": Step.objects.in_bulk(keys["step"]),
        "source": Source.objects.in_bulk(keys["source"]),
    }
    measures = measures_of_all_editions()
    told = [
        _moment(row, what, measures)
        for row in listed
        if (what := found[row.kind].get(row.key)) is not None
    ]
    return [(year, list(group)) for year, group in groupby(told, key=lambda item: item.on.year)]


def _moment(
    row: DatedRow, what: AssessmentState | Step | Source, measures: Mapping[str, Measure]
) -> Moment:
    title = ""
    if isinstance(what, Step):
        title = measures[what.measure].title if what.measure in measures else what.measure
    return Moment(row.on, row.kind, what, title)


def bars(case: Case, user: User) -> list[Bar]:
    """The submitted assessments of a case that a person may see, the earliest situation first."""
    seen = Assessment.objects.visible_to(user).submitted().filter(case=case)
    rows = seen.select_related("snapshot", "case").order_by("as_of", "submitted_at")
    return [_bar(state) for state in states_of(rows).values()]


def _bar(state: AssessmentState) -> Bar:
    advice = submitted_content(state.assessment).advice
    counts: dict[str, int] = dict.fromkeys(STATUSES, 0)
    for row in advice.measures.values():
        counts[row.status] += 1
    return Bar(state, counts, len(advice.flags))
