"""The list of cases as values, for files: what a person may see of them, without their content."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import get_language

from cases import labels
from cases.country_names import country_name
from cases.models import Case
from cases.queries.assessing.state import AssessmentState
from cases.queries.casework.cases import ListedCase, states_of_latest
from cases.queries.reports.values import Coded
from cases.queries.reports.wording import address, coded

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


@dataclass(frozen=True, slots=True)
class Closing:
    """When a case was closed, by whom and why."""

    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case, and how far its latest assessment may be relied on. Countries have their names of
    today, as in the list on the page. `latest` is its address and `latest_of` its day; a returned
    one is no assessment yet, so `assessed_on` may be an earlier day. `closed` is null while the
    case is open.
    """

    id: str
    url: str
    title: str
    countries: tuple[Coded, ...]
    place: str
    populations: str
    confidentiality: Coded
    owner: str
    assessed_on: date | None
    state: Coded | None
    latest: str
    latest_of: date | None
    closed: Closing | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class CaseList:
    """Cases that a person may see. `dated` is when one of them last changed; None without any."""

    language: str
    dated: datetime | None
    cases: tuple[CaseRow, ...]


def case_list_of(cases: Iterable[WithAnnotations[Case, ListedCase]]) -> CaseList:
    """The cases of a list (`listed_cases`) as values, in their order."""
    listed = list(cases)
    states = states_of_latest(listed)
    rows = tuple(_case_row(case, states.get(case.pk)) for case in listed)
    return CaseList(
        language=get_language() or settings.LANGUAGE_CODE,
        dated=max((row.changed_at for row in rows), default=None),
        cases=rows,
    )


def _case_row(case: WithAnnotations[Case, ListedCase], state: AssessmentState | None) -> CaseRow:
    day = state.assessment.as_of if state else None
    return CaseRow(
        id=str(case.pk),
        url=address(case.get_absolute_url()),
        title=case.title,
        countries=tuple(
            Coded(country.code, country_name(country.code)) for country in case.countries.all()
        ),
        place=case.place,
        populations=case.populations,
        confidentiality=coded(case.confidentiality, labels.CONFIDENTIALITY),
        owner=str(case.owner),
        assessed_on=case.assessed_on,
        state=coded(state.mark, labels.REVIEW_MARK) if state else None,
        latest=address(state.assessment.get_absolute_url()) if state else "",
        latest_of=day,
        closed=_closing(case),
        changed_at=case.changed_at,
    )


def _closing(case: Case) -> Closing | None:
    if case.closed_at is None:
        return None
    return Closing(case.closed_at, str(case.closed_by), case.closing_reason)
