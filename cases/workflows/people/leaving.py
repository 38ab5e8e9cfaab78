"""When people leave: cases change hands, and what was asked of them goes back."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from cases.models import Assessment, Case, CaseMember, Event, TransferProposal, User
from cases.models.notification import NotificationKind
from cases.permissions import holds, members_of, reviewers_of
from cases.queries.leaving import (
    can_be_taken_from,
    can_hand_over,
    needs_confirmation,
    people_to_confirm,
    possible_owners,
    reviews_naming,
    transfers_to,
)
from cases.workflows.assessing.second_assessment import unpair
from cases.workflows.errors import TransferError
from cases.workflows.locking import lock_case, lock_cases
from cases.workflows.notifications import notify
from cases.workflows.record import record_event


@transaction.atomic
def transfer_case(case: Case, to: User, *, by: User) -> None:
    """Hand a case over to another analyst. Whoever owned it stays a contributor, unless they can no
    longer sign in.

    Raises TransferError (`no-owner`) for someone who may not own it.
    """
    current = lock_case(case)
    if not possible_owners(current).filter(pk=to.pk).exists():
        raise TransferError("no-owner")
    before = current.owner
    current.memberships.filter(user=to).delete()
    Case.objects.filter(pk=current.pk).update(owner=to)
    if before.is_active:
        CaseMember.objects.update_or_create(
            case=current, user=before, defaults={"role": CaseMember.Role.CONTRIBUTOR}
        )
    current.transfers.filter(state=TransferProposal.State.OPEN).update(
        state=TransferProposal.State.DECLINED
    )
    case.owner = to
    current.owner = to
    event = record_event(
        Event.Verb.CASE_TRANSFERRED, by=by, case=current, before=str(before), to=str(to)
    )
    notify(event, NotificationKind.HANDED_OVER, [to, before], current)


@transaction.atomic
def propose_transfer(case: Case, to: User, *, by: User) -> TransferProposal:
    """Propose that someone take over a case whose owner cannot hand it over. Everyone who takes
    part in the case is notified.

    Raises TransferError: `no-owner` for someone who may not own it, `second-person` for oneself,
    `owner-there` if its owner can hand it over, `proposed` if it is proposed to someone already.
    """
    if can_hand_over(case.owner):
        raise TransferError("owner-there")
    if to.pk == by.pk:
        raise TransferError("second-person")
    if not possible_owners(case).filter(pk=to.pk).exists():
        raise TransferError("no-owner")
    try:
        with transaction.atomic():
            made = TransferProposal.objects.create(case=case, to=to, proposed_by=by)
    except IntegrityError:
        raise TransferError("proposed") from None
    event = record_event(Event.Verb.TRANSFER_PROPOSED, by=by, case=case, to=str(to))
    notify(event, NotificationKind.HANDED_OVER, members_of(case), case)
    return made


@transaction.atomic
def agree_to_transfer(proposal: TransferProposal, *, by: User) -> None:
    """Take a case over. Raises TransferError: `second-person` for anyone but the person named,
    `gone` where it was settled meanwhile, `owner-there` if its owner has come back, `unconfirmed`
    if a member of the case has to confirm it first, `too-soon` if it has none and was proposed less
    than three days ago.
    """
    current = _open_proposal(proposal)
    if current.to_id != by.pk or current.proposed_by_id == by.pk:
        raise TransferError("second-person")
    if can_hand_over(current.case.owner):
        raise TransferError("owner-there")
    if needs_confirmation(current):
        raise TransferError("unconfirmed")
    if timezone.now() < can_be_taken_from(current):
        raise TransferError("too-soon")
    current.state = TransferProposal.State.AGREED
    current.save(update_fields=["state"])
    transfer_case(current.case, current.to, by=by)


@transaction.atomic
def decline_transfer(proposal: TransferProposal, *, by: User) -> None:
    """Leave a case with its owner. Raises TransferError: `second-person` for anyone but the person
    named, `gone` where it was settled meanwhile.
    """
    current = _open_proposal(proposal)
    if current.to_id != by.pk:
        raise TransferError("second-person")
    current.state = TransferProposal.State.DECLINED
    current.save(update_fields=["state"])
    record_event(Event.Verb.TRANSFER_DECLINED, by=by, case=current.case)


@transaction.atomic
def confirm_transfer(proposal: TransferProposal, *, by: User) -> None:
    """Confirm, as a member of the case, that its proposed owner may take it over.

    Raises TransferError: `second-person` for anyone who may not confirm it, `gone` where it was
    settled meanwhile.
    """
    current = _open_to_a_member(proposal, by=by)
    current.confirmed_by = by
    current.save(update_fields=["confirmed_by"])
    record_event(Event.Verb.TRANSFER_CONFIRMED, by=by, case=current.case, to=str(current.to))


@transaction.atomic
def refuse_transfer(proposal: TransferProposal, *, by: User) -> None:
    """Refuse, as a member of the case, its proposed owner. Raises TransferError as
    `confirm_transfer` does.
    """
    current = _open_to_a_member(proposal, by=by)
    current.state = TransferProposal.State.DECLINED
    current.save(update_fields=["state"])
    record_event(Event.Verb.TRANSFER_REFUSED, by=by, case=current.case, to=str(current.to))


def _open_to_a_member(proposal: TransferProposal, *, by: User) -> TransferProposal:
    current = _open_proposal(proposal)
    if current.confirmed_by_id is not None:
        raise TransferError("gone")
    if by not in people_to_confirm(current):
        raise TransferError("second-person")
    return current


def _open_proposal(proposal: TransferProposal) -> TransferProposal:
    lock_case(proposal.case)
    current = TransferProposal.objects.select_for_update(no_key=True).get(pk=proposal.pk)
    if current.state != TransferProposal.State.OPEN:
        raise TransferError("gone")
    return current


def return_work_of(person: User, *, by: User, case: Case | None = None) -> None:
    """Return the work of a person who can no longer do it, in one case or in all, to the people who
    asked for it. Cases that the person was asked to take over can be proposed to someone else.
    """
    reviews = list(_in_case(reviews_naming(person), case).select_related("case__owner", "author"))
    drafts = Assessment.objects.drafts().filter(author=person, blind=True)
    blind = list(_in_case(drafts, case).select_related("case__owner"))
    proposals = (
        [] if possible_owners().filter(pk=person.pk).exists() else list(transfers_to(person))
    )
    cases = {assessment.case_id for assessment in (*reviews, *blind)}
    lock_cases(cases | {proposal.case_id for proposal in proposals})
    for proposal in proposals:
        proposal.state = TransferProposal.State.DECLINED
        proposal.save(update_fields=["state"])
        record_event(Event.Verb.WORK_RETURNED, by=by, case=proposal.case, person=str(person))
    for assessment in reviews:
        able = reviewers_of(assessment)
        if not able.filter(pk__in=assessment.reviewers.values("pk")).exists():
            recipients = {assessment.author, assessment.case.owner, *_referrers(assessment, person)}
            _notify_of_return(assessment, person, recipients, by=by)
    # Read again: what a person may do is kept once it has been read.
    current = User.objects.get(pk=person.pk)
    for draft in blind:
        other = draft.partner
        if other is None or holds(current, "cases.change_assessment", draft):
            continue
        # Nobody else can submit it, so the author of the other one would wait for ever.
        unpair(draft, by=by)
        other.refresh_from_db()
        _notify_of_return(other, person, {other.author, draft.case.owner}, by=by)


def _in_case(assessments: QuerySet[Assessment], case: Case | None) -> QuerySet[Assessment]:
    """Those of one case or, without one, all of them."""
    return assessments if case is None else assessments.filter(case=case)


def _notify_of_return(
    assessment: Assessment, person: User, recipients: Iterable[User], *, by: User
) -> None:
    event = record_event(
        Event.Verb.WORK_RETURNED,
        by=by,
        case=assessment.case,
        assessment=str(assessment.pk),
        person=str(person),
    )
    notify(event, NotificationKind.HANDED_OVER, recipients, assessment)


def _referrers(assessment: Assessment, person: User) -> list[User]:
    referred = assessment.review_decisions.filter(referred_to=person).select_related("reviewer")
    return [decision.reviewer for decision in referred]
