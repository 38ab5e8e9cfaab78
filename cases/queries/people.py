"""Accounts with their roles, and teams with their members."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from knox.models import AuthToken

from cases.models import Case, Team, User
from cases.models.user import second_factors
from cases.text_folding import in_order


def listed_people() -> QuerySet[User]:
    """Every account with its groups, and whether it has a second factor."""
    return (
        User.objects.annotate(second_factor=Exists(second_factors().filter(user=OuterRef("pk"))))
        .prefetch_related("groups")
        .order_by("-is_active", in_order("sort_name"))
    )


def without_second_factor(case: Case) -> QuerySet[User]:
    """The people who take part in a case and could not open it if it is sensitive."""
    part = Q(pk=case.owner_id) | Q(memberships__case=case) | Q(teams__cases__case=case)
    people = User.objects.filter(part, is_active=True).distinct()
    return people.filter(~Exists(second_factors().filter(user=OuterRef("pk")))).order_by(
        in_order("sort_name"), "pk"
    )


def listed_teams() -> QuerySet[Team]:
    return Team.objects.prefetch_related("members").order_by(in_order("sort_name"), "pk")


def api_token_of(user: User) -> AuthToken | None:
    """The token with which a person's programs sign in, if there is one."""
    return AuthToken.objects.filter(user=user).first()
