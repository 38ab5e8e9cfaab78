"""A case becomes sensitive: nobody who takes part in it loses access without being told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from cases.models import Case, Edition, Notification, Team, User
from cases.tasks.mail import mail_unsent
from cases.views.casework import case_list
from cases.workflows.casework import set_member, set_team
from cases.workflows.people.accounts import save_team
from cases.workflows.people.leaving import propose_transfer
from tests.conftest import with_second_factor
from tests.making import make_case


@pytest.fixture
def his(client: Client, case: Case, analyst: User) -> Client:
    with_second_factor(analyst)
    client.force_login(analyst)
    return client


@pytest.fixture
def rosa(person: Callable[..., User]) -> User:
    return person("rosa", "reviewer")


def made_sensitive(client: Client, case: Case) -> str:
    fields = {"title": "A plan", "populations": "p", "summary": "s", "place": ""}
    data = fields | {
        "countries": case.country_codes,
        "confidentiality": "sensitive",
        "version": case.version,
    }
    page = client.post(reverse("case_edit", args=[case.pk]), data, follow=True)
    return str(page.content.decode())


def test_whoever_makes_a_case_sensitive_is_warned_of_those_who_cannot_open_it_then(
    his: Client, case: Case, analyst: User, rosa: User, person: Callable[..., User]
) -> None:
    team = Team.objects.create(name="Sahel")
    team.members.add(person("bea", "analyst"))
    set_member(case, rosa, "reviewer", by=analyst)
    set_team(case, team, "contributor", by=analyst)
    cora = person("cora", "analyst")
    with_second_factor(cora)
    set_member(case, cora, "reader", by=analyst)
    page = made_sensitive(his, case)
    assert (
        "Bea (bea), Rosa (rosa) have no second factor and cannot open this sensitive case" in page
    )
    assert "Cora (cora), Rosa" not in page


def test_a_member_without_a_factor_is_led_to_setting_one_up_and_sees_no_title(
    his: Client, case: Case, analyst: User, rosa: User
) -> None:
    set_member(case, rosa, "reviewer", by=analyst)
    made_sensitive(his, case)
    notification = Notification.objects.get(person=rosa, kind="factor_needed")
    assert mail_unsent(older_than=0) == 1
    assert "A plan" not in f"{mail.outbox[0].subject} {mail.outbox[0].body}"
    hers = Client()
    hers.force_login(rosa)
    page = hers.get(reverse("notification_list")).content.decode()
    assert "A plan" not in page
    assert "A sensitive case: set up a second factor to open it" in page
    opened = hers.get(reverse("notification_open", args=[notification.pk]), follow=True)
    assert "A second factor is needed" in opened.content.decode()
    assert reverse("mfa_index") in opened.content.decode()
    listed = hers.get(reverse("case_list")).content.decode()
    assert "1 sensitive case of yours is not listed" in listed
    assert "A plan" not in listed


def test_cases_that_are_not_listed_are_counted_once_however_one_takes_part(
    client: Client, analyst: User, rosa: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = Team.objects.create(name="Sahel")
    team.members.add(rosa)
    owned, alone, by_both, by_team = (make_case(analyst, f"A plan {part}") for part in range(4))
    for case in (alone, by_both):
        set_member(case, rosa, "reviewer", by=analyst)
    for case in (by_both, by_team):
        set_team(case, team, "contributor", by=analyst)
    Case.objects.filter(pk=owned.pk).update(owner=rosa)
    make_case(analyst, "A plan of others")
    Case.objects.update(confidentiality="sensitive")
    set_member(make_case(analyst, "An open case"), rosa, "reader", by=analyst)
    client.force_login(rosa)
    assert "4 sensitive cases of yours are not listed" in client.get("/cases/").content.decode()
    for most in (1, 2, 3):
        monkeypatch.setattr(case_list, "LOCKED_COUNTED", most)
        page = client.get("/cases/").content.decode()
        assert f"More than {most} sensitive case" in page
    with_second_factor(rosa)
    client.force_login(rosa)
    assert "not listed" not in client.get("/cases/").content.decode()


def test_whoever_may_not_know_of_a_sensitive_case_hears_nothing_of_it(
    his: Client, case: Case, rosa: User
) -> None:
    made_sensitive(his, case)
    hers = Client()
    hers.force_login(rosa)
    assert "not listed" not in hers.get(reverse("case_list")).content.decode()
    assert not Notification.objects.filter(person=rosa).exists()


@pytest.mark.parametrize("way", ["member", "team", "joins a team"])
def test_whoever_is_added_to_a_sensitive_case_without_a_factor_is_notified(
    his: Client, case: Case, analyst: User, rosa: User, way: str
) -> None:
    made_sensitive(his, case)
    team = Team.objects.create(name="Sahel")
    if way == "member":
        data = {"user": rosa.pk, "role": "reader"}
    else:
        data = {"team": team.pk, "role": "reader"}
    if way == "team":
        team.members.add(rosa)
    page = his.post(reverse("case_members", args=[case.pk]), data, follow=True).content.decode()
    if way == "joins a team":
        save_team(team, by=analyst, name="Sahel", members=[rosa])
        assert not Notification.objects.filter(person=rosa).exists()
        his.post(reverse("team_confirm", args=[case.pk, case.teams.get().pk]))
    else:
        assert "Rosa (rosa) has no second factor and cannot open this sensitive case" in page
    assert Notification.objects.filter(person=rosa, kind="factor_needed").count() == 1


def test_nobody_logs_a_sensitive_case_that_would_then_be_closed_to_themselves(
    client: Client, analyst: User, edition: Edition
) -> None:
    client.force_login(analyst)
    data = {
        "title": "A sensitive plan",
        "countries": ["MLI"],
        "populations": "People",
        "summary": "What is known, at length",
        "confidentiality": "sensitive",
    }
    page = client.get(reverse("case_new")).content.decode()
    assert "opens only for people who have set up a second factor" in page
    refused = client.post(reverse("case_new"), data)
    assert refused.status_code == 422
    assert not Case.objects.exists()
    says = refused.content.decode()
    assert "you have none yet" in says
    assert f'href="{reverse("mfa_index")}"' in says
    assert "What is known, at length" in says
    with_second_factor(analyst)
    assert client.post(reverse("case_new"), data).status_code == 302
    assert "A sensitive plan" in client.get(reverse("case_list")).content.decode()


def test_whoever_is_asked_to_take_a_sensitive_case_over_reads_what_it_needs(
    his: Client, case: Case, person: Callable[..., User]
) -> None:
    made_sensitive(his, case)
    User.objects.filter(pk=case.owner_id).update(is_active=False)
    case = Case.objects.get()
    bea = person("bea", "analyst")
    proposal = propose_transfer(case, bea, by=person("sofia", "site_admin"))
    hers = Client()
    hers.force_login(bea)
    page = hers.get(reverse("transfer_decide", args=[proposal.pk])).content.decode()
    assert "once you have agreed and set up a second factor" in page
    assert "A plan" not in page
    assert "A plan" not in hers.get(reverse("home")).content.decode()
