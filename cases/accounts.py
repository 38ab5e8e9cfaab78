"""Signing in. A site admin makes accounts; nobody can sign up."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import Aggregate, Exists, OuterRef, TextField
from django.http import HttpRequest

from cases.models import User
from cases.models.user import second_factors


class ClosedAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class _Joined(Aggregate):
    """Values joined by line breaks, which no group's name contains."""

    function = "GROUP_CONCAT"
    template = "%(function)s(%(expressions)s, '\n')"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="STRING_AGG", **context)


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Loads the person of a session with roles and second factor, in one statement.

    Every page needs both.
    """

    def get_user(self, user_id: int) -> User | None:
        people = User.objects.annotate(
            held=_Joined("groups__name"),
            second_factor=Exists(second_factors().filter(user=OuterRef("pk"))),
        )
        found = people.filter(pk=user_id, is_active=True).first()
        if found is not None:
            found.__dict__["roles"] = frozenset((found.held or "").split("\n")) - {""}
            found.__dict__["has_second_factor"] = found.second_factor
        return found
