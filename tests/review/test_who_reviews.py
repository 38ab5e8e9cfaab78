"""Work reaches someone: who is asked to review, who is notified, what pages say if nobody can."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Assessment, Case, Edition, Notification, User
from cases.queries.waiting_reviews import reviews_asked_of, to_assign
from cases.workflows import review
from cases.workflows.assessing.answering import AnswerInput, save_answer, start_assessment
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import confirm_team_members, remove_member, set_member, set_team
from cases.workflows.people.accounts import change_person, save_team
from tests.clients import of, shown


@pytest.fixture(autouse=True)
def site_admin(person: Callable[..., User]) -> User:
    return person("sofia", "site_admin")


@pytest.fixture
def draft(draft: Assessment, analyst: User) -> Assessment:
    save_answer(draft, AnswerInput("phase", "known", "ongoing"), by=analyst, version=0)
    return draft


@pytest.fixture
def submitted(draft: Assessment, analyst: User) -> Assessment:
    submit(draft, by=analyst)
    return Assessment.objects.get(pk=draft.pk)


def reviewer(person: Callable[..., User], case: Case, name: str) -> User:
    found = person(name, "reviewer")
    set_member(case, found, "reviewer", by=case.owner)
    return found


def refer(assessment: Assessment, by: User, to: User) -> None:
    seen = assessment.snapshot.digest
    review.decide_on_review(assessment, "refer", by=by, text="For you.", seen=seen, to=to)


def test_whoever_submits_where_nobody_can_review_is_warned_and_may_add_a_reviewer(
    draft: Assessment, case: Case, analyst: User, person: Callable[..., User]
) -> None:
    rosa, address = person("rosa", "reviewer"), reverse("assessment_submit", args=[draft.pk])
    assert "Nobody can review this yet." in shown(of(analyst), address)
    of(analyst).post(address, {"comment": "early", "new_reviewer": rosa.pk})
    assert list(draft.reviewers.all()) == [rosa]
    assert case.memberships.get().role == "reviewer"
    assert [row.person for row in Notification.objects.filter(kind="submitted")] == [rosa]
    assert list(reviews_asked_of(rosa)) == [draft]


def test_submitting_without_a_reviewer_says_so_until_one_is_added_who_is_then_notified(
    draft: Assessment, case: Case, analyst: User, person: Callable[..., User], edition: Edition
) -> None:
    client = of(analyst)
    sent = client.post(reverse("assessment_submit", args=[draft.pk]), {"comment": "early"})
    page = reverse("assessment_review", args=[draft.pk])
    assert sent["Location"] == reverse("assessment_reviewers", args=[draft.pk])
    assert "Nobody can review this yet" in shown(client, page)
    assert "Every reviewer of the case" not in shown(client, page)
    assert list(to_assign(analyst)) == [draft]
    assert "Nobody can review this yet. Add a reviewer." in shown(client, reverse("home"))
    rosa = reviewer(person, case, "rosa")
    (told,) = Notification.objects.filter(person=rosa)
    link = reverse("notification_open", args=[told.pk])
    assert link in shown(of(rosa), reverse("notification_list"))
    assert of(rosa).get(link)["Location"] == reverse("review_list") + "?who=me"
    assert (told.kind, list(reviews_asked_of(rosa)), list(to_assign(analyst))) == (
        "submitted",
        [draft],
        [],
    )


@pytest.mark.parametrize("way", ["team", "joining a team", "role"])
def test_whoever_becomes_a_reviewer_of_the_case_later_is_notified_however_it_comes_about(
    way: str, submitted: Assessment, case: Case, analyst: User, person: Callable[..., User]
) -> None:
    rosa = person("rosa", *([] if way == "role" else ["reviewer"]))
    if way == "role":
        set_member(case, rosa, "reviewer", by=analyst)
        assert not Notification.objects.filter(person=rosa).exists()
        change_person(rosa, by=analyst, roles=["reviewer"], is_active=True)
    else:
        team = save_team(None, by=analyst, name="T", members=[rosa] if way == "team" else [])
        row = set_team(case, team, "reviewer", by=analyst)
        if way == "joining a team":
            save_team(team, by=analyst, name="T", members=[rosa])
            assert not Notification.objects.filter(person=rosa).exists()
            confirm_team_members(row, by=analyst)
    assert [row.kind for row in Notification.objects.filter(person=rosa)] == ["submitted"]


def test_a_reviewer_added_while_others_are_named_is_not_asked(
    submitted: Assessment, case: Case, analyst: User, person: Callable[..., User]
) -> None:
    rosa = reviewer(person, case, "rosa")
    review.assign_reviewers(submitted, [rosa], by=analyst)
    ravi = reviewer(person, case, "ravi")
    assert not Notification.objects.filter(person=ravi).exists()
    assert list(reviews_asked_of(ravi)) == []


def test_what_is_referred_leaves_the_senders_list_and_reaches_the_person_named(
    submitted: Assessment, case: Case, person: Callable[..., User]
) -> None:
    rosa, head = reviewer(person, case, "rosa"), reviewer(person, case, "head")
    reviewer(person, case, "ravi")
    page = reverse("assessment_review", args=[submitted.pk])
    data = {"kind": "refer", "text": "For you.", "seen": submitted.snapshot.digest}
    refused = of(rosa).post(page, data)
    assert refused.status_code == 422
    assert "Choose who decides" in refused.content.decode()
    assert of(rosa).post(page, data | {"to": head.pk}).status_code == 302
    submitted.refresh_from_db()
    assert (list(reviews_asked_of(rosa)), list(reviews_asked_of(head))) == ([], [submitted])
    assert Notification.objects.filter(person=head, kind="assigned").exists()
    assert "Referred to Head by Rosa" in shown(of(head), submitted.get_absolute_url())
    signs = {"kind": "sign_off", "despite": "on", "seen": submitted.snapshot.digest}
    assert of(rosa).post(page, signs).status_code == 422, "who referred it no longer decides"
    assert "You have referred it to someone else" in shown(of(rosa), page)
    assert of(head).post(page, signs).status_code == 302


def test_nothing_is_referred_to_someone_who_may_not_review_it(
    submitted: Assessment, case: Case, analyst: User, person: Callable[..., User]
) -> None:
    rosa, outsider = reviewer(person, case, "rosa"), person("eve", "reviewer")
    page = reverse("assessment_review", args=[submitted.pk])
    data = {"kind": "refer", "text": "For you.", "seen": submitted.snapshot.digest}
    assert "no other reviewer" in of(rosa).post(page, data).content.decode()
    for someone in (outsider, analyst, rosa):
        assert of(rosa).post(page, data | {"to": someone.pk}).status_code == 422
    assert not submitted.review_decisions.exists()


@pytest.mark.parametrize("loss", ["account", "role", "part in the case"])
def test_work_of_a_named_reviewer_who_can_no_longer_do_it_returns(
    loss: str,
    submitted: Assessment,
    case: Case,
    analyst: User,
    site_admin: User,
    person: Callable[..., User],
) -> None:
    ravi, rosa = reviewer(person, case, "ravi"), reviewer(person, case, "rosa")
    review.assign_reviewers(submitted, [ravi], by=analyst)
    assert list(reviews_asked_of(rosa)) == []
    if loss == "account":
        change_person(ravi, by=site_admin, roles=["reviewer"], is_active=False)
    elif loss == "role":
        change_person(ravi, by=site_admin, roles=[], is_active=True)
    else:
        remove_member(case.memberships.get(user=ravi), by=analyst)
    assert (list(reviews_asked_of(rosa)), list(to_assign(analyst))) == ([submitted], [submitted])
    page = shown(of(analyst), reverse("assessment_review", args=[submitted.pk]))
    assert "Ravi can no longer review it." in page
    assert "Every reviewer of the case is asked to review it: Rosa." in page
    assert "can no longer review it" in shown(of(analyst), reverse("home"))


def test_what_was_referred_to_someone_who_left_is_the_referrers_again(
    submitted: Assessment, case: Case, site_admin: User, person: Callable[..., User]
) -> None:
    rosa, head = reviewer(person, case, "rosa"), reviewer(person, case, "head")
    refer(submitted, rosa, head)
    change_person(head, by=site_admin, roles=["reviewer"], is_active=False)
    assert list(reviews_asked_of(rosa)) == [submitted]
    review.decide_on_review(submitted, "sign_off", by=rosa, seen=submitted.snapshot.digest)


def test_every_list_of_home_says_how_many_there_are_and_leads_to_all(
    case: Case, analyst: User, person: Callable[..., User], edition: Edition
) -> None:
    rosa = reviewer(person, case, "rosa")
    for number in range(11):
        day = case.created_at.date() - timedelta(days=number + 1)
        submit(start_assessment(case, by=analyst, as_of=day, edition=edition), by=analyst)
    client, whole = of(rosa), reverse("home_list", args=["reviews"])
    home = shown(client, reverse("home"))
    assert home.count('class="row-link"') == 8
    assert f'href="{whole}">Show all 11<' in home
    assert client.get(whole).content.decode().count('class="row-link"') == 11
    assert "Show all 11" not in shown(client, whole)
    assert client.get(reverse("home_list", args=["secrets"])).status_code == 404


def test_all_reviews_that_wait_are_on_one_page_with_filters(
    submitted: Assessment, case: Case, analyst: User, person: Callable[..., User], edition: Edition
) -> None:
    rosa = reviewer(person, case, "rosa")
    second = start_assessment(case, by=analyst, as_of=submitted.as_of, edition=edition)
    submit(second, by=analyst, reviewers=[reviewer(person, case, "ravi")])
    page = reverse("review_list")

    def found(client: Client, **given: str) -> set[Any]:
        return {row.assessment.pk for row in client.get(page, given).context["reviews"]}

    both = {submitted.pk, second.pk}
    assert found(of(rosa)) == found(of(analyst)) == both
    assert found(of(rosa), who="me") == {submitted.pk}
    assert found(of(rosa), who="nobody") == found(of(rosa), state="referred") == set()
    assert found(of(rosa), q="north") == found(of(rosa), confidentiality="restricted") == both
    assert found(of(rosa), q="south") == found(of(person("eve", "reviewer"))) == set()
    assert "2 reviews, oldest first" in shown(of(rosa), page)
    assert "1 review, oldest first" in shown(of(rosa), page + "?who=me")


def test_reviews_of_one_day_are_distinguished_by_their_editions(
    submitted: Assessment, case: Case, person: Callable[..., User], client: Client
) -> None:
    client.force_login(reviewer(person, case, "rosa"))
    edition = f"edition {submitted.edition.number}"
    assert f"{submitted}, {edition}" in shown(client, reverse("home"))
    assert f"{submitted}, {edition}" in shown(client, reverse("review_list"))
