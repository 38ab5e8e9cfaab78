"""Texts as a file can show them: without control characters, each with its language and the
direction in which it is read.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# Control characters except tab and line feed, halves of characters, what is no character, and what
# turns the direction of the text after it. Each text of a file has a direction of its own, and an
# override in a note must not turn what is written after it.
INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff"
    "\ufffe\uffff]"
)
LINE_ENDS = re.compile("\r\n?|[\u2028\u2029]")
# From here on letters belong to other scripts than the Latin one, and are read from the right.
OTHER_SCRIPT, FROM_THE_RIGHT = "\u0370", "\u0590"
LETTERS = ("L", "R", "AL")
# The language assumed for a script if the language of a text is not known. Only the font and line
# breaks depend on it.
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
    """A text without invisible characters: control characters and those that change the reading
    direction. Lines end with a line feed.
    """
    return INVISIBLE.sub("", LINE_ENDS.sub("\n", text))


def with_ellipsis(text: str, most: int) -> str:
    """A text of at most so many characters; one that is cut ends with an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def run(text: str, language: str) -> Run:
    """A text that people wrote, with the language that its letters show, or `language`."""
    shown = visible(text)
    return Run(shown, language_of(shown, language), direction_of(shown))


def direction_of(text: str) -> str:
    """The direction of a text by its first letter, as browsers find it for `dir="auto"`."""
    if text.isascii() or max(text) < FROM_THE_RIGHT:
        return "ltr"
    kinds = (unicodedata.bidirectional(character) for character in text)
    first = next((kind for kind in kinds if kind in LETTERS), "L")
    return "ltr" if first == "L" else "rtl"


def language_of(text: str, language: str) -> str:
    """The language that the first letter of another script than the Latin one shows; where there is
    none, `language`.
    """
    if text.isascii() or max(text) < OTHER_SCRIPT:
        return language
    for character in text:
        if character < OTHER_SCRIPT or not character.isalpha():
            continue
        name = unicodedata.name(character, "")
        found = next((code for script, code in SCRIPTS if name.startswith(script)), None)
        if found:
            return found
    return language
