"""What every PDF of an assessment carries: its title, date and marks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.exports.pdf import FROM_THE_RIGHT
from cases.queries.reports.organisation import Organisation
from cases.queries.reports.texts import with_ellipsis
from cases.queries.reports.values import Report
from cases.queries.reports.wording import day


def assessment_data(report: Report, organisation: Organisation, *, title: str) -> dict[str, Any]:
    """The data that every template of a file about an assessment reads."""
    language = report.language.partition("-")[0]
    return shared_data(organisation, language, title=title, dated=report.dated) | {
        "confidentiality": report.case.confidentiality.says,
        "is-open": report.case.confidentiality.code == "open",
        "author": report.author,
        "mark": report.state.mark,
        "is-valid": report.state.is_valid,
        "digest": report.digest,
        "limits": report.limits,
        "running": _("%(title)s · %(date)s")
        % {"title": with_ellipsis(report.case.title, 90), "date": day(report.as_of)},
    }


def shared_data(
    organisation: Organisation, language: str, *, title: str, dated: datetime
) -> dict[str, Any]:
    """The data that every template reads."""
    local = timezone.localtime(dated)
    return {
        "lang": language,
        "dir": "rtl" if language in FROM_THE_RIGHT else "ltr",
        "title": title,
        "date": {
            "year": local.year,
            "month": local.month,
            "day": local.day,
            "hour": local.hour,
            "minute": local.minute,
            "second": local.second,
        },
        "organisation": {
            "name": organisation.name or "rtop_assist",
            "classification": organisation.classification,
            "logo": _logo_data(organisation),
        },
        "words": {"page": _("Page")},
    }


def _logo_data(organisation: Organisation) -> dict[str, Any] | None:
    logo = organisation.logo
    return {"bytes": list(logo.content), "format": logo.format} if logo.content else None


def joined(texts: Iterable[str]) -> str:
    return _(", ").join(texts)
