"""Notifying people of events."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from cases.after_commit import queue_after_commit
from cases.models import (
    Assessment,
    Case,
    CaseMember,
    Event,
    MailPreference,
    Notification,
    OutgoingMail,
    User,
)
from cases.models.notification import NotificationKind
from cases.permissions import may, participants, reviewers_of
from cases.queries.people import without_second_factor
from cases.queries.waiting_reviews import WAITING
from cases.tasks.mail import mail_event, send_outgoing_mail


def notify(
    event: Event, kind: NotificationKind, people: Iterable[User], about: Assessment | Case
) -> None:
    """Notify people of an event about an assessment or a case: each once, if they may see it and
    did not do it.

    Written in the event's transaction; mail is queued once that is committed.
    """
    recipients = {
        person.pk: person for person in people if person.is_active and person.pk != event.actor_id
    }
    permission = "cases.view_case" if isinstance(about, Case) else "cases.view_assessment"
    wanted = dict(
        MailPreference.objects.filter(person__in=recipients, kind=kind).values_list(
            "person", "when"
        )
    )
    rows = []
    for person in recipients.values():
        if may(person, permission, about):
            mail = wanted.get(person.pk, MailPreference.When.NOW)
            rows.append(Notification(person=person, event=event, kind=kind, mail=mail))
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    # If the broker is away, a later task sends the mail.
    queue_after_commit(mail_event, event.pk)


def write_mail(to: str, subject: str, body: str) -> None:
    """Queue a message for the worker to send, so that no request waits for it."""
    OutgoingMail.objects.create(to=to, subject=subject, body=body)
    queue_after_commit(send_outgoing_mail)


def owner_and_asked_reviewers(assessment: Assessment) -> list[User]:
    """The people to notify of a submission: the owner and the reviewers who are asked."""
    case = assessment.case
    reviewers = assessment.reviewers.all() or participants(case, CaseMember.Role.REVIEWER)
    return list({person.pk: person for person in (case.owner, *reviewers)}.values())


def notify_of_submission(assessment: Assessment) -> None:
    """Notify the owner and the reviewers of a submitted assessment that they could not see
    before.
    """
    event = assessment.case.events.get(
        verb=Event.Verb.ASSESSMENT_SUBMITTED, data__assessment=str(assessment.pk)
    )
    people = owner_and_asked_reviewers(assessment)
    notify(event, NotificationKind.SUBMITTED, people, assessment)


def notify_new_reviewers(event: Event, case: Case, people: Iterable[User]) -> None:
    """Notify people who become reviewers of a case of the reviews that wait there for them."""
    if case.is_closed:
        return
    keys = [person.pk for person in people]
    waiting = case.assessments.filter(review_state__in=WAITING, blind=False)
    for assessment in waiting.select_related("case").order_by("submitted_at"):
        able = reviewers_of(assessment)
        named = assessment.reviewers.filter(pk__in=able.order_by().values("pk"))
        if not named.exclude(pk__in=keys).exists():
            notify(event, NotificationKind.SUBMITTED, able.filter(pk__in=keys), assessment)


def notify_of_missing_factors(
    event: Event, case: Case, people: Iterable[User] | None = None
) -> None:
    """Notify the people of a sensitive case, or only those given, who need a factor to open it."""
    if case.confidentiality != Case.Confidentiality.SENSITIVE:
        return
    lacking = without_second_factor(case)
    if people is not None:
        lacking = lacking.filter(pk__in=[person.pk for person in people])
    notify(event, NotificationKind.FACTOR_NEEDED, lacking, case)


@transaction.atomic
def mark_read(user: User) -> int:
    """Mark all notifications of a person as read; returns how many were unread."""
    return Notification.objects.filter(person=user, read_at=None).update(read_at=timezone.now())


@transaction.atomic
def mark_one_read(notification: Notification) -> None:
    Notification.objects.filter(pk=notification.pk, read_at=None).update(read_at=timezone.now())


@transaction.atomic
def set_mail_preferences(user: User, choices: dict[str, str]) -> None:
    """Save when a person wants mail, by kind of notification.

    The change applies at once, also to notifications that are waiting to be mailed. Notifications
    that came while the person wanted no mail are not mailed later.
    """
    for kind, when in choices.items():
        waiting = Notification.objects.filter(person=user, kind=kind, mailed_at=None)
        waiting.exclude(mail=MailPreference.When.NEVER).update(mail=when)
        MailPreference.objects.update_or_create(person=user, kind=kind, defaults={"when": when})
