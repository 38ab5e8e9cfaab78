"""Bring the tables of docs/rulebook-format.md up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cases.rulebook.editions.format_tables import with_tables

FORMAT = Path(settings.BASE_DIR) / "docs" / "rulebook-format.md"


class Command(BaseCommand):
    help = "Write the tables of fields into docs/rulebook-format.md."

    def handle(self, *args: Any, **options: Any) -> None:
        FORMAT.write_text(with_tables(FORMAT.read_text(encoding="utf-8")), encoding="utf-8")
        self.stdout.write(f"The tables of {FORMAT.name} are up to date.")
