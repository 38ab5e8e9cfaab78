"""Exporting the heads of the record's chains to a place that the database cannot write to."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from cases.queries.exported_record import exported_heads, json_line


@shared_task
def export_heads() -> str:
    """Write today's heads to a file of their own; returns its path. A file is never overwritten.
    Whoever rewrites the record later cannot rewrite these files.
    """
    folder = Path(settings.HEADS_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"heads-{timezone.now():%Y-%m-%dT%H%M%S}.jsonl"
    # Written whole under another name first: a full disk leaves no half file behind.
    with NamedTemporaryFile("w", dir=folder) as file:
        file.writelines(json_line(row) for row in exported_heads())
        file.flush()
        os.fchmod(file.fileno(), 0o400)
        os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(file.name, path)
    return str(path)
