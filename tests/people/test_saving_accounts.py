"""Forms of teams and accounts keep what they do not show and what others have saved since."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse

from cases.models import Team, User
from cases.workflows.people.accounts import change_person, save_team
from tests.clients import shown
from tests.people.signing_in import of


def test_saving_a_team_keeps_its_members_who_can_no_longer_sign_in(
    sofia: User, person: Callable[..., User]
) -> None:
    left, stays = person("left", "analyst"), person("stays", "analyst")
    team = save_team(None, by=sofia, name="Sahel", members=[left, stays])
    change_person(left, by=sofia, roles=["analyst"], is_active=False)
    client, page = of(sofia), reverse("team_edit", args=[team.pk])
    form = client.get(page).context["form"]
    sent = [user.pk for user in form.initial["members"]]
    assert "can no longer sign in" in shown(client, page)
    client.post(page, {"name": "Sahel and Chad", "members": sent})
    assert set(Team.objects.get().members.all()) == {left, stays}


def test_saving_a_team_removes_nobody_whom_someone_else_has_added_meanwhile(
    sofia: User, person: Callable[..., User]
) -> None:
    first, added, mine = (person(name, "analyst") for name in ("Émile", "Farah", "Dina"))
    team = save_team(None, by=sofia, name="Sahel", members=[first])
    client, page = of(sofia), reverse("team_edit", args=[team.pk])
    form = client.get(page).context["form"]
    names = [label.partition(" ")[0] for _key, label in form.fields["members"].choices]
    assert names.index("Dina") < names.index("Émile") < names.index("Farah")
    sent = {"name": "Sahel", "members": [first.pk, mine.pk], "read": form["read"].value()}
    save_team(team, by=sofia, name="Sahel", members=[first, added])
    refused = client.post(page, sent)
    assert refused.status_code == 422
    assert "Someone else has changed the members since" in refused.content.decode()
    assert set(team.members.all()) == {first, added}
    everyone = [first.pk, mine.pk, added.pk]
    again = {**sent, "members": everyone, "read": refused.context["form"]["read"].value()}
    assert client.post(page, again).status_code == 302
    assert set(team.members.all()) == {first, added, mine}


def test_saving_an_account_undoes_nothing_that_someone_else_has_changed_meanwhile(
    analyst: User, sofia: User
) -> None:
    client, page = of(sofia), reverse("person_edit", args=[analyst.pk])
    form = client.get(page).context["form"]
    fields = ("first_name", "last_name", "email", "roles", "is_active", "read")
    sent = {name: form[name].value() for name in fields} | {"last_name": "Diallo"}
    change_person(analyst, by=sofia, roles=["reviewer"], is_active=False)
    refused = client.post(page, sent)
    assert refused.status_code == 422
    said = refused.content.decode()
    assert "Someone else has changed this account since you opened this page." in said
    assert "its roles: Reviewer. It can no longer sign in." in said
    assert 'value="Diallo"' in said
    analyst.refresh_from_db()
    assert not analyst.is_active
    again = {**sent, "read": refused.context["form"]["read"].value()}
    assert client.post(page, again).status_code == 302
    analyst.refresh_from_db()
    assert (analyst.is_active, analyst.last_name) == (True, "Diallo")


def test_saving_an_account_keeps_groups_that_are_no_role(analyst: User, sofia: User) -> None:
    analyst.groups.create(name="from the directory")
    change_person(analyst, by=sofia, roles=["reviewer"])
    names = set(analyst.groups.values_list("name", flat=True))
    assert names == {"reviewer", "from the directory"}
