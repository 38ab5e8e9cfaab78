"""Notifications: once per person and event, in the product and by mail as each person prefers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_string
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from cases.models import (
    Assessment,
    Case,
    Comment,
    Event,
    MailPreference,
    Notification,
    User,
)
from cases.models.notification import NotificationKind
from cases.tasks.mail import mail_digests, mail_unsent
from cases.workflows import review
from cases.workflows.assessing.second_assessment import start_second_assessment
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import remove_member, set_member
from cases.workflows.notifications import mark_read, notify, set_mail_preferences
from cases.workflows.record import record_event
from tests.conftest import FIXTURES

ROOT = FIXTURES.parent
MANY = 200


def told(person: User) -> list[str]:
    return list(
        Notification.objects.filter(person=person).order_by("pk").values_list("kind", flat=True)
    )


def test_each_step_of_a_review_notifies_those_whom_it_concerns_once_and_never_whoever_did_it(
    draft: Assessment, analyst: User, reviewer: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        submit(draft, by=analyst)
    submitted = Assessment.objects.get(pk=draft.pk)
    assert told(reviewer) == ["submitted"]
    with django_capture_on_commit_callbacks(execute=True):
        made = review.start_thread(
            submitted,
            by=reviewer,
            anchor="measure",
            code="enc.remind",
            text="@ada?",
            mentions=[analyst, analyst],
        )
    with django_capture_on_commit_callbacks(execute=True):
        review.reply(made.thread, by=analyst, text="> ?", mentions=[reviewer])
    with django_capture_on_commit_callbacks(execute=True):
        review.decide_on_review(submitted, "sign_off", by=reviewer, seen=submitted.snapshot.digest)
    assert told(analyst) == ["mentioned", "decided"]
    assert told(reviewer) == ["submitted", "mentioned"]
    assert Counter(message.to[0] for message in mail.outbox) == {
        analyst.email: 2,
        reviewer.email: 2,
    }
    for message in mail.outbox:
        assert draft.case.title not in f"{message.subject} {message.body}"
    first = Notification.objects.first()
    assert first
    with pytest.raises(IntegrityError), transaction.atomic():
        Notification.objects.create(person=first.person, event=first.event, kind="replied")


def test_nobody_is_notified_of_what_was_not_committed(
    draft: Assessment, analyst: User, reviewer: User
) -> None:
    with transaction.atomic():
        submit(draft, by=analyst)
        assert Notification.objects.exists()
        transaction.set_rollback(True)
    assert not Notification.objects.exists()
    assert mail.outbox == []


def test_someone_who_may_not_see_the_case_any_more_is_not_notified(
    draft: Assessment, analyst: User, reviewer: User, case: Case
) -> None:
    submit(draft, by=analyst)
    submitted = Assessment.objects.get(pk=draft.pk)
    thread = review.start_thread(
        submitted, by=reviewer, anchor="measure", code="enc.remind", text="?"
    ).thread
    remove_member(case.memberships.get(user=reviewer), by=analyst)
    review.reply(thread, by=analyst, text="an answer")
    assert told(reviewer) == ["submitted"]


def test_two_independent_assessments_are_announced_only_once_both_are_in(
    draft: Assessment, case: Case, analyst: User, reviewer: User, person: Callable[..., User]
) -> None:
    other = person("bea", "analyst")
    set_member(case, other, "contributor", by=analyst)
    second = start_second_assessment(draft, other, by=analyst)
    submit(draft, by=analyst)
    assert told(reviewer) == []
    submit(second, by=other)
    assert told(reviewer) == ["submitted", "submitted"]


def test_mail_comes_at_once_once_a_day_or_never_as_a_person_prefers(
    draft: Assessment, analyst: User, reviewer: User, django_capture_on_commit_callbacks: Any
) -> None:
    set_mail_preferences(reviewer, {NotificationKind.SUBMITTED: "daily"})
    with django_capture_on_commit_callbacks(execute=True):
        submit(draft, by=analyst)
    assert mail.outbox == []
    assert mail_unsent(older_than=0) == 0
    assert mail_digests() == 1
    assert mail_digests() == 0
    assert "An assessment is submitted" in mail.outbox[0].body
    set_mail_preferences(reviewer, {NotificationKind.SUBMITTED: "never"})
    event = draft.case.events.last()
    assert event
    Notification.objects.all().delete()
    with django_capture_on_commit_callbacks(execute=True):
        notify(event, NotificationKind.SUBMITTED, [reviewer], Assessment.objects.get(pk=draft.pk))
    assert (mail_unsent(older_than=0), mail_digests(), len(mail.outbox)) == (0, 0, 1)
    assert told(reviewer) == ["submitted"], "in the product it is still listed"


def test_the_page_lists_what_is_new_and_marks_it_read(
    client: Client, draft: Assessment, analyst: User, reviewer: User
) -> None:
    client.force_login(reviewer)
    page = reverse("notification_list")
    assert "Nothing yet" in client.get(page).content.decode()
    submit(draft, by=analyst)
    shown = client.get(page).content.decode()
    assert ">new<" in shown
    row = Notification.objects.get(person=reviewer)
    assert reverse("notification_open", args=[row.pk]) in shown
    client.post(page)
    assert ">new<" not in client.get(page).content.decode()
    choices = {kind.value: "daily" for kind in NotificationKind}
    preferences = reverse("notification_preferences")
    assert client.post(preferences, choices | {"submitted": "hourly"}).status_code == 422
    assert client.post(preferences, choices).status_code == 302
    assert MailPreference.objects.filter(person=reviewer, when="daily").count() == len(
        NotificationKind
    )


def test_opening_a_notification_leads_to_what_it_is_about_and_marks_it_as_read(
    client: Client, draft: Assessment, analyst: User, reviewer: User
) -> None:
    submit(draft, by=analyst)
    row = Notification.objects.get(person=reviewer)
    client.force_login(reviewer)
    opened = client.get(reverse("notification_open", args=[row.pk]))
    assert opened["Location"] == reverse("assessment_review", args=[draft.pk])
    row.refresh_from_db()
    assert row.read_at
    client.force_login(analyst)
    assert client.get(reverse("notification_open", args=[row.pk])).status_code == 404


def tell(draft: Assessment, reviewer: User, number: int) -> None:
    """Notify a person this many times, each time of a new event."""
    for _time in range(number):
        event = record_event(Event.Verb.COMMENTED, by=draft.author, case=draft.case)
        notify(event, NotificationKind.MENTIONED, [reviewer], draft)


@pytest.fixture
def known_draft(draft: Assessment, reviewer: User, analyst: User) -> Assessment:
    submit(draft, by=analyst)
    Notification.objects.all().delete()
    return Assessment.objects.get(pk=draft.pk)


@pytest.mark.parametrize("later", ["now", "daily"])
def test_what_came_while_no_mail_was_wanted_is_not_mailed_later(
    known_draft: Assessment, reviewer: User, later: str
) -> None:
    set_mail_preferences(reviewer, {NotificationKind.MENTIONED: "never"})
    tell(known_draft, reviewer, 6)
    set_mail_preferences(reviewer, {NotificationKind.MENTIONED: later})
    assert (mail_unsent(older_than=0), mail_digests(), len(mail.outbox)) == (0, 0, 0)
    tell(known_draft, reviewer, 1)
    assert mail_unsent(older_than=0) + mail_digests() == 1


@pytest.mark.parametrize("when", ["now", "daily"])
def test_what_has_been_read_is_not_mailed(
    known_draft: Assessment, reviewer: User, when: str
) -> None:
    set_mail_preferences(reviewer, {NotificationKind.MENTIONED: when})
    tell(known_draft, reviewer, 2)
    mark_read(reviewer)
    assert (mail_unsent(older_than=0), mail_digests()) == (0, 0)


def test_a_preference_holds_at_once_for_what_waits_to_be_mailed(
    known_draft: Assessment, reviewer: User
) -> None:
    tell(known_draft, reviewer, 1)
    set_mail_preferences(reviewer, {NotificationKind.MENTIONED: "daily"})
    assert mail_unsent(older_than=0) == 0
    set_mail_preferences(reviewer, {NotificationKind.MENTIONED: "never"})
    assert mail_digests() == 0


@pytest.mark.parametrize("typed", ["@Rosa", "@ROSA.", "(@rosa)", "Well, @rosa: look"])
def test_a_mention_reaches_its_person_however_the_name_is_written(
    client: Client, known_draft: Assessment, analyst: User, reviewer: User, typed: str
) -> None:
    client.force_login(analyst)
    address = reverse("measure_review", args=[known_draft.pk, "enc.remind"])
    assert client.post(address, {"act": "comment", "text": typed}).status_code == 302
    assert told(reviewer) == ["mentioned"]


def test_a_mention_finds_every_user_name_that_an_account_may_have(
    client: Client, known_draft: Assessment, case: Case, analyst: User, person: Callable[..., User]
) -> None:
    anna = person("anna+r2p", "reviewer")
    set_member(case, anna, "reviewer", by=analyst)
    client.force_login(analyst)
    address = reverse("measure_review", args=[known_draft.pk, "enc.remind"])
    assert client.post(address, {"act": "comment", "text": "@anna+r2p?"}).status_code == 302
    assert told(anna)[-1] == "mentioned"


def test_a_mention_of_nobody_is_reported_before_the_comment_is_saved(
    client: Client, known_draft: Assessment, analyst: User, reviewer: User
) -> None:
    reviewer.is_active = False
    reviewer.save()
    client.force_login(analyst)
    address = reverse("measure_review", args=[known_draft.pk, "enc.remind"])
    sent = {"act": "comment", "text": "@ros and @rosa, see a@example.org"}
    refused = client.post(address, sent)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "Nobody has the user names @ros, @rosa" in page
    assert not Comment.objects.exists()
    assert 'name="plain" value="ros rosa"' in page
    assert client.post(address, sent | {"plain": "ros rosa"}).status_code == 302
    assert Comment.objects.get().text == sent["text"]
    other = client.post(address, sent | {"text": "@nobody", "plain": "ros rosa"})
    assert other.status_code == 422, "another name is reported by itself"


SET_UP = f"""
from django.utils import timezone
from cases.models import *
from cases.workflows.notifications import notify
from cases.workflows.demo import load_users
from cases.workflows.record import record_event
case = Case.objects.filter(confidentiality="open").first()
assessment = case.assessments.first()
assessment.blind = False
from django.contrib.auth.models import Group
group = Group.objects.get(name="reviewer")
names = [f"p{{n}}" for n in range({MANY})]
people = [User(username=name, email=f"{{name}}@example.org", password="!") for name in names]
people = User.objects.bulk_create(people)
group.user_set.add(*people)
event = record_event(Event.Verb.COMMENTED, by=None, case=case, assessment=str(assessment.pk))
notify(event, "replied", people, assessment)
print("TOLD", Notification.objects.filter(event=event).count())
"""
COUNT = """
from cases.models import *
event = Event.objects.filter(verb="commented").last()
rows = Notification.objects.filter(event=event)
print("COUNT", rows.count(), rows.filter(mailed_at=None).count())
"""


@contextmanager
def worker(env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    command = [
        sys.executable,
        "-m",
        "celery",
        "--app",
        "rtop_assist",
        "worker",
        "--pool",
        "solo",
        "--loglevel",
        "ERROR",
    ]
    process = subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_for(holds: Callable[[], bool], seconds: int = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.02)


def test_a_worker_killed_in_the_middle_of_200_messages_sends_none_twice_and_loses_none(
    tmp_path: Path,
) -> None:
    """Over the file-system transport where nothing is configured, over what CELERY_BROKER_URL names
    else.
    """
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    env |= {"VAR_DIR": str(tmp_path), "DEMO": "1", "EMAIL_URL": f"filemail:///{tmp_path / 'mail'}"}

    def manage(*args: str) -> str:
        command = [sys.executable, "manage.py", *args]
        return subprocess.run(
            command, cwd=ROOT, env=env, check=True, capture_output=True, text=True
        ).stdout

    def written() -> Counter[str]:
        found: Counter[str] = Counter()
        for path in (tmp_path / "mail").glob("*.log"):
            for part in path.read_text(encoding="utf-8").split("-" * 79):
                address = message_from_string(part.strip())["To"]
                if address and address.startswith("p"):
                    found[address] += 1
        return found

    manage("migrate", "--verbosity", "0")
    manage("load_rulebook", "--shipped", "fixtures/rulebook")
    manage("load_demo")
    with worker(env):
        wait_for(lambda: bool(list((tmp_path / "mail").glob("*.log"))))
        time.sleep(2)
    assert f"TOLD {MANY}" in manage("shell", "-v", "0", "-c", SET_UP)
    with worker(env) as process:
        wait_for(lambda: sum(written().values()) >= 20)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)
    killed_at = sum(written().values())
    assert 20 <= killed_at < MANY, "it was killed in the middle"
    with worker(env):
        manage(
            "shell",
            "-v",
            "0",
            "-c",
            "from cases.tasks.mail import mail_unsent as m; m.delay(older_than=0)",
        )
        wait_for(lambda: " 0\n" in manage("shell", "-v", "0", "-c", COUNT))
        time.sleep(1)
    assert f"COUNT {MANY} 0" in manage("shell", "-v", "0", "-c", COUNT)
    found = written()
    print(  # noqa: T201  # the figure is the result of this test
        f"in the product {MANY} of {MANY}; by mail {len(found)}, of these before the kill "
        f"{killed_at}; twice: 0"
    )
    assert max(found.values()) == 1, "none is sent twice"
    assert len(found) >= MANY - 1, "one at most was claimed and not sent"


@pytest.mark.parametrize("when", ["now", "daily"])
@pytest.mark.parametrize("loss", ["no longer a member", "no longer signs in", "gone"])
def test_mail_that_waits_is_not_sent_once_its_person_may_not_see_what_it_is_about(
    draft: Assessment, analyst: User, reviewer: User, case: Case, when: str, loss: str
) -> None:
    set_mail_preferences(reviewer, {"submitted": when})
    submit(draft, by=analyst)
    assert told(reviewer) == ["submitted"]
    if loss == "no longer a member":
        remove_member(case.memberships.get(user=reviewer), by=analyst)
    elif loss == "no longer signs in":
        User.objects.filter(pk=reviewer.pk).update(is_active=False)
    else:
        Notification.objects.filter(person=reviewer).update(event=_event_of_a_removed(draft))
    assert mail_unsent(older_than=0) == mail_digests() == 0
    assert mail.outbox == []
    assert mail_unsent(older_than=0) == mail_digests() == 0, "nor is it tried again"


def _event_of_a_removed(assessment: Assessment) -> Event:
    """An event about an assessment that was discarded meanwhile."""
    about = {"assessment": str(uuid4()), "second": str(uuid4())}
    return record_event(
        Event.Verb.SECOND_ASKED, by=assessment.author, case=assessment.case, **about
    )
