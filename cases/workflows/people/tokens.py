"""A person's token for programs: one at a time, made with a fresh proof of who they are, and
revoked at any time.
"""

from __future__ import annotations

from django.db import transaction
from knox.models import AuthToken

from cases.models import Event, User
from cases.workflows.record import record_event


@transaction.atomic
def make_token(*, by: User) -> str:
    """A new token in the place of the one before. It is told this once: only its digest is kept."""
    AuthToken.objects.filter(user=by).delete()
    _kept, token = AuthToken.objects.create(by)
    record_event(Event.Verb.TOKEN_MADE, by=by)
    return str(token)


@transaction.atomic
def revoke_token(*, by: User) -> bool:
    """Take a person's token back; says whether there was one."""
    revoked, _rows = AuthToken.objects.filter(user=by).delete()
    if revoked:
        record_event(Event.Verb.TOKEN_REVOKED, by=by)
    return bool(revoked)
