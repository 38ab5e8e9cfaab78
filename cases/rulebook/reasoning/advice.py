"""What a rulebook advises for one assessment: the status of every measure, why, by whom, and what
is not yet known.

Kleene's logic settles most measures at once. Where it does not, decision diagrams tell exactly
which statuses some completion of the missing answers would still give, and which questions decide
between them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from cases.rulebook.entries.catalogue import REGIONAL_ORGS, ROLES, Line, Measure, Role, name_on
from cases.rulebook.entries.conditions import questions_of
from cases.rulebook.entries.questions import PHASE, Answers
from cases.rulebook.entries.rules import (
    DO_NO_HARM,
    PRIORITIES,
    Deferral,
    Gate,
    Priority,
    Rule,
    Rulebook,
    Status,
)
from cases.rulebook.reasoning.diagrams import TERMINALS, BudgetExceededError, Diagrams
from cases.rulebook.reasoning.leads import Casting, Leads, PlacedActor
from cases.rulebook.reasoning.logic import NOTHING, Facts, Judgement, Truth, Witness, some
from cases.rulebook.reasoning.naming import Naming
from cases.rulebook.reasoning.plan import USUAL, Plan, arrange, choose, is_crisis
from cases.rulebook.reasoning.precedence import merits_of
from cases.rulebook.reasoning.problems import PRESSING, Problem, levels, problems
from cases.rulebook.reasoning.sequence import Order, Waiting, Way, opens
from cases.rulebook.wording.sentences import ENGLISH, Phrases, fill_in

GateValue = Literal["holds", "on_condition", "fails", "unknown"]
Start = Literal["adjusts_existing", "starts_new", "undetermined"]

STATUSES: tuple[Status, ...] = (
    "recommended",
    "conditional",
    "deferred",
    "blocked",
    "open",
    "not_indicated",
)
# The settled statuses by the diagrams' terminals.
SETTLED: tuple[Status, ...] = (
    "not_indicated",
    "recommended",
    "conditional",
    "blocked",
    "deferred",
)
OUTCOMES: Mapping[str, int] = {status: outcome for outcome, status in enumerate(SETTLED)}
GATE_VALUES: tuple[GateValue, ...] = ("holds", "on_condition", "fails")


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """A rule that calls for a measure (`holds` true) or may yet do so (None), with its sentence."""

    rule: Rule
    holds: Truth
    rests_on: Witness
    says: str


@dataclass(frozen=True, slots=True)
class GateFinding:
    """What a gate says of the answers, in a sentence.

    `condition` is the named condition on which it is met, and `opens` is what would open it where
    it is not met or not settled.
    """

    gate: Gate
    value: GateValue
    says: str
    condition: str | None
    opens: str | None

    @property
    def holds(self) -> Truth:
        """True where the gate lets the measure through, outright or on a named condition."""
        return {"holds": True, "on_condition": True, "fails": False, "unknown": None}[self.value]


@dataclass(frozen=True, slots=True)
class DeferralFinding:
    """A deferral that is true (`holds`) or may still be (None), with its sentence and with what
    would end it.
    """

    deferral: Deferral
    holds: Truth
    says: str
    look_again: str


@dataclass(frozen=True, slots=True)
class ActorAdvice:
    """Who can take the measure, under the name borne on the assessment's date."""

    actor: str
    role: Role
    name: str
    short: str
    organisations: tuple[str, ...]
    does: str
    needs: str | None


@dataclass(frozen=True, slots=True)
class MeasureAdvice:
    measure: Measure
    status: Status
    possible: tuple[Status, ...]
    exact: bool
    priority: Priority | None
    actors: tuple[ActorAdvice, ...]
    rules: tuple[RuleFinding, ...]
    gates: tuple[GateFinding, ...]
    deferrals: tuple[DeferralFinding, ...]
    rests_on: tuple[str, ...]
    matters: tuple[str, ...]
    start: Start
    cautions: tuple[str, ...]
    # What the plan adds; nothing in an edition that makes none. Only a measure that is called for
    # has a lead. `waits_for`, `opens`, `way` and `path` are as `sequence` describes them.
    line: Line | None = None
    lead: PlacedActor | None = None
    partners: tuple[PlacedActor, ...] = ()
    waits_for: tuple[str, ...] = ()
    opens: tuple[str, ...] = ()
    way: Way | None = None
    path: tuple[str, ...] = ()

    @property
    def is_shown(self) -> bool:
        """Whether it is advised, outright or on a condition."""
        return self.status in ("recommended", "conditional")

    @property
    def is_called_for(self) -> bool:
        """Whether it is advised, now or once what holds it up is gone."""
        return self.status in ("recommended", "conditional", "deferred", "blocked")

    @property
    def why(self) -> tuple[str, ...]:
        """The reasons in sentences: what calls for the measure, why it waits, and its gates."""
        gates = self.gates if self.rules else ()
        return (
            *(finding.says for finding in self.rules),
            *(finding.says for finding in self.deferred_by),
            *(finding.says for finding in gates),
        )

    @property
    def urgency(self) -> int:
        """The place of its priority, the most urgent first; without a priority it comes last."""
        return PRIORITIES.index(self.priority) if self.priority else len(PRIORITIES)

    @property
    def deferred_by(self) -> tuple[DeferralFinding, ...]:
        """The deferrals that are true, where the measure is called for."""
        return tuple(item for item in self.deferrals if item.holds and self.rules)


@dataclass(frozen=True, slots=True)
class Gap:
    """An open question that still matters, with the measures that its answer can move."""

    question: str
    asked: bool
    measures: tuple[str, ...]

    @property
    def moves(self) -> int:
        return len(self.measures)


@dataclass(frozen=True, slots=True)
class Advice:
    edition: str
    measures: Mapping[str, MeasureAdvice]
    flags: tuple[str, ...]
    possible_flags: tuple[str, ...]
    gaps: tuple[Gap, ...]
    # The gravest first. An edition that describes no problems makes no plan.
    problems: tuple[Problem, ...] = ()
    plan: Plan | None = None


def advise(
    rulebook: Rulebook,
    answers: Answers,
    *,
    countries: Sequence[str] = (),
    as_of: date,
    phrases: Phrases = ENGLISH,
    most: int = USUAL,
) -> Advice:
    """The advice on one assessment, with a plan where the edition makes one.

    `answers` maps question codes to values, None for unknown; `countries` are ISO 3166-1 alpha-3
    codes; `as_of` is the assessment's date, by which actors are named and regional organisations
    resolved; `most` is how many measures the plan puts first.
    """
    adviser = _Adviser(rulebook, answers, countries, as_of, phrases)
    measures = {measure.code: adviser.measure(measure) for measure in rulebook.measures.values()}
    flags = {flag.code: adviser.truth_of_flag(flag.code) for flag in rulebook.flags}
    advice = Advice(
        edition=rulebook.digest,
        measures=measures,
        flags=tuple(code for code, truth in flags.items() if truth is True),
        possible_flags=tuple(code for code, truth in flags.items() if truth is None),
        gaps=_gaps(rulebook, answers, measures.values()),
    )
    return adviser.with_plan(advice, most) if rulebook.problems else advice


def advise_on(rulebook: Rulebook, answers: Answers, measure: str) -> MeasureAdvice:
    """The advice on one measure alone, naming no organisation and on no date."""
    return _Adviser(rulebook, answers, (), date.min, ENGLISH).measure(rulebook.measures[measure])


def leads_for(
    rulebook: Rulebook,
    answers: Answers,
    measure: str,
    *,
    countries: Sequence[str] = (),
    as_of: date,
    phrases: Phrases = ENGLISH,
) -> Leads:
    """Everybody who can lead a measure, the best placed first, and who would help."""
    adviser = _Adviser(rulebook, answers, countries, as_of, phrases)
    rules = adviser.measure(rulebook.measures[measure]).rules
    return adviser.casting.leads(rulebook.measures[measure], [item.rule for item in rules])


def possible_statuses(rulebook: Rulebook, answers: Answers, measure: str) -> tuple[Status, ...]:
    """The statuses that some completion of the missing answers leads to, for one measure: one where
    it is settled.
    """
    return advise_on(rulebook, answers, measure).possible


def decisive_answers(
    rulebook: Rulebook, answers: Answers, measure: str, questions: Iterable[str]
) -> tuple[str, ...]:
    """Of some questions those on whose answer alone a measure's status hangs: were it unknown, the
    status would be open.
    """
    return tuple(
        question
        for question in questions
        if len(possible_statuses(rulebook, {**answers, question: None}, measure)) > 1
    )


@dataclass(frozen=True, slots=True)
class _GateJudgement:
    """A gate's finding with what it rests on.

    `possible` are its values that the known answers leave open, in the order of GATE_VALUES.
    `passes` are the questions whose answers alone make sure that it does not fail, where it cannot.
    """

    finding: GateFinding
    possible: tuple[GateValue, ...]
    rests_on: Witness
    passes: Witness

    @property
    def value(self) -> GateValue:
        return self.finding.value

    @property
    def is_on_harm(self) -> bool:
        return self.finding.gate.kind == DO_NO_HARM


class _Adviser:
    def __init__(
        self,
        rulebook: Rulebook,
        answers: Answers,
        countries: Sequence[str],
        as_of: date,
        phrases: Phrases,
    ) -> None:
        self.rulebook = rulebook
        self.facts = Facts(rulebook.questionnaire, answers)
        self.diagrams = Diagrams(rulebook.questionnaire, answers)
        self.as_of = as_of
        self.phrases = phrases
        self.organisations = rulebook.organisations_of(countries, as_of)
        naming = Naming(rulebook, self.facts, countries, as_of, phrases)
        self.casting = Casting(rulebook, self.facts, naming, phrases)
        asked = PHASE in rulebook.questionnaire.by_code
        self.phase = self.facts.value(PHASE) if asked else None
        self._gates: dict[str, _GateJudgement] = {}

    def truth_of_flag(self, code: str) -> Truth:
        flag = next(flag for flag in self.rulebook.flags if flag.code == code)
        truth = self.facts.judge(flag.when).truth
        if truth is not None:
            return truth
        outcomes = self.diagrams.outcomes(self.diagrams.condition(flag.when))
        return bool(next(iter(outcomes))) if len(outcomes) == 1 else None

    def with_plan(self, advice: Advice, most: int) -> Advice:
        """The advice with its plan, and with what the plan says of each measure."""
        found = levels(self.rulebook, self.facts)
        pressing = {
            code for code, level in found.items() if level is not None and level >= PRESSING
        }
        merits = sorted(
            (
                merits_of(row, entry, self.rulebook.directly[code] & pressing)
                for entry, (code, row) in enumerate(advice.measures.items())
                if row.is_shown
            ),
            key=lambda item: item.place,
        )
        listed = problems(self.rulebook, found, tuple(item.measure.code for item in merits))
        crisis = is_crisis(self.rulebook, self.facts, found)
        measures = self._in_sequence(advice.measures)
        plan = arrange(
            merits,
            measures.values(),
            choose(merits, most, crisis=crisis),
            most,
            (item.question for item in listed if item.is_unanswered),
        )
        return replace(advice, measures=measures, problems=listed, plan=plan)

    def _in_sequence(self, measures: Mapping[str, MeasureAdvice]) -> Mapping[str, MeasureAdvice]:
        """Measures with who leads each, what it waits for and what it makes possible."""
        sequence = Order(measures)
        waiting = {code: sequence.waiting(code) for code in measures}
        opened = opens(waiting)
        return {
            code: self._placed(row, waiting[code], opened[code]) for code, row in measures.items()
        }

    def _placed(
        self, row: MeasureAdvice, waiting: Waiting, opened: tuple[str, ...]
    ) -> MeasureAdvice:
        rules = [finding.rule for finding in row.rules]
        lead, partners = self.casting.lead(row.measure, rules) if row.is_called_for else (None, ())
        return replace(
            row,
            lead=lead,
            partners=partners,
            waits_for=waiting.waits_for,
            opens=opened,
            way=waiting.way,
            path=waiting.path,
        )

    def measure(self, measure: Measure) -> MeasureAdvice:
        findings = [
            (rule, self.facts.judge(rule.when)) for rule in self.rulebook.rules_for[measure.code]
        ]
        gates = tuple(self._gate(gate) for gate in self.rulebook.gates_for[measure.code])
        called = some([finding for _, finding in findings])
        deferrals = self._deferrals(measure)
        deferred = some([finding for _, finding in deferrals])
        possible = _kleene_statuses(called.truth, deferred.truth, gates)
        matters, exact, kleene = NOTHING, True, len(possible) == 1
        if not kleene:
            try:
                diagram = self.diagrams.measure(self.rulebook, measure.code)
                possible = {SETTLED[outcome] for outcome in self.diagrams.outcomes(diagram)}
                matters = self.diagrams.support(diagram)
            except BudgetExceededError:
                exact = False
                matters = called.rests_on if called.truth is None else NOTHING
                matters |= deferred.rests_on if deferred.truth is None else NOTHING
                matters |= NOTHING.union(
                    *(gate.rests_on for gate in gates if gate.value == "unknown")
                )
        status: Status = next(iter(possible)) if len(possible) == 1 else "open"
        if status == "open":
            rests_on = NOTHING
        else:
            rests_on = (
                _witness(status, called, deferred, gates) if kleene else self._sufficient(measure)
            )
        shown = self._rules(findings, status)
        position = self.rulebook.questionnaire.position
        return MeasureAdvice(
            measure=measure,
            status=status,
            possible=tuple(item for item in STATUSES if item in possible),
            exact=exact,
            priority=shown[0].rule.priority if shown else None,
            actors=self._actors(measure, shown),
            rules=shown,
            gates=tuple(gate.finding for gate in gates),
            deferrals=tuple(
                DeferralFinding(
                    deferral,
                    finding.truth,
                    fill_in(deferral.reason, self.facts, self.phrases),
                    deferral.look_again,
                )
                for deferral, finding in deferrals
                if finding.truth is not False
            ),
            rests_on=tuple(sorted(rests_on, key=position.__getitem__)),
            matters=tuple(sorted(matters, key=position.__getitem__)),
            start=self._start(measure),
            cautions=tuple(
                caution.text
                for caution in measure.cautions
                if caution.when is None or self.facts.judge(caution.when).truth is not False
            ),
            line=measure.line_in(str(self.phase)),
        )

    def _rules(
        self, findings: Iterable[tuple[Rule, Judgement]], status: Status
    ) -> tuple[RuleFinding, ...]:
        """The rules that speak for a status, in order of urgency: those that are true, else those
        still possible.
        """
        findings = list(findings)
        settled = [pair for pair in findings if pair[1].truth is True]
        pending = (
            [pair for pair in findings if pair[1].truth is None]
            if status != "not_indicated"
            else []
        )
        return tuple(
            RuleFinding(
                rule,
                finding.truth,
                finding.rests_on,
                fill_in(rule.rationale, self.facts, self.phrases),
            )
            for rule, finding in settled or pending
        )

    def _deferrals(self, measure: Measure) -> list[tuple[Deferral, Judgement]]:
        return [
            (deferral, self.facts.judge(deferral.when))
            for deferral in self.rulebook.deferrals_for[measure.code]
        ]

    def _gate(self, gate: Gate) -> _GateJudgement:
        if gate.code not in self._gates:
            self._gates[gate.code] = self._judge_gate(gate)
        return self._gates[gate.code]

    def _judge_gate(self, gate: Gate) -> _GateJudgement:
        holds = self.facts.judge(gate.holds)
        named = [(row.condition, self.facts.judge(row.when)) for row in gate.on_condition]
        conditional = some([finding for _, finding in named])
        possible: tuple[GateValue, ...]
        if holds.truth is True:
            possible, rests_on, passes = ("holds",), holds.rests_on, holds.rests_on
        else:
            below: tuple[GateValue, ...] = {
                True: ("on_condition",),
                False: ("fails",),
                None: ("on_condition", "fails"),
            }[conditional.truth]
            possible = below if holds.truth is False else ("holds", *below)
            pending = [finding for finding in (holds, conditional) if finding.truth is None]
            rests_on = NOTHING.union(
                *(finding.rests_on for finding in pending or (holds, conditional))
            )
            # Where it may hold outright too, what settles that it does not fail is the named
            # condition.
            passes = conditional.rests_on if holds.truth is None else rests_on
        value: GateValue = possible[0] if len(possible) == 1 else "unknown"
        condition = next((text for text, finding in named if finding.truth is True), None)
        if value == "on_condition":
            says = condition or ""
        else:
            says = {
                "holds": gate.says.holds,
                "fails": gate.says.fails,
                "unknown": gate.says.unknown,
            }[value]
        finding = GateFinding(
            gate,
            value,
            fill_in(says, self.facts, self.phrases),
            condition if value == "on_condition" else None,
            gate.opens if value in ("fails", "unknown") else None,
        )
        return _GateJudgement(
            finding, possible, rests_on, passes if "fails" not in possible else NOTHING
        )

    def _sufficient(self, measure: Measure) -> Witness:
        """Known answers that settle a measure which no single rule settles: dropped one by one
        while they suffice.
        """
        asked = self._asked_of(measure)
        kept = {
            code: value
            for code, value in self.facts.answers.items()
            if value is not None and code in asked
        }
        for code in reversed(list(kept)):
            without = {other: value for other, value in kept.items() if other != code}
            fewer = Diagrams(self.rulebook.questionnaire, without, self.diagrams.budget // 30)
            try:
                if fewer.measure(self.rulebook, measure.code) < TERMINALS:
                    kept = without
            except BudgetExceededError:
                continue  # too much to tell without it, so it stays
        return frozenset(kept)

    def _asked_of(self, measure: Measure) -> frozenset[str]:
        """The questions that a measure's rules, deferrals and gates ask, with those that decide
        whether they are shown.
        """
        conditions = [rule.when for rule in self.rulebook.rules_for[measure.code]]
        conditions += [item.when for item in self.rulebook.deferrals_for[measure.code]]
        for gate in self.rulebook.gates_for[measure.code]:
            conditions += [gate.holds, *(row.when for row in gate.on_condition)]
        asked: set[str] = set()
        pending = {code for condition in conditions for code in questions_of(condition)}
        while pending:
            asked |= pending
            shown = (self.rulebook.questionnaire[code].show_if for code in pending)
            pending = {
                code for condition in shown if condition for code in questions_of(condition)
            } - asked
        return frozenset(asked)

    def _actors(self, measure: Measure, rules: Iterable[RuleFinding]) -> tuple[ActorAdvice, ...]:
        rules = list(rules)
        if not rules:
            return ()
        named = dict.fromkeys(pair for finding in rules for pair in finding.rule.actors)
        named |= dict.fromkeys(
            (actor.code, item.role)
            for actor in self.rulebook.actors.values()
            for item in actor.can
            if item.always and item.measure == measure.code
        )
        rows: list[ActorAdvice] = []
        for code, role in sorted(named, key=lambda pair: ROLES.index(pair[1])):
            if role == "support" and (code, "lead") in named:
                continue  # who leads is not named again as support
            actor = self.rulebook.actors[code]
            name = name_on(actor.names, self.as_of)
            capability = actor.capability(measure.code, role)
            if name and capability:
                organisations = self._organisations(measure) if code == REGIONAL_ORGS else ()
                if code == REGIONAL_ORGS and not organisations:
                    continue  # the country belonged to none on that day, so there is nobody to name
                short = name.short or name.name
                rows.append(
                    ActorAdvice(
                        code,
                        role,
                        str(name),
                        short,
                        organisations,
                        capability.does,
                        capability.needs,
                    )
                )
        return tuple(rows)

    def _organisations(self, measure: Measure) -> tuple[str, ...]:
        """The country's own organisations by the short names of that day; for diplomacy and
        protection only those with a part in peace and security.
        """
        return tuple(
            name.short or name.name
            for organisation, name in self.organisations
            if organisation.security_role or measure.form == "CAP"
        )

    def _start(self, measure: Measure) -> Start:
        if measure.builds_on is None:
            return "starts_new"
        there = self.facts.judge(measure.builds_on.when).truth
        if there is None:
            return "undetermined"
        return "adjusts_existing" if there else "starts_new"


def _kleene_statuses(
    called: Truth, deferred: Truth, gates: Iterable[_GateJudgement]
) -> set[Status]:
    """The statuses that Kleene's logic leaves possible; a superset of those that really are."""
    if called is False:
        return {"not_indicated"}
    statuses: set[Status] = set() if called else {"not_indicated"}
    gates = list(gates)
    harms = _worst(gate for gate in gates if gate.is_on_harm)
    others = _worst(gate for gate in gates if not gate.is_on_harm)
    fails = GATE_VALUES.index("fails")
    if fails in harms:
        statuses.add("blocked")
    passing = harms - {fails}
    if passing and deferred is not False:
        statuses.add("deferred")
    if deferred is not True:
        statuses |= {SETTLED[1 + max(harm, other)] for harm in passing for other in others}
    return statuses


def _worst(gates: Iterable[_GateJudgement]) -> set[int]:
    """The values, by their places in GATE_VALUES, that gates may have together."""
    worst = {0}
    for gate in gates:
        worst = {
            max(before, GATE_VALUES.index(value)) for before in worst for value in gate.possible
        }
    return worst


def _witness(
    status: Status, called: Judgement, deferred: Judgement, gates: Sequence[_GateJudgement]
) -> Witness:
    """The questions whose answers settle a status on their own."""
    if status == "not_indicated":
        return called.rests_on
    if status == "blocked":
        # Only a gate on harm blocks whatever the deferrals say.
        ways = [
            gate.rests_on if gate.is_on_harm else gate.rests_on | deferred.rests_on
            for gate in gates
            if gate.value == "fails" and (gate.is_on_harm or deferred.truth is False)
        ]
        return called.rests_on | min(ways, key=len)
    if status == "deferred":
        gates = [gate for gate in gates if gate.is_on_harm]
    # Whether a gate holds outright may be open where another one is met on a condition anyway.
    return (called.rests_on | deferred.rests_on).union(*(gate.passes for gate in gates))


def _gaps(rulebook: Rulebook, answers: Answers, rows: Iterable[MeasureAdvice]) -> tuple[Gap, ...]:
    moves: dict[str, list[str]] = {}
    for row in rows:
        for code in row.matters:
            moves.setdefault(code, []).append(row.measure.code)
    position = rulebook.questionnaire.position
    gaps = [Gap(code, code in answers, tuple(measures)) for code, measures in moves.items()]
    return tuple(sorted(gaps, key=lambda gap: (-gap.moves, position[gap.question])))
