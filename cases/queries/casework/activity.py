"""What people did in a case. Consecutive acts of one kind share a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Event, MeasureDecision, User


@dataclass(frozen=True)
class Activity:
    """Acts of one kind by one person on one day: who, what and how often, and when the last was."""

    actor: User | None
    says: str
    at: datetime


def activities(events: Iterable[Event]) -> list[Activity]:
    """Events, newest first, with those that follow each other grouped by person, kind and day."""
    found = []
    for _same, acts in groupby(
        events, key=lambda event: (event.actor_id, event.verb, timezone.localdate(event.at))
    ):
        group = list(acts)
        last = group[0]
        found.append(Activity(last.actor, _says(group), last.at))
    return found


def _says(group: Sequence[Event]) -> str:
    """What was done and how often; of decisions on recommendations, how often each was made."""
    number = len(group)
    act = str(group[0].get_verb_display())
    kinds = _kinds(group)
    if number == 1:
        return _with_reason(act, group[0])
    slots = {"act": act, "number": number, "decisions": ", ".join(kinds)}
    if kinds:
        return _("%(act)s, %(number)s times: %(decisions)s") % slots
    return _("%(act)s, %(number)s times") % slots


def _with_reason(act: str, event: Event) -> str:
    """An act with the reason that was given for closing or reopening the case."""
    if event.verb not in (Event.Verb.CASE_CLOSED, Event.Verb.CASE_REOPENED):
        return act
    return _("%(act)s: %(reason)s") % {"act": act, "reason": event.data["reason"]}


def _kinds(group: Iterable[Event]) -> list[str]:
    """How often each decision was made, the most frequent first: "3 endorsed"."""
    names = {kind.value: str(kind.label) for kind in MeasureDecision.Kind}
    counts = Counter(
        names[event.data["kind"]]
        for event in group
        if event.verb == Event.Verb.RECOMMENDATION_DECIDED and event.data.get("kind") in names
    )
    return [
        _("%(number)s %(decision)s") % {"number": number, "decision": kind.lower()}
        for kind, number in counts.most_common()
    ]
