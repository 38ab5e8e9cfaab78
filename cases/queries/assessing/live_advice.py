"""The advice beside the questions: what the last answers changed, and which question can change
most.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cases.queries.assessing.answering import QuestionnaireState
from cases.rulebook.entries.catalogue import Measure
from cases.rulebook.entries.questions import Question
from cases.rulebook.reasoning.advice import STATUSES
from cases.rulebook.reasoning.live_status import standing


@dataclass(frozen=True)
class ChangedMeasure:
    """A measure whose status the last answers changed."""

    measure: Measure
    before: str
    after: str


@dataclass(frozen=True)
class LiveAdvice:
    counts: Mapping[str, int]
    turns: tuple[ChangedMeasure, ...]
    best: Question | None
    moves: int
    flags: tuple[str, ...]

    @property
    def more_turns(self) -> int:
        """The turns that the panel does not name."""
        return max(0, len(self.turns) - 5)


def live_advice(state: QuestionnaireState, before: QuestionnaireState | None = None) -> LiveAdvice:
    """The current advice on a draft, and what the last answers changed in it. `before` is the state
    before them.
    """
    rulebook = state.rulebook
    now = standing(rulebook, state.values)
    turns: tuple[ChangedMeasure, ...] = ()
    if before is not None:
        earlier = standing(rulebook, before.values)
        turns = tuple(
            ChangedMeasure(rulebook.measures[code], earlier.measures[code].status, row.status)
            for code, row in now.measures.items()
            if earlier.measures[code].status != row.status
        )
    counts: dict[str, int] = dict.fromkeys(STATUSES, 0)
    for row in now.measures.values():
        counts[row.status] += 1
    # What was asked and is not known has been tried already; the best question is one that was not.
    moves = now.moves()
    left = [code for code in moves if code not in state.values and state.is_shown(code)]
    position = rulebook.questionnaire.position
    best = min(left, key=lambda code: (-moves[code], position[code]), default=None)
    titles = {flag.code: flag.title for flag in rulebook.flags}
    return LiveAdvice(
        counts,
        turns,
        rulebook.questionnaire[best] if best else None,
        moves[best] if best else 0,
        tuple(titles[code] for code in now.flags),
    )
