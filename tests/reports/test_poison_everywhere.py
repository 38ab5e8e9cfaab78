"""Whatever people wrote in whatever place, every file is made, shows it as text, and says how far
it may be relied on.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import cycle

import pytest
from jsonschema import Draft202012Validator

from cases import labels
from cases.exports import files
from cases.exports.formats import ASSESSMENT_FORMATS
from cases.exports.json_file import json_schema
from cases.exports.several import actor_sheet_pdf, round_up_pdf
from cases.models import Assessment, User
from cases.queries.reports.case_list import CaseList
from cases.queries.reports.context import report_for
from cases.queries.reports.organisation import Organisation
from cases.queries.reports.values import ActorSheet, Report, RoundUp
from tests.reports.poison import BAD_ORGANISATION, POISON, poisoned_everywhere, written
from tests.reports.reading import cells_of, rendered, rows_of, text_of

OURS = {"h1", "h2", "h3", "h4", "p", "ul", "ol", "li", "strong", "blockquote", "br"} | {
    *("table", "thead", "tbody", "tr", "th", "td")
}
MINISTRY = Organisation("Ministry of Foreign Affairs", "OFFICIAL – not for publication")
# A table of CSV has no place for what is said of the whole.
SAYING_THE_STATE = [name for name in ASSESSMENT_FORMATS if not name.endswith(".csv")]


@pytest.fixture
def report(draft: Assessment, analyst: User) -> Report:
    return report_for(analyst, draft)


def check_harmless(name: str, content: bytes) -> None:
    """Check that nothing in a file runs, is computed or is read as markup."""
    ending = name.rpartition(".")[2]
    if ending == "pdf":
        assert content.startswith(b"%PDF-1.7")
        assert not re.search(rb"/(JavaScript|JS|Launch|EmbeddedFile)\b", content)
    elif ending == "xlsx":
        assert {cell.data_type for cell in cells_of(content)} <= {"s", "n"}
    elif ending == "csv":
        cells = [cell for row in rows_of(content) for cell in row]
        assert not any(cell.lstrip().startswith(tuple("=+-@＝＋－＠")) for cell in cells)
    elif ending == "md":
        assert set(re.findall(r"<([a-z]+\d?)", rendered(content))) <= OURS
    elif ending == "json":
        kind = "cases" if name.startswith("cases") else "report"
        Draft202012Validator(json_schema(kind)).validate(json.loads(content))


@pytest.mark.parametrize("name", ASSESSMENT_FORMATS)
def test_no_text_in_any_place_makes_a_file_fail_or_run(report: Report, name: str) -> None:
    bad = poisoned_everywhere(report)
    content = ASSESSMENT_FORMATS[name].make(bad, BAD_ORGANISATION)
    check_harmless(name, content)
    text = text_of(name, content)
    assert "\u202e" not in text
    assert "\x00" not in text
    # A brief and a table of the plan hold few texts.
    if name.startswith(("report", "data", "answers")):
        assert "#panic()" in text


def test_no_text_makes_a_file_that_spans_cases_fail_or_run() -> None:
    bad = cycle(POISON)
    sheet = actor_sheet_pdf(written(ActorSheet, bad), (), BAD_ORGANISATION)
    round_up = round_up_pdf(written(RoundUp, bad), (), BAD_ORGANISATION)
    listed = written(CaseList, bad)
    made = {"sheet.pdf": sheet, "round-up.pdf": round_up}
    for ending, make in (
        ("xlsx", files.cases_xlsx),
        ("csv", files.cases_csv),
        ("json", files.cases_json),
    ):
        made[f"cases.{ending}"] = make(listed, BAD_ORGANISATION)
    for name, content in made.items():
        check_harmless(name, content)


@pytest.mark.parametrize("name", SAYING_THE_STATE)
@pytest.mark.parametrize("code", labels.REVIEW_MARK)
def test_a_file_says_its_state_its_confidentiality_and_whose_it_is(
    report: Report, name: str, code: str
) -> None:
    mark = str(labels.REVIEW_MARK[code])
    report = replace(report, state=replace(report.state, code=code, mark=mark))
    text = " ".join(text_of(name, ASSESSMENT_FORMATS[name].make(report, MINISTRY)).split())
    for said in (mark, report.case.confidentiality.says, MINISTRY.classification):
        assert said.casefold() in text.casefold()
