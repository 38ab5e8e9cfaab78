"""Links to choose a password."""

from __future__ import annotations

from django.contrib.auth.tokens import PasswordResetTokenGenerator

from cases.models import User


class ResetTokenGenerator(PasswordResetTokenGenerator):
    """Tokens that become invalid when the person's access, address or password changes."""

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}:{user.access_version}"
