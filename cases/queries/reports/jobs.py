"""The progress of a job that makes files, and the files that it has made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from cases.models import Assessment, ReportJob, ReportPart, User
from cases.models.job import TRIES
from cases.permissions import may


@dataclass(frozen=True)
class ReportProgress:
    job: ReportJob
    done: int
    failed: int
    parts: int

    @property
    def state(self) -> Literal["done", "cancelled", "running"]:
        if self.job.cancelled_at:
            return "cancelled"
        return "done" if self.done + self.failed == self.parts else "running"


def report_job_of(user: User) -> ReportProgress | None:
    """A person's job that makes files, or None: two statements."""
    job = ReportJob.objects.filter(by=user).first()
    if job is None:
        return None
    parts = list(job.parts.values_list("done_at", "failures"))
    done = sum(done_at is not None for done_at, _failures in parts)
    failed = sum(done_at is None and failures >= TRIES for done_at, failures in parts)
    return ReportProgress(job, done, failed, len(parts))


def made_files(user: User, job: ReportJob) -> Iterator[tuple[Assessment, bytes]]:
    """The files of a job, of assessments that the person may still see; one is read at a time."""
    parts = job.parts.exclude(content=None).select_related("assessment__case")
    for part in parts.defer("content"):
        assessment = part.assessment
        sensitive = assessment.case.confidentiality == "sensitive"
        if not may(user, "cases.view_assessment", assessment):
            continue
        if sensitive and not user.has_second_factor:
            continue
        content = ReportPart.objects.values_list("content", flat=True).get(pk=part.pk)
        yield assessment, bytes(content or b"")
