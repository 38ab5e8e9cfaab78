"""Evidence on measures."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cases.rulebook.editions.builder import Document
from cases.rulebook.editions.loader import parse
from cases.rulebook.entries.catalogue import Evidence
from cases.rulebook.entries.issues import RulebookError
from cases.rulebook.entries.rulebook import Rulebook
from tests.rulebook.worlds import with_entry

EVIDENCE = {
    "strength": "limited",
    "direct": False,
    "says": "It helped.",
    "contextual": ["Where parties wanted it."],
    "design": ["Early."],
    "sources": ["AAG"],
    "reviewed_on": "2025-03-01",
}


@pytest.mark.parametrize(
    ("reviewed", "on", "overdue"),
    [
        ("2025-03-01", "2026-03-01", False),
        ("2025-03-01", "2026-03-02", True),
        ("2024-02-29", "2025-02-28", False),
        ("2024-02-29", "2025-03-01", True),
    ],
)
def test_evidence_waits_for_review_after_a_year(reviewed: str, on: str, overdue: bool) -> None:
    evidence = Evidence("strong", True, "x", (), (), (), date.fromisoformat(reviewed))
    assert evidence.is_overdue(date.fromisoformat(on)) is overdue


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"sources": ["nowhere"]}, "evidence.sources: there is no 'nowhere' among the sources"),
        ({"sources": []}, "evidence.sources"),
        ({"reviewed_on": "2025-02-30"}, "evidence.reviewed_on: not a valid date"),
        ({"strength": "certain"}, "evidence.strength"),
        ({"says": " "}, "evidence.says"),
    ],
)
def test_evidence_that_does_not_hold_together_is_refused_at_its_place(
    first_document: tuple[Document, Rulebook], change: dict[str, Any], says: str
) -> None:
    changed = with_entry(first_document[0], "measures", "cap.ssr", evidence=EVIDENCE | change)
    with pytest.raises(RulebookError, match=f"measures cap.ssr: {says}"):
        parse(changed)
