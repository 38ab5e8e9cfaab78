"""The draft edition as its pages show it: what differs from the published one, and what verification finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cases import labels
from cases.models import Assessment, Draft, User
from cases.permissions import assessments_visible_to
from cases.phrases import phrases
from cases.queries.portfolio import Preview, preview
from cases.rulebook.document import Document, build, digest_of
from cases.rulebook.rules import Rulebook
from cases.rulebook.schema import KINDS
from cases.rulebook.verify import Remark, Verdict, verify
from cases.rulebook.words import say_condition

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Changed:
    """One entry that differs from the published edition: None where it is not there before, or after."""

    kind: str
    code: str
    before: Entry | None
    after: Entry | None

    @property
    def act(self) -> labels.Label:
        return labels.CHANGE["added" if self.before is None else "removed" if self.after is None else "changed"]

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that differ, of an entry that is in both."""
        if self.before is None or self.after is None:
            return ()
        names = dict.fromkeys([*self.before, *self.after])
        return tuple(name for name in names if self.before.get(name) != self.after.get(name))


@dataclass(frozen=True)
class State:
    """A draft with what follows from it."""

    digest: str
    changed: tuple[Changed, ...]
    verdict: Verdict

    def remarks_on(self, kind: str, code: str) -> tuple[Remark, ...]:
        return tuple(item for item in self.verdict.remarks if (item.place.kind, item.place.entry) == (kind, code))


def state_of(draft: Draft) -> State:
    """What a draft changes and what is wrong with it, proved over every possible set of answers."""
    digest = digest_of(draft.document)
    return State(
        digest, tuple(changed_entries(draft.base.document, draft.document)), _verdict(_Held(draft.document, digest))
    )


def changed_entries(before: Entry, after: Entry) -> list[Changed]:
    """The entries in which two documents differ, in the order of their lists."""
    found = []
    for kind in KINDS:
        old = {entry["code"]: entry for entry in before[kind]}
        new = {entry["code"]: entry for entry in after[kind]}
        for code in dict.fromkeys([*old, *new]):
            if old.get(code) != new.get(code):
                found.append(Changed(kind, code, old.get(code), new.get(code)))
    return found


class _Held:
    """A document under its digest, so that what is proved of it is kept."""

    def __init__(self, document: Entry, digest: str) -> None:
        self.document, self.digest = document, digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and self.digest == other.digest


@lru_cache(maxsize=4)
def _rulebook(held: _Held) -> Rulebook:
    return build(dict(held.document))


@lru_cache(maxsize=4)
def _verdict(held: _Held) -> Verdict:
    return verify(_rulebook(held), phrases())


def verdict_on(document: Document) -> Verdict:
    """What verification finds in a document that the loader accepts."""
    return _verdict(_Held(document, digest_of(document)))


def rulebook_of_draft(draft: Draft) -> Rulebook:
    return _rulebook(_Held(draft.document, digest_of(draft.document)))


def impact_of(draft: Draft, published: Rulebook, user: User) -> Preview:
    """What the draft would change over all submitted assessments that a person may see."""
    seen = assessments_visible_to(user).filter(status=Assessment.Status.SUBMITTED)
    return preview(published, rulebook_of_draft(draft), seen)


def sentence_of(draft: Draft, kind: str, code: str) -> str:
    """The condition of a rule, a gate or a flag of the draft as a sentence; empty for other kinds."""
    rulebook = rulebook_of_draft(draft)
    conditions = {
        "rules": {rule.code: rule.when for rule in rulebook.rules},
        "gates": {gate.code: gate.holds for gate in rulebook.gates},
        "flags": {flag.code: flag.when for flag in rulebook.flags},
    }.get(kind, {})
    return say_condition(conditions[code], rulebook.questionnaire, phrases()) if code in conditions else ""
