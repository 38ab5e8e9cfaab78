"""The site admin whom the tests of accounts share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cases.models import User


@pytest.fixture
def sofia(person: Callable[..., User]) -> User:
    return person("sofia", "site_admin")
