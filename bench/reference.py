"""The plain Python reference: three-valued logic as one would write it down, one assessment at a
time.
"""

from __future__ import annotations

from cases.rulebook.entries.conditions import Condition, Group
from cases.rulebook.entries.questions import Answers
from cases.rulebook.entries.rulebook import Rulebook


def kleene(condition: Condition, answers: Answers) -> bool | None:
    """True, False, or None for undetermined. The workload hides no question."""
    if isinstance(condition, Group):
        truths = [kleene(part, answers) for part in condition.parts]
        if condition.kind == "all":
            return False if False in truths else None if None in truths else True
        either = True if True in truths else None if None in truths else False
        return either if condition.kind == "any" or either is None else not either
    value = answers.get(condition.question)
    return None if value is None else condition.accepts(value)


def all_rules(rulebook: Rulebook, answers: Answers) -> list[bool | None]:
    return [kleene(rule.when, answers) for rule in rulebook.rules]
