"""The names that States had before the ones that they have today.

From the list of Member States of the United Nations and its notes on changes of name; of each name
the last day on which it was used there. Names before 1980 are left out.
"""

from __future__ import annotations

from datetime import date

# By ISO 3166-1 alpha-3 code, the oldest first. Codes stay when a name changes.
FORMER_NAMES: dict[str, tuple[tuple[str, date], ...]] = {
    "BFA": (("Upper Volta", date(1984, 8, 5)),),
    "BLR": (("Byelorussia", date(1991, 9, 18)),),
    "CIV": (("Ivory Coast", date(1985, 11, 5)),),
    "COD": (("Zaire", date(1997, 5, 16)),),
    "CPV": (("Cape Verde", date(2013, 10, 23)),),
    "CZE": (("Czech Republic", date(2016, 5, 16)),),
    "KHM": (("Democratic Kampuchea", date(1990, 2, 2)),),
    "LBY": (("Libyan Arab Jamahiriya", date(2011, 9, 15)),),
    "MKD": (("The former Yugoslav Republic of Macedonia", date(2019, 2, 11)),),
    "MMR": (("Burma", date(1989, 6, 17)),),
    "RUS": (("Soviet Union", date(1991, 12, 23)),),
    "SRB": (
        ("Yugoslavia", date(2003, 2, 3)),
        ("Serbia and Montenegro", date(2006, 6, 2)),
    ),
    "SWZ": (("Swaziland", date(2018, 4, 18)),),
    "TLS": (("East Timor", date(2002, 5, 19)),),
    "TUR": (("Turkey", date(2022, 5, 31)),),
    "WSM": (("Western Samoa", date(1997, 7, 3)),),
    "ZWE": (("Southern Rhodesia", date(1980, 4, 17)),),
}


def country_name_on(code: str, today: str, day: date) -> str:
    """The name that a State had on a day; `today` is the one that it has now."""
    for name, last in FORMER_NAMES.get(code, ()):
        if day <= last:
            return name
    return today
