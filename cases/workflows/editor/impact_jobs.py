"""Jobs that compute the impact of a draft edition on all cases, in parts for the workers."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases.after_commit import queue_after_commit
from cases.models import Assessment, Draft, Job, JobPart, User
from cases.queries.editor.jobs import digest_for_job
from cases.tasks.jobs import resume_jobs, run_job_part

# Assessments in a part, which takes a worker a few seconds where many plans change.
PART = 1_000
KEYS = 1 << 128


@transaction.atomic
def start_impact_job(draft: Draft, *, by: User) -> Job:
    """Start to compute the impact of a draft on the latest assessments that a person may see.

    A person has one job at a time: an earlier one is removed.
    """
    Job.objects.filter(by=by).delete()
    job = Job.objects.create(by=by, base=draft.base, digest=digest_for_job(draft))
    # Keys are drawn evenly from all 128-bit numbers, so equal ranges hold about equally many.
    number = max(1, -(-Assessment.objects.visible_to(by).latest_of_each_case().count() // PART))
    bounds = [UUID(int=KEYS * index // number) for index in range(number)]
    ends = [*bounds[1:], None]
    parts = JobPart.objects.bulk_create(
        JobPart(job=job, first=first, end=end) for first, end in zip(bounds, ends, strict=True)
    )
    for part in parts:
        queue_after_commit(run_job_part, part.pk)
    return job


def cancel_impact_job(*, by: User) -> None:
    """Cancel a person's job. Parts that no worker has started are not started."""
    Job.objects.filter(by=by, cancelled_at=None).update(cancelled_at=timezone.now())


def requeue_stalled_parts(job: Job) -> None:
    """Queue the parts of a stopped worker again at once, not only at the next periodic run."""
    resume_jobs(str(job.pk))
