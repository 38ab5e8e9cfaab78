"""Deciding without drudgery: several recommendations at once, one after the other, and a sign-off
that names what is undecided and can be taken back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from cases.models import (
    ActorRequest,
    Assessment,
    Case,
    Event,
    MeasureDecision,
    ReviewDecision,
    Source,
    User,
)
from cases.queries.assessing.state import state_of
from cases.queries.followup import open_requests
from cases.queries.review import decided_rows
from cases.queries.waiting_reviews import reviews_asked_of
from cases.workflows import review
from cases.workflows.assessing.answering import AnswerInput, save_answer
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import set_member
from cases.workflows.errors import ReviewError
from cases.workflows.followup import record_step
from tests.clients import of, shown
from tests.conftest import with_second_factor


@pytest.fixture
def submitted(draft: Assessment, source: Source, analyst: User) -> Assessment:
    answers = {"phase": "ongoing", "consent": "refused", "group_tensions": 4, "rule_of_law_gap": 4}
    for code, value in answers.items():
        given = AnswerInput(code, "known", value, "low", "as told", frozenset([source.pk]))
        save_answer(draft, given, by=analyst, version=0)
    submit(draft, by=analyst)
    return Assessment.objects.get(pk=draft.pk)


def decide(client: Client, submitted: Assessment, measures: list[str], **data: str) -> Any:
    sent = {"measures": measures, "seen": submitted.snapshot.digest, "kind": "accept"} | data
    return client.post(reverse("review_several", args=[submitted.pk]), sent)


def sign(client: Client, submitted: Assessment, **data: str) -> Any:
    sent = {"kind": "sign_off", "seen": submitted.snapshot.digest} | data
    return client.post(reverse("assessment_review", args=[submitted.pk]), sent)


def withdraw(client: Client, submitted: Assessment, text: str = "A source was false.") -> Any:
    sent = {"text": text, "seen": submitted.snapshot.digest}
    return client.post(reverse("review_withdraw", args=[submitted.pk]), sent)


def codes(submitted: Assessment) -> dict[str, str]:
    return {row.measure.code: row.status for row in decided_rows(submitted)}


def test_several_recommendations_are_decided_on_at_once_each_as_its_status_asks(
    hers: Client, submitted: Assessment
) -> None:
    statuses = codes(submitted)
    assert {"recommended", "blocked"} <= set(statuses.values())
    assert decide(hers, submitted, list(statuses)).status_code == 302
    kinds = dict(MeasureDecision.objects.values_list("measure", "kind"))
    assert set(kinds) == set(statuses)
    for code, status in statuses.items():
        asked_for = status in ("recommended", "conditional")
        assert kinds[code] == ("endorse" if asked_for else "agree")
    asked = set(ActorRequest.objects.values_list("measure", flat=True))
    assert all(statuses[code] in ("recommended", "conditional") for code in asked)


def test_one_reason_applies_to_all_that_are_rejected(hers: Client, submitted: Assessment) -> None:
    some = list(codes(submitted))[:3]
    refused = decide(hers, submitted, some, kind="reject")
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "Enter a reason. The author will read it." in page
    assert page.count("checked") >= 3, "what was ticked stays ticked"
    decide(hers, submitted, some, kind="reject", text="Too late.")
    decided = MeasureDecision.objects.all()
    assert {(row.kind, row.text) for row in decided} == {("reject", "Too late.")}


def test_nothing_is_decided_where_one_of_several_cannot_be(
    hers: Client, submitted: Assessment, reviewer: User
) -> None:
    assert decide(hers, submitted, []).status_code == 422
    assert decide(hers, submitted, ["cap.nothing"]).status_code == 422
    other = decide(hers, submitted, list(codes(submitted)), seen="0" * 64)
    assert "What you read is not the submitted assessment" in other.content.decode()
    with pytest.raises(ReviewError):
        review.decide_on_measures(
            submitted,
            list(codes(submitted)),
            "endorse",
            by=reviewer,
            seen=submitted.snapshot.digest,
        )
    assert not MeasureDecision.objects.exists()


def test_the_answers_their_grounds_and_the_actors_are_beside_each_decision(
    hers: Client, submitted: Assessment
) -> None:
    code = next(iter(codes(submitted)))
    for address in (
        reverse("assessment_review", args=[submitted.pk]),
        reverse("measure_review", args=[submitted.pk, code]),
    ):
        page = " ".join(hers.get(address).content.decode().split())
        for said in ("confidence low", "as told", "A report<", "reliability A", "By whom:"):
            assert said in page


def test_save_and_next_goes_from_one_undecided_recommendation_to_the_next(
    hers: Client, submitted: Assessment
) -> None:
    statuses = codes(submitted)
    address, seen = reverse("measure_review", args=[submitted.pk, next(iter(statuses))]), []
    while "/measures/" in address:
        code = address.rstrip("/").rpartition("/")[2]
        seen.append(code)
        kind = "endorse" if statuses[code] in ("recommended", "conditional") else "agree"
        data = {"act": "decide", "kind": kind, "seen": submitted.snapshot.digest, "next": "1"}
        address = hers.post(address, data)["Location"]
    assert seen == list(statuses)
    assert address == reverse("assessment_review", args=[submitted.pk])


def test_a_sign_off_lists_what_is_undecided_and_asks_to_be_confirmed(
    hers: Client, submitted: Assessment
) -> None:
    statuses = codes(submitted)
    decide(hers, submitted, list(statuses)[1:])
    refused = sign(hers, submitted)
    page = refused.content.decode()
    title = decided_rows(submitted)[0].measure.title
    assert refused.status_code == 422
    assert "Nobody has decided on 1 recommendation" in page
    assert f"Undecided: {title}." in page
    assert not ReviewDecision.objects.exists()
    assert sign(hers, submitted, despite="on").status_code == 302


def test_a_sign_off_with_everything_decided_needs_no_confirmation(
    hers: Client, submitted: Assessment
) -> None:
    decide(hers, submitted, list(codes(submitted)))
    assert sign(hers, submitted).status_code == 302
    assert state_of(Assessment.objects.get(pk=submitted.pk)).is_valid


def test_a_sign_off_is_withdrawn_with_a_reason_and_can_be_given_again(
    hers: Client, submitted: Assessment, reviewer: User, analyst: User
) -> None:
    decide(hers, submitted, list(codes(submitted)))
    sign(hers, submitted)
    assert open_requests(Assessment.objects.all()).exists()
    assert withdraw(hers, submitted, "").status_code == 422
    assert withdraw(hers, submitted).status_code == 302
    current = Assessment.objects.get(pk=submitted.pk)
    assert current.review_state == "pending"
    assert state_of(current).decisions == ()
    assert not open_requests(Assessment.objects.all()).exists(), "nobody is asked any longer"
    assert submitted in reviews_asked_of(reviewer), "it is back in the reviewer's list"
    event = Event.objects.get(verb=Event.Verb.SIGN_OFF_WITHDRAWN)
    assert event.data["text"] == "A source was false."
    assert analyst.notifications.filter(event=event).exists()
    assert withdraw(hers, submitted).status_code == 422, "once"
    assert sign(hers, submitted).status_code == 302
    assert Assessment.objects.get(pk=submitted.pk).review_state == "signed_off"


def test_a_sign_off_stays_once_somebody_has_acted_on_it(
    hers: Client, submitted: Assessment, case: Case, analyst: User
) -> None:
    statuses = codes(submitted)
    decide(hers, submitted, list(statuses))
    sign(hers, submitted)
    record_step(
        case,
        by=analyst,
        measure=next(iter(statuses)),
        fact="requested",
        actors=["dppa"],
        happened_on=None,
        due_on=None,
        note="",
        source=None,
    )
    page = hers.get(reverse("assessment_review", args=[submitted.pk])).content.decode()
    assert "It can no longer be withdrawn: Ada recorded a step" in " ".join(page.split())
    refused = withdraw(hers, submitted)
    assert refused.status_code == 422
    assert Assessment.objects.get(pk=submitted.pk).review_state == "signed_off"


def test_nobody_withdraws_the_sign_off_of_another(
    hers: Client, submitted: Assessment, case: Case, analyst: User, person: Callable[..., User]
) -> None:
    sign(hers, submitted, despite="on")
    other = person("otto", "reviewer")
    set_member(case, other, "reviewer", by=analyst)
    his = Client()
    his.force_login(other)
    assert withdraw(his, submitted).status_code == 422
    page = his.get(reverse("assessment_review", args=[submitted.pk])).content.decode()
    assert "Withdraw your sign-off" not in page


def test_one_of_two_sign_offs_of_a_sensitive_case_can_be_withdrawn(
    hers: Client, submitted: Assessment, reviewer: User
) -> None:
    Case.objects.update(confidentiality="sensitive")
    with_second_factor(*User.objects.all())
    sign(hers, submitted, despite="on")
    assert withdraw(hers, submitted).status_code == 302
    assert sign(hers, submitted, despite="on").status_code == 302
    assert Assessment.objects.get(pk=submitted.pk).review_state == "pending"
    assert state_of(Assessment.objects.get(pk=submitted.pk)).people == [reviewer]


def test_the_database_refuses_a_second_sign_off_that_nobody_withdrew(
    hers: Client, submitted: Assessment, reviewer: User
) -> None:
    sign(hers, submitted, despite="on")
    with pytest.raises(IntegrityError):
        ReviewDecision.objects.create(
            assessment=submitted,
            author=submitted.author,
            reviewer=reviewer,
            kind="sign_off",
            digest=submitted.snapshot.digest,
        )


def test_what_was_signed_off_once_in_a_sensitive_case_says_why_it_needs_a_second_sign_off(
    hers: Client, submitted: Assessment, case: Case, analyst: User
) -> None:
    Case.objects.update(confidentiality="sensitive")
    with_second_factor(*User.objects.all())
    sign(hers, submitted, despite="on")
    his = of(analyst)
    edit = reverse("case_edit", args=[case.pk])
    assert "has one of two sign-offs" in shown(his, edit)
    assert "two reviewers sign off each of its assessments" in shown(his, edit)

    case.refresh_from_db()
    fields = {name: getattr(case, name) for name in ("title", "place", "populations", "summary")}
    sent = fields | {"countries": case.country_codes, "version": case.version}
    his.post(reverse("account_reauthenticate"), {"password": "a long password"})
    saved = his.post(edit, sent | {"confidentiality": "restricted"}, follow=True)
    why = "still needs a second sign-off: the case was sensitive when the first one was given"
    assert why in " ".join(saved.content.decode().split())
    assert why in shown(his, edit)

    page = shown(hers, reverse("assessment_review", args=[submitted.pk]))
    assert "1 of 2 sign-offs" in page
    assert "The case was sensitive when Rosa signed this off" in page
    advice = shown(hers, reverse("assessment_advice", args=[submitted.pk]))
    assert "Signed off by Rosa, one of two: the case was sensitive then" in advice
    assert withdraw(hers, submitted).status_code == 302
    assert sign(hers, submitted, despite="on").status_code == 302
    assert Assessment.objects.get(pk=submitted.pk).review_state == "signed_off"
    assert "the case was sensitive then" not in shown(
        hers, reverse("assessment_advice", args=[submitted.pk])
    )


def test_what_was_signed_off_stays_so_when_its_case_becomes_sensitive_and_says_why(
    hers: Client, submitted: Assessment
) -> None:
    sign(hers, submitted, despite="on")
    Case.objects.update(confidentiality="sensitive")
    with_second_factor(*User.objects.all())
    page = shown(hers, reverse("assessment_review", args=[submitted.pk]))
    assert "1 of 1 sign-off" in page
    assert "The case was not sensitive when this was signed off" in page
