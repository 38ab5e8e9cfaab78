"""The files of an assessment and of the list of cases that are not PDF, each made as bytes."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from cases.exports.docx import Marks, docx
from cases.exports.json_file import json_file
from cases.exports.markdown import markdown_file
from cases.exports.outline import brief_blocks, facts, report_blocks
from cases.exports.spreadsheets import csv_file, xlsx
from cases.exports.tables import Table, cases_table, tables
from cases.queries.reports.case_list import CaseList
from cases.queries.reports.organisation import Organisation
from cases.queries.reports.values import Report
from cases.queries.reports.wording import day


def report_docx(report: Report, organisation: Organisation) -> bytes:
    return docx(_marks(report, organisation), report_blocks(report, organisation))


def report_markdown(report: Report, organisation: Organisation) -> bytes:
    return markdown_file(report.case.title, report_blocks(report, organisation))


def brief_docx(report: Report, organisation: Organisation) -> bytes:
    return docx(_marks(report, organisation), brief_blocks(report, organisation))


def brief_markdown(report: Report, organisation: Organisation) -> bytes:
    return markdown_file(report.case.title, brief_blocks(report, organisation))


def data_xlsx(report: Report, organisation: Organisation) -> bytes:
    return xlsx(
        tables(report),
        head=facts(report, organisation),
        title=report.case.title,
        author=report.author,
        dated=report.dated,
    )


def data_json(report: Report, organisation: Organisation) -> bytes:
    return json_file("report", report, organisation)


def table_csv(make: Callable[[Report], Table]) -> Callable[[Report, Organisation], bytes]:
    """What makes one table of an assessment as CSV."""

    def made(report: Report, organisation: Organisation) -> bytes:
        return csv_file(make(report))

    return made


def cases_xlsx(listed: CaseList, organisation: Organisation) -> bytes:
    number = _("%(number)s cases") % {"number": len(listed.cases)}
    head = [
        (_("Organisation"), organisation.name),
        (_("Classification"), organisation.classification),
        (_("Cases"), number),
    ]
    return xlsx(
        [cases_table(listed)],
        head=[(label, says) for label, says in head if says],
        title=_("Cases"),
        author=organisation.name or "rtop_assist",
        dated=listed.dated,
    )


def cases_csv(listed: CaseList, organisation: Organisation) -> bytes:
    return csv_file(cases_table(listed))


def cases_json(listed: CaseList, organisation: Organisation) -> bytes:
    return json_file("cases", listed, organisation)


def _marks(report: Report, organisation: Organisation) -> Marks:
    parts = (
        organisation.name,
        organisation.classification,
        report.case.confidentiality.says,
        report.state.mark,
    )
    return Marks(
        title=report.case.title,
        author=report.author,
        language=report.language,
        dated=report.dated,
        head=" · ".join(part for part in parts if part),
        foot=_("%(title)s · as of %(date)s")
        % {"title": report.case.title, "date": day(report.as_of)},
    )
