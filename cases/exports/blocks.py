"""A document as a list of blocks, from which Word and Markdown files are written alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is the first under the title."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `label` comes first and is emphasised."""

    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """A list of short texts."""

    items: tuple[str, ...]
    is_numbered: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """What somebody wrote, and who or where."""

    text: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with a row of headings. `title` says what it holds."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as SVG. `alt` says what it shows, and `caption` is what is written under it.

    Text-only formats leave it out.
    """

    svg: str
    alt: str
    caption: str


Block = Heading | Paragraph | Items | Quote | Grid | Picture


def without_empty(blocks: Iterable[Block]) -> list[Block]:
    """The blocks without those that say nothing, and without headings of nothing."""
    kept: list[Block] = []
    for block in blocks:
        if _is_empty(block):
            continue
        if isinstance(block, Heading):
            _drop_idle_headings(kept, block.level)
        kept.append(block)
    _drop_idle_headings(kept, 0)
    return kept


def _is_empty(block: Block) -> bool:
    match block:
        case Items(items):
            return not items
        case Grid(rows=rows):
            return not rows
        case Picture(svg):
            return not svg
        case _:
            return not block.text


def _drop_idle_headings(kept: list[Block], level: int) -> None:
    """Take the headings from the end that a heading of this level leaves without a text."""
    while kept and isinstance(kept[-1], Heading) and kept[-1].level >= level:
        kept.pop()
