"""Words that every file has in common, and the addresses of pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.conf import settings
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from cases import labels
from cases.queries.reports.values import Coded


def coded(code: str, words: Mapping[str, labels.Label]) -> Coded:
    """A code with its words."""
    return Coded(str(code), str(words[code]))


def day(moment: date | datetime | None) -> str:
    """A day in words, in the reader's language; empty for None. A datetime is first converted to
    the reader's time zone.
    """
    if isinstance(moment, datetime):
        moment = timezone.localtime(moment)
    return formats.date_format(moment, "j F Y") if moment else ""


def limits() -> str:
    """The sentence about its limits that every report carries."""
    return _(
        "This is decision support for a human judgement, never a finding of fact or law. It "
        "repeats what was answered, by whom and from which source, and shows what the published "
        "rules make of it."
    )


def address(path: str) -> str:
    """The absolute URL of a page."""
    return f"{settings.SITE_URL.rstrip('/')}{path}"
