"""The list of an archive's contents, sealed with the key that is kept outside of the database."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from cases.keys import fingerprint, keyed_digest
from cases.rulebook.editions.builder import canonical

MANIFEST = "manifest.json"


class BackupError(Exception):
    """A backup cannot be made, or an archive cannot be restored; the message says why."""


@dataclass(frozen=True)
class Manifest:
    """`members` are the SHA-256 digests of all other files of the archive, by their names."""

    made_at: str
    database: str
    migrations: list[list[str]]
    keys: dict[str, str]
    members: dict[str, str] = field(default_factory=dict)

    def seal(self) -> str:
        return keyed_digest(canonical(["backup", asdict(self)]))

    def to_json(self) -> str:
        return json.dumps({"seal": self.seal(), "manifest": asdict(self)}, indent=1)


def read_manifest(text: str | bytes) -> Manifest:
    """The manifest of an archive. Raises BackupError if it was made with another key or altered."""
    try:
        read = json.loads(text)
        manifest = Manifest(**read["manifest"])
        seal = str(read["seal"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BackupError("the archive has no manifest that can be read") from None
    if manifest.keys != key_fingerprints():
        raise BackupError(
            "the archive was made with another DATA_KEY or SECRET_KEY: set the keys of the"
            f" installation that was backed up (fingerprints {manifest.keys})"
        )
    if not hmac.compare_digest(seal.encode(), manifest.seal().encode()):
        raise BackupError("the manifest has been altered")
    return manifest


def key_fingerprints() -> dict[str, str]:
    return {name: fingerprint(getattr(settings, name)) for name in ("DATA_KEY", "SECRET_KEY")}


def applied_migrations() -> list[list[str]]:
    """The migrations of the database, as [app, name]."""
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted([app, name] for app, name in applied)


def is_of_this_version(manifest: Manifest) -> bool:
    """Whether an archive has exactly the migrations of the code that runs."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    replaced = {key for migration in loader.disk_migrations.values() for key in migration.replaces}
    applied = {(app, name) for app, name in manifest.migrations}
    return applied - replaced == set(loader.disk_migrations)


def file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
