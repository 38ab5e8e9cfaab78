"""The organisation whose files and pages these are: its name, logo and classification."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import structlog
import typst
from django.conf import settings

log = structlog.get_logger("rtop_assist.organisation")
# How an image file begins, what it is called in PDF files, and its content type.
KINDS: tuple[tuple[bytes, str, str], ...] = (
    (b"\x89PNG\r\n", "png", "image/png"),
    (b"\xff\xd8\xff", "jpg", "image/jpeg"),
    (b"<", "svg", "image/svg+xml"),
)
# What may come before the first character of an SVG file: a byte order mark and white space.
BEFORE_TEXT = b"\xef\xbb\xbf \t\r\n"
# Every file holds the logo, so a large one makes each slower to make and to send.
MOST = 200_000
# A page with the logo alone, to check whether it can be drawn.
DRAWN = b"""#let logo = json(bytes(sys.inputs.logo))
#image(bytes(logo.bytes), format: logo.format)"""


class LogoError(Exception):
    """The file that ORGANISATION_LOGO names cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Logo:
    """An image, what PDF files call its format (png, jpg or svg), and its content type."""

    content: bytes = b""
    format: str = ""
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class Organisation:
    """How an organisation presents itself. Without a logo, `logo` is empty."""

    name: str = ""
    classification: str = ""
    logo: Logo = Logo()


def organisation() -> Organisation:
    """The organisation of this installation, as its settings say."""
    return Organisation(
        name=settings.ORGANISATION_NAME,
        classification=settings.ORGANISATION_CLASSIFICATION,
        logo=_logo_at(settings.ORGANISATION_LOGO),
    )


def read_logo(path: str) -> Logo:
    """An image file as a logo. Raises LogoError for a file that cannot be read or drawn."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(MOST + 1)
    except OSError as error:
        raise LogoError(f"the file {path} cannot be read ({error.strerror}).") from error
    if len(content) > MOST:
        raise LogoError(f"the file {path} is larger than {MOST // 1000} kB.")
    text = content.lstrip(BEFORE_TEXT)
    found = next((kind for kind in KINDS if text.startswith(kind[0])), None)
    if found is None:
        raise LogoError(f"the file {path} is not a PNG, JPEG or SVG image.")
    _beginning, name, content_type = found
    sent = json.dumps({"bytes": list(content), "format": name})
    try:
        typst.compile(DRAWN, format="pdf", sys_inputs={"logo": sent})
    except typst.TypstError as error:
        raise LogoError(f"the file {path} cannot be drawn ({error}).") from error
    return Logo(content, name, content_type)


@lru_cache(maxsize=4)
def _logo_at(path: str) -> Logo:
    """The logo at a path; an empty one, and a line in the log, where there is none to use."""
    if not path:
        return Logo()
    try:
        return read_logo(path)
    except LogoError as error:
        log.warning("the logo is left out", reason=str(error))
        return Logo()
