"""What is wrong with a rulebook that every single entry may hide: proved over every possible set of
answers.

The checks speak like a linter: a code, a location, a message, a level. Nothing is sampled: each
condition is compiled into a diagram over all questions, with nothing known, and a check asks
whether a diagram is *false* or, where it is not, for the shortest way to *true*, which is a
smallest counterexample.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from cases.rulebook.entries.catalogue import HOST_STATE, REGIONAL_ORGS, Measure
from cases.rulebook.entries.conditions import Atom, Condition, Group, questions_of
from cases.rulebook.entries.invariants import (
    EACH,
    Claim,
    CouldBeClaim,
    FlagClaim,
    GateClaim,
    Invariant,
    SomeClaim,
    StatusClaim,
)
from cases.rulebook.entries.issues import Issue, Level, Location
from cases.rulebook.entries.questions import Value
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.entries.rules import PRIORITIES, Deferral, Rule
from cases.rulebook.reasoning.diagrams import (
    CONDITIONAL,
    FAILS,
    FALSE,
    HOLDS,
    ON_CONDITION,
    RECOMMENDED,
    TRUE,
    BudgetExceededError,
    Diagrams,
)
from cases.rulebook.reasoning.naming import ENGAGED_ORGANISATIONS
from cases.rulebook.reasoning.statuses import OUTCOMES
from cases.rulebook.wording.sentences import ENGLISH, Phrases, say_value

Counterexample = Mapping[str, Value]

# Steps for all proofs together: the first edition needs 7,000. More would keep whoever edits
# waiting for seconds.
PROOF_BUDGET = 500_000
# Steps for one condition alone, so that the one that asks too much is named: the first edition's
# need 124 at most.
CONDITION_BUDGET = 50_000
TOO_LARGE = (
    "too many combinations to prove anything about it: ask less in it, or part it into several "
    "entries"
)

# The code of the issue that a measure can be shown with nobody suitable to lead it.
NO_LEAD = "no-suitable-lead"

_GATE_OUTCOME = {"holds": HOLDS, "on_condition": ON_CONDITION, "fails": FAILS}


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """What verification found, and which invariants are proved."""

    issues: tuple[Issue, ...]
    proved: tuple[str, ...]

    @property
    def errors(self) -> tuple[Issue, ...]:
        return tuple(issue for issue in self.issues if issue.level == "error")


def verify(rulebook: Rulebook, phrases: Phrases = ENGLISH) -> VerificationReport:
    """Prove or refute everything that must hold of a rulebook.

    Where a condition is too large, or all of them together are, that is an error, and nothing else
    is proved.
    """
    too_large = tuple(_too_large(rulebook))
    if too_large:
        return VerificationReport(too_large, ())
    verifier = _Verifier(rulebook, phrases)
    try:
        return _report(verifier)
    except BudgetExceededError:
        kind, code = verifier.at
        return VerificationReport((_at(kind, code, "not-proved", "error", TOO_LARGE),), ())


def _report(verifier: _Verifier) -> VerificationReport:
    rulebook = verifier.rulebook
    issues = [
        *verifier.rules(),
        *verifier.measures(),
        *verifier.actors(),
        *verifier.gates(),
        *verifier.deferrals(),
        *verifier.flags(),
        *verifier.questions(),
        *verifier.plan(),
    ]
    refuted: set[str] = set()
    for invariant in rulebook.invariants:
        for issue in verifier.invariant(invariant):
            refuted.add(invariant.code)
            issues.append(issue)
    proved = tuple(
        invariant.code for invariant in rulebook.invariants if invariant.code not in refuted
    )
    return VerificationReport(tuple(issues), proved)


class _Verifier:
    def __init__(self, rulebook: Rulebook, phrases: Phrases) -> None:
        self.rulebook = rulebook
        self.phrases = phrases
        self.diagrams = Diagrams(rulebook.questionnaire, {}, PROOF_BUDGET)
        # What is being looked at: where the steps run out, that is what they ran out at.
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
        diagrams = {}
        for code in self.rulebook.measures:
            self.at = ("measures", code)
            diagrams[code] = self.diagrams.measure(self.rulebook, code)
        return diagrams

    def rules(self) -> Iterator[Issue]:
        combine, negate = self.diagrams.combine, self.diagrams.negate
        for code, measure in self.rulebook.measures.items():
            rules = self.rulebook.rules_for[code]
            self.at = ("measures", code)
            live = []
            for rule in rules:
                roles = {role for _, role in rule.actors}
                if "lead" not in roles:
                    yield _at(
                        "rules",
                        rule.code,
                        "rule-without-lead",
                        "error",
                        "it names nobody who leads",
                    )
                if measure.needs_mandate and "authorise" not in roles:
                    says = "the measure needs a mandate, and the rule names nobody who authorises"
                    yield _at("rules", rule.code, "mandate-without-authority", "error", says)
                if self.conditions[rule.code] == FALSE:
                    yield _at(
                        "rules",
                        rule.code,
                        "dead-rule",
                        "error",
                        "no set of answers makes this rule true",
                    )
                else:
                    live.append(rule)
            implied = set()
            for rule in live:
                for other in live:
                    if other is rule or other.priority != rule.priority or other.code in implied:
                        continue
                    if (
                        combine(
                            "and", self.conditions[rule.code], negate(self.conditions[other.code])
                        )
                        == FALSE
                    ):
                        implied.add(rule.code)
                        says = (
                            f"wherever it is true, '{other.code}' is true too, for the same "
                            "measure and priority"
                        )
                        yield _at("rules", rule.code, "implied-rule", "error", says)
                        break
            for rule in live:
                if rule.code not in implied and not self._is_decisive(rule, live):
                    says = (
                        "it never changes a status or its priority: rules as urgent are true "
                        "wherever it is"
                    )
                    yield _at("rules", rule.code, "never-decisive", "error", says)

    def _is_decisive(self, rule: Rule, rules: Iterable[Rule]) -> bool:
        """Whether some answers make it true and no other rule of the measure that is as urgent."""
        as_urgent = PRIORITIES[: PRIORITIES.index(rule.priority) + 1]
        others = self.diagrams.some(
            self.conditions[other.code]
            for other in rules
            if other is not rule and other.priority in as_urgent
        )
        return (
            self.diagrams.combine("and", self.conditions[rule.code], self.diagrams.negate(others))
            != FALSE
        )

    def measures(self) -> Iterator[Issue]:
        for code, diagram in self.statuses.items():
            if not self.rulebook.rules_for[code]:
                yield _at("measures", code, "unused-measure", "error", "no rule calls for it")
            elif RECOMMENDED not in self.diagrams.outcomes(diagram):
                yield _at(
                    "measures",
                    code,
                    "never-recommended",
                    "error",
                    "no set of answers makes it recommended",
                )

    def actors(self) -> Iterator[Issue]:
        named = {actor for rule in self.rulebook.rules for actor, _ in rule.actors}
        for code in self.rulebook.actors:
            if code not in named and code != HOST_STATE:
                yield _at("actors", code, "unused-actor", "error", "no rule names it")

    def gates(self) -> Iterator[Issue]:
        for gate in self.rulebook.gates:
            if not any(gate in gates for gates in self.rulebook.gates_for.values()):
                yield _at("gates", gate.code, "unused-gate", "error", "it stands before no measure")
                continue
            self.at = ("gates", gate.code)
            outcomes = self.diagrams.outcomes(self.diagrams.gate(gate))
            if outcomes == {FAILS}:
                yield _at(
                    "gates", gate.code, "gate-never-opens", "error", "no set of answers opens it"
                )
            elif outcomes == {HOLDS}:
                yield _at(
                    "gates",
                    gate.code,
                    "gate-never-closes",
                    "warning",
                    "every set of answers meets it",
                )
            elif HOLDS not in outcomes:
                yield _at(
                    "gates",
                    gate.code,
                    "gate-never-holds",
                    "warning",
                    "it is met on a condition at best",
                )

    def deferrals(self) -> Iterator[Issue]:
        """Deferrals that never count, that nothing ends, or that say only what another one does."""
        implied: set[str] = set()
        for deferral in self.rulebook.deferrals:
            self.at = ("deferrals", deferral.code)
            measures = self.rulebook.select(deferral.applies_to)
            when = self.diagrams.condition(deferral.when)
            counts = [
                measure.code
                for measure in measures
                if self.diagrams.combine("and", self._called(measure), when) != FALSE
            ]
            if when == FALSE or not counts:
                says = (
                    "no set of answers makes it true"
                    if when == FALSE
                    else "it is never true where a measure of its choice is called for"
                )
                yield _at("deferrals", deferral.code, "deferral-never-counts", "error", says)
                continue
            for measure in measures:
                if measure.code not in counts:
                    says = f"it is never true where '{measure.code}' is called for"
                    yield _at("deferrals", deferral.code, "deferral-unneeded", "warning", says)
                elif (
                    self.diagrams.combine("and", self._called(measure), self.diagrams.negate(when))
                    == FALSE
                ):
                    says = f"it is true wherever '{measure.code}' is called for: nothing ends it"
                    yield _at("deferrals", deferral.code, "deferral-never-ends", "error", says)
            other = self._implied_by(deferral, when, implied)
            if other is not None:
                implied.add(deferral.code)
                says = f"wherever it is true, '{other}' is true too, for the same measures"
                yield _at("deferrals", deferral.code, "implied-deferral", "error", says)

    def _called(self, measure: Measure) -> int:
        """Where some rule calls for a measure."""
        rules = self.rulebook.rules_for[measure.code]
        return self.diagrams.some(self.conditions[rule.code] for rule in rules)

    def _implied_by(self, deferral: Deferral, when: int, but: Container[str]) -> str | None:
        """Another deferral that makes the same measures wait wherever this one does."""
        chosen = {measure.code for measure in self.rulebook.select(deferral.applies_to)}
        for other in self.rulebook.deferrals:
            covered = {measure.code for measure in self.rulebook.select(other.applies_to)}
            if other is deferral or other.code in but or not chosen <= covered:
                continue
            without = self.diagrams.negate(self.diagrams.condition(other.when))
            if self.diagrams.combine("and", when, without) == FALSE:
                return other.code
        return None

    def flags(self) -> Iterator[Issue]:
        for flag in self.rulebook.flags:
            self.at = ("flags", flag.code)
            diagram = self.diagrams.condition(flag.when)
            if diagram == FALSE:
                yield _at(
                    "flags", flag.code, "flag-never-stands", "error", "no set of answers raises it"
                )
            elif diagram == TRUE:
                yield _at(
                    "flags",
                    flag.code,
                    "flag-always-stands",
                    "error",
                    "every set of answers raises it",
                )

    def questions(self) -> Iterator[Issue]:
        book = self.rulebook
        conditions: list[Condition] = [
            *(rule.when for rule in book.rules),
            *(gate.holds for gate in book.gates),
            *(row.when for gate in book.gates for row in gate.on_condition),
            *(deferral.when for deferral in book.deferrals),
            *(flag.when for flag in book.flags),
            *(question.show_if for question in book.questionnaire.questions if question.show_if),
        ]
        also = [
            *(
                caution.when
                for measure in book.measures.values()
                for caution in measure.cautions
                if caution.when
            ),
            *(measure.builds_on.when for measure in book.measures.values() if measure.builds_on),
            *(row.when for actor in book.actors.values() for row in actor.suitability),
        ]
        # Which organisations are engaged decides what the advice calls the region, and how grave a
        # problem is decides the plan.
        needed = frozenset({ENGAGED_ORGANISATIONS, *(item.code for item in book.problems)}).union(
            *(questions_of(condition) for condition in conditions)
        )
        shown = needed.union(*(questions_of(condition) for condition in also))
        for question in book.questionnaire.questions:
            if question.code not in shown:
                yield _at(
                    "questions",
                    question.code,
                    "unused-question",
                    "warning",
                    "nothing asks for its answer",
                )
            elif question.code not in needed:
                says = (
                    "no rule, gate, deferral or notice asks for its answer; it only chooses "
                    "cautions, what to build on or who leads"
                )
                yield _at("questions", question.code, "question-without-rule", "info", says)

    def plan(self) -> Iterator[Issue]:
        """What keeps an edition that describes problems from making a plan of every advice."""
        book = self.rulebook
        if not book.problems:
            return
        acted_on = {row.problem for measure in book.measures.values() for row in measure.acts_on}
        for question in book.problems:
            if question.code not in acted_on:
                says = "no measure acts on the problem that it describes"
                yield _at("questions", question.code, "problem-without-measure", "warning", says)
        for code, measure in book.measures.items():
            if not measure.lines:
                says = "it does not say in which line it belongs in each phase"
                yield _at("measures", code, "measure-without-line", "error", says)
            if not measure.acts_on:
                says = "it acts on no problem, so no plan begins with it"
                yield _at("measures", code, "acts-on-nothing", "warning", says)
            self.at = ("measures", code)
            found = self._without_lead(code)
            if found is not None:
                says = f"it is shown and everybody who can lead it is unsuitable: {self.say(found)}"
                location = Location("", "measures", code)
                yield Issue(location, says, "error", NO_LEAD, found)

    def _without_lead(self, measure: str) -> Counterexample | None:
        """Answers that show a measure though everybody who can lead it is unsuitable, or None.

        Only those count who bear a name today and whom every country has: it may have no regional
        organisation.
        """
        parts = [self.diagrams.among(self.statuses[measure], frozenset({RECOMMENDED, CONDITIONAL}))]
        for actor, capability in self.rulebook.able[measure]:
            if (
                capability.role != "lead"
                or actor.names[0].last is not None
                or actor.code == REGIONAL_ORGS
            ):
                continue
            rows = [row for row in actor.suitability_for(measure) if row.grade == "unsuitable"]
            if not rows:
                return None
            parts.append(self.diagrams.some(self.diagrams.condition(row.when) for row in rows))
        broken = self._all_of(parts)
        return None if broken == FALSE else self.diagrams.shortest(broken)

    def invariant(self, invariant: Invariant) -> Iterator[Issue]:
        """Nothing if it is proved, else a issue for each measure of `for_each` that breaks it."""
        self.at = ("invariants", invariant.code)
        each: tuple[Measure | None, ...] = (
            self.rulebook.select(invariant.for_each) if invariant.for_each is not None else (None,)
        )
        for measure in each:
            example = self._refute(invariant, measure)
            if example is not None:
                about = f" for '{measure.code}', {measure.title}" if measure else ""
                says = f"it does not hold{about}. Take: {self.say(example)}."
                location = Location("", "invariants", invariant.code)
                yield Issue(location, says, "error", "invariant-broken", example)

    def _refute(self, invariant: Invariant, each: Measure | None) -> Counterexample | None:
        """A smallest set of answers that breaks an invariant, or None where there is none."""
        premise = self._claim(invariant.premise, each, positive=True)
        denied = self._claim(invariant.conclusion, each, positive=False)
        broken = self._all_of([*premise, *denied])
        return None if broken == FALSE else self.diagrams.shortest(broken)

    def _all_of(self, parts: Iterable[int]) -> int:
        """Where all parts hold. Pairs that exclude one another are looked for first, so that a
        proof ends early.
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

    def _claim(
        self, claim: Claim | Group[Claim], each: Measure | None, *, positive: bool
    ) -> list[int]:
        """Diagrams that together say the claim, or its denial."""
        if isinstance(claim, Group):
            # Denial turns all into any; a list is what may stand apart, so only conjunctions stay
            # lists.
            inward = positive if claim.kind != "none" else not positive
            parts = [self._claim(part, each, positive=inward) for part in claim.parts]
            # `none` says that every part is denied: together, as `all` says that every part is so.
            if (claim.kind != "any") == positive:
                return [diagram for part in parts for diagram in part]
            return [self.diagrams.some(self.diagrams.every(part) for part in parts)]
        if isinstance(claim, SomeClaim):
            outcomes = self._outcomes(claim.status)
            alternatives = [
                self.diagrams.among(self.statuses[measure.code], outcomes)
                for measure in self.rulebook.select(claim.some)
            ]
            if positive:
                return [self.diagrams.some(alternatives)]
            return [self.diagrams.negate(diagram) for diagram in alternatives]
        diagram = self._leaf(claim, each)
        return [diagram if positive else self.diagrams.negate(diagram)]

    def _could_be(self, measure: str, outcomes: frozenset[int]) -> int:
        """Where other answers to what a measure's deferrals ask would lead to some outcomes."""
        questions = frozenset[str]().union(
            *(questions_of(item.when) for item in self.rulebook.deferrals_for[measure])
        )
        otherwise = self.diagrams.negate(self.diagrams.among(self.statuses[measure], outcomes))
        return self.diagrams.negate(self.diagrams.whatever(otherwise, questions))

    def _leaf(
        self, claim: Atom | StatusClaim | CouldBeClaim | GateClaim | FlagClaim, each: Measure | None
    ) -> int:
        if isinstance(claim, Atom):
            return self.diagrams.condition(claim)
        if isinstance(claim, FlagClaim):
            flag = next(flag for flag in self.rulebook.flags if flag.code == claim.flag)
            return self.diagrams.condition(flag.when)
        code = each.code if claim.measure == EACH and each else claim.measure
        if isinstance(claim, StatusClaim):
            return self.diagrams.among(self.statuses[code], self._outcomes(claim.status))
        if isinstance(claim, CouldBeClaim):
            return self._could_be(code, self._outcomes(claim.could_be))
        worst = self.diagrams.worst(
            gate for gate in self.rulebook.gates_for[code] if gate.kind == claim.kind
        )
        return self.diagrams.among(worst, frozenset(_GATE_OUTCOME[value] for value in claim.value))

    @staticmethod
    def _outcomes(statuses: Iterable[str]) -> frozenset[int]:
        # No status is open once every question is answered, and only such sets of answers are
        # looked at.
        return frozenset(OUTCOMES[status] for status in statuses if status != "open")

    def say(self, answers: Counterexample) -> str:
        """A counterexample in words: every other answer is free."""
        questionnaire = self.rulebook.questionnaire
        parts = [
            f"{questionnaire[code].title}: {say_value(questionnaire[code], value, self.phrases)}"
            for code, value in answers.items()
        ]
        return "; ".join(parts) or "any answers"


def _too_large(rulebook: Rulebook) -> Iterator[Issue]:
    """The entries of which one condition alone would take too many steps."""
    conditions: list[tuple[str, str, Condition]] = [
        *(("rules", rule.code, rule.when) for rule in rulebook.rules),
        *(("gates", gate.code, gate.holds) for gate in rulebook.gates),
        *(("gates", gate.code, row.when) for gate in rulebook.gates for row in gate.on_condition),
        *(("deferrals", item.code, item.when) for item in rulebook.deferrals),
        *(("flags", flag.code, flag.when) for flag in rulebook.flags),
        *(
            ("questions", item.code, item.show_if)
            for item in rulebook.questionnaire.questions
            if item.show_if
        ),
    ]
    for kind, code, condition in conditions:
        try:
            Diagrams(rulebook.questionnaire, {}, CONDITION_BUDGET).condition(condition)
        except BudgetExceededError:
            yield _at(kind, code, "not-proved", "error", TOO_LARGE)


def _at(kind: str, entry: str, code: str, level: Level, message: str) -> Issue:
    return Issue(Location("", kind, entry), message, level, code)
