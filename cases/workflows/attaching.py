"""Attaching files to the questions of a draft."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from cases.models import Assessment, Attachment, Event, User
from cases.workflows.answering import NotADraftError
from cases.workflows.events import record


@transaction.atomic
def attach(
    assessment: Assessment, question: str, upload: UploadedFile[Any], *, name: str, content_type: str, by: User
) -> Attachment:
    """Keep a file whose kind has been checked. Raises NotADraftError once the assessment is submitted."""
    _lock(assessment)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    attachment = Attachment(
        assessment=assessment,
        question=question,
        name=name,
        content_type=content_type,
        size=upload.size or 0,
        digest=digest.hexdigest(),
        added_by=by,
    )
    attachment.file.save(name, upload, save=False)
    attachment.save()
    about = {"assessment": str(assessment.pk), "question": question, "name": name, "digest": attachment.digest}
    record(Event.Verb.ATTACHMENT_ADDED, by=by, case=assessment.case, **about)
    return attachment


@transaction.atomic
def detach(attachment: Attachment, *, by: User) -> None:
    """Remove a file of a draft; that it was there stays in the record. Raises NotADraftError once submitted."""
    _lock(attachment.assessment)
    about = {
        "assessment": str(attachment.assessment_id),
        "question": attachment.question,
        "name": attachment.name,
        "digest": attachment.digest,
    }
    record(Event.Verb.ATTACHMENT_REMOVED, by=by, case=attachment.assessment.case, **about)
    transaction.on_commit(partial(attachment.file.delete, save=False))
    attachment.delete()


def _lock(assessment: Assessment) -> None:
    if not Assessment.objects.select_for_update().only("status").get(pk=assessment.pk).is_draft:
        raise NotADraftError
