"""Texts as a file can show them: without control characters, each with its language and the
direction in which it is read.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

# What turns the direction of the text that follows it. Each text of a file has its own direction,
# and an override in a note must not turn what is written after it.
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
KEPT = "\n\t"
LETTERS = "L", "R", "AL"
# The language that a script is taken for, where a text does not say which one it is in. A font and
# the breaking of lines depend on it, not what is said.
SCRIPTS: tuple[tuple[str, str], ...] = (
    ("ARABIC", "ar"),
    ("HEBREW", "he"),
    ("CYRILLIC", "ru"),
    ("GREEK", "el"),
    ("HIRAGANA", "ja"),
    ("KATAKANA", "ja"),
    ("HANGUL", "ko"),
    ("CJK", "zh"),
)


@dataclass(frozen=True, slots=True)
class Run:
    """A text in one language. `direction` is `ltr` or `rtl`."""

    text: str
    language: str
    direction: str


def visible(text: str) -> str:
    """A text without control characters and without what turns the direction of reading.

    Lines end with a line feed; lone surrogates, which no file can hold, are left out.
    """
    if text.isascii() and text.isprintable():
        return text
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(character for character in lines if _is_visible(character))


def _is_visible(character: str) -> bool:
    if character in KEPT:
        return True
    return character not in TURNING and unicodedata.category(character) not in ("Cc", "Cs")


def run(text: str, language: str) -> Run:
    """A text that people wrote, with the language that its first letters show, or `language`."""
    shown = visible(text)
    return Run(shown, language_of(shown, language), direction_of(shown))


def direction_of(text: str) -> str:
    """The direction of a text by its first letter, as browsers find it for `dir="auto"`."""
    if text.isascii():
        return "ltr"
    kinds = (unicodedata.bidirectional(character) for character in text)
    first = next((kind for kind in kinds if kind in LETTERS), "L")
    return "ltr" if first == "L" else "rtl"


def language_of(text: str, language: str) -> str:
    """The language that the first letter of another script than the Latin one shows; where there is
    none, `language`.
    """
    if text.isascii():
        return language
    for character in text:
        if character.isascii() or not character.isalpha():
            continue
        name = unicodedata.name(character, "")
        found = next((code for script, code in SCRIPTS if name.startswith(script)), None)
        if found:
            return found
    return language
