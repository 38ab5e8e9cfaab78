"""How people sign in and prove who they are on the pages."""

from __future__ import annotations

import time
from typing import Any

from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse

PASSWORD = "a long password"


def prove(client: Client) -> None:
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def code_now(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def add_app(client: Client) -> str:
    """Set up an authenticator app as the pages ask for it; returns its secret."""
    prove(client)
    client.get(reverse("mfa_activate_totp"))
    secret: str = client.session[SECRET_SESSION_KEY]
    assert client.post(reverse("mfa_activate_totp"), {"code": code_now(secret)}).status_code == 302
    return secret


def sign_in(client: Client, username: str) -> Any:
    return client.post(reverse("account_login"), {"login": username, "password": PASSWORD})
