"""What ends a right ends it everywhere at once: sessions, tokens, addresses and links."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from knox.models import AuthToken

from cases.models import Case, Event, OutgoingMail, User
from cases.sent_forms import new_token
from cases.tasks.access import remove_expired
from cases.tasks.mail import send_outgoing_mail
from cases.workflows.people.accounts import change_person
from cases.workflows.people.tokens import make_token
from tests.people.signing_in import (
    NEW,
    PASSWORD,
    add_app,
    code_now,
    last_link,
    prove,
    sign_in,
    use,
)

# The two functions that work through a password.
HASHING = ("check_password", "make_password")


def signed_in(person: User) -> Client:
    """A browser in which a person gave name and password on the page."""
    client = Client()
    assert sign_in(client, person.username)["Location"] == reverse("home")
    return client


def is_in(client: Client) -> bool:
    return client.get(reverse("home")).status_code != 302


def api(token: str) -> int:
    headers = {"Authorization": f"Token {token}"}
    return Client().get(reverse("api_editions"), headers=headers).status_code


# A second factor that is added -------------------------------------------------------------------


def test_a_session_opened_with_the_password_alone_ends_once_a_factor_is_added(
    case: Case, analyst: User, edition: Any
) -> None:
    Case.objects.update(confidentiality="sensitive")
    thief, owner = signed_in(analyst), signed_in(analyst)
    assert thief.get(case.get_absolute_url()).status_code == 403
    add_app(owner)
    assert owner.get(case.get_absolute_url()).status_code == 200
    for address in (case.get_absolute_url(), reverse("case_list"), reverse("home")):
        refused = thief.get(address)
        assert refused["Location"].startswith(reverse("account_login"))
    assert case.title in owner.get(reverse("case_list")).content.decode()


def test_a_session_without_the_accounts_factor_is_over_however_it_came_about(
    case: Case, analyst: User
) -> None:
    thief = signed_in(analyst)
    Case.objects.update(confidentiality="sensitive")
    # As if written past the pages: nothing has ended the session.
    Authenticator.objects.bulk_create([Authenticator(user=analyst, type="totp", data={})])
    assert thief.get(case.get_absolute_url()).status_code == 302
    assert not is_in(thief)


def test_a_factor_that_is_removed_ends_the_other_sessions(analyst: User, edition: Any) -> None:
    owner = signed_in(analyst)
    secret = add_app(owner)
    other = Client()
    sign_in(other, analyst.username)
    cache.clear()
    Authenticator.objects.update(last_used_at=None)
    with time_machine.travel(timezone.now() + timedelta(seconds=31)):
        other.post(reverse("mfa_authenticate"), {"code": code_now(secret)})
    assert is_in(other)
    prove(owner)
    assert owner.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert not Authenticator.objects.filter(user=analyst).exists()
    assert is_in(owner)
    assert not is_in(other)


def test_an_operator_who_removes_a_lost_factor_ends_the_sessions(analyst: User) -> None:
    lost = Authenticator.objects.create(user=analyst, type="totp", data={})
    client = Client()
    client.force_login(User.objects.get(pk=analyst.pk))
    assert is_in(client)
    lost.delete()
    assert not is_in(client)


# Signing in ---------------------------------------------------------------------------------------


def test_signing_in_begins_a_session_that_nobody_knew_before(analyst: User, edition: Any) -> None:
    client, other = Client(), Client()
    client.post(reverse("case_new"), {"form_token": new_token(analyst), "summary": "x"})
    before = client.session.session_key
    assert before
    sign_in(client, analyst.username)
    assert is_in(client)
    assert client.session.session_key != before
    other.cookies[settings.SESSION_COOKIE_NAME] = before
    assert not is_in(other)


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example/"])
def test_signing_in_leads_to_no_other_site(analyst: User, target: str) -> None:
    sent = {"login": analyst.username, "password": PASSWORD, "next": target}
    client = Client()
    assert client.post(reverse("account_login"), sent)["Location"] == reverse("home")
    again = client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": target})
    assert again["Location"].startswith("/")
    assert "evil" not in again["Location"]


# A new password ----------------------------------------------------------------------------------


def test_a_new_password_ends_other_sessions_and_the_token(analyst: User, edition: Any) -> None:
    here, there, token = signed_in(analyst), signed_in(analyst), make_token(by=analyst)
    assert api(token) == 200
    sent = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert here.post(reverse("account_change_password"), sent).status_code == 302
    assert is_in(here)
    assert not is_in(there)
    assert api(token) == 401
    assert Event.objects.filter(verb="token_revoked", actor=analyst).exists()


def test_a_password_chosen_by_a_link_ends_sessions_and_the_token(
    analyst: User, edition: Any
) -> None:
    there, token = signed_in(analyst), make_token(by=analyst)
    Client().post(reverse("account_reset_password"), {"email": analyst.email})
    link = last_link()
    assert use(link)
    assert not use(link), "it works once"
    assert not is_in(there)
    assert api(token) == 401


def test_a_link_ends_after_three_days(analyst: User) -> None:
    Client().post(reverse("account_reset_password"), {"email": analyst.email})
    link = last_link()
    with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1)):
        assert not use(link)


# An address that is taken away, an account that is closed ---------------------------------------


def test_an_address_that_was_taken_away_neither_gets_a_link_nor_signs_in(
    analyst: User, person: Callable[..., User]
) -> None:
    sofia = person("sofia", "site_admin")
    there, old = signed_in(analyst), analyst.email
    Client().post(reverse("account_reset_password"), {"email": old})
    link = last_link()
    # As allauth kept the address when it wrote to it.
    EmailAddress.objects.create(user=analyst, email=old, verified=True, primary=True)
    change_person(analyst, by=sofia, roles=["analyst"], email="new@example.org")
    assert not use(link), "a link that was sent before"
    assert not is_in(there)
    send_outgoing_mail()
    mail.outbox.clear()
    Client().post(reverse("account_reset_password"), {"email": old})
    assert send_outgoing_mail() == 0
    assert sign_in(Client(), old).status_code == 200
    assert sign_in(Client(), "new@example.org").status_code == 302
    with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1)):
        Client().post(reverse("account_reset_password"), {"email": "new@example.org"})
        send_outgoing_mail()
    assert [message.to for message in mail.outbox] == [["new@example.org"]]


def test_an_account_in_use_is_not_taken_over_by_giving_it_another_address(
    analyst: User, person: Callable[..., User]
) -> None:
    client = signed_in(person("sofia", "site_admin"))
    prove(client)
    page = reverse("person_edit", args=[analyst.pk])
    sent = {"email": "mine@example.org", "roles": "analyst", "is_active": "on"}
    assert client.post(page, sent | {"first_name": "A", "last_name": "A"}).status_code == 302
    refused = client.post(reverse("person_link", args=[analyst.pk]), follow=True)
    assert "You can send a link to it from" in refused.content.decode()
    Client().post(reverse("account_reset_password"), {"email": "mine@example.org"})
    send_outgoing_mail()
    told = [(message.to, message.body) for message in mail.outbox]
    assert [to for to, _body in told] == [["ada@example.org"]]
    assert "For three days, a link to choose a password cannot be sent" in told[0][1]
    # Its person signs in as before.
    assert sign_in(Client(), analyst.username).status_code == 302


def test_a_site_admin_signs_another_person_out_everywhere(
    analyst: User, person: Callable[..., User], edition: Any
) -> None:
    sofia = person("sofia", "site_admin")
    there, token = signed_in(analyst), make_token(by=analyst)
    client = signed_in(sofia)
    button = reverse("person_sign_out", args=[analyst.pk])
    assert client.post(button)["Location"].startswith(reverse("account_reauthenticate"))
    assert is_in(there), "the site admin proves who they are first"
    prove(client)
    assert button in client.get(reverse("person_edit", args=[analyst.pk])).content.decode()
    assert client.post(button).status_code == 302
    assert not is_in(there)
    assert api(token) == 401
    assert is_in(client)
    event = Event.objects.get(verb="sessions_ended")
    assert (event.actor, event.access, event.data["person"]) == (sofia, True, analyst.pk)
    send_outgoing_mail()
    assert mail.outbox[-1].to == [analyst.email]
    assert is_in(signed_in(analyst))


def test_the_link_of_an_invitation_to_a_mistyped_address_ends_with_the_address(
    person: Callable[..., User],
) -> None:
    sofia = person("sofia", "site_admin")
    client = signed_in(sofia)
    prove(client)
    sent = {"username": "new", "first_name": "N", "last_name": "N", "email": "typo@example.org"}
    assert client.post(reverse("person_new"), sent).status_code == 302
    link = last_link()
    new = User.objects.get(username="new")
    change_person(new, by=sofia, roles=[], email="right@example.org")
    assert not use(link)


def test_an_account_that_was_closed_and_opened_again_starts_without_sessions_token_and_links(
    analyst: User, person: Callable[..., User], edition: Any
) -> None:
    sofia = person("sofia", "site_admin")
    there, token = signed_in(analyst), make_token(by=analyst)
    Client().post(reverse("account_reset_password"), {"email": analyst.email})
    link = last_link()
    change_person(analyst, by=sofia, roles=["analyst"], is_active=False)
    change_person(analyst, by=sofia, roles=["analyst"], is_active=True)
    assert not is_in(there)
    assert api(token) == 401
    assert not AuthToken.objects.exists()
    assert not use(link)
    assert Event.objects.get(verb="token_revoked").actor == sofia


@pytest.mark.parametrize("name", ["/accounts/email/", "/accounts/confirm-email/x/"])
def test_nobody_changes_their_own_address(analyst: User, name: str) -> None:
    client = signed_in(analyst)
    assert client.get(name).status_code == 404
    sent = {"email": "mine@example.org", "action_add": ""}
    assert client.post(name, sent).status_code == 404
    assert not EmailAddress.objects.filter(email="mine@example.org").exists()


def test_an_unknown_address_gets_no_mail(db: None) -> None:
    answer = Client().post(reverse("account_reset_password"), {"email": "who@example.org"})
    assert answer["Location"] == reverse("account_reset_password_done")
    assert send_outgoing_mail() == 0
    assert mail.outbox == []


# Time --------------------------------------------------------------------------------------------


def test_a_session_ends_when_it_is_left_unused_and_after_half_a_day_in_any_case(
    analyst: User, edition: Any
) -> None:
    began = timezone.now()
    idle, busy = signed_in(analyst), signed_in(analyst)
    for minutes in range(0, 12 * 60, 60):
        with time_machine.travel(began + timedelta(minutes=minutes)):
            assert is_in(busy)
    with time_machine.travel(began + timedelta(minutes=121)):
        assert not is_in(idle)
    with time_machine.travel(began + timedelta(hours=12, seconds=5)):
        assert not is_in(busy)


def test_a_person_sees_and_ends_their_sessions(analyst: User, person: Callable[..., User]) -> None:
    here, there, bea = signed_in(analyst), signed_in(analyst), signed_in(person("bea", "analyst"))
    page = here.get(reverse("usersessions_list"))
    assert len(page.context["sessions"]) == 2
    assert "Sign out everywhere else" in page.content.decode()
    assert here.post(reverse("usersessions_list")).status_code == 302
    assert is_in(here)
    assert not is_in(there)
    assert is_in(bea)


def test_nothing_is_left_of_a_session_or_a_token_that_has_expired(analyst: User) -> None:
    client = signed_in(analyst)
    token = make_token(by=analyst)
    assert remove_expired() == 0
    assert is_in(client)
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert remove_expired() == 1
    assert not Session.objects.exists()
    # Where it was opened from is forgotten with it.
    assert not UserSession.objects.exists()
    assert not AuthToken.objects.exists()
    assert api(token) == 401


def test_a_superuser_needs_the_factor_that_site_admins_need(settings: Any, db: None) -> None:
    settings.SECOND_FACTOR_ROLES = frozenset({"site_admin"})
    root = User.objects.create_superuser("root", "root@example.org", PASSWORD)
    client = signed_in(root)
    assert client.get(reverse("people"))["Location"] == reverse("mfa_index")
    add_app(client)
    assert client.get(reverse("people")).status_code == 200


def test_the_time_of_an_answer_does_not_tell_whether_an_account_is_there(
    analyst: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cases.forms.signing_in.SECONDS", 2)
    took = []
    for address in (analyst.email, "nobody@example.org"):
        began = time.monotonic()
        answer = Client().post(reverse("account_reset_password"), {"email": address})
        took.append(time.monotonic() - began)
        assert answer["Location"] == reverse("account_reset_password_done")
    assert OutgoingMail.objects.count() == 1
    assert min(took) >= 2


@pytest.mark.parametrize(
    "name", ["ada", "ada@example.org", "nobody", "nobody@example.org", "closed@example.org"]
)
def test_every_name_costs_one_look_at_a_password(analyst: User, name: str) -> None:
    """Whoever counted the seconds could tell which address has an account."""
    User.objects.create_user("closed", "closed@example.org", PASSWORD, is_active=False)
    assert (analyst.username, analyst.email) == ("ada", "ada@example.org")
    hashers = [mock.patch(f"django.contrib.auth.base_user.{name}") for name in HASHING]
    with hashers[0] as checked, hashers[1] as made:
        checked.return_value, made.return_value = False, "x"
        sent = Client().post(reverse("account_login"), {"login": name, "password": "wrong"})
    assert sent.status_code == 200
    assert checked.call_count + made.call_count == 1


def test_a_sign_in_that_waits_for_its_second_factor_ends_with_the_password_that_began_it(
    analyst: User,
) -> None:
    owner, thief = Client(), Client()
    sign_in(owner, analyst.username)
    secret = add_app(owner)
    assert sign_in(thief, analyst.username)["Location"] == reverse("mfa_authenticate")
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        prove(owner)
        new = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
        assert owner.post(reverse("account_change_password"), new).status_code == 302
        refused = thief.post(reverse("mfa_authenticate"), {"code": code_now(secret)})
        assert refused["Location"] == reverse("account_login")
        assert thief.get(reverse("home")).status_code == 302, "still signed out"
    with time_machine.travel(timezone.now() + timedelta(minutes=4)):
        again = Client()
        again.post(reverse("account_login"), {"login": analyst.username, "password": NEW})
        again.post(reverse("mfa_authenticate"), {"code": code_now(secret)})
        assert again.get(reverse("home")).status_code == 200


def test_a_session_from_a_time_when_the_clock_was_wrong_is_over(
    analyst: User, edition: object
) -> None:
    client = Client()
    with time_machine.travel(timezone.now() + timedelta(days=365)):
        sign_in(client, analyst.username)
        assert client.get(reverse("home")).status_code == 200
    assert client.get(reverse("home")).status_code == 302
    sign_in(client, analyst.username)
    with time_machine.travel(timezone.now() - timedelta(minutes=1)):
        assert client.get(reverse("home")).status_code == 200, "clocks differ a little"
