"""What actors are asked: only what was decided, and until it is done, withdrawn or superseded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import ActorRequest, Assessment, Case, Edition, User
from cases.queries.assessing.state import state_of
from cases.queries.editions.rulebooks import rulebook_of
from cases.queries.followup import open_requests, requests_to_actor, withdrawn_in
from cases.workflows import review
from cases.workflows.assessing.answering import AnswerInput, save_answer, start_assessment
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import set_member
from cases.workflows.errors import ReviewError
from cases.workflows.followup import record_step
from tests.clients import of, shown
from tests.followup.asking import (
    DAY,
    MEASURE,
    actors_of,
    assessed,
    conclude,
    decide,
    endorse_and_sign_off,
)


def status(assessment: Assessment, measure: str) -> str:
    found: str = assessment.snapshot.content["advice"]["measures"][measure]["status"]
    return found


def asked(user: User, actor: str) -> list[Assessment]:
    return [request.assessment for request in requests_to_actor(user, actor)]


def test_actors_are_asked_only_once_the_assessment_is_signed_off(
    case: Case, edition: Edition, reviewer: User
) -> None:
    pending, returned = assessed(case, DAY, edition), assessed(case, DAY, edition)
    actor = min(actors_of(pending))
    for assessment in (pending, returned):
        decide(assessment, "endorse", reviewer)
    conclude(returned, "return", reviewer)
    assert asked(reviewer, actor) == []
    conclude(pending, "sign_off", reviewer)
    assert asked(reviewer, actor) == [pending]


@pytest.mark.parametrize("contrary", ["reject", "ask"])
def test_nobody_is_asked_for_what_another_reviewer_does_not_agree_to(
    contrary: str, case: Case, edition: Edition, reviewer: User, person: Callable[..., User]
) -> None:
    ravi, assessment = person("ravi", "reviewer"), assessed(case, DAY, edition)
    set_member(case, ravi, "reviewer", by=case.owner)
    decide(assessment, "endorse", reviewer)
    decide(assessment, contrary, ravi)
    conclude(assessment, "sign_off", reviewer)
    actor = min(actors_of(assessment))
    assert asked(reviewer, actor) == []
    decide(assessment, "endorse", ravi)
    assert asked(reviewer, actor) == [assessment], "once, although two endorse it"


def test_agreeing_that_a_measure_is_blocked_asks_nobody_and_has_a_label_of_its_own(
    case: Case, edition: Edition, analyst: User, reviewer: User
) -> None:
    draft = start_assessment(case, by=analyst, as_of=DAY, edition=edition)
    for code, value in (("phase", "imminent"), ("consent", "refused"), ("rule_of_law_gap", 4)):
        save_answer(draft, AnswerInput(code, "known", value), by=analyst, version=0)
    submit(draft, by=analyst)
    assessment = Assessment.objects.get(pk=draft.pk)
    measures = rulebook_of(edition.pk).measures
    measure = next(code for code in measures if status(assessment, code) == "blocked")
    page = reverse("measure_review", args=[assessment.pk, measure])
    offered = shown(of(reviewer), page)
    assert "Agree that it is blocked" in offered
    assert 'value="endorse"' not in offered
    with pytest.raises(ReviewError, match="other-status"):
        decide(assessment, "endorse", reviewer, measure)
    data = {"act": "decide", "kind": "agree", "seen": assessment.snapshot.digest}
    assert of(reviewer).post(page, data).status_code == 302
    conclude(assessment, "sign_off", reviewer)
    assert not ActorRequest.objects.exists()
    assert "Agreed that it is blocked" in shown(
        of(analyst), reverse("measure_in_advice", args=[assessment.pk, measure])
    )


def test_superseding_an_assessment_withdraws_what_the_new_one_does_not_ask_and_says_so(
    case: Case, edition: Edition, reviewer: User
) -> None:
    old = assessed(case, DAY, edition)
    endorse_and_sign_off(old, reviewer)
    actor = min(actors_of(old))
    new = assessed(case, DAY + timedelta(days=300), edition)
    page = reverse("assessment_review", args=[new.pk])
    said = (
        of(reviewer)
        .post(page, {"kind": "sign_off", "seen": new.snapshot.digest, "despite": "on"}, follow=True)
        .content.decode()
    )
    assert "withdrawn" in said
    assert asked(reviewer, actor) == []
    assert {row.measure for row in withdrawn_in(old)} == {
        rulebook_of(edition.pk).measures[MEASURE].title
    }
    assert "No longer asked of it" in shown(of(reviewer), reverse("actor_detail", args=[actor]))
    event = case.events.filter(verb="signed_off").last()
    assert event is not None
    assert {"measure": MEASURE, "actor": actor} in event.data["withdrawn"]


def test_withdrawing_a_sign_off_says_which_advice_and_requests_count_again(
    case: Case, edition: Edition, reviewer: User, person: Callable[..., User]
) -> None:
    colleague = person("cora", "analyst")
    set_member(case, colleague, "contributor", by=case.owner)
    old = assessed(case, DAY, edition, author=colleague)
    endorse_and_sign_off(old, reviewer)
    new = assessed(case, DAY + timedelta(days=300), edition)
    conclude(new, "sign_off", reviewer)
    again = asked_in(old)
    number = len(again)
    assert number > 1
    assert not asked_in(new), "the newer advice withdrew all requests"

    page = shown(of(reviewer), reverse("assessment_review", args=[new.pk]))
    assert "The assessment of 1 Mar 2011</a> will count again" in page
    assert f"{number} requests to actors will be made again" in page
    assert "will be withdrawn" not in page

    sent = {"text": "A source was false.", "seen": new.snapshot.digest}
    address = reverse("review_withdraw", args=[new.pk])
    answer = of(reviewer).post(address, sent, follow=True).content.decode()
    assert f"counts again. {number} requests to actors are made again." in " ".join(answer.split())
    assert {(row.measure, row.actor) for row in open_requests(Assessment.objects.all())} == again
    event = case.events.get(verb="sign_off_withdrawn")
    assert {(row["measure"], row["actor"]) for row in event.data["made_again"]} == again
    assert event.data["counts_again"] == str(old.pk)
    assert colleague.notifications.filter(event=event).exists(), "the author of what counts again"


def test_withdrawing_a_sign_off_says_which_requests_end(
    case: Case, edition: Edition, reviewer: User, person: Callable[..., User]
) -> None:
    other = person("otto", "reviewer")
    set_member(case, other, "reviewer", by=case.owner)
    only = assessed(case, DAY, edition)
    endorse_and_sign_off(only, reviewer)
    number = len(asked_in(only))
    page = shown(of(reviewer), reverse("assessment_review", args=[only.pk]))
    assert "No other assessment of this case counts as signed off." in page
    assert f"{number} requests to actors will be withdrawn" in page
    assert "will be made again" not in page

    change = review.withdraw_sign_off(
        only, by=reviewer, text="A source was false.", seen=only.snapshot.digest
    )
    assert (len(change.withdrawn), change.made_again) == (number, ())
    event = case.events.get(verb="sign_off_withdrawn")
    assert other.notifications.filter(event=event).exists(), "it awaits this person's review again"


def asked_in(assessment: Assessment) -> set[tuple[str, str]]:
    """The measures and actors of an assessment's requests."""
    return set(assessment.actor_requests.values_list("measure", "actor"))


def test_withdrawing_the_sign_off_of_superseded_advice_changes_nothing_for_actors(
    case: Case, edition: Edition, reviewer: User
) -> None:
    first, newer = assessed(case, DAY, edition), assessed(case, DAY + timedelta(days=9), edition)
    for assessment in (first, newer):
        conclude(assessment, "sign_off", reviewer)
    page = shown(of(reviewer), reverse("assessment_review", args=[first.pk]))
    assert "A later assessment has superseded it, so nothing changes for actors." in page


def test_what_the_new_assessment_asks_again_is_not_withdrawn(
    case: Case, edition: Edition, reviewer: User
) -> None:
    old, new = assessed(case, DAY, edition), assessed(case, DAY + timedelta(days=9), edition)
    for assessment in (old, new):
        endorse_and_sign_off(assessment, reviewer)
    assert withdrawn_in(old) == ()
    assert asked(reviewer, min(actors_of(new))) == [new]


def test_an_earlier_situation_that_is_signed_off_later_supersedes_nothing(
    case: Case, edition: Edition, reviewer: User
) -> None:
    new, old = assessed(case, DAY, edition), assessed(case, DAY - timedelta(days=90), edition)
    for assessment in (new, old):
        endorse_and_sign_off(assessment, reviewer)
    assert asked(reviewer, min(actors_of(new))) == [new]
    assert (state_of(old).superseded_by, state_of(new).is_valid) == (new, True)


@pytest.mark.parametrize(
    ("who", "when", "closes"),
    [
        ("other", date(1999, 6, 1), False),
        ("actor", date(1999, 6, 1), False),
        ("other", DAY + timedelta(days=5), False),
        ("actor", DAY - timedelta(days=1), False),
        ("actor", DAY, True),
        ("actor", DAY + timedelta(days=5), True),
        ("actor", None, True),
    ],
)
def test_a_request_ends_only_with_a_step_of_that_actor_dated_after_it(
    who: str, when: date | None, closes: bool, case: Case, edition: Edition, reviewer: User
) -> None:
    assessment = assessed(case, DAY, edition)
    endorse_and_sign_off(assessment, reviewer)
    actor = min(actors_of(assessment))
    by = [actor] if who == "actor" else ["no_such_actor"]
    record_step(case, by=case.owner, measure=MEASURE, fact="delivered", actors=by, happened_on=when)
    assert asked(reviewer, actor) == ([] if closes else [assessment])


def test_a_step_without_a_date_ends_a_request_of_today_wherever_one_reads_it(
    case: Case, edition: Edition, reviewer: User
) -> None:
    today_in_auckland = timezone.localdate(timezone=ZoneInfo("Pacific/Auckland"))
    assessment = assessed(case, today_in_auckland, edition)
    endorse_and_sign_off(assessment, reviewer)
    actor = min(actors_of(assessment))
    record_step(case, by=case.owner, measure=MEASURE, fact="delivered", actors=[actor])
    for zone in ("Pacific/Auckland", "UTC", "America/Los_Angeles"):
        with timezone.override(zone):
            assert asked(reviewer, actor) == [], zone


def test_a_step_says_which_requests_it_ends_and_its_removal_which_are_open_again(
    case: Case, edition: Edition, analyst: User, reviewer: User
) -> None:
    assessment = assessed(case, DAY, edition)
    endorse_and_sign_off(assessment, reviewer)
    actors = sorted(actors_of(assessment))[:2]
    his = of(analyst)
    sent = {"measure": MEASURE, "fact": "delivered", "actors": actors}
    said = his.post(reverse("step_new", args=[case.pk]), sent, follow=True).content.decode()
    assert "2 requests to actors end with this." in said
    remove = reverse("step_remove", args=[case.pk, case.steps.get().pk])
    assert "A request to an actor that ended with it is open again." in shown(his, remove)
    assert "2 requests to actors are open now." in his.post(remove, follow=True).content.decode()


def test_a_decision_on_signed_off_advice_says_which_requests_end_and_notifies_its_author(
    case: Case, edition: Edition, analyst: User, reviewer: User
) -> None:
    assessment = assessed(case, DAY, edition)
    endorse_and_sign_off(assessment, reviewer)
    number, hers = len(asked_in(assessment)), of(reviewer)
    page = reverse("measure_review", args=[assessment.pk, MEASURE])
    assert "changes at once what actors are asked" in shown(hers, page)
    sent = {"act": "decide", "kind": "reject", "text": "No.", "seen": assessment.snapshot.digest}
    said = hers.post(page, sent, follow=True).content.decode()
    assert f"{number} requests to actors end with this." in said
    event = case.events.filter(verb="recommendation_decided").last()
    assert analyst.notifications.filter(event=event).exists()
