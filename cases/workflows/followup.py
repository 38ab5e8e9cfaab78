"""Recording what was done about a case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from cases.after_commit import after_commit
from cases.models import Case, Event, Source, Step, User
from cases.queries.followup import dated_steps
from cases.workflows.locking import lock_case
from cases.workflows.record import record_event


@transaction.atomic
def record_step(
    case: Case,
    *,
    by: User,
    measure: str,
    fact: str,
    actors: Sequence[str],
    happened_on: date | None = None,
    due_on: date | None = None,
    note: str = "",
    source: Source | None = None,
) -> Step:
    """Record one step with a measure. `actors` are the codes of those who took or refused it."""
    lock_case(case)
    step = Step.objects.create(
        case=case,
        measure=measure,
        fact=fact,
        actors=list(actors),
        happened_on=happened_on,
        due_on=due_on,
        note=note,
        source=source,
        recorded_by=by,
    )
    update_awaited_step(case, measure)
    record_event(Event.Verb.STEP_RECORDED, by=by, case=case, **_about_step(step))
    step.refresh_from_db(fields=["awaited"])
    return step


@transaction.atomic
def remove_step(step: Step, *, by: User) -> None:
    """Remove a step that was recorded by mistake. The record of the case keeps it."""
    lock_case(step.case)
    names = list(step.documents.values_list("name", flat=True))
    record_event(
        Event.Verb.STEP_REMOVED, by=by, case=step.case, **_about_step(step), documents=names
    )
    for document in step.documents.all():
        after_commit(document.file.delete, save=False)
    case, measure = step.case, step.measure
    step.delete()
    update_awaited_step(case, measure)


def update_awaited_step(case: Case, measure: str) -> None:
    """Mark the step with a measure that is awaited: the last by its day, if it has a due day."""
    steps = dated_steps().filter(case=case, measure=measure)
    last = steps.order_by("-day", "-pk").first()
    followed = case.steps.filter(measure=measure, awaited=True)
    if last is not None and last.due_on is not None:
        followed.exclude(pk=last.pk).update(awaited=False)
        case.steps.filter(pk=last.pk).update(awaited=True)
    else:
        followed.update(awaited=False)


def _about_step(step: Step) -> dict[str, object]:
    """All that was written of a step, for the record, which keeps it when the step is removed."""
    return {
        "measure": step.measure,
        "fact": str(step.fact),
        "actors": step.actors,
        "on": step.happened_on.isoformat() if step.happened_on else None,
        "due": step.due_on.isoformat() if step.due_on else None,
        "note": step.note,
        "source": step.source_id,
    }
