"""Who may do what: predicates that compose and read as sentences.

Roles are groups; membership is a person's part in one case. For a person without access a case does
not exist, so that its existence is not revealed.
"""

from __future__ import annotations

from typing import TypeVar, cast

import rules
from django.conf import settings
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from cases.models import Assessment, Case, CaseMember, CaseTeam, User
from cases.models.user import ANALYST, AUDITOR, CATALOGUE_ADMIN, REVIEWER, SITE_ADMIN
from cases.text_folding import in_order

M = TypeVar("M", bound=Model)


def case_of(subject: Case | Assessment) -> Case:
    return subject.case if isinstance(subject, Assessment) else subject


def case_roles_of(user: User, case: Case) -> frozenset[str]:
    """A person's roles in a case, by membership or through a team, read once in a request.

    Owning the case gives no role.
    """
    known: dict[tuple[int, object], frozenset[str]] = user.__dict__.setdefault("_parts", {})
    key = (user.pk, case.pk)
    if key not in known:
        own = (
            CaseMember.objects.filter(user_id=user.pk, case_id=case.pk)
            .order_by()
            .values_list("role", flat=True)
        )
        by_team = CaseTeam.objects.filter(team__members=user.pk, case_id=case.pk).order_by()
        by_team = by_team.exclude(unconfirmed=user.pk)
        known[key] = frozenset(own.union(by_team.values_list("role", flat=True)))
    return known[key]


def lacks_second_factor(user: User) -> bool:
    """Whether a person holds a role that asks for a second factor and has none. A superuser may do
    all that a site admin may.
    """
    roles = settings.SECOND_FACTOR_ROLES
    held = user.roles | {SITE_ADMIN} if user.is_superuser else user.roles
    return bool(held & roles) and not user.has_second_factor


@rules.predicate
def is_analyst(user: User) -> bool:
    return ANALYST in user.roles


@rules.predicate
def is_catalogue_admin(user: User) -> bool:
    return CATALOGUE_ADMIN in user.roles


@rules.predicate
def is_auditor(user: User) -> bool:
    return AUDITOR in user.roles


@rules.predicate
def holds_a_role(user: User) -> bool:
    return user.holds_a_role


@rules.predicate
def is_site_admin(user: User) -> bool:
    """By role, or as the superuser account that assigns the first roles."""
    return SITE_ADMIN in user.roles or user.is_superuser


@rules.predicate
def owns_the_case(user: User, subject: Case | Assessment) -> bool:
    return case_of(subject).owner_id == user.pk


@rules.predicate
def is_a_member(user: User, subject: Case | Assessment) -> bool:
    return bool(case_roles_of(user, case_of(subject)))


@rules.predicate
def contributes(user: User, subject: Case | Assessment) -> bool:
    return CaseMember.Role.CONTRIBUTOR in case_roles_of(user, case_of(subject))


@rules.predicate
def is_reviewer(user: User) -> bool:
    return REVIEWER in user.roles


@rules.predicate
def reviews_the_case(user: User, subject: Case | Assessment) -> bool:
    return CaseMember.Role.REVIEWER in case_roles_of(user, case_of(subject))


@rules.predicate
def is_returned(user: User, assessment: Assessment) -> bool:
    return assessment.review_state == Assessment.ReviewState.RETURNED


@rules.predicate
def the_case_is_open(user: User, subject: Case | Assessment) -> bool:
    return case_of(subject).confidentiality == Case.Confidentiality.OPEN


@rules.predicate
def the_case_is_sensitive(user: User, subject: Case | Assessment) -> bool:
    return case_of(subject).confidentiality == Case.Confidentiality.SENSITIVE


@rules.predicate
def is_a_draft(user: User, assessment: Assessment) -> bool:
    return assessment.is_draft


@rules.predicate
def is_submitted(user: User, assessment: Assessment) -> bool:
    return not assessment.is_draft


@rules.predicate
def wrote_it(user: User, assessment: Assessment) -> bool:
    return assessment.author_id == user.pk


@rules.predicate
def is_blind(user: User, assessment: Assessment) -> bool:
    return assessment.blind


sees_the_case = owns_the_case | is_a_member | (the_case_is_open & holds_a_role)
works_on_the_case = is_analyst & (owns_the_case | contributes)

rules.add_perm("cases.view_case", sees_the_case)
rules.add_perm("cases.add_case", is_analyst)
rules.add_perm("cases.change_case", works_on_the_case)
rules.add_perm("cases.manage_members", is_analyst & owns_the_case)
rules.add_perm("cases.close_case", is_analyst & owns_the_case)
# A new owner whom a site admin proposes is confirmed by somebody who takes part in the case.
rules.add_perm("cases.confirm_owner", is_a_member)
# Until both of two independent assessments are submitted, only its author sees each.
may_know_of_it = ~is_blind | wrote_it
# A draft is for those who work on the case; what was submitted is for everyone who sees the case.
sees_the_assessment = (works_on_the_case | (sees_the_case & is_submitted)) & may_know_of_it
rules.add_perm("cases.view_assessment", sees_the_assessment)
rules.add_perm("cases.add_assessment", works_on_the_case)
rules.add_perm("cases.change_assessment", works_on_the_case & is_a_draft & may_know_of_it)
# In a sensitive case, readers see how reliable a source is, not who it is.
works_with_sources = works_on_the_case | (is_reviewer & reviews_the_case) | owns_the_case
rules.add_perm("cases.view_sources", sees_the_case & (works_with_sources | ~the_case_is_sensitive))
# A second, independent assessment is asked for by the author of the first.
rules.add_perm("cases.pair_assessment", works_on_the_case & is_a_draft & wrote_it)
rules.add_perm("cases.unpair_assessment", works_on_the_case & is_blind & wrote_it)
# Reviewers of a case decide on what others submitted in it, and discuss it with the people who work
# on the case.
may_review = is_reviewer & reviews_the_case & is_submitted & ~wrote_it & ~is_blind
rules.add_perm("cases.review_assessment", may_review)
rules.add_perm(
    "cases.comment_assessment",
    ((is_reviewer & reviews_the_case) | works_on_the_case) & is_submitted & ~is_blind,
)
rules.add_perm("cases.assign_reviewers", works_on_the_case & is_submitted & ~is_blind)
rules.add_perm("cases.amend_assessment", works_on_the_case & is_returned & ~is_blind)
# The people who work on a case decide whether an assessment is made again with a newer edition.
rules.add_perm("cases.reassess", works_on_the_case & is_submitted & may_know_of_it)
rules.add_perm("cases.reconcile_assessment", works_on_the_case & is_submitted & may_know_of_it)
rules.add_perm("cases.view_catalogue", holds_a_role)
rules.add_perm("cases.edit_catalogue", is_catalogue_admin)
# Auditors read who did what and when. They cannot open cases for that.
rules.add_perm("cases.view_record", is_auditor)
rules.add_perm("cases.manage_people", is_site_admin)


# What nobody may do in a closed case. People can still read it and decide who may read it.
NOT_WHEN_CLOSED = frozenset(
    {
        "cases.change_case",
        "cases.add_assessment",
        "cases.change_assessment",
        "cases.pair_assessment",
        "cases.unpair_assessment",
        "cases.review_assessment",
        "cases.comment_assessment",
        "cases.assign_reviewers",
        "cases.amend_assessment",
        "cases.reassess",
        "cases.reconcile_assessment",
    }
)


def may_set_confidentiality(user: User, case: Case, chosen: str) -> bool:
    """Whether a person who works on a case may choose who sees it: only its owner may lower it."""
    return case.owner_id == user.pk or not lets_more_people_see(chosen, case.confidentiality)


def participants(case: Case, role: str) -> QuerySet[User]:
    """Everyone who has this role in a case, by membership or through a team."""
    teams = CaseTeam.objects.filter(case=case, role=role, team__members=OuterRef("pk"))
    alone = CaseMember.objects.filter(case=case, role=role).order_by().values("user")
    part = Q(pk__in=alone) | Q(Exists(teams.exclude(unconfirmed=OuterRef("pk"))))
    return User.objects.filter(part, is_active=True).order_by(in_order("sort_name"), "pk")


def members_of(case: Case) -> list[User]:
    """Everyone who has a part in a case."""
    people: list[User] = []
    for role in CaseMember.Role.values:
        people += participants(case, role)
    return people


def lets_more_people_see(level: str, before: str) -> bool:
    """Whether a level of confidentiality opens a case to more people than the one before."""
    levels = Case.Confidentiality.values
    return levels.index(level) < levels.index(before)


def analysts_of(case: Case) -> QuerySet[User]:
    """The people who may work on a case: its owner and contributors who are analysts."""
    contributors = participants(case, CaseMember.Role.CONTRIBUTOR).order_by().values("pk")
    part = Q(pk=case.owner_id) | Q(pk__in=contributors)
    return (
        User.objects.filter(part, is_active=True, groups__name=ANALYST)
        .distinct()
        .order_by(in_order("sort_name"), "pk")
    )


def has_referred(user: User, assessment: Assessment) -> bool:
    """Whether a person has referred a review to someone who has not yet decided on it.

    If that person can no longer review it, the referrer may decide again.
    """
    if assessment.review_state != Assessment.ReviewState.REFERRED:
        return False
    last = assessment.review_decisions.filter(kind="refer").last()
    if last is None or last.reviewer_id != user.pk or last.referred_to_id is None:
        return False
    return reviewers_of(assessment).filter(pk=last.referred_to_id).exists()


def reviewers_of(assessment: Assessment) -> QuerySet[User]:
    """The people who may review an assessment: reviewers of the case except its author."""
    reviewers = participants(assessment.case, CaseMember.Role.REVIEWER).order_by().values("pk")
    people = User.objects.filter(pk__in=reviewers, groups__name=REVIEWER).exclude(
        pk=assessment.author_id
    )
    return people.distinct().order_by(in_order("sort_name"), "pk")


def holds(user: User, permission: str, subject: Model | None = None) -> bool:
    """Whether a person holds a permission, for an object if one is given, whether or not its case
    is closed. Site admins may open no case.
    """
    return bool(user.is_active and rules.has_perm(permission, user, subject))


def may(user: User, permission: str, subject: Model | None = None) -> bool:
    """Whether a person holds a permission and no closed case rules it out."""
    if permission in NOT_WHEN_CLOSED and case_of(cast("Case | Assessment", subject)).is_closed:
        return False
    return holds(user, permission, subject)


def possible_reviewers(case: Case) -> QuerySet[User]:
    """The people with the role of a reviewer who have no part in a case that rules it out."""
    working = participants(case, CaseMember.Role.CONTRIBUTOR).order_by().values("pk")
    reviewing = participants(case, CaseMember.Role.REVIEWER).order_by().values("pk")
    people = User.objects.filter(is_active=True, groups__name=REVIEWER)
    people = people.exclude(pk=case.owner_id).exclude(pk__in=working).exclude(pk__in=reviewing)
    return people.order_by(in_order("sort_name"))


def get_permitted_or_404(user: User, permission: str, objects: QuerySet[M], **lookup: object) -> M:
    """The object, if the person holds the permission for it; raises Http404 otherwise."""
    instance = next(iter(objects.filter(**lookup).order_by()[:1]), None)
    if instance is None or not holds(user, permission, instance):
        raise Http404(_("There is nothing here that you can open."))
    return instance


class SecondFactorNeededError(Exception):
    """The person has the right, but the case needs a second factor that is not set up yet."""


class CaseClosedError(Exception):
    """The person has the right, but the case is closed. `case` has to be reopened first."""

    def __init__(self, case: Case) -> None:
        self.case = case
        super().__init__("closed")
