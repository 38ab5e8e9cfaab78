"""The problems that the answers describe: harms and dangers, how grave each is, and what is advised
against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cases.rulebook.entries.questions import Question, RiskFactorCode
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.logic import Facts

# Levels of a problem: one from PRESSING on calls for an answer now; the level below is building up.
PRESSING, BUILDING_UP = 3, 2


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem with how grave it is, None where that is not known, and the measures shown that act
    on it: directly, or by making others act.
    """

    question: str
    says: str
    level: int | None
    risk_factors: tuple[RiskFactorCode, ...]
    answered_by: tuple[str, ...]
    indirectly: tuple[str, ...]

    @property
    def is_pressing(self) -> bool:
        return self.level is not None and self.level >= PRESSING

    @property
    def is_unanswered(self) -> bool:
        """Whether it is pressing and no measure shown acts on it in any way."""
        return self.is_pressing and not self.answered_by and not self.indirectly


def levels(rulebook: Rulebook, facts: Facts) -> Mapping[str, int | None]:
    """How grave each problem of the questionnaire is, None where that is not known."""
    return {question.code: _level(question, facts) for question in rulebook.problems}


def _level(question: Question, facts: Facts) -> int | None:
    value = facts.value(question.code)
    # An answer without a level describes no harm.
    return None if value is None else question.level(value) or 0


def problems(
    rulebook: Rulebook, found: Mapping[str, int | None], shown: tuple[str, ...]
) -> tuple[Problem, ...]:
    """The problems that are pressing or building up, the gravest first, then those whose level is
    not known. `shown` are the measures shown, in the order of the plan.
    """
    listed = [
        _problem(rulebook, question, level, shown)
        for question in rulebook.problems
        if (level := found[question.code]) is None or level >= BUILDING_UP
    ]
    return tuple(sorted(listed, key=_gravest_first))


def _problem(
    rulebook: Rulebook, question: Question, level: int | None, shown: tuple[str, ...]
) -> Problem:
    return Problem(
        question.code,
        question.problem or "",
        level,
        question.risk_factors,
        tuple(code for code in shown if question.code in rulebook.directly[code]),
        tuple(code for code in shown if question.code in rulebook.indirectly[code]),
    )


def _gravest_first(problem: Problem) -> int:
    return 1 if problem.level is None else -problem.level
