"""The fonts of PDF files, from packages, and texts with what none of these fonts can show written
as its number.

A PDF that follows PDF/UA may hold no character without a glyph, so one emoji in a note would make
the whole file fail.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import typst
from fontTools.ttLib import TTFont

# Package, folder in it, and the families that are used of it, the one that is tried first first.
LATIN = ("fontpkg_noto_sans", "files", "NotoSans[wdth,wght].ttf")
ARABIC = ("fontpkg_noto_sans_arabic", "files", "NotoSansArabic[wdth,wght].ttf")
HAN = "justmytype_intl_cjk", "fonts/ofl"
CHINESE = (*HAN, "notosanssc/NotoSansSC[wght].ttf")
TRADITIONAL = (*HAN, "notosanstc/NotoSansTC[wght].ttf")
JAPANESE = (*HAN, "notosansjp/NotoSansJP[wght].ttf")
KOREAN = (*HAN, "notosanskr/NotoSansKR[wght].ttf")
# In the order in which a character is looked for.
FONTS = (LATIN, ARABIC, CHINESE, TRADITIONAL, JAPANESE, KOREAN)
PACKAGES = ("fontpkg_noto_serif", LATIN[0], ARABIC[0], HAN[0])
# Categories of characters that are drawn together with the one before, and of those without shape.
JOINING, SHAPELESS = ("Mn", "Me", "Mc"), "Cf"
# The joiners of Persian and of Indian scripts, which have no shape and change that of others.
JOINERS = "\u200c\u200d"
SELECTORS = range(0xFE00, 0xFE10)


@lru_cache(maxsize=1)
def fonts() -> typst.Fonts:
    """The fonts, read once in a process. Those of the system are left out, so that a file looks the
    same wherever it is made.
    """
    folders = [str(files(package)) for package in PACKAGES]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


@lru_cache(maxsize=len(FONTS))
def _characters(font: tuple[str, str, str]) -> frozenset[str]:
    """The characters that a font can show."""
    package, folder, name = font
    path = Path(str(files(package))) / folder / name
    with TTFont(path, lazy=True) as opened:
        return frozenset(map(chr, opened.getBestCmap()))


def showable(text: str) -> str:
    """A text in which each character that no font can show is written as `[U+1F600]`."""
    if text.isascii():
        return text
    characters = set(text)
    # What joins the character before it is shown only by a font that has both.
    joined = any(unicodedata.category(character) in JOINING for character in characters)
    if not joined and characters <= _characters(LATIN) | {"\n", "\t"}:
        return text
    return "".join(map(_showable, _clusters(text)))


def _clusters(text: str) -> list[str]:
    """A text in parts that one font has to show: a character with what joins it."""
    parts: list[str] = []
    for character in text:
        category = unicodedata.category(character)
        if character in JOINERS or category in JOINING:
            parts[-1:] = [parts[-1] + character] if parts else [character]
        elif category != SHAPELESS and ord(character) not in SELECTORS:
            parts.append(character)
    return parts


@lru_cache(maxsize=10_000)
def _showable(cluster: str) -> str:
    if cluster in ("\n", "\t"):
        return cluster
    if any(set(cluster) <= _characters(font) for font in FONTS):
        return cluster
    return "".join(
        character if _is_showable_alone(character) else f"[U+{ord(character):04X}]"
        for character in cluster
        if character not in JOINERS
    )


def _is_showable_alone(character: str) -> bool:
    if unicodedata.category(character) in JOINING:
        return False
    return any(character in _characters(font) for font in FONTS)
