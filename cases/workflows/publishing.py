"""Publishing editions: the only writer of the rulebook."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction
from django.utils import timezone

from cases.models import Edition, Event, User
from cases.rulebook.document import Document, Origins, parse, read_folder
from cases.workflows.events import record


def publish(document: Document, *, by: User | None = None, origins: Origins | None = None) -> tuple[Edition, bool]:
    """Publish a document as the next edition, and say whether it is new.

    A document that is published already (the same digest) is that edition. Raises RulebookError with every problem
    found, and then stores nothing.
    """
    rulebook = parse(document, origins)
    with transaction.atomic():
        same = Edition.objects.filter(digest=rulebook.digest).first()
        if same is not None:
            return same, False
        last = Edition.objects.order_by("-number").values_list("number", flat=True).first() or 0
        edition = Edition.objects.create(
            number=last + 1,
            title=rulebook.title,
            note=document["edition"].get("note", ""),
            document=document,
            digest=rulebook.digest,
            published_at=timezone.now(),
            published_by=by,
        )
        record(Event.Verb.EDITION_PUBLISHED, by=by, edition=edition.number, digest=edition.digest)
    return edition, True


def publish_folder(folder: Path, *, by: User | None = None) -> tuple[Edition, bool]:
    """Publish what the YAML files of a folder say. Raises RulebookError as `publish` does."""
    document, origins = read_folder(folder)
    return publish(document, by=by, origins=origins)
