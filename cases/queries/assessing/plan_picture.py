"""The diagram of which measures have to come before others: boxes for the measures to do first and
for those that they open, as numbers that a template draws, with the rows of its table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from cases import labels
from cases.queries.reports.texts import with_ellipsis
from cases.rulebook.entries.catalogue import Measure
from cases.rulebook.reasoning.advice import Advice

# Of the drawing, in its own units; the page scales it.
BOX, HEIGHT, GAP, BETWEEN = 238, 38, 6, 40
LONGEST = 28
# More boxes than this in a column are left to the table.
DEEPEST = 5


@dataclass(frozen=True)
class PictureBox:
    measure: Measure
    status: str
    is_first: bool
    x: int
    y: int

    @property
    def short(self) -> str:
        return with_ellipsis(self.measure.title, LONGEST)

    @property
    def says(self) -> labels.Label:
        return labels.STATUS[self.status]


@dataclass(frozen=True)
class PictureLine:
    path: str
    says: str


@dataclass(frozen=True)
class WaitingRow:
    """A measure with what has to come before it; none where nothing shown leads to it."""

    measure: Measure
    status: str
    waits_for: tuple[Measure, ...]


@dataclass(frozen=True)
class PlanPicture:
    boxes: tuple[PictureBox, ...]
    lines: tuple[PictureLine, ...]
    rows: tuple[WaitingRow, ...]
    width: int
    height: int
    left_to_table: int
    box: int = BOX
    box_height: int = HEIGHT


def plan_picture(
    advice: Advice, measures: Mapping[str, Measure], first: Iterable[str]
) -> PlanPicture:
    """Which measures of the advice depend on which; `first` are the measures to do first.

    The table holds all of it, the picture only what the first measures make possible.
    """
    rows = [
        WaitingRow(row.measure, row.status, tuple(measures[item] for item in row.waits_for))
        for row in advice.measures.values()
        if row.waits_for and row.status != "not_indicated"
    ]
    columns = _columns(advice, list(first))
    left = sum(max(0, len(column) - DEEPEST) for column in columns)
    columns = [column[:DEEPEST] for column in columns]
    height = max((len(column) for column in columns), default=0) * (HEIGHT + GAP)
    boxes: dict[str, PictureBox] = {}
    for place, column in enumerate(columns):
        boxes.update(_placed(advice, column, place, height))
    return PlanPicture(
        boxes=tuple(boxes.values()),
        lines=tuple(_picture_lines(advice, boxes)),
        rows=tuple(rows),
        width=len(columns) * (BOX + BETWEEN) - BETWEEN if columns else 0,
        height=height,
        left_to_table=left,
    )


def _columns(advice: Advice, first: list[str]) -> list[list[str]]:
    """The first measures that make something possible, and what that is."""
    opening: dict[str, list[str]] = {}
    for code, row in advice.measures.items():
        for earlier in row.waits_for:
            if row.status != "not_indicated":
                opening.setdefault(earlier, []).append(code)
    leading = [code for code in first if code in opening]
    opened = dict.fromkeys(chain.from_iterable(opening[code] for code in leading))
    following = [code for code in opened if code not in first]
    return [column for column in (leading, following) if column]


def _placed(
    advice: Advice, column: list[str], place: int, height: int
) -> list[tuple[str, PictureBox]]:
    room = height / len(column)
    placed = []
    for index, code in enumerate(column):
        box = PictureBox(
            measure=advice.measures[code].measure,
            status=advice.measures[code].status,
            is_first=place == 0,
            x=place * (BOX + BETWEEN),
            y=round(room * index + (room - HEIGHT) / 2),
        )
        placed.append((code, box))
    return placed


def _picture_lines(advice: Advice, boxes: Mapping[str, PictureBox]) -> list[PictureLine]:
    lines = []
    for code, box in boxes.items():
        for earlier in advice.measures[code].waits_for:
            start = boxes.get(earlier)
            if start and start.x < box.x:
                says = f"{start.measure.title} → {box.measure.title}"
                lines.append(PictureLine(_path(start, box), says))
    return lines


def _path(start: PictureBox, end: PictureBox) -> str:
    x1, y1 = start.x + BOX, start.y + HEIGHT // 2
    x2, y2 = end.x, end.y + HEIGHT // 2
    bend = (x2 - x1) // 2
    return f"M{x1},{y1} C{x1 + bend},{y1} {x2 - bend},{y2} {x2},{y2}"
