"""The record of access (signing in, failures, passwords and factors), and mail about it.

The record names people and methods. It holds no address of a machine and nothing that was typed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.signals import password_changed, password_reset, password_set, user_logged_in
from allauth.mfa.signals import authentication_failed
from django.contrib.auth.signals import user_login_failed
from django.db import transaction
from django.db.models import Q
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext as _

from cases.models import Event, User
from cases.workflows.notifications import write_mail
from cases.workflows.record import record_event

# The messages that people get about their own account.
_MESSAGES: dict[Event.Verb, Callable[[], str]] = {
    Event.Verb.PASSWORD_CHANGED: lambda: _("The password of your account was changed."),
    Event.Verb.PASSWORD_RESET: lambda: _("A new password was set for your account through a link."),
    Event.Verb.FACTOR_ADDED: lambda: _("A second factor was added to your account."),
    Event.Verb.FACTOR_REMOVED: lambda: _("A second factor was removed from your account."),
    Event.Verb.CODES_MADE: lambda: _(
        "New recovery codes were made for your account. The old ones no longer work."
    ),
    Event.Verb.TOKEN_MADE: lambda: _("An API token was created for your account."),
    Event.Verb.PERSON_CHANGED: lambda: _(
        "A site admin changed the address of your account. Messages no longer go to this "
        "address. For three days, a link to choose a password cannot be sent to the new one."
    ),
    Event.Verb.SESSIONS_ENDED: lambda: _("A site admin signed you out everywhere."),
}


def account_named(name: str) -> User | None:
    """The account that somebody means by a user name or an address."""
    if not name or len(name) > 254 or "\x00" in name:
        return None
    return User.objects.filter(Q(username__iexact=name) | Q(email__iexact=name)).first()


def mail_about_account(user: User, verb: Event.Verb, address: str = "") -> None:
    """Tell a person by mail that something changed in their account, at `address` or their own."""
    to = address or user.email
    if to:
        advice = _("If you did not expect this, tell a site admin at once.")
        write_mail(to, _("Your account was changed"), f"{_MESSAGES[verb]()}\n\n{advice}\n")


@transaction.atomic
def record_about_account(verb: Event.Verb, user: User, *, by: User | None, **data: Any) -> None:
    """Record what happened to an account, and notify its person if they should know of it."""
    record_event(verb, by=by, person=user.pk, name=str(user), **data)
    if verb in _MESSAGES:
        mail_about_account(user, verb)


@receiver(user_logged_in)
def record_sign_in(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    methods = [record["method"] for record in get_authentication_records(request, user)]
    record_about_account(Event.Verb.SIGNED_IN, user, by=user, methods=methods)


@receiver(user_login_failed)
def record_failure(credentials: dict[str, Any], **_kwargs: Any) -> None:
    """Record a wrong password. A name that belongs to no account is not kept, because it may be a
    password.
    """
    user = account_named(str(credentials.get("username") or credentials.get("email") or ""))
    if user is None:
        record_event(Event.Verb.SIGN_IN_FAILED, by=None, method="password")
    else:
        record_about_account(Event.Verb.SIGN_IN_FAILED, user, by=None, method="password")


@receiver(authentication_failed)
def record_failed_factor(user: User, **_kwargs: Any) -> None:
    record_about_account(Event.Verb.SIGN_IN_FAILED, user, by=None, method="mfa")


@receiver([password_changed, password_set])
def record_new_password(user: User, **_kwargs: Any) -> None:
    record_about_account(Event.Verb.PASSWORD_CHANGED, user, by=user)


@receiver(password_reset)
def record_reset(user: User, **_kwargs: Any) -> None:
    record_about_account(Event.Verb.PASSWORD_RESET, user, by=user)
