"""Publishing editions: the only writer of the rulebook."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction
from django.utils import timezone

from cases.models import Edition, Event, User
from cases.rulebook.document import Document, Origins, parse, read_folder
from cases.rulebook.problems import Problem, RulebookError
from cases.rulebook.verify import Remark, verify
from cases.workflows.events import record


def publish(document: Document, *, by: User | None = None, origins: Origins | None = None) -> tuple[Edition, bool]:
    """Publish a document as the next edition, and say whether it is new.

    A document that is published already (the same digest) is that edition. Raises RulebookError with every problem
    found, also by verification over all possible answers, and then stores nothing.
    """
    rulebook = parse(document, origins)
    errors = verify(rulebook).errors
    if errors:
        raise RulebookError(problem_of(remark, document, origins or Origins()) for remark in errors)
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


def problem_of(remark: Remark, document: Document, origins: Origins) -> Problem:
    """A finding of the verification as a problem at its place in the files that the document came from."""
    entries = document[remark.place.kind]
    index = next(index for index, entry in enumerate(entries) if entry["code"] == remark.place.entry)
    return Problem(origins.place(remark.place.kind, index, entries[index], ""), f"{remark.code}: {remark.message}")


def publish_folder(folder: Path, *, by: User | None = None) -> tuple[Edition, bool]:
    """Publish what the YAML files of a folder say. Raises RulebookError as `publish` does."""
    document, origins = read_folder(folder)
    return publish(document, by=by, origins=origins)
