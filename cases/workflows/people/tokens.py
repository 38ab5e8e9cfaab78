"""A person's API token: one at a time, made after signing in again, and revoked at any time."""

from __future__ import annotations

from django.db import transaction
from knox.models import AuthToken

from cases.models import Event, User
from cases.workflows.people.account_record import record_about_account
from cases.workflows.record import record_event


@transaction.atomic
def make_token(*, by: User) -> str:
    """Replace a person's token and return the new one. Only its digest is stored."""
    AuthToken.objects.filter(user=by).delete()
    _kept, token = AuthToken.objects.create(by)
    record_about_account(Event.Verb.TOKEN_MADE, by, by=by)
    return str(token)


@transaction.atomic
def revoke_token(user: User, *, by: User | None) -> bool:
    """Revoke a person's token; returns whether there was one."""
    revoked, _rows = AuthToken.objects.filter(user=user).delete()
    if revoked:
        record_event(Event.Verb.TOKEN_REVOKED, by=by, person=user.pk)
    return bool(revoked)
