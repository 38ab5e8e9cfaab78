"""An edition in which consent is asked by kind of help, laid out as one table."""

from __future__ import annotations

import copy

from cases.rulebook.editions.builder import Document

KINDS = {
    "capacity": "Capacity building",
    "experts": "Human-rights experts",
    "mediation": "Mediation and political missions",
    "police": "Police and disarmament",
    "peacekeeping": "Peacekeeping operations",
    "logistics_intelligence": "Logistics and intelligence",
    "humanitarian": "Humanitarian assistance",
}


def with_consent_table(document: Document) -> Document:
    """A document with a question on consent for each kind of help, after the one on consent."""
    changed = copy.deepcopy(document)
    questions = changed["questions"]
    codes = [question["code"] for question in questions]
    if "consent_to_capacity" in codes:
        return changed
    first = codes.index("consent")
    rows = [
        questions[first]
        | {
            "code": f"consent_to_{kind}",
            "title": title,
            "text": f"Does the host State consent to help by way of {title.lower()}?",
        }
        for kind, title in KINDS.items()
    ]
    questions[first + 1 : first + 1] = copy.deepcopy(rows)
    section = next(row for row in changed["sections"] if row["code"] == "consent")
    section["tables"] = [
        {
            "code": "consent",
            "title": "Consent by kind of help",
            "hint": "One row for each kind of help. A State may welcome one and refuse another.",
            "questions": [row["code"] for row in rows],
        }
    ]
    return changed
