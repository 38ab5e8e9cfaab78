"""Countries and the States that they border, drawn as SVG.

The projection is equirectangular, true to scale at the middle of the map. The same countries give
the same text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise, product
from math import cos, hypot, radians

from cases.exports.fonts import showable
from cases.exports.world import DISPUTED, Piece, pieces_of_the_world
from cases.queries.reports.texts import visible
from cases.queries.reports.values import Coded

# In points: as wide as the text of a page.
WIDTH, HEIGHT = 482.0, 212.0
# Free space on each side, as a part of what is shown; and the least height of a map, in degrees.
MARGIN, LEAST = 0.2, 3.0
# A part of a country farther away than this from the others, in degrees, is not framed: the map of
# France shows no Pacific island.
REACH = 11.0
# Points closer than this to the one before are left out.
NEAR = 0.35
# Countries of which less than this is seen, in square points, are marked by circles.
TINY = 40.0
CIRCLE = 4.5
LETTERS = 18
FONT = "Noto Sans"
# A place has the same longitude again 360 degrees to either side.
TURNS = (-360, 0, 360)

INK, ACCENT, SOFT, RULE = "#1b2430", "#1d4f73", "#525d6b", "#c3ccd6"
STYLES = {
    "case": f'fill="#9fc1d8" stroke="{ACCENT}" stroke-width="0.9"',
    "neighbour": f'fill="#e3e8ec" stroke="{SOFT}" stroke-width="0.6"',
    "other": f'fill="#f4f6f7" stroke="{RULE}" stroke-width="0.4"',
}

# What is drawn first lies below; sizes of letters, of which the first with room is taken.
KINDS = ("other", "neighbour", "case")
SIZES = {"case": (9.0, 8.0), "neighbour": (7.5, 6.5, 5.5)}

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A box on the globe, in degrees, or on the map, in points. On the map, heights are counted
    from the top, so `south` is the smaller one.
    """

    west: float
    south: float
    east: float
    north: float

    def around(self, other: Box) -> Box:
        return Box(
            min(self.west, other.west),
            min(self.south, other.south),
            max(self.east, other.east),
            max(self.north, other.north),
        )

    def moved(self, degrees: float) -> Box:
        return Box(self.west + degrees, self.south, self.east + degrees, self.north)

    def nearest(self, other: Box) -> Box:
        """Another box, moved round the world to where it is nearest to this one."""
        middle = (self.west + self.east) / 2
        there = (other.west + other.east) / 2
        return other.moved(360 * round((middle - there) / 360))

    def is_within(self, reach: float, other: Box) -> bool:
        return (
            other.west - self.east <= reach
            and self.west - other.east <= reach
            and other.south - self.north <= reach
            and self.south - other.north <= reach
        )


def drawing_of(countries: Sequence[Coded]) -> Drawing | None:
    """The drawing around countries; None where the shapes of none are known."""
    world = pieces_of_the_world()
    boxes = [_box_of(world[country.code]) for country in countries if country.code in world]
    if not boxes:
        return None
    whole = boxes[0]
    for box in boxes[1:]:
        whole = whole.around(whole.nearest(box))
    return Drawing(world, whole)


def _box_of(pieces: Sequence[Piece]) -> Box:
    """The box around the largest piece of a country and those near it."""
    boxes = [Box(piece.west, piece.south, piece.east, piece.north) for piece in pieces]
    boxes.sort(key=lambda box: (box.south - box.north) * (box.east - box.west))
    whole, left = boxes[0], boxes[1:]
    while near := [box for box in left if whole.is_within(REACH, whole.nearest(box))]:
        left = [box for box in left if box not in near]
        for box in near:
            whole = whole.around(whole.nearest(box))
    return whole


class Drawing:
    """Draws what is inside a frame around a box."""

    def __init__(self, world: Mapping[str, tuple[Piece, ...]], box: Box) -> None:
        self.world = world
        self.longitude = (box.west + box.east) / 2
        self.latitude = (box.south + box.north) / 2
        self.narrowing = max(cos(radians(self.latitude)), 0.2)
        across = (box.east - box.west) * self.narrowing * (1 + 2 * MARGIN)
        up = max((box.north - box.south) * (1 + 2 * MARGIN), LEAST)
        self.scale = min(WIDTH / across if across else WIDTH, HEIGHT / up)
        self.labels: list[Box] = []
        self.rings = {code: self._rings(pieces) for code, pieces in world.items()}

    def svg(self, countries: Sequence[Coded], neighbours: Sequence[Coded]) -> str:
        kinds = {line.code: "neighbour" for line in neighbours}
        kinds |= {line.code: "case" for line in countries}
        rings = self.rings
        sizes = {code: sum(map(_area, found)) for code, found in rings.items()}
        parts: list[str] = []
        for kind in KINDS:
            drawn = [code for code in rings if rings[code] and kinds.get(code, "other") == kind]
            parts += (
                f'<path d="{_svg_path(rings[code])}" {_style(code, kind)}/>' for code in drawn
            )
        named = [line for line in (*countries, *neighbours) if line.code in self.world]
        for line in named:
            if sizes[line.code] < TINY:
                parts += self._circles(line.code, STYLES[kinds[line.code]])
        # The largest first, and the countries of the case before all others.
        named.sort(key=lambda line: (kinds[line.code] != "case", -sizes[line.code]))
        for line in named:
            kind = kinds[line.code]
            parts += self._label(line, rings[line.code], kind, is_tiny=sizes[line.code] < TINY)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.2f} {HEIGHT:.2f}" '
            f'width="{WIDTH:.2f}" height="{HEIGHT:.2f}">'
            '<defs><pattern id="hatched" width="3" height="3" patternUnits="userSpaceOnUse">'
            f'<path d="M0 3L3 0" stroke="{SOFT}" stroke-width="0.4"/></pattern></defs>'
            f'<g stroke-linejoin="round" fill-rule="evenodd">{"".join(parts)}</g>'
            f'<rect x="0.25" y="0.25" width="{WIDTH - 0.5:.2f}" height="{HEIGHT - 0.5:.2f}" '
            f'fill="none" stroke="{RULE}" stroke-width="0.5"/></svg>'
        )

    def shows(self, longitude: float, latitude: float) -> bool:
        """Whether a place is inside the frame."""
        return any(
            0 < x < WIDTH and 0 < y < HEIGHT
            for x, y in (self._at(longitude + turn, latitude) for turn in TURNS)
        )

    def _at(self, longitude: float, latitude: float) -> Point:
        return (
            WIDTH / 2 + (longitude - self.longitude) * self.narrowing * self.scale,
            HEIGHT / 2 - (latitude - self.latitude) * self.scale,
        )

    def _rings(self, pieces: Iterable[Piece]) -> list[list[Point]]:
        """The parts of pieces that are inside the frame. A piece is looked for at its own longitude
        and 360 degrees to either side.
        """
        rings = []
        for piece in pieces:
            for turn in TURNS:
                left, top = self._at(piece.west + turn, piece.north)
                right, bottom = self._at(piece.east + turn, piece.south)
                if right < 0 or left > WIDTH or bottom < 0 or top > HEIGHT:
                    continue
                # Thousands of points: written out, since a call for each takes twice the time.
                wide, high = self.narrowing * self.scale, self.scale
                east, south = (
                    WIDTH / 2 + (turn - self.longitude) * wide,
                    HEIGHT / 2 + self.latitude * high,
                )
                ring = _thinned([(east + x * wide, south - y * high) for x, y in piece.ring])
                if len(ring := _clipped(ring)) > 2:
                    rings.append(ring)
        return rings

    def _circles(self, code: str, style: str) -> Iterator[str]:
        """A circle at each piece of a country, unless it would lie over another circle."""
        seen: list[Point] = []
        for x, y in self._middles(code):
            if all(hypot(x - there[0], y - there[1]) > 2 * CIRCLE for there in seen):
                seen.append((x, y))
                yield f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{CIRCLE:.2f}" {style}/>'

    def _middles(self, code: str) -> Iterator[Point]:
        """The middles of the pieces of a country that are inside the frame."""
        for piece in self.world[code]:
            for turn in TURNS:
                middle = (piece.west + piece.east) / 2 + turn
                x, y = self._at(middle, (piece.south + piece.north) / 2)
                if 0 < x < WIDTH and 0 < y < HEIGHT:
                    yield x, y

    def _label(
        self, line: Coded, rings: list[list[Point]], kind: str, *, is_tiny: bool
    ) -> Iterator[str]:
        """The name of a country at the place with most room that covers no other name. Where there
        is none, the letters are made smaller; after the smallest size the name is left out.
        """
        words = _name_lines(showable(visible(line.says)))
        for size in SIZES[kind]:
            width = max(map(len, words)) * size * 0.58
            height = len(words) * size * 1.2
            inside = _places(rings, width, height)
            beside = list(self._beside(line.code, width, height))
            at_sea = (
                [] if _is_room_in(rings, inside[:1], width) else self._at_sea(rings, width, height)
            )
            for x, y in [*beside, *inside] if is_tiny else [*at_sea, *inside, *beside]:
                x = min(max(x, width / 2 + 3), WIDTH - width / 2 - 3)
                y = min(max(y, height / 2 + 3), HEIGHT - height / 2 - 3)
                box = Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
                if not any(box.is_within(0, other) for other in self.labels):
                    self.labels.append(box)
                    yield from _svg_text(words, x, box.south, size, kind)
                    return

    def _at_sea(self, rings: list[list[Point]], width: float, height: float) -> list[Point]:
        """Places at sea for a label beside the largest part of a shape, each by its middle."""
        largest = max(rings, key=_area, default=[(0.0, 0.0)])
        left, right = min(x for x, _y in largest), max(x for x, _y in largest)
        top, bottom = min(y for _x, y in largest), max(y for _x, y in largest)
        right, left = right + 3 + width / 2, left - 3 - width / 2
        bottom, top = bottom + 2 + height / 2, top - 2 - height / 2
        across, along = (left + right) / 2, (top + bottom) / 2
        places = [(right, along), (left, along), (across, bottom), (across, top)]
        return [place for place in places if self._is_sea(*place, width, height)]

    def _is_sea(self, x: float, y: float, width: float, height: float) -> bool:
        if not (width / 2 < x < WIDTH - width / 2 and height / 2 < y < HEIGHT - height / 2):
            return False
        lines = (y - height / 2, y - height / 4, y, y + height / 4, y + height / 2)
        for line, rings in product(lines, self.rings.values()):
            spans = _spans(rings, line)
            if any(left < x + width / 2 and x - width / 2 < right for left, right in spans):
                return False
        return True

    def _beside(self, code: str, width: float, height: float) -> Iterator[Point]:
        """Places for a label beside the pieces of a country, each by its middle."""
        across, along = CIRCLE + 2 + width / 2, CIRCLE + 1 + height / 2
        for x, y in self._middles(code):
            yield from ((x + across, y), (x - across, y), (x, y - along), (x, y + along))


def _places(rings: list[list[Point]], width: float, height: float) -> list[Point]:
    """Places for a label in a shape, each by its middle, the one with most room first."""
    if not rings:
        return []
    step = height / 2
    top = min(y for ring in rings for _x, y in ring)
    bottom = max(y for ring in rings for _x, y in ring)
    rows = [
        _spans(rings, top + step * (number + 0.5))
        for number in range(int((bottom - top) / step) + 1)
    ]
    middle = (top + bottom) / 2
    found = []
    for number, spans in enumerate(rows):
        y = top + step * (number + 0.5)
        beside = [rows[at] if 0 <= at < len(rows) else [] for at in (number - 1, number + 1)]
        for left, right in spans:
            for part in (0.5, 0.3, 0.7):
                x = left + (right - left) * part
                room = min(_room([(left, right)], x), *(_room(row, x) for row in beside))
                found.append((-min(room, width / 2 + 6), abs(y - middle), x, y))
    return [(x, y) for _room_there, _off, x, y in sorted(found)]


def _is_room_in(rings: list[list[Point]], places: Sequence[Point], width: float) -> bool:
    """Whether a label at one of these places is inside a shape from end to end."""
    return any(_room(_spans(rings, y), x) >= width / 2 for x, y in places)


def _spans(rings: list[list[Point]], y: float) -> list[tuple[float, float]]:
    """Where a horizontal line is inside a shape."""
    crossings = []
    for ring in rings:
        for (x1, y1), (x2, y2) in pairwise([*ring, ring[0]]):
            if (y1 > y) != (y2 > y):
                crossings.append(x1 + (y - y1) * (x2 - x1) / (y2 - y1))
    crossings.sort()
    return list(zip(crossings[::2], crossings[1::2], strict=True))


def _room(spans: Iterable[tuple[float, float]], x: float) -> float:
    """How far from a point to either side a line stays inside a shape."""
    return max((min(x - left, right - x) for left, right in spans if left < x < right), default=0.0)


def _name_lines(name: str) -> list[str]:
    """A name in lines that are short enough for a map."""
    lines = [""]
    for word in name.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and len(longer) > LETTERS:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _svg_text(lines: Sequence[str], x: float, top: float, size: float, kind: str) -> Iterator[str]:
    weight = 700 if kind == "case" else 400
    colour = INK if kind == "case" else SOFT
    for number, line in enumerate(lines):
        y = top + size * (0.95 + 1.2 * number)
        place = (
            f'x="{x:.2f}" y="{y:.2f}" font-family="{FONT}" font-size="{size:.2f}" '
            f'font-weight="{weight}" text-anchor="middle" paint-order="stroke" '
            f'stroke="#ffffff" stroke-opacity="0.85" stroke-width="{size / 4:.2f}"'
        )
        yield f'<text {place} fill="{colour}">{escape(line)}</text>'


def _thinned(points: Iterable[Point]) -> list[Point]:
    """Points without those that are too near to the one before to be seen."""
    kept: list[Point] = []
    for x, y in points:
        if not kept or abs(x - kept[-1][0]) > NEAR or abs(y - kept[-1][1]) > NEAR:
            kept.append((x, y))
    return kept


def _clipped(ring: list[Point]) -> list[Point]:
    """The part of a ring that is inside the frame, with a narrow strip around it. The lines along
    which the ring is cut are in the strip, where nobody sees them.
    """
    edge = 4.0
    for axis, limit, sign in (
        (0, -edge, 1),
        (0, WIDTH + edge, -1),
        (1, -edge, 1),
        (1, HEIGHT + edge, -1),
    ):
        inside: list[Point] = []
        for one, two in pairwise([*ring[-1:], *ring]):
            before, after = sign * (one[axis] - limit), sign * (two[axis] - limit)
            if (before >= 0) != (after >= 0):
                part = before / (before - after)
                inside.append(
                    (one[0] + (two[0] - one[0]) * part, one[1] + (two[1] - one[1]) * part)
                )
            if after >= 0:
                inside.append(two)
        ring = inside
    return ring


def _area(ring: Sequence[Point]) -> float:
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise([*ring, *ring[:1]]))) / 2


def _style(code: str, kind: str) -> str:
    return f'fill="url(#hatched)" stroke="{RULE}"' if code == DISPUTED else STYLES[kind]


def _svg_path(rings: Iterable[Sequence[Point]]) -> str:
    return "".join("M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in ring) + "Z" for ring in rings)
