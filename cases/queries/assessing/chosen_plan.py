"""What people chose in a plan, and the plan that follows from the computed one by these choices."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from cases.models import Assessment, PlanChoice
from cases.rulebook.reasoning.plan import USUAL

ChoiceKind = PlanChoice.Kind


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing in which the chosen plan differs from the computed one, and who chose it and why.

    `number` is how many measures come first, or the place of the measure, counted from 1.
    """

    kind: str
    measure: str
    actor: str
    number: int | None
    reason: str
    by: str
    on: date


@dataclass(frozen=True, slots=True)
class ChosenMeasures:
    """The measures to do first as people chose them, in order, and the leads that they chose.

    `idle` are choices that have no effect on the computed plan as it is now.
    """

    first: tuple[str, ...]
    leads: Mapping[str, str]
    idle: tuple[Choice, ...]


def plan_choices_of(assessment: Assessment) -> tuple[Choice, ...]:
    """The choices that are kept with an assessment, in the order in which they were made."""
    rows = PlanChoice.objects.filter(plan__assessment=assessment).select_related("chosen_by")
    return tuple(map(_choice, rows))


def _choice(row: PlanChoice) -> Choice:
    return Choice(
        row.kind,
        row.measure,
        row.actor,
        row.number,
        row.reason,
        str(row.chosen_by),
        timezone.localdate(row.chosen_at),
    )


def number_chosen(choices: Iterable[Choice]) -> int:
    """How many measures come first: as chosen, or as usual."""
    numbers = (choice.number for choice in choices if choice.kind == ChoiceKind.NUMBER)
    return next(numbers, None) or USUAL


def choose_from(
    computed: Sequence[str], choices: Sequence[Choice], possible: Mapping[str, Collection[str]]
) -> ChosenMeasures:
    """The plan that follows from `computed`, the codes of the measures that are computed to come
    first.

    `possible` names for each measure that may be in a plan the actors that may lead it. What was
    left out goes, what was added follows at the end, and then each measure that was moved goes to
    its place, the first place first.
    """
    by_kind: dict[str, list[Choice]] = {}
    for choice in choices:
        by_kind.setdefault(choice.kind, []).append(choice)
    left_out = {choice.measure for choice in by_kind.get(ChoiceKind.LEAVE_OUT, ())}
    first = [code for code in computed if code not in left_out]
    first += [
        choice.measure
        for choice in by_kind.get(ChoiceKind.ADD, ())
        if choice.measure in possible and choice.measure not in first
    ]
    for choice in sorted(by_kind.get(ChoiceKind.PLACE, ()), key=lambda choice: choice.number or 0):
        if choice.measure in first:
            first.remove(choice.measure)
            first.insert((choice.number or 1) - 1, choice.measure)
    leads = {
        choice.measure: choice.actor
        for choice in by_kind.get(ChoiceKind.LEAD, ())
        if choice.actor in possible.get(choice.measure, ())
    }
    idle = tuple(choice for choice in choices if _is_idle(choice, computed, first, leads))
    return ChosenMeasures(tuple(first), leads, idle)


def _is_idle(
    choice: Choice, computed: Collection[str], first: Collection[str], leads: Collection[str]
) -> bool:
    if choice.kind == ChoiceKind.LEAVE_OUT:
        return choice.measure not in computed
    if choice.kind == ChoiceKind.LEAD:
        return choice.measure not in leads
    return choice.kind != ChoiceKind.NUMBER and choice.measure not in first
