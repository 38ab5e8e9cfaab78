"""What people who leave were given goes back, and nobody is left waiting for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.urls import reverse

from cases.models import Assessment, Case, Edition, Event, Notification, User
from cases.queries.review import returned_to
from cases.queries.waiting_reviews import reviews_asked_of
from cases.workflows import review
from cases.workflows.assessing.answering import start_assessment
from cases.workflows.assessing.second_assessment import start_second_assessment
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import remove_member, set_member, set_team
from cases.workflows.followup import record_step
from cases.workflows.people.accounts import change_person, save_team
from tests.clients import shown
from tests.people.signing_in import of


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
