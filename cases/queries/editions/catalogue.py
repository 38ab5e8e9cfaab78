"""What an edition knows, entry by entry, with where each entry is used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain

from django.utils import timezone

from cases import labels
from cases.rulebook.entries.catalogue import (
    FORMS,
    Actor,
    ActsOn,
    Capability,
    Evidence,
    Line,
    LineInPhases,
    Measure,
    Organisation,
    Passage,
    Source,
    Suitability,
    name_on,
)
from cases.rulebook.entries.conditions import Condition, questions_of
from cases.rulebook.entries.country_names import country_name_on
from cases.rulebook.entries.questions import PHASE, Option, Question, Section
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.entries.rules import Deferral, Gate, Rule
from cases.rulebook.wording.sentences import say_condition
from cases.rulebook_phrases import phrases
from cases.text_folding import fold


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
class Effect:
    """What a measure does about a problem, with the passages that it rests on."""

    measure: Measure
    problem: Question
    row: ActsOn
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class PhaseLine:
    """The line of a measure in a phase, with the passages that it rests on."""

    phase: Option
    line: Line
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class MeasureEntry:
    """A measure with everything that affects it. `before` are the measures that come first, each
    with the reason; a gate and a deferral come with the measures that open it and end it.
    """

    measure: Measure
    effects: tuple[Effect, ...]
    lines: tuple[PhaseLine, ...]
    before: tuple[tuple[Measure, str], ...]
    rules: tuple[RuleLine, ...]
    gates: tuple[tuple[Gate, str, tuple[Measure, ...]], ...]
    deferrals: tuple[tuple[Deferral, str, tuple[Measure, ...], tuple[Passage, ...]], ...]
    builds_on: str
    cautions: tuple[tuple[str, str], ...]
    actors: tuple[tuple[Actor, Capability], ...]
    passages: tuple[Passage, ...]
    evidence: WeighedEvidence | None


@dataclass(frozen=True)
class EvidenceState:
    """How many measures have an evidence review, and for how many of these nothing was found, no
    expert has checked it, or nobody has updated it for a year.
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
class Placement:
    """Where an actor is well placed or unsuitable, and for which measures: none where it counts for
    all that the actor can do.
    """

    row: Suitability
    when: str
    measures: tuple[Measure, ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class ActorEntry:
    actor: Actor
    can: tuple[tuple[Measure, Capability], ...]
    placements: tuple[Placement, ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class QuestionEntry:
    question: Question
    section: Section
    shown_if: str
    effects: tuple[Effect, ...]
    rules: tuple[RuleLine, ...]
    gates: tuple[Gate, ...]
    deferrals: tuple[Deferral, ...]
    # The actors that are well placed or unsuitable by its answer.
    places: tuple[Actor, ...]
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
    forms = []
    for form in FORMS:
        measures = tuple(item for item in rulebook.measures.values() if item.form == form)
        forms.append((form, labels.FORM[form], labels.FORM_SAYS[form], measures))
    return tuple(forms)


def effects_of(rulebook: Rulebook, measure: Measure) -> tuple[Effect, ...]:
    """What a measure does about each problem, what it reduces directly first."""
    effects = (
        Effect(measure, rulebook.questionnaire[row.problem], row, rulebook.cite(row.citation))
        for row in measure.acts_on
    )
    return tuple(sorted(effects, key=lambda effect: not effect.row.directly))


def effects_on(rulebook: Rulebook, problem: str) -> tuple[Effect, ...]:
    """What each measure does about a problem, those that reduce it directly first."""
    effects = chain.from_iterable(
        effects_of(rulebook, measure) for measure in rulebook.measures.values()
    )
    on_it = [effect for effect in effects if effect.row.problem == problem]
    return tuple(sorted(on_it, key=lambda effect: not effect.row.directly))


def lines_of(rulebook: Rulebook, measure: Measure) -> tuple[PhaseLine, ...]:
    """The line of a measure in each phase; nothing where the edition states no lines."""
    stated: dict[str, LineInPhases] = {}
    for line in measure.lines:
        stated.update(dict.fromkeys(line.phases, line))
    return tuple(
        PhaseLine(phase, row.line, rulebook.cite(row.citation))
        for phase in phases_of(rulebook)
        if (row := stated.get(str(phase.code)))
    )


def phases_of(rulebook: Rulebook) -> tuple[Option, ...]:
    """The phases of the questionnaire; none if it does not ask for the phase."""
    asked = (item for item in rulebook.questionnaire.questions if item.code == PHASE)
    return next((item.options for item in asked), ())


def measures_by_phase(
    rulebook: Rulebook,
) -> tuple[tuple[Measure, tuple[PhaseLine, ...]], ...]:
    """Each measure with its line in each phase; nothing where the edition states no lines."""
    rows = ((measure, lines_of(rulebook, measure)) for measure in rulebook.measures.values())
    return tuple((measure, lines) for measure, lines in rows if lines)


def measure_entry(rulebook: Rulebook, code: str, on: date) -> MeasureEntry:
    """A measure with everything that affects it, on a day. Raises KeyError for one that the edition
    does not have.
    """
    measure = rulebook.measures[code]

    def say(condition: Condition | None) -> str:
        return say_condition(condition, rulebook.questionnaire, phrases()) if condition else ""

    def named(codes: Iterable[str]) -> tuple[Measure, ...]:
        return tuple(rulebook.measures[item] for item in codes)

    return MeasureEntry(
        measure=measure,
        effects=effects_of(rulebook, measure),
        lines=lines_of(rulebook, measure),
        before=tuple((rulebook.measures[row.measure], row.says) for row in measure.after),
        rules=tuple(rule_line(rulebook, rule) for rule in rulebook.rules_for[code]),
        gates=tuple(
            (gate, say(gate.holds), named(gate.opened_by)) for gate in rulebook.gates_for[code]
        ),
        deferrals=tuple(
            (row, say(row.when), named(row.ended_by), rulebook.cite(row.citation))
            for row in rulebook.deferrals_for[code]
        ),
        builds_on=say(measure.builds_on.when) if measure.builds_on else "",
        cautions=tuple((caution.text, say(caution.when)) for caution in measure.cautions),
        actors=tuple(_able(rulebook, code)),
        passages=rulebook.cite(measure.citation),
        evidence=weighed_evidence(rulebook, code, on),
    )


def _able(rulebook: Rulebook, measure: str) -> Iterator[tuple[Actor, Capability]]:
    """Who can do something for a measure, in the order of the catalogue."""
    for actor in rulebook.actors.values():
        for capability in actor.can:
            if capability.measure == measure:
                yield actor, capability


def actor_citation(actor: Actor) -> tuple[str, ...]:
    """The passages on an actor: on its mandate, and on where it is well placed or unsuitable."""
    placed = chain.from_iterable(row.citation for row in actor.suitability)
    return tuple(dict.fromkeys((*actor.citation, *placed)))


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
        placements_of(rulebook, actor),
        rulebook.cite(actor.citation),
    )


def placements_of(rulebook: Rulebook, actor: Actor) -> tuple[Placement, ...]:
    return tuple(_placement(rulebook, row) for row in actor.suitability)


def _placement(rulebook: Rulebook, row: Suitability) -> Placement:
    return Placement(
        row,
        say_condition(row.when, rulebook.questionnaire, phrases()),
        tuple(rulebook.measures[code] for code in row.measures),
        rulebook.cite(row.citation),
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
        effects=effects_on(rulebook, code),
        rules=tuple(
            rule_line(rulebook, rule) for rule in rulebook.rules if code in questions_of(rule.when)
        ),
        gates=tuple(gate for gate in rulebook.gates if code in gate_questions(gate)),
        deferrals=tuple(item for item in rulebook.deferrals if code in questions_of(item.when)),
        places=tuple(
            actor
            for actor in rulebook.actors.values()
            if any(code in questions_of(row.when) for row in actor.suitability)
        ),
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
        listed = []
        for row in members:
            country = country_name_on(row.country, rulebook.countries[row.country].name, day)
            listed.append((country, any(period.holds_on(day) for period in row.suspended)))
        listed.sort(key=lambda member: fold(member[0]))
        rows.append((organisation, str(name), listed))
    return rows


def measure_citation(measure: Measure) -> tuple[str, ...]:
    """The passages that a measure, its effects and its lines cite, each once."""
    effects = chain.from_iterable(row.citation for row in measure.acts_on)
    lines = chain.from_iterable(row.citation for row in measure.lines)
    return tuple(dict.fromkeys((*measure.citation, *effects, *lines)))


def sources_with_uses(rulebook: Rulebook) -> tuple[SourceEntry, ...]:
    uses: dict[str, list[tuple[str, str, str]]] = {}
    today = timezone.localdate()

    def note(kind: str, entries: Iterable[tuple[str, str, tuple[str, ...]]]) -> None:
        for code, title, citation in entries:
            for passage in citation:
                uses.setdefault(passage, []).append((kind, code, title))

    note(
        "measure",
        ((item.code, item.title, measure_citation(item)) for item in rulebook.measures.values()),
    )
    note(
        "actor",
        (
            (item.code, item.name_for(today).name, actor_citation(item))
            for item in rulebook.actors.values()
        ),
    )
    note(
        "question",
        ((item.code, item.title, item.citation) for item in rulebook.questionnaire.questions),
    )
    return tuple(_source_entry(rulebook, source, uses) for source in rulebook.sources.values())


def _source_entry(
    rulebook: Rulebook, source: Source, uses: Mapping[str, list[tuple[str, str, str]]]
) -> SourceEntry:
    return SourceEntry(
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
