"""The PDF files are accessible (PDF/UA-1) and fit for an archive (PDF/A-2a), as veraPDF finds."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
import typst

from cases.exports.formats import ACTOR_FORMATS, ASSESSMENT_FORMATS, CASE_LIST_FORMATS
from cases.models import Assessment, Edition, User
from cases.queries.casework.cases import listed_cases
from cases.queries.editions.rulebooks import rulebook_of
from cases.queries.reports.context import ASSESSMENTS, report_for
from cases.queries.reports.organisation import Logo, Organisation
from cases.workflows.assessing.answering import AnswerInput, save_answer
from tests.reports.conftest import Demonstration

pytestmark = pytest.mark.verapdf

CHECK = Path(__file__).parent / "verapdf" / "Check.java"
# Java has no JAXB of its own since version 11; Debian's packages bring one.
JAXB = (
    "jaxb-api",
    "jaxb-runtime",
    "jaxb-core",
    "jaxb-impl",
    "javax.activation",
    "istack-commons-runtime",
    "txw2",
)
PROFILES = "PDFUA-1,PDFA-2A"
LOGO = b"""<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">
<rect width="40" height="20" fill="#1d4f73" opacity="0.8"/>
<circle cx="20" cy="10" r="7" fill="#fff"/></svg>"""
OURS = Organisation("Ministry", "Restreint", Logo(LOGO, "svg", "image/svg+xml"))
NAMES = ("brief.pdf", "report.pdf")
NOTES = {
    "phase": "Защита мирных жителей — обязанность государства.",
    "crimes_at_risk": "حماية المدنيين واجب الدولة (القرار 1970).",
    "conflict_status": "保护平民是国家的责任。日本語のメモ。 한국어 메모.",
    "triggers": "Η προστασία των αμάχων.",
}


def verdicts(files: Iterable[Path]) -> dict[str, str]:
    """What veraPDF says of each profile and file: `PASS` or what is broken."""
    jars = [os.environ["VERAPDF"], *(f"/usr/share/java/{name}.jar" for name in JAXB)]
    command = ["java", "-Xmx1200m", "-cp", ":".join(jars), str(CHECK), PROFILES, *map(str, files)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = {}
    for line in output.splitlines():
        if line.startswith(("PASS\t", "FAIL\t")):
            verdict, profile, file, _checks, broken = line.split("\t", 4)
            found[f"{Path(file).name} {profile}"] = verdict if verdict == "PASS" else broken
    return found


def write(folder: Path, name: str, assessment: Assessment, reader: User) -> Path:
    content = ASSESSMENT_FORMATS[name].make(report_for(reader, assessment), OURS)
    file = folder / f"{assessment.pk}-{name}"
    file.write_bytes(content)
    return file


def expected(files: Iterable[Path]) -> dict[str, str]:
    return {f"{file.name} {profile}": "PASS" for file in files for profile in PROFILES.split(",")}


def test_every_file_of_the_demonstration_passes_and_a_plain_one_fails(
    demonstration: Demonstration, tmp_path: Path
) -> None:
    reader, assessments = demonstration.reader, demonstration.assessments
    assert len(assessments) >= 12
    files = [write(tmp_path, name, item, reader) for item in assessments for name in NAMES]
    sheet = ACTOR_FORMATS["sheet.pdf"].make(reader, "member_states", OURS)
    round_up = CASE_LIST_FORMATS["round-up.pdf"].make(reader, listed_cases(reader), OURS)
    assert round_up.assessments
    for name, made in (("sheet.pdf", sheet), ("round-up.pdf", round_up)):
        files.append(tmp_path / name)
        files[-1].write_bytes(made.content)
    control = tmp_path / "control.pdf"
    control.write_bytes(typst.compile(b"= A heading\n\nA text without a title."))
    found = verdicts([*files, control])
    refused = {key: value for key, value in found.items() if key.startswith("control.pdf")}
    assert len(refused) == 2
    assert "PASS" not in refused.values()
    assert {key: value for key, value in found.items() if key not in refused} == expected(files)


def test_brief_and_report_in_many_scripts_pass(
    tmp_path: Path, draft: Assessment, analyst: User, edition: Edition
) -> None:
    questions = rulebook_of(edition.pk).questionnaire.by_code
    for code, note in NOTES.items():
        assert code in questions
        save_answer(draft, AnswerInput(code, "unknown", None, note=note), by=analyst, version=0)
    draft.case.title = "保护平民 — حماية المدنيين — Защита — Προστασία"
    draft.case.save()
    assessment = ASSESSMENTS.get(pk=draft.pk)
    files = [write(tmp_path, name, assessment, analyst) for name in NAMES]
    assert verdicts(files) == expected(files)
