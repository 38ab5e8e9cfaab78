"""Limits on signing in count by the address that the proxy saw."""

from __future__ import annotations

from typing import Any

from django.test import Client, override_settings
from django.urls import reverse

from cases.models import User
from tests.deployment.files import COMPOSE
from tests.people.signing_in import PASSWORD


def refused_from(address: str, times: int) -> Any:
    for number in range(times):
        answer = Client().post(
            reverse("account_login"),
            {"login": f"nobody{number}", "password": "x"},
            headers={"X-Forwarded-For": address},
        )
    return answer


def test_wrong_sign_ins_from_one_address_behind_the_proxy_keep_only_that_address_out(
    analyst: User,
) -> None:
    environment = COMPOSE["services"]["web"]["environment"]
    sent = {"login": analyst.username, "password": PASSWORD}
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=int(environment["TRUSTED_PROXIES"])):
        assert "Too many" in refused_from("203.0.113.7", 12).content.decode()
        answer = Client().post(
            reverse("account_login"), sent, headers={"X-Forwarded-For": "203.0.113.9"}
        )
        assert answer.status_code == 302
        # What a client claims about itself comes before what the proxy saw, and is not believed.
        claimed = "198.51.100.1, 203.0.113.7"
        answer = Client().post(reverse("account_login"), sent, headers={"X-Forwarded-For": claimed})
        assert "Too many" in answer.content.decode()


def test_one_connection_with_many_addresses_is_counted_as_one(analyst: User) -> None:
    """A provider gives each connection a network of IPv6 addresses: /64, or larger."""
    sent = {"login": analyst.username, "password": "wrong"}
    for number in range(12):
        answer = Client(REMOTE_ADDR=f"2001:db8:0:7:{number:x}::1").post(
            reverse("account_login"), sent
        )
    assert "Too many" in answer.content.decode()
    sent["password"] = PASSWORD
    for other in ("2001:db8:0:8::1", "::ffff:203.0.113.7"):
        answer = Client(REMOTE_ADDR=other).post(reverse("account_login"), sent)
        assert answer.status_code == 302, other
