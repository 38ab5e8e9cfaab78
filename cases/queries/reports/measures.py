"""The measures of an assessment as a report gives them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from cases import labels
from cases.models import MeasureDecision
from cases.queries.assessing.advice import (
    Card,
    DeferralReason,
    GateReason,
    RuleReason,
    card,
    reasons,
)
from cases.queries.assessing.content import AssessmentContent
from cases.queries.assessing.plan import PlanLine, PlanPage, ShownActor
from cases.queries.reports.values import (
    ActorLine,
    DecisionLine,
    DeferralLine,
    GateLine,
    GivenAnswer,
    MeasureLine,
    PassageLine,
    ReasonLine,
)
from cases.queries.reports.wording import coded
from cases.rulebook.entries.catalogue import Passage
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.advice import ActorAdvice, MeasureAdvice
from cases.rulebook.reasoning.leads import PlacedActor

GATE_VALUES: Mapping[str, labels.Label] = {
    **labels.GATE_VALUE,
    "unknown": gettext_lazy("not settled"),
}


@dataclass(frozen=True, slots=True)
class Measures:
    """The data from which the measures of an assessment are described. `decided` has the decisions
    on each; `given` has the answers in words.
    """

    rulebook: Rulebook
    content: AssessmentContent
    plan: PlanPage | None
    decided: Mapping[str, tuple[MeasureDecision, ...]]
    given: Mapping[str, GivenAnswer]

    def lines(self) -> tuple[MeasureLine, ...]:
        """All measures: those of the plan in its order, then the others by their status."""
        order: dict[str, tuple[str, PlanLine]] = {}
        for group in ("first", "next", "later"):
            lines: tuple[PlanLine, ...] = getattr(self.plan, group) if self.plan else ()
            for line in lines:
                order.setdefault(line.measure.code, (group, line))
        places = {code: place for place, code in enumerate(order)}
        statuses = list(labels.STATUS)
        rows = sorted(
            self.content.advice.measures.values(),
            key=lambda row: (
                places.get(row.measure.code, len(places)),
                statuses.index(row.status),
                row.urgency,
            ),
        )
        return tuple(
            self._measure(card(self.rulebook, self.content, row), order.get(row.measure.code))
            for row in rows
        )

    def _measure(self, item: Card, planned: tuple[str, PlanLine] | None) -> MeasureLine:
        row, measure = item.row, item.measure
        group, line = planned or ("", None)
        lead, partners = self._who(item, line)
        on_condition = item.conditions[0] if item.conditions else None
        evidence = measure.evidence
        return MeasureLine(
            code=measure.code,
            title=measure.title,
            form=coded(measure.form, labels.FORM),
            status=coded(row.status, labels.STATUS),
            possible=tuple(coded(status, labels.STATUS) for status in row.possible),
            priority=coded(row.priority, labels.PRIORITY) if row.priority else None,
            horizon=coded(measure.horizon, labels.HORIZON),
            by_when=str(labels.BY_WHEN[measure.horizon]),
            group=group,
            place=line.place if line and group == "first" else None,
            reason=item.reason,
            condition=(on_condition.condition or on_condition.says) if on_condition else "",
            what=measure.what,
            how=measure.how,
            lead=lead,
            partners=partners,
            is_lead_chosen=bool(line and line.lead and line.lead.choice),
            actors=tuple(map(_actor_line, row.actors)),
            problems=line.problems if line else self._problems(measure.code),
            waits_for=tuple(self.rulebook.measures[code].title for code in row.waits_for),
            reasons=self._reasons(item),
            gates=tuple(map(self._gate, item.gates)),
            deferrals=tuple(map(self._deferral, item.deferrals)),
            cautions=row.cautions,
            fragile=tuple(question.title for question in item.fragile),
            evidence=evidence.says if evidence else "",
            followed=self._followed(measure.code),
            passages=self._passages(item.passages),
            decisions=tuple(
                _decision_line(decision, row) for decision in self.decided.get(measure.code, ())
            ),
        )

    def _deferral(self, deferral: DeferralReason) -> DeferralLine:
        return DeferralLine(
            deferral.says,
            deferral.look_again,
            deferral.value == "true",
            self._passages(deferral.passages),
        )

    def _gate(self, gate: GateReason) -> GateLine:
        return GateLine(
            gate=gate.gate.code,
            kind=coded(gate.gate.kind, labels.GATE_KIND),
            title=gate.gate.title,
            value=coded(gate.value, GATE_VALUES),
            says=gate.says,
            condition=gate.condition or "",
            opens=gate.opens or "",
            passages=self._passages(gate.passages),
        )

    def _who(
        self, item: Card, line: PlanLine | None
    ) -> tuple[ActorLine | None, tuple[ActorLine, ...]]:
        """Who leads and who helps: as the plan has it, elsewhere as the advice does."""
        if line is not None:
            lead = self._placed(item, line.lead, "lead") if line.lead else None
            return lead, tuple(self._placed(item, one, "support") for one in line.partners)
        row = item.row
        placed = [
            _actor_in_advice(row, one) for one in ((row.lead, *row.partners) if row.lead else ())
        ]
        return (placed[0], tuple(placed[1:])) if placed else (None, ())

    def _placed(self, item: Card, shown: ShownActor, role: str) -> ActorLine:
        found = next((actor for actor in item.row.actors if actor.actor == shown.actor), None)
        return ActorLine(
            actor=shown.actor,
            name=shown.name,
            short=shown.short,
            brief=shown.brief,
            role=coded(role, labels.ROLE),
            why=shown.why,
            doubt=shown.doubt,
            does=found.does if found else "",
            needs=(found.needs or "") if found else "",
        )

    def _problems(self, code: str) -> tuple[str, ...]:
        """The pressing problems that a measure acts on."""
        problems = self.content.advice.problems
        return tuple(
            item.says for item in problems if item.is_pressing and code in item.answered_by
        )

    def _followed(self, code: str) -> str:
        found = self.content.follow_on.get(code)
        return found.says if found else ""

    def _reasons(self, item: Card) -> tuple[ReasonLine, ...]:
        return tuple(self._reason(reason) for reason in reasons(self.rulebook, item.row, {}))

    def _reason(self, reason: RuleReason) -> ReasonLine:
        return ReasonLine(
            rule=reason.rule.code,
            says=reason.says,
            condition=reason.condition,
            priority=coded(reason.rule.priority, labels.PRIORITY),
            holds=reason.holds,
            answers=tuple(self.given[shown.question.code] for shown in reason.answers),
            passages=self._passages(reason.passages),
        )

    def _passages(self, passages: Iterable[Passage]) -> tuple[PassageLine, ...]:
        return tuple(
            PassageLine(self._source_title(item.source), item.where, item.says) for item in passages
        )

    def _source_title(self, code: str) -> str:
        source = self.rulebook.sources.get(code)
        return source.title if source else code


def _actor_in_advice(row: MeasureAdvice, one: PlacedActor) -> ActorLine:
    return ActorLine(
        actor=one.actor,
        name=one.name,
        short=one.short,
        brief=one.brief or one.short,
        role=coded("lead" if one is row.lead else one.role, labels.ROLE),
        why=one.why,
        doubt=one.doubt,
        does=one.does,
        needs=one.needs or "",
    )


def _decision_line(decision: MeasureDecision, row: MeasureAdvice) -> DecisionLine:
    return DecisionLine(
        decision.kind,
        str(labels.decision_taken(decision.kind, row.status)),
        decision.text,
        str(decision.reviewer),
        decision.decided_at,
    )


def _actor_line(item: ActorAdvice) -> ActorLine:
    return ActorLine(
        actor=item.actor,
        name=", ".join(item.organisations) or item.name,
        short=item.short,
        brief=item.short,
        role=coded(item.role, labels.ROLE),
        why="",
        doubt="",
        does=item.does,
        needs=item.needs or "",
    )
