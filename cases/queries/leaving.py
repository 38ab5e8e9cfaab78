"""What depends on a person, and has to be handed over when they leave."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.models import Assessment, Case, CaseMember, CaseTeam, TransferProposal, User
from cases.models.user import ANALYST
from cases.permissions import members_of
from cases.queries.followup import steps_due
from cases.queries.waiting_reviews import WAITING
from cases.text_folding import in_order

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

# How long a proposed owner waits if the case has no member who could confirm the proposal. The
# owner of an account that was closed without a reason has this time to say so.
WAIT = timedelta(days=3)


class SeenCase(TypedDict):
    """Whether a person may see the case of a proposal, and so its title."""

    seen: bool


@dataclass(frozen=True)
class Dependents:
    """How much depends on a person. Being a site admin opens no case, so there are only numbers."""

    cases: int
    reviews: int
    drafts: int
    steps: int
    transfers: int

    def __bool__(self) -> bool:
        work = self.cases or self.reviews or self.drafts or self.steps
        return bool(work or self.transfers)


def dependents_of(person: User) -> Dependents:
    return Dependents(
        Case.objects.filter(owner=person).count(),
        reviews_naming(person).count(),
        Assessment.objects.drafts().filter(author=person).count(),
        steps_due().filter(recorded_by=person).count(),
        transfers_to(person).count(),
    )


def reviews_naming(person: User) -> QuerySet[Assessment]:
    """The reviews that wait and for which a person is named."""
    return Assessment.objects.filter(reviewers=person, review_state__in=WAITING)


def blind_drafts_of(people: Iterable[User], case: Case) -> QuerySet[Assessment]:
    """The drafts of some people in a case for which the author of another assessment waits."""
    return Assessment.objects.drafts().filter(case=case, author__in=people, blind=True)


def cases_to_hand_over(person: User) -> QuerySet[Case]:
    """The cases that a person owns and that are not proposed to someone yet."""
    proposed = TransferProposal.objects.filter(state=TransferProposal.State.OPEN).values("case")
    return Case.objects.filter(owner=person).exclude(pk__in=proposed).order_by("created_at")


def can_hand_over(owner: User) -> bool:
    """Whether the owner of a case can hand it over, so that nobody else may."""
    return ANALYST in owner.roles


def possible_owners(case: Case | None = None) -> QuerySet[User]:
    """The people who may own cases: analysts who can sign in."""
    people = User.objects.filter(is_active=True, groups__name=ANALYST)
    if case is not None:
        people = people.exclude(pk=case.owner_id)
    return people.order_by(in_order("sort_name"))


def transfers_to(user: User) -> QuerySet[TransferProposal]:
    """The cases that a person is asked to take over."""
    transfers = TransferProposal.objects.filter(to=user, state=TransferProposal.State.OPEN)
    return transfers.select_related("case__owner", "proposed_by").order_by("pk")


def transfers_waiting_for(user: User) -> QuerySet[WithAnnotations[TransferProposal, SeenCase]]:
    """The cases that a person is asked to take over, and those whose proposed owner they can
    confirm: one statement for the home page.
    """
    asked = transfers_to(user).order_by().values("pk")
    confirmed = transfers_confirmed_by(user).order_by().values("pk")
    waiting = TransferProposal.objects.filter(Q(pk__in=asked) | Q(pk__in=confirmed))
    read_along = waiting.select_related("case__owner", "to", "proposed_by").order_by("pk")
    return with_seen_cases(read_along, user)


def with_seen_cases(
    transfers: QuerySet[TransferProposal], user: User
) -> QuerySet[WithAnnotations[TransferProposal, SeenCase]]:
    """Proposals, each with whether a person may see its case, as `seen`."""
    known = Case.objects.visible_to(user).filter(pk=OuterRef("case_id"))
    return transfers.annotate(seen=Exists(known.order_by()))


def people_to_confirm(proposal: TransferProposal) -> list[User]:
    """The members of a case who can confirm a proposed owner: all but the two people of the
    proposal. A proposed owner who is a member already needs nobody to confirm it.
    """
    members = members_of(proposal.case)
    if any(member.pk == proposal.to_id for member in members):
        return []
    return [member for member in members if member.pk != proposal.proposed_by_id]


def transfers_confirmed_by(user: User) -> QuerySet[TransferProposal]:
    """The open proposals that a person can confirm or refuse as a member of the case."""
    part = Case.objects.visible_to(user).of_own_part(user).exclude(owner=user)
    alone = CaseMember.objects.filter(case=OuterRef("case_id"), user=OuterRef("to_id"))
    teams = CaseTeam.objects.filter(case=OuterRef("case_id"), team__members=OuterRef("to_id"))
    return (
        TransferProposal.objects.filter(
            ~Exists(alone),
            ~Exists(teams.exclude(unconfirmed=OuterRef("to_id"))),
            state=TransferProposal.State.OPEN,
            confirmed_by=None,
            case__in=part.order_by().values("pk"),
        )
        .exclude(to=user)
        .exclude(proposed_by=user)
        .order_by("pk")
    )


def needs_confirmation(proposal: TransferProposal) -> bool:
    """Whether a member of the case still has to confirm its proposed owner."""
    return proposal.confirmed_by_id is None and bool(people_to_confirm(proposal))


def can_be_taken_from(proposal: TransferProposal) -> datetime:
    """When the proposed owner can take the case over, once nobody has to confirm it any more."""
    known = [member.pk for member in members_of(proposal.case)]
    if proposal.confirmed_by_id is not None or proposal.to_id in known:
        return proposal.proposed_at
    return proposal.proposed_at + WAIT


def transfer_to_confirm(case: Case, user: User) -> TransferProposal | None:
    """The open proposal that a person can confirm or refuse as a member of the case."""
    open_ones = case.transfers.filter(state=TransferProposal.State.OPEN, confirmed_by=None)
    for proposal in open_ones.select_related("to", "proposed_by"):
        if user in people_to_confirm(proposal):
            return proposal
    return None
