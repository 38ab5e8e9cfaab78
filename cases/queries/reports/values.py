"""What a report says of an assessment, as values without models or rulebooks: words in the reader's
language beside the codes that programs need. Every format is made from these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from cases.rulebook.reasoning.plan import USUAL

# The statuses of what the advice asks somebody to do.
ASKED = ("recommended", "conditional")


@dataclass(frozen=True, slots=True)
class Coded:
    """A code, and the words in which it is shown."""

    code: str
    says: str


@dataclass(frozen=True, slots=True)
class Publisher:
    """The organisation that hands a file out, and its wording for how the file may be used. Both
    are empty where none is set.
    """

    name: str
    classification: str


@dataclass(frozen=True, slots=True)
class CaseLine:
    """The case; `confidentiality` is that of the case when the report is made. `neighbours` are the
    States that border its countries, by the names that they had at the date of the assessment.
    """

    id: str
    title: str
    place: str
    populations: str
    summary: str
    countries: tuple[Coded, ...]
    neighbours: tuple[Coded, ...]
    confidentiality: Coded
    owner: str
    url: str


@dataclass(frozen=True, slots=True)
class StateLine:
    """How far an assessment may be relied on.

    `code` is `draft`, `pending`, `referred`, `returned`, `signed_off` or `superseded`; `mark` is
    the word that goes on every page. `sentences` say by whom and when, and what has happened since.
    """

    code: str
    mark: str
    sentences: tuple[str, ...]
    signed_by: tuple[str, ...]
    since: datetime | None
    is_valid: bool
    is_stale: bool


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source of an answer. Where the reader may not know it, the title says so."""

    title: str
    publisher: str
    published_on: date | None
    url: str
    reliability: str


@dataclass(frozen=True, slots=True)
class FileLine:
    name: str
    content_type: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """A question that is asked, and what is recorded for it; `value` is as JSON keeps it."""

    question: str
    title: str
    text: str
    says: str
    value: Any
    state: Coded
    confidence: Coded | None
    note: str
    effective_on: date | None
    carried_over: bool
    sources: tuple[SourceLine, ...]
    files: tuple[FileLine, ...]


@dataclass(frozen=True, slots=True)
class SectionLine:
    code: str
    title: str
    answers: tuple[AnswerLine, ...]


@dataclass(frozen=True, slots=True)
class PassageLine:
    """A passage of a source of the edition, in our words."""

    source: str
    where: str
    says: str


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer that a reason rests on, by the code of its question."""

    question: str
    title: str
    says: str


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """A rule that calls for a measure. `holds` is None where the answers do not settle it."""

    rule: str
    says: str
    condition: str
    priority: Coded
    holds: bool | None
    answers: tuple[GivenAnswer, ...]
    passages: tuple[PassageLine, ...]


@dataclass(frozen=True, slots=True)
class GateLine:
    """What must hold before a measure can be recommended, and whether it does.

    `value` is `holds`, `on_condition`, `fails` or `unknown`.
    """

    gate: str
    kind: Coded
    title: str
    value: Coded
    says: str
    condition: str
    opens: str
    passages: tuple[PassageLine, ...]


@dataclass(frozen=True, slots=True)
class DeferralLine:
    """Why a measure has to wait, and when to look at it again."""

    says: str
    look_again: str
    is_settled: bool
    passages: tuple[PassageLine, ...]


@dataclass(frozen=True, slots=True)
class ActorLine:
    """Who acts in a measure. `brief` is its name as a line has room for; `why` is given for leads
    and partners.
    """

    actor: str
    name: str
    short: str
    brief: str
    role: Coded
    why: str
    doubt: str
    does: str
    needs: str


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """What a reviewer decided last on one measure."""

    kind: str
    says: str
    text: str
    reviewer: str
    on: datetime


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """A measure in the advice, with everything that is said of it.

    `place` is its place among the measures to do first, None outside of these; `group` is `first`,
    `next`, `later` or empty.
    """

    code: str
    title: str
    form: Coded
    status: Coded
    possible: tuple[Coded, ...]
    priority: Coded | None
    horizon: Coded
    by_when: str
    group: str
    place: int | None
    reason: str
    condition: str
    what: str
    how: str
    lead: ActorLine | None
    partners: tuple[ActorLine, ...]
    is_lead_chosen: bool
    actors: tuple[ActorLine, ...]
    problems: tuple[str, ...]
    waits_for: tuple[str, ...]
    reasons: tuple[ReasonLine, ...]
    gates: tuple[GateLine, ...]
    deferrals: tuple[DeferralLine, ...]
    cautions: tuple[str, ...]
    fragile: tuple[str, ...]
    evidence: str
    followed: str
    passages: tuple[PassageLine, ...]
    decisions: tuple[DecisionLine, ...]

    @property
    def leading(self) -> tuple[str, ...]:
        """Who leads it, by their short names: of an edition without plans, everyone who can."""
        if self.lead is not None:
            return (self.lead.brief,)
        return tuple(actor.short for actor in self.actors if actor.role.code == "lead")

    @property
    def waits(self) -> str:
        """What the measure waits for, in one sentence."""
        if self.deferrals and self.deferrals[0].is_settled:
            return self.deferrals[0].says
        return next((gate.says for gate in self.gates if gate.value.code == "fails"), "")


@dataclass(frozen=True, slots=True)
class ChoiceLine:
    """One thing that people changed in the computed plan."""

    says: str
    reason: str
    by: str
    on: date
    has_effect: bool


@dataclass(frozen=True, slots=True)
class PlanLines:
    """The plan, by the codes of its measures. `computed` is what comes first without the choices
    that people made; `unanswered` are pressing problems on which nothing shown acts; `unknown` are
    those of which nobody knows how grave they are.
    """

    first: tuple[str, ...]
    computed: tuple[str, ...]
    next: tuple[str, ...]
    later: tuple[str, ...]
    closed: tuple[str, ...]
    is_chosen: bool
    choices: tuple[ChoiceLine, ...]
    unanswered: tuple[str, ...]
    unknown: tuple[str, ...]
    weak: tuple[str, ...]
    left_out: str


@dataclass(frozen=True, slots=True)
class GapLine:
    """A question without an answer that can still change measures, given by their titles."""

    question: str
    text: str
    is_unknown: bool
    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """Something about the whole assessment that a reader must see."""

    title: str
    says: str
    is_settled: bool
    still: tuple[str, ...]
    beyond: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RiskLine:
    """A risk factor of the Framework of Analysis: how far the answers point to it, 0 to 4 or None,
    how many of its questions are answered, and the answers that point to it most.
    """

    code: str
    title: str
    level: int | None
    known: int
    questions: int
    strongest: tuple[GivenAnswer, ...]


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """A decision on the whole."""

    kind: Coded
    reviewer: str
    referred_to: str
    text: str
    on: datetime
    digest: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """One thing that was done with a measure in the case."""

    measure: str
    title: str
    fact: Coded
    actors: tuple[str, ...]
    happened_on: date | None
    due_on: date | None
    is_overdue: bool
    note: str
    source: str
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeftLine:
    """An answer of an earlier edition without a place in this one."""

    title: str
    answered: str
    why: str
    note: str
    sources: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a reader may know of an assessment.

    `dated` is when it was submitted, for a draft when it was last changed: the same content has the
    same date. `digest` is empty for a draft.
    """

    id: str
    url: str
    language: str
    case: CaseLine
    state: StateLine
    as_of: date
    dated: datetime
    author: str
    submitted_at: datetime | None
    edition: str
    edition_digest: str
    digest: str
    limits: str
    summary: str
    situation: tuple[str, ...]
    comment: str
    notices: tuple[NoticeLine, ...]
    plan: PlanLines | None
    measures: tuple[MeasureLine, ...]
    gaps: tuple[GapLine, ...]
    risk: tuple[RiskLine, ...]
    sections: tuple[SectionLine, ...]
    left: tuple[LeftLine, ...]
    review: tuple[ReviewLine, ...]
    steps: tuple[StepLine, ...]
    withdrawn: tuple[str, ...]

    @property
    def by_code(self) -> Mapping[str, MeasureLine]:
        return {line.code: line for line in self.measures}

    @property
    def first(self) -> tuple[MeasureLine, ...]:
        """What to do first, by the plan. Where the edition makes none: the most urgent measures."""
        if self.plan is None:
            asked = (row for row in self.measures if row.status.code in ASKED)
            return tuple(islice(asked, USUAL))
        measures = self.by_code
        return tuple(measures[code] for code in self.plan.first)


@dataclass(frozen=True, slots=True)
class AskLine:
    """What is asked of an actor in one case: a measure, and how far it is."""

    assessment: str
    case: str
    countries: tuple[str, ...]
    confidentiality: Coded
    as_of: date
    signed: str
    measure: str
    title: str
    role: Coded
    priority: Coded
    place: int | None
    what: str
    reason: str
    does: str
    followed: str


@dataclass(frozen=True, slots=True)
class ActorSheet:
    """What is asked of one actor now, over all cases that the reader may see; `withdrawn` is what
    newer advice no longer asks. `on` is the day on which it was asked.
    """

    actor: str
    name: str
    mandate: str
    language: str
    on: date
    asks: tuple[AskLine, ...]
    withdrawn: tuple[str, ...]
    limits: str


@dataclass(frozen=True, slots=True)
class RoundUpLine:
    """A case in a round-up, by the assessment that counts; without one `state` is None. `closed`
    says how the case was closed, and is empty while it is open.
    """

    case: str
    countries: tuple[str, ...]
    confidentiality: Coded
    as_of: date | None
    state: StateLine | None
    situation: tuple[str, ...]
    first: tuple[str, ...]
    notices: tuple[str, ...]
    digest: str
    closed: str


@dataclass(frozen=True, slots=True)
class RoundUp:
    """Several cases that the reader may see, one line and one paragraph each."""

    language: str
    on: date
    lines: tuple[RoundUpLine, ...]
    limits: str
