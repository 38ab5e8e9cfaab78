"""Recording events."""

from __future__ import annotations

from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

from django.db import transaction
from django.utils import timezone

from cases.models import Case, Event, EventChain, User
from cases.models.event import ABOUT_ACCESS
from cases.queries.record import KEYED, event_digest, seal_of

# What only looks at a case does not change it.
READS = (Event.Verb.CASE_READ, Event.Verb.RECORD_READ, Event.Verb.FILE_DOWNLOADED)


@transaction.atomic
def record_event(
    verb: Event.Verb, *, by: User | None, case: Case | None = None, **data: Any
) -> Event:
    """Append an event to a case's chain, or to one of the two chains that belong to no case.

    The row of the chain is locked first, so that two events at once cannot follow the same one.
    The case counts as changed from then on, unless someone only read it.
    """
    access = case is None and verb in ABOUT_ACCESS
    chains = EventChain.objects.select_for_update(no_key=True)
    chain, is_new = chains.get_or_create(case=case, access=access)
    event = Event(
        case=case,
        access=access,
        actor=by,
        verb=verb,
        at=timezone.now(),
        data=data,
        previous=chain.head,
        version=KEYED,
    )
    event.digest = event_digest(event)
    event.save(force_insert=True)
    # A chain whose seal was broken stays unsealed, so that this event does not hide the break.
    intact = is_new or compare_digest(chain.seal, seal_of(chain))
    chain.length, chain.head = chain.length + 1, event.digest
    chain.seal = seal_of(chain) if intact else ""
    chain.save(update_fields=["length", "head", "seal"])
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
