"""What tests of answering and advice share."""

from __future__ import annotations

import pytest
from django.test import Client

from cases.models import User


@pytest.fixture
def signed_in(client: Client, analyst: User) -> Client:
    client.force_login(analyst)
    return client
