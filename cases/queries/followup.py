"""Following up what was endorsed: what is asked of an actor, what is overdue, what became of a
measure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypedDict
from uuid import UUID

from django.db.models import (
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Concat, TruncDate
from django.utils import timezone

from cases.models import ActorRequest, Assessment, MeasureDecision, Step, User
from cases.models.assessment import AssessmentQuerySet, assessment_seen_by
from cases.models.case import case_seen_by
from cases.queries.assessing.packed_answers import keys_and_codes
from cases.queries.editions.rulebooks import actors_of_all_editions, measures_of_all_editions
from cases.rulebook.entries.catalogue import Measure
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.bitplanes import NotExactError, Portfolio

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

ENDORSED = (MeasureDecision.Kind.ENDORSE, MeasureDecision.Kind.AMEND)
CONTRARY = (MeasureDecision.Kind.REJECT, MeasureDecision.Kind.ASK)
# The facts that end a request.
ENDED = (Step.Fact.DELIVERED, Step.Fact.REFUSED, Step.Fact.OUTCOME)


def endorsements_visible_to(user: User) -> QuerySet[MeasureDecision]:
    """The endorsements that reviewers have not taken back, of measures that the advice recommends,
    in assessments that a person may see and that nothing newer amends.
    """
    amended = Assessment.objects.filter(
        amends=OuterRef("assessment"), status=Assessment.Status.SUBMITTED
    )
    return _current_decisions().filter(
        ~Exists(amended),
        Exists(ActorRequest.objects.filter(decision=OuterRef("pk"))),
        assessment_seen_by(user, "assessment__"),
        kind__in=ENDORSED,
    )


def _current_decisions() -> QuerySet[MeasureDecision]:
    """The last decision of each reviewer on each measure of an assessment."""
    later = MeasureDecision.objects.filter(
        assessment=OuterRef("assessment"),
        measure=OuterRef("measure"),
        reviewer=OuterRef("reviewer"),
        pk__gt=OuterRef("pk"),
    )
    return MeasureDecision.objects.filter(~Exists(later))


def _decided(assessments: AssessmentQuerySet) -> QuerySet[ActorRequest]:
    """What endorsements and plans in some assessments ask of actors, each request once, where no
    reviewer says otherwise.
    """
    contrary = _current_decisions().filter(
        assessment=OuterRef("assessment"), measure=OuterRef("measure"), kind__in=CONTRARY
    )
    replaced = MeasureDecision.objects.filter(
        assessment=OuterRef("decision__assessment"),
        measure=OuterRef("decision__measure"),
        reviewer=OuterRef("decision__reviewer"),
        pk__gt=OuterRef("decision"),
    )
    requests = ActorRequest.objects.filter(
        Q(~Exists(replaced), decision__kind__in=ENDORSED) | Q(decision=None),
        ~Exists(contrary),
        Exists(assessments.filter(pk=OuterRef("assessment"))),
    )
    again = requests.filter(
        assessment=OuterRef("assessment"),
        measure=OuterRef("measure"),
        actor=OuterRef("actor"),
        pk__gt=OuterRef("pk"),
    )
    return requests.filter(~Exists(again))


def _steps_of_request() -> QuerySet[WithAnnotations[Step, DatedStep]]:
    """The steps of a request's actor with its measure, from the day of its assessment on.

    One without a date that was recorded after the submission counts in every time zone.
    """
    steps = dated_steps().annotate(said=Cast("actors", TextField()))
    since = Q(happened_on=None, recorded_at__gte=OuterRef("assessment__submitted_at"))
    return steps.filter(
        Q(day__gte=OuterRef("assessment__as_of")) | since,
        case=OuterRef("assessment__case"),
        measure=OuterRef("measure"),
        said__contains=Concat(Value('"'), OuterRef("actor"), Value('"')),
    )


class OpenRequest(TypedDict):
    """The annotation of a request: the fact of the latest step by its date."""

    last_fact: str | None


class DatedStep(TypedDict):
    """The annotation of a step: its own date or, without one, the day of its recording."""

    day: date


def dated_steps() -> QuerySet[WithAnnotations[Step, DatedStep]]:
    """Every step with its `day`: its own date, or where it has none the day of its recording."""
    return Step.objects.annotate(day=Coalesce("happened_on", TruncDate("recorded_at")))


def open_requests(
    assessments: AssessmentQuerySet, *, without: Assessment | None = None
) -> QuerySet[WithAnnotations[ActorRequest, OpenRequest]]:
    """What those of some assessments that are valid ask of actors now, the most urgent first; with
    `without`, what they would ask if that assessment were not signed off.

    Only signed-off assessments that are not superseded make requests, and none in a closed case
    does. A request ends with a step of that actor and measure that delivers or refuses it, dated on
    the day of the assessment or later. Each carries `last_fact`, the latest step by its date.
    """
    steps = _steps_of_request()
    ended = steps.filter(fact__in=ENDED)
    return (
        _decided(assessments.in_cases_not_closed().valid(without=without))
        .filter(~Exists(ended))
        .select_related("assessment__case")
        .annotate(last_fact=Subquery(steps.order_by("-day", "-pk").values("fact")[:1]))
        .order_by("urgency", "-pk")
    )


def asked_in_case(case: UUID) -> frozenset[tuple[str, str]]:
    """The measures and actors of the open requests of a case."""
    requests = open_requests(Assessment.objects.all()).filter(assessment__case=case)
    return frozenset((request.measure, request.actor) for request in requests)


def requests_to_actor(
    user: User, actor: str
) -> QuerySet[WithAnnotations[ActorRequest, OpenRequest]]:
    """What is asked of an actor now in all cases that a person may see."""
    return open_requests(Assessment.objects.visible_to(user)).filter(actor=actor)


def withdrawn_from_actor(user: User, actor: str) -> QuerySet[ActorRequest]:
    """What superseded assessments asked of an actor and the newer advice no longer asks."""
    seen = Assessment.objects.visible_to(user)
    return _no_longer_asked(seen).filter(actor=actor)


@dataclass(frozen=True)
class NamedRequest:
    """A request under the names of the day of its assessment."""

    measure: str
    actor: str


def named_requests(requests: Iterable[ActorRequest]) -> tuple[NamedRequest, ...]:
    listed = list(requests)
    if not listed:
        return ()
    measures, actors = measures_of_all_editions(), actors_of_all_editions()
    named = []
    for request in listed:
        actor = actors[request.actor].name_for(request.assessment.as_of)
        named.append(NamedRequest(measures[request.measure].title, str(actor)))
    return tuple(named)


def withdrawn_in(assessment: Assessment) -> tuple[NamedRequest, ...]:
    """What a superseded assessment asked of actors and the newer advice no longer asks."""
    return named_requests(_no_longer_asked(Assessment.objects.all()).filter(assessment=assessment))


@dataclass(frozen=True)
class SignOffWithdrawal:
    """What changes for actors if an assessment is no longer signed off.

    `counts_now` says whether it is valid now; `counts_again` is the assessment that would be valid
    in its place, None if there is none.
    """

    counts_now: bool
    counts_again: Assessment | None
    withdrawn: tuple[ActorRequest, ...]
    made_again: tuple[ActorRequest, ...]


def withdrawal_of_sign_off(assessment: Assessment) -> SignOffWithdrawal:
    """What would change for actors if an assessment were no longer signed off: nothing if it is
    not valid now.
    """
    of_case = Assessment.objects.filter(case=assessment.case_id)
    if not of_case.valid().filter(pk=assessment.pk).exists():
        return SignOffWithdrawal(False, None, (), ())
    every = Assessment.objects.all()
    now = _by_measure_and_actor(open_requests(every), of_case)
    then = _by_measure_and_actor(open_requests(every, without=assessment), of_case)
    return SignOffWithdrawal(
        True,
        of_case.valid(without=assessment).first(),
        tuple(row for key, row in now.items() if key not in then),
        tuple(row for key, row in then.items() if key not in now),
    )


def _by_measure_and_actor(
    requests: QuerySet[WithAnnotations[ActorRequest, OpenRequest]], assessments: AssessmentQuerySet
) -> dict[tuple[str, str], ActorRequest]:
    """The requests of some assessments."""
    rows = requests.filter(assessment__in=assessments)
    return {(row.measure, row.actor): row for row in rows}


def _no_longer_asked(assessments: AssessmentQuerySet) -> QuerySet[ActorRequest]:
    still = _decided(Assessment.objects.valid()).filter(
        assessment__case=OuterRef("assessment__case"),
        measure=OuterRef("measure"),
        actor=OuterRef("actor"),
    )
    ended = _steps_of_request().filter(fact__in=ENDED)
    return (
        _decided(assessments.signed_off().superseded())
        .filter(~Exists(still), ~Exists(ended))
        .select_related("assessment__case")
        .order_by("urgency", "-pk")
    )


def steps_due() -> QuerySet[Step]:
    """Steps with a due day that no later step with the same measure follows; none of a closed
    case.
    """
    return Step.objects.filter(awaited=True, case__closed_at=None)


def overdue_for(user: User) -> QuerySet[Step]:
    """The steps due whose day has passed, of the cases that a person may see, the oldest first."""
    overdue = steps_due().filter(case_seen_by(user, "case__"), due_on__lt=timezone.localdate())
    return overdue.select_related("case").order_by("due_on")


@dataclass(frozen=True)
class Experience:
    """How often a measure was recommended and endorsed in the last assessments that a person may
    see, and what the last steps with it were.

    `is_cut` says whether there may be earlier assessments that were not counted, `steps_are_cut`
    and `outcomes_are_cut` whether there are earlier steps and outcomes.
    """

    assessments: int
    is_cut: bool
    recommended: int
    endorsed: int
    facts: Mapping[str, int]
    steps_are_cut: bool
    outcomes: tuple[Step, ...]
    outcomes_are_cut: bool

    @property
    def steps(self) -> int:
        return sum(self.facts.values())


# How many of the last assessments and steps are counted for the experience with a measure, and how
# many outcomes are quoted.
LOOKED_AT = 300
QUOTED = 10


def experience_with(user: User, rulebook: Rulebook, measure: Measure) -> Experience:
    """What became of a measure in the last submitted assessments that a person may see: a fixed
    number of statements, whose cost does not grow with the assessments before those.
    """
    seen = Assessment.objects.visible_to(user).submitted()
    # Drafts have no such time. PostgreSQL would read them all first.
    submitted = seen.filter(submitted_at__isnull=False).order_by("-submitted_at", "-pk")
    keys, codes = keys_and_codes(submitted[:LOOKED_AT], rulebook.questionnaire)
    portfolio = Portfolio(rulebook.questionnaire, codes)
    try:
        planes = portfolio.statuses(rulebook, measure.code)
    except NotExactError:
        planes = portfolio.statuses(rulebook, measure.code, exact=False)
    endorsed = endorsements_visible_to(user).filter(measure=measure.code, assessment__in=keys)
    steps = Step.objects.filter(case_seen_by(user, "case__"), measure=measure.code)
    facts = list(steps.order_by("-pk").values_list("fact", flat=True)[: LOOKED_AT + 1])
    outcomes = _last_outcomes(steps.filter(fact=Step.Fact.OUTCOME))
    return Experience(
        portfolio.rows,
        len(keys) == LOOKED_AT,
        int(portfolio.rows_of(planes.recommended).sum()),
        endorsed.values("assessment").distinct().count(),
        dict(Counter(facts[:LOOKED_AT])),
        len(facts) > LOOKED_AT,
        tuple(outcomes[:QUOTED]),
        len(outcomes) > QUOTED,
    )


def _last_outcomes(outcomes: QuerySet[Step]) -> list[Step]:
    """The last outcomes, and one more if there is one, the latest first. One without a date of its
    own counts as of the day of its recording.

    Those with a date and those without are read apart, each by its index.
    """
    listed = outcomes.select_related("case")
    dated = listed.filter(happened_on__isnull=False).order_by("-happened_on", "-pk")
    undated = listed.filter(happened_on=None).order_by("-pk")
    found = [*dated[: QUOTED + 1], *undated[: QUOTED + 1]]
    return sorted(found, key=day_and_key, reverse=True)[: QUOTED + 1]


def day_and_key(step: Step) -> tuple[date, int]:
    """The sort key that puts steps in the order of their days."""
    return step.happened_on or timezone.localdate(step.recorded_at), step.pk
