"""What countries are called on pages, and the names under which people look for them."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _
from django_countries import countries

from cases.rulebook.entries.country_names import country_name_on
from cases.text_folding import fold

# What ISO 3166-1 lists besides the 193 members of the United Nations (UN list of Member States),
# and Kosovo, for which the European Commission and others use the code XK.
# fmt: off
NOT_UN_MEMBERS = frozenset([
    "AX", "AS", "AI", "AQ", "AW", "BM", "BQ", "BV", "IO", "KY", "CX", "CC",
    "CK", "CW", "FK", "FO", "GF", "PF", "TF", "GI", "GL", "GP", "GU", "GG",
    "HM", "HK", "IM", "JE", "MO", "MQ", "YT", "MS", "NC", "NU", "NF", "MP",
    "PS", "PN", "PR", "RE", "BL", "SH", "MF", "PM", "SX", "GS", "SJ", "TW",
    "TK", "TC", "UM", "VA", "VG", "VI", "WF", "EH", "XK",
])
# fmt: on
# Names in use besides the one in the list: earlier, shorter, longer or in another spelling.
OTHER_NAMES: dict[str, tuple[str, ...]] = {
    "AE": ("UAE",),
    "BF": ("Upper Volta",),
    "BN": ("Brunei",),
    "BY": ("Belorussia",),
    "CD": ("DRC", "DR Congo", "Congo-Kinshasa", "Democratic Republic of the Congo", "Zaire"),
    "CF": ("CAR",),
    "CG": ("Congo-Brazzaville", "Republic of the Congo"),
    "CI": ("Ivory Coast",),
    "CV": ("Cape Verde",),
    "CZ": ("Czech Republic",),
    "EH": ("Sahrawi",),
    "FM": ("Micronesia",),
    "GB": ("UK", "Great Britain", "England", "Scotland", "Wales", "Northern Ireland"),
    "IR": ("Persia",),
    "KH": ("Kampuchea",),
    "KP": ("North Korea", "DPRK"),
    "KR": ("South Korea", "Republic of Korea"),
    "LA": ("Lao PDR",),
    "LK": ("Ceylon",),
    "MK": ("Macedonia", "FYROM"),
    "MM": ("Burma",),
    "NL": ("Holland",),
    "PS": ("Gaza", "West Bank", "Occupied Palestinian Territory"),
    "RU": ("Russian Federation",),
    "SY": ("Syrian Arab Republic",),
    "SZ": ("Swaziland",),
    "TL": ("East Timor",),
    "TR": ("Turkey",),
    "US": ("USA", "United States"),
    "VA": ("Vatican",),
    "VN": ("Viet Nam",),
    "XK": ("Kosova",),
}


def names_of(code: str) -> tuple[str, ...]:
    """The name of a country by its alpha-2 code, and the others under which people look for it."""
    name = str(countries.name(code))
    return (name, *(other for other in OTHER_NAMES.get(code, ()) if fold(other) not in fold(name)))


def country_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every country and territory by its alpha-3 code, in two groups, each by name in the reader's
    language.
    """
    members: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    for code, _name in sorted(countries, key=lambda row: fold(str(row[1]))):
        name, *also = names_of(code)
        label = f"{name} ({', '.join(also)})" if also else name
        (others if code in NOT_UN_MEMBERS else members).append((countries.alpha3(code), label))
    return [
        (str(_("Members of the United Nations")), members),
        (str(_("Other countries and territories")), others),
    ]


def codes_matching(text: str) -> list[str]:
    """The alpha-3 codes of the countries one of whose names holds a text."""
    sought = fold(text)
    return [
        countries.alpha3(code)
        for code, _name in countries
        if any(sought in fold(name) for name in names_of(code))
    ]


def country_name(code: str, day: date | None = None) -> str:
    """A country's name in the reader's language, from its ISO 3166-1 alpha-3 code: the one that it
    had on a day, or today's. Former names are given in English.
    """
    today = str(countries.name(code)) or code
    return today if day is None else country_name_on(code, today, day)
