"""Ending a person's access everywhere at once: sessions, links to choose a password, and tokens."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import password_changed, password_reset, password_set
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.db.models import F
from django.db.models.signals import ModelSignal, post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest

from cases.models import Event, User
from cases.workflows.people.account_record import record_about_account
from cases.workflows.people.tokens import revoke_token


@transaction.atomic
def end_access(user: User, *, by: User | None) -> None:
    """End every session of a person, refuse links that were sent to them, and revoke their token.

    This does not change what the person may do after signing in again.
    """
    User.objects.filter(pk=user.pk).update(access_version=F("access_version") + 1)
    user.refresh_from_db(fields=["access_version"])
    revoke_token(user, by=by)


def _end_other_sessions(request: HttpRequest, user: User) -> None:
    """End every session of a person but the one that this request belongs to."""
    end_access(user, by=user)
    if request.user.is_authenticated:
        update_session_auth_hash(request, user)
        UserSession.objects.create_from_request(request)


@receiver([password_changed, password_set, password_reset])
def end_after_new_password(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    _end_other_sessions(request, user)


@receiver([post_save, post_delete], sender=Authenticator)
def end_after_change_of_factors(
    instance: Authenticator, signal: ModelSignal, created: bool = False, **_kwargs: Any
) -> None:
    """An earlier session must not gain the access that a factor gives, nor keep it when the factor
    is removed.

    The session that adds a factor has just shown that its person holds it.
    """
    removed = signal is post_delete
    request, user = context.request, instance.user
    by = request.user if request and isinstance(request.user, User) else None
    if instance.type == Authenticator.Type.RECOVERY_CODES:
        if created:
            record_about_account(Event.Verb.CODES_MADE, user, by=by)
        return
    if not (created or removed):
        return
    verb = Event.Verb.FACTOR_REMOVED if removed else Event.Verb.FACTOR_ADDED
    record_about_account(verb, user, by=by, kind=instance.type)
    if request is None or request.user != user:
        end_access(user, by=None)
        return
    _end_other_sessions(request, request.user)
    if created:
        record_authentication(request, user, "mfa", id=instance.pk, type=instance.type)
