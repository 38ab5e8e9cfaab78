"""Back up database and files into one archive."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from cases.backup.archive import back_up, digest_of_manifest
from cases.backup.manifest import BackupError
from cases.models import Event
from cases.workflows.record import record_event


class Command(BaseCommand):
    help = "Back up database and files into one archive while people work. Keys are not in it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            manifest = back_up(file, settings.BACKUP_RECIPIENT)
        except BackupError as error:
            raise CommandError(str(error), returncode=1) from None
        form = "encrypted" if settings.BACKUP_RECIPIENT else "NOT encrypted"
        self.stdout.write(f"{file}: {len(manifest.members)} members, {form}")
        try:
            record_event(Event.Verb.BACKED_UP, by=None, digest=digest_of_manifest(manifest))
        except DatabaseError as error:
            # A backup is needed most when the database takes no changes any more.
            self.stderr.write(f"The backup is complete. It could not be recorded: {error}")
