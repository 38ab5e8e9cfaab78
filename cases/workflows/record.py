"""Recording events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from cases.models import Case, Event, EventChain, User
from cases.queries.record import says
from cases.rulebook.editions.builder import digest_of

# What only looks at a case does not change it.
READS = (Event.Verb.CASE_READ, Event.Verb.RECORD_READ, Event.Verb.FILE_DOWNLOADED)


@transaction.atomic
def record_event(
    verb: Event.Verb, *, by: User | None, case: Case | None = None, **data: Any
) -> Event:
    """Append an event to a case's chain, or to the chain of events without a case.

    The row of the chain is locked first, so that two events at once cannot follow the same one.
    The case counts as changed from then on, unless someone only read it.
    """
    chain, _new = EventChain.objects.select_for_update().get_or_create(case=case)
    event = Event(case=case, actor=by, verb=verb, at=timezone.now(), data=data, previous=chain.head)
    event.digest = digest_of(says(event))
    event.save(force_insert=True)
    EventChain.objects.filter(pk=chain.pk).update(length=chain.length + 1, head=event.digest)
    if case is not None and verb not in READS:
        Case.objects.filter(pk=case.pk).update(changed_at=event.at)
    return event


@dataclass(frozen=True)
class Read:
    """A look into a sensitive case: on which page, of which object."""

    case: Case
    page: str
    of: str


def record_read(read: Read, *, by: User) -> None:
    record_event(Event.Verb.CASE_READ, by=by, case=read.case, page=read.page, of=read.of)
