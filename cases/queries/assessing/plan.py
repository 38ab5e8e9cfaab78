"""The plan of an assessment as its page shows it: what to do first, next and later, who leads, what
depends on what, which problems no measure addresses, and what would change it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from cases import labels
from cases.models import Answer
from cases.queries.assessing.chosen_plan import Choice, ChosenMeasures, choose_from
from cases.queries.assessing.content import NOT_ANSWERED, AssessmentContent, RecordedAnswer
from cases.queries.assessing.plan_picture import PlanPicture, plan_picture
from cases.queries.assessing.situation import situation
from cases.rulebook.entries.catalogue import Measure
from cases.rulebook.entries.questions import Question
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.advice import Advice, MeasureAdvice
from cases.rulebook.reasoning.leads import PARTNERS, PlacedActor
from cases.rulebook.reasoning.plan import Plan
from cases.rulebook.reasoning.problems import Problem

# Reliability from which on a single source is weak (the Admiralty scale).
WEAK = ("D", "E", "F")
# How many characters of a name fit on a line of a table.
LINE = 60


class NoPlanError(LookupError):
    """The edition of the assessment makes no plan."""


@dataclass(frozen=True)
class ShownActor:
    """Who does something for a measure, and why that actor.

    `doubt` says what is not known that would make it unsuitable, `choice` is the one that made it
    the lead, and `first_neighbours` names the first of the neighbours, where it is them.
    """

    actor: str
    name: str
    short: str
    why: str
    doubt: str = ""
    choice: Choice | None = None
    first_neighbours: str = ""

    @property
    def brief(self) -> str:
        """A name that fits a line: the short one if the long one spells that out or is too long. Of
        many neighbours it names the first.
        """
        if self.first_neighbours:
            return self.first_neighbours
        is_spelled_out = self.name.endswith(f"({self.short})")
        return self.short if is_spelled_out or len(self.name) > LINE else self.name


@dataclass(frozen=True)
class PlanLine:
    """A measure in a plan."""

    row: MeasureAdvice
    place: int
    lead: ShownActor | None
    partners: tuple[ShownActor, ...]
    problems: tuple[str, ...]
    waits_for: tuple[Measure, ...]
    choices: tuple[Choice, ...]
    # What follows from what was done with it, in a sentence; empty where nothing was.
    followed: str

    @property
    def measure(self) -> Measure:
        return self.row.measure

    @property
    def reason(self) -> str:
        return self.row.rules[0].says if self.row.rules else ""

    @property
    def by_when(self) -> labels.Label:
        return labels.BY_WHEN[self.row.measure.horizon]

    @property
    def condition(self) -> str:
        """The named condition on which it is recommended; empty where it is so outright."""
        if self.row.status != "conditional":
            return ""
        met = (gate for gate in self.row.gates if gate.value == "on_condition")
        return next((gate.condition or gate.says for gate in met), "")


@dataclass(frozen=True)
class WeakAnswer:
    """An answer that rests on one weak source, or on none, with the measures of the plan that rest
    on it.
    """

    question: Question
    why: str
    measures: tuple[Measure, ...]


@dataclass(frozen=True)
class OpenQuestion:
    """An open question, with the measures that an answer could still change."""

    question: Question
    moves: int


@dataclass(frozen=True)
class PlanPage:
    situation: tuple[str, ...]
    number: int
    first: tuple[PlanLine, ...]
    computed: tuple[PlanLine, ...]
    left_out_by_choice: tuple[PlanLine, ...]
    next: tuple[PlanLine, ...]
    later: tuple[PlanLine, ...]
    # Blocked and deferred measures that nothing in the catalogue makes possible.
    closed: tuple[Measure, ...]
    # What was done with other measures than the first, and what follows, in a sentence each.
    done: tuple[tuple[Measure, str], ...]
    always: frozenset[str]
    picture: PlanPicture
    unanswered: tuple[Problem, ...]
    unknown: tuple[Problem, ...]
    questions: tuple[OpenQuestion, ...]
    weak: tuple[WeakAnswer, ...]
    left_out: str
    choices: tuple[Choice, ...]
    idle_choices: tuple[Choice, ...]

    @property
    def is_chosen(self) -> bool:
        """Whether people chose anything in it."""
        return bool(self.choices)


def chosen_measures(rulebook: Rulebook, content: AssessmentContent) -> ChosenMeasures:
    """The measures to do first as people chose them, with the leads that they chose.

    Raises NoPlanError.
    """
    possible = {
        code: frozenset(actor.code for actor, _capability in rulebook.able[code])
        for code, row in content.advice.measures.items()
        if row.is_shown
    }
    return choose_from(_plan_of(content.advice).first, content.choices, possible)


def asked_actors(
    rulebook: Rulebook, content: AssessmentContent, code: str
) -> list[tuple[str, str]]:
    """Whom a measure asks to act, each with the role: the lead, chosen or computed, and the
    partners. Where the edition names no lead, everyone who can take it.
    """
    row = content.advice.measures[code]
    if row.lead is None:
        return [(item.actor, item.role) for item in row.actors]
    lead = row.lead.actor
    if content.advice.plan is not None:
        lead = chosen_measures(rulebook, content).leads.get(code, lead)
    helping = {item.actor: item.role for item in (row.lead, *row.partners)}
    helping.pop(lead, None)
    partners = [(actor, "support" if role == "lead" else role) for actor, role in helping.items()]
    return [(lead, "lead"), *partners[:PARTNERS]]


def plan_page(rulebook: Rulebook, content: AssessmentContent) -> PlanPage:
    """The plan of an assessment. Raises NoPlanError where its edition makes none."""
    return _Page(rulebook, content).page()


def first_lines(rulebook: Rulebook, content: AssessmentContent) -> tuple[PlanLine, ...]:
    """What a plan puts first. Raises NoPlanError where the edition makes none."""
    return _Page(rulebook, content).first()


def _plan_of(advice: Advice) -> Plan:
    if advice.plan is None:
        raise NoPlanError
    return advice.plan


class _Page:
    def __init__(self, rulebook: Rulebook, content: AssessmentContent) -> None:
        self.rulebook, self.content = rulebook, content
        self.advice = content.advice
        self.plan = _plan_of(content.advice)
        self.chosen = chosen_measures(rulebook, content)

    def first(self) -> tuple[PlanLine, ...]:
        return self._lines(self.chosen.first)

    def page(self) -> PlanPage:
        first = self.chosen.first
        gone = [code for code in self.plan.first if code not in first]
        following = [code for code in self.plan.next if code not in first]
        waiting = [code for code in self.plan.later if code not in first]
        problems = self.advice.problems
        return PlanPage(
            situation=situation(self.rulebook, self.content.values),
            number=self.plan.most,
            first=self.first(),
            computed=self._lines(self.plan.first, as_computed=True),
            left_out_by_choice=self._lines(gone),
            next=self._lines(following),
            later=self._lines(waiting),
            closed=tuple(row.measure for row in self.advice.measures.values() if row.way == "none"),
            done=tuple(
                (self.rulebook.measures[code], item.says)
                for code, item in self.content.follow_on.items()
                if code not in first
            ),
            always=frozenset(self.plan.always),
            picture=plan_picture(self.advice, self.rulebook.measures, first),
            unanswered=tuple(item for item in problems if item.question in self.plan.unanswered),
            unknown=tuple(item for item in problems if item.level is None),
            questions=tuple(self._questions()),
            weak=tuple(self._weak_answers(first)),
            left_out=self._left_out(),
            choices=self.content.choices,
            idle_choices=self.chosen.idle,
        )

    def _lines(self, codes: Iterable[str], *, as_computed: bool = False) -> tuple[PlanLine, ...]:
        return tuple(self._line(code, place, as_computed) for place, code in enumerate(codes, 1))

    def _line(self, code: str, place: int, as_computed: bool) -> PlanLine:
        row = self.advice.measures[code]
        choices = tuple(item for item in self.content.choices if item.measure == code)
        lead, partners = self._who(row, () if as_computed else choices)
        return PlanLine(
            row=row,
            place=place,
            lead=lead,
            partners=partners,
            problems=tuple(
                item.says
                for item in self.advice.problems
                if item.is_pressing and code in item.answered_by
            ),
            waits_for=tuple(self.rulebook.measures[item] for item in row.waits_for),
            choices=() if as_computed else choices,
            followed=self._followed(code),
        )

    def _followed(self, code: str) -> str:
        found = self.content.follow_on.get(code)
        return found.says if found else ""

    def _who(
        self, row: MeasureAdvice, choices: Iterable[Choice]
    ) -> tuple[ShownActor | None, tuple[ShownActor, ...]]:
        """Who leads and who helps. Whoever is chosen leads, with the computed lead as a partner."""
        computed = [_shown_lead(row.lead), *map(_shown_actor, row.partners)] if row.lead else []
        actor = self.chosen.leads.get(row.measure.code)
        choice = next((item for item in choices if item.actor and item.actor == actor), None)
        if choice is None:
            return (computed[0] if computed else None), tuple(computed[1:])
        helping = tuple(item for item in computed if item.actor != choice.actor)
        return self._chosen_lead(row, choice), helping[:PARTNERS]

    def _chosen_lead(self, row: MeasureAdvice, choice: Choice) -> ShownActor:
        named = {item.actor: _shown_actor(item) for item in row.partners}
        if shown := named.get(choice.actor):
            return replace(shown, why=choice.reason, doubt="", choice=choice)
        name = self.rulebook.actors[choice.actor].name_for(self.content.as_of)
        short = name.short or name.name
        return ShownActor(choice.actor, str(name), short, choice.reason, choice=choice)

    def _questions(self) -> Iterator[OpenQuestion]:
        for gap in self.advice.gaps:
            yield OpenQuestion(self.rulebook.questionnaire[gap.question], gap.moves)

    def _weak_answers(self, first: Iterable[str]) -> Iterator[WeakAnswer]:
        """The weak answers on which the plan rests, those with the most measures first."""
        resting: dict[str, list[Measure]] = {}
        for code in first:
            row = self.advice.measures[code]
            for question in row.rests_on:
                resting.setdefault(question, []).append(row.measure)
        for question in sorted(resting, key=lambda code: -len(resting[code])):
            why = _weakness(self.content.answers.get(question, NOT_ANSWERED))
            if why:
                asked = self.rulebook.questionnaire[question]
                yield WeakAnswer(asked, why, tuple(resting[question]))

    def _left_out(self) -> str:
        """One sentence that counts the measures that cannot be taken now, by the reason."""
        rows = self.advice.measures.values()
        counts: Counter[str] = Counter(row.status for row in rows)
        why = _most_frequent_gate(rows)
        parts = [
            words % {"number": counts[status], "why": why}
            for status, words in _LEFT_OUT.items()
            if counts[status]
        ]
        if not parts:
            return _("Nothing is left out.")
        return _("Of the other measures, %(parts)s.") % {"parts": "; ".join(parts)}


# How many measures cannot be taken now, by status, as part of a sentence.
_LEFT_OUT: dict[str, labels.Label] = {
    "blocked": ngettext_lazy(
        "%(number)s is blocked (by “%(why)s”)",
        "%(number)s are blocked (most often by “%(why)s”)",
        "number",
    ),
    "deferred": ngettext_lazy("%(number)s is too early", "%(number)s are too early", "number"),
    "open": ngettext_lazy(
        "%(number)s cannot be settled yet", "%(number)s cannot be settled yet", "number"
    ),
    "not_indicated": ngettext_lazy(
        "nothing in the answers calls for %(number)s",
        "nothing in the answers calls for %(number)s",
        "number",
    ),
}


def _shown_lead(placed: PlacedActor) -> ShownActor:
    if placed.grade != "able":
        return _shown_actor(placed)
    return replace(_shown_actor(placed), why=_("It can do this, and nobody is better placed."))


def _shown_actor(placed: PlacedActor) -> ShownActor:
    return ShownActor(
        placed.actor,
        placed.name,
        placed.short,
        placed.why,
        placed.doubt,
        first_neighbours=placed.brief,
    )


def _weakness(answer: RecordedAnswer) -> str:
    """Why an answer is weak, in words; empty where it is not."""
    if answer.state != Answer.State.KNOWN:
        return ""
    if not answer.sources:
        return _("no source is named")
    if len(answer.sources) > 1:
        return ""
    source = answer.sources[0]
    if source.reliability in WEAK:
        return _("one source, of reliability %(reliability)s") % {"reliability": source.reliability}
    if answer.confidence == Answer.Confidence.LOW:
        return _("one source, and low confidence")
    return ""


def _most_frequent_gate(rows: Iterable[MeasureAdvice]) -> str:
    """What the gate says that blocks most measures, inside a sentence."""
    says: Counter[str] = Counter()
    for row in rows:
        if row.status == "blocked":
            says.update(gate.gate.title for gate in row.gates if gate.value == "fails")
    return says.most_common(1)[0][0] if says else ""
