"""Submitting an assessment: its answers and its advice are frozen under a digest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from cases.catalogue_language import reading_in
from cases.models import Assessment, Event, Snapshot, User
from cases.models.notification import NotificationKind
from cases.queries.assessing.content import current_content, dump_content
from cases.queries.editions.rulebooks import rulebook_of
from cases.rulebook.editions.builder import digest_of
from cases.workflows.assessing.day_assessed import update_day_assessed
from cases.workflows.assessing.second_assessment import unblind_if_both_submitted
from cases.workflows.errors import LaterThanAssessedError, NotADraftError
from cases.workflows.locking import lock_assessment
from cases.workflows.notifications import (
    notify,
    notify_of_submission,
    owner_and_asked_reviewers,
)
from cases.workflows.record import record_event


@transaction.atomic
def submit(
    assessment: Assessment, *, by: User, comment: str = "", reviewers: Sequence[User] = ()
) -> Snapshot:
    """Submit a draft with a comment on what was left open, and ask `reviewers` for a review.

    Without reviewers, everyone who may review it is asked. Raises NotADraftError if it is submitted
    already, and LaterThanAssessedError for an answer that became true only on a later day.
    """
    draft = lock_assessment(assessment)
    if not draft.is_draft:
        raise NotADraftError
    if draft.answers.filter(effective_on__gt=draft.as_of).exists():
        raise LaterThanAssessedError
    now = timezone.now()
    # In the edition's own language, so that the digest does not depend on who submits.
    with reading_in(""):
        rulebook = rulebook_of(draft.edition_id)
        content = dump_content(replace(current_content(draft), comment=comment), rulebook)
    snapshot = Snapshot.objects.create(
        assessment=draft, content=content, digest=digest_of(content), taken_at=now, taken_by=by
    )
    draft.status = Assessment.Status.SUBMITTED
    draft.review_state = Assessment.ReviewState.PENDING
    draft.submitted_at = now
    draft.save(update_fields=["status", "review_state", "submitted_at", "changed_at"])
    draft.reviewers.set(reviewers)
    update_day_assessed(draft.case)
    event = record_event(
        Event.Verb.ASSESSMENT_SUBMITTED,
        by=by,
        case=draft.case,
        assessment=str(draft.pk),
        as_of=draft.as_of.isoformat(),
        digest=snapshot.digest,
        word=comment,
        reviewers=[str(person) for person in reviewers],
    )
    if draft.blind:
        for opened in unblind_if_both_submitted(draft, by=by):
            opened.refresh_from_db()
            notify_of_submission(opened)
    else:
        notify(event, NotificationKind.SUBMITTED, owner_and_asked_reviewers(draft), draft)
    return snapshot
