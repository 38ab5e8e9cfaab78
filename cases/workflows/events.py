"""Recording what was done."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from cases.models import Case, Event, User
from cases.rulebook.document import digest_of


def record(verb: Event.Verb, *, by: User | None, case: Case | None = None, **data: Any) -> Event:
    """Append an event to a case's chain, or to the chain of events of no case.

    The case's row is locked first, so that two acts at once cannot both follow the same event.
    """
    with transaction.atomic():
        if case is not None:
            Case.objects.select_for_update().only("pk").get(pk=case.pk)
        last = Event.objects.filter(case=case).order_by("-pk").values_list("digest", flat=True).first() or ""
        event = Event(case=case, actor=by, verb=verb, at=timezone.now(), data=data, previous=last)
        event.digest = digest_of(says(event))
        event.save(force_insert=True)
    return event


def says(event: Event) -> dict[str, Any]:
    """What an event's digest covers."""
    return {
        "case": str(event.case_id) if event.case_id else None,
        "actor": event.actor_id,
        "verb": str(event.verb),
        "at": event.at.isoformat(),
        "data": event.data,
        "previous": event.previous,
    }
