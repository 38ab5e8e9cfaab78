"""Write an edition out as YAML."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from cases.models import Edition
from cases.queries.editions.rulebooks import shipped_folders
from cases.rulebook.editions.builder import Document
from cases.rulebook.editions.yaml_files import read_folder, write_yaml


class Command(BaseCommand):
    requires_system_checks: list[str] = []
    help = (
        "Write an edition as YAML: to standard output, or to one file in DIR, from where it can be "
        "loaded again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", nargs="?")
        parser.add_argument(
            "--edition", type=int, metavar="N", help="the edition's number; the newest if left out"
        )

    def handle(self, *args: Any, folder: Path | None, edition: int | None, **options: Any) -> None:
        name, document = self._edition(edition)
        text = write_yaml(document)
        if folder is None:
            self.stdout.write(text, ending="")
            return
        if folder.is_dir() and any(folder.glob("*.yaml")):
            raise CommandError(
                f"{folder} holds YAML files already: name an empty folder", returncode=2
            )
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "rulebook.yaml").write_text(text, encoding="utf-8")
        except OSError as error:
            message = f"{folder} cannot be written: {error.strerror}"
            raise CommandError(message, returncode=2) from error
        self.stdout.write(f"{name} is written to {folder / 'rulebook.yaml'}.")

    def _edition(self, number: int | None) -> tuple[str, Document]:
        """An edition by its name, and its document.

        If none is published here, as before the first `make run`, it is the one that comes with the
        product.
        """
        try:
            editions = Edition.objects.order_by("-number", "-revision")
            edition = (editions.filter(number=number) if number is not None else editions).first()
            none_published = edition is None and not editions.exists()
        except DatabaseError:
            edition, none_published = None, True
        if edition is not None:
            return str(edition), edition.document
        shipped = shipped_folders()
        if not none_published or (number is not None and not 1 <= number <= len(shipped)):
            raise CommandError(
                "there is no such edition; `manage.py load_rulebook` publishes one", returncode=2
            )
        number = number or len(shipped)
        self.stderr.write(
            f"Edition {number} is not published here: exporting the one shipped with the product."
        )
        return f"Edition {number}", read_folder(shipped[number - 1])[0]
