"""The record of access: who signed in, failed to, and changed what opens an account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from cases.models import Case, Event, EventChain, User
from cases.queries.record import faults
from cases.tasks.mail import send_outgoing_mail
from cases.workflows.people.accounts import change_person
from cases.workflows.people.tokens import make_token, revoke_token
from tests.people.signing_in import NEW, PASSWORD, add_app, last_link, prove, sign_in, use


def acts() -> list[tuple[str, User | None, Any]]:
    """Verb, who did it, and the person it is about, of every event about access."""
    rows = Event.objects.filter(access=True).select_related("actor").order_by("pk")
    return [(event.verb, event.actor, event.data.get("person")) for event in rows]


def told() -> list[str]:
    """The texts of the messages that the worker sends now."""
    mail.outbox.clear()
    send_outgoing_mail()
    return [f"{message.to[0]}: {message.body}" for message in mail.outbox]


def test_signing_in_and_failing_to_are_events_without_what_was_typed(analyst: User) -> None:
    sign_in(Client(), analyst.username)
    for name in (analyst.username, analyst.email, "my secret password"):
        Client().post(reverse("account_login"), {"login": name, "password": "wrong one"})
    assert acts() == [
        ("signed_in", analyst, analyst.pk),
        ("sign_in_failed", None, analyst.pk),
        ("sign_in_failed", None, analyst.pk),
        ("sign_in_failed", None, None),
    ]
    kept = str(list(Event.objects.values_list("data", flat=True)))
    assert "secret" not in kept
    assert "wrong one" not in kept
    assert Event.objects.get(verb="signed_in").data["methods"] == ["password"]


def test_being_locked_out_is_one_event(analyst: User) -> None:
    for _try in range(8):
        Client().post(reverse("account_login"), {"login": "ada", "password": "wrong one"})
    verbs = [verb for verb, _by, _person in acts()]
    assert verbs == ["sign_in_failed"] * 5 + ["sign_in_locked"]


def test_a_new_password_is_an_event_and_its_person_is_notified(
    client: Client, analyst: User
) -> None:
    sign_in(client, analyst.username)
    prove(client)
    data = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert client.post(reverse("account_change_password"), data).status_code == 302
    assert ("password_changed", analyst, analyst.pk) in acts()
    assert any(
        "ada@example.org: The password of your account was changed." in text for text in told()
    )
    cache.clear()
    Client().post(reverse("account_reset_password"), {"email": analyst.email})
    assert use(last_link())
    assert [act[0] for act in acts()][-2:] == ["link_sent", "password_reset"]
    assert any("A new password was set" in text for text in told())


def test_factors_that_come_and_go_are_events_and_their_person_is_notified(
    client: Client, analyst: User
) -> None:
    client.force_login(analyst)
    add_app(client)
    prove(client)
    assert client.post(reverse("mfa_generate_recovery_codes")).status_code == 302
    client.post(reverse("mfa_deactivate_totp"))
    verbs = [verb for verb, by, person in acts() if (by, person) == (analyst, analyst.pk)]
    assert [verb for verb in verbs if verb in ("factor_added", "factor_removed")] == [
        "factor_added",
        "factor_removed",
    ]
    assert "codes_made" in verbs
    texts = "".join(told())
    for said in ("was added to", "was removed from", "New recovery codes"):
        assert said in texts


def test_an_operator_who_removes_a_factor_leaves_a_trace(analyst: User) -> None:
    Authenticator.objects.create(user=analyst, type="totp", data={"secret": ""})
    Authenticator.objects.get(user=analyst).delete()
    assert ("factor_removed", None, analyst.pk) in acts()


def test_a_new_address_is_reported_to_the_old_one(
    analyst: User, person: Callable[..., User]
) -> None:
    sofia = person("sofia", "site_admin")
    change_person(analyst, by=sofia, roles=["analyst"], email="elsewhere@example.org")
    event = Event.objects.get(verb="person_changed")
    assert event.access
    assert event.data["changed"]["email"] == ["ada@example.org", "elsewhere@example.org"]
    assert [text.split(":")[0] for text in told()] == ["ada@example.org"]


def test_tokens_are_events_of_access_and_their_person_is_notified(analyst: User) -> None:
    make_token(by=analyst)
    revoke_token(analyst, by=analyst)
    assert [verb for verb, _by, _person in acts()] == ["token_made", "token_revoked"]
    assert "An API token was created" in told()[0]


def test_access_has_a_chain_of_its_own_that_is_verified(case: Case, analyst: User) -> None:
    sign_in(Client(), analyst.username)
    make_token(by=analyst)
    chain = EventChain.objects.get(access=True)
    assert (chain.case, chain.length) == (None, 2)
    assert not list(faults())
    EventChain.objects.filter(pk=chain.pk).update(length=1)
    assert all("of access:" in str(fault) for fault in faults())
    assert list(faults())


# The secrets of factors, and what wrong passwords are counted by --------------------------------


def test_the_database_does_not_hold_the_secret_of_a_factor(client: Client, analyst: User) -> None:
    client.force_login(analyst)
    secret = add_app(client)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert kept.count("encrypted:") == 2, "the app's secret and the seed of the recovery codes"


def try_from(address: str, name: str, password: str) -> bool:
    client = Client(REMOTE_ADDR=address)
    sent = client.post(reverse("account_login"), {"login": name, "password": password})
    return sent.status_code == 302


def test_wrong_passwords_from_elsewhere_lock_nobody_out(analyst: User) -> None:
    for _try in range(8):
        assert not try_from("127.7.7.7", analyst.username, "wrong one")
    assert not try_from("127.7.7.7", analyst.username, PASSWORD)
    assert try_from("127.9.9.9", analyst.username, PASSWORD)


def test_user_name_and_address_of_an_account_are_counted_together(analyst: User) -> None:
    for name in (analyst.username, analyst.email, "ADA", analyst.email, analyst.username):
        assert not try_from("127.7.7.7", name, "wrong one")
    assert not try_from("127.7.7.7", analyst.email, PASSWORD)


@pytest.mark.parametrize("name", ["nobody", "nobody@example.org"])
def test_names_of_nobody_are_counted_too(db: None, name: str) -> None:
    for _try in range(6):
        page = Client().post(reverse("account_login"), {"login": name, "password": "wrong one"})
    assert "Too many failed" in page.content.decode()
