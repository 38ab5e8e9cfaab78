"""What is known about a session: how and when its person signed in, and when they last used it.

allauth keeps in each session by which methods its person proved who they are, and when.
"""

from __future__ import annotations

import time
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from cases.models import User

LAST_SEEN = "last_seen"
# How often the time of the last request is written, at most.
WRITE_EVERY = 300


def used_second_factor(records: list[dict[str, Any]]) -> bool:
    """Whether a code, a passkey or a recovery code was given in the session."""
    return any(record["method"] == "mfa" for record in records)


def is_over(request: HttpRequest, user: User) -> bool:
    """Whether a signed-in person has to sign in again.

    The session is too old, was left unused for too long, or was opened without the second factor
    that the account has by now.
    """
    records, now = get_authentication_records(request, user), time.time()
    if user.has_second_factor and not used_second_factor(records):
        return True
    if records and not _is_within(settings.SESSION_COOKIE_AGE, records[0]["at"], now):
        return True
    return not _is_within(settings.SESSION_IDLE_SECONDS, request.session.get(LAST_SEEN, now), now)


def _is_within(seconds: int, at: float, now: float) -> bool:
    """Whether something was at most so many seconds ago. What lies in the future was noted by a
    clock that was wrong, and proves nothing; a few minutes are how far clocks differ.
    """
    return -WRITE_EVERY <= now - at <= seconds


@receiver(user_logged_in)
def note_request(request: HttpRequest, **_kwargs: Any) -> None:
    """Note in the session the time of the request."""
    now = time.time()
    if not 0 <= now - request.session.get(LAST_SEEN, 0) <= WRITE_EVERY:
        request.session[LAST_SEEN] = now
