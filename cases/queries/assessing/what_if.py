"""Trying out other answers: what the advice would be, with nothing written anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from cases.models import Answer, Assessment
from cases.queries.assessing.assessment_comparison import ChangedStatus, Comparison, compare
from cases.queries.assessing.content import AssessmentContent, RecordedAnswer
from cases.queries.editions.rulebooks import rulebook_of
from cases.rulebook.entries.questions import Value
from cases.rulebook.reasoning.adviser import advise
from cases.rulebook_phrases import phrases

ADVISED = ("recommended", "conditional")
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
            if row.after in ADVISED and row.before not in ADVISED
        ]

    @property
    def removed(self) -> list[ChangedStatus]:
        return [
            row
            for row in self.comparison.statuses
            if row.before in ADVISED and row.after not in ADVISED
        ]

    @property
    def changed(self) -> list[ChangedStatus]:
        """All other measures whose status would differ."""
        return [
            row
            for row in self.comparison.statuses
            if (row.before in ADVISED) == (row.after in ADVISED)
        ]


def what_if(assessment: Assessment, content: AssessmentContent, tried: Tried) -> WhatIf:
    """What would differ if some answers did. `tried` holds only what differs from the content."""
    rulebook = rulebook_of(assessment.edition_id)
    values = {**content.values, **tried}
    advice = advise(
        rulebook,
        values,
        countries=content.countries,
        as_of=content.as_of,
        phrases=phrases(),
    )
    answers = {
        code: RecordedAnswer(Answer.State.UNKNOWN if value is None else Answer.State.KNOWN, value)
        for code, value in values.items()
    }
    flags_before, flags_after = content.advice.flags, advice.flags
    titles = {flag.code: flag.title for flag in rulebook.flags}
    return WhatIf(
        compare([rulebook], content, replace(content, answers=answers, advice=advice)),
        tuple(titles[code] for code in flags_before if code not in flags_after),
        tuple(titles[code] for code in flags_after if code not in flags_before),
    )
