"""The files that can be had of an assessment, of an actor and of a list of cases, by the names that
end their addresses.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from django.utils.translation import gettext_lazy as _

from cases import labels
from cases.exports import files, tables
from cases.exports.brief import brief
from cases.exports.report import report_pdf
from cases.exports.several import actor_sheet_pdf, round_up_pdf
from cases.models import Assessment, Case, User
from cases.queries.casework.cases import ListedCase
from cases.queries.reports.case_list import CaseList, case_list_of
from cases.queries.reports.organisation import Organisation
from cases.queries.reports.several import actor_sheet, round_up
from cases.queries.reports.values import Report

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

ListedCases: TypeAlias = "Iterable[WithAnnotations[Case, ListedCase]]"

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MARKDOWN = "text/markdown; charset=utf-8"
CSV = "text/csv; charset=utf-8"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: what it is called in a menu, and how it is made of a report."""

    words: labels.Label
    content_type: str
    make: Callable[[Report, Organisation], bytes]


ASSESSMENT_FORMATS: dict[str, Format] = {
    "brief.pdf": Format(_("Brief: one page (PDF)"), PDF, brief),
    "report.pdf": Format(_("Report: everything, with sources (PDF)"), PDF, report_pdf),
    "brief.docx": Format(_("Brief (Word)"), DOCX, files.brief_docx),
    "report.docx": Format(_("Report (Word)"), DOCX, files.report_docx),
    "brief.md": Format(_("Brief, to paste (Markdown)"), MARKDOWN, files.brief_markdown),
    "report.md": Format(_("Report, to paste (Markdown)"), MARKDOWN, files.report_markdown),
    "data.xlsx": Format(_("All tables (Excel)"), XLSX, files.data_xlsx),
    "data.json": Format(_("Everything for programs (JSON)"), JSON, files.data_json),
    "answers.csv": Format(_("Answers (CSV)"), CSV, files.table_csv(tables.answers_table)),
    "advice.csv": Format(_("Advice (CSV)"), CSV, files.table_csv(tables.advice_table)),
    "plan.csv": Format(_("Plan (CSV)"), CSV, files.table_csv(tables.plan_table)),
    "decisions.csv": Format(_("Decisions (CSV)"), CSV, files.table_csv(tables.decisions_table)),
    "follow-up.csv": Format(_("Follow-up (CSV)"), CSV, files.table_csv(tables.follow_up_table)),
}


@dataclass(frozen=True, slots=True)
class Made:
    """A file that spans cases, with the assessments that it covers: none in a list of cases."""

    content: bytes
    assessments: Collection[Assessment]


@dataclass(frozen=True, slots=True)
class CaseListFormat:
    """A kind of file about a list of cases, made for a person. `most` is the largest number of
    cases for which a request makes it.
    """

    words: labels.Label
    content_type: str
    make: Callable[[User, ListedCases, Organisation], Made]
    most: int = 100


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


def _list_maker(
    write: Callable[[CaseList, Organisation], bytes],
) -> Callable[[User, ListedCases, Organisation], Made]:
    def make(user: User, cases: ListedCases, organisation: Organisation) -> Made:
        return Made(write(case_list_of(cases), organisation), ())

    return make


CASE_LIST_FORMATS: dict[str, CaseListFormat] = {
    "round-up.pdf": CaseListFormat(_("Round-up of these cases (PDF)"), PDF, _round_up),
    "cases.xlsx": CaseListFormat(
        _("List (Excel)"), XLSX, _list_maker(files.cases_xlsx), most=10_000
    ),
    "cases.csv": CaseListFormat(_("List (CSV)"), CSV, _list_maker(files.cases_csv), most=10_000),
    "cases.json": CaseListFormat(
        _("List for programs (JSON)"), JSON, _list_maker(files.cases_json), most=10_000
    ),
}
ACTOR_FORMATS: dict[str, ActorFormat] = {
    "sheet.pdf": ActorFormat(_("What is asked of it (PDF)"), PDF, _actor_sheet),
}
