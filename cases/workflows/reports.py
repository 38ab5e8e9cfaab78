"""Recording who took which file of which cases out of the product."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.db import transaction

from cases.models import Assessment, Event, User
from cases.workflows.record import record_event


@transaction.atomic
def record_download(
    name: str, content: bytes, assessments: Iterable[Assessment], *, by: User
) -> None:
    """Record a file that a person made of assessments, under its digest, in the chain of the case
    of each. A file that covers none, such as the list of cases, is recorded in the chain that
    belongs to no case.
    """
    digest = hashlib.sha256(content).hexdigest()
    # In an order that is the same for everybody, as each locks the chain of its case.
    covered = sorted(assessments, key=lambda assessment: assessment.case_id)
    for assessment in covered:
        record_event(
            Event.Verb.FILE_DOWNLOADED,
            by=by,
            case=assessment.case,
            assessment=str(assessment.pk),
            name=name,
            digest=digest,
        )
    if not covered:
        record_event(Event.Verb.FILE_DOWNLOADED, by=by, name=name, digest=digest)
