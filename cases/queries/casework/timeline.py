"""The timeline of a case: what was assessed, what was done, what was published, and who did what in
the product.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from cases.models import Assessment, Case, Source, Step, User
from cases.queries.assessing.content import submitted_content
from cases.queries.assessing.state import AssessmentState, states_of
from cases.queries.editions.rulebooks import measures_of_all_editions
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


def moments(case: Case, user: User) -> list[tuple[int, list[Moment]]]:
    """What happened in the situation, by year, the latest first. What has no date is left out."""
    measures = measures_of_all_editions()
    assessments = Assessment.objects.visible_to(user).filter(case=case)
    states = states_of(assessments.select_related("author", "case", "snapshot"))
    steps = Step.objects.filter(case=case, happened_on__isnull=False)
    sources = Source.objects.filter(case=case, published_on__isnull=False)
    timeline = [
        *(Moment(state.assessment.as_of, "assessment", state) for state in states.values()),
        *(_of_step(step, measures) for step in steps),
        *(Moment(item.published_on, "source", item) for item in sources if item.published_on),
    ]
    timeline.sort(key=lambda moment: moment.on, reverse=True)
    return [
        (year, list(rows)) for year, rows in groupby(timeline, key=lambda moment: moment.on.year)
    ]


def _of_step(step: Step, measures: Mapping[str, Measure]) -> Moment:
    title = measures[step.measure].title if step.measure in measures else step.measure
    return Moment(step.happened_on or date.min, "step", step, title)


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
