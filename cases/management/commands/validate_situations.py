"""What the rulebook says about the situations of the record."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cases.queries.editions.validation import validation_table, with_table
from cases.rulebook.editions.loader import load_folder
from cases.rulebook.entries.issues import RulebookError


class Command(BaseCommand):
    help = (
        "Print what the rulebook of a folder says about the situations in fixtures/demo, beside "
        "what was done."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--rulebook",
            type=Path,
            metavar="DIR",
            default=settings.BASE_DIR / "fixtures" / "rulebook",
        )
        parser.add_argument(
            "--write", type=Path, metavar="FILE", help="put it in its place in a document instead"
        )

    def handle(self, *args: Any, rulebook: Path, write: Path | None, **options: Any) -> None:
        try:
            table = validation_table(load_folder(rulebook)[1])
        except RulebookError as error:
            raise CommandError(str(error), returncode=2) from error
        if write is None:
            self.stdout.write(table, ending="")
            return
        try:
            write.write_text(with_table(write.read_text(encoding="utf-8"), table), encoding="utf-8")
        except (OSError, ValueError) as error:
            raise CommandError(
                f"{write}: no document with a place for the table is here", returncode=2
            ) from error
        self.stdout.write(f"Written to {write}.")
