"""People who sign in."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A person. What a person may do follows from groups (roles) and from membership of cases."""

    def __str__(self) -> str:
        return self.get_full_name() or self.username
