"""Each condition and each measure's status as a diagram with nothing known, for proofs over every
possible set of answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from cases.rulebook.entries.catalogue import Measure
from cases.rulebook.entries.issues import Issue, Level, Location
from cases.rulebook.entries.questions import Value
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.diagrams import FALSE, TRUE, Diagrams
from cases.rulebook.wording.sentences import Phrases, say_value

Counterexample = Mapping[str, Value]

# Steps for all proofs together: the first edition needs 7,000. With more, an editor would wait for
# seconds.
PROOF_BUDGET = 500_000


class Prover:
    """The diagrams of one rulebook, built when they are first asked for.

    Every method may raise BudgetExceededError; `at` is then the kind and code of the entry at which
    the steps ran out.
    """

    def __init__(self, rulebook: Rulebook, phrases: Phrases) -> None:
        self.rulebook = rulebook
        self.phrases = phrases
        self.diagrams = Diagrams(rulebook.questionnaire, {}, PROOF_BUDGET)
        self.at = ("rules", rulebook.rules[0].code if rulebook.rules else "")

    @cached_property
    def conditions(self) -> dict[str, int]:
        """Each rule's condition as a diagram."""
        diagrams = {}
        for rule in self.rulebook.rules:
            self.at = ("rules", rule.code)
            diagrams[rule.code] = self.diagrams.condition(rule.when)
        return diagrams

    @cached_property
    def statuses(self) -> dict[str, int]:
        """Each measure's status as a diagram."""
        diagrams = {}
        for code in self.rulebook.measures:
            self.at = ("measures", code)
            diagrams[code] = self.diagrams.measure(self.rulebook, code)
        return diagrams

    def called(self, measure: Measure) -> int:
        """A diagram of where some rule calls for a measure."""
        rules = self.rulebook.rules_for[measure.code]
        return self.diagrams.some(self.conditions[rule.code] for rule in rules)

    def implies(self, premise: int, conclusion: int) -> bool:
        """Whether a diagram is true wherever another one is."""
        negated = self.diagrams.negate(conclusion)
        return self.diagrams.combine("and", premise, negated) == FALSE

    def example(self, parts: Iterable[int]) -> Counterexample | None:
        """The fewest answers that make all diagrams true, or None where nothing does."""
        together = self._all_of(parts)
        return None if together == FALSE else self.diagrams.shortest(together)

    def _all_of(self, parts: Iterable[int]) -> int:
        """A diagram of where all parts are true.

        Pairs that exclude one another are looked for first, so that a proof ends early.
        """
        rest = sorted(set(parts), key=self.diagrams.size)
        if not rest:
            return TRUE
        result, rest = rest[0], rest[1:]
        for part in rest:
            if self.diagrams.combine("and", result, part) == FALSE:
                return FALSE
        for part in rest:
            result = self.diagrams.combine("and", result, part)
            if result == FALSE:
                break
        return result

    def say(self, answers: Counterexample) -> str:
        """A counterexample in words: every other answer is free."""
        questionnaire = self.rulebook.questionnaire
        parts = [
            f"{questionnaire[code].title}: {say_value(questionnaire[code], value, self.phrases)}"
            for code, value in answers.items()
        ]
        return "; ".join(parts) or "any answers"


def issue_at(kind: str, entry: str, code: str, level: Level, message: str) -> Issue:
    """An issue with a whole entry."""
    return Issue(Location("", kind, entry), message, level, code)
