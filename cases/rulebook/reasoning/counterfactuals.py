"""What would change a status: the fewest changed answers that lead to another one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from cases.rulebook.entries.questions import Answers, Question, Value
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.diagrams import BudgetExceededError, Diagrams
from cases.rulebook.reasoning.live_status import whole_diagrams
from cases.rulebook.reasoning.statuses import OUTCOMES
from cases.rulebook.wording.sentences import ENGLISH, Phrases, say_value

# How many sets of missing answers are tried. Beyond this, the answers found may not be the fewest.
_TRIES = 400


@dataclass(frozen=True, slots=True)
class Change:
    """One answer as it would have to be, beside what it is (None: not known)."""

    question: Question
    now: Value | None
    then: Value

    def say(self, phrases: Phrases = ENGLISH) -> tuple[str, str]:
        """What it is and what it would be, in words."""
        return say_value(self.question, self.now, phrases), say_value(
            self.question, self.then, phrases
        )


def fewest_changes(
    rulebook: Rulebook, answers: Answers, measure: str, statuses: Iterable[str]
) -> tuple[Change, ...] | None:
    """The fewest answers that would have to be different, or known, for a measure to have certainly
    one of these statuses.

    None if no answers lead there, or if the rulebook is too large to find out. Empty if the measure
    already has one of them.
    """
    with whole_diagrams(rulebook) as diagrams:
        try:
            diagram = diagrams.measure(rulebook, measure)
        except BudgetExceededError:
            return None
        wanted = diagrams.among(diagram, frozenset(OUTCOMES[status] for status in statuses))
        changes = _fewest(diagrams, wanted, answers)
    if changes is None:
        return None
    questionnaire = rulebook.questionnaire
    return tuple(
        Change(questionnaire[code], answers.get(code), value) for code, value in changes.items()
    )


def _fewest(diagrams: Diagrams, wanted: int, answers: Answers) -> dict[str, Value] | None:
    """Try sets of missing answers of growing size, as long as they can still give fewer changes."""
    missing = sorted(
        (code for code in diagrams.support(wanted) if answers.get(code) is None),
        key=diagrams.questionnaire.position.__getitem__,
    )
    best = diagrams.nearest(wanted, answers)
    if best is None:
        return None
    tried = 0
    for size in range(len(missing)):
        if size >= len(best) or tried > _TRIES:
            break
        for learned in combinations(missing, size):
            tried += 1
            free = frozenset(missing) - frozenset(learned)
            changes = diagrams.nearest(diagrams.whatever(wanted, free), answers)
            if changes is not None and len(changes) < len(best):
                best = changes
            if tried > _TRIES:
                break
    return best
