"""Which submitted assessments wait for a review, for whom, and which of them nobody can review."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TypedDict, cast
from uuid import UUID

from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    F,
    Model,
    OuterRef,
    Q,
    QuerySet,
)

from cases.models import Assessment, Case, CaseMember, CaseTeam, ReviewDecision, User
from cases.models.assessment import WAITS_FOR_REVIEW
from cases.models.case import case_owned_by, case_with_part
from cases.models.user import ANALYST, REVIEWER
from cases.queries.assessing.state import AssessmentState, states_of

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

WAITING = (Assessment.ReviewState.PENDING, Assessment.ReviewState.REFERRED)


def _may_review(person: str) -> Q:
    """Whether a person, given by the path from a row that has `case`, reviews the case of an outer
    assessment: the rule of `permissions.reviewers_of`, for lists.
    """
    role = CaseMember.Role.REVIEWER
    alone = CaseMember.objects.filter(case=OuterRef("case"), user=OuterRef(person), role=role)
    by_team = CaseTeam.objects.filter(
        case=OuterRef("case"), team__members=OuterRef(person), role=role
    ).exclude(unconfirmed=OuterRef(person))
    return Q(Exists(alone)) | Q(Exists(by_team))


# Conditions that depend on nobody are built once: a page has several lists that ask them.
@cache
def _sign_offs() -> QuerySet[ReviewDecision]:
    """The sign-offs that nobody withdrew."""
    withdrawn = ReviewDecision.objects.filter(
        assessment=OuterRef("assessment"),
        reviewer=OuterRef("reviewer"),
        kind=ReviewDecision.Kind.WITHDRAW,
        pk__gt=OuterRef("pk"),
    )
    return ReviewDecision.objects.filter(~Exists(withdrawn), kind=ReviewDecision.Kind.SIGN_OFF)


@cache
def _still_asked() -> QuerySet[Model]:
    """The people named for the review of an outer assessment who may still review it and have not
    signed it off.
    """
    signed = _sign_offs().filter(assessment=OuterRef("assessment"), reviewer=OuterRef("user"))
    named = Assessment.reviewers.through.objects.filter(
        ~Exists(signed),
        assessment=OuterRef("pk"),
        user__is_active=True,
        user__groups__name=REVIEWER,
    )
    return named.annotate(case=F("assessment__case")).filter(_may_review("user"))


@cache
def _can_be_reviewed() -> Q:
    """Whether there is someone, named or not, who may review an outer assessment and has not signed
    it off.

    It starts from the few parts in the case, and not from the people.
    """
    role = CaseMember.Role.REVIEWER
    able = User.objects.filter(is_active=True, groups__name=REVIEWER)
    able = able.exclude(pk=OuterRef(OuterRef("author")))
    signed = _sign_offs().filter(assessment=OuterRef(OuterRef("pk")), reviewer=OuterRef("user"))
    alone = CaseMember.objects.filter(
        Exists(able.filter(pk=OuterRef("user"))), ~Exists(signed), case=OuterRef("case"), role=role
    )
    signed_by_member = _sign_offs().filter(
        assessment=OuterRef(OuterRef(OuterRef("pk"))), reviewer=OuterRef("pk")
    )
    unconfirmed = CaseTeam.unconfirmed.through.objects.filter(
        caseteam=OuterRef(OuterRef("pk")), user=OuterRef("pk")
    )
    of_team = able.filter(~Exists(signed_by_member), ~Exists(unconfirmed), teams=OuterRef("team"))
    by_team = CaseTeam.objects.filter(Exists(of_team), case=OuterRef("case"), role=role)
    return Q(Exists(alone)) | Q(Exists(by_team))


def _are_asked() -> Exists:
    """Whether one of the people named for the review of an outer assessment can still review it."""
    return Exists(_still_asked())


def _were_named() -> Exists:
    named = Assessment.reviewers.through.objects.filter(assessment=OuterRef("pk"))
    return Exists(named)


def _is_signed() -> Exists:
    """Whether someone has signed off an outer assessment, which is not enough if it waits."""
    return Exists(_sign_offs().filter(assessment=OuterRef("pk")))


def waiting_reviews(user: User) -> QuerySet[Assessment]:
    """Every assessment that waits for a review and that a person may see, oldest first; none of a
    closed case.
    """
    seen = Assessment.objects.visible_to(user).in_cases_not_closed()
    waiting = seen.filter(WAITS_FOR_REVIEW, blind=False)
    return (
        waiting.select_related("case", "author", "edition")
        .defer("edition__document")
        .order_by("submitted_at")
    )


class ReviewMarks(TypedDict):
    """The annotations of an assessment that waits for a review."""

    can_review: bool
    are_asked: bool
    is_signed: bool


def with_marks(
    waiting: QuerySet[Assessment],
) -> QuerySet[WithAnnotations[Assessment, ReviewMarks]]:
    """Waiting reviews, annotated with `can_review` (anyone can who has not signed it off),
    `are_asked` (someone who is named still can) and `is_signed` (someone has signed it off).
    """
    marked = waiting.annotate(
        can_review=ExpressionWrapper(_can_be_reviewed(), BooleanField()),
        are_asked=_are_asked(),
        is_signed=_is_signed(),
    )
    return cast("QuerySet[WithAnnotations[Assessment, ReviewMarks]]", marked)


def reviews_asked_of(user: User) -> QuerySet[Assessment]:
    """The assessments that wait for a person's review, oldest first: submitted by others in the
    cases that the person reviews.

    If reviewers are named, only they are asked, as long as one of them may still review it and has
    not signed it off; otherwise every reviewer of the case is.
    """
    if REVIEWER not in user.roles:
        return Assessment.objects.none()
    signed = _sign_offs().filter(assessment=OuterRef("pk"), reviewer=user)
    named = Assessment.reviewers.through.objects.filter(assessment=OuterRef("pk"), user=user)
    reviewed = case_with_part(user, CaseMember.Role.REVIEWER)
    return (
        waiting_reviews(user)
        .filter(~_are_asked() | Q(Exists(named)), ~Exists(signed), reviewed)
        .exclude(author=user)
    )


def signed_once(case: Case, user: User) -> list[Assessment]:
    """The assessments of a case that await another sign-off and that a person may see."""
    return list(waiting_reviews(user).filter(_is_signed(), case=case))


def to_assign(user: User) -> QuerySet[WithAnnotations[Assessment, ReviewMarks]]:
    """The assessments that nobody who was asked is left to review, in cases that a person owns or
    submitted by that person: nobody can review them, or the people named no longer may or have
    signed them off.
    """
    waiting = waiting_reviews(user).filter(
        _theirs(user), ~_can_be_reviewed() | (Q(_were_named()) & ~_are_asked())
    )
    return with_marks(waiting)


def _theirs(user: User) -> Q:
    """Whether a person submitted an assessment or owns its case.

    An analyst may have so many that the list is read in its order, and stops early. Others have few
    or none, left from an earlier role, and these are sought first.
    """
    if ANALYST in user.roles:
        return Q(author=user) | case_owned_by(user)
    waiting = Assessment.objects.filter(WAITS_FOR_REVIEW).order_by()
    submitted, owned = waiting.filter(author=user), waiting.filter(case__owner=user)
    return Q(pk__in=submitted.values("pk").union(owned.values("pk")))


@dataclass(frozen=True)
class WaitingReview:
    """A waiting review with its state and the people named for it."""

    assessment: Assessment
    state: AssessmentState
    named: tuple[User, ...]


def listed_reviews(assessments: Iterable[Assessment]) -> list[WaitingReview]:
    listed = list(assessments)
    named: dict[UUID, list[User]] = {}
    rows = Assessment.reviewers.through.objects.filter(assessment__in=listed).select_related("user")
    for row in rows:
        named.setdefault(row.assessment_id, []).append(row.user)
    states = states_of(listed)
    return [WaitingReview(row, states[row.pk], tuple(named.get(row.pk, ()))) for row in listed]
