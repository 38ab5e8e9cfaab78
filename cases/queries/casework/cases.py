"""Cases for lists and for their own page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest
from typing import TYPE_CHECKING, TypedDict, TypeVar, cast
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models.functions import NullIf

from cases import labels
from cases.country_names import codes_matching
from cases.models import Assessment, Case, CaseCountry, CaseMember, Event, User
from cases.models.case import case_owned_by, case_with_part
from cases.models.user import ANALYST
from cases.queries.assessing.advice import Column, sheet
from cases.queries.assessing.content import submitted_content
from cases.queries.assessing.plan import PlanLine, first_lines
from cases.queries.assessing.state import AssessmentState, states_of
from cases.queries.editions.rulebooks import rulebook_of
from cases.text_folding import fold
from cases.text_index import few_cases_with

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


C = TypeVar("C", bound=Case)


class ListedCase(TypedDict):
    """What a list says of a case in addition to its own fields."""

    assessed_on: date | None
    latest: UUID | None


def listed_cases(user: User) -> QuerySet[WithAnnotations[Case, ListedCase]]:
    """The cases that a person may see, each with its countries, owner and the date of its latest
    assessment. A returned assessment does not count.
    """
    submitted = Assessment.objects.submitted().filter(case=OuterRef("pk"), blind=False)
    cases = (
        Case.objects.visible_to(user)
        # Not joined: SQLite would begin with the people and sort the cases of each.
        .prefetch_related("owner", "closed_by", "countries")
        .annotate(assessed_on=NullIf("sort_assessed", Value(date.min)))
        .annotate(latest=Subquery(submitted.newest_first().values("pk")[:1]))
    )
    return cast("QuerySet[WithAnnotations[Case, ListedCase]]", cases)


def states_of_latest(
    cases: Iterable[WithAnnotations[Case, ListedCase]],
) -> dict[UUID, AssessmentState]:
    """The state of each case's latest assessment, by its day and then by its submission."""
    keys = [case.latest for case in cases if case.latest]
    states = states_of(Assessment.objects.filter(pk__in=keys).select_related("case"))
    return {state.assessment.case_id: state for state in states.values()}


def countries_of_cases(user: User) -> list[str]:
    """The codes of the countries of the cases that a person may see.

    Only for the countries that no open case has does it look at the person's own part.
    """
    used = _countries_in_use()
    codes = {code for code, is_open in used.items() if is_open and user.holds_a_role}
    others = used.keys() - codes
    if others:
        part = Case.objects.of_own_part(user)
        if not user.has_second_factor:
            part = part.exclude(confidentiality=Case.Confidentiality.SENSITIVE)
        own = CaseCountry.objects.filter(code__in=others, case__in=part).order_by()
        codes.update(own.values_list("code", flat=True).distinct())
    return sorted(codes)


# Goes from each country to the next by the index: one step for each country, where DISTINCT would
# read the row of every case.
_COUNTRIES_IN_USE = """
    WITH RECURSIVE used(code) AS (
        SELECT MIN(code) FROM cases_casecountry
        UNION ALL
        SELECT (SELECT MIN(country.code) FROM cases_casecountry country
                WHERE country.code > used.code)
        FROM used WHERE used.code IS NOT NULL
    )
    SELECT used.code, EXISTS (
        SELECT 1 FROM cases_casecountry country
        JOIN cases_case seen ON seen.id = country.case_id
        WHERE country.code = used.code AND seen.confidentiality = 'open'
    )
    FROM used WHERE used.code IS NOT NULL
"""


def _countries_in_use() -> dict[str, bool]:
    """The countries of all cases, each with whether an open case is about it."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTRIES_IN_USE)
        return {code: bool(is_open) for code, is_open in cursor.fetchall()}


def with_text(folded: str) -> Q:
    """A filter for the cases whose texts contain a folded text."""
    found = Q(search_text__contains=folded)
    few = few_cases_with(folded, "search_text")
    return found if few is None else found & Q(pk__in=few)


def search(cases: QuerySet[C], text: str) -> QuerySet[C]:
    """The cases in which every word of a text occurs in title, place, populations, summary or a
    name of a country.
    """
    for word in text.split():
        found, codes = with_text(fold(word)), codes_matching(word)
        if codes:
            of_country = CaseCountry.objects.filter(case=OuterRef("pk"), code__in=codes)
            found |= Q(Exists(of_country))
        cases = cases.filter(found)
    return cases


@dataclass(frozen=True)
class FormLine:
    """The latest advice on a case in one sentence for one form."""

    title: labels.Label
    recommended: tuple[str, ...]
    sentence: str


@dataclass(frozen=True)
class LatestAdvice:
    """The advice on a case that counts or, if there is none, the one that awaits review.

    `newer` are the states of the assessments submitted for a later time that are not signed off.
    `first` is what its plan puts first; `forms` is the advice by form, where the edition makes no
    plan.
    """

    state: AssessmentState
    newer: tuple[AssessmentState, ...]
    first: tuple[PlanLine, ...]
    forms: tuple[FormLine, ...]
    flags: tuple[str, ...]

    @property
    def assessment(self) -> Assessment:
        return self.state.assessment


@dataclass(frozen=True)
class ListedAssessment:
    """An assessment in the list of its case, with the one before it."""

    state: AssessmentState
    earlier: Assessment | None

    @property
    def assessment(self) -> Assessment:
        return self.state.assessment


def assessments_of(case: Case, user: User) -> list[ListedAssessment]:
    """The case's assessments that a person may see, the newest situation first."""
    seen = Assessment.objects.visible_to(user).filter(case=case)
    listed = list(seen.select_related("author", "edition", "case").defer("edition__document"))
    states = states_of(listed)
    pairs = zip_longest(listed, listed[1:])
    return [ListedAssessment(states[row.pk], earlier) for row, earlier in pairs]


def latest_advice(listed: Iterable[ListedAssessment]) -> LatestAdvice | None:
    """What the latest valid assessment of a case advises: signed off, and not superseded.

    If there is none, what awaits review; None if there is neither.
    """
    submitted = [row.state for row in listed if not row.assessment.is_draft]
    submitted.sort(key=lambda state: _newness(state.assessment), reverse=True)
    valid = [state for state in submitted if state.is_valid]
    awaiting = [state for state in submitted if state.awaits_review]
    chosen = next(iter([*valid, *awaiting]), None)
    if chosen is None:
        return None
    latest = chosen.assessment
    newer = tuple(
        state
        for state in submitted
        if state is not chosen and _newness(state.assessment) > _newness(latest)
    )
    rulebook, content = rulebook_of(latest.edition_id), submitted_content(latest)
    whole = sheet(rulebook, content)
    has_plan = content.advice.plan is not None
    return LatestAdvice(
        chosen,
        newer,
        first_lines(rulebook, content) if has_plan else (),
        () if has_plan else tuple(map(_form_line, whole.columns)),
        tuple(flag.title for flag in whole.flags),
    )


def _form_line(column: Column) -> FormLine:
    return FormLine(
        column.title,
        tuple(card.measure.title for card in column.cards_with("recommended")),
        column.sentence,
    )


def _newness(assessment: Assessment) -> tuple[date, datetime]:
    assert assessment.submitted_at is not None
    return assessment.as_of, assessment.submitted_at


def timeline(case: Case, limit: int = 20) -> list[Event]:
    """The last acts on a case, the newest first."""
    return list(case.events.select_related("actor").order_by("-pk")[:limit])


def drafts_of(user: User) -> QuerySet[Assessment]:
    """The drafts that a person works on, the last touched first.

    They are read in their order, and each is checked against what the person works on, so that a
    list that stops early does not read the other drafts. Only analysts work on drafts.
    """
    if ANALYST not in user.roles:
        return Assessment.objects.none()
    return (
        Assessment.objects.visible_to(user)
        .in_cases_not_closed()
        .drafts()
        .filter(case_owned_by(user) | case_with_part(user, CaseMember.Role.CONTRIBUTOR))
        .select_related("case")
        .prefetch_related(Prefetch("case__countries"))
        .order_by("-changed_at")
    )
