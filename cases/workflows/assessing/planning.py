"""Choosing in the plan of a draft: adding, leaving out, moving, giving another lead, each with its
reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from cases.models import Assessment, ChosenPlan, Event, PlanChoice, User
from cases.workflows.errors import NotADraftError, StaleError
from cases.workflows.locking import lock_assessment
from cases.workflows.record import record_event

ChoiceKind = PlanChoice.Kind
# A measure is either added to the plan or left out of it.
OPPOSITE = {ChoiceKind.ADD: ChoiceKind.LEAVE_OUT, ChoiceKind.LEAVE_OUT: ChoiceKind.ADD}


@dataclass(frozen=True)
class ChoiceInput:
    """One thing that a person chooses. A choice with `undone` goes back to what is computed."""

    kind: ChoiceKind
    measure: str = ""
    actor: str = ""
    number: int | None = None
    undone: bool = False


@transaction.atomic
def choose_in_plan(
    assessment: Assessment,
    chosen: Iterable[ChoiceInput],
    *,
    by: User,
    reason: str = "",
    version: int,
) -> ChosenPlan:
    """Keep what a person chose in a draft's plan that was read at `version` (0 if it had no
    choices).

    Raises NotADraftError once the assessment is submitted, and StaleError if someone else has
    changed the plan since it was read.
    """
    draft = lock_assessment(assessment)
    if not draft.is_draft:
        raise NotADraftError
    plan = ChosenPlan.objects.filter(assessment=draft).first()
    if version != (plan.version if plan else 0):
        raise StaleError(plan)
    if plan is None:
        plan = ChosenPlan(assessment=draft)
    else:
        plan.version += 1
    plan.save()
    changes = []
    for choice in chosen:
        _keep_choice(plan, choice, by=by, reason=reason)
        changes.append(
            {
                "kind": str(choice.kind),
                "measure": choice.measure,
                "actor": choice.actor,
                "number": choice.number,
                "undone": choice.undone,
            }
        )
    record_event(
        Event.Verb.PLAN_CHANGED,
        by=by,
        case=draft.case,
        assessment=str(draft.pk),
        choices=changes,
        reason=reason,
    )
    return plan


def _keep_choice(plan: ChosenPlan, choice: ChoiceInput, *, by: User, reason: str) -> None:
    same = plan.choices.filter(kind=choice.kind, measure=choice.measure)
    if choice.undone:
        same.delete()
        return
    if opposite := OPPOSITE.get(choice.kind):
        undone, _rows = plan.choices.filter(kind=opposite, measure=choice.measure).delete()
        if undone:
            return
    plan.choices.update_or_create(
        kind=choice.kind,
        measure=choice.measure,
        defaults={
            "actor": choice.actor,
            "number": choice.number,
            "reason": reason,
            "chosen_by": by,
        },
    )


def copy_choices(earlier: Assessment, draft: Assessment) -> None:
    """Take over the choices of an earlier assessment's plan in the draft that amends it."""
    rows = list(PlanChoice.objects.filter(plan__assessment=earlier))
    if not rows:
        return
    plan = ChosenPlan.objects.create(assessment=draft)
    for row in rows:
        chosen_at = row.chosen_at
        row.pk, row.plan = None, plan
        row.save(force_insert=True)
        PlanChoice.objects.filter(pk=row.pk).update(chosen_at=chosen_at)
