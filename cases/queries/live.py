"""The advice beside the questions: what the last answers changed, and which question would move most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cases.models import Assessment
from cases.queries.answering import Questioning
from cases.rulebook.advice import advise
from cases.rulebook.catalogue import Measure
from cases.rulebook.questions import Question


@dataclass(frozen=True)
class Turn:
    """A measure whose status the last answers changed."""

    measure: Measure
    before: str
    after: str


@dataclass(frozen=True)
class Live:
    counts: Mapping[str, int]
    turns: tuple[Turn, ...]
    best: Question | None
    moves: int
    flags: tuple[str, ...]


def live(assessment: Assessment, state: Questioning, before: Questioning | None = None) -> Live:
    """The advice on a draft as it stands, and what it was `before` the last answers, where there were any."""
    rulebook = state.rulebook
    now = advise(rulebook, state.facts.answers, as_of=assessment.as_of)
    turns: tuple[Turn, ...] = ()
    if before is not None:
        earlier = advise(rulebook, before.facts.answers, as_of=assessment.as_of)
        turns = tuple(
            Turn(row.measure, earlier.measures[code].status, row.status)
            for code, row in now.measures.items()
            if earlier.measures[code].status != row.status
        )
    counts = dict.fromkeys(("recommended", "conditional", "blocked", "open", "not_indicated"), 0)
    for row in now.measures.values():
        counts[row.status] += 1
    # What was asked and is not known has been tried already; the best question is one that was not.
    gap = next((gap for gap in now.gaps if not gap.asked and state.is_shown(gap.question)), None)
    titles = {flag.code: flag.title for flag in rulebook.flags}
    return Live(
        counts,
        turns,
        rulebook.questionnaire[gap.question] if gap else None,
        gap.moves if gap else 0,
        tuple(titles[code] for code in now.flags),
    )
