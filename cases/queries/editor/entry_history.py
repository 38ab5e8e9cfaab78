"""Who changed which entry of the draft editions, and what was taken out of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from cases.models import Draft, Event
from cases.rulebook.entries.kinds import entries_of

Entry = Mapping[str, Any]


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


def _saves(
    about: Mapping[str, Any], **more: Any
) -> Iterator[tuple[Event, str, str, Entry | None, Entry | None]]:
    """Saves of entries in draft editions, the first first: each with its event, list and code, what
    it was and became.

    `about` narrows them in the database, as far as it can: whoever asks still looks at the list and
    the code.
    """
    # A file that was imported is one event for many entries.
    wanted = Q(**about) | Q(verb=Event.Verb.DRAFT_IMPORTED) if about else Q()
    events = Event.objects.filter(wanted, case=None, verb__in=_SAVES, **more)
    for event in events.select_related("actor").order_by("pk"):
        rows = event.data["changed"] if event.verb == Event.Verb.DRAFT_IMPORTED else [event.data]
        for row in rows:
            yield event, row["kind"], row["entry"], row.get("before"), row.get("after")


def history_of(kind: str, code: str) -> list[Saved]:
    """Every time that an entry was changed in a draft edition, the last first."""
    saves = _saves({"data__kind": kind, "data__entry": code})
    saved = [
        Saved(event, before, after) for event, *key, before, after in saves if key == [kind, code]
    ]
    return saved[::-1]


def removed_from(draft: Draft, kind: str) -> dict[str, Entry]:
    """The entries of a list that were taken out of a draft and are not in it again, as they were,
    by their codes.
    """
    there = {entry["code"] for entry in entries_of(draft.document, kind)}
    entries: dict[str, Entry] = {
        entry["code"]: entry for entry in entries_of(draft.base.document, kind)
    }
    for _event, of, code, before, after in _saves({"data__kind": kind}, at__gte=draft.started_at):
        if of == kind and before is not None and after is None:
            entries[code] = before
    return {code: entry for code, entry in entries.items() if code not in there}


def versions_so_far() -> dict[str, int]:
    """Where the versions of entries go on in a new draft, by "kind/code": past all that earlier
    drafts reached.

    So a form that was opened in an earlier draft fits no version of this one, and undoes nothing.
    An entry that was never saved has none: it still says what the form has read.
    """
    saves = Counter(f"{kind}/{code}" for _event, kind, code, _before, _after in _saves({}))
    drafts = Event.objects.filter(case=None, verb=Event.Verb.DRAFT_STARTED).count()
    return {entry: number + drafts for entry, number in saves.items()}
