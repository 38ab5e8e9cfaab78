"""People leave, share names and lose access: what depends on them goes on, and nothing of it shows
to those who may no longer know of it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import (
    Assessment,
    Case,
    Edition,
    Event,
    Notification,
    Team,
    TransferProposal,
    User,
)
from cases.queries.leaving import transfers_to
from cases.queries.review import returned_to
from cases.queries.waiting_reviews import reviews_asked_of
from cases.workflows import review
from cases.workflows.assessing.answering import start_assessment
from cases.workflows.assessing.second_assessment import start_second_assessment
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import remove_member, set_member, set_team
from cases.workflows.errors import TransferError
from cases.workflows.followup import record_step
from cases.workflows.people.accounts import change_person, save_team
from cases.workflows.people.leaving import agree_to_transfer, confirm_transfer, propose_transfer
from tests.clients import shown

PASSWORD = "a long password"


@pytest.fixture
def sofia(person: Callable[..., User]) -> User:
    return person("sofia", "site_admin")


def of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    if "site_admin" in user.roles:
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def deactivate(client: Client, user: User) -> Any:
    roles = list(user.groups.values_list("name", flat=True))
    data = {"email": user.email, "first_name": user.first_name, "roles": roles}
    return client.post(reverse("person_edit", args=[user.pk]), data)


def three_days_later() -> None:
    """What happens three days after cases were proposed to new owners."""
    TransferProposal.objects.update(proposed_at=timezone.now() - timedelta(days=3))


# Names --------------------------------------------------------------------------------------------


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


# Suitable people ----------------------------------------------------------------------------------


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


# Forms keep what they do not show -----------------------------------------------------------------


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


# Leaving ------------------------------------------------------------------------------------------


def test_whoever_deactivates_an_account_sees_what_depends_on_it_and_hands_the_cases_over(
    case: Case, draft: Assessment, analyst: User, sofia: User, person: Callable[..., User]
) -> None:
    bea, client = person("bea", "analyst"), of(sofia)
    record_step(
        case, by=analyst, measure="cap.ssr", fact="done", actors=[], due_on=case.created_at.date()
    )
    page = shown(client, reverse("person_edit", args=[analyst.pk]))
    assert "Owns 1 case." in page
    assert "Started 1 draft." in page
    assert "Recorded 1 step that is still due." in page
    leaving = reverse("person_leaving", args=[analyst.pk])
    assert deactivate(client, analyst)["Location"] == leaving
    assert case.title not in shown(client, leaving), "being a site admin opens no case"
    assert "Restricted case logged on" in shown(client, leaving)
    client.post(leaving, {"cases": [case.pk], "to": bea.pk})
    proposal = TransferProposal.objects.get()
    assert "A case owned by Ada" in shown(of(bea), reverse("home"))
    assert case.title not in shown(of(bea), reverse("home"))
    decide = reverse("transfer_decide", args=[proposal.pk])
    three_days_later()
    assert of(sofia).post(decide, {"act": "agree"}).status_code == 404
    assert of(bea).post(decide, {"act": "agree"})["Location"] == case.get_absolute_url()
    case.refresh_from_db()
    assert case.owner == bea
    assert of(bea).get(reverse("case_members", args=[case.pk])).status_code == 200
    assert case.events.filter(verb__in=["transfer_proposed", "case_transferred"]).count() == 2


def test_a_site_admin_alone_hands_no_case_over(
    case: Case, analyst: User, person: Callable[..., User]
) -> None:
    both = person("both", "site_admin", "analyst")
    analyst.is_active = False
    analyst.save()
    with pytest.raises(TransferError, match="second-person"):
        propose_transfer(case, both, by=both)
    proposal = propose_transfer(case, person("bea", "analyst"), by=both)
    with pytest.raises(TransferError, match="second-person"):
        agree_to_transfer(proposal, by=both)
    with pytest.raises(TransferError, match="no-owner"):
        propose_transfer(case, person("rosa", "reviewer"), by=both)
    case.refresh_from_db()
    assert case.owner == analyst


def test_nobody_takes_a_case_from_an_owner_who_can_hand_it_over(
    case: Case, analyst: User, sofia: User, person: Callable[..., User]
) -> None:
    """A site admin could otherwise make an account for themselves and let it take any case over."""
    bea, leaving = person("bea", "analyst"), reverse("person_leaving", args=[analyst.pk])
    assert "They can hand their cases over themselves." in shown(of(sofia), leaving)
    refused = of(sofia).post(leaving, {"cases": [case.pk], "to": bea.pk})
    assert "Its owner can hand this case over." in refused.content.decode()
    assert not TransferProposal.objects.exists()
    # The members of a case whose owner has left read of it before it changes hands.
    rosa = person("rosa", "reviewer")
    set_member(case, rosa, "reviewer", by=analyst)
    deactivate(of(sofia), analyst)
    of(sofia).post(leaving, {"cases": [case.pk], "to": bea.pk})
    assert Notification.objects.filter(person=rosa, event__verb="transfer_proposed").exists()
    proposal = TransferProposal.objects.get()
    User.objects.filter(pk=analyst.pk).update(is_active=True)
    with pytest.raises(TransferError, match="owner-there"):
        agree_to_transfer(proposal, by=bea)


@pytest.fixture
def left(analyst: User, sofia: User, case: Case, person: Callable[..., User]) -> TransferProposal:
    """A case whose owner has left, proposed to an account that a site admin may have made."""
    rosa = person("rosa", "reviewer")
    set_member(case, rosa, "reader", by=analyst)
    change_person(analyst, by=sofia, roles=["analyst"], is_active=False)
    case.refresh_from_db()
    return propose_transfer(case, person("bea", "analyst"), by=sofia)


def test_a_member_confirms_a_proposed_owner_who_is_new_to_the_case(
    left: TransferProposal, case: Case
) -> None:
    """A site admin could otherwise take it over by a second account of their own."""
    bea, rosa = left.to, User.objects.get(username="rosa")
    decide, confirm = (
        reverse("transfer_decide", args=[left.pk]),
        reverse("transfer_confirm", args=[case.pk]),
    )
    three_days_later()
    page = shown(of(bea), decide)
    assert "Someone who takes part in the case has to confirm this first." in page
    assert "Take it over" not in page
    refused = of(bea).post(decide, {"act": "agree"}, follow=True).content.decode()
    assert "Someone who takes part in the case has to confirm this first." in refused
    for stranger in (bea, left.proposed_by):
        assert of(stranger).post(confirm, {"act": "confirm"}).status_code == 404
        with pytest.raises(TransferError, match="second-person"):
            confirm_transfer(left, by=stranger)
    case.refresh_from_db()
    assert case.owner != bea
    assert "proposes Bea (bea) as the new owner." in shown(of(rosa), case.get_absolute_url())
    of(rosa).post(confirm, {"act": "confirm"})
    assert "as the new owner" not in shown(of(rosa), case.get_absolute_url())
    assert "Take it over" in shown(of(bea), decide)
    of(bea).post(decide, {"act": "agree"})
    case.refresh_from_db()
    assert case.owner == bea
    verbs = ["transfer_proposed", "transfer_confirmed", "case_transferred"]
    assert list(case.events.filter(verb__contains="transfer").values_list("verb", flat=True)) == (
        verbs
    )


def test_a_member_refuses_a_proposed_owner(left: TransferProposal, case: Case) -> None:
    rosa = User.objects.get(username="rosa")
    of(rosa).post(reverse("transfer_confirm", args=[case.pk]), {"act": "refuse"})
    with pytest.raises(TransferError, match="gone"):
        agree_to_transfer(left, by=left.to)
    assert case.events.filter(verb="transfer_refused", actor=rosa).exists()
    again = of(rosa).post(
        reverse("transfer_confirm", args=[case.pk]), {"act": "confirm"}, follow=True
    )
    assert "This has been settled in the meantime." in again.content.decode()


def test_a_member_who_is_proposed_as_owner_needs_nobody_to_confirm_it(
    left: TransferProposal, case: Case, analyst: User
) -> None:
    set_member(case, left.to, "contributor", by=analyst)
    agree_to_transfer(left, by=left.to)
    case.refresh_from_db()
    assert case.owner == left.to


def test_a_case_without_members_stays_with_its_owner_for_three_days(
    left: TransferProposal, case: Case, analyst: User
) -> None:
    """So that an owner whose account was closed without a reason can say so."""
    remove_member(case.memberships.get(), by=analyst)
    page = shown(of(left.to), reverse("transfer_decide", args=[left.pk]))
    assert "The case has no other member who could confirm this." in page
    assert "Take it over" not in page
    with pytest.raises(TransferError, match="too-soon"):
        agree_to_transfer(left, by=left.to)
    three_days_later()
    agree_to_transfer(left, by=left.to)
    case.refresh_from_db()
    assert case.owner == left.to


def test_an_owner_hands_a_case_over_and_stays_a_contributor(
    case: Case, analyst: User, person: Callable[..., User]
) -> None:
    bea = person("bea", "analyst")
    set_member(case, bea, "reader", by=analyst)
    page = reverse("case_transfer", args=[case.pk])
    assert of(analyst).post(page, {"to": bea.pk}).status_code == 302
    case.refresh_from_db()
    parts = [(row.user, row.role) for row in case.memberships.all()]
    assert (case.owner, parts) == (bea, [(analyst, "contributor")])
    assert [row.kind for row in Notification.objects.filter(person=bea)] == ["handed_over"]
    assert of(analyst).post(page, {"to": analyst.pk}).status_code == 404


def test_the_page_of_a_case_says_that_its_owner_has_left(
    case: Case, analyst: User, sofia: User, person: Callable[..., User]
) -> None:
    bea = person("bea", "analyst")
    set_member(case, bea, "contributor", by=analyst)
    change_person(analyst, by=sofia, roles=["analyst"], is_active=False)
    page = shown(of(bea), case.get_absolute_url())
    assert "A site admin can hand the case over to someone else." in page


def test_work_given_to_someone_who_leaves_comes_back_to_whoever_gave_it(
    case: Case, draft: Assessment, analyst: User, sofia: User, person: Callable[..., User]
) -> None:
    bea, ravi = person("bea", "analyst"), person("ravi", "reviewer")
    set_member(case, bea, "contributor", by=analyst)
    set_member(case, ravi, "reviewer", by=analyst)
    second = start_second_assessment(draft, bea, by=analyst)
    change_person(bea, by=sofia, roles=["analyst"], is_active=False)
    draft.refresh_from_db()
    second.refresh_from_db()
    assert (draft.blind, second.blind, second.second_to) == (False, False, None)
    submit(draft, by=analyst, reviewers=[ravi])
    change_person(ravi, by=sofia, roles=["reviewer"], is_active=False)
    told = Notification.objects.filter(person=analyst, kind="handed_over").order_by("pk")
    assert [row.event.data["person"] for row in told] == ["Bea", "Ravi"]
    assert Event.objects.filter(verb="work_returned").count() == 2


def test_what_is_returned_to_someone_who_was_taken_out_of_the_case_reaches_its_owner(
    case: Case, edition: Edition, analyst: User, reviewer: User, person: Callable[..., User]
) -> None:
    bea = person("bea", "analyst")
    member = set_member(case, bea, "contributor", by=analyst)
    hers = start_assessment(case, by=bea, as_of=date(2013, 5, 1), edition=edition)
    submit(hers, by=bea)
    hers.refresh_from_db()
    review.decide_on_review(
        hers, "return", by=reviewer, text="Too short.", seen=hers.snapshot.digest
    )
    assert (list(returned_to(bea)), list(returned_to(analyst))) == ([hers], [])
    remove_member(member, by=analyst)
    assert (list(returned_to(bea)), list(returned_to(analyst))) == ([], [hers])
    said = "Bea, who wrote it, no longer works on this case."
    assert said in shown(of(analyst), reverse("home"))


@pytest.mark.parametrize("roles", [["analyst"], ["reviewer"]])
def test_a_case_whose_new_owner_leaves_before_agreeing_can_be_proposed_to_someone_else(
    case: Case, analyst: User, sofia: User, person: Callable[..., User], roles: list[str]
) -> None:
    bea, cora = person("bea", "analyst"), person("cora", "analyst")
    change_person(analyst, by=sofia, roles=["analyst"], is_active=False)
    case = Case.objects.get(pk=case.pk)
    propose_transfer(case, bea, by=sofia)
    change_person(bea, by=sofia, roles=roles, is_active=roles == ["reviewer"])
    propose_transfer(case, cora, by=sofia)
    assert list(transfers_to(cora).values_list("case", flat=True)) == [case.pk]
    assert not transfers_to(bea).exists()


def leave_by_removal(bea: User, case: Case) -> None:
    remove_member(case.memberships.get(user=bea), by=case.owner)


def leave_by_another_part(bea: User, case: Case) -> None:
    set_member(case, bea, "reader", by=case.owner)


def leave_with_a_role(bea: User, case: Case) -> None:
    change_person(bea, by=User.objects.get(username="sofia"), roles=["reviewer"], is_active=True)


@pytest.mark.parametrize("leave", [leave_by_removal, leave_by_another_part, leave_with_a_role])
@pytest.mark.parametrize("submitted", [False, True])
def test_a_second_analyst_who_can_no_longer_answer_leaves_nobody_waiting_blind(
    case: Case,
    draft: Assessment,
    analyst: User,
    reviewer: User,
    sofia: User,
    person: Callable[..., User],
    leave: Callable[[User, Case], None],
    submitted: bool,
) -> None:
    bea = person("bea", "analyst")
    set_member(case, bea, "contributor", by=analyst)
    second = start_second_assessment(draft, bea, by=analyst)
    if submitted:
        submit(draft, by=analyst)
        assert not reviews_asked_of(reviewer).exists()
    leave(bea, case)
    draft.refresh_from_db()
    second.refresh_from_db()
    assert (draft.blind, second.blind, second.second_to) == (False, False, None)
    event = Event.objects.get(verb="work_returned")
    assert event.data == {"assessment": str(draft.pk), "person": "Bea"}
    assert Event.objects.filter(verb="pair_opened").exists()
    if submitted:
        assert list(reviews_asked_of(reviewer)) == [draft]
        assert reviewer.notifications.filter(kind="submitted").exists()
    if leave is leave_with_a_role:
        told = analyst.notifications.get(event=event)
        opened = of(analyst).get(reverse("notification_open", args=[told.pk]), follow=True)
        assert opened.status_code == 200


def test_a_team_that_is_taken_out_leaves_nobody_waiting_blind(
    case: Case, draft: Assessment, analyst: User, person: Callable[..., User]
) -> None:
    bea = person("bea", "analyst")
    team = save_team(None, by=analyst, name="Desk", members=[bea])
    row = set_team(case, team, "contributor", by=analyst)
    start_second_assessment(draft, bea, by=analyst)
    his, address = of(analyst), reverse("team_remove", args=[case.pk, row.pk])
    assert "one of two independent assessments" in shown(his, address)
    said = his.post(address, follow=True).content.decode()
    assert "are no longer independent" in said
    draft.refresh_from_db()
    assert not draft.blind


def test_the_first_analyst_of_a_pair_who_leaves_frees_the_second(
    case: Case, draft: Assessment, analyst: User, sofia: User, person: Callable[..., User]
) -> None:
    bea = person("bea", "analyst")
    set_member(case, bea, "contributor", by=analyst)
    second = start_second_assessment(draft, bea, by=analyst)
    change_person(analyst, by=sofia, roles=["analyst"], is_active=False)
    second.refresh_from_db()
    assert not second.blind
    assert bea.notifications.filter(kind="handed_over", event__verb="work_returned").exists()


def test_an_analyst_who_gains_a_role_stays_one_of_two_independent_analysts(
    case: Case, draft: Assessment, analyst: User, sofia: User, person: Callable[..., User]
) -> None:
    bea = person("bea", "analyst")
    set_member(case, bea, "contributor", by=analyst)
    start_second_assessment(draft, bea, by=analyst)
    change_person(bea, by=sofia, roles=["analyst", "catalogue_admin"], is_active=True)
    draft.refresh_from_db()
    assert draft.blind, "nothing that bea can do for the pair has changed"


# Losing access ------------------------------------------------------------------------------------


def test_whoever_loses_access_reads_no_title_in_notifications_any_more(
    case: Case, draft: Assessment, analyst: User, person: Callable[..., User]
) -> None:
    rosa = person("rosa", "reviewer")
    member = set_member(case, rosa, "reviewer", by=analyst)
    submit(draft, by=analyst)
    page = reverse("notification_list")
    assert case.title in shown(of(rosa), page)
    review.start_thread(
        Assessment.objects.get(pk=draft.pk),
        by=analyst,
        anchor="measure",
        code="enc.remind",
        text="See",
        mentions=[rosa],
    )
    remove_member(member, by=analyst)
    Case.objects.filter(pk=case.pk).update(title="A new and secret title")
    for name in ("notification_list", "home", "case_list", "review_list"):
        said = shown(of(rosa), reverse(name))
        assert case.title not in said, name
        assert "secret title" not in said, name
    assert "A case that you can no longer open" in shown(of(rosa), page)


def test_notifications_name_no_sensitive_case_to_people_without_a_second_factor(
    case: Case, draft: Assessment, analyst: User, person: Callable[..., User]
) -> None:
    rosa = person("rosa", "reviewer")
    set_member(case, rosa, "reviewer", by=analyst)
    submit(draft, by=analyst)
    Case.objects.update(confidentiality="sensitive")
    assert case.title not in shown(of(rosa), reverse("notification_list"))


def test_what_is_overdue_depends_on_whoever_leaves_too_and_what_was_followed_does_not(
    case: Case, analyst: User, sofia: User
) -> None:
    for measure in ("enc.remind", "pro.mediation"):
        record_step(
            case,
            by=analyst,
            measure=measure,
            actors=["dppa"],
            fact="requested",
            happened_on=date(2012, 1, 1),
            due_on=date(2012, 2, 1),
        )
    record_step(
        case,
        by=analyst,
        measure="enc.remind",
        actors=["dppa"],
        fact="delivered",
        happened_on=date(2012, 1, 20),
    )
    page = shown(of(sofia), reverse("person_leaving", args=[analyst.pk]))
    assert "Recorded 1 step that is still due." in page
