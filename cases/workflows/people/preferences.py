"""A person's own preferences: nobody else is concerned, so the record does not hold them."""

from __future__ import annotations

from cases.models import User


def save_preferences(user: User, *, time_zone: str, uses_shortcuts: bool) -> None:
    user.time_zone, user.uses_shortcuts = time_zone, uses_shortcuts
    user.save(update_fields=["time_zone", "uses_shortcuts"])
