"""No text that people write can make a file fail, run, or show what its reader may not know."""

from __future__ import annotations

import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.exports.document import shared_data
from cases.exports.fonts import showable
from cases.exports.formats import ASSESSMENT_FORMATS
from cases.exports.pdf import pdf
from cases.models import Assessment, User
from cases.queries.reports.context import ASSESSMENTS, report_for
from cases.queries.reports.organisation import Organisation
from cases.queries.reports.texts import visible
from tests.reports.poison import LONG, NOTES

PDFS = [name for name in ASSESSMENT_FORMATS if name.endswith(".pdf")]
POISON = "😀 NUL\x00 turned\u202e round #panic() *bold* $x$ =1+1 <script>alert(1)</script> "


def pdf_text(content: bytes, folder: Path) -> str:
    """The text of a PDF as pdftotext reads it, with its white space made one."""
    file = folder / "file.pdf"
    file.write_bytes(content)
    done = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


@pytest.fixture
def poisoned(noted: Assessment) -> Assessment:
    """A draft with sixty notes of 20,000 characters of all that has ever made a file fail."""
    # PostgreSQL keeps no NUL, and the forms take it out.
    poison = POISON.replace("\x00", "")
    noted.answers.update(note=(poison * 300)[:LONG])
    noted.case.title = poison[:200]
    noted.case.save()
    assert noted.answers.count() == NOTES
    return ASSESSMENTS.get(pk=noted.pk)


@pytest.mark.office
@pytest.mark.parametrize("name", PDFS)
def test_a_poisoned_case_makes_every_pdf_with_its_visible_text(
    poisoned: Assessment, analyst: User, name: str, tmp_path: Path
) -> None:
    began = time.process_time()
    content = ASSESSMENT_FORMATS[name].make(report_for(analyst, poisoned), Organisation())
    assert time.process_time() - began < 10
    text = pdf_text(content, tmp_path)
    for part in ("[U+1F600]", "turned round", "#panic()", "*bold*", "$x$", "=1+1", "<script>"):
        assert part in text


MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
WORDS = ["kind", "asked", "nothing", "measure", "role", "follow_up", "not_begun", "withdrawn"]


@given(st.lists(st.text(max_size=60), min_size=1, max_size=40))
@settings(max_examples=25)
def test_any_text_makes_a_file(texts: list[str]) -> None:
    data = shared_data(Organisation(texts[-1]), "en", title=texts[0], dated=MOMENT)
    data |= {"confidentiality": texts[0], "is-open": True, "author": texts[0], "mark": texts[0]}
    data |= {"is-valid": True, "digest": "", "limits": texts[0], "running": texts[-1]}
    data["words"] |= dict.fromkeys(WORDS, "word")
    data["sheet"] = {"name": texts[0], "mandate": texts[-1], "on": texts[0], "cases": []}
    data["sheet"]["withdrawn"] = texts
    assert pdf("actor", data, language="en", dated=MOMENT).startswith(b"%PDF-1.7")


@given(st.text())
def test_what_is_visible_stays_and_the_rest_is_numbered(text: str) -> None:
    shown = showable(visible(text))
    printable = [character for character in text if character.isascii() and character.isprintable()]
    assert all(character in shown for character in printable)
