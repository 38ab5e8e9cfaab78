"""The map of a case, in words as well, with what has to be said of places in dispute.

The sentences are the United Nations' own. The UN Geospatial Section writes those on boundaries,
Jammu and Kashmir and the Falkland Islands (Malvinas) under its web map
(github.com/UN-Geospatial/cartotile-plain-design); FAO that on Abyei under its maps; UNDP that on
Kosovo under its map of projects (github.com/undp/transparencyportal). The Golan is named as in
Security Council resolution 497 (1981).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases import labels
from cases.exports.document import joined
from cases.exports.map_drawing import drawing_of
from cases.queries.reports.values import CaseLine, Coded
from cases.queries.reports.wording import day


@dataclass(frozen=True, slots=True)
class Note:
    """What has to be said of a place on every map that shows a part of it.

    `places` are points of it, each as longitude and latitude.
    """

    places: tuple[tuple[float, float], ...]
    says: labels.Label


NOTES = (
    Note(
        ((24.4, 8.8), (26.5, 9.5), (28.9, 9.5), (31.0, 9.8), (32.4, 11.7), (33.9, 9.6)),
        gettext_lazy(
            "The final boundary between the Republic of Sudan and the Republic of South Sudan has "
            "not yet been determined."
        ),
    ),
    Note(
        ((28.4, 9.6),),
        gettext_lazy("The final status of the Abyei area is not yet determined."),
    ),
    Note(
        ((75.0, 34.5),),
        gettext_lazy(
            "The final status of Jammu and Kashmir has not yet been agreed upon by the parties."
        ),
    ),
    Note(
        ((-59.0, -51.7),),
        gettext_lazy(
            "A dispute exists between the Governments of Argentina and the United Kingdom of Great "
            "Britain and Northern Ireland concerning sovereignty over the Falkland Islands "
            "(Malvinas)."
        ),
    ),
    Note(
        ((21.0, 42.6),),
        gettext_lazy(
            "This map's data show Kosovo separately. References to Kosovo shall be understood to "
            "be in the context of Security Council resolution 1244 (1999)."
        ),
    ),
    Note(
        ((35.8, 33.0),),
        gettext_lazy(
            "This map's data show the Golan as part of Israel. Security Council resolution 497 "
            "(1981) calls it the occupied Syrian Golan Heights."
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class CountryMap:
    """A map as SVG, what it shows in words, and what has to be said of places on it."""

    svg: str
    alt: str
    notes: tuple[str, ...]


def map_of_case(case: CaseLine, as_of: date) -> CountryMap | None:
    """The map of the countries of a case, with all that has to be written under it; None where the
    shapes of none are known.
    """
    drawn = country_map(case.countries, case.neighbours)
    if drawn is None:
        return None
    notes = (
        _(
            "The boundaries and names shown and the designations used on this map do not imply "
            "official endorsement or acceptance by the United Nations."
        ),
        *drawn.notes,
        _("Today's boundaries; names as of %(date)s.") % {"date": day(as_of)},
        _("Shapes: Natural Earth, in Visionscarto's world atlas 1.0.0 (BSD 3-Clause licence)."),
    )
    return CountryMap(drawn.svg, drawn.alt, notes)


def country_map(countries: Sequence[Coded], neighbours: Sequence[Coded]) -> CountryMap | None:
    """The map of countries and their neighbours; None where the shapes of none are known."""
    drawing = drawing_of(countries)
    if drawing is None:
        return None
    notes = tuple(
        str(note.says)
        for note in NOTES
        if any(drawing.shows(longitude, latitude) for longitude, latitude in note.places)
    )
    return CountryMap(drawing.svg(countries, neighbours), _alt_text(countries, neighbours), notes)


def _alt_text(countries: Sequence[Coded], neighbours: Sequence[Coded]) -> str:
    slots = {
        "countries": joined(country.says for country in countries),
        "neighbours": joined(neighbour.says for neighbour in neighbours),
    }
    says = _("Map: %(countries)s.")
    if neighbours:
        says = ngettext(
            "Map: %(countries)s and its neighbours %(neighbours)s.",
            "Map: %(countries)s and their neighbours %(neighbours)s.",
            len(countries),
        )
    return says % slots
