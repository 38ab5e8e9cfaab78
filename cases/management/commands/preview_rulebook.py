"""What another rulebook would change, over the latest submitted assessment of every case."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases import labels
from cases.models import Assessment
from cases.queries.editions.rulebooks import NoEditionError, current_rulebook
from cases.queries.editor.impact import impact
from cases.rulebook.editions.loader import load_folder
from cases.rulebook.entries.issues import RulebookError


class Command(BaseCommand):
    help = (
        "Count the cases whose latest assessment would get different advice if the rulebook in DIR "
        "were the newest."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            _, new = load_folder(folder)
            old = current_rulebook()
        except RulebookError as error:
            raise CommandError(str(error), returncode=2) from error
        except NoEditionError as error:
            raise CommandError(
                "no edition is published yet, so there is nothing to compare with"
            ) from error
        result = impact(Assessment.objects.latest_of_each_case(), old, new)
        for (code, before, after), number in sorted(result.moves.items()):
            title = (new.measures.get(code) or old.measures[code]).title
            self.stdout.write(
                f"{number:>7} {labels.STATUS[before]} -> {labels.STATUS[after]}  {title} ({code})"
            )
        self.stdout.write(
            f"{result.affected} of {result.assessments} latest assessments would get "
            "different advice."
        )
        if old.problems and new.problems:
            self.stdout.write(
                f"The plan would begin with other measures in {result.plans}, and a measure would "
                f"have another lead in {result.leads}."
            )
