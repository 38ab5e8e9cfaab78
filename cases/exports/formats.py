"""The files that can be had of an assessment, of an actor and of a list of cases, by the names that
end their addresses.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from cases import labels
from cases.exports.brief import brief
from cases.exports.report import report_pdf
from cases.exports.several import actor_sheet_pdf, round_up_pdf
from cases.models import Assessment, Case, User
from cases.queries.reports.organisation import Organisation
from cases.queries.reports.several import actor_sheet, round_up
from cases.queries.reports.values import Report

PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: what it is called in a menu, and how it is made of a report."""

    words: labels.Label
    content_type: str
    make: Callable[[Report, Organisation], bytes]


ASSESSMENT_FORMATS: dict[str, Format] = {
    "brief.pdf": Format(_("Brief: one page (PDF)"), PDF, brief),
    "report.pdf": Format(_("Report: everything, with sources (PDF)"), PDF, report_pdf),
}


@dataclass(frozen=True, slots=True)
class Made:
    """A file that spans cases, with the assessments that it tells of."""

    content: bytes
    assessments: Collection[Assessment]


@dataclass(frozen=True, slots=True)
class CaseListFormat:
    """A kind of file about a list of cases, made for a person."""

    words: labels.Label
    content_type: str
    make: Callable[[User, Iterable[Case], Organisation], Made]


@dataclass(frozen=True, slots=True)
class ActorFormat:
    """A kind of file about one actor, by its code, made for a person. `make` raises LookupError for
    an actor that no edition has.
    """

    words: labels.Label
    content_type: str
    make: Callable[[User, str, Organisation], Made]


def _round_up(user: User, cases: Iterable[Case], organisation: Organisation) -> Made:
    value, assessments = round_up(user, cases)
    return Made(round_up_pdf(value, assessments, organisation), assessments)


def _actor_sheet(user: User, actor: str, organisation: Organisation) -> Made:
    value, assessments = actor_sheet(user, actor)
    return Made(actor_sheet_pdf(value, assessments, organisation), assessments)


CASE_LIST_FORMATS: dict[str, CaseListFormat] = {
    "round-up.pdf": CaseListFormat(_("Round-up of these cases (PDF)"), PDF, _round_up),
}
ACTOR_FORMATS: dict[str, ActorFormat] = {
    "sheet.pdf": ActorFormat(_("What is asked of it (PDF)"), PDF, _actor_sheet),
}
