"""How people sign in and prove who they are on the pages."""

from __future__ import annotations

import re
import time
from typing import Any

from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, format_hotp_value, hotp_value
from django.core import mail
from django.test import Client
from django.urls import reverse

from cases.models import User
from cases.tasks.mail import send_outgoing_mail

PASSWORD = "a long password"
NEW = "another quite long password"


def prove(client: Client) -> None:
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def of(user: User) -> Client:
    """A person's browser; a site admin has just proved there who they are."""
    client = Client()
    client.force_login(user)
    if "site_admin" in user.roles:
        prove(client)
    return client


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


def last_link() -> str:
    """The link of the last message, once the worker has sent what waits."""
    send_outgoing_mail()
    text = str(mail.outbox[-1].body)
    found = re.search(r"https?://\S+?(/accounts/password/reset/key/\S+/)", text)
    assert found
    return found.group(1)


def use(link: str) -> bool:
    """Whether a link still lets someone choose a password; chooses one where it does."""
    client = Client()
    form = client.get(link)
    if form.status_code != 302:
        return False
    sent = client.post(form["Location"], {"password1": NEW, "password2": NEW})
    return sent.status_code == 302
