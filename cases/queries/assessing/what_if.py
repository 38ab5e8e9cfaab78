"""Trying out other answers: what the advice would be, with nothing written anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cases.models import Assessment
from cases.queries.assessing.assessment_comparison import ChangedStatus, Comparison, compare
from cases.queries.editions.rulebooks import rulebook_of
from cases.rulebook.entries.questions import Questionnaire, Value
from cases.rulebook.reasoning.advice import advise, as_document
from cases.rulebook_phrases import phrases

STANDS = ("recommended", "conditional")
Json = Mapping[str, Any]
# What is tried for a question: a value, or None for unknown.
Tried = Mapping[str, Value | None]


@dataclass(frozen=True)
class WhatIf:
    comparison: Comparison
    flags_before: tuple[str, ...]
    flags_after: tuple[str, ...]

    @property
    def added(self) -> list[ChangedStatus]:
        """Measures that would be recommended, outright or on a condition, and are not now."""
        return [
            row
            for row in self.comparison.statuses
            if row.after in STANDS and row.before not in STANDS
        ]

    @property
    def removed(self) -> list[ChangedStatus]:
        return [
            row
            for row in self.comparison.statuses
            if row.before in STANDS and row.after not in STANDS
        ]

    @property
    def changed(self) -> list[ChangedStatus]:
        """All other measures whose status would differ."""
        return [
            row
            for row in self.comparison.statuses
            if (row.before in STANDS) == (row.after in STANDS)
        ]


def base_answers(questionnaire: Questionnaire, answers: Json) -> dict[str, Value | None]:
    """The answers of a content, as the rules module takes them."""
    return {
        code: questionnaire[code].read(answer["value"]) if answer["state"] == "known" else None
        for code, answer in answers.items()
        if answer["state"] != "open" and code in questionnaire.by_code
    }


def what_if(assessment: Assessment, content: Json, tried: Tried) -> WhatIf:
    """What would be other if some answers were. `content` is what stands; `tried` holds only what
    differs from it.
    """
    rulebook = rulebook_of(assessment.edition_id)
    questionnaire = rulebook.questionnaire
    answers = {**base_answers(questionnaire, content["answers"]), **tried}
    advice = advise(
        rulebook, answers, countries=content["countries"], as_of=assessment.as_of, phrases=phrases()
    )
    rows = {
        code: {
            "state": "unknown" if value is None else "known",
            "value": questionnaire[code].dump(value),
        }
        for code, value in answers.items()
    }
    after = {"answers": rows, "advice": as_document(advice)}
    titles = {flag.code: flag.title for flag in rulebook.flags}
    return WhatIf(
        compare(rulebook, content, after),
        tuple(titles[code] for code in content["advice"]["flags"] if code not in advice.flags),
        tuple(titles[code] for code in advice.flags if code not in content["advice"]["flags"]),
    )
