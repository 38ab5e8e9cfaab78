"""Words that every file has in common, and the addresses of pages."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import gettext as _

from cases import labels
from cases.queries.reports.values import Coded


def coded(code: str, words: Mapping[str, labels.Label]) -> Coded:
    """A code with its words."""
    return Coded(str(code), str(words[code]))


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
