"""Files that people attach: the accepted kinds, recognised by content and not by name."""

from __future__ import annotations

import re
import zipfile
from pathlib import PurePath
from typing import IO

import puremagic
from charset_normalizer import from_bytes
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

LIMIT = 10 * 1024 * 1024
_OFFICE = "application/vnd.openxmlformats-officedocument."
# What a file's name may end with, and what its content must then be.
FILE_TYPES = {
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
# Office 365 and other suites give the main part another name and state it in the list of parts.
_PARTS = "[Content_Types].xml"
_MAIN_PART = {
    ".docx": b"wordprocessingml.document.main+xml",
    ".xlsx": b"spreadsheetml.sheet.main+xml",
}
# How to save files of other kinds so that they are taken.
_SAVE_AS = {
    **dict.fromkeys((".doc", ".rtf", ".pages", ".docm", ".dotx"), "DOCX or PDF"),
    **dict.fromkeys((".xls", ".ods", ".numbers", ".xlsm", ".xlsb"), "XLSX or CSV"),
    **dict.fromkeys((".ppt", ".pptx", ".odp", ".key", ".html", ".htm", ".eml", ".msg"), "PDF"),
    **dict.fromkeys((".heic", ".heif", ".tif", ".tiff", ".gif", ".bmp", ".avif"), "JPEG or PNG"),
    **dict.fromkeys((".tsv", ".md", ".json", ".xml", ".log"), "TXT or CSV"),
}
_ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".gz")
# A reader of PDF looks for its mark in so many first bytes; some programs write others before it.
_PDF_MARK_WITHIN = 1024
# How much of a text, or of the list of parts of a document, is read to recognise its encoding.
_SAMPLE = 256 * 1024
_MARKED_ENCODINGS = {
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"\xef\xbb\xbf": "utf-8-sig",
}
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
ACCEPT = ",".join(FILE_TYPES)


class FileError(ValueError):
    """A file that is not taken. The message says why, and what would be."""


def kind_of(name: str, size: int, file: IO[bytes]) -> str:
    """A file's content type, read from its first bytes. FileError if it is not allowed."""
    ending = PurePath(name).suffix.lower()
    kind = FILE_TYPES.get(ending)
    if kind is None:
        raise FileError(_refusal(ending))
    if size > LIMIT:
        sizes = {"size": filesizeformat(size), "limit": filesizeformat(LIMIT)}
        raise FileError(_("The file is %(size)s. The limit is %(limit)s.") % sizes)
    if size == 0:
        raise FileError(_("The file is empty."))
    if not _is(ending, kind, file):
        message = _(
            "The content does not match the file name: it is not a %(ending)s file. Open it in "
            "the program it comes from, save it again as %(ending)s, and attach that."
        )
        raise FileError(message % {"ending": ending.lstrip(".").upper()})
    return kind


def _is(ending: str, kind: str, file: IO[bytes]) -> bool:
    file.seek(0)
    if ending in (".txt", ".csv"):
        return _is_text(file.read())
    if ending in _INSIDE:
        return _is_document(ending, file)
    content = file.read()
    if ending == ".pdf":
        return b"%PDF-" in content[:_PDF_MARK_WITHIN]
    try:
        matches = puremagic.magic_string(content)
    except puremagic.PureError:
        return False
    return kind in {match.mime_type for match in matches}


def _refusal(ending: str) -> str:
    """Why files with such a name are not taken, and what to do instead."""
    if ending in _SAVE_AS:
        message = _("Files of this kind are not accepted. Save it as %(kind)s and attach that.")
        return message % {"kind": _SAVE_AS[ending]}
    if ending in _ARCHIVES:
        return _("Archives are not accepted. Unpack the archive and attach each file separately.")
    kinds = ", ".join(sorted({known.lstrip(".") for known in FILE_TYPES}))
    return _("Files of this kind are not accepted. Accepted kinds: %(kinds)s.") % {"kinds": kinds}


def _is_document(ending: str, file: IO[bytes]) -> bool:
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if _INSIDE[ending] in names:
                return True
            if ending not in _MAIN_PART or _PARTS not in names:
                return False
            with archive.open(_PARTS) as parts:
                return _MAIN_PART[ending] in parts.read(_SAMPLE)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError):
        return False


def _is_text(content: bytes) -> bool:
    """Whether a content is text in some encoding, as Excel and other programs save it."""
    for mark, encoding in _MARKED_ENCODINGS.items():
        if content.startswith(mark):
            try:
                text = content.decode(encoding)
            except UnicodeDecodeError:
                return False
            # Bytes of any kind pass for UTF-16. A text has spaces or ends of lines.
            has_spaces = encoding != "utf-16" or any(map(str.isspace, text))
            return has_spaces and not _CONTROL.search(text.encode("utf-8", "surrogatepass"))
    if _CONTROL.search(content):
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return from_bytes(content[:_SAMPLE]).best() is not None
    return True
