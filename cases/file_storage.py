"""Where uploaded files are kept."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.files import File
from django.core.files.storage import FileSystemStorage


class DurableStorage(FileSystemStorage):
    """Stores files durably: a saved file is on the disk, and a failed one leaves nothing behind."""

    def _save(self, name: str, content: File) -> str:
        path = Path(self.path(name))
        try:
            saved: str = super()._save(name, content)  # type: ignore[misc]  # not in the stubs
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
