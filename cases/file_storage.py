"""Where uploaded files are kept."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.files import File
from django.core.files.storage import FileSystemStorage


class DurableStorage(FileSystemStorage):
    """Files that are on the disk once they are saved, and not there at all if that fails."""

    def _save(self, name: str, content: File) -> str:  # type: ignore[type-arg]
        path = Path(self.path(name))
        try:
            saved: str = super()._save(name, content)  # type: ignore[misc]
            _sync(path)
            _sync(path.parent)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return saved


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
