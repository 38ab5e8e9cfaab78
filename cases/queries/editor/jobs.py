"""How far a job is, and what it has found."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Literal

from cases.models import Draft, Job, JobPart, User
from cases.models.job import TRIES
from cases.queries.editor.drafts import without_note
from cases.queries.editor.impact import Impact
from cases.rulebook.editions.builder import digest_of


@dataclass(frozen=True)
class Progress:
    """The state of a job: `found` once every part is done, `failed` if one was given up."""

    job: Job
    done: int
    parts: int
    found: Impact | None
    failed: bool

    @property
    def state(self) -> Literal["done", "cancelled", "failed", "running"]:
        if self.found is not None:
            return "done"
        if self.failed:
            return "failed"
        return "cancelled" if self.job.cancelled_at else "running"


def digest_for_job(draft: Draft) -> str:
    """The digest that identifies the draft of a job. The note of a proposal is not part of it."""
    return digest_of(without_note(draft.document))


def job_of(user: User, draft: Draft) -> Progress | None:
    """A person's job about a draft as it is now, or None. It takes two database queries."""
    job = Job.objects.filter(by=user, base=draft.base_id, digest=digest_for_job(draft)).first()
    if job is None:
        return None
    # The results of those that are done: a part is small, whatever number of assessments it covers.
    parts = list(JobPart.objects.filter(job=job).values_list("result", "failures"))
    ready = [Impact.of_json(result) for result, _failures in parts if result is not None]
    result_of_all = reduce(add, ready, Impact()) if len(ready) == len(parts) else None
    return Progress(
        job,
        len(ready),
        len(parts),
        result_of_all,
        any(failures >= TRIES for _result, failures in parts),
    )
