"""The draft edition as its pages show it: what differs from the published one, and what
verification finds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from cases.models import Draft, Event, User
from cases.permissions import may
from cases.rulebook.editions.builder import Document, build
from cases.rulebook.editions.document_diff import EntryChange, differences, weight_of
from cases.rulebook.editions.documents import EditionDocument
from cases.rulebook.editions.safety_regressions import undone
from cases.rulebook.entries.issues import Issue
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.verification import VerificationReport, verify
from cases.rulebook.wording.sentences import Phrases
from cases.rulebook_phrases import phrases

LEVELS = ("error", "warning", "info")


@dataclass(frozen=True)
class DraftEdition:
    """A draft as a value: its document, the published one that it was made from, and what follows
    from both.
    """

    document: EditionDocument
    base: EditionDocument

    @property
    def digest(self) -> str:
        return self.document.digest

    @property
    def rulebook(self) -> Rulebook:
        return rulebook_in(self.document)

    @property
    def changed(self) -> tuple[EntryChange, ...]:
        """The entries that differ from the published edition."""
        return _changes(self.base, self.document)

    @property
    def report(self) -> VerificationReport:
        """What is wrong with it, proved over every possible set of answers."""
        return _cached_report(self.base, self.document, phrases())

    @property
    def is_editorial(self) -> bool:
        """Whether it changes words alone, so that it becomes a revision of the edition and no new
        one.
        """
        return weight_of(self.changed) == "editorial"

    def issues_on(self, kind: str, code: str) -> tuple[Issue, ...]:
        """What verification found about one entry."""
        return tuple(
            item
            for item in self.report.issues
            if (item.location.kind, item.location.entry) == (kind, code)
        )

    def findings(self) -> list[tuple[str, str, str, list[Issue]]]:
        """What verification found, entry by entry, the gravest first: list, code, what it is
        called, issues. A missing entry has no name.
        """
        by_entry: dict[tuple[str, str], list[Issue]] = {}
        for issue in sorted(self.report.issues, key=lambda item: LEVELS.index(item.level)):
            by_entry.setdefault((issue.location.kind, issue.location.entry), []).append(issue)
        return [
            (kind, code, self.document.title_of(kind, code), issues)
            for (kind, code), issues in by_entry.items()
        ]

    def with_document(self, document: Document) -> DraftEdition:
        """The draft with another document, which the loader accepts."""
        return DraftEdition(EditionDocument(document), self.base)


def draft_edition(draft: Draft) -> DraftEdition:
    """The value of a draft as it is stored."""
    base = EditionDocument(draft.base.document, draft.base.digest)
    return DraftEdition(EditionDocument(draft.document), base)


@lru_cache(maxsize=4)
def rulebook_in(document: EditionDocument) -> Rulebook:
    """The rulebook of a document that the loader accepts, kept by its digest."""
    return build(document.raw)


@lru_cache(maxsize=4)
def _changes(before: EditionDocument, after: EditionDocument) -> tuple[EntryChange, ...]:
    return differences(before.raw, after.raw)


@lru_cache(maxsize=4)
def _cached_report(
    before: EditionDocument, after: EditionDocument, words: Phrases
) -> VerificationReport:
    """What verification finds, kept for each language that it is read in."""
    report = verify(rulebook_in(after), words)
    return VerificationReport((*undone(before.raw, after.raw), *report.issues), report.proved)


def without_note(document: Document) -> Document:
    """A document without its edition's note, on which no status and no impact depends."""
    return {
        **document,
        "edition": {name: value for name, value in document["edition"].items() if name != "note"},
    }


def sent_back(draft: Draft) -> Event | None:
    """The event that withdrew or sent back the draft's last proposal, if none was made since."""
    verbs = (Event.Verb.EDITION_PROPOSED, Event.Verb.PROPOSAL_ENDED)
    events = Event.objects.filter(case=None, verb__in=verbs, at__gte=draft.started_at)
    last = events.select_related("actor").order_by("pk").last()
    return last if last and last.verb == Event.Verb.PROPOSAL_ENDED else None


def current_draft() -> Draft | None:
    """The draft edition with the edition it was made from, who started and who proposed it."""
    return Draft.objects.select_related("base", "started_by", "proposed_by").first()


@dataclass(frozen=True)
class WaitingDraft:
    """What a catalogue admin has to decide on: whether someone else has proposed the draft, and how
    many changes to invariants by others are waiting.
    """

    draft: Draft
    proposed: bool
    invariants: int


def waiting_for(user: User) -> WaitingDraft | None:
    """What a catalogue admin has to decide; None if there is nothing or the person is not one."""
    if not may(user, "cases.edit_catalogue"):
        return None
    draft = Draft.objects.select_related("proposed_by").defer("document").first()
    if draft is None:
        return None
    proposed = draft.proposed_by_id not in (None, user.pk)
    changes = draft.pending_invariants.values()
    invariants = sum(change["by"] != user.pk for change in changes)
    return WaitingDraft(draft, proposed, invariants) if proposed or invariants else None
