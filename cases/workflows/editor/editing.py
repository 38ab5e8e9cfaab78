"""Editing the next edition: a draft of it, entry by entry, and its publication by two people."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from cases.models import Draft, Edition, Event, User
from cases.queries.editor.drafts import without_note
from cases.queries.editor.entry_history import versions_so_far
from cases.rulebook.editions.builder import Document, digest_of
from cases.rulebook.editions.document_diff import differences
from cases.rulebook.editions.documents import EditionDocument
from cases.rulebook.editions.loader import parse, put_entry
from cases.rulebook.entries.issues import Issue, Location, RulebookError
from cases.rulebook.entries.kinds import entries_of
from cases.workflows.editions.publishing import check, publish
from cases.workflows.errors import EditingError, StaleError
from cases.workflows.record import record_event

INVARIANTS = "invariants"


def start_draft(*, by: User) -> Draft:
    """A draft made from the newest edition. Raises EditingError (`draft-exists`) if there is
    one already.
    """
    base = Edition.objects.order_by("-number", "-revision")[0]
    try:
        with transaction.atomic():
            draft = Draft.objects.create(
                base=base, document=base.document, versions=versions_so_far(), started_by=by
            )
            record_event(Event.Verb.DRAFT_STARTED, by=by, edition=base.number)
    except IntegrityError:
        raise EditingError("draft-exists") from None
    return draft


@transaction.atomic
def discard_draft_edition(draft: Draft, *, by: User) -> None:
    """Remove a draft edition; each change that was made in it stays in the record."""
    current = _locked_draft(draft)
    record_event(
        Event.Verb.DRAFT_DISCARDED,
        by=by,
        edition=current.base.number,
        digest=digest_of(current.document),
    )
    current.delete()


@transaction.atomic
def save_entry(
    draft: Draft, kind: str, entry: dict[str, Any], *, code: str, by: User, version: int
) -> Draft:
    """Put an entry in the place of the one with this code, or add it where `code` is empty.

    `version` is how often the entry had been saved when it was read: StaleError, with the entry as
    it is now, where someone else has saved it since. Raises RulebookError with what the loader
    finds wrong; then nothing is written.
    """
    current = _locked_draft(draft)
    _check_version(current, kind, code, version)
    before = _saved_entry(current, kind, code) if code else None
    if before is not None and entry.get("code") != code:
        message = f"the code must stay {code}, because assessments and events refer to it"
        raise RulebookError([Issue(Location("", kind, code, "code"), message)])
    if before == entry:
        return current
    document = put_entry(current.document, kind, code, entry)
    if before is None:
        document = {
            **document,
            kind: _at_its_place(
                entries_of(document, kind), entries_of(current.base.document, kind)
            ),
        }
    if kind == INVARIANTS:
        _ask_for_change(current, document, str(entry.get("code", "")), entry, by=by)
        return current
    _save_document(current, document, kind, str(entry.get("code", "")))
    verb = Event.Verb.ENTRY_ADDED if before is None else Event.Verb.ENTRY_CHANGED
    record_event(verb, by=by, kind=kind, entry=entry["code"], before=before, after=entry)
    return current


@transaction.atomic
def remove_entry(draft: Draft, kind: str, code: str, *, by: User, version: int) -> Draft:
    """Take an entry out. Raises RulebookError where others still name it, StaleError as
    `save_entry` does.
    """
    current = _locked_draft(draft)
    _check_version(current, kind, code, version)
    before = _saved_entry(current, kind, code)
    document = put_entry(current.document, kind, code, None)
    if kind == INVARIANTS:
        _ask_for_change(current, document, code, None, by=by)
        return current
    _save_document(current, document, kind, code)
    record_event(Event.Verb.ENTRY_REMOVED, by=by, kind=kind, entry=code, before=before)
    return current


def _ask_for_change(
    draft: Draft, document: Document, code: str, entry: dict[str, Any] | None, *, by: User
) -> None:
    """Ask for a change of an invariant. Invariants protect against unsafe rules, so nobody changes
    one alone.

    RulebookError where another person already asks for a change of it: theirs is settled first, and
    never replaced.
    """
    parse(document)
    waiting = draft.pending_invariants.get(code)
    if waiting is not None and waiting["by"] != by.pk:
        message = (
            f"{waiting['name']} has asked for another change to it: agree to that or leave it as "
            "it is, on the draft's page"
        )
        raise RulebookError([Issue(Location("", INVARIANTS, code), message)])
    change = {"entry": entry, "by": by.pk, "name": str(by)}
    draft.pending_invariants = draft.pending_invariants | {code: change}
    draft.proposed_by, draft.proposed_digest = None, ""
    draft.save()
    record_event(Event.Verb.INVARIANT_ASKED, by=by, kind=INVARIANTS, entry=code, after=entry)


@transaction.atomic
def confirm_invariant(draft: Draft, code: str, *, by: User, seen: str) -> None:
    """Make the change of an invariant that another admin asked for, as it was seen (the digest of
    what is asked).

    Raises EditingError: `gone` where nobody asks for it, `own-invariant` where it is one's own,
    `other-invariant` where it is not what was seen; RulebookError where it does not fit the draft
    any more.
    """
    current = _locked_draft(draft)
    change = current.pending_invariants.get(code)
    if change is None:
        raise EditingError("gone")
    if change["by"] == by.pk:
        raise EditingError("own-invariant")
    if digest_of(change["entry"]) != seen:
        raise EditingError("other-invariant")
    before = EditionDocument(current.document).entry(INVARIANTS, code)
    _remove_pending(current, code)
    replaced = code if before is not None else ""
    document = put_entry(current.document, INVARIANTS, replaced, change["entry"])
    _save_document(current, document, INVARIANTS, code)
    verb = Event.Verb.ENTRY_REMOVED if change["entry"] is None else Event.Verb.ENTRY_CHANGED
    data = {"before": before, "after": change["entry"], "asked_by": change["name"]}
    record_event(verb, by=by, kind=INVARIANTS, entry=code, **data)


def _remove_pending(draft: Draft, code: str) -> None:
    """Remove a change from the pending ones. The draft is not saved."""
    rest = {key: change for key, change in draft.pending_invariants.items() if key != code}
    draft.pending_invariants = rest


@transaction.atomic
def refuse_invariant(draft: Draft, code: str, *, by: User) -> None:
    """Drop a pending change of an invariant, as the admin who asked for it or as another one.
    EditingError (`gone`) if there is none.
    """
    current = _locked_draft(draft)
    if code not in current.pending_invariants:
        raise EditingError("gone")
    change = current.pending_invariants[code]
    _remove_pending(current, code)
    current.save()
    record_event(
        Event.Verb.INVARIANT_REFUSED, by=by, kind=INVARIANTS, entry=code, asked_by=change["name"]
    )


def as_imported(draft: Draft, document: Document) -> Document:
    """A file's document as it would be written: its invariants are asked for, so the draft keeps
    its own until then.

    Raises RulebookError where the rest of the file does not fit the draft's invariants.
    """
    kept = {**document, INVARIANTS: draft.document[INVARIANTS]}
    parse(kept)
    return kept


@transaction.atomic
def import_document(draft: Draft, document: Document, *, by: User, seen: str) -> Draft:
    """Put a whole document in the place of the draft's, as it was seen: EditingError
    (`other-digest`) where it is not.

    Raises RulebookError with every problem that the loader finds; then nothing is written.
    """
    current = _locked_draft(draft)
    if digest_of(current.document) != seen:
        raise EditingError("other-digest")
    parse(document)
    # Their order has no meaning, so a file with a different order asks for no change.
    changed_here = [
        item for item in differences(current.document, document) if item.kind == INVARIANTS
    ]
    wanted = [item for item in changed_here if item.before != item.after]
    document = as_imported(current, document)
    changed = [item for item in differences(current.document, document) if item.kind != "edition"]
    for item in changed:
        current.versions[f"{item.kind}/{item.code}"] = current.version_of(item.kind, item.code) + 1
    current.document, current.proposed_by, current.proposed_digest = document, None, ""
    current.save()
    for item in wanted:
        entry = dict(item.after) if item.after is not None else None
        _ask_for_change(
            current, put_entry(document, INVARIANTS, item.code, entry), item.code, entry, by=by
        )
    rows = [
        {"kind": item.kind, "entry": item.code, "before": item.before, "after": item.after}
        for item in changed
    ]
    record_event(Event.Verb.DRAFT_IMPORTED, by=by, digest=digest_of(document), changed=rows)
    return current


@transaction.atomic
def propose(draft: Draft, *, by: User, note: str, seen: str) -> None:
    """Propose to publish the draft as it was seen.

    Raises EditingError: `other-digest` where it has changed since, `invariants-asked` while a
    change of an invariant waits, `no-change` where it says what is published; RulebookError where
    verification finds an error.
    """
    current = _locked_draft(draft)
    if digest_of(current.document) != seen:
        raise EditingError("other-digest")
    if current.pending_invariants:
        raise EditingError("invariants-asked")
    if without_note(current.document) == without_note(current.base.document):
        raise EditingError("no-change")
    check(current.document, before=current.base.document)
    # The note belongs to the edition, so it lies under the digest that the second admin reads and
    # confirms.
    current.document["edition"] = current.document["edition"] | {"note": note}
    current.proposed_by, current.proposed_digest = by, digest_of(current.document)
    current.save(update_fields=["document", "proposed_by", "proposed_digest", "changed_at"])
    record_event(Event.Verb.EDITION_PROPOSED, by=by, digest=current.proposed_digest, note=note)


@transaction.atomic
def end_proposal(draft: Draft, *, by: User, reason: str, seen: str) -> None:
    """Withdraw a proposal or, as another admin, send it back with a reason. The draft does not
    change.

    Raises EditingError: `not-proposed`, `other-digest` where another one is proposed than was seen.
    """
    current = _locked_draft(draft)
    if current.proposed_by is None:
        raise EditingError("not-proposed")
    if current.proposed_digest != seen:
        raise EditingError("other-digest")
    proposed_by = current.proposed_by
    current.proposed_by, current.proposed_digest = None, ""
    current.save(update_fields=["proposed_by", "proposed_digest", "changed_at"])
    record_event(
        Event.Verb.PROPOSAL_ENDED, by=by, digest=seen, proposed_by=str(proposed_by), word=reason
    )


@transaction.atomic
def publish_draft(draft: Draft, *, by: User, seen: str) -> Edition:
    """Publish what another admin has proposed; the draft is gone with it.

    Raises EditingError: `not-proposed`, `own-proposal`, `other-digest` where it is not what was
    seen, `published` where another edition came in between; RulebookError where verification finds
    an error.
    """
    current = _locked_draft(draft)
    if current.proposed_by is None:
        raise EditingError("not-proposed")
    if current.proposed_by_id == by.pk:
        raise EditingError("own-proposal")
    if not current.proposed_digest == seen == digest_of(current.document):
        raise EditingError("other-digest")
    if (
        Edition.objects.order_by("-number", "-revision").values_list("pk", flat=True)[0]
        != current.base_id
    ):
        raise EditingError("published")
    edition = publish(current.document, by=by, before=current.base.document)[0]
    current.delete()
    return edition


def _at_its_place(
    entries: list[dict[str, Any]], published: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The entries, of which the last was just added. If it was published before, it goes back to
    its old position.
    """
    *others, added = entries
    codes = [entry["code"] for entry in published]
    if added.get("code") not in codes:
        return entries
    earlier = set(codes[: codes.index(added["code"])])
    index = max(
        (index for index, entry in enumerate(others, 1) if entry["code"] in earlier), default=0
    )
    return [*others[:index], added, *others[index:]]


def _locked_draft(draft: Draft) -> Draft:
    locked = Draft.objects.select_for_update(no_key=True).filter(pk=draft.pk).first()
    if locked is None:
        raise EditingError("gone")
    return locked


def _check_version(draft: Draft, kind: str, code: str, version: int) -> None:
    if draft.version_of(kind, code) != version:
        raise StaleError(EditionDocument(draft.document).entry(kind, code))


def _saved_entry(draft: Draft, kind: str, code: str) -> dict[str, Any]:
    entry = EditionDocument(draft.document).entry(kind, code)
    if entry is None:
        raise EditingError("gone")
    return dict(entry)


def _save_document(draft: Draft, document: Document, kind: str, code: str) -> None:
    """Keep a document that the loader accepts. What was proposed before is proposed no longer."""
    parse(document)
    draft.document = document
    draft.versions[f"{kind}/{code}"] = draft.version_of(kind, code) + 1
    draft.proposed_by, draft.proposed_digest = None, ""
    draft.save()
