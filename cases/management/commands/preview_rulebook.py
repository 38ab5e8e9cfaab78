"""What another rulebook would change, over all submitted assessments."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases import labels
from cases.queries.editions import NoEditionError, current_rulebook
from cases.queries.portfolio import preview
from cases.rulebook.document import load_folder
from cases.rulebook.problems import RulebookError


class Command(BaseCommand):
    help = "Say how many submitted assessments' statuses would change if the rulebook in DIR were the newest edition."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            _, new = load_folder(folder)
            found = preview(current_rulebook(), new)
        except RulebookError as error:
            raise CommandError(str(error), returncode=2) from error
        except NoEditionError as error:
            raise CommandError("no edition is published yet, so there is nothing to compare with") from error
        for shift in found.shifts:
            self.stdout.write(f"{shift.measure.title} ({shift.measure.code})")
            for before, after, number in shift.changes:
                was, becomes = labels.STATUS[before], labels.STATUS[after]
                self.stdout.write(f"  {number:>7} {was} -> {becomes}")
        self.stdout.write(f"{found.affected} of {found.assessments} submitted assessments would read differently.")
