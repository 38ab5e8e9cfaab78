"""Long work in parts: what a draft edition would change over all latest assessments."""

from __future__ import annotations

from datetime import timedelta

import structlog
from celery import shared_task
from django.db.models import F, QuerySet
from django.utils import timezone

from cases.models import Assessment, Draft, Job, JobPart
from cases.queries.editions.rulebooks import rulebook_of
from cases.queries.editor.drafts import draft_edition
from cases.queries.editor.impact import impact
from cases.queries.editor.jobs import digest_for_job
from cases.tasks.parts import free_parts, queue_again

# A worker claims a part before it computes it. If the worker is stopped, the claim expires after
# this time, and the part is queued again by whoever watches the page or by the beat. Computed
# twice, it gives the same result.
LEASE = timedelta(seconds=10)


def _parts_to_compute() -> QuerySet[JobPart]:
    return free_parts(JobPart.objects.filter(result__isnull=True), LEASE)


@shared_task
def run_job_part(part: int) -> bool:
    """Compute one part of a job; returns whether this call did it."""
    job_part = JobPart.objects.select_related("job__by").filter(pk=part).first()
    if job_part is None:
        return False
    if not _parts_to_compute().filter(pk=part).update(claimed_at=timezone.now()):
        return False
    job = job_part.job
    structlog.contextvars.bind_contextvars(job=str(job.pk), part=part)
    draft = Draft.objects.filter(base=job.base_id).first()
    if draft is None or digest_for_job(draft) != job.digest:
        Job.objects.filter(pk=job.pk).update(cancelled_at=timezone.now())
        return False
    assessments = (
        Assessment.objects.visible_to(job.by).latest_of_each_case().filter(pk__gte=job_part.first)
    )
    if job_part.end is not None:
        assessments = assessments.filter(pk__lt=job_part.end)
    try:
        new = draft_edition(draft).rulebook
        result = impact(assessments, rulebook_of(job.base_id), new).as_json()
    except Exception:
        # It is tried again once the claim expires; a job whose parts keep failing is shown as
        # failed.
        JobPart.objects.filter(pk=part).update(failures=F("failures") + 1)
        raise
    JobPart.objects.filter(pk=part).update(result=result)
    return True


@shared_task
def resume_jobs(job: str = "") -> int:
    """Queue the unfinished parts of one job, or of all, again; returns their number."""
    left = _parts_to_compute()
    return queue_again(left.filter(job_id=job) if job else left, run_job_part, LEASE)
