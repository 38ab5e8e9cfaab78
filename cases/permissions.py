"""Who may do what: predicates that compose and read as sentences, and the one way in which views obtain objects.

Roles are groups; membership is a person's part in one case. A person without a right to a case is told that there is
no such case, so that its existence is not given away.
"""

from __future__ import annotations

from typing import TypeVar

import rules
from django.db.models import Model, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from cases.models import Assessment, Case, CaseMember, User

ANALYST = "analyst"
REVIEWER = "reviewer"
CATALOGUE_ADMIN = "catalogue_admin"
AUDITOR = "auditor"
ROLES = (ANALYST, REVIEWER, CATALOGUE_ADMIN, AUDITOR)

M = TypeVar("M", bound=Model)


def roles_of(user: User) -> frozenset[str]:
    """The roles that a person holds, asked of the database once in a request."""
    found: frozenset[str] | None = getattr(user, "_roles", None)
    if found is None:
        found = frozenset(user.groups.values_list("name", flat=True)) if user.is_active else frozenset()
        user._roles = found  # type: ignore[attr-defined]
    return found


def case_of(subject: Case | Assessment) -> Case:
    return subject.case if isinstance(subject, Assessment) else subject


def membership_of(user: User, case: Case) -> str | None:
    """A person's part in a case besides owning it, asked of the database once in a request."""
    known: dict[tuple[int, object], str | None] = user.__dict__.setdefault("_memberships", {})
    key = (user.pk, case.pk)
    if key not in known:
        parts = CaseMember.objects.filter(user_id=user.pk, case_id=case.pk).order_by().values_list("role", flat=True)
        known[key] = next(iter(parts), None)
    return known[key]


@rules.predicate
def is_analyst(user: User) -> bool:
    return ANALYST in roles_of(user)


@rules.predicate
def is_catalogue_admin(user: User) -> bool:
    return CATALOGUE_ADMIN in roles_of(user)


@rules.predicate
def is_auditor(user: User) -> bool:
    return AUDITOR in roles_of(user)


@rules.predicate
def holds_a_role(user: User) -> bool:
    return bool(roles_of(user))


@rules.predicate
def owns_the_case(user: User, subject: Case | Assessment) -> bool:
    return case_of(subject).owner_id == user.pk


@rules.predicate
def is_a_member(user: User, subject: Case | Assessment) -> bool:
    return membership_of(user, case_of(subject)) is not None


@rules.predicate
def contributes(user: User, subject: Case | Assessment) -> bool:
    return membership_of(user, case_of(subject)) == CaseMember.Role.CONTRIBUTOR


@rules.predicate
def is_reviewer(user: User) -> bool:
    return REVIEWER in roles_of(user)


@rules.predicate
def reviews_the_case(user: User, subject: Case | Assessment) -> bool:
    return membership_of(user, case_of(subject)) == CaseMember.Role.REVIEWER


@rules.predicate
def is_returned(user: User, assessment: Assessment) -> bool:
    return assessment.review == Assessment.ReviewState.RETURNED


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
# Until both of two independent assessments are in, each is its author's alone.
may_know_of_it = ~is_blind | wrote_it
# A draft is for those who work on the case; what was submitted is for everyone who sees the case.
sees_the_assessment = (works_on_the_case | (sees_the_case & is_submitted)) & may_know_of_it
rules.add_perm("cases.view_assessment", sees_the_assessment)
rules.add_perm("cases.add_assessment", works_on_the_case)
rules.add_perm("cases.change_assessment", works_on_the_case & is_a_draft & may_know_of_it)
# Of a sensitive case, those who only read learn how reliable a source is, and not who it is.
works_with_sources = works_on_the_case | (is_reviewer & reviews_the_case) | owns_the_case
rules.add_perm("cases.view_sources", sees_the_case & (works_with_sources | ~the_case_is_sensitive))
# A second, independent assessment is asked for by the author of the first.
rules.add_perm("cases.pair_assessment", works_on_the_case & is_a_draft & wrote_it)
rules.add_perm("cases.unpair_assessment", works_on_the_case & is_blind & wrote_it)
# Who reviews a case decides on what others submitted in it; the conversation is with those who work on it.
may_review = is_reviewer & reviews_the_case & is_submitted & ~wrote_it & ~is_blind
rules.add_perm("cases.review_assessment", may_review)
rules.add_perm(
    "cases.comment_assessment", ((is_reviewer & reviews_the_case) | works_on_the_case) & is_submitted & ~is_blind
)
rules.add_perm("cases.amend_assessment", works_on_the_case & is_returned & ~is_blind)
rules.add_perm("cases.reconcile_assessment", works_on_the_case & is_submitted & may_know_of_it)
rules.add_perm("cases.view_catalogue", holds_a_role)
# An auditor reads who did what, when; that opens no case.
rules.add_perm("cases.view_record", is_auditor)


def cases_visible_to(user: User) -> QuerySet[Case]:
    """The cases that a person may see: the same rule as `cases.view_case`, for lists."""
    seen = Q(owner=user) | Q(pk__in=CaseMember.objects.filter(user=user).values("case"))
    if roles_of(user):
        seen |= Q(confidentiality=Case.Confidentiality.OPEN)
    return Case.objects.filter(seen)


def assessments_visible_to(user: User) -> QuerySet[Assessment]:
    """The assessments that a person may see: the same rule as `cases.view_assessment`, for lists."""
    seen = Q(status=Assessment.Status.SUBMITTED, case__in=cases_visible_to(user))
    if ANALYST in roles_of(user):
        contributed = CaseMember.objects.filter(user=user, role=CaseMember.Role.CONTRIBUTOR).values("case")
        seen |= Q(case__owner=user) | Q(case__in=contributed)
    return Assessment.objects.filter(seen).filter(Q(blind=False) | Q(author=user))


def analysts_of(case: Case) -> QuerySet[User]:
    """Those who may work on a case: its owner and its contributors, as far as they are analysts."""
    part = Q(pk=case.owner_id) | Q(memberships__case=case, memberships__role=CaseMember.Role.CONTRIBUTOR)
    return User.objects.filter(part, is_active=True, groups__name=ANALYST).distinct().order_by("last_name", "pk")


def may(user: User, permission: str, subject: Model | None = None) -> bool:
    """Whether a person may do something, to one object or at all. Being a site admin opens no case."""
    return bool(user.is_active and rules.has_perm(permission, user, subject))


def obtain(user: User, permission: str, objects: QuerySet[M], **lookup: object) -> M:
    """The object that a view works on, if the person may do this with it; otherwise there is none (404)."""
    found = next(iter(objects.filter(**lookup).order_by()[:1]), None)
    if found is None or not may(user, permission, found):
        raise Http404(_("There is nothing here that you can open."))
    return found
