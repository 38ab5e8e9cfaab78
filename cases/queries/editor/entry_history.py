"""Who changed which entry of the draft editions, and what was removed from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cattrs import structure
from django.db.models import Q

from cases.models import Draft, Event
from cases.rulebook.editions.builder import Entry
from cases.rulebook.editions.documents import EditionDocument


@dataclass(frozen=True)
class Saved:
    """One time that an entry was changed: who, when, and what it was after it (None: removed)."""

    event: Event
    before: Entry | None
    after: Entry | None

    @property
    def fields(self) -> tuple[str, ...]:
        if self.before is None or self.after is None:
            return ()
        names = dict.fromkeys([*self.before, *self.after])
        return tuple(name for name in names if self.before.get(name) != self.after.get(name))


_SAVES = (
    Event.Verb.ENTRY_ADDED,
    Event.Verb.ENTRY_CHANGED,
    Event.Verb.ENTRY_REMOVED,
    Event.Verb.DRAFT_IMPORTED,
)


@dataclass(frozen=True)
class _Save:
    """What an event says of one entry: its list and code, what it was and what it became."""

    kind: str
    entry: str
    before: Entry | None = None
    after: Entry | None = None


@dataclass(frozen=True)
class _ManySaves:
    """What the import of a file says: one event for many entries."""

    changed: tuple[_Save, ...]


def _saves(about: Q | None = None, since: datetime | None = None) -> Iterator[tuple[Event, _Save]]:
    """Every save of an entry in a draft edition, oldest first.

    `about` narrows the events in the database. An import may also name other entries.
    """
    events = Event.objects.filter(case=None, verb__in=_SAVES)
    if about is not None:
        events = events.filter(about | Q(verb=Event.Verb.DRAFT_IMPORTED))
    if since is not None:
        events = events.filter(at__gte=since)
    for event in events.select_related("actor").order_by("pk"):
        if event.verb == Event.Verb.DRAFT_IMPORTED:
            saves = structure(event.data, _ManySaves).changed
        else:
            saves = (structure(event.data, _Save),)
        for save in saves:
            yield event, save


def history_of(kind: str, code: str) -> list[Saved]:
    """Every time that an entry was changed in a draft edition, the last first."""
    saved = [
        Saved(event, save.before, save.after)
        for event, save in _saves(Q(data__kind=kind, data__entry=code))
        if (save.kind, save.entry) == (kind, code)
    ]
    return saved[::-1]


def removed_from(draft: Draft, kind: str) -> dict[str, Entry]:
    """The removed entries of a list that have not been put back, by code, as they were before."""
    present = EditionDocument(draft.document).by_code[kind]
    entries: dict[str, Entry] = dict(EditionDocument(draft.base.document).by_code[kind])
    for _event, save in _saves(Q(data__kind=kind), since=draft.started_at):
        if save.kind == kind and save.before is not None and save.after is None:
            entries[save.entry] = save.before
    return {code: entry for code, entry in entries.items() if code not in present}


def versions_so_far() -> dict[str, int]:
    """The versions at which entries start in a new draft, by "kind/code": above those of all
    earlier drafts. So a form that was opened in an earlier draft matches no version of this one and
    overwrites nothing. An entry that was never saved has no version, because it still is what the
    form has read.
    """
    saves = Counter(f"{save.kind}/{save.entry}" for _event, save in _saves())
    drafts = Event.objects.filter(case=None, verb=Event.Verb.DRAFT_STARTED).count()
    return {entry: number + drafts for entry, number in saves.items()}
