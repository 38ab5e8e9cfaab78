"""An assessment's advice as its pages show it, from the frozen or the present content and the
edition.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import labels
from cases.rulebook.entries.catalogue import FORMS, HOST_STATE, ROLES, Measure, Passage
from cases.rulebook.entries.questions import Question
from cases.rulebook.entries.rules import PRIORITIES, Deferral, Flag, Gate, Rule, Rulebook
from cases.rulebook.reasoning.counterfactuals import Change, fewest_changes
from cases.rulebook.wording.sentences import lower_first, say_condition, say_value
from cases.rulebook_phrases import phrases

# The order in which a column shows its statuses; what is not indicated is folded away below them.
SHOWN = ("recommended", "conditional", "deferred", "blocked", "open")
# A status with more measures than this shows those that press, and folds the rest.
FIRST = 5
Json = Mapping[str, Any]


@dataclass(frozen=True)
class GivenAnswer:
    """A recorded answer with its grounds, as a reason names it."""

    question: Question
    says: str
    confidence: str
    note: str
    sources: Sequence[Json]


@dataclass(frozen=True)
class RuleReason:
    rule: Rule
    holds: bool | None
    says: str
    condition: str
    answers: tuple[GivenAnswer, ...]
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
    actors: tuple[Json, ...]


@dataclass(frozen=True)
class Card:
    """One measure in an advice."""

    measure: Measure
    row: Json
    questions: tuple[Question, ...]
    passages: tuple[Passage, ...]
    gates: tuple[GateReason, ...]
    deferrals: tuple[DeferralReason, ...]
    fragile: tuple[Question, ...]
    roles: tuple[RoleGroup, ...]
    host: Json | None

    @property
    def status(self) -> str:
        return str(self.row["status"])

    @property
    def reason(self) -> str:
        """The one sentence that stands first: what calls most urgently for the measure."""
        return str(self.row["rules"][0]["says"]) if self.row["rules"] else ""

    @property
    def waits(self) -> tuple[DeferralReason, ...]:
        """What makes a measure wait that is called for."""
        return tuple(item for item in self.deferrals if item.value == "true" and self.row["rules"])

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
        words = [lower_first(str(labels.STATUS[code])) for code in self.row["possible"]]
        return (
            _("%(first)s or %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}
            if words[1:]
            else words[0]
        )


@dataclass(frozen=True)
class Group:
    """The measures of one status: what presses stands first, the rest is folded below it where
    there is much.
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
    groups: tuple[Group, ...]
    folded: tuple[Card, ...]


@dataclass(frozen=True)
class GapLine:
    question: Question
    asked: bool
    measures: tuple[Measure, ...]


@dataclass(frozen=True)
class Sheet:
    """The whole advice: what sums it up, the notices, a column for each form, and what is not
    known.
    """

    sentence: str
    flags: tuple[Flag, ...]
    possible_flags: tuple[Flag, ...]
    columns: tuple[Column, ...]
    gaps: tuple[GapLine, ...]
    counts: Mapping[str, int]


def sheet(rulebook: Rulebook, advice: Json) -> Sheet:
    """The advice as one sheet. `advice` is what `rulebook.advice.as_document` gives."""
    cards = [card(rulebook, code, row) for code, row in advice["measures"].items()]
    by_flag = {flag.code: flag for flag in rulebook.flags}
    counts = {status: sum(item.status == status for item in cards) for status in labels.STATUS}
    return Sheet(
        sentence=_sum_up(counts),
        flags=tuple(by_flag[code] for code in advice["flags"]),
        possible_flags=tuple(by_flag[code] for code in advice["possible_flags"]),
        columns=tuple(
            _column(form, [item for item in cards if item.measure.form == form]) for form in FORMS
        ),
        gaps=tuple(
            GapLine(
                rulebook.questionnaire[gap["question"]],
                gap["asked"],
                tuple(rulebook.measures[code] for code in gap["measures"]),
            )
            for gap in advice["gaps"]
        ),
        counts=counts,
    )


def card(rulebook: Rulebook, code: str, row: Json) -> Card:
    measure = rulebook.measures[code]
    gates = {gate.code: gate for gate in rulebook.gates}
    deferrals = {deferral.code: deferral for deferral in rulebook.deferrals}
    host = next((item for item in row["actors"] if item["actor"] == HOST_STATE), None)
    return Card(
        measure=measure,
        row=row,
        questions=tuple(rulebook.questionnaire[item] for item in row["matters"]),
        passages=rulebook.cite(measure.citation),
        gates=tuple(
            GateReason(
                gates[item["code"]],
                item["value"],
                item["says"],
                item["condition"],
                item["opens"],
                rulebook.cite(gates[item["code"]].citation),
            )
            for item in row["gates"]
        ),
        deferrals=tuple(
            DeferralReason(
                deferrals[item["code"]],
                item["value"],
                item["reason"],
                item["look_again"],
                rulebook.cite(deferrals[item["code"]].citation),
            )
            # What was frozen before there were deferrals has none.
            for item in row.get("deferrals", ())
        ),
        fragile=tuple(rulebook.questionnaire[item] for item in row.get("fragile", ())),
        roles=tuple(
            RoleGroup(role, labels.ROLE[role], actors)
            for role in ROLES
            for actors in [
                tuple(a for a in row["actors"] if a["role"] == role and a["actor"] != HOST_STATE)
            ]
            if actors
        ),
        host=host,
    )


def reasons(rulebook: Rulebook, row: Json, answers: Json) -> tuple[RuleReason, ...]:
    """Why: each rule that speaks for the measure, with the answers that it rests on and their
    grounds.
    """
    rules = {rule.code: rule for rule in rulebook.rules}
    return tuple(
        RuleReason(
            rule=rules[item["code"]],
            holds=item["holds"],
            says=item["says"],
            condition=say_condition(rules[item["code"]].when, rulebook.questionnaire, phrases()),
            answers=given_answers(rulebook, item["rests_on"], answers),
            passages=rulebook.cite(rules[item["code"]].citation),
        )
        for item in row["rules"]
    )


def idle_rules(rulebook: Rulebook, code: str, row: Json) -> tuple[tuple[Rule, str], ...]:
    """Why not: the rules for the measure that the answers do not make true, each with its condition
    in words.
    """
    speaking = {item["code"] for item in row["rules"]}
    return tuple(
        (rule, say_condition(rule.when, rulebook.questionnaire, phrases()))
        for rule in rulebook.rules_for[code]
        if rule.code not in speaking
    )


@dataclass(frozen=True)
class WayOut:
    """What would lead to another status: each answer that would have to be other, as it is and as
    it would be.
    """

    title: str
    changes: tuple[tuple[Question, str, str], ...]
    # The same as a form sends it: the question's code and an answer, one for each option.
    preset: tuple[tuple[str, str], ...]


def ways_out(rulebook: Rulebook, code: str, row: Json, answers: Json) -> tuple[WayOut, ...]:
    """The fewest changes of answers that would turn a measure on, off, or open what blocks it."""
    targets: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
        "recommended": ((_("It would no longer be called for if:"), ("not_indicated",)),),
        "conditional": (
            (_("It would be recommended outright if:"), ("recommended",)),
            (_("It would no longer be called for if:"), ("not_indicated",)),
        ),
        "deferred": (
            (_("It would not have to wait if:"), ("recommended", "conditional")),
            (_("It would no longer be called for if:"), ("not_indicated",)),
        ),
        "blocked": (
            (_("It would be open to be done if:"), ("recommended", "conditional")),
            (_("It would no longer be called for if:"), ("not_indicated",)),
        ),
        "open": (
            (_("It would be recommended for sure if:"), ("recommended",)),
            (_("It would not be called for, for sure, if:"), ("not_indicated",)),
        ),
        "not_indicated": ((_("It would be recommended if:"), ("recommended",)),),
    }
    known = {
        question: rulebook.questionnaire[question].read(answer["value"])
        for question, answer in answers.items()
        if answer["state"] == "known"
    }
    found = []
    for title, statuses in targets[row["status"]]:
        changes = fewest_changes(rulebook, known, code, statuses)
        if changes:
            said = tuple((change.question, *change.say(phrases())) for change in changes)
            found.append(
                WayOut(title, said, tuple(pair for change in changes for pair in _preset(change)))
            )
    return tuple(found)


def _preset(change: Change) -> list[tuple[str, str]]:
    if isinstance(change.then, frozenset):
        return [(change.question.code, code) for code in sorted(change.then) or ["none_of_these"]]
    return [(change.question.code, str(change.then))]


def given_answers(
    rulebook: Rulebook, codes: Iterable[str], answers: Json
) -> tuple[GivenAnswer, ...]:
    """The recorded answers to some questions, in the order of the questionnaire."""
    questionnaire = rulebook.questionnaire
    rows = []
    for code in sorted(codes, key=questionnaire.position.__getitem__):
        question, answer = questionnaire[code], answers.get(code, {})
        value = question.read(answer["value"]) if answer.get("state") == "known" else None
        rows.append(
            GivenAnswer(
                question,
                say_value(question, value, phrases()),
                answer.get("confidence", ""),
                answer.get("note", ""),
                answer.get("sources", ()),
            )
        )
    return tuple(rows)


def _column(form: str, cards: list[Card]) -> Column:
    ranks: dict[str | None, int] = {priority: rank for rank, priority in enumerate(PRIORITIES)}
    cards.sort(key=lambda item: ranks.get(item.row["priority"], len(ranks)))
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


def _group(status: str, cards: list[Card]) -> Group:
    """Up to FIRST measures in full; of more, the urgent and high ones, and where none presses the
    first few.
    """
    if len(cards) <= FIRST:
        return Group(status, tuple(cards), ())
    pressing = sum(item.row["priority"] in ("urgent", "high") for item in cards)
    cut = pressing or FIRST
    return Group(status, tuple(cards[:cut]), tuple(cards[cut:]))


def _sum_up(counts: Mapping[str, int]) -> str:
    """A sentence such as `7 measures are recommended; 2 have to wait; 1 is blocked.`"""
    parts = []
    if number := counts["recommended"]:
        parts.append(
            ngettext(
                "%(number)s measure is recommended", "%(number)s measures are recommended", number
            )
            % {"number": number}
        )
    if number := counts["conditional"]:
        parts.append(
            ngettext(
                "%(number)s depends on a condition", "%(number)s depend on a condition", number
            )
            % {"number": number}
        )
    if number := counts["deferred"]:
        parts.append(
            ngettext("%(number)s has to wait", "%(number)s have to wait", number)
            % {"number": number}
        )
    if number := counts["blocked"]:
        parts.append(
            ngettext("%(number)s is blocked", "%(number)s are blocked", number) % {"number": number}
        )
    if number := counts["open"]:
        parts.append(
            ngettext("%(number)s cannot be settled yet", "%(number)s cannot be settled yet", number)
            % {"number": number}
        )
    return (
        _("%(parts)s.") % {"parts": "; ".join(parts)}
        if parts
        else _("Nothing is called for by the answers given.")
    )
