"""Mail about what happened in the product.

Mail leaves the product's protection, so it names neither a case nor its country: it says what kind
of thing happened and links to the page. People who may no longer see that page get no mail. A
notification is claimed before it is mailed, so that a worker that is stopped in between never sends
it twice; the product still shows it. If the mail server is down, the claim is released and a later
task tries again.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from smtplib import SMTPDataError, SMTPRecipientsRefused
from typing import Literal

import structlog
from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import Notification, OutgoingMail
from cases.models.notification import MailTime
from cases.queries.notifications import link_of, still_concerns

log = structlog.get_logger("rtop_assist.mail")
# A worker that is stopped while it sends leaves its claim, which ends after this time.
CLAIM = timedelta(minutes=10)
# The links in messages end by then.
EXPIRES = timedelta(days=3)


def _to_mail(when: MailTime) -> QuerySet[Notification]:
    """The notifications that are neither mailed nor read, and of which their people want to know by
    mail at this time.
    """
    waiting = Notification.objects.filter(mail=when, mailed_at=None, read_at=None)
    return waiting.filter(person__is_active=True).exclude(person__email="")


def _claim(notification: Notification) -> bool:
    """Mark a notification as mailed; False if another worker did so first."""
    return bool(
        Notification.objects.filter(pk=notification.pk, mailed_at=None).update(
            mailed_at=timezone.now()
        )
    )


# What became of a message. One that is `refused` is never tried again, and one for `later` is.
# While the mail server is `away`, no other message is tried.
Outcome = Literal["sent", "refused", "later", "away"]
RETRIED = ("later", "away")


def _send_message(to: str, subject: str, body: str) -> Outcome:
    """Send a message; returns what became of it."""
    try:
        EmailMessage(subject=subject, body=body, to=[to]).send()
    except (SMTPRecipientsRefused, SMTPDataError) as error:
        log.exception("the mail server refused a message")
        return "refused" if _is_final(error) else "later"
    except Exception:
        if not _fits_a_message(to, subject):
            log.exception("a message cannot be sent")
            return "refused"
        log.exception("the mail server is away")
        return "away"
    return "sent"


def _fits_a_message(to: str, subject: str) -> bool:
    """Whether any message can have this address and this subject."""
    try:
        EmailMessage(subject=subject, from_email="nobody@localhost", to=[to]).message()
    except ValueError:
        return False
    return True


def _is_final(error: SMTPRecipientsRefused | SMTPDataError) -> bool:
    """Whether a refusal is for good. Codes from 400 to 499 say that it is for now: a mailbox is
    full, or the server wants to see a second try (RFC 5321, 4.2.1).
    """
    if isinstance(error, SMTPDataError):
        return error.smtp_code >= 500
    return all(code >= 500 for code, _message in error.recipients.values())


def _give_back(claimed: list[Notification]) -> None:
    keys = [notification.pk for notification in claimed]
    Notification.objects.filter(pk__in=keys).update(mailed_at=None)


def _send_waiting(waiting: QuerySet[Notification]) -> int:
    """Send each its message, until the mail server is away; returns how many were sent."""
    sent = 0
    for notification in (
        waiting.select_related("person", "event").order_by("pk").iterator(chunk_size=200)
    ):
        if not _claim(notification) or not still_concerns(notification):
            continue
        what = notification.get_kind_display()
        body = _("%(what)s, in one of your cases.\n\n%(address)s\n") % {
            "what": what,
            "address": _absolute(link_of(notification)),
        }
        outcome = _send_message(notification.person.email, what, body)
        if outcome in RETRIED:
            _give_back([notification])
        if outcome == "away":
            return sent
        sent += outcome == "sent"
    return sent


@shared_task
def mail_event(event_id: int) -> int:
    """Mail one event to the people who want it at once; returns the number of messages."""
    return _send_waiting(_to_mail(MailTime.NOW).filter(event=event_id))


@shared_task
def mail_unsent(older_than: int = 120) -> int:
    """Mail what should have been sent more than `older_than` seconds ago; returns the number.

    The task was lost, its worker stopped, or the mail server was away.
    """
    limit = timezone.now() - timedelta(seconds=older_than)
    return _send_waiting(_to_mail(MailTime.NOW).filter(created_at__lte=limit))


@shared_task
def send_outgoing_mail() -> int:
    """Send the messages that wait to be sent; returns their number. Those too old are removed."""
    now = timezone.now()
    OutgoingMail.objects.filter(written_at__lt=now - EXPIRES).delete()
    free = OutgoingMail.objects.filter(Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIM))
    sent = 0
    for message in free:
        row = OutgoingMail.objects.filter(pk=message.pk, claimed_at=message.claimed_at)
        if not row.update(claimed_at=now):
            continue
        row = OutgoingMail.objects.filter(pk=message.pk)
        outcome = _send_message(message.to, message.subject, message.body)
        if outcome in RETRIED:
            row.update(claimed_at=None)
        else:
            row.delete()
        if outcome == "away":
            return sent
        sent += outcome == "sent"
    return sent


@shared_task
def mail_digests() -> int:
    """Mail the daily digest to each person who wants one; returns the number of messages."""
    waiting = _to_mail(MailTime.DAILY).select_related("person", "event").order_by("person", "pk")
    sent = 0
    for person, rows in groupby(waiting, key=lambda notification: notification.person):
        claimed = [notification for notification in rows if _claim(notification)]
        told = [notification for notification in claimed if still_concerns(notification)]
        if not told:
            continue
        lines = [
            f"{notification.get_kind_display()}\n{_absolute(link_of(notification))}"
            for notification in told
        ]
        number = len(told)
        subject = ngettext("%(number)s thing happened", "%(number)s things happened", number) % {
            "number": number
        }
        outcome = _send_message(person.email, subject, "\n\n".join(lines) + "\n")
        if outcome in RETRIED:
            _give_back(claimed)
        if outcome == "away":
            return sent
        sent += outcome == "sent"
    return sent


def _absolute(path: str) -> str:
    return f"{settings.SITE_URL.rstrip('/')}{path}"
