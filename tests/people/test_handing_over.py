"""Cases go on when their owner leaves, and nobody takes one over alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Assessment, Case, Notification, TransferProposal, User
from cases.queries.leaving import transfer_to_confirm, transfers_confirmed_by, transfers_to
from cases.workflows.casework import remove_member, set_member, set_team
from cases.workflows.errors import TransferError
from cases.workflows.followup import record_step
from cases.workflows.people.accounts import change_person, save_team
from cases.workflows.people.leaving import agree_to_transfer, confirm_transfer, propose_transfer
from tests.clients import shown
from tests.making import make_case
from tests.people.signing_in import of


def deactivate(client: Client, user: User) -> Any:
    roles = list(user.groups.values_list("name", flat=True))
    data = {"email": user.email, "first_name": user.first_name, "roles": roles}
    return client.post(reverse("person_edit", args=[user.pk]), data)


def three_days_later() -> None:
    """What happens three days after cases were proposed to new owners."""
    TransferProposal.objects.update(proposed_at=timezone.now() - timedelta(days=3))


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


def test_what_does_not_depend_on_a_person_is_not_listed(
    case: Case, analyst: User, sofia: User
) -> None:
    page = shown(of(sofia), reverse("person_edit", args=[analyst.pk]))
    assert "Owns 1 case. It needs a new owner, who has to agree." in page
    assert "0 reviews" not in page
    assert "0 drafts" not in page
    assert "0 steps" not in page
    Case.objects.all().update(owner=sofia)
    leaving = reverse("person_leaving", args=[analyst.pk])
    assert "Nothing depends on this person." in shown(of(sofia), leaving)


def test_cases_without_a_title_are_told_apart_before_and_after_they_are_proposed(
    case: Case, analyst: User, sofia: User, person: Callable[..., User]
) -> None:
    bea, client = person("bea", "analyst"), of(sofia)
    other = make_case(analyst, "Elsewhere", "SDN")
    Case.objects.filter(pk=other.pk).update(confidentiality="restricted")
    deactivate(client, analyst)
    leaving = reverse("person_leaving", args=[analyst.pk])
    before = shown(client, leaving)
    assert f"({str(case.pk)[:8]})" in before
    assert f"({str(other.pk)[:8]})" in before
    client.post(leaving, {"cases": [case.pk, other.pk], "to": bea.pk})
    after = shown(client, leaving)
    assert f"({str(case.pk)[:8]})" in after
    assert f"({str(other.pk)[:8]})" in after
    assert "Elsewhere" not in after
    Case.objects.filter(pk=other.pk).update(confidentiality="open")
    home = shown(of(bea), reverse("home"))
    assert "Elsewhere" in home
    assert "A case owned by Ada" in home
    assert case.title not in home


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
    asked = "proposes Bea (bea) as the new owner. Confirm or refuse this"
    assert asked in shown(of(rosa), reverse("home"))
    assert asked not in shown(of(bea), reverse("home"))
    assert asked not in shown(of(left.proposed_by), reverse("home"))
    of(rosa).post(confirm, {"act": "confirm"})
    assert "as the new owner" not in shown(of(rosa), case.get_absolute_url())
    assert asked not in shown(of(rosa), reverse("home"))
    assert "Take it over" in shown(of(bea), decide)
    of(bea).post(decide, {"act": "agree"})
    case.refresh_from_db()
    assert case.owner == bea
    verbs = ["transfer_proposed", "transfer_confirmed", "case_transferred"]
    assert list(case.events.filter(verb__contains="transfer").values_list("verb", flat=True)) == (
        verbs
    )


def test_whom_a_page_of_a_case_asks_to_confirm_an_owner_finds_it_on_the_home_page(
    left: TransferProposal, case: Case, person: Callable[..., User], sofia: User
) -> None:
    ina, eve = person("ina", "analyst"), person("eve", "analyst")
    team = save_team(None, by=sofia, name="Desk", members=[ina])
    set_team(case, team, "contributor", by=case.owner)
    case.refresh_from_db()

    def agree() -> None:
        for someone in (User.objects.get(username="rosa"), ina, eve, left.to, sofia, case.owner):
            listed = list(transfers_confirmed_by(someone))
            asked = transfer_to_confirm(case, someone)
            assert listed == ([asked] if asked else []), someone

    agree()
    assert list(transfers_confirmed_by(ina)) == [left]
    Case.objects.filter(pk=case.pk).update(confidentiality="open")
    agree()
    set_member(case, left.to, "reader", by=case.owner)
    agree()
    assert list(transfers_confirmed_by(ina)) == []


@pytest.mark.parametrize("act", [{}, {"act": "yes"}])
def test_a_form_that_chooses_nothing_settles_no_proposal(
    left: TransferProposal, case: Case, act: dict[str, str]
) -> None:
    said = "Nothing was decided. Choose one of the buttons."
    rosa = User.objects.get(username="rosa")
    confirm = reverse("transfer_confirm", args=[case.pk])
    assert said in of(rosa).post(confirm, act, follow=True).content.decode()
    decide = reverse("transfer_decide", args=[left.pk])
    assert said in of(left.to).post(decide, act, follow=True).content.decode()
    left.refresh_from_db()
    assert (left.state, left.confirmed_by) == (TransferProposal.State.OPEN, None)


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
