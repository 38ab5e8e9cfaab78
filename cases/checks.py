"""System checks: for `check`, that the logo can be used; for `check --deploy`, that no setting
suits a developer's machine only.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks

from cases.exports.world import ATLAS
from cases.queries.reports.organisation import LogoError, read_logo


@checks.register()
def check_logo(**_kwargs: Any) -> list[checks.CheckMessage]:
    """A warning if the logo that the settings name cannot be used."""
    if settings.ORGANISATION_LOGO:
        try:
            read_logo(settings.ORGANISATION_LOGO)
        except LogoError as error:
            hint = "Pages and files have no logo until it names a PNG, JPEG or SVG image."
            return [checks.Warning(f"ORGANISATION_LOGO: {error}", hint=hint, id="rtop_assist.W009")]
    return []


@checks.register(checks.Tags.security, deploy=True)
def check_deployment(**_kwargs: Any) -> list[checks.CheckMessage]:
    """A warning for each setting left as on a developer's machine, and for each missing package."""
    wrong = (
        (settings.DEMO, "W001", "DEMO is set: accounts with a known password may be loaded."),
        (
            "redis" not in settings.CACHES["default"]["BACKEND"].lower()
            and not settings.CACHES["default"]["BACKEND"].endswith("LimitsCache"),
            "W002",
            "CACHE_URL is not set: sign-in limits are not shared between machines.",
        ),
        (
            settings.EMAIL_BACKEND.endswith(("console.EmailBackend", "dummy.EmailBackend")),
            "W003",
            "EMAIL_URL is not set: messages are written to the log, with the links in them.",
        ),
        (
            settings.CELERY_BROKER_URL == "filesystem://",
            "W004",
            "CELERY_BROKER_URL is not set: the queue is a folder of this machine.",
        ),
        (
            "localhost" in settings.SITE_URL,
            "W005",
            "SITE_URL is not set: links in messages lead to localhost.",
        ),
        (
            not settings.SECOND_FACTOR_ROLES,
            "W006",
            "SECOND_FACTOR_ROLES is not set: no role requires a second factor.",
        ),
        (
            not settings.BACKUP_RECIPIENT,
            "W007",
            "BACKUP_RECIPIENT is not set: backups are not encrypted.",
        ),
        (
            not ATLAS.is_file(),
            "W008",
            "The shapes of countries are not installed (npm ci): reports have no map.",
        ),
    )
    return [
        checks.Warning(says, id=f"rtop_assist.{number}") for is_so, number, says in wrong if is_so
    ]
