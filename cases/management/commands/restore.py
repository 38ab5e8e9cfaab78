"""Restore database and files from an archive."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.backup.archive import restore
from cases.backup.manifest import BackupError


class Command(BaseCommand):
    help = (
        "Fill an empty installation from an archive of `backup` and verify record and files. "
        "Refuses an archive that was altered or does not fit."
    )
    # The database may have no tables yet.
    requires_system_checks: tuple[str, ...] = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--identity", type=Path, help="the file that holds the secret key")

    def handle(self, *args: Any, file: Path, identity: Path | None, **options: Any) -> None:
        try:
            manifest = restore(file, _key_in(identity) if identity else "")
        except BackupError as error:
            raise CommandError(str(error), returncode=1) from None
        self.stdout.write(
            f"restored as of {manifest.made_at}: record and files are intact. Nobody is signed in; "
            "tokens, and links that were sent, no longer work."
        )


def _key_in(identity: Path) -> str:
    """The secret key of age in a file. Raises BackupError if it holds none."""
    try:
        lines = identity.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BackupError(f"the key cannot be read: {error}") from None
    for line in lines:
        if line.startswith("AGE-SECRET-KEY-"):
            return line.strip()
    raise BackupError(f"{identity} holds no secret key of age (AGE-SECRET-KEY-…)")
