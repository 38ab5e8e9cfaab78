"""The record of what was done: complete, chained, and told to those who should know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from cases.models import Answer, Assessment, Case, User
from cases.rulebook.document import digest_of
from cases.workflows import events
from cases.workflows.answering import Given, save_answer
from cases.workflows.filing import add_source, remove_member, revise_case, revise_source, set_member
from cases.workflows.submitting import submit


def test_each_act_on_a_case_is_one_event_that_follows_the_last(
    case: Case, analyst: User, person: Callable[..., User]
) -> None:
    source = add_source(case, by=analyst, title="Report", publisher="OHCHR", reliability="A")
    revise_source(source, by=analyst, title="Report, revised")
    member = set_member(case, person("bea", "analyst"), "contributor", by=analyst)
    remove_member(member, by=analyst)
    revise_case(case, by=analyst, version=1, countries=["MLI", "NER"], title="New title")
    rows = list(case.events.order_by("pk"))
    assert [row.verb for row in rows] == [
        "case_logged",
        "source_added",
        "source_revised",
        "member_set",
        "member_removed",
        "case_revised",
    ]
    previous = ""
    for row in rows:
        assert row.previous == previous
        assert row.digest == digest_of(events.says(row))
        previous = row.digest
    assert rows[-1].data["changed"]["title"] == ["Violence in the north", "New title"]


def test_an_event_that_is_changed_no_longer_fits_its_digest(case: Case) -> None:
    event = case.events.get()
    event.data = event.data | {"title": "Something else"}
    assert event.digest != digest_of(events.says(event))


def test_a_submission_is_told_to_owner_and_reviewers_without_naming_the_case(
    draft: Assessment,
    case: Case,
    analyst: User,
    person: Callable[..., User],
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    author = person("bea", "analyst")
    set_member(case, author, "contributor", by=analyst)
    set_member(case, person("rhea", "reviewer"), "reviewer", by=analyst)
    set_member(case, person("ron", "reviewer"), "reader", by=analyst)
    with django_capture_on_commit_callbacks(execute=True):
        submit(draft, by=author)
    assert sorted(message.to[0] for message in mail.outbox) == ["ada@example.org", "rhea@example.org"]
    for message in mail.outbox:
        assert str(draft.pk) in message.body
        assert case.title not in message.subject + message.body
        assert "Mali" not in message.subject + message.body


def test_a_broker_that_is_away_does_not_undo_a_submission(
    draft: Assessment,
    analyst: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    def away(*args: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr("cases.tasks.tell_of_submission.delay", away)
    with django_capture_on_commit_callbacks() as callbacks:
        submit(draft, by=analyst)
    assert len(callbacks) == 1
    draft.refresh_from_db()
    assert not draft.is_draft


def test_the_database_keeps_one_answer_to_a_question_and_values_only_where_known(
    draft: Assessment, analyst: User
) -> None:
    save_answer(draft, Given("phase", "known", "rising"), by=analyst, version=0)
    for row in (
        Answer(assessment=draft, question="phase", state="known", value="latent", answered_by=analyst),
        Answer(assessment=draft, question="consent", state="unknown", value="given", answered_by=analyst),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()
