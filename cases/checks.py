"""System checks: for `check`, that the logo can be used; for `check --deploy`, that no setting is
left as on a developer's machine, and that the settings fit each other.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.http.request import validate_host

from cases.backup.archive import is_recipient
from cases.exports.world import ATLAS
from cases.models.user import ROLES
from cases.queries.reports.organisation import LogoError, read_logo

# As many characters as Django asks for in SECRET_KEY.
KEY_LENGTH = 50


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


_LOCAL = ("localhost", "127.0.0.1", "::1")


@checks.register(checks.Tags.security, deploy=True)
def check_deployment(**_kwargs: Any) -> list[checks.CheckMessage]:
    """A warning for each setting left as on a developer's machine, for each that does not fit
    another one, and for each missing package.
    """
    wrong = (*_left_as_they_were(), *_not_fitting())
    return [
        checks.Warning(says, id=f"rtop_assist.{number}") for is_so, number, says in wrong if is_so
    ]


def _left_as_they_were() -> tuple[tuple[bool, str, str], ...]:
    return (
        (settings.DEMO, "W001", "DEMO is set: accounts with a known password may be loaded."),
        (
            "redis" not in settings.CACHES["default"]["BACKEND"].lower()
            and not settings.CACHES["default"]["BACKEND"].endswith(".LimitsCache"),
            "W002",
            "CACHE_URL is not set: sign-in limits are not shared between machines.",
        ),
        (
            not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"),
            "W003",
            "EMAIL_URL names no mail server: messages, with the links in them, reach nobody.",
        ),
        (
            settings.CELERY_BROKER_URL.startswith(("filesystem:", "memory:")),
            "W004",
            "CELERY_BROKER_URL is not set: the queue does not leave this machine.",
        ),
        (
            urlsplit(settings.SITE_URL).hostname in _LOCAL,
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
        (
            "localhost" in settings.DEFAULT_FROM_EMAIL,
            "W010",
            "DEFAULT_FROM_EMAIL is not set: mail servers refuse messages from localhost.",
        ),
    )


def _not_fitting() -> tuple[tuple[bool, str, str], ...]:
    site = urlsplit(settings.SITE_URL)
    unknown = sorted(settings.SECOND_FACTOR_ROLES - set(ROLES))
    return (
        (
            settings.HTTPS and not settings.ALLAUTH_TRUSTED_PROXY_COUNT,
            "W011",
            "HTTPS is set, but TRUSTED_PROXIES is not: every client seems to have the address of "
            "the proxy, so ten wrong passwords keep everybody out.",
        ),
        (
            settings.HTTPS and site.scheme != "https",
            "W012",
            "HTTPS is set, but SITE_URL does not begin with https://.",
        ),
        (
            not validate_host(site.hostname or "", settings.ALLOWED_HOSTS),
            "W013",
            "ALLOWED_HOSTS does not name the host of SITE_URL: links in messages are refused.",
        ),
        (
            "*" in settings.ALLOWED_HOSTS,
            "W014",
            "ALLOWED_HOSTS takes any host.",
        ),
        (
            bool(unknown),
            "W015",
            f"SECOND_FACTOR_ROLES names what is no role: {', '.join(unknown)}.",
        ),
        (
            bool(settings.BACKUP_RECIPIENT) and not is_recipient(settings.BACKUP_RECIPIENT),
            "W016",
            "BACKUP_RECIPIENT is not a public key of age (age1…): no backup can be made.",
        ),
        (
            bool(settings.EMAIL_HOST_PASSWORD)
            and not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL)
            and settings.EMAIL_HOST not in _LOCAL,
            "W017",
            "EMAIL_URL sends its password and all messages without TLS: use smtp+tls://.",
        ),
        (
            len(settings.DATA_KEY) < KEY_LENGTH or settings.DATA_KEY == settings.SECRET_KEY,
            "W018",
            f"DATA_KEY is shorter than {KEY_LENGTH} characters, or the same as SECRET_KEY.",
        ),
        (
            bool(settings.VAR_DIR.stat().st_mode & 0o077),
            "W019",
            "VAR_DIR can be read by other users of this machine: chmod 700.",
        ),
    )
