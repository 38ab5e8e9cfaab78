"""PDF files by Typst: accessible (PDF/UA-1) and fit for an archive (PDF/A-2a); and pictures for the
files that cannot hold SVG.

Typst gets texts as data, so nothing in them is read as markup. It reads templates/reports and
nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import lru_cache
from threading import local
from typing import Any

import typst
from django.conf import settings

from cases.exports.fonts import fonts, showable
from cases.queries.reports.texts import run

TEMPLATES = settings.BASE_DIR / "templates" / "reports"
STANDARDS: list[Any] = ["ua-1", "a-2a"]
# Dots per inch of a picture, enough for paper.
DENSITY = 200
_kept = local()


def pdf(template: str, data: Mapping[str, Any], *, language: str, dated: datetime) -> bytes:
    """A PDF file made from a template and its data. The same data gives the same bytes."""
    sent = _Sender(language).send(data)
    made = _compiler().compile(
        _template(template),
        format="pdf",
        sys_inputs={"data": json.dumps(sent, ensure_ascii=False)},
        pdf_standards=STANDARDS,
        timestamp=int(dated.timestamp()),
    )
    assert isinstance(made, bytes)  # noqa: S101  # a PDF is one file, not one for each page
    return made


def png(svg: str) -> bytes:
    """A picture as PNG. The same picture gives the same bytes."""
    made = _compiler().compile(
        _template("picture"), format="png", ppi=DENSITY, sys_inputs={"svg": svg}
    )
    assert isinstance(made, bytes)  # noqa: S101  # a picture is on one page
    return made


@lru_cache(maxsize=8)
def _template(name: str) -> bytes:
    return (TEMPLATES / f"{name}.typ").read_bytes()


def _compiler() -> typst.Compiler:
    """The compiler of this thread: one cannot be used by two at once."""
    found: typst.Compiler | None = getattr(_kept, "compiler", None)
    if found is None:
        found = _kept.compiler = typst.Compiler(root=TEMPLATES, font_paths=fonts())
    return found


# Languages of pages that are not written in Latin letters: there, a text in these is English.
FROM_THE_RIGHT = ("ar", "fa", "he", "ur")
OTHER_SCRIPTS = (*FROM_THE_RIGHT, "zh", "ja", "ko", "ru", "uk", "el")


class _Sender:
    """Turns values into what a template reads as JSON."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.direction = "rtl" if language in FROM_THE_RIGHT else "ltr"
        self.written_in_latin = "en" if language in OTHER_SCRIPTS else language

    def send(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, Mapping):
            return {key: self.send(item) for key, item in value.items()}
        if is_dataclass(value):
            return {item.name: self.send(getattr(value, item.name)) for item in fields(value)}
        return [self.send(item) for item in value]

    def _text(self, text: str) -> Any:
        """A text: a string in the file's language; in another with language and direction."""
        sent = run(text, self.written_in_latin)
        shown = showable(sent.text)
        if (sent.language, sent.direction) == (self.language, self.direction):
            return shown
        return {"t": shown, "l": sent.language, "d": sent.direction}
