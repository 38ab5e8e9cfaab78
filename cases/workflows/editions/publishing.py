"""Publishing editions: the only code that writes them."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from cases.models import Assessment, Edition, Event, ReassessmentProposal, User
from cases.rulebook.editions.builder import Document
from cases.rulebook.editions.document_diff import differences, weight_of
from cases.rulebook.editions.loader import parse
from cases.rulebook.editions.safety_regressions import undone
from cases.rulebook.editions.yaml_files import Origins
from cases.rulebook.entries.issues import Issue, RulebookError
from cases.rulebook.entries.kinds import entries_of
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.verification import verify
from cases.workflows.record import record_event


def check(
    document: Document, origins: Origins | None = None, *, before: Document | None = None
) -> Rulebook:
    """The rulebook of a document, if it may be published after the document `before`.

    Raises RulebookError with every problem found, including those of verification.
    """
    rulebook = parse(document, origins)
    errors = [*verify(rulebook).errors]
    if before is not None:
        errors += [issue for issue in undone(before, document) if issue.level == "error"]
    if errors:
        raise RulebookError(
            issue_in_files(issue, document, origins or Origins()) for issue in errors
        )
    return rulebook


def publish(
    document: Document,
    *,
    by: User | None = None,
    origins: Origins | None = None,
    before: Document | None = None,
) -> tuple[Edition, bool]:
    """Publish a document as the next edition, or as a revision of the newest if only words differ.

    Returns the edition and whether it is new: a document with the digest of a published one is that
    edition. Raises RulebookError as `check` does, and then stores nothing.
    """
    rulebook = check(document, origins, before=before)
    with transaction.atomic():
        same = Edition.objects.filter(digest=rulebook.digest).first()
        if same is not None:
            return same, False
        last = Edition.objects.order_by("-number", "-revision").first()
        number, revision = place_after(last, document)
        edition = Edition.objects.create(
            number=number,
            revision=revision,
            title=rulebook.title,
            note=document["edition"].get("note", ""),
            document=document,
            digest=rulebook.digest,
            published_at=timezone.now(),
            published_by=by,
        )
        data: dict[str, Any] = {
            "edition": edition.number,
            "revision": edition.revision,
            "digest": edition.digest,
        }
        record_event(Event.Verb.EDITION_PUBLISHED, by=by, **data)
        if last is not None and edition.revision:
            # The same rules in better words: drafts and proposals move to them. Submitted
            # assessments keep theirs.
            Assessment.objects.filter(edition=last, status=Assessment.Status.DRAFT).update(
                edition=edition
            )
            ReassessmentProposal.objects.filter(edition=last).update(edition=edition)
    return edition, True


def place_after(last: Edition | None, document: Document) -> tuple[int, int]:
    """The number and revision that a document gets. An editorial fix of the newest edition keeps
    its number.
    """
    if last is None:
        return 1, 0
    if weight_of(differences(last.document, document)) == "editorial":
        return last.number, last.revision + 1
    return last.number + 1, 0


def issue_in_files(issue: Issue, document: Document, origins: Origins) -> Issue:
    """A finding of verification, with its place in the files that the document came from."""
    entries = entries_of(document, issue.location.kind)
    index = next(
        index for index, entry in enumerate(entries) if entry["code"] == issue.location.entry
    )
    return Issue(
        origins.location(issue.location.kind, index, entries[index], ""),
        f"{issue.code}: {issue.message}",
    )
