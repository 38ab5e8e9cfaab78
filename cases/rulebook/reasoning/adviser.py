"""Works out what a rulebook advises for one assessment.

Kleene's logic settles most measures at once. Where it does not, decision diagrams find exactly
which statuses are still possible, and which questions decide between them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain

from cases.rulebook.entries.catalogue import REGIONAL_ORGS, ROLES, Measure, name_on
from cases.rulebook.entries.conditions import questions_of
from cases.rulebook.entries.questions import PHASE, Answers
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.entries.rules import Deferral, Gate, Rule, Status
from cases.rulebook.reasoning.advice import (
    STATUSES,
    ActorAdvice,
    Advice,
    DeferralFinding,
    Gap,
    MeasureAdvice,
    RuleFinding,
    Start,
)
from cases.rulebook.reasoning.diagrams import TERMINALS, BudgetExceededError, Diagrams
from cases.rulebook.reasoning.leads import Casting, Leads
from cases.rulebook.reasoning.logic import NOTHING, Facts, Judgement, Truth, Witness, some
from cases.rulebook.reasoning.naming import Naming
from cases.rulebook.reasoning.plan import USUAL, arrange, choose, is_crisis
from cases.rulebook.reasoning.precedence import merits_of
from cases.rulebook.reasoning.problems import PRESSING, levels, problems
from cases.rulebook.reasoning.sequence import Order, Waiting, opens
from cases.rulebook.reasoning.statuses import (
    SETTLED,
    GateJudgement,
    judge_gate,
    kleene_statuses,
    settling_questions,
)
from cases.rulebook.wording.sentences import ENGLISH, Phrases, fill_in


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
    """The actors that can lead a measure, the best placed first, and those that would help."""
    adviser = _Adviser(rulebook, answers, countries, as_of, phrases)
    rules = adviser.measure(rulebook.measures[measure]).rules
    return adviser.casting.leads(rulebook.measures[measure], [item.rule for item in rules])


def possible_statuses(rulebook: Rulebook, answers: Answers, measure: str) -> tuple[Status, ...]:
    """The statuses of a measure that some completion of the missing answers leads to; only one if
    it is settled.
    """
    return advise_on(rulebook, answers, measure).possible


def decisive_answers(
    rulebook: Rulebook, answers: Answers, measure: str, questions: Iterable[str]
) -> tuple[str, ...]:
    """The questions, among those given, whose answers are decisive: if one were unknown, the status
    of the measure would be open.
    """
    return tuple(
        question
        for question in questions
        if len(possible_statuses(rulebook, {**answers, question: None}, measure)) > 1
    )


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
        self._gates: dict[str, GateJudgement] = {}

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
        possible = kleene_statuses(called.truth, deferred.truth, gates)
        matters, exact = NOTHING, True
        if len(possible) == 1:
            rests_on = settling_questions(next(iter(possible)), called, deferred, gates)
        else:
            try:
                diagram = self.diagrams.measure(self.rulebook, measure.code)
                possible = {SETTLED[outcome] for outcome in self.diagrams.outcomes(diagram)}
                matters = self.diagrams.support(diagram)
            except BudgetExceededError:
                exact = False
                matters = _undetermined(called, deferred, gates)
            rests_on = self._sufficient(measure) if len(possible) == 1 else NOTHING
        status: Status = next(iter(possible)) if len(possible) == 1 else "open"
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
            deferrals=self._deferral_findings(deferrals),
            rests_on=tuple(sorted(rests_on, key=position.__getitem__)),
            matters=tuple(sorted(matters, key=position.__getitem__)),
            start=self._start(measure),
            cautions=self._cautions(measure),
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
        return tuple(self._rule_finding(rule, finding) for rule, finding in settled or pending)

    def _rule_finding(self, rule: Rule, finding: Judgement) -> RuleFinding:
        return RuleFinding(
            rule,
            finding.truth,
            finding.rests_on,
            fill_in(rule.rationale, self.facts, self.phrases),
        )

    def _deferrals(self, measure: Measure) -> list[tuple[Deferral, Judgement]]:
        return [
            (deferral, self.facts.judge(deferral.when))
            for deferral in self.rulebook.deferrals_for[measure.code]
        ]

    def _deferral_findings(
        self, deferrals: Iterable[tuple[Deferral, Judgement]]
    ) -> tuple[DeferralFinding, ...]:
        """The deferrals that are true or may still be."""
        return tuple(
            self._deferral_finding(deferral, judgement)
            for deferral, judgement in deferrals
            if judgement.truth is not False
        )

    def _deferral_finding(self, deferral: Deferral, judgement: Judgement) -> DeferralFinding:
        return DeferralFinding(
            deferral,
            judgement.truth,
            fill_in(deferral.reason, self.facts, self.phrases),
            deferral.look_again,
        )

    def _cautions(self, measure: Measure) -> tuple[str, ...]:
        """The cautions that always apply, apply to these answers or may still apply."""
        return tuple(
            caution.text
            for caution in measure.cautions
            if caution.when is None or self.facts.judge(caution.when).truth is not False
        )

    def _gate(self, gate: Gate) -> GateJudgement:
        if gate.code not in self._gates:
            self._gates[gate.code] = judge_gate(gate, self.facts, self.phrases)
        return self._gates[gate.code]

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
            conditions += gate.conditions
        asked = NOTHING
        pending = NOTHING.union(*map(questions_of, conditions))
        while pending:
            asked |= pending
            shown = [self.rulebook.questionnaire[code].show_if for code in pending]
            pending = NOTHING.union(*(questions_of(item) for item in shown if item)) - asked
        return asked

    def _actors(self, measure: Measure, rules: Iterable[RuleFinding]) -> tuple[ActorAdvice, ...]:
        rules = list(rules)
        if not rules:
            return ()
        named = dict.fromkeys(chain.from_iterable(finding.rule.actors for finding in rules))
        for actor in self.rulebook.actors.values():
            named |= dict.fromkeys((actor.code, role) for role in actor.always_does(measure.code))
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


def _undetermined(
    called: Judgement, deferred: Judgement, gates: Iterable[GateJudgement]
) -> Witness:
    """The questions on which the unsettled parts depend."""
    pending = [judgement.rests_on for judgement in (called, deferred) if judgement.truth is None]
    pending += [gate.rests_on for gate in gates if gate.value == "unknown"]
    return NOTHING.union(*pending)


def _gaps(rulebook: Rulebook, answers: Answers, rows: Iterable[MeasureAdvice]) -> tuple[Gap, ...]:
    moves: dict[str, list[str]] = {}
    for row in rows:
        for code in row.matters:
            moves.setdefault(code, []).append(row.measure.code)
    position = rulebook.questionnaire.position
    gaps = [Gap(code, code in answers, tuple(measures)) for code, measures in moves.items()]
    return tuple(sorted(gaps, key=lambda gap: (-gap.moves, position[gap.question])))
