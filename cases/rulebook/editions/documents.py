"""The document of an edition as a value: its entries by list and code, under its digest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cases.rulebook.editions.builder import Document, digest_of
from cases.rulebook.editions.loader import called
from cases.rulebook.entries.kinds import KINDS, entries_of


@dataclass(frozen=True, eq=False)
class EditionDocument:
    """A document that is never changed. Two with the same digest are equal."""

    raw: Document
    # Its digest, where that is stored with it.
    stored_digest: str = ""

    @cached_property
    def digest(self) -> str:
        return self.stored_digest or digest_of(self.raw)

    @cached_property
    def by_code(self) -> Mapping[str, Mapping[str, dict[str, Any]]]:
        """By list the entries by their codes, in the order in which they are listed."""
        return {
            kind: {entry["code"]: entry for entry in entries_of(self.raw, kind)} for kind in KINDS
        }

    def entry(self, kind: str, code: str) -> dict[str, Any] | None:
        """The entry with this code; None where the list has none, or is not known."""
        return self.by_code.get(kind, {}).get(code)

    def title_of(self, kind: str, code: str) -> str:
        """What people call an entry; nothing where it is missing."""
        entry = self.entry(kind, code)
        return called(self.raw, kind, entry) if entry is not None else ""

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EditionDocument) and self.digest == other.digest
