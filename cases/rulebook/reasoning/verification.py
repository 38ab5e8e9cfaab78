"""What is wrong with a rulebook that no single entry shows, proved over every set of answers. Each
finding has a code, a location, a message and a level, as in a linter. Nothing is sampled: a check
asks whether a diagram over all questions is *false* or, where it is not, for the fewest answers
that make it *true*, which are a smallest counterexample.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from cases.rulebook.entries.catalogue import HOST_STATE, REGIONAL_ORGS
from cases.rulebook.entries.conditions import Condition, questions_of
from cases.rulebook.entries.issues import Issue, Location
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.entries.rules import PRIORITIES, Deferral, Rule
from cases.rulebook.reasoning.diagrams import (
    CONDITIONAL,
    FAILS,
    FALSE,
    HOLDS,
    RECOMMENDED,
    TRUE,
    BudgetExceededError,
    Diagrams,
)
from cases.rulebook.reasoning.invariant_proofs import refutations
from cases.rulebook.reasoning.naming import ENGAGED_ORGANISATIONS
from cases.rulebook.reasoning.proving import Counterexample, Prover, issue_at
from cases.rulebook.wording.sentences import ENGLISH, Phrases

# Steps for one condition alone, so that the one that is too large is named: the first edition's
# need 124 at most.
CONDITION_BUDGET = 50_000
TOO_LARGE = (
    "too many combinations to prove anything about it: simplify it or split it into several entries"
)

# The code of the issue that a measure can be shown with nobody suitable to lead it.
NO_LEAD = "no-suitable-lead"


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
    prover = Prover(rulebook, phrases)
    try:
        return _report(prover)
    except BudgetExceededError:
        kind, code = prover.at
        return VerificationReport((issue_at(kind, code, "not-proved", "error", TOO_LARGE),), ())


def _report(prover: Prover) -> VerificationReport:
    rulebook = prover.rulebook
    issues = [
        *_rule_issues(prover),
        *_measure_issues(prover),
        *_actor_issues(rulebook),
        *_gate_issues(prover),
        *_deferral_issues(prover),
        *_flag_issues(prover),
        *_question_issues(rulebook),
        *_plan_issues(prover),
    ]
    refuted: set[str] = set()
    for invariant in rulebook.invariants:
        for issue in refutations(prover, invariant):
            refuted.add(invariant.code)
            issues.append(issue)
    proved = tuple(
        invariant.code for invariant in rulebook.invariants if invariant.code not in refuted
    )
    return VerificationReport(tuple(issues), proved)


def _rule_issues(prover: Prover) -> Iterator[Issue]:
    for code in prover.rulebook.measures:
        prover.at = ("measures", code)
        rules = prover.rulebook.rules_for[code]
        live = []
        for rule in rules:
            yield from _role_issues(prover.rulebook, rule)
            if prover.conditions[rule.code] == FALSE:
                says = "no set of answers makes this rule true"
                yield issue_at("rules", rule.code, "dead-rule", "error", says)
            else:
                live.append(rule)
        yield from _redundant_rules(prover, live)


def _role_issues(rulebook: Rulebook, rule: Rule) -> Iterator[Issue]:
    """What is missing among the actors that a rule names."""
    roles = {role for _, role in rule.actors}
    if "lead" not in roles:
        says = "it names no actor that leads"
        yield issue_at("rules", rule.code, "rule-without-lead", "error", says)
    if rulebook.measures[rule.measure].needs_mandate and "authorise" not in roles:
        says = "the measure needs a mandate, and the rule names no actor that authorises it"
        yield issue_at("rules", rule.code, "mandate-without-authority", "error", says)


def _redundant_rules(prover: Prover, rules: Collection[Rule]) -> Iterator[Issue]:
    """The rules of a measure without which every set of answers would lead to the same."""
    implied: set[str] = set()
    for rule in rules:
        other = _implied_by(prover, rule, rules, implied)
        if other is not None:
            implied.add(rule.code)
            says = f"wherever it is true, '{other}' is true too, for the same measure and priority"
            yield issue_at("rules", rule.code, "implied-rule", "error", says)
    for rule in rules:
        if rule.code not in implied and not _is_decisive(prover, rule, rules):
            says = (
                "it never changes a status or its priority: rules as urgent are true wherever it is"
            )
            yield issue_at("rules", rule.code, "never-decisive", "error", says)


def _implied_by(
    prover: Prover, rule: Rule, rules: Collection[Rule], leaving_out: Collection[str]
) -> str | None:
    """Another rule with the same priority that is true wherever this one is."""
    conditions = prover.conditions
    for other in rules:
        if other is rule or other.priority != rule.priority or other.code in leaving_out:
            continue
        if prover.implies(conditions[rule.code], conditions[other.code]):
            return other.code
    return None


def _is_decisive(prover: Prover, rule: Rule, rules: Collection[Rule]) -> bool:
    """Whether some answers make it true and no other equally urgent rule of the measure."""
    as_urgent = PRIORITIES[: PRIORITIES.index(rule.priority) + 1]
    others = prover.diagrams.some(
        prover.conditions[other.code]
        for other in rules
        if other is not rule and other.priority in as_urgent
    )
    return not prover.implies(prover.conditions[rule.code], others)


def _measure_issues(prover: Prover) -> Iterator[Issue]:
    for code, diagram in prover.statuses.items():
        if not prover.rulebook.rules_for[code]:
            yield issue_at("measures", code, "unused-measure", "error", "no rule calls for it")
        elif RECOMMENDED not in prover.diagrams.outcomes(diagram):
            says = "no set of answers makes it recommended"
            yield issue_at("measures", code, "never-recommended", "error", says)


def _actor_issues(rulebook: Rulebook) -> Iterator[Issue]:
    named = {HOST_STATE}
    for rule in rulebook.rules:
        named.update(actor for actor, _ in rule.actors)
    for code in rulebook.actors:
        if code not in named:
            yield issue_at("actors", code, "unused-actor", "error", "no rule names it")


def _gate_issues(prover: Prover) -> Iterator[Issue]:
    for gate in prover.rulebook.gates:
        if not prover.rulebook.select(gate.applies_to):
            says = "it applies to no measure"
            yield issue_at("gates", gate.code, "unused-gate", "error", says)
            continue
        prover.at = ("gates", gate.code)
        outcomes = prover.diagrams.outcomes(prover.diagrams.gate(gate))
        if outcomes == {FAILS}:
            says = "no set of answers opens it"
            yield issue_at("gates", gate.code, "gate-never-opens", "error", says)
        elif outcomes == {HOLDS}:
            says = "every set of answers meets it"
            yield issue_at("gates", gate.code, "gate-never-closes", "warning", says)
        elif HOLDS not in outcomes:
            says = "it is met on a condition at best"
            yield issue_at("gates", gate.code, "gate-never-holds", "warning", says)


def _deferral_issues(prover: Prover) -> Iterator[Issue]:
    """Deferrals that never apply, never end, or only repeat another one."""
    implied: set[str] = set()
    for deferral in prover.rulebook.deferrals:
        prover.at = ("deferrals", deferral.code)
        when = prover.diagrams.condition(deferral.when)
        counts = _measures_that_wait(prover, deferral, when)
        if not counts:
            says = (
                "no set of answers makes it true"
                if when == FALSE
                else "it is never true where a measure that it covers is called for"
            )
            yield issue_at("deferrals", deferral.code, "deferral-never-counts", "error", says)
            continue
        for measure in prover.rulebook.select(deferral.applies_to):
            if measure.code not in counts:
                says = f"it is never true where '{measure.code}' is called for"
                yield issue_at("deferrals", deferral.code, "deferral-unneeded", "warning", says)
            elif prover.implies(prover.called(measure), when):
                says = f"it is true wherever '{measure.code}' is called for: nothing ends it"
                yield issue_at("deferrals", deferral.code, "deferral-never-ends", "error", says)
        other = _deferred_by(prover, deferral, when, implied)
        if other is not None:
            implied.add(deferral.code)
            says = f"wherever it is true, '{other}' is true too, for the same measures"
            yield issue_at("deferrals", deferral.code, "implied-deferral", "error", says)


def _measures_that_wait(prover: Prover, deferral: Deferral, when: int) -> list[str]:
    """The measures that a deferral can make wait while they are called for."""
    return [
        measure.code
        for measure in prover.rulebook.select(deferral.applies_to)
        if prover.diagrams.combine("and", prover.called(measure), when) != FALSE
    ]


def _deferred_by(
    prover: Prover, deferral: Deferral, when: int, leaving_out: Collection[str]
) -> str | None:
    """Another deferral that makes the same measures wait wherever this one does."""
    chosen = {measure.code for measure in prover.rulebook.select(deferral.applies_to)}
    for other in prover.rulebook.deferrals:
        covered = {measure.code for measure in prover.rulebook.select(other.applies_to)}
        if other is deferral or other.code in leaving_out or not chosen <= covered:
            continue
        if prover.implies(when, prover.diagrams.condition(other.when)):
            return other.code
    return None


def _flag_issues(prover: Prover) -> Iterator[Issue]:
    for flag in prover.rulebook.flags:
        prover.at = ("flags", flag.code)
        diagram = prover.diagrams.condition(flag.when)
        if diagram == FALSE:
            says = "no set of answers raises it"
            yield issue_at("flags", flag.code, "flag-never-raised", "error", says)
        elif diagram == TRUE:
            says = "every set of answers raises it"
            yield issue_at("flags", flag.code, "flag-always-raised", "error", says)


def _question_issues(rulebook: Rulebook) -> Iterator[Issue]:
    """Questions that nothing refers to, or nothing that decides a status."""
    # Which organisations are engaged decides what the advice calls the region, and how grave a
    # problem is decides the plan.
    needed = frozenset({ENGAGED_ORGANISATIONS, *(item.code for item in rulebook.problems)}).union(
        *(questions_of(item.condition) for item in _deciding_conditions(rulebook))
    )
    asked = needed.union(*map(questions_of, _other_conditions(rulebook)))
    for question in rulebook.questionnaire.questions:
        if question.code not in asked:
            says = "nothing uses its answer"
            yield issue_at("questions", question.code, "unused-question", "warning", says)
        elif question.code not in needed:
            says = (
                "no rule, gate, deferral or notice uses its answer; it only chooses cautions, "
                "what to build on or who leads"
            )
            yield issue_at("questions", question.code, "question-without-rule", "info", says)


def _plan_issues(prover: Prover) -> Iterator[Issue]:
    """What prevents an edition that describes problems from always making a plan."""
    book = prover.rulebook
    if not book.problems:
        return
    acted_on = frozenset[str]().union(*book.directly.values(), *book.indirectly.values())
    for question in book.problems:
        if question.code not in acted_on:
            says = "no measure acts on the problem that it describes"
            yield issue_at("questions", question.code, "problem-without-measure", "warning", says)
    for code, measure in book.measures.items():
        if not measure.lines:
            says = "it does not state its line in each phase"
            yield issue_at("measures", code, "measure-without-line", "error", says)
        if not measure.acts_on:
            says = "it acts on no problem, so no plan begins with it"
            yield issue_at("measures", code, "acts-on-nothing", "warning", says)
        prover.at = ("measures", code)
        found = _without_lead(prover, code)
        if found is not None:
            answers = prover.say(found)
            says = f"it can be shown while every actor that can lead it is unsuitable: {answers}"
            yield Issue(Location("", "measures", code), says, "error", NO_LEAD, found)


def _without_lead(prover: Prover, measure: str) -> Counterexample | None:
    """Answers that show a measure though everybody who can lead it is unsuitable, or None.

    Only actors that have a name today and that every country has are counted: a country may belong
    to no regional organisation.
    """
    diagrams = prover.diagrams
    parts = [diagrams.among(prover.statuses[measure], frozenset({RECOMMENDED, CONDITIONAL}))]
    for actor, capability in prover.rulebook.able[measure]:
        if (
            capability.role != "lead"
            or all(name.last is not None for name in actor.names)
            or actor.code == REGIONAL_ORGS
        ):
            continue
        rows = [row for row in actor.suitability_for(measure) if row.grade == "unsuitable"]
        if not rows:
            return None
        parts.append(diagrams.some(diagrams.condition(row.when) for row in rows))
    return prover.example(parts)


class _Located(NamedTuple):
    """A condition and the entry that it is part of."""

    kind: str
    code: str
    condition: Condition


def _deciding_conditions(rulebook: Rulebook) -> Iterator[_Located]:
    """The conditions that decide a status, a notice or whether a question is shown."""
    for rule in rulebook.rules:
        yield _Located("rules", rule.code, rule.when)
    for gate in rulebook.gates:
        for condition in gate.conditions:
            yield _Located("gates", gate.code, condition)
    for deferral in rulebook.deferrals:
        yield _Located("deferrals", deferral.code, deferral.when)
    for flag in rulebook.flags:
        yield _Located("flags", flag.code, flag.when)
    for question in rulebook.questionnaire.questions:
        if question.show_if:
            yield _Located("questions", question.code, question.show_if)


def _other_conditions(rulebook: Rulebook) -> Iterator[Condition]:
    """The conditions that choose cautions, what to build on and who leads."""
    for measure in rulebook.measures.values():
        for caution in measure.cautions:
            if caution.when:
                yield caution.when
        if measure.builds_on:
            yield measure.builds_on.when
    for actor in rulebook.actors.values():
        for row in actor.suitability:
            yield row.when


def _too_large(rulebook: Rulebook) -> Iterator[Issue]:
    """The entries of which one condition alone would take too many steps."""
    for item in _deciding_conditions(rulebook):
        try:
            Diagrams(rulebook.questionnaire, {}, CONDITION_BUDGET).condition(item.condition)
        except BudgetExceededError:
            yield issue_at(item.kind, item.code, "not-proved", "error", TOO_LARGE)
