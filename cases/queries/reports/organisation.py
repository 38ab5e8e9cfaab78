"""The organisation whose files and pages these are: its name, logo and classification."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import structlog
from django.conf import settings

log = structlog.get_logger("rtop_assist.organisation")
# How an image file begins, what it is called in PDF files, and its content type.
KINDS: tuple[tuple[bytes, str, str], ...] = (
    (b"\x89PNG\r\n", "png", "image/png"),
    (b"\xff\xd8\xff", "jpg", "image/jpeg"),
    (b"<", "svg", "image/svg+xml"),
)


@dataclass(frozen=True, slots=True)
class Organisation:
    """How an organisation shows itself. `logo` is an image in `logo_format`: png, jpg or svg."""

    name: str = ""
    classification: str = ""
    logo: bytes = b""
    logo_format: str = ""
    logo_type: str = ""


def organisation() -> Organisation:
    """The organisation of this installation, as its settings say."""
    logo, logo_format, logo_type = _logo(settings.ORGANISATION_LOGO)
    return Organisation(
        name=settings.ORGANISATION_NAME,
        classification=settings.ORGANISATION_CLASSIFICATION,
        logo=logo,
        logo_format=logo_format,
        logo_type=logo_type,
    )


@lru_cache(maxsize=4)
def _logo(path: str) -> tuple[bytes, str, str]:
    """An image file with its format; nothing, and a line in the log, where it cannot be read."""
    if not path:
        return b"", "", ""
    try:
        content = Path(path).read_bytes()
    except OSError:
        log.exception("the logo cannot be read")
        return b"", "", ""
    for beginning, name, content_type in KINDS:
        if content.startswith(beginning):
            return content, name, content_type
    log.warning("the logo is no PNG, JPEG or SVG file")
    return b"", "", ""
