"""Assessing again with a newer edition: proposed for many cases, decided by the people who work on
each.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from cases.models import Assessment, Edition, Event, ReassessmentProposal, User
from cases.models.notification import NotificationKind
from cases.permissions import analysts_of
from cases.workflows.assessing.answering import start_assessment
from cases.workflows.errors import AlreadyDecidedError
from cases.workflows.notifications import notify
from cases.workflows.record import record_event


def propose_reassessments(assessments: Iterable[Assessment], edition: Edition, *, by: User) -> int:
    """Propose that assessments be made again with an edition, and notify the analysts of the cases.

    Each case is a transaction of its own. Earlier proposals are left as they are. Returns how many
    are new.
    """
    made = 0
    for assessment in assessments:
        with transaction.atomic():
            _proposal, is_new = ReassessmentProposal.objects.get_or_create(
                assessment=assessment, edition=edition, defaults={"proposed_by": by}
            )
            if is_new:
                data = {"assessment": str(assessment.pk), "edition": edition.number}
                event = record_event(
                    Event.Verb.REASSESSMENT_PROPOSED, by=by, case=assessment.case, **data
                )
                notify(event, NotificationKind.PROPOSED, analysts_of(assessment.case), assessment)
                made += 1
    return made


@transaction.atomic
def accept_reassessment(assessment: Assessment, edition: Edition, *, by: User) -> Assessment:
    """Start an assessment of the same day with a newer edition and the same answers.

    A proposal for it is accepted. Raises AlreadyDecidedError if someone has accepted it already,
    unless the assessment started then was discarded.
    """
    proposal, _new = ReassessmentProposal.objects.select_for_update(no_key=True).get_or_create(
        assessment=assessment, edition=edition, defaults={"proposed_by": by}
    )
    begun = assessment.case.assessments.filter(
        edition__number=edition.number, as_of=assessment.as_of
    )
    if proposal.state == ReassessmentProposal.State.ACCEPTED and begun.exists():
        raise AlreadyDecidedError
    proposal.state, proposal.decided_by, proposal.reason = (
        ReassessmentProposal.State.ACCEPTED,
        by,
        "",
    )
    proposal.save()
    return start_assessment(
        assessment.case,
        by=by,
        as_of=assessment.as_of,
        edition=edition,
        earlier=assessment,
        same_assessment=True,
    )


@transaction.atomic
def decline_reassessment(
    assessment: Assessment, edition: Edition, *, by: User, reason: str
) -> None:
    """Decline a proposal and say why. Raises AlreadyDecidedError if it is not open."""
    left = ReassessmentProposal.objects.filter(
        assessment=assessment, edition=edition, state=ReassessmentProposal.State.OPEN
    )
    if not left.update(state=ReassessmentProposal.State.DECLINED, decided_by=by, reason=reason):
        raise AlreadyDecidedError
    data = {"assessment": str(assessment.pk), "edition": edition.number, "text": reason}
    record_event(Event.Verb.REASSESSMENT_DECLINED, by=by, case=assessment.case, **data)
