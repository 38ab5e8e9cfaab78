"""Files that people attach: the accepted kinds, recognised by content and not by name."""

from __future__ import annotations

import lzma
import re
import unicodedata
import zipfile
import zlib
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
    # The ending that browsers on Windows give to a picture saved from a page.
    ".jfif": "image/jpeg",
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
_TEXTS = (
    *(".doc", ".rtf", ".pages", ".docm", ".dot", ".dotx", ".dotm", ".gdoc"),
    *(".ott", ".fodt", ".sxw", ".wpd", ".wps"),
)
# How to save files of other kinds so that they are taken.
_SAVE_AS = {
    **dict.fromkeys(_TEXTS, "DOCX or PDF"),
    **dict.fromkeys(
        (".xls", ".ods", ".numbers", ".xlsm", ".xlsb", ".gsheet", ".fods"), "XLSX or CSV"
    ),
    **dict.fromkeys((".ppt", ".pptx", ".odp", ".key", ".html", ".htm", ".mht"), "PDF"),
    **dict.fromkeys((".pptm", ".pps", ".ppsx", ".xps", ".oxps", ".ps", ".djvu", ".epub"), "PDF"),
    **dict.fromkeys((".eml", ".msg", ".mhtml", ".webarchive"), "PDF"),
    **dict.fromkeys((".heic", ".heif", ".tif", ".tiff", ".gif", ".bmp", ".avif"), "JPEG or PNG"),
    **dict.fromkeys((".tsv", ".md", ".json", ".xml", ".log"), "TXT or CSV"),
}
_ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz")
_RECORDINGS = (
    *(".mp4", ".mov", ".avi", ".mkv", ".webm", ".3gp", ".m4v"),
    *(".mp3", ".m4a", ".wav", ".ogg", ".opus", ".aac", ".amr"),
)
_UNFINISHED = (".crdownload", ".part", ".partial", ".download", ".tmp")
_SHORTCUTS = (".url", ".lnk", ".webloc", ".desktop")
_ENCRYPTED = (".gpg", ".pgp", ".asc", ".age", ".p7m", ".p7e")
# How the name of the file begins that Word, Excel or LibreOffice leaves beside an open document.
_LOCKS = ("~$", ".~lock.")
# How a file of Office begins that is older than DOCX and XLSX, or that a password protects.
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# A reader of PDF looks for its mark in so many first bytes; some programs write others before it.
_PDF_MARK_WITHIN = 1024
# How much of a text, or of the list of parts of a document, is read to recognise its encoding.
_SAMPLE = 256 * 1024
_MARKED_ENCODINGS = {
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"\xef\xbb\xbf": "utf-8-sig",
}
# What no text holds. Word writes some of the others, and DOS ends a file with one.
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x19]")
# Characters that no program writes into a text: unassigned, for private use, and halves of others.
_NOT_IN_TEXTS = ("Cn", "Co", "Cs")
# Scripts that Japanese mixes in a word, as the names of their letters begin.
_EAST = {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"}
# What reading a damaged archive may raise.
_BROKEN_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
)
ACCEPT = ",".join(FILE_TYPES)


class FileError(ValueError):
    """A file that is not taken. The message says why, and what would be."""


def clean_name(name: str) -> str:
    """A file's own name without characters that could form a path or a header, or hide its
    ending.
    """
    return "".join(filter(str.isprintable, name)).strip()


def text_of(content: bytes) -> str:
    """A file's text in UTF-8, or in the encoding that its first bytes state. UnicodeDecodeError if
    it is in another one.
    """
    for mark, encoding in _MARKED_ENCODINGS.items():
        if content.startswith(mark):
            return content.decode(encoding)
    return content.decode("utf-8")


def kind_of(name: str, size: int, file: IO[bytes]) -> str:
    """A file's content type, read from its first bytes. FileError if it is not allowed."""
    ending = PurePath(clean_name(name)).suffix.lower()
    kind = FILE_TYPES.get(ending)
    if clean_name(name).startswith(_LOCKS):
        raise FileError(
            _(
                "This file only marks that the document is open in another program. Attach the "
                "document itself."
            )
        )
    if kind is None:
        raise FileError(_refusal(ending))
    if size > LIMIT:
        sizes = {"size": filesizeformat(size), "limit": filesizeformat(LIMIT)}
        raise FileError(_("The file is %(size)s. The limit is %(limit)s.") % sizes)
    if size == 0:
        raise FileError(_("The file is empty."))
    if not _is(ending, kind, file):
        file.seek(0)
        if ending in _MAIN_PART and file.read(len(_OLD_OFFICE)) == _OLD_OFFICE:
            message = _(
                "The file is protected by a password, or was saved by an older version of Office. "
                "Remove the password, save it as %(ending)s, and attach that."
            )
            raise FileError(message % {"ending": ending.lstrip(".").upper()})
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
    if ending in _RECORDINGS:
        return _(
            "Sound and video are not accepted. Keep the recording where your organisation keeps "
            "evidence, and add a source that says where it is."
        )
    if ending in _UNFINISHED:
        return _(
            "The name says that this file is not complete. Wait until it is downloaded or saved, "
            "and attach the finished file."
        )
    if ending in _SHORTCUTS:
        return _(
            "This is only a shortcut to a page or file. Attach the file itself, or add a source "
            "with the link."
        )
    if ending in _ENCRYPTED:
        return _("Encrypted files are not accepted. Decrypt it and attach what it contains.")
    if not ending:
        return _(
            "Files of this kind are not accepted: the name has no ending. Save it again with one "
            "that says what it is, such as .pdf."
        )
    kinds = ", ".join(sorted({known.lstrip(".") for known in FILE_TYPES}))
    message = _("Files of this kind are not accepted. Save it as one of these: %(kinds)s.")
    return message % {"kinds": kinds}


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
    except _BROKEN_ARCHIVE:
        return False


def _is_text(content: bytes) -> bool:
    """Whether a content is text in some encoding, as Excel and other programs save it."""
    for mark, encoding in _MARKED_ENCODINGS.items():
        if content.startswith(mark):
            try:
                text = content.decode(encoding)
            except UnicodeDecodeError:
                return False
            # Bytes of many kinds pass for UTF-16. A text has spaces or ends of lines, or is a word.
            is_text = encoding != "utf-16" or any(map(str.isspace, text)) or _is_word(text)
            return is_text and not _CONTROL.search(text.encode("utf-8", "surrogatepass"))
    if _CONTROL.search(content):
        return _is_unmarked_utf16(content[:_SAMPLE])
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return from_bytes(_sample(content)).best() is not None
    return True


def _sample(content: bytes) -> bytes:
    """The beginning of a long text, up to the end of a line: no character is cut in two."""
    if len(content) <= _SAMPLE:
        return content
    whole_lines = content[:_SAMPLE].rpartition(b"\n")[0]
    return whole_lines or content[:_SAMPLE]


def _is_unmarked_utf16(content: bytes) -> bool:
    """Whether a content is UTF-16 text whose first bytes do not say so."""
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        has_spaces = " " in text or "\n" in text or "\r" in text
        if has_spaces and not _CONTROL.search(text.encode()):
            return _has_known_characters(text)
    return False


def _is_word(text: str) -> bool:
    """Whether a text has letters, all of one script."""
    scripts = {unicodedata.name(one, "").split(" ")[0] for one in text if one.isalpha()}
    is_one_script = len(scripts) == 1 or (bool(scripts) and scripts <= _EAST)
    return is_one_script and _has_known_characters(text)


def _has_known_characters(text: str) -> bool:
    return not any(unicodedata.category(one) in _NOT_IN_TEXTS for one in text)
