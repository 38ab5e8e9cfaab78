"""What the worker does outside of requests: messages, and long work in parts.

A message leaves the product's protection, so it names neither a case nor its country: it says what
kind of thing happened and links to the page. Each is claimed before it is sent: a worker that is
stopped in between sends it never rather than twice, and in the product it stands all the same.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby

import structlog
from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import Draft, Job, JobPart, MailPreference, Notification
from cases.queries.editions.rulebooks import rulebook_of
from cases.queries.editor.drafts import rulebook_of_draft
from cases.queries.editor.impact import impact, latest_visible_to
from cases.queries.editor.jobs import TRIES, digest_for_job
from cases.queries.notifications import address_of


def _to_mail(when: MailPreference.When) -> QuerySet[Notification]:
    """The notifications that are not mailed yet and that their people want by mail at this time."""
    chosen = MailPreference.objects.filter(person=OuterRef("person"), kind=OuterRef("kind"))
    waiting = Notification.objects.filter(mailed_at=None, person__is_active=True).exclude(
        person__email=""
    )
    if when == MailPreference.When.NOW:
        return waiting.filter(~Exists(chosen.exclude(when=when)))
    return waiting.filter(Exists(chosen.filter(when=when)))


def _claim(notification: Notification) -> bool:
    """Whether it is ours to send: whoever marks it first sends it."""
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
    """Write to those who are told of one event and want it at once; returns how many were written
    to.
    """
    return _send(_to_mail(MailPreference.When.NOW).filter(event=event_id))


@shared_task  # type: ignore[untyped-decorator]
def mail_unsent(older_than: int = 120) -> int:
    """Write what should have been written `older_than` seconds ago: its task was lost, or its
    worker stopped.
    """
    limit = timezone.now() - timedelta(seconds=older_than)
    return _send(_to_mail(MailPreference.When.NOW).filter(created_at__lte=limit))


@shared_task  # type: ignore[untyped-decorator]
def mail_digests() -> int:
    """Write to each person who wants it once a day, of all since the last time; returns how many
    were written to.
    """
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


# A part of a job is claimed before it is worked on. Where a worker is stopped in between, its claim
# runs out after this time and it is asked for again, by whoever watches the page and at regular
# times. Worked out twice it gives the same.
LEASE = timedelta(seconds=10)


def _to_do() -> QuerySet[JobPart]:
    """The parts without a result that nobody has claimed, or whose claim has run out."""
    free = Q(claimed_at=None) | Q(claimed_at__lt=timezone.now() - LEASE)
    return JobPart.objects.filter(
        free, result__isnull=True, failures__lt=TRIES, job__cancelled_at=None
    )


@shared_task  # type: ignore[untyped-decorator]
def run_job_part(part: int) -> bool:
    """Work out one part of a job. Returns whether this call did it, and no other had done it."""
    found = JobPart.objects.select_related("job__by").filter(pk=part).first()
    if found is None or not _to_do().filter(pk=part).update(claimed_at=timezone.now()):
        return False
    job = found.job
    structlog.contextvars.bind_contextvars(job=str(job.pk), part=part)
    draft = Draft.objects.filter(base=job.base_id).first()
    if draft is None or digest_for_job(draft) != job.digest:
        Job.objects.filter(pk=job.pk).update(cancelled_at=timezone.now())
        return False
    assessments = latest_visible_to(job.by).filter(pk__gte=found.first)
    if found.end is not None:
        assessments = assessments.filter(pk__lt=found.end)
    try:
        result = impact(assessments, rulebook_of(job.base_id), rulebook_of_draft(draft)).as_json()
    except Exception:
        # It is tried again once its claim has run out, and told to whoever waits when it is given
        # up.
        JobPart.objects.filter(pk=part).update(failures=F("failures") + 1)
        raise
    JobPart.objects.filter(pk=part).update(result=result)
    return True


@shared_task  # type: ignore[untyped-decorator]
def resume_jobs(job: str = "") -> int:
    """Queue again the parts that a stopped worker left, of one job or of all. Returns how many."""
    now = timezone.now()
    left = _to_do().filter(asked_at__lt=now - LEASE)
    asked = 0
    for part in list((left.filter(job_id=job) if job else left).values_list("pk", flat=True)):
        # Whoever marks it first asks for it: those who watch one page do not fill the queue.
        if JobPart.objects.filter(pk=part, asked_at__lt=now - LEASE).update(asked_at=now):
            run_job_part.delay(part)
            asked += 1
    return asked


def _absolute(path: str) -> str:
    return f"{settings.SITE_URL.rstrip('/')}{path}"
