"""When a service is down, only its own function is lost, and the page says so."""

from __future__ import annotations

import smtplib
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from celery import Celery
from django.conf import settings
from django.core import mail
from django.core.cache import caches
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client, override_settings
from django.urls import reverse

from cases.after_commit import queue
from cases.models import Assessment, Case, Comment, Notification, OutgoingMail, User
from cases.tasks.mail import mail_digests, mail_event, mail_unsent, send_outgoing_mail
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import set_member
from cases.workflows.notifications import set_mail_preferences, write_mail
from tests.people.signing_in import prove, sign_in


@pytest.fixture(params=["refuses", "hangs"])
def redis(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a Redis that refuses connections, or that takes them and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        if request.param == "hangs":
            server.listen()
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.fixture
def redis_queue(redis: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let tasks be queued in that Redis, with the timeouts that the product sets for one."""
    # Not the one that later tests queue with.
    away = Celery("away", broker=redis, set_as_current=False)
    away.conf.task_publish_retry = False
    away.conf.broker_transport_options = settings.REDIS_QUEUE_OPTIONS

    def delay(*given: Any) -> None:
        away.send_task(mail_event.name, given)

    monkeypatch.setattr("cases.tasks.mail.mail_event.delay", delay)


def test_what_is_done_while_the_queue_is_away_is_kept_and_shown_as_done_soon(
    redis_queue: None,
    draft: Assessment,
    case: Case,
    analyst: User,
    client: Client,
    person: Callable[..., User],
    django_capture_on_commit_callbacks: Any,
) -> None:
    rosa = person("rosa", "reviewer")
    set_member(case, rosa, "reviewer", by=analyst)
    client.force_login(analyst)
    asked = time.monotonic()
    assert not queue(mail_event, 1)
    assert time.monotonic() - asked < 10, "two seconds, and more on a busy machine"
    asked = time.monotonic()
    assert not queue(mail_event, 1)
    assert time.monotonic() - asked < 2, "the queue is left alone for a while"
    with django_capture_on_commit_callbacks(execute=True):
        submit(draft, by=analyst)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(
            reverse("answer_review", args=[draft.pk, "phase"]), {"text": "Seen, @rosa."}
        )
    assert answer.status_code == 302
    assert Comment.objects.count() == 1
    assert not Assessment.objects.get(pk=draft.pk).is_draft
    # The beat finds what was not queued.
    assert mail_unsent(older_than=0) == len(mail.outbox) == 2


def test_people_sign_in_while_redis_is_away(redis: str, analyst: User, edition: Any) -> None:
    kept = settings.CACHES["default"]
    limits = {
        "BACKEND": "cases.limits.LimitsCache",
        "LOCATION": redis,
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
    with override_settings(CACHES={"default": limits}):
        assert caches["default"].__class__.__name__ == "LimitsCache"
        caches["default"].clear()
        client = Client()
        assert sign_in(client, analyst.username)["Location"] == reverse("home")
        assert client.get(reverse("home")).status_code == 200
        prove(client)
        assert client.post(reverse("token_new")).status_code == 200
        reset = Client().post(reverse("account_reset_password"), {"email": analyst.email})
        assert reset["Location"] == reverse("account_reset_password_done")
        # The limit counts all the same, in this process.
        for _try in range(12):
            refused = Client().post(
                reverse("account_login"), {"login": analyst.username, "password": "wrong"}
            )
        assert "Too many" in refused.content.decode()
    assert settings.CACHES["default"] == kept


def test_people_sign_in_while_the_folder_of_the_cache_cannot_be_used(
    analyst: User, edition: Any, settings: Any, tmp_path: Path
) -> None:
    """It belongs to another account of the machine, or its disk is full."""
    (tmp_path / "cache").write_text("no folder")
    cache = settings.CACHES["default"] | {"LOCATION": str(tmp_path / "cache")}
    with override_settings(CACHES={"default": cache}):
        client = Client()
        assert sign_in(client, analyst.username).status_code == 302
        assert client.get(reverse("home")).status_code == 200
        for _try in range(12):
            refused = Client().post(
                reverse("account_login"), {"login": analyst.username, "password": "wrong"}
            )
        assert "Too many" in refused.content.decode()


def away(*_given: Any) -> None:
    raise ConnectionRefusedError


@pytest.fixture
def waiting(draft: Assessment, case: Case, analyst: User, person: Callable[..., User]) -> User:
    rosa = person("rosa", "reviewer")
    set_member(case, rosa, "reviewer", by=analyst)
    submit(draft, by=analyst)
    assert Notification.objects.filter(person=rosa, mailed_at=None).count() == 1
    return rosa


def test_a_notification_waits_while_the_mail_server_is_away(waiting: User) -> None:
    with mock.patch.object(EmailBackend, "send_messages", away):
        for _try in range(4):
            assert mail_unsent(older_than=0) == 0
    assert Notification.objects.filter(mailed_at=None).count() == 1
    assert mail_unsent(older_than=0) == len(mail.outbox) == 1
    assert mail_unsent(older_than=0) == 0


def test_a_digest_waits_whole_while_the_mail_server_is_away(waiting: User) -> None:
    set_mail_preferences(waiting, {"submitted": "daily"})
    with mock.patch.object(EmailBackend, "send_messages", away):
        assert mail_digests() == 0
    assert mail_digests() == len(mail.outbox) == 1


def test_an_address_that_the_server_refuses_holds_up_nobody_else(
    waiting: User, draft: Assessment, person: Callable[..., User]
) -> None:
    bea = person("bea", "reviewer")
    set_member(draft.case, bea, "reviewer", by=draft.author)
    send = EmailBackend.send_messages

    def refuse_one(backend: EmailBackend, messages: list[Any]) -> int:
        if messages[0].to == [waiting.email]:
            raise smtplib.SMTPRecipientsRefused({waiting.email: (550, b"unknown")})
        return send(backend, messages)

    with mock.patch.object(EmailBackend, "send_messages", refuse_one):
        mail_unsent(older_than=0)
        mail_unsent(older_than=0)
    assert [message.to for message in mail.outbox] == [[bea.email]]


def test_a_message_that_no_server_could_take_holds_up_nobody(db: None) -> None:
    for to, subject in (("a\n@example.org", "One"), ("b@example.org", "Two\nlines")):
        write_mail(to, subject, "…")
    write_mail("c@example.org", "Three", "…")
    assert send_outgoing_mail() == 1
    assert [message.to for message in mail.outbox] == [["c@example.org"]]
    assert not OutgoingMail.objects.exists()
    write_mail("c@example.org", "Four", "…")
    with override_settings(DEFAULT_FROM_EMAIL="no address\nat all"):
        assert send_outgoing_mail() == 0
    assert send_outgoing_mail() == 1, "a setting that is wrong loses no message"


@pytest.mark.parametrize(
    "refusal",
    [
        smtplib.SMTPRecipientsRefused({"rosa@example.org": (450, b"greylisted: try again later")}),
        smtplib.SMTPDataError(452, b"no space for the message now"),
    ],
)
def test_a_message_that_the_server_takes_only_later_is_sent_later_and_holds_up_nobody(
    waiting: User, draft: Assessment, person: Callable[..., User], refusal: Exception
) -> None:
    bea = person("bea", "reviewer")
    set_member(draft.case, bea, "reviewer", by=draft.author)
    for to in (waiting.email, bea.email):
        write_mail(to, "A link", "…")
    send = EmailBackend.send_messages

    def refuse_one(backend: EmailBackend, messages: list[Any]) -> int:
        if messages[0].to == [waiting.email]:
            raise refusal
        return send(backend, messages)

    with mock.patch.object(EmailBackend, "send_messages", refuse_one):
        assert mail_unsent(older_than=0) == 1
        assert send_outgoing_mail() == 1
    assert {message.to[0] for message in mail.outbox} == {bea.email}
    assert mail_unsent(older_than=0) == 1
    assert send_outgoing_mail() == 1
    assert [message.to for message in mail.outbox[2:]] == [[waiting.email]] * 2


def test_a_person_is_added_and_a_reset_asked_for_while_the_mail_server_is_away(
    person: Callable[..., User], django_capture_on_commit_callbacks: Any
) -> None:
    client = Client()
    client.force_login(person("sofia", "site_admin"))
    prove(client)
    sent = {"username": "new", "first_name": "N", "last_name": "N", "email": "new@example.org"}
    with (
        mock.patch.object(EmailBackend, "send_messages", away),
        django_capture_on_commit_callbacks(execute=True),
    ):
        assert client.post(reverse("person_new"), sent).status_code == 302
        reset = Client().post(reverse("account_reset_password"), {"email": "sofia@example.org"})
        assert reset["Location"] == reverse("account_reset_password_done")
    assert mail.outbox == []
    assert OutgoingMail.objects.filter(claimed_at=None).count() == 2
    assert send_outgoing_mail() == 2
    assert [message.to for message in mail.outbox] == [["new@example.org"], ["sofia@example.org"]]
    assert all(f"{settings.SITE_URL}/accounts/" in message.body for message in mail.outbox)
    assert not OutgoingMail.objects.exists()
    # A site admin lets the link be sent again.
    new = User.objects.get(username="new")
    assert client.post(reverse("person_link", args=[new.pk])).status_code == 302
    assert send_outgoing_mail() == 1
    assert mail.outbox[-1].to == ["new@example.org"]
