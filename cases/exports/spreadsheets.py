"""Tables as files for spreadsheets: XLSX by XlsxWriter, and CSV in Excel's dialect.

No text in them can become a formula: XLSX keeps it as text, and CSV marks it with an apostrophe.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import UTC, datetime
from io import BytesIO, StringIO

from django.utils.translation import gettext as _
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from cases.exports.tables import Cell, Table
from cases.queries.reports.texts import visible

# Excel keeps no more in a cell, counted as UTF-16 does.
MOST = 32_767
BYTE_ORDER_MARK = "\ufeff"
# What Excel and LibreOffice take for the beginning of a formula, also in full width.
FORMULA = tuple("=+-@\t\r＝＋－＠")
WIDE, NARROW = 60, 10
NO_DATE = datetime(1980, 1, 1, tzinfo=UTC)


def xlsx(
    tables: Iterable[Table],
    *,
    head: Iterable[tuple[str, str]],
    title: str,
    author: str,
    dated: datetime | None,
) -> bytes:
    """A workbook with a sheet that says what it is, and one for each table.

    The same tables give the same bytes: the only date in it is `dated`.
    """
    made = BytesIO()
    with Workbook(made, {"in_memory": True}) as book:
        created = (dated or NO_DATE).replace(tzinfo=None, microsecond=0)
        said = {"title": _cut_to_cell(visible(title)), "author": _cut_to_cell(visible(author))}
        book.set_properties({**said, "created": created})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        first = book.add_worksheet(_("About"))
        first.set_column(0, 0, 24, bold)
        first.set_column(1, 1, 100, wrapped)
        for row, (label, says) in enumerate(head):
            first.write_string(row, 0, label)
            first.write_string(row, 1, _cut_to_cell(visible(says)))
        for table in tables:
            _sheet(book.add_worksheet(table.title), table, bold, wrapped)
    return made.getvalue()


def _sheet(sheet: Worksheet, table: Table, bold: Format, wrapped: Format) -> None:
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    for column, heading in enumerate(table.headings):
        cells = (row[column] for row in table.rows)
        longest = max((len(str(cell or "")) for cell in cells), default=0)
        sheet.set_column(column, column, min(max(NARROW, longest, len(heading)), WIDE), wrapped)
        sheet.write_string(0, column, heading, bold)
    for number, row in enumerate(table.rows, start=1):
        for column, cell in enumerate(row):
            _write_cell(sheet, number, column, cell)
    if table.rows:
        sheet.autofilter(0, 0, len(table.rows), len(table.headings) - 1)


def _write_cell(sheet: Worksheet, row: int, column: int, cell: Cell) -> None:
    if isinstance(cell, int):
        sheet.write_number(row, column, cell)
    elif cell:
        sheet.write_string(row, column, _cut_to_cell(cell))


def _cut_to_cell(text: str) -> str:
    """A text that fits into a cell. What is cut says so."""
    if _length(text) <= MOST:
        return text
    remark = " " + _("… [cut here: Excel keeps no more than %(most)s characters in a cell]") % {
        "most": MOST
    }
    kept = text.encode("utf-16-le")[: 2 * (MOST - _length(remark))]
    return kept.decode("utf-16-le", "ignore") + remark


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def csv_file(table: Table) -> bytes:
    """A table in Excel's dialect of CSV: commas, lines that end with CR LF, UTF-8 with its mark."""
    made = StringIO(newline="")
    writer = csv.writer(made, dialect="excel")
    writer.writerow(table.headings)
    writer.writerows([_not_a_formula(cell) for cell in row] for row in table.rows)
    return (BYTE_ORDER_MARK + made.getvalue()).encode()


def _not_a_formula(cell: Cell) -> Cell:
    """A cell that no spreadsheet computes: a text like a formula begins with an apostrophe."""
    if isinstance(cell, str) and cell.lstrip(" \n").startswith(FORMULA):
        return f"'{cell}"
    return cell
