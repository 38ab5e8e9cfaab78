"""Accounts, roles, teams and second factors: who gets in, and how they prove who they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse

from cases.models import Case, Event, Notification, Team, User
from cases.permissions import participants
from cases.tasks.mail import send_outgoing_mail
from cases.workflows.casework import set_member, set_team
from cases.workflows.errors import LastSiteAdminError
from cases.workflows.people.accounts import change_person, save_team
from tests.conftest import with_second_factor
from tests.people.signing_in import PASSWORD, add_app, code_now, prove, sign_in


@pytest.fixture
def site_admin(person: Callable[..., User]) -> User:
    return person("sofia", "site_admin")


@pytest.fixture
def hers(site_admin: User) -> Client:
    """Signed in as the site admin, who has just confirmed who they are."""
    client = Client()
    client.force_login(site_admin)
    prove(client)
    return client


# Second factors -----------------------------------------------------------------------------------


def test_whoever_has_set_up_an_app_signs_in_with_password_and_code(
    client: Client, analyst: User, edition: Any
) -> None:
    client.force_login(analyst)
    secret = add_app(client)
    assert Authenticator.objects.filter(user=analyst, type="totp").count() == 1
    other = Client()
    response = sign_in(other, analyst.username)
    assert response["Location"] == reverse("mfa_authenticate")
    assert other.get(reverse("home")).status_code == 302, "the password alone opens nothing"
    refused = other.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "Incorrect code" in refused.content.decode()
    cache.clear()
    other.post(reverse("mfa_authenticate"), {"code": code_now(secret)})
    assert other.get(reverse("home")).status_code == 200


def test_a_sensitive_case_opens_only_with_a_second_factor_and_says_so_to_its_members_alone(
    client: Client, case: Case, analyst: User, person: Callable[..., User], edition: Any
) -> None:
    Case.objects.update(confidentiality="sensitive")
    client.force_login(analyst)
    refused = client.get(case.get_absolute_url())
    assert refused.status_code == 403
    assert "Set up a second factor" in refused.content.decode()
    assert case.title not in refused.content.decode()
    assert case.title not in client.get(reverse("case_list")).content.decode()
    assert case not in Case.objects.visible_to(analyst)
    stranger = Client()
    stranger.force_login(person("bea", "analyst"))
    assert stranger.get(case.get_absolute_url()).status_code == 404
    add_app(client)
    assert client.get(case.get_absolute_url()).status_code == 200
    assert case.title in client.get(reverse("case_list")).content.decode()


def test_codes_for_the_day_on_which_an_app_is_lost_are_no_second_factor_by_themselves(
    client: Client, case: Case, analyst: User
) -> None:
    Case.objects.update(confidentiality="sensitive")
    Authenticator.objects.create(user=analyst, type="recovery_codes", data={})
    client.force_login(analyst)
    assert client.get(case.get_absolute_url()).status_code == 403


def test_a_role_can_ask_for_a_second_factor_before_anything_else(
    client: Client, analyst: User, person: Callable[..., User], edition: Any
) -> None:
    client.force_login(analyst)
    with override_settings(SECOND_FACTOR_ROLES=frozenset({"analyst"})):
        sent = client.get(reverse("case_list"))
        assert sent["Location"] == reverse("mfa_index")
        assert "Your role needs a second factor" in client.get(sent["Location"]).content.decode()
        reviewer = Client()
        reviewer.force_login(person("rhea", "reviewer"))
        assert reviewer.get(reverse("case_list")).status_code == 200
        add_app(client)
        assert client.get(reverse("case_list")).status_code == 200


# Accounts and roles -------------------------------------------------------------------------------


def test_changing_roles_asks_for_a_fresh_password_and_loses_nothing_that_was_sent(
    site_admin: User, person: Callable[..., User]
) -> None:
    rhea = person("rhea")
    client = Client()
    client.force_login(site_admin)
    address = reverse("person_edit", args=[rhea.pk])
    assert client.get(address).status_code == 200, "looking needs no proof"
    data = {
        "first_name": "Rhea",
        "last_name": "",
        "email": rhea.email,
        "roles": ["reviewer"],
        "is_active": "on",
    }
    asked = client.post(address, data)
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert not rhea.groups.exists()
    wrong = client.post(asked["Location"], {"password": "not it", "next": address})
    assert wrong.status_code == 200
    assert not rhea.groups.exists()
    cache.clear()
    client.post(asked["Location"], {"password": PASSWORD, "next": address})
    assert [group.name for group in rhea.groups.all()] == ["reviewer"]
    event = Event.objects.get(verb="person_changed")
    assert (event.actor, event.data["changed"]["roles"]) == (site_admin, [[], ["reviewer"]])


def test_a_new_person_chooses_a_password_through_a_link(hers: Client) -> None:
    data = {
        "username": "nina",
        "first_name": "Nina",
        "email": "nina@example.org",
        "roles": ["analyst"],
    }
    assert hers.post(reverse("person_new"), data).status_code == 302
    nina = User.objects.get(username="nina")
    assert not nina.has_usable_password()
    assert send_outgoing_mail() == 1
    (message,) = mail.outbox
    assert message.to == ["nina@example.org"]
    assert message.subject == "You have an account"
    link = next(
        line for line in message.body.splitlines() if "/password/reset/key/" in line
    ).strip()
    guest = Client()
    form = guest.get(link.removeprefix(settings.SITE_URL), follow=True)
    chosen = {"password1": "protect the people", "password2": "protect the people"}
    guest.post(form.request["PATH_INFO"], chosen)
    nina.refresh_from_db()
    assert nina.check_password("protect the people")
    assert Event.objects.get(verb="person_added").data["roles"] == ["analyst"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"username": "sofia", "email": "new@example.org"}, "already exists"),
        ({"username": "new", "email": "SOFIA@example.org"}, "Another account has this address"),
        ({"username": "new", "email": ""}, "Enter an address"),
        ({"username": "two words", "email": "new@example.org"}, "valid username"),
        ({"username": "new", "email": "new@example.org", "roles": ["emperor"]}, "emperor"),
    ],
)
def test_the_field_says_why_a_person_cannot_be_added(hers: Client, data: Any, says: str) -> None:
    refused = hers.post(reverse("person_new"), data)
    assert refused.status_code == 422
    assert says in refused.content.decode()
    assert User.objects.count() == 1


def test_the_last_site_admin_stays_one(hers: Client, site_admin: User) -> None:
    data = {"email": site_admin.email, "is_active": "on", "roles": ["analyst"]}
    refused = hers.post(reverse("person_edit", args=[site_admin.pk]), data)
    assert refused.status_code == 422
    assert "Nobody else can give roles" in refused.content.decode()
    assert [group.name for group in site_admin.groups.all()] == ["site_admin"]


def test_a_site_admin_sees_no_case_by_that_alone(hers: Client, case: Case) -> None:
    Case.objects.update(confidentiality="open")
    assert hers.get(case.get_absolute_url()).status_code == 404
    assert hers.get(reverse("people")).status_code == 200


def test_the_page_of_people_takes_as_many_statements_for_many_as_for_few(
    hers: Client, person: Callable[..., User], django_assert_max_num_queries: Callable[..., Any]
) -> None:
    with django_assert_max_num_queries(20) as few:
        hers.get(reverse("people"))
    for number in range(12):
        save_team(
            None,
            by=person(f"p{number}", "analyst"),
            name=f"Team {number}",
            members=[person(f"q{number}")],
        )
    with django_assert_max_num_queries(len(few.captured_queries) + 1):
        hers.get(reverse("people"))


# Teams --------------------------------------------------------------------------------------------


def test_whoever_joins_a_team_joins_its_cases_and_whoever_leaves_it_leaves_them(
    hers: Client, case: Case, analyst: User, person: Callable[..., User], edition: Any
) -> None:
    bea = person("bea", "analyst")
    hers.post(reverse("team_new"), {"name": "Sahel desk", "members": []})
    team = Team.objects.get()
    client, theirs = Client(), Client()
    client.force_login(analyst)
    theirs.force_login(bea)
    assert (
        client.post(
            reverse("case_members", args=[case.pk]), {"team": team.pk, "role": "reader"}
        ).status_code
        == 302
    )
    assert theirs.get(case.get_absolute_url()).status_code == 404
    hers.post(reverse("team_edit", args=[team.pk]), {"name": "Sahel desk", "members": [bea.pk]})
    assert theirs.get(case.get_absolute_url()).status_code == 404, "the owner has not agreed yet"
    client.post(reverse("team_confirm", args=[case.pk, case.teams.get().pk]))
    assert theirs.get(case.get_absolute_url()).status_code == 200
    assert "Sahel desk" in client.get(case.get_absolute_url()).content.decode()
    hers.post(reverse("team_edit", args=[team.pk]), {"name": "Sahel desk", "members": []})
    assert theirs.get(case.get_absolute_url()).status_code == 404
    changes = [event.data for event in Event.objects.filter(verb="team_changed").order_by("pk")]
    assert [(data["joined"], data["left"]) for data in changes] == [
        ([], []),
        (["Bea"], []),
        ([], ["Bea"]),
    ]
    assert case.events.filter(verb="team_set").count() == 1


def test_a_site_admin_who_joins_a_team_opens_no_case_and_its_owner_is_notified(
    hers: Client, site_admin: User, case: Case, analyst: User, edition: Any
) -> None:
    team = save_team(None, by=site_admin, name="Team X", members=[])
    row = set_team(case, team, "reviewer", by=analyst)
    members = {"name": "Team X", "members": [site_admin.pk]}
    assert hers.post(reverse("team_edit", args=[team.pk]), members).status_code == 302
    assert hers.get(case.get_absolute_url()).status_code == 404
    assert case not in Case.objects.visible_to(site_admin)
    assert site_admin not in participants(case, "reviewer")
    told = Notification.objects.get(person=analyst)
    assert (told.kind, told.event.verb) == ("access_changed", "team_members_changed")
    assert told.event.case == case
    owner = Client()
    owner.force_login(analyst)
    page = owner.get(reverse("case_members", args=[case.pk])).content.decode()
    assert "Sofia (sofia) joined the team later and cannot see this case yet." in page
    assert owner.post(reverse("team_confirm", args=[case.pk, row.pk])).status_code == 302
    assert hers.get(case.get_absolute_url()).status_code == 200
    assert case.events.filter(verb="team_members_confirmed").count() == 1


def test_a_person_has_both_what_a_team_gives_and_what_they_were_given(
    case: Case, analyst: User, person: Callable[..., User], edition: Any
) -> None:
    bea = person("bea", "analyst", "reviewer")
    set_member(case, bea, "reviewer", by=analyst)
    team = save_team(None, by=analyst, name="Sahel desk", members=[bea])
    set_team(case, team, "contributor", by=analyst)
    client = Client()
    client.force_login(bea)
    assert client.get(reverse("case_edit", args=[case.pk])).status_code == 200


@pytest.mark.parametrize("given", [[], ["user", "team"]])
def test_a_part_is_given_to_a_person_or_to_a_team(
    client: Client, case: Case, analyst: User, person: Callable[..., User], given: list[str]
) -> None:
    team = save_team(None, by=analyst, name="Sahel desk", members=[])
    known = {"user": person("bea").pk, "team": team.pk}
    client.force_login(analyst)
    refused = client.post(
        reverse("case_members", args=[case.pk]),
        {"role": "reader", **{name: known[name] for name in given}},
    )
    assert refused.status_code == 422
    assert "a team" in refused.content.decode()
    assert not case.memberships.exists()
    assert not case.teams.exists()


def test_a_team_is_taken_out_of_a_case_after_a_question(
    client: Client, case: Case, analyst: User
) -> None:
    team = save_team(None, by=analyst, name="Sahel desk", members=[])
    row = set_team(case, team, "reader", by=analyst)
    client.force_login(analyst)
    address = reverse("team_remove", args=[case.pk, row.pk])
    assert "Remove Sahel desk" in client.get(address).content.decode()
    assert case.teams.exists()
    client.post(address)
    assert not case.teams.exists()
    assert client.get(address).status_code == 302, "removed already"


def test_a_second_factor_of_one_person_is_not_anothers(
    case: Case, analyst: User, person: Callable[..., User]
) -> None:
    Case.objects.update(confidentiality="sensitive")
    bea = person("bea", "analyst")
    set_member(case, bea, "reader", by=analyst)
    with_second_factor(analyst)
    client = Client()
    client.force_login(bea)
    assert client.get(case.get_absolute_url()).status_code == 403


def test_a_site_admin_who_is_deactivated_does_not_count_as_one_who_is_left(
    site_admin: User, person: Callable[..., User]
) -> None:
    other = person("otto", "site_admin")
    change_person(other, by=site_admin, roles=["site_admin"], is_active=False)
    changes: list[dict[str, Any]] = [
        {"roles": []},
        {"roles": ["site_admin"], "is_active": False},
    ]
    for change in changes:
        with pytest.raises(LastSiteAdminError), transaction.atomic():
            change_person(site_admin, by=site_admin, **change)
    change_person(other, by=site_admin, roles=["site_admin"], is_active=True)
    change_person(site_admin, by=other, roles=[])
    assert not site_admin.groups.exists()


@pytest.mark.parametrize("name", ["ciara", "сiara", "clаrа", "CІARA", "c1ara", "сlаrа"])
def test_no_user_name_looks_like_another_one(
    client: Client, person: Callable[..., User], name: str
) -> None:
    person("clara")
    client.force_login(person("sofia", "site_admin"))
    prove(client)
    sent = {"username": name, "email": "other@example.org"}
    refused = client.post(reverse("person_new"), sent)
    assert refused.status_code == 422
    assert "This name looks like “clara”, which is taken." in refused.content.decode()


@pytest.mark.parametrize(
    "name", ["teаm ѕahel", "Team  Sahel", "Team\u200b Sahel", "TEAM SAHEL", "Team\u2066 Sahel"]
)
def test_no_team_looks_like_another_one(
    client: Client, person: Callable[..., User], name: str
) -> None:
    """Whoever chooses the wrong one of two lets the wrong people into a case."""
    team = Team.objects.create(name="Team Sahel")
    client.force_login(person("sofia", "site_admin"))
    prove(client)
    refused = client.post(reverse("team_new"), {"name": name})
    assert refused.status_code == 422
    assert "This name looks like “Team Sahel”" in refused.content.decode()
    assert client.post(reverse("team_new"), {"name": "\u200b\u2066"}).status_code == 422
    # It keeps its own name.
    assert client.post(reverse("team_edit", args=[team.pk]), {"name": team.name}).status_code == 302
