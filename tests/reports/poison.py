"""A report in which people wrote everything that could hurt a file."""

from __future__ import annotations

import re
from dataclasses import replace

from cases.exports.formats import ASSESSMENT_FORMATS
from cases.queries.reports.organisation import Organisation
from cases.queries.reports.values import AnswerLine, Report

POISON = (
    "=1+1",
    "+SUM(A1)",
    "-2+3",
    "@cmd",
    "\t=1+1",
    "#panic()",
    '#eval("1")',
    "$x^2$",
    "*bold* _it_ `code` [a](javascript:x)",
    "<script>alert(1)</script>",
    "</w:t><w:t>",
    "a | b",
    "# heading",
    "1. item",
    "> quoted",
    "---",
    "&amp; &#60;",
    "nul\x00inside",
    "right\u202eleft",
    "noncharacter\uffffinside",
    "_x0041_",
    "grin 😀 grin",
)
LONG = 20_000
# How many answers of the poisoned case have a note.
NOTES = 60


def poisoned(report: Report) -> Report:
    """The report with a long note of everything that could hurt a file in place of each note; there
    are sixty.
    """
    number = 0
    sections = []
    for section in report.sections:
        lines: list[AnswerLine] = []
        for line in section.answers:
            if not line.note:
                lines.append(line)
                continue
            bad = POISON[number % len(POISON)]
            note = f"{bad}\n{' '.join(POISON)} {'word ' * (LONG // 5)}"[:LONG]
            lines.append(replace(line, note=note))
            number += 1
        sections.append(replace(section, answers=tuple(lines)))
    assert number == NOTES
    case = replace(report.case, title="=1+1 <b>#x</b> 😀", summary="\n".join(POISON))
    return replace(report, case=case, sections=tuple(sections))


def squeezed(text: str) -> str:
    """A text without spaces, and without the marks that replace characters that a font lacks."""
    return re.sub(r"\s|\[U\+[0-9A-F]+\]|😀", "", text)


def make(name: str, report: Report) -> bytes:
    """A file of a report, of no organisation."""
    return ASSESSMENT_FORMATS[name].make(report, Organisation())
