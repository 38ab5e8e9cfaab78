"""Where the addresses of the API and of accounts begin."""

from __future__ import annotations

from django.urls import reverse


def api_prefix() -> str:
    return reverse("api_editions").removesuffix("editions/")


def accounts_prefix() -> str:
    """Where signing in, and a person's own account, begin."""
    return reverse("account_login").removesuffix("login/")
