"""Migrate the database, only once if several processes start at the same time."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate

from cases.one_at_a_time import one_at_a_time


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with one_at_a_time("migrate"):
            super().handle(*args, **options)
