"""Telling people of what happened."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from django.db import transaction
from django.utils import timezone

from cases.models import Assessment, CaseMember, Event, MailPreference, Notification, User
from cases.models.notification import NotificationKind
from cases.permissions import may, participants
from cases.tasks import mail_event


def notify(event: Event, kind: NotificationKind, people: Iterable[User], about: Assessment) -> None:
    """Tell people of an event about an assessment: those who may see it, save whoever did it, and
    each once.

    Written in the event's own transaction; mail follows once that has been committed.
    """
    told = {
        person.pk: person for person in people if person.is_active and person.pk != event.actor_id
    }
    Notification.objects.bulk_create(
        (
            Notification(person=person, event=event, kind=kind)
            for person in told.values()
            if may(person, "cases.view_assessment", about)
        ),
        ignore_conflicts=True,
    )
    # Robust: a broker that is away must not make an act look as if it had failed; what is left over
    # is mailed later.
    transaction.on_commit(partial(mail_event.delay, event.pk), robust=True)


def owner_and_asked_reviewers(assessment: Assessment) -> list[User]:
    """Who is told of a submission: the owner, and those who are asked to review it."""
    asked = assessment.reviewers.all() or participants(assessment.case, CaseMember.Role.REVIEWER)
    return list({person.pk: person for person in (assessment.case.owner, *asked)}.values())


@transaction.atomic
def mark_read(user: User) -> int:
    """Mark everything that a person was told as read."""
    return Notification.objects.filter(person=user, read_at=None).update(read_at=timezone.now())


@transaction.atomic
def set_mail_preferences(user: User, choices: dict[str, str]) -> None:
    """How a person wants to be written to, by kind."""
    for kind, when in choices.items():
        MailPreference.objects.update_or_create(person=user, kind=kind, defaults={"when": when})
