"""The advice on a situation that a file describes, as JSON."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from cases.queries.editions.rulebooks import (
    NoEditionError,
    current_edition,
    edition_with_number,
    rulebook_of,
    shipped_folders,
)
from cases.rulebook.editions.loader import load_folder
from cases.rulebook.entries.issues import RulebookError
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.advice_document import dump
from cases.rulebook.reasoning.adviser import advise
from cases.rulebook.reasoning.consent import consents_to_seek
from cases.situation_files import SituationError, read_situations


class Command(BaseCommand):
    help = (
        "Read {country, as_of, answers} from a .json file (or one object a line from a .jsonl "
        "file, '-' for standard input) and print the advice of the newest edition as JSON. Exits "
        "with 2 and prints nothing if the input is wrong."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE")
        parser.add_argument(
            "--rulebook",
            type=Path,
            metavar="DIR",
            help="use the YAML files in a folder instead",
        )
        parser.add_argument(
            "--edition", type=int, metavar="NUMBER", help="use an older edition instead"
        )

    def handle(
        self, *args: Any, file: str, rulebook: Path | None, edition: int | None, **options: Any
    ) -> None:
        named, book = self._rulebook(rulebook, edition)
        try:
            text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file}: cannot be read: {error}", returncode=2) from error
        lines = file.endswith(".jsonl")
        try:
            situations = read_situations(
                text, book.questionnaire, lines=lines, retired=book.retired
            )
        except SituationError as error:
            messages = [f"{file}: {line}" for line in str(error).splitlines()]
            if error.names_retired:
                messages.append(
                    "--edition NUMBER advises by the older edition that has these codes."
                )
            raise CommandError("\n".join(messages), returncode=2) from error
        indent = None if lines else 2
        for item in situations:
            advice = advise(book, item.answers, countries=item.countries, as_of=item.as_of)
            asked_first = [
                {"question": consent.question, "opens": [row.measure.code for row in consent.opens]}
                for consent in consents_to_seek(advice)
            ]
            document = dump(advice) | {"edition": named, "consent_to_seek": asked_first}
            self.stdout.write(json.dumps(document, ensure_ascii=False, indent=indent))

    def _rulebook(self, folder: Path | None, number: int | None) -> tuple[dict[str, Any], Rulebook]:
        """The rulebook to advise by, and how the output names it."""
        if folder is not None:
            try:
                _, book = load_folder(folder)
            except RulebookError as error:
                raise CommandError(str(error), returncode=2) from error
            return {"number": None, "digest": book.digest}, book
        try:
            edition = current_edition() if number is None else edition_with_number(number)
        except (NoEditionError, DatabaseError):
            shipped = shipped_folders()
            if number is not None and not 1 <= number <= len(shipped):
                raise CommandError(f"There is no edition {number}.", returncode=2) from None
            folder = shipped[(number or len(shipped)) - 1]
            missing = "No edition is" if number is None else f"Edition {number} is not"
            self.stderr.write(
                f"{missing} published here: advising by {folder.relative_to(settings.BASE_DIR)}."
            )
            return self._rulebook(folder, None)
        return {"number": edition.number, "digest": edition.digest}, rulebook_of(edition.pk)
