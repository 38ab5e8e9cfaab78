"""Starting and cancelling jobs that make files of many assessments."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from cases.after_commit import queue_after_commit
from cases.models import Assessment, ReportJob, ReportPart, User
from cases.tasks.report_jobs import make_report_part, resume_report_jobs


@transaction.atomic
def start_report_job(name: str, assessments: Iterable[Assessment], *, by: User) -> ReportJob:
    """Start to make a file of each assessment; `name` is that of the kind of file.

    A person has one job at a time: an earlier one is removed with its files.
    """
    ReportJob.objects.filter(by=by).delete()
    job = ReportJob.objects.create(by=by, name=name)
    parts = ReportPart.objects.bulk_create(
        ReportPart(job=job, assessment=assessment) for assessment in assessments
    )
    for part in parts:
        queue_after_commit(make_report_part, part.pk)
    return job


def cancel_report_job(*, by: User) -> None:
    """Cancel a person's job. Parts that no worker has started are not started."""
    ReportJob.objects.filter(by=by, cancelled_at=None).update(cancelled_at=timezone.now())


def requeue_stalled_files(job: ReportJob) -> None:
    """Queue the parts of a stopped worker again at once, not only at the next periodic run."""
    resume_report_jobs(str(job.pk))
