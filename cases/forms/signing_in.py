"""Forms of people who are not signed in."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.forms import ResetPasswordForm
from django.http import HttpRequest

# More than it takes to write a message with a link.
SECONDS = 0.5


class LinkForm(ResetPasswordForm):
    """Asks for a link to choose a password. No message is written to an address that belongs to
    nobody, but the answer takes as long.
    """

    def save(self, request: HttpRequest, **given: Any) -> str:
        answered_at = time.monotonic() + SECONDS
        email: str = super().save(request, **given)
        time.sleep(max(0.0, answered_at - time.monotonic()))
        return email
