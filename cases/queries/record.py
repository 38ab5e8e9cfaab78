"""The record of events: reading it, and proving that it is intact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from hmac import compare_digest
from itertools import groupby
from typing import Literal
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet

from cases.keys import keyed_digest
from cases.models import Case, Event, EventChain
from cases.queries.paging import Total, total_of
from cases.rulebook.editions.builder import canonical
from cases.text_folding import fold
from cases.text_index import few_cases_with

Kind = Literal["altered", "missing", "reordered", "cut", "not sealed", "rewritten"]


# The version of digests that are made with the key.
KEYED = 2


def covered_by_digest(event: Event) -> dict[str, object]:
    """What an event's digest covers."""
    keyed = {"access": event.access, "version": event.version} if event.version >= KEYED else {}
    return keyed | {
        "case": str(event.case_id) if event.case_id else None,
        "actor": event.actor_id,
        "verb": str(event.verb),
        "at": event.at.isoformat(),
        "data": event.data,
        "previous": event.previous,
    }


def event_digest(event: Event) -> str:
    """The digest that an event should have, by the version of its digest."""
    text = canonical(covered_by_digest(event))
    return keyed_digest(text) if event.version >= KEYED else sha256(text.encode()).hexdigest()


def seal_of(chain: EventChain) -> str:
    """The seal that the end of a chain should have.

    It binds the head to its chain, also where events of the chain have digests without a key.
    """
    case = str(chain.case_id) if chain.case_id else None
    return keyed_digest(canonical([case, chain.access, chain.length, chain.head]))


@dataclass(frozen=True)
class ChainKey:
    """Which chain: that of a case, or one of the two that belong to no case."""

    case: UUID | None = None
    access: bool = False

    def __str__(self) -> str:
        if self.case:
            return f"case {self.case}"
        return "access" if self.access else "the catalogue"


@dataclass(frozen=True)
class RecordFault:
    """A place where the record is not intact: at which event of which chain."""

    kind: Kind
    chain: ChainKey
    event: int
    message: str

    def __str__(self) -> str:
        return f"{self.kind}: event {self.event} of {self.chain}: {self.message}"


def faults(case: UUID | None = None) -> Iterator[RecordFault]:
    """Every altered, missing or reordered event of one case's chain, or of every chain.

    One pass over the events, a chain at a time.
    """
    chains, recorded = EventChain.objects.all(), Event.objects.all()
    if case is not None:
        chains, recorded = chains.filter(case=case), recorded.filter(case=case)
    ends = {ChainKey(chain.case_id, chain.access): chain for chain in chains}
    order = (F("case_id").asc(nulls_first=True), "access", "pk")
    events = recorded.order_by(*order).iterator(chunk_size=2_000)
    for key, chain in groupby(events, key=lambda event: ChainKey(event.case_id, event.access)):
        yield from _faults_of(key, list(chain), ends.pop(key, None))
    for key, end in ends.items():
        if end.length:
            yield RecordFault("cut", key, 0, f"all of its {end.length} events are gone")


def _faults_of(key: ChainKey, events: list[Event], end: EventChain | None) -> Iterator[RecordFault]:
    by_digest = {event.digest: event for event in events}
    before = ""
    for index, event in enumerate(events):
        if not compare_digest(event.digest, event_digest(event)):
            yield RecordFault(
                "altered", key, event.pk, "what it says is not what its digest covers"
            )
        if event.previous != before:
            other = by_digest.get(event.previous)
            if other is not None or not event.previous:
                after = f"event {other.pk}" if other else "nothing"
                predecessor = f"event {events[index - 1].pk}" if index else "nothing"
                yield RecordFault(
                    "reordered",
                    key,
                    event.pk,
                    f"it follows {after} and comes after {predecessor}",
                )
            else:
                yield RecordFault(
                    "missing", key, event.pk, "the event before it is gone, or was rewritten"
                )
        before = event.digest
    if end is None:
        yield RecordFault("cut", key, events[-1].pk, "where its chain ends is not recorded")
    elif end.head not in by_digest:
        yield RecordFault(
            "cut", key, events[-1].pk, "the last event of its chain is gone, or was rewritten"
        )
    elif end.length != len(events):
        yield RecordFault(
            "missing",
            key,
            events[-1].pk,
            f"{end.length} events were recorded, {len(events)} are there",
        )
    if end is not None and not compare_digest(end.seal, seal_of(end)):
        yield RecordFault(
            "not sealed",
            key,
            events[-1].pk,
            "the end of its chain was written without the key, or with another key",
        )


def number_of_chains() -> Total:
    return total_of(EventChain.objects.all())


def case_with_chain(key: UUID) -> Case | None:
    """A case for readers of the record, without a check of its permissions."""
    return Case.objects.filter(pk=key).first()


@dataclass(frozen=True)
class RecordedAct:
    """An event as auditors see it: who did what and when, and which fields it holds.

    What the fields say is given only where the reader may see it.
    """

    event: Event
    title: str
    fields: tuple[str, ...]
    details: Mapping[str, object] | None


def title_for_auditors(case: Case | None) -> str:
    """The title of a case, or a number in its place if the case is sensitive."""
    return "" if case is None else case.discreet_title


def auditors_may_read(case: Case | None) -> bool:
    """Whether auditors may read what the events of a case say without a recorded read."""
    return case is None or case.confidentiality == Case.Confidentiality.OPEN


def as_auditors_see(events: Iterable[Event], *, with_details: bool = False) -> list[RecordedAct]:
    """Events, with what they say if auditors may read it, or `with_details` is set."""
    return [_recorded_act(event, with_details) for event in events]


def _recorded_act(event: Event, with_details: bool) -> RecordedAct:
    return RecordedAct(
        event,
        title_for_auditors(event.case),
        tuple(_field_names(event.data)),
        event.data if with_details or auditors_may_read(event.case) else None,
    )


def _field_names(data: Mapping[str, object]) -> Iterator[str]:
    for name, value in data.items():
        inner = ", ".join(value) if isinstance(value, dict) else ""
        yield f"{name} ({inner})" if inner else name


def events_matching(
    *,
    text: str = "",
    verb: str = "",
    person: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[Event]:
    """The events of all cases that match, the newest first. `text` is looked for in the titles of
    cases that are not sensitive.
    """
    events = Event.objects.select_related("actor", "case").order_by("-pk")
    if text:
        folded = fold(text)
        few = few_cases_with(folded, "sort_title")
        if few is not None:
            events = events.filter(case__in=few)
        # Asked of each event until there are enough: joined, SQLite would first read all cases.
        titled = Case.objects.filter(pk=OuterRef("case"), sort_title__contains=folded)
        events = events.filter(
            Exists(titled.exclude(confidentiality=Case.Confidentiality.SENSITIVE))
        )
    if verb:
        events = events.filter(verb=verb)
    if person:
        events = events.filter(actor__username=person)
    if since:
        events = events.filter(at__date__gte=since)
    if until:
        events = events.filter(at__date__lte=until)
    return events
