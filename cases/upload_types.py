"""Files that people attach: which kinds are taken, told by their content and not by their name."""

from __future__ import annotations

import unicodedata
import zipfile
from pathlib import PurePath
from typing import IO

import puremagic
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

LIMIT = 10 * 1024 * 1024
_OFFICE = "application/vnd.openxmlformats-officedocument."
# What a file's name may end with, and what its content must then be.
KINDS = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".docx": _OFFICE + "wordprocessingml.document",
    ".xlsx": _OFFICE + "spreadsheetml.sheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".txt": "text/plain",
    ".csv": "text/csv",
}
# What an archive of these kinds must hold.
_INSIDE = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml", ".odt": "content.xml"}
ACCEPT = ",".join(KINDS)


class FileError(ValueError):
    """A file that is not taken. The message says why, and what would be."""


def kind_of(name: str, size: int, file: IO[bytes]) -> str:
    """A file's content type, read from its first bytes. FileError if it is not allowed."""
    ending = PurePath(name).suffix.lower()
    kind = KINDS.get(ending)
    if kind is None:
        kinds = ", ".join(sorted({known.lstrip(".") for known in KINDS}))
        raise FileError(
            _("Files of this kind are not taken. Those that are: %(kinds)s.") % {"kinds": kinds}
        )
    if size > LIMIT:
        sizes = {"size": filesizeformat(size), "limit": filesizeformat(LIMIT)}
        raise FileError(_("The file has %(size)s; at most %(limit)s are taken.") % sizes)
    if size == 0:
        raise FileError(_("The file is empty."))
    if not _is(ending, kind, file):
        message = _(
            "Its content is not what its name says: this is no %(ending)s file. Save it anew in "
            "that format."
        )
        raise FileError(message % {"ending": ending.lstrip(".").upper()})
    return kind


def _is(ending: str, kind: str, file: IO[bytes]) -> bool:
    file.seek(0)
    if ending in (".txt", ".csv"):
        return _is_text(file.read())
    if ending in _INSIDE:
        try:
            with zipfile.ZipFile(file) as archive:
                return _INSIDE[ending] in archive.namelist()
        except zipfile.BadZipFile:
            return False
    try:
        matches = puremagic.magic_string(file.read())
    except puremagic.PureError:
        return False
    return kind in {match.mime_type for match in matches}


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not any(
        unicodedata.category(character) == "Cc" and character not in "\t\r\n\f"
        for character in text
    )
