"""Work reaches someone: who is asked to review, who is notified, what pages say if nobody can."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from cases.models import Assessment, Case, Edition, Notification, User
from cases.queries.review import returned_to
from cases.queries.waiting_reviews import reviews_asked_of, to_assign
from cases.workflows import review
from cases.workflows.assessing.answering import AnswerInput, save_answer, start_assessment
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import confirm_team_members, remove_member, set_member, set_team
from cases.workflows.people.accounts import change_person, save_team
from tests.clients import of, shown
from tests.conftest import with_second_factor


@pytest.fixture(autouse=True)
def site_admin(person: Callable[..., User]) -> User:
    return person("sofia", "site_admin")


@pytest.fixture
def draft(draft: Assessment, analyst: User) -> Assessment:
    save_answer(draft, AnswerInput("phase", "known", "ongoing"), by=analyst, version=0)
    return draft


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
    analyst.groups.clear()
    without_role = User.objects.get(pk=analyst.pk)
    assert list(to_assign(without_role)) == [draft], "who owns the case finds it without the role"
    analyst.groups.add(Group.objects.get(name="analyst"))
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


def test_two_reviewers_of_one_name_are_distinguished_wherever_they_are_listed(
    submitted: Assessment, case: Case, analyst: User, person: Callable[..., User]
) -> None:
    jane, other = reviewer(person, case, "j.smith"), reviewer(person, case, "jane.smith2")
    reviewer(person, case, "rosa")
    User.objects.filter(pk__in=[jane.pk, other.pk]).update(first_name="Jane", last_name="Smith")
    page = reverse("assessment_review", args=[submitted.pk])
    both = "Jane Smith (j.smith), Jane Smith (jane.smith2)"
    assert f"{both}, Rosa" in shown(of(analyst), page)
    sent = {"reviewers": [jane.pk, other.pk]}
    address = reverse("assessment_reviewers", args=[submitted.pk])
    said = of(analyst).post(address, sent, follow=True).content.decode()
    assert f"Asked to review it: {both}." in said


def test_reviewers_who_are_asked_again_because_nobody_is_named_any_more_are_notified(
    submitted: Assessment, case: Case, analyst: User, person: Callable[..., User]
) -> None:
    rosa = reviewer(person, case, "rosa")
    review.assign_reviewers(submitted, [rosa], by=analyst)
    ravi = reviewer(person, case, "ravi")
    told = rosa.notifications.count()
    review.assign_reviewers(submitted, [], by=analyst)
    assert list(reviews_asked_of(ravi)) == [submitted]
    assert Notification.objects.filter(person=ravi, kind="assigned").exists()
    assert rosa.notifications.count() == told, "rosa was asked before"


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


# Work that is half done ---------------------------------------------------------------------------


def sign_off(assessment: Assessment, by: User) -> None:
    seen = assessment.snapshot.digest
    review.decide_on_review(assessment, "sign_off", by=by, seen=seen)


@pytest.fixture
def sensitive(submitted: Assessment, case: Case) -> Assessment:
    """A submitted assessment of a sensitive case, which needs two sign-offs."""
    Case.objects.filter(pk=case.pk).update(confidentiality="sensitive")
    return Assessment.objects.get(pk=submitted.pk)


def test_a_second_sign_off_that_nobody_is_left_to_give_is_the_owners_to_arrange(
    sensitive: Assessment, case: Case, analyst: User, person: Callable[..., User]
) -> None:
    rosa, owner = reviewer(person, case, "rosa"), of(analyst)
    with_second_factor(analyst, rosa)
    sign_off(sensitive, rosa)
    assert list(to_assign(analyst)) == [sensitive]
    says = "It needs another sign-off, and nobody is left to give it."
    page = reverse("assessment_review", args=[sensitive.pk])
    for address in (reverse("home"), reverse("review_list"), page):
        assert says in shown(owner, address), address
    reviewers = reverse("assessment_reviewers", args=[sensitive.pk])
    assert says in shown(owner, reviewers)
    ravi = person("ravi", "reviewer")
    with_second_factor(ravi)
    assert owner.post(reviewers, {"new_reviewer": ravi.pk}).status_code == 302
    assert list(to_assign(analyst)) == []
    assert list(reviews_asked_of(ravi)) == [sensitive]
    assert "Asked to review it: Ravi." in shown(owner, page)


def test_once_those_who_were_asked_have_signed_off_the_others_are_asked(
    sensitive: Assessment, case: Case, analyst: User, person: Callable[..., User]
) -> None:
    rosa, ravi = reviewer(person, case, "rosa"), reviewer(person, case, "ravi")
    with_second_factor(rosa, ravi)
    review.assign_reviewers(sensitive, [rosa], by=analyst)
    assert list(reviews_asked_of(ravi)) == []
    sign_off(sensitive, rosa)
    assert (list(reviews_asked_of(rosa)), list(reviews_asked_of(ravi))) == ([], [sensitive])
    owner = of(analyst)
    with_second_factor(analyst)
    page = shown(owner, reverse("assessment_review", args=[sensitive.pk]))
    assert "Asked for another sign-off: Ravi." in page
    assert "Nobody whom you asked is left to give it" in shown(owner, reverse("home"))
    sign_off(sensitive, ravi)
    assert list(to_assign(analyst)) == []


def test_a_sign_off_that_is_withdrawn_asks_its_reviewer_again(
    sensitive: Assessment, case: Case, analyst: User, person: Callable[..., User]
) -> None:
    rosa = reviewer(person, case, "rosa")
    with_second_factor(analyst, rosa)
    sign_off(sensitive, rosa)
    seen = sensitive.snapshot.digest
    review.withdraw_sign_off(sensitive, by=rosa, text="Too early.", seen=seen)
    assert (list(reviews_asked_of(rosa)), list(to_assign(analyst))) == ([sensitive], [])


def test_whoever_submits_in_a_sensitive_case_with_one_reviewer_reads_that_two_are_needed(
    draft: Assessment, case: Case, analyst: User, person: Callable[..., User]
) -> None:
    reviewer(person, case, "rosa")
    address = reverse("assessment_submit", args=[draft.pk])
    assert "two sign-offs" not in shown(of(analyst), address)
    Case.objects.filter(pk=case.pk).update(confidentiality="sensitive")
    owner = of(analyst)
    with_second_factor(analyst)
    assert "Only Rosa (rosa) can give one. Add another reviewer." in shown(owner, address)
    reviewer(person, case, "ravi")
    assert "two sign-offs" not in shown(owner, address)


def test_what_was_returned_to_someone_who_left_is_the_owners(
    submitted: Assessment,
    case: Case,
    analyst: User,
    site_admin: User,
    person: Callable[..., User],
) -> None:
    rosa, bea = reviewer(person, case, "rosa"), person("bea", "analyst")
    set_member(case, bea, "contributor", by=analyst)
    Assessment.objects.filter(pk=submitted.pk).update(author=bea)
    submitted.refresh_from_db()
    seen = submitted.snapshot.digest
    review.decide_on_review(submitted, "return", by=rosa, text="More.", seen=seen)
    assert list(returned_to(analyst)) == []
    change_person(bea, by=site_admin, roles=["analyst"], is_active=False)
    assert list(returned_to(analyst)) == [submitted]
    assert "Bea, who wrote it, can no longer sign in." in shown(of(analyst), reverse("home"))


def test_a_filter_that_does_not_exist_is_reported_and_the_others_count(
    submitted: Assessment, analyst: User
) -> None:
    page = of(analyst).get(reverse("review_list"), {"state": "lost", "q": "no such case"})
    assert "Choose one from the list." in page.content.decode()
    assert page.context["reviews"] == []
