"""The organisation's logo is on pages and files; one that cannot be used is left out, and `check`
says why.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from cases.checks import check_logo
from cases.exports.formats import ASSESSMENT_FORMATS
from cases.models import Assessment, User
from cases.queries.reports.context import report_for
from cases.queries.reports.organisation import MOST, Organisation, organisation

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'


def said(path: Path) -> str:
    """What `check` says of a logo at a path."""
    with override_settings(ORGANISATION_LOGO=str(path)):
        return "".join(message.msg for message in check_logo())


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b'<?xml version="1.0"?>\n', b"\n "])
def test_a_logo_is_on_pages_and_files(
    client: Client, draft: Assessment, analyst: User, tmp_path: Path, before: bytes
) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_bytes(before + SVG)
    assert said(logo) == ""
    with override_settings(ORGANISATION_LOGO=str(logo), ORGANISATION_NAME="Ministry"):
        ours = organisation()
        page = client.get(reverse("account_login")).content.decode()
        response = client.get(reverse("organisation_logo"))
    assert 'alt="Ministry"' in page
    assert (response.content, response["Content-Type"]) == (before + SVG, "image/svg+xml")
    report = report_for(analyst, draft)
    brief = ASSESSMENT_FORMATS["brief.pdf"]
    assert brief.make(report, ours) != brief.make(report, Organisation("Ministry"))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "cannot be read (No such file or directory)."),
        (b"GIF89a", "is not a PNG, JPEG or SVG image."),
        (b"<html><body>Not found</body></html>", "cannot be drawn (failed to parse SVG"),
        (b"\x89PNG\r\n\x1a\nbroken", "cannot be drawn (failed to decode image"),
        (SVG + b" " * MOST, "is larger than 200 kB."),
    ],
)
def test_a_logo_that_cannot_be_used_is_left_out_and_the_check_says_why(
    client: Client, db: None, tmp_path: Path, content: bytes | None, why: str
) -> None:
    logo = tmp_path / "logo"
    if content is not None:
        logo.write_bytes(content)
    assert said(logo).startswith(f"ORGANISATION_LOGO: the file {logo} {why}")
    with override_settings(ORGANISATION_LOGO=str(logo), ORGANISATION_NAME="Ministry"):
        page = client.get(reverse("account_login")).content.decode()
        assert client.get(reverse("organisation_logo")).status_code == 404
    assert 'class="logo"' not in page
    assert "Ministry" in page
