"""The record of what was done: complete, chained, and told to those who should know."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases import append_only
from cases.models import Answer, Assessment, Case, Event, EventChain, Notification, User
from cases.queries.record import event_digest, faults, seal_of
from cases.workflows.assessing.answering import AnswerInput, save_answer
from cases.workflows.assessing.attachments import add_attachment
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import (
    add_source,
    remove_member,
    revise_case,
    revise_source,
    set_member,
)
from tests.conftest import make_sensitive, without_triggers


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
        assert row.digest == event_digest(row)
        previous = row.digest
    assert rows[-1].data["changed"]["title"] == ["Violence in the north", "New title"]


def test_an_event_that_is_changed_no_longer_fits_its_digest(case: Case) -> None:
    event = case.events.get()
    event.data = event.data | {"title": "Something else"}
    assert event.digest != event_digest(event)


def test_a_submission_is_announced_to_owner_and_reviewers_without_naming_the_case(
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
    assert sorted(message.to[0] for message in mail.outbox) == [
        "ada@example.org",
        "rhea@example.org",
    ]
    for message in mail.outbox:
        notification = Notification.objects.get(person__email=message.to[0])
        link = reverse("notification_open", args=[notification.pk])
        assert link in message.body
        reader = Client()
        reader.force_login(notification.person)
        assert str(draft.pk) in reader.get(link)["Location"]
        text = f"{message.subject} {message.body}"
        assert case.title not in text
        assert "Mali" not in text


def test_a_broker_that_is_away_does_not_undo_a_submission(
    draft: Assessment,
    analyst: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    def away(*args: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr("cases.tasks.mail.mail_event.delay", away)
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        submit(draft, by=analyst)
    assert len(callbacks) == 1
    draft.refresh_from_db()
    assert not draft.is_draft


def test_the_database_keeps_one_answer_to_a_question_and_values_only_where_known(
    draft: Assessment, analyst: User
) -> None:
    save_answer(draft, AnswerInput("phase", "known", "rising"), by=analyst, version=0)
    for row in (
        Answer(
            assessment=draft, question="phase", state="known", value="latent", answered_by=analyst
        ),
        Answer(
            assessment=draft,
            question="consent",
            state="unknown",
            value="given",
            answered_by=analyst,
        ),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()


def many_acts(case: Case, analyst: User, number: int = 6) -> list[Event]:
    for place in range(number):
        add_source(case, by=analyst, title=f"Report {place}", publisher="OHCHR", reliability="A")
    return list(case.events.order_by("pk"))


@pytest.mark.parametrize(
    "act",
    [
        lambda event: Event.objects.filter(pk=event.pk).update(data={}),
        lambda event: event.save(),
        lambda event: event.delete(),
        lambda event: Event.objects.all().delete(),
    ],
)
def test_the_database_itself_refuses_to_change_or_remove_an_event(
    case: Case, act: Callable[[Event], Any]
) -> None:
    event = case.events.get()
    with (
        pytest.raises(DatabaseError, match=append_only.refusal("cases_event")),
        transaction.atomic(),
    ):
        act(event)
    assert Event.objects.get(case=case).data["title"] == case.title


def verified() -> str:
    out = StringIO()
    with suppress(CommandError):
        call_command("verify_events", stdout=out)
    return out.getvalue()


def test_a_record_that_nobody_has_touched_is_whole(case: Case, analyst: User) -> None:
    events = many_acts(case, analyst)
    assert f"{len(events)} events in 2 chains: the record is intact" in verified()


def test_an_altered_event_is_found_and_named(case: Case, analyst: User) -> None:
    event = many_acts(case, analyst)[3]
    with without_triggers() as sql:
        sql.execute("UPDATE cases_event SET verb = 'case_revised' WHERE id = %s", [event.pk])
    assert [(fault.kind, fault.event) for fault in faults()] == [("altered", event.pk)]
    assert f"altered: event {event.pk} of case {case.pk}" in verified()


def test_an_event_rewritten_with_a_digest_that_fits_is_found_by_the_one_after_it(
    case: Case, analyst: User
) -> None:
    events = many_acts(case, analyst)
    event = events[3]
    event.verb = "case_revised"
    with without_triggers() as sql:
        sql.execute(
            "UPDATE cases_event SET verb = %s, digest = %s WHERE id = %s",
            ["case_revised", event_digest(event), event.pk],
        )
    assert [(fault.kind, fault.event) for fault in faults()] == [("missing", events[4].pk)]


def rewrite_without_the_key(case: Case, place: int) -> None:
    """Change an event as the owner of the database can: all later digests and the end as well."""
    previous = ""
    with without_triggers() as sql:
        for number, event in enumerate(case.events.order_by("pk")):
            event.previous, event.version = previous, 1
            if number == place:
                event.data = event.data | {"title": "Rewritten"}
            previous = event_digest(event)
            sql.execute(
                "UPDATE cases_event SET data = %s, previous = %s, digest = %s, version = 1"
                " WHERE id = %s",
                [json.dumps(event.data), event.previous, previous, event.pk],
            )
    EventChain.objects.filter(case=case).update(head=previous)


def test_an_owner_of_the_database_cannot_compute_the_digests_again(
    case: Case, analyst: User
) -> None:
    many_acts(case, analyst)
    rewrite_without_the_key(case, 3)
    assert [(fault.kind, fault.chain.case) for fault in faults()] == [("not sealed", case.pk)]
    # Nor does a later act hide it.
    add_source(case, by=analyst, title="Later", publisher="OHCHR", reliability="A")
    assert [fault.kind for fault in faults()] == ["not sealed"]


def test_another_key_does_not_fit_the_record(case: Case, settings: Any) -> None:
    assert not list(faults())
    settings.DATA_KEY = "another key"
    assert {fault.kind for fault in faults()} == {"altered", "not sealed"}


def test_events_from_before_digests_were_keyed_are_verified_still(
    case: Case, analyst: User
) -> None:
    many_acts(case, analyst)
    rewrite_without_the_key(case, place=-1)
    chain = EventChain.objects.get(case=case)
    chain.seal = seal_of(chain)  # as the migration seals it
    chain.save()
    assert not list(faults())
    add_source(case, by=analyst, title="Keyed", publisher="OHCHR", reliability="A")
    assert set(case.events.values_list("version", flat=True)) == {1, 2}
    assert not list(faults())
    with without_triggers() as sql:
        sql.execute(
            "UPDATE cases_event SET verb = 'commented' WHERE id = %s",
            [case.events.earliest("pk").pk],
        )
    assert [fault.kind for fault in faults()] == ["altered"]


def test_a_removed_event_is_found_by_the_one_after_it_and_at_the_end_by_the_chain(
    case: Case, analyst: User
) -> None:
    events = many_acts(case, analyst)
    with without_triggers() as sql:
        sql.execute("DELETE FROM cases_event WHERE id = %s", [events[2].pk])
    assert ("missing", events[3].pk) in [(fault.kind, fault.event) for fault in faults()]
    with without_triggers() as sql:
        sql.execute("DELETE FROM cases_event WHERE id = %s", [events[-1].pk])
    assert ("cut", events[-2].pk) in [(fault.kind, fault.event) for fault in faults()]
    with without_triggers() as sql:
        sql.execute("DELETE FROM cases_event WHERE case_id IS NOT NULL")
    assert [fault.kind for fault in faults()] == ["cut"]


def test_two_events_that_changed_places_are_found_and_named(case: Case, analyst: User) -> None:
    events = many_acts(case, analyst)
    one, other = events[2].pk, events[4].pk
    with without_triggers() as sql:
        for old, new in ((one, -1), (other, one), (-1, other)):
            sql.execute("UPDATE cases_event SET id = %s WHERE id = %s", [new, old])
    found = [(fault.kind, fault.event) for fault in faults()]
    assert {("reordered", one), ("reordered", other)} <= set(found)
    assert "reordered" in verified()


def test_reading_a_sensitive_case_and_downloading_a_file_leave_a_record(
    client: Client, case: Case, draft: Assessment, analyst: User
) -> None:
    client.force_login(analyst)
    client.get(case.get_absolute_url())
    assert not case.events.filter(verb="case_read").exists()
    make_sensitive()
    client.get(case.get_absolute_url())
    client.get(reverse("assessment_advice", args=[draft.pk]))
    read = case.events.filter(verb="case_read").order_by("pk")
    assert [event.data["page"] for event in read] == ["case_detail", "assessment_advice"]
    upload = SimpleUploadedFile("a.txt", b"seen")
    file = add_attachment(
        draft, "phase", upload, name="a.txt", content_type="text/plain", by=analyst
    )
    client.get(reverse("attachment", args=[draft.pk, file.pk]))
    assert case.events.get(verb="file_downloaded").data["name"] == "a.txt"
    assert "the record is intact" in verified()


def test_an_auditor_finds_who_did_what_by_filters_that_stay_in_the_address(
    client: Client, case: Case, analyst: User, person: Callable[..., User]
) -> None:
    many_acts(case, analyst)
    client.force_login(person("alma", "auditor"))
    page = client.get(
        reverse("record"), {"verb": "source_added", "person": analyst.username, "text": "north"}
    )
    assert [event.verb for event in page.context["page"]] == ["source_added"] * 6
    nothing = client.get(reverse("record"), {"text": "no such case"})
    assert "No event matches" in nothing.content.decode()
    wrong = client.get(reverse("record"), {"since": "2026-02-01", "until": "2026-01-01"})
    assert wrong.status_code == 422
    assert "before the first day" in wrong.content.decode()
    assert (
        client.get(reverse("record"), {"person": "\x00", "since": "never", "page": "x"}).status_code
        == 422
    )
    assert client.get(case.get_absolute_url()).status_code == 404, "the record opens no case"
    chain = reverse("record_chain", args=[case.pk])
    assert "is intact" in client.get(chain).content.decode()
    last = case.events.last()
    assert last
    with without_triggers() as sql:
        sql.execute("UPDATE cases_event SET verb = 'case_revised' WHERE id = %s", [last.pk])
    assert "is not intact" in client.get(chain).content.decode()


def test_the_record_takes_the_same_statements_however_long_it_is(
    client: Client, case: Case, analyst: User, person: Callable[..., User]
) -> None:
    client.force_login(person("alma", "auditor"))
    with CaptureQueriesContext(connection) as first:
        client.get(reverse("record"))
    many_acts(case, analyst, 40)
    with CaptureQueriesContext(connection) as last:
        client.get(reverse("record"))
    assert len(last) == len(first) > 3
