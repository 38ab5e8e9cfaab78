"""A report in which people wrote everything that could hurt a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime
from itertools import cycle
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from cases.exports.formats import ASSESSMENT_FORMATS
from cases.queries.reports.organisation import Organisation
from cases.queries.reports.values import (
    AnswerLine,
    ChoiceLine,
    DecisionLine,
    FileLine,
    LeftLine,
    Report,
    ReviewLine,
    SourceLine,
    StepLine,
)

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
    "half\ud800inside",
    "W" * 900,
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


# What the code of a value is called: nobody writes it, and files look things up by it.
CODES = (
    *("code", "id", "question", "measure", "rule", "gate", "actor", "group", "kind", "format"),
    *("language", "url", "digest", "edition_digest", "content_type", "assessment", "latest"),
)
MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
BAD_ORGANISATION = Organisation(name="=1+1 #panic() \ud800", classification="<b>@SUM</b> \u202e😀")


def poisoned_everywhere(report: Report) -> Report:
    """The report with something that could hurt a file before every text in it, and with a review,
    steps, choices, sources and files.
    """
    bad = cycle(POISON)
    sections = []
    for section in report.sections:
        lines = []
        for line in section.answers:
            sources, files = written(SourceLine, bad), written(FileLine, bad)
            lines.append(replace(line, note=next(bad), sources=(sources,), files=(files,)))
        sections.append(replace(section, answers=tuple(lines)))
    decision = written(DecisionLine, bad)
    plan = report.plan and replace(report.plan, choices=(written(ChoiceLine, bad),) * 3)
    report = replace(
        report,
        sections=tuple(sections),
        plan=plan,
        measures=tuple(replace(line, decisions=(decision,)) for line in report.measures),
        review=tuple(written(ReviewLine, bad) for _each in POISON),
        steps=tuple(written(StepLine, bad) for _each in POISON),
        left=tuple(written(LeftLine, bad) for _each in POISON),
        withdrawn=POISON,
        comment="\n".join(POISON),
    )
    changed: Report = _worsened(report, bad)
    return changed


def _worsened(value: Any, bad: Iterator[str]) -> Any:
    if isinstance(value, str):
        return f"{next(bad)} {value}"
    if isinstance(value, tuple):
        return tuple(_worsened(item, bad) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in fields(value) if field.name not in CODES]
        return replace(value, **{name: _worsened(getattr(value, name), bad) for name in names})
    return value


def written(kind: Any, bad: Iterator[str]) -> Any:
    """A value of a type in which people wrote everything that could hurt a file."""
    if get_origin(kind) is UnionType:
        kind = get_args(kind)[0]
    if get_origin(kind) is tuple:
        return (written(get_args(kind)[0], bad), written(get_args(kind)[0], bad))
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        made = {name: written(hints[name], bad) for name in hints}
        codes = {name: "open" for name in made if name in CODES and hints[name] is str}
        if "language" in made:
            codes["language"] = "en"
        return kind(**made | codes)  # type: ignore[operator]  # a type, not a value
    plain = {str: next(bad), int: 1, bool: True, date: MOMENT.date(), datetime: MOMENT}
    return plain[kind]
