"""Sessions in which a person used a second factor."""

from __future__ import annotations

import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase


def prove_by_factor(session: SessionBase, user: str) -> None:
    """Note in a session that the person with this key used a second factor just now."""
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "at": time.time()}]
    session["account_authentication_methods_user"] = user
