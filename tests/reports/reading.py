"""Files read back as the programs that open them do: the text that a person sees in each."""

from __future__ import annotations

import csv
import html
import json
import re
from collections.abc import Iterator
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

from docx import Document
from docx.oxml.ns import qn
from markdown_it import MarkdownIt
from openpyxl import load_workbook
from pypdf import PdfReader


def text_of(name: str, content: bytes) -> str:
    """The text that a file shows, by the ending of its name."""
    return "\n".join(_READERS[name.rpartition(".")[2]](content))


def _pdf(content: bytes) -> Iterator[str]:
    for page in PdfReader(BytesIO(content)).pages:
        yield page.extract_text()


def _docx(content: bytes) -> Iterator[str]:
    document = Document(BytesIO(content))
    for paragraph in document.element.body.iter(qn("w:p")):
        yield "".join(
            "\n" if part.tag == qn("w:br") else part.text or ""
            for part in paragraph.iter(qn("w:t"), qn("w:br"))
        )


def _xlsx(content: bytes) -> Iterator[str]:
    for cell in cells_of(content):
        yield str(cell.value)


def _csv(content: bytes) -> Iterator[str]:
    for row in rows_of(content):
        yield from row


def _json(content: bytes) -> Iterator[str]:
    yield from _texts(json.loads(content))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def _markdown(content: bytes) -> Iterator[str]:
    shown = re.sub(r"<br />\n", "\n", rendered(content))
    yield html.unescape(re.sub(r"</?[a-z][^>]*>", "", shown))


_READERS = {
    "pdf": _pdf,
    "docx": _docx,
    "xlsx": _xlsx,
    "csv": _csv,
    "json": _json,
    "md": _markdown,
}


def rendered(content: bytes) -> str:
    """Markdown as HTML, where whatever HTML is in it would be taken as it is."""
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    return str(reader.render(content.decode()))


def cells_of(content: bytes) -> Iterator[Any]:
    """The cells of a workbook that hold something."""
    for sheet in load_workbook(BytesIO(content)):
        for row in sheet.iter_rows():
            yield from (cell for cell in row if cell.value is not None)


def rows_of(content: bytes) -> list[list[str]]:
    """The rows of a CSV file in Excel's dialect."""
    text = content.decode("utf-8-sig")
    return list(csv.reader(StringIO(text, newline=""), dialect="excel"))


def unpacked(content: bytes) -> bytes:
    """Everything that is in a file, also inside of the files that it packs."""
    if not content.startswith(b"PK"):
        return content
    with ZipFile(BytesIO(content)) as packed:
        return b"\n".join([*map(packed.read, packed.namelist()), content])
