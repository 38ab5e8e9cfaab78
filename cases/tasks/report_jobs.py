"""Files of many assessments, one part each, so that a stopped worker loses no more than one."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import structlog
from celery import shared_task
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.utils import timezone

from cases.exports.formats import ASSESSMENT_FORMATS
from cases.models import ReportJob, ReportPart, User
from cases.permissions import SecondFactorNeededError
from cases.queries.reports.context import ASSESSMENTS, report_for
from cases.queries.reports.organisation import organisation
from cases.tasks.parts import free_parts, queue_again

# A claim that is older than this belongs to a stopped worker.
LEASE = timedelta(seconds=60)
# Files that nobody fetched are removed after this time.
KEPT = timedelta(days=1)


def _parts_to_make() -> QuerySet[ReportPart]:
    return free_parts(ReportPart.objects.filter(done_at=None), LEASE)


@shared_task
def make_report_part(part: int) -> bool:
    """Make the file of one assessment; returns whether this call did it."""
    found = ReportPart.objects.select_related("job").filter(pk=part).first()
    if found is None or not _parts_to_make().filter(pk=part).update(claimed_at=timezone.now()):
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
    ReportJob.objects.filter(started_at__lt=timezone.now() - KEPT).delete()
    left = _parts_to_make()
    return queue_again(left.filter(job_id=UUID(job)) if job else left, make_report_part, LEASE)
