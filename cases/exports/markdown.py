"""Documents as Markdown, to paste into a message or a wiki. No text in them is read as markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cases.exports.blocks import Block, Grid, Heading, Items, Paragraph, Picture, Quote
from cases.queries.reports.texts import visible

MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&!$])")
# What would begin a list, a rule or a heading where a line begins with it.
BEGINS = re.compile(r"^(\s*)(?:([-+=:])|(\d+)([.)]))", re.MULTILINE)


def markdown_file(title: str, blocks: Iterable[Block]) -> bytes:
    """A document in CommonMark, with the tables of GitHub's dialect."""
    parts = [f"# {_single_line(title)}", *filter(None, map(_block, blocks))]
    return ("\n\n".join(parts) + "\n").encode()


def _block(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"{'#' * (level + 1)} {_single_line(text)}"
        case Paragraph(text, label):
            said = f"**{_single_line(label)}** {_paragraphs(text)}" if label else _paragraphs(text)
            return said.strip()
        case Items(items, is_numbered):
            return "\n".join(_items(items, is_numbered))
        case Quote(text, source):
            lines = [
                *_paragraphs(text).split("\n"),
                *(["", f"— {_single_line(source)}"] if source else []),
            ]
            return "\n".join(f"> {line}".rstrip() for line in lines)
        case Grid():
            return _grid(block)
        case Picture():
            return ""


def _items(items: Iterable[str], is_numbered: bool) -> Iterator[str]:
    for number, item in enumerate(items, start=1):
        mark = f"{number}." if is_numbered else "-"
        yield f"{mark} {_paragraphs(item, indent=' ' * (len(mark) + 1))}"


def _grid(grid: Grid) -> str:
    rows = [grid.headings, ("---",) * len(grid.headings)]
    lines = [f"| {' | '.join(map(_single_line, rows[0]))} |", f"| {' | '.join(rows[1])} |"]
    lines += [f"| {' | '.join(map(_table_cell, row))} |" for row in grid.rows]
    return f"{_single_line(grid.title)}:\n\n" + "\n".join(lines)


def _paragraphs(text: str, indent: str = "") -> str:
    """A text with its line breaks; one blank line between paragraphs."""
    paragraphs = re.split(r"\n\s*\n[ \t]*", _escaped(visible(text).strip()))
    broken = (re.sub(r"\n[ \t]*", f"\\\\\n{indent}", paragraph) for paragraph in paragraphs)
    return f"\n\n{indent}".join(broken)


def _single_line(text: str) -> str:
    return _escaped(" ".join(visible(text).split()))


def _table_cell(text: str) -> str:
    lines = (line.strip() for line in visible(text).split("\n"))
    return MARKUP.sub(r"\\\1", " / ".join(filter(None, lines)))


def _escaped(text: str) -> str:
    text = MARKUP.sub(r"\\\1", text)
    return BEGINS.sub(_begun, text)


def _begun(found: re.Match[str]) -> str:
    space, mark, digits, dot = found.groups()
    return f"{space}\\{mark}" if mark else f"{space}{digits}\\{dot}"
