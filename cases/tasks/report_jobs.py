"""Files of many assessments, one part each, so that a stopped worker loses no more than one."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import structlog
from celery import shared_task
from django.core.exceptions import PermissionDenied
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from cases.after_commit import queue
from cases.exports.formats import ASSESSMENT_FORMATS
from cases.models import ReportJob, ReportPart, User
from cases.permissions import SecondFactorNeededError
from cases.queries.reports.context import ASSESSMENTS, report_for
from cases.queries.reports.jobs import TRIES
from cases.queries.reports.organisation import organisation

# A claim that is older than this belongs to a stopped worker.
LEASE = timedelta(seconds=60)
# Files that nobody fetched are removed after this time.
KEPT = timedelta(days=1)


def _to_do() -> QuerySet[ReportPart]:
    """The unfinished parts that nobody has claimed or whose claim has expired."""
    free = Q(claimed_at=None) | Q(claimed_at__lt=timezone.now() - LEASE)
    return ReportPart.objects.filter(free, done_at=None, failures__lt=TRIES, job__cancelled_at=None)


@shared_task
def make_report_part(part: int) -> bool:
    """Make the file of one assessment; returns whether this call did it."""
    found = ReportPart.objects.select_related("job").filter(pk=part).first()
    if found is None or not _to_do().filter(pk=part).update(claimed_at=timezone.now()):
        return False
    structlog.contextvars.bind_contextvars(job=str(found.job_id), part=part)
    try:
        content = _file(found)
    except Exception:
        ReportPart.objects.filter(pk=part).update(failures=F("failures") + 1)
        raise
    ReportPart.objects.filter(pk=part).update(content=content, done_at=timezone.now())
    return True


def _file(part: ReportPart) -> bytes | None:
    """The file of a part; None where the person may not see the assessment any more."""
    user = User.objects.get(pk=part.job.by_id)
    assessment = ASSESSMENTS.get(pk=part.assessment_id)
    try:
        report = report_for(user, assessment)
    except (PermissionDenied, SecondFactorNeededError):
        return None
    return ASSESSMENT_FORMATS[part.job.name].make(report, organisation())


@shared_task
def resume_report_jobs(job: str = "") -> int:
    """Queue the unfinished parts of one job, or of all, again; returns their number. Files that
    nobody fetched in time are removed.
    """
    now = timezone.now()
    ReportJob.objects.filter(started_at__lt=now - KEPT).delete()
    left = _to_do().filter(queued_at__lt=now - LEASE)
    queued = 0
    for part in list((left.filter(job_id=UUID(job)) if job else left).values_list("pk", flat=True)):
        # Only the first to mark it queues it, so that several readers do not fill the queue.
        marked = ReportPart.objects.filter(pk=part, queued_at__lt=now - LEASE).update(queued_at=now)
        if marked and queue(make_report_part, part):
            queued += 1
    return queued
