"""A person's browser in tests, and the text of a page that it gets."""

from __future__ import annotations

from django.test import Client

from cases.models import User


def of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def shown(client: Client, address: str) -> str:
    """The HTML of a page, each run of white space as one space."""
    return " ".join(client.get(address).content.decode().split())
