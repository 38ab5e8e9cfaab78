"""Earlier situations that were described alike, with what was done about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from uuid import UUID

import numpy as np
from django.utils import timezone

from cases.models import Assessment, Step, User
from cases.queries.assessing.packed_answers import keys_and_codes
from cases.queries.editions.rulebooks import (
    actors_of_all_editions,
    measures_of_all_editions,
    rulebook_of,
)
from cases.queries.followup import day_and_key
from cases.rulebook.entries.catalogue import Actor, Measure
from cases.rulebook.entries.questions import Answers
from cases.rulebook.reasoning.answer_codes import CODE_TYPE, pack
from cases.rulebook.reasoning.similarity import ENOUGH, likeness

SHOWN = 5
# How many of the earlier situations are compared, the latest first.
COMPARED = 750
# A case with more steps than these shows the last few with each measure.
ALL_SHOWN, LAST_SHOWN = 200, 3


@dataclass(frozen=True)
class DoneStep:
    """One step with those who took it, under the names of its day."""

    step: Step
    actors: tuple[str, ...]
    is_overdue: bool


@dataclass(frozen=True)
class WhatWasDone:
    """What happened with one measure in a case: each fact apart, in the order of their days."""

    measure: Measure
    lines: tuple[DoneStep, ...]
    # How many lines before these are left out.
    left_out: int = 0

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(line.step for line in self.lines)

    @property
    def actors(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(chain.from_iterable(line.actors for line in self.lines)))

    @property
    def facts(self) -> list[str]:
        return [fact for fact in Step.Fact.values if any(step.fact == fact for step in self.steps)]

    @property
    def notes(self) -> list[str]:
        return list(dict.fromkeys(step.note for step in self.steps if step.note))


@dataclass(frozen=True)
class Precedent:
    assessment: Assessment
    likeness: float
    shared: int
    done: tuple[WhatWasDone, ...]

    @property
    def percent(self) -> int:
        return round(100 * self.likeness)


def precedents(
    user: User, assessment: Assessment, answers: Answers, *, limit: int = SHOWN
) -> tuple[Precedent, ...]:
    """The nearest of the latest situations of other cases that a person may see, none later than
    this one's date, the nearest first.

    Of several assessments of one case the nearest counts.
    """
    rulebook = rulebook_of(assessment.edition_id)
    earlier = (
        Assessment.objects.visible_to(user)
        .submitted()
        .filter(as_of__lte=assessment.as_of)
        .exclude(case=assessment.case_id)
        .order_by("-as_of", "-pk")
    )
    keys, codes = keys_and_codes(earlier[:COMPARED], rulebook.questionnaire)
    own = np.frombuffer(pack(rulebook.questionnaire, answers), CODE_TYPE)
    degree, shared = likeness(rulebook.questionnaire, own.astype(np.uint16), codes)
    degree[shared < ENOUGH] = -1
    # Enough of the nearest that, with several assessments of one case among them, the limit is
    # still reached.
    indexes = np.argsort(-degree, kind="stable")[: limit * 10]
    nearest = [index for index in indexes if degree[index] >= 0]
    by_key = Assessment.objects.select_related("case").in_bulk([keys[index] for index in nearest])
    of_case: dict[UUID, tuple[Assessment, float, int]] = {}
    for index in nearest:
        row = by_key[keys[index]]
        of_case.setdefault(row.case_id, (row, float(degree[index]), int(shared[index])))
    chosen = list(of_case.values())[:limit]
    done = what_was_done([row.case_id for row, _, _ in chosen])
    return tuple(
        Precedent(row, near, number, shortened(done.get(row.case_id, ())))
        for row, near, number in chosen
    )


def what_was_done(cases: Sequence[UUID]) -> dict[UUID, tuple[WhatWasDone, ...]]:
    """What happened with the measures of each case, in the order of the catalogue.

    Measures that the newest edition no longer has come last, under the title that they had.
    """
    steps: dict[UUID, dict[str, list[Step]]] = {}
    all_steps = (
        Step.objects.filter(case__in=cases)
        .select_related("source", "recorded_by", "case")
        .prefetch_related("documents")
    )
    for step in all_steps:
        steps.setdefault(step.case_id, {}).setdefault(step.measure, []).append(step)
    measures, actors = measures_of_all_editions(), actors_of_all_editions()
    done = {}
    for case, by_measure in steps.items():
        done[case] = tuple(
            WhatWasDone(measure, _step_lines(actors, by_measure[code]))
            for code, measure in measures.items()
            if code in by_measure
        )
    return done


def shortened(done: Sequence[WhatWasDone], whole: str = "") -> tuple[WhatWasDone, ...]:
    """What was done in one case, with the last steps of each measure where there are many; all
    steps of the measure `whole`.
    """
    if sum(len(row.lines) for row in done) <= ALL_SHOWN:
        return tuple(done)
    return tuple(row if row.measure.code == whole else _last_of(row) for row in done)


def _last_of(row: WhatWasDone) -> WhatWasDone:
    left_out = max(0, len(row.lines) - LAST_SHOWN)
    return replace(row, lines=row.lines[-LAST_SHOWN:], left_out=left_out)


def _step_lines(actors: Mapping[str, Actor], steps: Sequence[Step]) -> tuple[DoneStep, ...]:
    """Steps by their days; those without a day come last, by the day of their recording.

    Actors of a step without a day are named as at the time of the other steps.
    """
    today = timezone.localdate()
    dated = [step.happened_on for step in steps if step.happened_on is not None]
    about = max(dated, default=today)
    ordered = sorted(steps, key=day_and_key)
    lines = []
    for step in ordered:
        acting = [actors[code] for code in step.actors if code in actors]
        names = [actor.name_for(step.happened_on or about) for actor in acting]
        is_overdue = step is ordered[-1] and _is_overdue(step, today)
        lines.append(DoneStep(step, tuple(name.short or name.name for name in names), is_overdue))
    return tuple(lines)


def _is_overdue(step: Step, today: date) -> bool:
    """Whether the day that a step is due has passed; nothing is due in a closed case."""
    return step.due_on is not None and step.due_on < today and not step.case.is_closed


def done_with(measure: str, precedents: Iterable[Precedent]) -> list[tuple[Precedent, WhatWasDone]]:
    """What was done with one measure in each precedent in which something was."""
    rows = []
    for precedent in precedents:
        rows += [(precedent, done) for done in precedent.done if done.measure.code == measure]
    return rows
