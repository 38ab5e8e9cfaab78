"""What countries are called on pages."""

from __future__ import annotations

from datetime import date

from django_countries import countries

from cases.rulebook.entries.country_names import country_name_on


def country_name(code: str, day: date | None = None) -> str:
    """A country's name in the reader's language, from its ISO 3166-1 alpha-3 code: the one that it
    had on a day, or today's. Former names are given in English.
    """
    today = str(countries.name(code)) or code
    return today if day is None else country_name_on(code, today, day)
