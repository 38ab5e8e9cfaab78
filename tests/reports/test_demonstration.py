"""The brief and the report of each situation in the demonstration say what a reader needs first."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cases.exports.brief import LEADS
from cases.exports.formats import ASSESSMENT_FORMATS
from cases.queries.reports.context import report_for
from cases.queries.reports.organisation import Organisation
from cases.queries.reports.values import Report
from tests.reports.conftest import Demonstration

pytestmark = pytest.mark.office


def must_say(report: Report) -> Iterator[str]:
    """What nobody may miss: what to do first, who leads it, the marks, the digest, the limits."""
    assert report.first
    assert report.digest
    for line in report.first:
        assert line.leading
        yield line.title
        # An edition without plans names everyone who can lead; the brief names the first of them.
        yield ", ".join(line.leading if report.plan else line.leading[:LEADS])
    yield from (report.digest, report.limits, report.state.mark, *report.state.sentences)
    yield report.case.confidentiality.says.upper()


def output(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_brief_and_report_of_each_demonstration_hold_what_nobody_may_miss(
    demonstration: Demonstration, tmp_path: Path
) -> None:
    assert len(demonstration.assessments) >= 12
    missing: list[tuple[str, str, str]] = []
    for assessment in demonstration.assessments:
        report = report_for(demonstration.reader, assessment)
        for name in ("brief.pdf", "report.pdf"):
            file = tmp_path / name
            file.write_bytes(ASSESSMENT_FORMATS[name].make(report, Organisation()))
            text = squeezed(output("pdftotext", "-raw", file, "-"))
            parts = [part for part in must_say(report) if squeezed(part) not in text]
            missing += [(name, f"{report.case.title}, {report.edition}", part) for part in parts]
        pages = output("pdfinfo", tmp_path / "brief.pdf")
        assert re.search(r"^Pages:\s+1$", pages, re.MULTILINE), report.case.title
    assert missing == []
