"""Whoever submits an assessment, and others later, say who is asked to review it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse

from cases.models import Assessment, Case, Notification, User
from cases.workflows import review
from cases.workflows.assessing.answering import AnswerInput, save_answer
from cases.workflows.casework import set_team
from cases.workflows.errors import ReviewError
from cases.workflows.people.accounts import save_team
from tests.clients import of


@pytest.fixture
def ravi(person: Callable[..., User], case: Case, analyst: User) -> User:
    """A reviewer through a team."""
    found = person("ravi", "reviewer")
    set_team(
        case, save_team(None, by=analyst, name="Reviewers", members=[found]), "reviewer", by=analyst
    )
    return found


def waits_for(user: User, assessment: Assessment) -> bool:
    return (
        reverse("assessment_review", args=[assessment.pk])
        in of(user).get(reverse("home")).content.decode()
    )


def test_whoever_submits_may_name_who_is_asked_to_review(
    draft: Assessment, analyst: User, reviewer: User, ravi: User
) -> None:
    save_answer(draft, AnswerInput("phase", "known", "ongoing"), by=analyst, version=0)
    page = of(analyst).get(reverse("assessment_submit", args=[draft.pk]))
    assert "Rosa" in page.content.decode()
    data = {"comment": "early", "reviewers": [reviewer.pk]}
    assert of(analyst).post(reverse("assessment_submit", args=[draft.pk]), data).status_code == 302
    assert list(draft.reviewers.all()) == [reviewer]
    assert (waits_for(reviewer, draft), waits_for(ravi, draft)) == (True, False)
    assert set(Notification.objects.values_list("person__username", flat=True)) == {"rosa"}
    assert "Asked to review it: Rosa" in " ".join(
        of(analyst).get(reverse("assessment_review", args=[draft.pk])).content.decode().split()
    )


def test_where_nobody_is_named_every_reviewer_is_asked(
    submitted: Assessment, reviewer: User, ravi: User
) -> None:
    assert waits_for(reviewer, submitted)
    assert waits_for(ravi, submitted)


def test_asking_others_later_tells_only_those_who_are_new_and_is_an_event(
    submitted: Assessment, case: Case, analyst: User, reviewer: User, ravi: User
) -> None:
    address = reverse("assessment_reviewers", args=[submitted.pk])
    of(analyst).post(address, {"reviewers": [reviewer.pk]})
    assert of(analyst).post(address, {"reviewers": [reviewer.pk, ravi.pk]}).status_code == 302
    of(analyst).post(address, {"reviewers": [reviewer.pk, ravi.pk]})
    told = (
        Notification.objects.filter(kind="assigned")
        .order_by("pk")
        .values_list("person__username", flat=True)
    )
    assert list(told) == ["rosa", "ravi"]
    events = [
        event.data["reviewers"]
        for event in case.events.filter(verb="reviewers_assigned").order_by("pk")
    ]
    assert events == [["Rosa"], ["Rosa", "Ravi"]] or events == [["Rosa"], ["Ravi", "Rosa"]]


def test_nobody_is_asked_who_may_not_review(
    submitted: Assessment, analyst: User, reviewer: User, person: Callable[..., User]
) -> None:
    outsider = person("eve", "reviewer")
    for someone in (outsider, analyst):
        address = reverse("assessment_reviewers", args=[submitted.pk])
        refused = of(analyst).post(address, {"reviewers": [someone.pk]})
        assert refused.status_code == 422
        assert "not a reviewer of the case" in refused.content.decode()
        with pytest.raises(ReviewError, match="no-reviewer"):
            review.assign_reviewers(submitted, [someone], by=analyst)
    assert not submitted.reviewers.exists()


def test_once_the_review_is_over_nobody_is_asked_any_more(
    submitted: Assessment, analyst: User, reviewer: User
) -> None:
    review.decide_on_review(submitted, "sign_off", by=reviewer, seen=submitted.snapshot.digest)
    refused = of(analyst).post(
        reverse("assessment_reviewers", args=[submitted.pk]), {"reviewers": [reviewer.pk]}
    )
    assert refused.status_code == 422
    assert "has changed since you opened this page" in refused.content.decode()


def test_a_reviewer_who_was_not_asked_may_still_review(
    submitted: Assessment, analyst: User, reviewer: User, ravi: User
) -> None:
    review.assign_reviewers(submitted, [reviewer], by=analyst)
    data = {"kind": "sign_off", "despite": "on", "seen": submitted.snapshot.digest}
    assert of(ravi).post(reverse("assessment_review", args=[submitted.pk]), data).status_code == 302
