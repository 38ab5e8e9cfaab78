"""What spans several cases: what is asked of one actor, and a round-up of cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cases import labels
from cases.country_names import country_name
from cases.models import ActorRequest, Assessment, Case, Step, User
from cases.queries.assessing.content import content_for, submitted_content
from cases.queries.assessing.plan import plan_page
from cases.queries.assessing.situation import situation
from cases.queries.assessing.state import AssessmentState, states_of
from cases.queries.casework.closing import how_closed
from cases.queries.editions.rulebooks import (
    actors_of_all_editions,
    measures_of_all_editions,
    rulebook_of,
)
from cases.queries.followup import OpenRequest, requests_to_actor, withdrawn_from_actor
from cases.queries.reports.context import ASSESSMENTS
from cases.queries.reports.state_lines import state_line
from cases.queries.reports.values import ActorSheet, AskLine, RoundUp, RoundUpLine, StateLine
from cases.queries.reports.wording import coded, limits
from cases.rulebook.entries.rules import PRIORITIES
from cases.rulebook.wording.sentences import lower_first

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

FACTS: dict[str, labels.Label] = dict(Step.Fact.choices)


def actor_sheet(user: User, actor: str) -> tuple[ActorSheet, tuple[Assessment, ...]]:
    """What is asked of an actor now in all cases that a person may see, the most urgent first, with
    the assessments that ask it. Raises LookupError for an actor that no edition has.
    """
    found = actors_of_all_editions()[actor]
    requests = list(requests_to_actor(user, actor))
    keys = {request.assessment_id for request in requests}
    assessments = {row.pk: row for row in ASSESSMENTS.filter(pk__in=keys)}
    states = states_of(assessments.values())
    today = timezone.localdate()
    measures = measures_of_all_editions()
    name = found.name_for(today)
    asks = tuple(
        _ask_line(request, assessments[request.assessment_id], states[request.assessment_id])
        for request in requests
    )
    withdrawn = tuple(
        _("%(measure)s: %(case)s")
        % {"measure": measures[row.measure].title, "case": row.assessment.case.title}
        for row in withdrawn_from_actor(user, actor)
        if row.measure in measures
    )
    sheet = ActorSheet(
        actor=actor,
        name=str(name),
        mandate=found.mandate,
        language=get_language() or settings.LANGUAGE_CODE,
        on=today,
        asks=asks,
        withdrawn=withdrawn,
        limits=limits(),
    )
    return sheet, tuple(assessments.values())


def _ask_line(
    request: WithAnnotations[ActorRequest, OpenRequest],
    assessment: Assessment,
    state: AssessmentState,
) -> AskLine:
    """What one request asks, as the assessment that makes it says."""
    content = submitted_content(assessment)
    row = content.advice.measures[request.measure]
    acting = next((item for item in row.actors if item.actor == request.actor), None)
    line = state_line(state)
    return AskLine(
        assessment=str(assessment.pk),
        case=content.title,
        countries=tuple(country_name(code, content.as_of) for code in content.countries),
        confidentiality=coded(assessment.case.confidentiality, labels.CONFIDENTIALITY),
        as_of=content.as_of,
        signed=" ".join(line.sentences),
        measure=request.measure,
        title=row.measure.title,
        role=coded(request.role, labels.ROLE),
        priority=coded(PRIORITIES[request.urgency], labels.PRIORITY),
        place=request.place,
        what=row.measure.what,
        reason=row.rules[0].says if row.rules else "",
        does=acting.does if acting else "",
        followed=str(FACTS[request.last_fact]) if request.last_fact else "",
    )


def round_up(user: User, cases: Iterable[Case]) -> tuple[RoundUp, tuple[Assessment, ...]]:
    """Some of the cases that a person may see, in their order, each by the assessment that counts:
    signed off and not superseded, or, if there is none, the one that awaits review. With them, the
    assessments that it covers.
    """
    listed = list(cases)
    submitted = _submitted_states(user, listed)
    counting = _counting(submitted)
    lines = tuple(
        _round_up_line(user, case, counting.get(case.pk), submitted.get(case.pk, []))
        for case in listed
    )
    value = RoundUp(
        language=get_language() or settings.LANGUAGE_CODE,
        on=timezone.localdate(),
        lines=lines,
        limits=limits(),
    )
    return value, tuple(state.assessment for state in counting.values())


def counting_assessments(user: User, cases: list[Case]) -> dict[UUID, AssessmentState]:
    """The state of the assessment that counts in each case, by the key of the case."""
    return _counting(_submitted_states(user, cases))


def _submitted_states(user: User, cases: list[Case]) -> dict[UUID, list[AssessmentState]]:
    """The states of the submitted assessments of each case that a person may see, the newest
    situation first, by the key of the case.
    """
    seen = Assessment.objects.visible_to(user).submitted().filter(case__in=cases)
    by_case: dict[UUID, list[AssessmentState]] = {}
    rows = ASSESSMENTS.filter(pk__in=seen.values("pk")).newest_first()
    for state in states_of(rows).values():
        by_case.setdefault(state.assessment.case_id, []).append(state)
    return by_case


def _counting(submitted: Mapping[UUID, list[AssessmentState]]) -> dict[UUID, AssessmentState]:
    counting: dict[UUID, AssessmentState] = {}
    for case, states in submitted.items():
        valid = [state for state in states if state.is_valid]
        awaiting = [state for state in states if state.awaits_review]
        chosen = next(iter([*valid, *awaiting]), None)
        if chosen is not None:
            counting[case] = chosen
    return counting


def _with_newer(state: AssessmentState, submitted: list[AssessmentState]) -> StateLine:
    """The state of the assessment that counts, and of those of its case that are newer than it."""
    line = state_line(state)
    newer = submitted[: submitted.index(state)]
    return replace(line, sentences=(*line.sentences, *map(_newer_sentence, newer)))


def _newer_sentence(state: AssessmentState) -> str:
    return _("A newer assessment, of %(date)s, is not signed off: %(state)s.") % {
        "date": formats.date_format(state.assessment.as_of, "j F Y"),
        "state": lower_first(str(labels.REVIEW_MARK[state.mark])),
    }


def _round_up_line(
    user: User, case: Case, state: AssessmentState | None, submitted: list[AssessmentState]
) -> RoundUpLine:
    confidentiality = coded(case.confidentiality, labels.CONFIDENTIALITY)
    if state is None:
        countries = tuple(map(country_name, case.country_codes))
        closed = how_closed(case)
        return RoundUpLine(
            case.title, countries, confidentiality, None, None, (), (), (), "", closed
        )
    assessment = state.assessment
    content, rulebook = content_for(user, assessment), rulebook_of(assessment.edition_id)
    flags = {flag.code: flag.title for flag in rulebook.flags}
    first = plan_page(rulebook, content).first if content.advice.plan else ()
    return RoundUpLine(
        case=content.title,
        countries=tuple(country_name(code, content.as_of) for code in content.countries),
        confidentiality=confidentiality,
        as_of=content.as_of,
        state=_with_newer(state, submitted),
        situation=situation(rulebook, content.values),
        first=tuple(
            _("%(measure)s (%(lead)s)") % {"measure": line.measure.title, "lead": line.lead.brief}
            if line.lead
            else line.measure.title
            for line in first
        ),
        notices=tuple(flags[code] for code in content.advice.flags),
        digest=assessment.snapshot.digest,
        closed=how_closed(case),
    )
