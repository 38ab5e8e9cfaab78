"""An assessment's advice as its pages show it, from the frozen or the present content and the
edition.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from cases import labels
from cases.queries.assessing.content import (
    NOT_ANSWERED,
    AssessmentContent,
    RecordedAnswer,
    SourceRef,
)
from cases.rulebook.entries.catalogue import FORMS, HOST_STATE, ROLES, Measure, Passage
from cases.rulebook.entries.questions import Question
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.entries.rules import Deferral, Flag, Gate, Rule
from cases.rulebook.reasoning.advice import (
    ActorAdvice,
    DeferralFinding,
    Gap,
    GateFinding,
    MeasureAdvice,
    RuleFinding,
)
from cases.rulebook.wording.sentences import lower_first, say_condition, say_value
from cases.rulebook_phrases import phrases

# The order in which a column shows its statuses; what is not indicated is folded away below them.
SHOWN = ("recommended", "conditional", "deferred", "blocked", "open")
# A status with more measures than this shows those that press, and folds the rest.
FIRST = 5


@dataclass(frozen=True)
class ShownAnswer:
    """A recorded answer in words, with its grounds."""

    question: Question
    says: str
    confidence: str
    note: str
    sources: tuple[SourceRef, ...]


@dataclass(frozen=True)
class RuleReason:
    rule: Rule
    holds: bool | None
    says: str
    condition: str
    answers: tuple[ShownAnswer, ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class GateReason:
    gate: Gate
    value: str
    says: str
    condition: str | None
    opens: str | None
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class DeferralReason:
    """A deferral that is true, or may be: `value` is `true` or `unknown`."""

    deferral: Deferral
    value: str
    says: str
    look_again: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class RoleGroup:
    role: str
    label: labels.Label
    actors: tuple[ActorAdvice, ...]


@dataclass(frozen=True)
class Card:
    """One measure in the advice."""

    row: MeasureAdvice
    questions: tuple[Question, ...]
    passages: tuple[Passage, ...]
    gates: tuple[GateReason, ...]
    deferrals: tuple[DeferralReason, ...]
    fragile: tuple[Question, ...]
    roles: tuple[RoleGroup, ...]
    host: ActorAdvice | None

    @property
    def measure(self) -> Measure:
        return self.row.measure

    @property
    def status(self) -> str:
        return self.row.status

    @property
    def reason(self) -> str:
        """The first sentence about a measure: what calls for it most urgently."""
        return self.row.rules[0].says if self.row.rules else ""

    @property
    def waits(self) -> tuple[DeferralReason, ...]:
        """What makes a called-for measure wait."""
        return tuple(item for item in self.deferrals if item.value == "true" and self.row.rules)

    @property
    def closed(self) -> tuple[GateReason, ...]:
        return tuple(gate for gate in self.gates if gate.value == "fails")

    @property
    def conditions(self) -> tuple[GateReason, ...]:
        return tuple(gate for gate in self.gates if gate.value == "on_condition")

    @property
    def unsettled(self) -> tuple[GateReason, ...]:
        return tuple(gate for gate in self.gates if gate.value == "unknown")

    @property
    def possible_labels(self) -> str:
        """`recommended or not indicated`, for a measure that is open."""
        words = [lower_first(str(labels.STATUS[code])) for code in self.row.possible]
        return (
            _("%(first)s or %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}
            if words[1:]
            else words[0]
        )


@dataclass(frozen=True)
class StatusGroup:
    """The measures of one status, the urgent ones first. The rest is folded away if there are
    many.
    """

    status: str
    first: tuple[Card, ...]
    rest: tuple[Card, ...]

    @property
    def cards(self) -> tuple[Card, ...]:
        return self.first + self.rest


@dataclass(frozen=True)
class Column:
    form: str
    title: labels.Label
    says: labels.Label
    sentence: str
    groups: tuple[StatusGroup, ...]
    folded: tuple[Card, ...]

    def cards_with(self, status: str) -> tuple[Card, ...]:
        """The cards of the measures with a status."""
        return next((group.cards for group in self.groups if group.status == status), ())


@dataclass(frozen=True)
class MissingAnswer:
    """A question without an answer, and the measures that it could still change."""

    question: Question
    is_unknown: bool
    measures: tuple[Measure, ...]


@dataclass(frozen=True)
class Sheet:
    """The whole advice: its summary, the notices, a column for each form, and what is not known."""

    sentence: str
    flags: tuple[Flag, ...]
    possible_flags: tuple[Flag, ...]
    columns: tuple[Column, ...]
    gaps: tuple[MissingAnswer, ...]
    counts: Mapping[str, int]


def sheet(rulebook: Rulebook, content: AssessmentContent) -> Sheet:
    """The advice as one sheet."""
    advice = content.advice
    cards = [card(rulebook, content, row) for row in advice.measures.values()]
    flags = {flag.code: flag for flag in rulebook.flags}
    counts = {status: sum(item.status == status for item in cards) for status in labels.STATUS}
    return Sheet(
        sentence=_sum_up(counts),
        flags=tuple(flags[code] for code in advice.flags),
        possible_flags=tuple(flags[code] for code in advice.possible_flags),
        columns=tuple(
            _column_of_form(form, [item for item in cards if item.measure.form == form])
            for form in FORMS
        ),
        gaps=tuple(_missing_answer(rulebook, gap) for gap in advice.gaps),
        counts=counts,
    )


def _missing_answer(rulebook: Rulebook, gap: Gap) -> MissingAnswer:
    return MissingAnswer(
        rulebook.questionnaire[gap.question],
        gap.is_unknown,
        tuple(rulebook.measures[code] for code in gap.measures),
    )


def card(rulebook: Rulebook, content: AssessmentContent, row: MeasureAdvice) -> Card:
    fragile = content.fragile.get(row.measure.code, ())
    return Card(
        row=row,
        questions=tuple(rulebook.questionnaire[code] for code in row.matters),
        passages=rulebook.cite(row.measure.citation),
        gates=tuple(_gate_reason(rulebook, item) for item in row.gates),
        deferrals=tuple(_deferral_reason(rulebook, item) for item in row.deferrals),
        fragile=tuple(rulebook.questionnaire[code] for code in fragile),
        roles=tuple(_role_groups(row)),
        host=next((item for item in row.actors if item.actor == HOST_STATE), None),
    )


def _deferral_reason(rulebook: Rulebook, item: DeferralFinding) -> DeferralReason:
    return DeferralReason(
        item.deferral,
        "true" if item.holds else "unknown",
        item.says,
        item.look_again,
        rulebook.cite(item.deferral.citation),
    )


def _gate_reason(rulebook: Rulebook, item: GateFinding) -> GateReason:
    return GateReason(
        item.gate,
        item.value,
        item.says,
        item.condition,
        item.opens,
        rulebook.cite(item.gate.citation),
    )


def _role_groups(row: MeasureAdvice) -> Iterator[RoleGroup]:
    """The actors by role; the host State is named apart."""
    for role in ROLES:
        actors = tuple(
            item for item in row.actors if item.role == role and item.actor != HOST_STATE
        )
        if actors:
            yield RoleGroup(role, labels.ROLE[role], actors)


def reasons(
    rulebook: Rulebook, row: MeasureAdvice, answers: Mapping[str, RecordedAnswer]
) -> tuple[RuleReason, ...]:
    """Why: each rule that speaks for the measure, with the answers that it rests on and their
    grounds.
    """
    return tuple(_rule_reason(rulebook, item, answers) for item in row.rules)


def _rule_reason(
    rulebook: Rulebook, item: RuleFinding, answers: Mapping[str, RecordedAnswer]
) -> RuleReason:
    return RuleReason(
        rule=item.rule,
        holds=item.holds,
        says=item.says,
        condition=say_condition(item.rule.when, rulebook.questionnaire, phrases()),
        answers=shown_answers(rulebook, item.rests_on, answers),
        passages=rulebook.cite(item.rule.citation),
    )


def idle_rules(rulebook: Rulebook, row: MeasureAdvice) -> tuple[tuple[Rule, str], ...]:
    """Why not: the rules for the measure that the answers do not make true, each with its condition
    in words.
    """
    speaking = {item.rule.code for item in row.rules}
    return tuple(
        (rule, say_condition(rule.when, rulebook.questionnaire, phrases()))
        for rule in rulebook.rules_for[row.measure.code]
        if rule.code not in speaking
    )


def shown_answers(
    rulebook: Rulebook, codes: Iterable[str], answers: Mapping[str, RecordedAnswer]
) -> tuple[ShownAnswer, ...]:
    """The recorded answers to some questions, in the order of the questionnaire."""
    questionnaire = rulebook.questionnaire
    return tuple(
        shown_answer(questionnaire[code], answers.get(code, NOT_ANSWERED))
        for code in sorted(codes, key=questionnaire.position.__getitem__)
    )


@dataclass(frozen=True)
class Grounds:
    """What the advice on a measure rests on: the reasons, the answers, and who would act."""

    why: tuple[str, ...]
    answers: tuple[ShownAnswer, ...]
    actors: tuple[str, ...]


def grounds_of(rulebook: Rulebook, content: AssessmentContent, measure: str) -> Grounds:
    row = content.advice.measures[measure]
    actors: dict[str, str] = {}
    for actor in row.actors:
        names = actor.organisations or (actor.name,)
        actors.update(dict.fromkeys(names, str(labels.ROLE[actor.role])))
    return Grounds(
        tuple(row.why),
        shown_answers(rulebook, row.rests_on, content.answers),
        tuple(f"{name} ({lower_first(role)})" for name, role in actors.items()),
    )


def shown_answer(question: Question, answer: RecordedAnswer) -> ShownAnswer:
    says = say_value(question, answer.value, phrases())
    return ShownAnswer(question, says, answer.confidence, answer.note, answer.sources)


def _column_of_form(form: str, cards: list[Card]) -> Column:
    cards = sorted(cards, key=lambda item: item.row.urgency)
    groups = tuple(
        _group(status, [item for item in cards if item.status == status]) for status in SHOWN
    )
    counts = {group.status: len(group.cards) for group in groups}
    return Column(
        form=form,
        title=labels.FORM[form],
        says=labels.FORM_SAYS[form],
        sentence=_sum_up(counts),
        groups=tuple(group for group in groups if group.cards),
        folded=tuple(item for item in cards if item.status == "not_indicated"),
    )


def _group(status: str, cards: list[Card]) -> StatusGroup:
    """Up to FIRST measures in full. Of more, the urgent and high ones, or the first few if there
    are none.
    """
    if len(cards) <= FIRST:
        return StatusGroup(status, tuple(cards), ())
    pressing = sum(item.row.priority in ("urgent", "high") for item in cards)
    cut = pressing or FIRST
    return StatusGroup(status, tuple(cards[:cut]), tuple(cards[cut:]))


# How many measures have a status, as part of a sentence.
_SUMS: dict[str, labels.Label] = {
    "recommended": ngettext_lazy(
        "%(number)s measure is recommended", "%(number)s measures are recommended", "number"
    ),
    "conditional": ngettext_lazy(
        "%(number)s depends on a condition", "%(number)s depend on a condition", "number"
    ),
    "deferred": ngettext_lazy("%(number)s has to wait", "%(number)s have to wait", "number"),
    "blocked": ngettext_lazy("%(number)s is blocked", "%(number)s are blocked", "number"),
    "open": ngettext_lazy(
        "%(number)s cannot be settled yet", "%(number)s cannot be settled yet", "number"
    ),
}


def _sum_up(counts: Mapping[str, int]) -> str:
    """A sentence such as `7 measures are recommended; 2 have to wait; 1 is blocked.`"""
    parts = [
        words % {"number": counts[status]} for status, words in _SUMS.items() if counts[status]
    ]
    return (
        _("%(parts)s.") % {"parts": "; ".join(parts)}
        if parts
        else _("The answers given do not call for any measure.")
    )
