"""What the rulebook says about the situations of the record."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cases.queries.validation import validation_text
from cases.rulebook.document import load_folder
from cases.rulebook.problems import RulebookError


class Command(BaseCommand):
    help = "Print what the rulebook of a folder says about the situations in fixtures/demo, beside what was done."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rulebook", type=Path, metavar="DIR", default=settings.BASE_DIR / "fixtures" / "rulebook")
        parser.add_argument("--write", type=Path, metavar="FILE", help="write it to a file instead")

    def handle(self, *args: Any, rulebook: Path, write: Path | None, **options: Any) -> None:
        try:
            text = validation_text(load_folder(rulebook)[1])
        except RulebookError as error:
            raise CommandError(str(error), returncode=2) from error
        if write is None:
            self.stdout.write(text, ending="")
        else:
            write.write_text(text, encoding="utf-8")
            self.stdout.write(f"Written to {write}.")
