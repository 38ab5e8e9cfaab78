"""People with the same name can be distinguished, and only suitable people are offered."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from cases.models import Assessment, Case, User
from cases.workflows.casework import set_member
from cases.workflows.people.accounts import save_team
from tests.clients import shown
from tests.people.signing_in import of


@pytest.mark.parametrize("taken", ["Ada", "ADA", "aDa"])
def test_user_names_differ_by_more_than_case(taken: str, analyst: User, sofia: User) -> None:
    assert analyst.username == "ada"
    data = {"username": taken, "email": "new@example.org", "roles": ["analyst"]}
    refused = of(sofia).post(reverse("person_new"), data)
    assert (refused.status_code, User.objects.count()) == (422, 2)
    assert "already exists" in refused.content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(username=taken)


@pytest.mark.parametrize("username", ["anna+r2p", "a@b", "two words"])
def test_a_user_name_is_one_that_can_be_mentioned(username: str, sofia: User) -> None:
    data = {"username": username, "email": "new@example.org"}
    assert of(sofia).post(reverse("person_new"), data).status_code == 422


def test_people_of_the_same_name_are_distinguished_wherever_one_is_chosen(
    draft: Assessment, case: Case, analyst: User, sofia: User, person: Callable[..., User]
) -> None:
    for username, role in (("j.smith", "analyst"), ("jane.smith2", "reviewer")):
        twin = person(username, role)
        User.objects.filter(pk=twin.pk).update(first_name="Jane", last_name="Smith")
        save_team(None, by=sofia, name=f"Team of {username}", members=[twin])
    first = User.objects.get(username="j.smith")
    set_member(case, first, "contributor", by=analyst)
    choices = ["Jane Smith (j.smith), Analyst, team Team of j.smith"]
    other = "Jane Smith (jane.smith2), Reviewer, team Team of jane.smith2"
    members = shown(of(analyst), reverse("case_members", args=[case.pk]))
    assert all(label in members for label in [*choices, other])
    assert choices[0] in shown(of(analyst), reverse("assessment_second", args=[draft.pk]))
    assert other in shown(of(analyst), reverse("assessment_submit", args=[draft.pk]))
    assert choices[0] in shown(of(analyst), reverse("case_transfer", args=[case.pk]))
    assert all(label in shown(of(sofia), reverse("team_new")) for label in [*choices, other])
    auditor = of(person("otto", "auditor"))
    assert all(label in shown(auditor, reverse("record")) for label in [*choices, other])


def test_only_people_with_a_suitable_role_are_given_a_part(
    case: Case, analyst: User, sofia: User, person: Callable[..., User]
) -> None:
    auditor, page = person("otto", "auditor"), reverse("case_members", args=[case.pk])
    assert "(sofia)" not in shown(of(analyst), page), "a site admin takes part in no case"
    for part, role in (("reviewer", "Reviewer"), ("contributor", "Analyst")):
        refused = of(analyst).post(page, {"user": auditor.pk, "role": part})
        assert refused.status_code == 422
        assert f"Otto does not have the role “{role}”" in refused.content.decode()
    assert of(analyst).post(page, {"user": auditor.pk, "role": "reader"}).status_code == 302
