"""The application, and what must hold in its database after every migration."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from cases import append_only, text_index


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = _("Cases")

    def ready(self) -> None:
        post_migrate.connect(_install_triggers, sender=self)
        # Imported for their receivers, which note the use of sessions, record signing in, and end
        # sessions when a password or a factor changes.
        from cases import checks, sessions  # noqa: F401 - for their receivers
        from cases.workflows.people import access, account_record  # noqa: F401 - likewise


def _install_triggers(using: str, **_kwargs: Any) -> None:
    """Install the triggers again: SQLite drops them with a table that is rebuilt."""
    append_only.install(connections[using])
    text_index.install(connections[using])
    if settings.DATABASE_PRODUCT_ROLE and connections[using].vendor == "postgresql":
        append_only.grant(connections[using], settings.DATABASE_PRODUCT_ROLE)
