"""Documents as Word files with real styles, which an office can edit: headings, lists, tables whose
headings repeat on each page, and the language of each text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.utils.translation import gettext as _
from docx import Document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph as WordParagraph

from cases.exports.blocks import Block, Grid, Heading, Items, Paragraph, Picture, Quote
from cases.exports.pdf import png
from cases.queries.reports.texts import Run, run, visible

PAGE, MARGIN = (Mm(210), Mm(297)), Mm(20)
# A date for each file inside of a document, so that the same document gives the same bytes.
ZIPPED = (1980, 1, 1, 0, 0, 0)
# How many characters a row of a table may hold that no page break parts.
UNBROKEN = 1000
# How long the texts of a narrow and of a wide column are, and how wide all are together.
NARROW, WIDE = 8, 90
TEXT_WIDTH = (PAGE[0] - 2 * MARGIN) // 635
SOFT = RGBColor(0x52, 0x5D, 0x6B)
SPACE = "{http://www.w3.org/XML/1998/namespace}space"


@dataclass(frozen=True, slots=True)
class Marks:
    """What every page of a document carries, and what its properties say."""

    title: str
    author: str
    language: str
    dated: datetime
    head: str
    foot: str


def docx(marks: Marks, blocks: Iterable[Block]) -> bytes:
    """A Word file. The same marks and blocks give the same bytes."""
    made = _Writer(marks)
    for block in blocks:
        made.write(block)
    return _repeatable(made.document)


class _Writer:
    """Writes blocks into a Word document.

    Paragraphs and tables are put together as XML: the package looks up each style and each cell
    again, which takes half a minute for a long report.
    """

    def __init__(self, marks: Marks) -> None:
        self.marks = marks
        self.document: WordDocument = Document()
        self.body = self.document.element.body
        self._set_properties()
        self._set_language()
        self._set_page()
        self._add(self._paragraph("Title", marks.title))

    def write(self, block: Block) -> None:
        match block:
            case Heading(text, level):
                self._add(self._paragraph(f"Heading{level}", text))
            case Paragraph(text, label):
                self._add(self._paragraph("Normal", text, label))
            case Items(items, is_numbered):
                for number, item in enumerate(items, start=1):
                    label = f"{number}." if is_numbered else ""
                    style = "List" if is_numbered else "ListBullet"
                    self._add(self._paragraph(style, item, label))
            case Quote(text, source):
                self._add(self._paragraph("Quote", text))
                if source:
                    self._add(self._paragraph("Caption", source))
            case Grid():
                self._add(self._table(block))
                self._add(self._paragraph("NoSpacing", ""))
            case Picture(svg, alt, caption):
                self._add_picture(svg, alt)
                self._add(self._paragraph("Caption", caption))

    def _add(self, made: Any) -> None:
        self.body.insert(len(self.body) - 1, made)  # before the properties of the section

    def _add_picture(self, svg: str, alt: str) -> None:
        """A picture as wide as the text, with what it shows for people who do not see it."""
        picture = self.document.add_picture(BytesIO(png(svg)), width=PAGE[0] - 2 * MARGIN)
        picture._inline.docPr.set("descr", visible(alt))

    def _paragraph(self, style: str, text: str, label: str = "") -> Any:
        """A paragraph in its direction, each text in its language; `label` comes first, bold."""
        said = run(text, self.marks.language)
        paragraph = _element("w:p")
        properties = _child(paragraph, "w:pPr")
        _child(properties, "w:pStyle", style)
        if said.direction == "rtl":
            _child(properties, "w:bidi")
        if label:
            self._run(paragraph, run(f"{label} ", self.marks.language), is_bold=True)
        self._run(paragraph, said, is_bold=False)
        return paragraph

    def _run(self, paragraph: Any, said: Run, *, is_bold: bool) -> None:
        made = _child(paragraph, "w:r")
        properties = _child(made, "w:rPr")
        if is_bold:
            _child(properties, "w:b")
        if said.direction == "rtl":
            _child(properties, "w:rtl")
        if said.language != self.marks.language:
            properties.append(_language(said.language))
        for number, line in enumerate(said.text.split("\n")):
            if number:
                _child(made, "w:br")
            shown = _child(made, "w:t")
            shown.text = line.replace("\t", " ")
            shown.set(SPACE, "preserve")

    def _table(self, grid: Grid) -> Any:
        table = _element("w:tbl")
        properties = _child(table, "w:tblPr")
        _child(properties, "w:tblStyle", "TableGrid")
        width = _child(properties, "w:tblW", "")
        width.set(qn("w:type"), "pct")
        width.set(qn("w:w"), "5000")
        _child(properties, "w:tblLook").set(qn("w:firstRow"), "1")
        # What the table holds, for people who do not see it.
        _child(properties, "w:tblCaption", visible(grid.title))
        columns, widths = _child(table, "w:tblGrid"), _widths(grid)
        for width in widths:
            _child(columns, "w:gridCol").set(qn("w:w"), width)
        self._row(table, grid.headings, widths, is_head=True)
        for row in grid.rows:
            self._row(table, row, widths, is_head=False)
        return table

    def _row(self, table: Any, texts: tuple[str, ...], widths: list[str], *, is_head: bool) -> None:
        row = _child(table, "w:tr")
        properties = _child(row, "w:trPr")
        if max(map(len, texts)) < UNBROKEN:
            _child(properties, "w:cantSplit")
        if is_head:
            _child(properties, "w:tblHeader")
        for text, width in zip(texts, widths, strict=True):
            cell = _child(row, "w:tc")
            wide = _child(_child(cell, "w:tcPr"), "w:tcW")
            wide.set(qn("w:w"), width)
            wide.set(qn("w:type"), "dxa")
            style = "TableHeading" if is_head else "NoSpacing"
            cell.append(self._paragraph(style, text))

    def _set_properties(self) -> None:
        properties, marks = self.document.core_properties, self.marks
        properties.title = run(marks.title, marks.language).text[:255]
        properties.author = properties.last_modified_by = run(marks.author, "en").text[:255]
        properties.subject = run(marks.head, marks.language).text[:255]
        properties.comments = ""
        properties.language = marks.language
        properties.created = properties.modified = marks.dated.replace(tzinfo=None, microsecond=0)

    def _set_language(self) -> None:
        styles = self.document.styles
        for old in list(styles.element.iter(qn("w:lang"))):
            old.getparent().replace(old, _language(self.marks.language))
        normal = styles["Normal"]
        normal.font.size = Pt(10)
        normal.font.name = "Arial"
        styles["No Spacing"].font.size = Pt(9.5)
        caption = styles["Caption"].font
        caption.size, caption.bold, caption.color.rgb = Pt(8), False, SOFT
        heading = styles.add_style("Table Heading", WD_STYLE_TYPE.PARAGRAPH)
        heading.base_style = styles["No Spacing"]
        heading.font.bold = True

    def _set_page(self) -> None:
        section = self.document.sections[0]
        section.page_width, section.page_height = PAGE
        section.left_margin = section.right_margin = MARGIN
        section.top_margin = section.bottom_margin = MARGIN
        for part, text in ((section.header, self.marks.head), (section.footer, self.marks.foot)):
            paragraph = part.paragraphs[0]
            paragraph.add_run(visible(text)).font.size = Pt(8.5)
        foot = section.footer.paragraphs[0]
        foot.add_run(" · " + _("page") + " ").font.size = Pt(8.5)
        _field(foot, "PAGE")
        foot.add_run(" / ").font.size = Pt(8.5)
        _field(foot, "NUMPAGES")


def _widths(grid: Grid) -> list[str]:
    """How wide each column is, in twentieths of a point: by its longest text, within limits."""
    lengths = [
        min(max(map(len, column), default=0) + NARROW, WIDE)
        for column in zip(grid.headings, *grid.rows, strict=True)
    ]
    return [str(round(TEXT_WIDTH * length / sum(lengths))) for length in lengths]


def _element(name: str) -> Any:
    return OxmlElement(name)


def _child(parent: Any, name: str, value: str | None = None) -> Any:
    """A new last child of an element, with its value where it has one."""
    made = OxmlElement(name)
    if value:
        made.set(qn("w:val"), value)
    parent.append(made)
    return made


def _language(language: str) -> Any:
    made = OxmlElement("w:lang")
    for script in ("w:val", "w:eastAsia", "w:bidi"):
        made.set(qn(script), language)
    return made


def _field(paragraph: WordParagraph, code: str) -> None:
    """A number that Word works out, such as that of the page."""
    field = _child(paragraph._p, "w:fldSimple")
    field.set(qn("w:instr"), code)
    _child(_child(field, "w:r"), "w:t").text = "1"


def _repeatable(document: WordDocument) -> bytes:
    """The file of a document, with fixed dates inside."""
    written, made = BytesIO(), BytesIO()
    document.save(written)
    with ZipFile(written) as old, ZipFile(made, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = ZipInfo(name, ZIPPED)
            entry.compress_type = ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return made.getvalue()
