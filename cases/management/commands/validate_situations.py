"""What the rulebook says about the situations of the record."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cases.demo import first_rulebook
from cases.queries.editions.figures import figures
from cases.queries.editions.validation import (
    differences_table,
    plans_table,
    validation_table,
    with_table,
)
from cases.rulebook.editions.loader import load_folder
from cases.rulebook.entries.issues import RulebookError
from cases.rulebook.entries.rulebook import Rulebook


class Command(BaseCommand):
    help = (
        "Print what the rulebook of a folder says about the situations in fixtures/demo, beside "
        "what was done, and what its advice is worth in figures, beside the first edition."
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
            "--write",
            type=Path,
            metavar="FILE",
            help="write them to their places in a document instead",
        )

    def handle(self, *args: Any, rulebook: Path, write: Path | None, **options: Any) -> None:
        try:
            read = load_folder(rulebook)[1]
        except RulebookError as error:
            raise CommandError(str(error), returncode=2) from error
        tables = {
            "table": validation_table(read),
            "plans": plans_table(read),
            "figures": figures(_beside_the_first(read)),
            "differences": differences_table(read),
        }
        if write is None:
            self.stdout.write("\n".join(tables.values()), ending="")
            return
        try:
            document = write.read_text(encoding="utf-8")
            for name, table in tables.items():
                document = with_table(document, name, table)
            write.write_text(document, encoding="utf-8")
        except (OSError, ValueError) as error:
            raise CommandError(
                f"{write}: no document with places for the tables is here",
                returncode=2,
            ) from error
        self.stdout.write(f"Written to {write}.")


def _beside_the_first(rulebook: Rulebook) -> dict[str, Rulebook]:
    first = first_rulebook()
    if rulebook.digest == first.digest:
        return {"first edition": first}
    return {"first edition": first, "this edition": rulebook}
