"""Signing in. A site admin makes accounts; nobody can sign up."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.db.models import Aggregate, Exists, OuterRef, TextField
from django.http import HttpRequest

from cases.after_commit import queue_after_commit
from cases.models import OutgoingMail, User
from cases.models.user import second_factors
from cases.tasks.mail import send_outgoing_mail


class ClosedAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write a message for the worker to send, which no request waits for."""
        about = {"email": email, "site": settings.SITE_URL, **context}
        message = self.render_mail(template_prefix, email, about)
        OutgoingMail.objects.create(to=email, subject=message.subject, body=message.body)
        queue_after_commit(send_outgoing_mail)

    def get_reset_password_from_key_url(self, key: str) -> str:
        path = urlsplit(super().get_reset_password_from_key_url(key)).path
        return f"{settings.SITE_URL.rstrip('/')}{path}"


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
        user = people.filter(pk=user_id, is_active=True).first()
        if user is not None:
            user.__dict__["roles"] = frozenset((user.held or "").split("\n")) - {""}
            user.__dict__["has_second_factor"] = user.second_factor
        return user
