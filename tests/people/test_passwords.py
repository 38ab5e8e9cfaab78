"""Passwords that are easy to guess are refused."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from cases.models import User
from tests.people.signing_in import PASSWORD, prove


@pytest.mark.parametrize(
    "password",
    [
        "123456789012",
        "aaaaaaaaaaaa",
        "passwordpassword",
        " " * 12,
        "qwertyuiop123",
        "rtop_assist2026",
        "responsibility1",
        "liverpool1234",
        "ada.lovelace1815",
    ],
)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    user = User(
        username="a.lovelace",
        first_name="Ada",
        last_name="Lovelace",
        email="ada.lovelace@example.org",
    )
    with pytest.raises(ValidationError):
        validate_password(password, user)


@pytest.mark.parametrize(
    "password", ["correct horse battery staple", "quiet-lantern-orbit-sand", "x" + "Fg7!qLw2" * 40]
)
def test_what_is_long_and_odd_is_taken(password: str) -> None:
    validate_password(password, User(username="ada"))


def test_the_page_says_what_to_choose_instead(client: Client, analyst: User) -> None:
    client.force_login(analyst)
    prove(client)
    data = {"oldpassword": PASSWORD, "password1": "123456789012", "password2": "123456789012"}
    page = client.post(reverse("account_change_password"), data)
    assert "Choose several words that do not go together" in page.content.decode()
