"""The map of a case draws its countries and their neighbours, with the borders that the United
Nations uses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO
from itertools import combinations, pairwise
from math import hypot
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from lxml import etree
from pypdf import PdfReader

from cases import checks
from cases.checks import check_deployment
from cases.country_names import country_name
from cases.exports import world
from cases.exports.brief import brief
from cases.exports.country_map import NOTES, CountryMap, country_map
from cases.exports.docx import MARGIN, PAGE
from cases.exports.map_drawing import HEIGHT, WIDTH
from cases.exports.report import report_pdf
from cases.exports.world import Piece, pieces_of_the_world
from cases.models import Assessment, Case, User
from cases.queries.reports.context import report_for
from cases.queries.reports.organisation import Organisation
from cases.queries.reports.values import Coded, Report
from cases.workflows.assessing.answering import start_assessment
from tests.reports.poison import make
from tests.reports.reading import text_of
from tests.rulebook.shipped import SHIPPED, publish_shipped

MEMBERS = [code for code, country in SHIPPED.countries.items() if country.un == "member"]
PLACES = {
    "Simferopol": (34.10, 44.95, "UKR"),
    "Donetsk": (37.80, 48.00, "UKR"),
    "Laâyoune": (-13.15, 27.13, "ESH"),
    "Gaza": (34.45, 31.50, "PSE"),
    "Ramallah": (35.20, 31.90, "PSE"),
    "Hargeisa": (44.06, 9.56, "SOM"),
    "Mogadishu": (45.30, 2.07, "SOM"),
    "Morphou, in the north of Cyprus": (33.00, 35.21, "CYP"),
    "Larnaca": (33.55, 34.95, "CYP"),
    "Pristina": (21.17, 42.67, "XKX"),
    "Juba": (31.58, 4.85, "SSD"),
    "Bamako": (-8.00, 12.65, "MLI"),
    "Skopje": (21.43, 42.00, "MKD"),
    "Dili, inland": (125.60, -8.70, "TLS"),
    "Kupang, inland": (124.20, -9.80, "IDN"),
    "Suva, inland": (178.10, -17.90, "FJI"),
    "Honiara, inland": (160.10, -9.60, "SLB"),
    "Tripoli, inland": (13.20, 32.60, "LBY"),
    "Anadyr": (177.40, 64.70, "RUS"),
    "Uelen, beyond the antimeridian": (-172.00, 66.00, "RUS"),
    # The note under the map says so.
    "The Golan": (35.80, 33.00, "ISR"),
}


def drawn(*codes: str, neighbours: tuple[str, ...] = ()) -> CountryMap:
    made = country_map(
        [Coded(code, country_name(code)) for code in codes],
        [Coded(code, country_name(code)) for code in neighbours],
    )
    assert made is not None
    return made


def holders(longitude: float, latitude: float) -> list[str]:
    """The countries in whose shape a place lies."""
    return [
        code
        for code, pieces in pieces_of_the_world().items()
        if sum(_crossings(pieces, longitude, latitude)) % 2
    ]


def _crossings(pieces: tuple[Piece, ...], longitude: float, latitude: float) -> Iterator[bool]:
    for piece in pieces:
        for turn in (-360, 0, 360):
            x = longitude + turn
            if piece.west <= x <= piece.east and piece.south <= latitude <= piece.north:
                for (x1, y1), (x2, y2) in pairwise([*piece.ring, piece.ring[0]]):
                    if (y1 > latitude) != (y2 > latitude):
                        yield x < x1 + (latitude - y1) * (x2 - x1) / (y2 - y1)


def texts(made: CountryMap) -> str:
    """The names on a map."""
    root = etree.fromstring(made.svg.encode())
    return " ".join(element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text"))


def points(made: CountryMap) -> list[tuple[float, float]]:
    """The points of the countries of the case."""
    found = []
    for path in re.findall(r'd="([^"]*)" fill="#9fc1d8"', made.svg):
        found += [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path)]
    return found


@pytest.mark.parametrize("place", PLACES)
def test_a_place_lies_in_the_country_that_the_united_nations_gives_it_to(place: str) -> None:
    longitude, latitude, code = PLACES[place]
    assert holders(longitude, latitude) == [code]


def test_every_member_of_the_united_nations_can_be_seen_and_is_named() -> None:
    assert len(MEMBERS) == 193
    for code in MEMBERS:
        made = drawn(code)
        seen = points(made)
        across = max(x for x, _y in seen) - min(x for x, _y in seen)
        up = max(y for _x, y in seen) - min(y for _x, y in seen)
        assert "<circle" in made.svg or (across > 6 and up > 6), code
        assert country_name(code) in texts(made), code
        assert all(-5 <= x <= WIDTH + 5 and -5 <= y <= HEIGHT + 5 for x, y in seen), code


def test_a_small_state_is_a_circle_and_a_large_one_is_not() -> None:
    assert "<circle" in drawn("NRU").svg
    assert drawn("KIR").svg.count("<circle") > 3
    assert "<circle" not in drawn("MLI").svg


@pytest.mark.parametrize(("code", "widest"), [("FJI", 0.3), ("RUS", 0.85), ("KIR", 0.85)])
def test_a_country_across_the_antimeridian_is_in_one_piece(code: str, widest: float) -> None:
    across = [x for x, _y in points(drawn(code))]
    assert max(across) - min(across) < widest * WIDTH
    assert all(piece.east - piece.west < 180 for piece in pieces_of_the_world()[code])


def test_distant_islands_do_not_make_a_country_small() -> None:
    across = [x for x, _y in points(drawn("FRA"))]
    assert max(across) - min(across) > 0.2 * WIDTH
    assert "Germany" in texts(drawn("FRA", neighbours=("DEU", "SUR")))


def test_two_countries_share_a_map_even_where_the_sea_or_the_antimeridian_is_between() -> None:
    assert {"Timor-Leste", "Indonesia"} <= set(
        re.findall(r">([^<]+)</text>", drawn("TLS", "IDN").svg)
    )
    across = [x for x, _y in points(drawn("FJI", "WSM"))]
    assert max(across) - min(across) < 0.9 * WIDTH


def test_neighbours_are_outlined_and_named_and_others_are_not_named() -> None:
    made = drawn("MLI", neighbours=("DZA", "BFA", "CIV", "GIN", "MRT", "NER", "SEN"))
    for name in ("Mali", "Algeria", "Burkina Faso", "Côte d'Ivoire", "Guinea", "Mauritania"):
        assert name in texts(made)
    assert "Nigeria" not in texts(made)
    assert made.svg.count('fill="#e3e8ec"') == 7


def test_no_name_lies_over_another() -> None:
    made = drawn("COD", neighbours=("AGO", "BDI", "CAF", "COG", "RWA", "SSD", "TZA", "UGA", "ZMB"))
    lines = re.findall(
        r'<text x="([\d.]+)" y="([\d.]+)" .*? font-size="([\d.]+)".*?>([^<]+)<', made.svg
    )
    assert len(lines) >= 10
    boxes = []
    for x, y, size, words in lines:
        half = len(words) * float(size) * 0.29
        boxes.append((float(x) - half, float(y) - float(size), float(x) + half, float(y)))
    for one, other in combinations(boxes, 2):
        beside = one[2] <= other[0] or other[2] <= one[0]
        assert beside or one[3] <= other[1] or other[3] <= one[1], (one, other)


def test_the_same_countries_give_the_same_text_with_two_decimals() -> None:
    first = drawn("IND", neighbours=("PAK", "CHN")).svg
    world._read.cache_clear()
    assert drawn("IND", neighbours=("PAK", "CHN")).svg == first
    assert not re.search(r"\d\.\d{3}|nan|inf|e-", "".join(re.findall(r' d="([^"]*)"', first)))


def test_a_name_cannot_break_the_picture() -> None:
    bad = '</text><script>"&\x00\u202e😀'
    made = country_map([Coded("MLI", bad)], [Coded("DZA", bad), Coded("no such", bad)])
    assert made is not None
    assert "<script" not in made.svg
    assert "\x00" not in made.svg
    assert "[U+1F600]" in texts(made)


def test_the_siachen_glacier_is_in_no_country_and_hatched() -> None:
    assert "KAS" in pieces_of_the_world()
    assert "url(#hatched)" in drawn("IND").svg
    assert "url(#hatched)" not in drawn("MLI").svg


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("IND", "Jammu and Kashmir"),
        ("SDN", "Abyei"),
        ("ETH", "between the Republic of Sudan and the Republic of South Sudan"),
        ("ARG", "Falkland Islands (Malvinas)"),
        ("MKD", "resolution 1244 (1999)"),
        ("MKD", "show Kosovo separately"),
        ("SYR", "occupied Syrian Golan"),
    ],
)
def test_what_is_in_dispute_is_said_under_the_map_that_shows_it(code: str, words: str) -> None:
    assert any(words in note for note in drawn(code).notes)
    assert not drawn("MLI").notes


def test_the_note_on_a_boundary_is_said_along_the_whole_of_it() -> None:
    """Its places are near the line that the shapes of the two countries share."""
    rings = {
        code: {point for piece in pieces_of_the_world()[code] for point in piece.ring}
        for code in ("SDN", "SSD")
    }
    shared = rings["SDN"] & rings["SSD"]
    places = NOTES[0].places
    for x, y in places:
        assert min(hypot(x - there[0], y - there[1]) for there in shared) < 0.2
    for there in shared:
        assert min(hypot(x - there[0], y - there[1]) for x, y in places) < 2


@pytest.fixture
def report(draft: Assessment, analyst: User) -> Report:
    return report_for(analyst, draft)


def placed(report: Report, countries: list[str], neighbours: list[str]) -> Report:
    case = replace(
        report.case,
        countries=tuple(Coded(code, country_name(code)) for code in countries),
        neighbours=tuple(Coded(code, country_name(code)) for code in neighbours),
    )
    return replace(report, case=case)


def test_the_report_holds_the_map_in_words_and_what_is_said_under_it(report: Report) -> None:
    content = report_pdf(placed(report, ["MLI"], ["DZA", "NER"]), Organisation())
    text = " ".join(text_of("report.pdf", content).split())
    assert "do not imply official endorsement or acceptance by the United Nations" in text
    assert "Natural Earth" in text
    assert "Mauritania" not in text
    assert alt_texts(content)[0] == "Map: Mali and its neighbours Algeria, Niger."
    assert report_pdf(placed(report, ["MLI"], ["DZA", "NER"]), Organisation()) == content


def test_several_countries_have_neighbours_of_their_own(report: Report) -> None:
    content = report_pdf(placed(report, ["TLS", "IDN"], ["PNG"]), Organisation())
    assert alt_texts(content)[0].startswith(
        "Map: Timor-Leste, Indonesia and their neighbours Papua"
    )


@pytest.mark.parametrize(
    ("country", "day", "named", "left_out"),
    [
        ("MKD", date(1999, 3, 1), "Yugoslavia", "Serbia"),
        ("SDN", date(2004, 7, 30), "Libyan Arab Jamahiriya", "South Sudan"),
        ("SDN", date(2020, 1, 1), "South Sudan", "Libyan Arab Jamahiriya"),
    ],
)
def test_neighbours_have_the_names_of_the_day_and_those_that_came_later_are_not_named(
    case: Case, analyst: User, country: str, day: date, named: str, left_out: str
) -> None:
    edition = publish_shipped()
    case.countries.all().delete()
    case.countries.create(code=country)
    assessment = start_assessment(case, by=analyst, as_of=day, edition=edition)
    report = report_for(analyst, Assessment.objects.get(pk=assessment.pk))
    names = [neighbour.says for neighbour in report.case.neighbours]
    assert named in names
    assert left_out not in names


def test_without_shapes_a_report_has_no_map_and_does_not_speak_of_one(report: Report) -> None:
    content = report_pdf(placed(report, ["no such"], []), Organisation())
    assert "boundaries" not in text_of("report.pdf", content)


def test_shapes_that_are_not_installed_are_missed_by_the_check_and_by_no_report(
    report: Report, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "rtop_assist.W008" not in {message.id for message in check_deployment()}
    monkeypatch.setattr(world, "ATLAS", tmp_path / "50m.json")
    monkeypatch.setattr(checks, "ATLAS", tmp_path / "50m.json")
    assert "rtop_assist.W008" in {message.id for message in check_deployment()}
    assert "boundaries" not in text_of("report.pdf", report_pdf(report, Organisation()))


def test_the_report_in_word_shows_the_same_map_as_a_picture_with_its_words(report: Report) -> None:
    placed_report = placed(report, ["SDN"], ["SSD", "TCD"])
    content = make("report.docx", placed_report)
    document = Document(BytesIO(content))
    (picture,) = document.inline_shapes
    shown = picture._inline.docPr.get("descr")
    assert shown == "Map: Sudan and its neighbours South Sudan, Chad."
    assert picture.width == PAGE[0] - 2 * MARGIN
    assert picture.width / picture.height == pytest.approx(WIDTH / HEIGHT, rel=0.01)
    caption = document.styles["Caption"]
    captions = [item.text for item in document.paragraphs if item.style == caption]
    assert any("do not imply official endorsement" in caption for caption in captions)
    assert any("Abyei" in caption for caption in captions)
    assert make("report.docx", placed_report) == content


def test_a_file_of_text_names_the_neighbours_in_place_of_the_map(report: Report) -> None:
    text = text_of("report.md", make("report.md", placed(report, ["MLI"], ["DZA", "NER"])))
    assert "Neighbours: Algeria, Niger" in text
    assert "boundaries" not in text


def test_the_brief_stays_one_page(report: Report) -> None:
    content = brief(placed(report, ["MLI"], ["DZA"]), Organisation())
    assert len(PdfReader(BytesIO(content)).pages) == 1


def alt_texts(content: bytes) -> list[str]:
    """The texts of the pictures of a PDF, for people who cannot see them."""
    found: list[str] = []

    def walk(element: object) -> None:
        element = element.get_object() if hasattr(element, "get_object") else element
        if isinstance(element, list):
            for item in element:
                walk(item)
        elif isinstance(element, dict):
            if "/Alt" in element:
                found.append(str(element["/Alt"]))
            walk(element.get("/K", []))

    root: Any = PdfReader(BytesIO(content)).trailer["/Root"]
    walk(root["/StructTreeRoot"])
    return found
