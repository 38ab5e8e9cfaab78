"""Stored files compared with their rows: what is missing, altered or without a row."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cases.models import Attachment, StepDocument
from cases.models.file import attachments_storage


@dataclass(frozen=True)
class KnownFile:
    """A stored file as the database describes it."""

    name: str
    digest: str


@dataclass(frozen=True)
class FileFault:
    kind: Literal["missing", "altered", "without a row"]
    name: str

    def __str__(self) -> str:
        return f"{self.kind}: file {self.name}"


def known_files() -> Iterator[KnownFile]:
    """All files of which the database has a row."""
    for model in (Attachment, StepDocument):
        for name, digest in model.objects.order_by("pk").values_list("file", "digest"):
            yield KnownFile(name, digest)


def file_faults() -> Iterator[FileFault]:
    """Every file that is missing, has other content than its row says, or has no row."""
    root = Path(attachments_storage().path(""))
    known = set()
    for file in known_files():
        known.add(file.name)
        path = root / file.name
        if not path.is_file():
            yield FileFault("missing", file.name)
        elif _digest(path) != file.digest:
            yield FileFault("altered", file.name)
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and name not in known:
            yield FileFault("without a row", name)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
