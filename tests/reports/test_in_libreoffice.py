"""Files opened in LibreOffice, which reads them as other offices do, and saved by it again."""

from __future__ import annotations

import subprocess
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn

from cases.exports.tables import Table, answers_table, tables
from cases.models import Assessment, User
from cases.queries.reports.context import report_for
from tests.reports.poison import make, poisoned, squeezed
from tests.reports.reading import cells_of

pytestmark = pytest.mark.office


def saved_again(name: str, content: bytes, folder: Path, ending: str, *options: str) -> bytes:
    """A file as LibreOffice opens it and saves it again, in the format of an ending."""
    opened, saved = folder / name, folder / "saved"
    opened.write_bytes(content)
    command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", *options]
    command += ["--convert-to", ending, "--outdir", str(saved), str(opened)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return (saved / opened.with_suffix(f".{ending}").name).read_bytes()


def shown(table: Table) -> list[str]:
    """The texts of a table that are not empty, without spaces: LibreOffice adds a line break to a
    long text that it saves.
    """
    return [squeezed(str(cell)) for row in table.rows for cell in row if cell not in ("", None)]


def test_a_report_in_word_opens_with_its_headings_tables_and_map(
    draft: Assessment, analyst: User, tmp_path: Path
) -> None:
    content = make("report.docx", report_for(analyst, draft))
    ours = Document(BytesIO(content))
    theirs = Document(BytesIO(saved_again("report.docx", content, tmp_path, "docx")))
    headings = [
        [
            (item.style.name, item.text)
            for item in document.paragraphs
            if item.style and item.style.name and item.style.name.startswith("Heading ")
        ]
        for document in (ours, theirs)
    ]
    assert headings[0] == headings[1]
    levels = [int(style[-1]) for style, _text in headings[1]]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert len(theirs.tables) == len(ours.tables) > 5
    for table in theirs.tables:
        marked = [row._tr.find(f".//{qn('w:tblHeader')}") is not None for row in table.rows]
        assert marked == [True] + [False] * (len(marked) - 1)
    pictures = [
        [picture._inline.docPr.get("descr") for picture in document.inline_shapes]
        for document in (ours, theirs)
    ]
    assert len(pictures[0]) == 1
    assert pictures[0] == pictures[1]


def test_a_workbook_opens_with_every_text_as_it_is(
    noted: Assessment, analyst: User, tmp_path: Path
) -> None:
    report = poisoned(report_for(analyst, noted))
    content = make("data.xlsx", report)
    cells = list(cells_of(saved_again("data.xlsx", content, tmp_path, "xlsx")))
    assert {cell.data_type for cell in cells} == {"s", "n"}
    found = {squeezed(str(cell.value)) for cell in cells}
    for table in tables(report):
        assert set(shown(table)) <= found, table.name


def test_a_csv_file_opens_with_no_formula_in_it(
    noted: Assessment, analyst: User, tmp_path: Path
) -> None:
    report = poisoned(report_for(analyst, noted))
    content = make("answers.csv", report)
    # Commas, quotation marks, UTF-8, from the first line on; formulas would be computed.
    reading = "--infilter=CSV:44,34,76,1,,0,false,true,false,false,false,-1,true"
    saved = saved_again("answers.csv", content, tmp_path, "xlsx", reading)
    cells = list(cells_of(saved))
    assert "f" not in {cell.data_type for cell in cells}
    found = {squeezed(str(cell.value)).removeprefix("'") for cell in cells}
    assert set(shown(answers_table(report))) <= found
