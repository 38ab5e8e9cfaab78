"""The files that can be had of an assessment, by the names that end their addresses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from cases import labels
from cases.exports.brief import brief
from cases.exports.report import report_pdf
from cases.queries.reports.organisation import Organisation
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
