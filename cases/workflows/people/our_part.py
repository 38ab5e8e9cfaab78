"""Saying which actor a person acts for."""

from __future__ import annotations

from django.db import transaction

from cases.models import Event, User
from cases.workflows.record import record_event


@transaction.atomic
def say_our_part(user: User, our_part: str) -> None:
    """Save which actor a person acts for; if it is empty, their team or the site says it."""
    before = User.objects.select_for_update(no_key=True).get(pk=user.pk).our_part
    if before == our_part:
        return
    User.objects.filter(pk=user.pk).update(our_part=our_part)
    record_event(
        Event.Verb.PERSON_CHANGED,
        by=user,
        person=user.pk,
        name=str(user),
        changed={"our_part": [before, our_part]},
    )
