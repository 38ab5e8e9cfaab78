"""The application, and what must hold in its database after every migration."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from cases import append_only


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = _("Cases")

    def ready(self) -> None:
        post_migrate.connect(_hold_the_record, sender=self)


def _hold_the_record(using: str, **_kwargs: Any) -> None:
    """A migration that rebuilds a table drops its triggers, so they are looked to after each."""
    connection = connections[using]
    if append_only.TABLE in connection.introspection.table_names():
        append_only.install(connection)
