"""Write an edition out as YAML."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.models import Edition
from cases.rulebook.editions.yaml_files import write_yaml


class Command(BaseCommand):
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
        editions = Edition.objects.order_by("-number", "-revision")
        found = (editions.filter(number=edition) if edition is not None else editions).first()
        if found is None:
            raise CommandError(
                "there is no such edition; `manage.py load_rulebook` publishes one", returncode=2
            )
        text = write_yaml(found.document)
        if folder is None:
            self.stdout.write(text, ending="")
            return
        if folder.is_dir() and any(folder.glob("*.yaml")):
            raise CommandError(
                f"{folder} holds YAML files already: name an empty folder", returncode=2
            )
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "rulebook.yaml").write_text(text, encoding="utf-8")
        self.stdout.write(f"{found} is written to {folder / 'rulebook.yaml'}.")
