"""Accounts with their roles, and teams with their members."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from knox.models import AuthToken

from cases.models import Case, Event, Team, User
from cases.models.user import second_factors
from cases.permissions import members_of
from cases.text_folding import InOrder, in_order

NO_LINKS = timedelta(days=3)


def listed_people() -> QuerySet[User]:
    """Every account with its groups, and whether it has a second factor."""
    return (
        User.objects.annotate(second_factor=Exists(second_factors().filter(user=OuterRef("pk"))))
        .annotate(in_order=InOrder("sort_name"))
        .prefetch_related("groups")
        .order_by("-is_active", "in_order", "pk")
    )


def without_second_factor(case: Case) -> QuerySet[User]:
    """The people who take part in a case and could not open it if it is sensitive."""
    members = [person.pk for person in members_of(case)]
    people = User.objects.filter(pk__in=[case.owner_id, *members], is_active=True)
    return people.filter(~Exists(second_factors().filter(user=OuterRef("pk")))).order_by(
        in_order("sort_name"), "pk"
    )


def listed_teams() -> QuerySet[Team]:
    return Team.objects.prefetch_related("members").order_by(in_order("sort_name"), "pk")


def no_links_until(user: User) -> datetime | None:
    """Until when no link to choose a password is sent to a person; None if one may be sent.

    For three days after a site admin has changed the address of an account in use, so that nobody
    can take the account over before its person can object from the old address.
    """
    if not user.has_usable_password():
        return None
    changed = Event.objects.filter(
        access=True,
        verb=Event.Verb.PERSON_CHANGED,
        at__gt=timezone.now() - NO_LINKS,
        data__person=user.pk,
        data__changed__has_key="email",
    )
    last = changed.order_by("pk").last()
    return last.at + NO_LINKS if last else None


def api_token_of(user: User) -> AuthToken | None:
    """The token with which a person's programs sign in, if there is one."""
    return AuthToken.objects.filter(user=user).first()
