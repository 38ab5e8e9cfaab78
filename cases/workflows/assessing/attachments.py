"""Files: attachments of answers in a draft, and documents of steps."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from cases.after_commit import after_commit
from cases.models import Assessment, Attachment, Event, Step, StepDocument, User
from cases.models.file import StoredFile
from cases.workflows.errors import FileNotStoredError, NotADraftError
from cases.workflows.locking import lock_assessment, lock_case
from cases.workflows.record import record_event

log = structlog.get_logger("rtop_assist.files")


@transaction.atomic
def add_attachment(
    assessment: Assessment,
    question: str,
    upload: UploadedFile[Any],
    *,
    name: str,
    content_type: str,
    by: User,
) -> Attachment:
    """Store a file whose type was checked.

    Raises NotADraftError for a submitted assessment, and FileNotStoredError.
    """
    _lock(assessment)
    attachment = Attachment(
        assessment=assessment, question=question, name=name, content_type=content_type, added_by=by
    )
    with _kept(attachment, upload):
        about = {
            "assessment": str(assessment.pk),
            "question": question,
            "name": name,
            "digest": attachment.digest,
        }
        record_event(Event.Verb.ATTACHMENT_ADDED, by=by, case=assessment.case, **about)
    return attachment


@transaction.atomic
def add_step_document(
    step: Step, upload: UploadedFile[Any], *, name: str, content_type: str, by: User
) -> StepDocument:
    """Store a document of a step, whose type was checked. Raises FileNotStoredError."""
    lock_case(step.case)
    document = StepDocument(step=step, name=name, content_type=content_type, added_by=by)
    with _kept(document, upload):
        record_event(Event.Verb.DOCUMENT_ADDED, by=by, case=step.case, **_about_document(document))
    return document


@transaction.atomic
def remove_step_document(document: StepDocument, *, by: User) -> None:
    """Remove a document of a step. The record says that it was there."""
    record_event(
        Event.Verb.DOCUMENT_REMOVED, by=by, case=document.step.case, **_about_document(document)
    )
    after_commit(document.file.delete, save=False)
    document.delete()


def _about_document(document: StepDocument) -> dict[str, object]:
    step = document.step
    return {
        "measure": step.measure,
        "fact": str(step.fact),
        "name": document.name,
        "digest": document.digest,
    }


@contextmanager
def _kept(kept: StoredFile, upload: UploadedFile[Any]) -> Iterator[None]:
    """Save a file and then its row, with the digest of its content.

    The file goes again if the row, or what is done with it, fails. Raises FileNotStoredError.
    """
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    kept.size, kept.digest = upload.size or 0, digest.hexdigest()
    try:
        kept.file.save(kept.name, upload, save=False)
    except OSError as error:
        log.exception("a file could not be stored")
        raise FileNotStoredError from error
    try:
        kept.save()
        yield
    except BaseException:
        kept.file.delete(save=False)
        raise


@transaction.atomic
def remove_attachment(attachment: Attachment, *, by: User) -> None:
    """Remove a file of a draft. The record says that it was there. Raises NotADraftError once
    submitted.
    """
    _lock(attachment.assessment)
    about = {
        "assessment": str(attachment.assessment_id),
        "question": attachment.question,
        "name": attachment.name,
        "digest": attachment.digest,
    }
    record_event(Event.Verb.ATTACHMENT_REMOVED, by=by, case=attachment.assessment.case, **about)
    after_commit(attachment.file.delete, save=False)
    attachment.delete()


def _lock(assessment: Assessment) -> None:
    if not lock_assessment(assessment).is_draft:
        raise NotADraftError
