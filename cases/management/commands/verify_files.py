"""Check stored files against the database."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.queries.files import file_faults, known_files


class Command(BaseCommand):
    help = (
        "Compare every stored file with its digest. Exits with 1 if one is missing, altered or "
        "without a row in the database."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        for fault in file_faults():
            count += 1
            self.stdout.write(str(fault))
        if count:
            raise CommandError(f"files and database differ: {count} found", returncode=1)
        number = sum(1 for _file in known_files())
        self.stdout.write(f"{number} files: all match the database")
