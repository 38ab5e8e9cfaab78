"""Following up what was endorsed: what is asked of an actor, what is overdue, what became of a
measure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Subquery
from django.utils import timezone

from cases.models import ActorRequest, Assessment, Case, MeasureDecision, Step, User
from cases.queries.assessing.packed_answers import codes_of
from cases.rulebook.entries.catalogue import Measure
from cases.rulebook.entries.rules import Rulebook
from cases.rulebook.reasoning.bitplanes import NotExactError, Portfolio

ENDORSED = (MeasureDecision.Kind.ENDORSE, MeasureDecision.Kind.AMEND)


def endorsements_visible_to(user: User) -> QuerySet[MeasureDecision]:
    """The endorsements that still count, of assessments that a person may see and that nothing
    newer amends.
    """
    later = MeasureDecision.objects.filter(
        assessment=OuterRef("assessment"),
        measure=OuterRef("measure"),
        reviewer=OuterRef("reviewer"),
        pk__gt=OuterRef("pk"),
    )
    amended = Assessment.objects.filter(
        amends=OuterRef("assessment"), status=Assessment.Status.SUBMITTED
    )
    return MeasureDecision.objects.filter(
        ~Exists(later),
        ~Exists(amended),
        kind__in=ENDORSED,
        assessment__in=Assessment.objects.visible_to(user),
    )


def asked_of_actor(user: User, actor: str) -> QuerySet[ActorRequest]:
    """What endorsed recommendations now ask of an actor in all cases that a person may see, the
    most urgent first.

    Each carries `last_fact`, what was recorded last of following it up. What was delivered or
    refused is not open.
    """
    steps = Step.objects.filter(
        case=OuterRef("assessment__case"), measure=OuterRef("measure")
    )
    ended = steps.filter(fact__in=(Step.Fact.DELIVERED, Step.Fact.REFUSED, Step.Fact.OUTCOME))
    return (
        ActorRequest.objects.filter(
            ~Exists(ended), actor=actor, decision__in=endorsements_visible_to(user)
        )
        .select_related("assessment__case")
        .annotate(last_fact=Subquery(steps.order_by("-pk").values("fact")[:1]))
        .order_by("urgency", "-pk")
    )


def overdue_for(user: User) -> QuerySet[Step]:
    """Steps of the cases that a person may see whose day has passed with nothing recorded after
    them.
    """
    later = Step.objects.filter(
        case=OuterRef("case"), measure=OuterRef("measure"), pk__gt=OuterRef("pk")
    )
    found = Step.objects.filter(
        ~Exists(later), due_on__lt=timezone.localdate(), case__in=Case.objects.visible_to(user)
    )
    return found.select_related("case").order_by(F("due_on").asc())


@dataclass(frozen=True)
class Experience:
    """How often a measure was recommended, endorsed and followed up, in what a person may see."""

    assessments: int
    recommended: int
    endorsed: int
    facts: Mapping[str, int]
    outcomes: tuple[Step, ...]


def experience_with(user: User, rulebook: Rulebook, measure: Measure) -> Experience:
    """What became of a measure over all submitted assessments that a person may see: a fixed number
    of statements.
    """
    submitted = Assessment.objects.visible_to(user).submitted()
    _keys, codes = codes_of(submitted, rulebook.questionnaire)
    portfolio = Portfolio(rulebook.questionnaire, codes)
    try:
        planes = portfolio.statuses(rulebook, measure.code)
    except NotExactError:
        planes = portfolio.statuses(rulebook, measure.code, exact=False)
    steps = Step.objects.filter(measure=measure.code, case__in=Case.objects.visible_to(user))
    return Experience(
        portfolio.rows,
        int(portfolio.rows_of(planes.recommended).sum()),
        endorsements_visible_to(user)
        .filter(measure=measure.code)
        .values("assessment")
        .distinct()
        .count(),
        dict(steps.order_by().values_list("fact").annotate(Count("pk"))),
        tuple(steps.filter(fact=Step.Fact.OUTCOME).select_related("case").order_by("-pk")[:5]),
    )
