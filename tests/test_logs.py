"""The log: which ids a line carries, and that no content of a case reaches it."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
import structlog
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from cases.models import Assessment, Case, Draft, JobPart, User
from cases.tasks import jobs
from cases.workflows.editor.impact_jobs import start_impact_job
from rtop_assist import celery
from rtop_assist.logs import WithoutContent
from tests.people.signing_in import last_link

SECRET = "the witness of Gao"


pytestmark = pytest.mark.usefixtures("edition")


@pytest.fixture
def written() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What the product's own handler writes, as values."""
    stream = io.StringIO()
    handler = next(item for item in logging.getLogger().handlers if item.name == "console")
    assert isinstance(handler, logging.StreamHandler)
    before, level = handler.setStream(stream), logging.getLogger().level
    logging.getLogger().setLevel("INFO")
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    handler.setStream(before)
    logging.getLogger().setLevel(level)


Written = Callable[[], list[dict[str, Any]]]


def test_a_request_is_one_line_with_its_person_case_and_view(
    client: Client, case: Case, analyst: User, written: Written
) -> None:
    client.force_login(analyst)
    client.get(case.get_absolute_url(), {"q": SECRET})
    (line,) = written()
    assert line["event"] == "request"
    assert (line["view"], line["method"], line["status"]) == ("case_detail", "GET", 200)
    assert (line["person"], line["case"]) == (analyst.pk, str(case.pk))
    assert len(line["request"]) == 32
    assert set(line) == {
        *("event", "view", "method", "status", "ms", "person", "case", "request"),
        *("timestamp", "level", "logger"),
    }


def test_the_next_request_carries_nothing_of_the_one_before(
    client: Client, case: Case, analyst: User, written: Written
) -> None:
    client.force_login(analyst)
    client.get(case.get_absolute_url())
    Client().get(reverse("account_login"))
    first, second = written()
    assert "case" not in second
    assert "person" not in second
    assert first["request"] != second["request"]


def test_a_request_that_fails_before_its_person_is_known_has_an_id_of_its_own(
    client: Client, case: Case, analyst: User, written: Written
) -> None:
    """While the database is away, no session can be read."""
    client.force_login(analyst)
    client.get(case.get_absolute_url())
    client.raise_request_exception = False
    with mock.patch.object(SessionStore, "load", side_effect=OperationalError):
        assert client.get(reverse("home")).status_code == 500
    first, *later = written()
    assert later
    assert {line.get("case") for line in later} == {None}
    assert first["request"] not in {line["request"] for line in later}


def test_a_failure_is_logged_by_its_place_and_not_by_its_message(
    case: Case, analyst: User, written: Written
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(analyst)
    with mock.patch("cases.views.casework.cases.timeline", side_effect=ValueError(SECRET)):
        assert client.get(case.get_absolute_url()).status_code == 500
    (failure,) = [line for line in written() if line["level"] == "error"]
    assert (failure["case"], failure["person"]) == (str(case.pk), analyst.pk)
    assert failure["exception"][0]["class"] == "ValueError"
    assert any("case_detail" in frame for frame in failure["exception"][0]["frames"])
    assert SECRET not in json.dumps(written(), ensure_ascii=False)


def test_what_people_write_is_in_no_line(
    client: Client, draft: Assessment, analyst: User, written: Written
) -> None:
    client.force_login(analyst)
    address = reverse("assessment_section", args=[draft.pk, "situation"])
    sent = {"phase": "latent", "phase__version": "0", "phase__note": SECRET}
    client.post(address, sent)
    client.get(reverse("case_list"), {"q": SECRET})
    client.get("/nothing-here/", {"q": SECRET})
    lost = next(line for line in written() if line["logger"] == "django.request")
    assert (lost["status"], len(lost["request"])) == (404, 32)
    assert SECRET not in json.dumps(written(), ensure_ascii=False)


def test_a_link_to_choose_a_password_is_in_no_line(analyst: User, written: Written) -> None:
    Client().post(reverse("account_reset_password"), {"email": analyst.email})
    link = last_link()
    client = Client(raise_request_exception=False)
    with mock.patch(
        "allauth.account.views.PasswordResetFromKeyView.dispatch", side_effect=OSError(SECRET)
    ):
        assert client.get(link).status_code == 500
    assert client.get(link.replace("/reset/", "/mistyped/")).status_code == 404
    assert any(line["logger"] == "django.request" for line in written())
    token = link.rstrip("/").rpartition("/")[2]
    assert token not in json.dumps(written(), ensure_ascii=False)


def test_the_web_server_logs_no_address(written: Written) -> None:
    error = logging.getLogger("gunicorn.error")
    error.error("Error handling request %s", f"/cases/?q={SECRET}")
    error.error("Worker (pid:%s) exited with code %s", 7, 1)
    assert [line["event"] for line in written()] == [
        "Error handling request …",
        "Worker (pid:7) exited with code 1",
    ]


def test_a_part_of_a_job_is_logged_with_its_job(
    working: Draft, chen: User, draft: Assessment
) -> None:
    job = start_impact_job(working, by=chen)
    part = JobPart.objects.get(job=job)
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]):
        jobs.run_job_part(part.pk)
        bound = structlog.contextvars.get_contextvars()
    structlog.contextvars.clear_contextvars()
    assert (bound["job"], bound["part"]) == (str(job.pk), part.pk)


def test_a_task_carries_the_id_of_the_request_that_asked_for_it() -> None:
    headers: dict[str, Any] = {}
    with structlog.contextvars.bound_contextvars(request="abc", case="left behind"):
        celery.send_request_id(headers=headers)
        request = SimpleNamespace(is_eager=False, get=headers.get)
        task = SimpleNamespace(name="cases.tasks.mail.mail_event", request=request)
        celery.bind_task(task_id="1", task=task)
        assert structlog.contextvars.get_contextvars() == {
            "request": "abc",
            "task": "cases.tasks.mail.mail_event",
            "task_id": "1",
        }
        structlog.contextvars.clear_contextvars()


def test_the_errors_of_tasks_are_logged_without_arguments_and_messages() -> None:
    record = logging.LogRecord(
        "celery.app.trace",
        logging.ERROR,
        __file__,
        1,
        "Task %(name)s[%(id)s] %(description)s: %(exc)s",
        ({"name": "t", "id": "1", "description": "raised", "exc": SECRET, "args": [SECRET]},),
        None,
    )
    assert WithoutContent().filter(record)
    assert record.getMessage() == "Task t[1] raised: …"


def test_commands_and_servers_log_json() -> None:
    log = "logging.getLogger('any').warning('two %s', 'words')"
    script = f"import logging, django; django.setup(); {log}"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "rtop_assist.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    line = json.loads(done.stderr)
    assert (line["event"], line["logger"], line["level"]) == ("two words", "any", "warning")
