"""Text as it is compared when people search and sort: case, accents, composition and variants of
Arabic letters make no difference, alike on every database.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, OrderBy
from django.db.models.sql.compiler import SQLCompiler

# Letters that Unicode does not decompose into a letter and a mark.
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        # Arabic, Persian and Urdu: letters that are written one for the other.
        "ٱ": "ا",
        "ى": "ي",
        "ی": "ي",
        "ے": "ي",
        "ک": "ك",
        "ة": "ه",
        "ۀ": "ه",
        "ہ": "ه",
        # Lengthens a word and is no letter; marks that direct the text.
        "ـ": "",
        "\u200c": "",
        "\u200d": "",
        "\u200e": "",
        "\u200f": "",
        # Apostrophes and dashes, which differ between keyboards.
        "’": "'",
        "‘": "'",
        "ʼ": "'",
        "`": "'",
        "–": "-",
        "—": "-",
        "‑": "-",
        "\u00a0": " ",
        "\u202f": " ",
    }
)


def fold(text: str) -> str:
    """A text for comparing: equal for texts that a reader takes for the same."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(character for character in apart if not unicodedata.combining(character))
    return letters.casefold().translate(_LETTERS)


# Letters and digits that look like a Latin letter, small or capital, after folding.
_LOOK_ALIKES = str.maketrans(
    "авекмнорстухіјѕԁһԛԝѵαβεζηικμνορτυχ01i|",
    "abekmhopctyxljsdhqwvabezhlkmnoptyxolll",
)


def as_seen(text: str) -> str:
    """A text for comparing by eye: equal for texts that look alike, whatever their letters. What
    has no shape is left out.
    """
    shown = "".join(
        character
        for character in unicodedata.normalize("NFKC", text)
        if not unicodedata.category(character).startswith("C")
    )
    return " ".join(fold(shown).translate(_LOOK_ALIKES).split())


def fold_all(texts: Iterable[str]) -> str:
    """Several texts, one to a line, for a search in all of them."""
    return "\n".join(map(fold, texts))


class InOrder(Func):
    """A field that holds folded text, in an order that is the same on every database: for sorting,
    comparing and an index.
    """

    arity = 1

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template="(%(expressions)s COLLATE BINARY)")

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template='(%(expressions)s COLLATE "C")')


def in_order(field: str, *, down: bool = False) -> OrderBy:
    """The order of a field that holds folded text: the same on every database."""
    return InOrder(field).desc() if down else InOrder(field).asc()
