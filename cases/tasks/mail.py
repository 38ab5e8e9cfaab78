"""Mail about what happened in the product.

Mail leaves the product's protection, so it names neither a case nor its country: it says what kind
of thing happened and links to the page. A notification is claimed before it is mailed, so that a
worker that is stopped in between never sends it twice; the product still shows it.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import MailPreference, Notification
from cases.queries.notifications import address_of


def _to_mail(when: MailPreference.When) -> QuerySet[Notification]:
    """The notifications that are not mailed yet and whose people want mail at this time."""
    chosen = MailPreference.objects.filter(person=OuterRef("person"), kind=OuterRef("kind"))
    waiting = Notification.objects.filter(mailed_at=None, person__is_active=True).exclude(
        person__email=""
    )
    if when == MailPreference.When.NOW:
        return waiting.filter(~Exists(chosen.exclude(when=when)))
    return waiting.filter(Exists(chosen.filter(when=when)))


def _claim(notification: Notification) -> bool:
    """Mark a notification as mailed; False if another worker did so first."""
    return bool(
        Notification.objects.filter(pk=notification.pk, mailed_at=None).update(
            mailed_at=timezone.now()
        )
    )


def _send(waiting: QuerySet[Notification]) -> int:
    sent = 0
    for notification in (
        waiting.select_related("person", "event").order_by("pk").iterator(chunk_size=200)
    ):
        if _claim(notification):
            EmailMessage(
                subject=notification.get_kind_display(),
                body=_("%(what)s, in one of your cases.\n\n%(address)s\n")
                % {
                    "what": notification.get_kind_display(),
                    "address": _absolute(address_of(notification.event)),
                },
                to=[notification.person.email],
            ).send()
            sent += 1
    return sent


@shared_task  # type: ignore[untyped-decorator]
def mail_event(event_id: int) -> int:
    """Mail one event to the people who want it at once; returns the number of messages."""
    return _send(_to_mail(MailPreference.When.NOW).filter(event=event_id))


@shared_task  # type: ignore[untyped-decorator]
def mail_unsent(older_than: int = 120) -> int:
    """Mail what should have been sent more than `older_than` seconds ago; returns the number.

    The task was lost or its worker stopped.
    """
    limit = timezone.now() - timedelta(seconds=older_than)
    return _send(_to_mail(MailPreference.When.NOW).filter(created_at__lte=limit))


@shared_task  # type: ignore[untyped-decorator]
def mail_digests() -> int:
    """Mail the daily digest to each person who wants one; returns the number of messages."""
    waiting = (
        _to_mail(MailPreference.When.DAILY)
        .select_related("person", "event")
        .order_by("person", "pk")
    )
    sent = 0
    for person, rows in groupby(waiting, key=lambda notification: notification.person):
        claimed = [notification for notification in rows if _claim(notification)]
        if claimed:
            lines = [
                f"{notification.get_kind_display()}\n{_absolute(address_of(notification.event))}"
                for notification in claimed
            ]
            number = len(claimed)
            subject = ngettext(
                "%(number)s thing happened", "%(number)s things happened", number
            ) % {"number": number}
            EmailMessage(subject=subject, body="\n\n".join(lines) + "\n", to=[person.email]).send()
            sent += 1
    return sent


def _absolute(path: str) -> str:
    return f"{settings.SITE_URL.rstrip('/')}{path}"
