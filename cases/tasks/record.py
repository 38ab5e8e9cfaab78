"""Exporting the heads of the record's chains to a place that the database cannot write to."""

from __future__ import annotations

import os
from pathlib import Path

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
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    except FileExistsError:
        return str(path)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(json_line(row) for row in exported_heads())
        file.flush()
        os.fsync(file.fileno())
    return str(path)
