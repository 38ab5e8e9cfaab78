"""What an edition knows, entry by entry, with where each entry is used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cases import labels
from cases.rulebook.entries.catalogue import (
    FORMS,
    Actor,
    Capability,
    Evidence,
    Measure,
    Organisation,
    Passage,
    Source,
    name_on,
)
from cases.rulebook.entries.conditions import questions_of
from cases.rulebook.entries.questions import Question, Section
from cases.rulebook.entries.rules import Deferral, Gate, Rule, Rulebook
from cases.rulebook.wording.sentences import say_condition
from cases.rulebook_phrases import phrases


@dataclass(frozen=True)
class RuleLine:
    """A rule as a sentence, with its actors by role and the passages that it rests on."""

    rule: Rule
    measure: Measure
    condition: str
    actors: tuple[tuple[labels.Label, tuple[Actor, ...]], ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class WeighedEvidence:
    """What studies say of a measure, with its sources, as it is shown on a day."""

    evidence: Evidence
    sources: tuple[Source, ...]
    is_overdue: bool


@dataclass(frozen=True)
class MeasureEntry:
    measure: Measure
    rules: tuple[RuleLine, ...]
    gates: tuple[tuple[Gate, str], ...]
    deferrals: tuple[tuple[Deferral, str, tuple[Passage, ...]], ...]
    builds_on: str
    cautions: tuple[tuple[str, str], ...]
    actors: tuple[tuple[Actor, Capability], ...]
    passages: tuple[Passage, ...]
    evidence: WeighedEvidence | None


@dataclass(frozen=True)
class EvidenceState:
    """For how many measures evidence is weighed; for how many of these nothing was found, no expert
    has checked it, or nobody has reviewed it for a year.
    """

    weighed: int
    nothing_found: int
    unchecked: int
    overdue: int


def evidence_state(rulebook: Rulebook, on: date) -> EvidenceState:
    weighed = [measure.evidence for measure in rulebook.measures.values() if measure.evidence]
    return EvidenceState(
        weighed=len(weighed),
        nothing_found=sum(evidence.strength == "none" for evidence in weighed),
        unchecked=sum(evidence.review == "desk" for evidence in weighed),
        overdue=sum(evidence.is_overdue(on) for evidence in weighed),
    )


def weighed_evidence(rulebook: Rulebook, code: str, on: date) -> WeighedEvidence | None:
    """What studies say of a measure, or None where nobody has weighed it."""
    evidence = rulebook.measures[code].evidence
    if evidence is None:
        return None
    sources = tuple(rulebook.sources[source] for source in evidence.sources)
    return WeighedEvidence(evidence, sources, evidence.is_overdue(on))


@dataclass(frozen=True)
class ActorEntry:
    actor: Actor
    can: tuple[tuple[Measure, Capability], ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class QuestionEntry:
    question: Question
    section: Section
    shown_if: str
    rules: tuple[RuleLine, ...]
    gates: tuple[Gate, ...]
    deferrals: tuple[Deferral, ...]
    decides: tuple[Question, ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class SourceEntry:
    """A source, its passages, and for each the entries that cite it: (kind, code, title); and the
    measures whose evidence it is.
    """

    source: Source
    passages: tuple[tuple[Passage, tuple[tuple[str, str, str], ...]], ...]
    evidence_for: tuple[Measure, ...]


def rule_line(rulebook: Rulebook, rule: Rule) -> RuleLine:
    actors = []
    for role, label in labels.ROLE.items():
        named = tuple(
            rulebook.actors[code] for code, role_of_actor in rule.actors if role_of_actor == role
        )
        if named:
            actors.append((label, named))
    return RuleLine(
        rule=rule,
        measure=rulebook.measures[rule.measure],
        condition=say_condition(rule.when, rulebook.questionnaire, phrases()),
        actors=tuple(actors),
        passages=rulebook.cite(rule.citation),
    )


def measures_by_form(
    rulebook: Rulebook,
) -> tuple[tuple[str, labels.Label, labels.Label, tuple[Measure, ...]], ...]:
    return tuple(
        (
            form,
            labels.FORM[form],
            labels.FORM_SAYS[form],
            tuple(measure for measure in rulebook.measures.values() if measure.form == form),
        )
        for form in FORMS
    )


def measure_entry(rulebook: Rulebook, code: str, on: date) -> MeasureEntry:
    """A measure with all that bears on it, on a day. Raises KeyError for one that the edition does
    not have.
    """
    measure = rulebook.measures[code]

    def say(condition: object) -> str:
        return say_condition(condition, rulebook.questionnaire, phrases()) if condition else ""  # type: ignore[arg-type]

    return MeasureEntry(
        measure=measure,
        rules=tuple(rule_line(rulebook, rule) for rule in rulebook.rules_for[code]),
        gates=tuple((gate, say(gate.holds)) for gate in rulebook.gates_for[code]),
        deferrals=tuple(
            (deferral, say(deferral.when), rulebook.cite(deferral.citation))
            for deferral in rulebook.deferrals_for[code]
        ),
        builds_on=say(measure.builds_on.when) if measure.builds_on else "",
        cautions=tuple((caution.text, say(caution.when)) for caution in measure.cautions),
        actors=tuple(
            (actor, item)
            for actor in rulebook.actors.values()
            for item in actor.can
            if item.measure == code
        ),
        passages=rulebook.cite(measure.citation),
        evidence=weighed_evidence(rulebook, code, on),
    )


def actors_by_category(rulebook: Rulebook) -> tuple[tuple[labels.Label, tuple[Actor, ...]], ...]:
    return tuple(
        (label, tuple(actor for actor in rulebook.actors.values() if actor.category == category))
        for category, label in labels.ACTOR_CATEGORY.items()
    )


def actor_entry(rulebook: Rulebook, code: str) -> ActorEntry:
    """Raises KeyError for an actor that the edition does not have."""
    actor = rulebook.actors[code]
    return ActorEntry(
        actor,
        tuple((rulebook.measures[item.measure], item) for item in actor.can),
        rulebook.cite(actor.citation),
    )


def questions_by_section(rulebook: Rulebook) -> tuple[tuple[Section, tuple[Question, ...]], ...]:
    questionnaire = rulebook.questionnaire
    return tuple(
        (section, questionnaire.in_section(section.code)) for section in questionnaire.sections
    )


def question_entry(rulebook: Rulebook, code: str) -> QuestionEntry:
    """Raises KeyError for a question that the edition does not have."""
    questionnaire = rulebook.questionnaire
    question = questionnaire[code]
    return QuestionEntry(
        question=question,
        section=next(
            section for section in questionnaire.sections if section.code == question.section
        ),
        shown_if=say_condition(question.show_if, questionnaire, phrases())
        if question.show_if
        else "",
        rules=tuple(
            rule_line(rulebook, rule) for rule in rulebook.rules if code in questions_of(rule.when)
        ),
        gates=tuple(gate for gate in rulebook.gates if code in gate_questions(gate)),
        deferrals=tuple(item for item in rulebook.deferrals if code in questions_of(item.when)),
        decides=tuple(
            other
            for other in questionnaire.questions
            if other.show_if and code in questions_of(other.show_if)
        ),
        passages=rulebook.cite(question.citation),
    )


def gate_questions(gate: Gate) -> frozenset[str]:
    return questions_of(gate.holds).union(*(questions_of(row.when) for row in gate.on_condition))


def organisations_on(
    rulebook: Rulebook, day: date
) -> list[tuple[Organisation, str, list[tuple[str, bool]]]]:
    """Each organisation that existed on a day, its name on that day, and its members' names, each
    with whether it was suspended.
    """
    rows = []
    for organisation in rulebook.organisations:
        name = name_on(organisation.names, day)
        if not name:
            continue
        members = [row for row in organisation.members if row.holds_on(day)]
        listed = sorted(
            (
                rulebook.countries[row.country].name,
                any(period.holds_on(day) for period in row.suspended),
            )
            for row in members
        )
        rows.append((organisation, str(name), listed))
    return rows


def sources_with_uses(rulebook: Rulebook) -> tuple[SourceEntry, ...]:
    uses: dict[str, list[tuple[str, str, str]]] = {}

    def note(kind: str, entries: Iterable[tuple[str, str, tuple[str, ...]]]) -> None:
        for code, title, citation in entries:
            for passage in citation:
                uses.setdefault(passage, []).append((kind, code, title))

    note("measure", ((item.code, item.title, item.citation) for item in rulebook.measures.values()))
    note(
        "actor",
        ((item.code, item.names[0].name, item.citation) for item in rulebook.actors.values()),
    )
    note(
        "question",
        ((item.code, item.title, item.citation) for item in rulebook.questionnaire.questions),
    )
    return tuple(
        SourceEntry(
            source,
            tuple(
                (passage, tuple(uses.get(passage.code, ())))
                for passage in rulebook.passages.values()
                if passage.source == source.code
            ),
            tuple(
                measure
                for measure in rulebook.measures.values()
                if measure.evidence and source.code in measure.evidence.sources
            ),
        )
        for source in rulebook.sources.values()
    )
