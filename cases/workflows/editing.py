"""Editing the next edition: a draft of it, entry by entry, and its publication by two people."""

from __future__ import annotations

import copy
from typing import Any

from django.db import IntegrityError, transaction

from cases.models import Draft, Edition, Event, User
from cases.queries.editing import changed_entries
from cases.rulebook.document import Document, digest_of, parse
from cases.rulebook.problems import Place, Problem, RulebookError
from cases.workflows.events import record
from cases.workflows.filing import StaleError
from cases.workflows.publishing import publish


class EditingError(Exception):
    """What was asked for does not fit how the draft stands. The code says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def start_draft(*, by: User) -> Draft:
    """A draft made from the newest edition. Raises EditingError (`draft-exists`) where one is worked on already."""
    base = Edition.objects.order_by("-number")[0]
    try:
        with transaction.atomic():
            draft = Draft.objects.create(base=base, document=base.document, started_by=by)
            record(Event.Verb.DRAFT_STARTED, by=by, edition=base.number)
    except IntegrityError:
        raise EditingError("draft-exists") from None
    return draft


@transaction.atomic
def discard_draft_edition(draft: Draft, *, by: User) -> None:
    """Remove a draft edition; each change that was made in it stays in the record."""
    current = _lock(draft)
    record(Event.Verb.DRAFT_DISCARDED, by=by, edition=current.base.number, digest=digest_of(current.document))
    current.delete()


@transaction.atomic
def save_entry(draft: Draft, kind: str, entry: dict[str, Any], *, code: str, by: User, version: int) -> Draft:
    """Put an entry in the place of the one with this code, or add it where `code` is empty.

    `version` is how often the entry had been saved when it was read: StaleError, with the entry as it is now, where
    someone else has saved it since. Raises RulebookError with what the loader finds wrong; then nothing is written.
    """
    current = _lock(draft)
    _check_version(current, kind, code, version)
    entries: list[dict[str, Any]] = current.document[kind]
    place = _place(entries, code) if code else None
    before = entries[place] if place is not None else None
    if before is not None and entry.get("code") != code:
        message = f"the code of an entry stays '{code}': assessments and events hold it"
        raise RulebookError([Problem(Place("", kind, code, "code"), message)])
    if before == entry:
        return current
    document = copy.deepcopy(current.document)
    if place is None:
        document[kind].append(entry)
    else:
        document[kind][place] = entry
    _write(current, document, kind, str(entry.get("code", "")))
    verb = Event.Verb.ENTRY_ADDED if before is None else Event.Verb.ENTRY_CHANGED
    record(verb, by=by, kind=kind, entry=entry["code"], before=before, after=entry)
    return current


@transaction.atomic
def remove_entry(draft: Draft, kind: str, code: str, *, by: User, version: int) -> Draft:
    """Take an entry out. Raises RulebookError where others still name it, StaleError as `save_entry` does."""
    current = _lock(draft)
    _check_version(current, kind, code, version)
    document = copy.deepcopy(current.document)
    before = document[kind].pop(_place(document[kind], code))
    _write(current, document, kind, code)
    record(Event.Verb.ENTRY_REMOVED, by=by, kind=kind, entry=code, before=before)
    return current


@transaction.atomic
def import_document(draft: Draft, document: Document, *, by: User, seen: str) -> Draft:
    """Put a whole document in the place of the draft's, as it was seen: EditingError (`other-digest`) where it is not.

    Raises RulebookError with every problem that the loader finds; then nothing is written.
    """
    current = _lock(draft)
    if digest_of(current.document) != seen:
        raise EditingError("other-digest")
    parse(document)
    changed = changed_entries(current.document, document)
    for item in changed:
        current.versions[f"{item.kind}/{item.code}"] = current.version_of(item.kind, item.code) + 1
    current.document, current.proposed_by, current.proposed_digest = document, None, ""
    current.save()
    rows = [{"kind": item.kind, "entry": item.code, "before": item.before, "after": item.after} for item in changed]
    record(Event.Verb.DRAFT_IMPORTED, by=by, digest=digest_of(document), changed=rows)
    return current


@transaction.atomic
def propose(draft: Draft, *, by: User, note: str, seen: str) -> None:
    """Propose to publish the draft as it was seen. Raises EditingError: `other-digest` where it has changed since."""
    current = _lock(draft)
    if digest_of(current.document) != seen:
        raise EditingError("other-digest")
    if seen == current.base.digest:
        raise EditingError("no-change")
    # The note belongs to the edition, so it lies under the digest that the second admin reads and confirms.
    current.document["edition"] = current.document["edition"] | {"note": note}
    current.proposed_by, current.proposed_digest = by, digest_of(current.document)
    current.save(update_fields=["document", "proposed_by", "proposed_digest", "changed_at"])
    record(Event.Verb.EDITION_PROPOSED, by=by, digest=current.proposed_digest, note=note)


@transaction.atomic
def publish_draft(draft: Draft, *, by: User, seen: str) -> Edition:
    """Publish what another admin has proposed; the draft is gone with it.

    Raises EditingError: `not-proposed`, `own-proposal`, `other-digest` where it is not what was seen, `published`
    where another edition came in between; RulebookError where verification finds an error.
    """
    current = _lock(draft)
    if current.proposed_by is None:
        raise EditingError("not-proposed")
    if current.proposed_by_id == by.pk:
        raise EditingError("own-proposal")
    if not current.proposed_digest == seen == digest_of(current.document):
        raise EditingError("other-digest")
    if Edition.objects.order_by("-number").values_list("pk", flat=True)[0] != current.base_id:
        raise EditingError("published")
    edition, _is_new = publish(current.document, by=by)
    current.delete()
    return edition


def _lock(draft: Draft) -> Draft:
    found = Draft.objects.select_for_update().filter(pk=draft.pk).first()
    if found is None:
        raise EditingError("gone")
    return found


def _check_version(draft: Draft, kind: str, code: str, version: int) -> None:
    if draft.version_of(kind, code) != version:
        raise StaleError(next((entry for entry in draft.document[kind] if entry["code"] == code), None))


def _place(entries: list[dict[str, Any]], code: str) -> int:
    found = [place for place, entry in enumerate(entries) if entry["code"] == code]
    if not found:
        raise EditingError("gone")
    return found[0]


def _write(draft: Draft, document: Document, kind: str, code: str) -> None:
    """Keep a document that the loader accepts; whatever was proposed before is proposed no longer."""
    parse(document)
    draft.document = document
    draft.versions[f"{kind}/{code}"] = draft.version_of(kind, code) + 1
    draft.proposed_by, draft.proposed_digest = None, ""
    draft.save()
