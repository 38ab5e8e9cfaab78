"""The drill of an update: the version before serves while this one migrates, and then beside it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.databases import Databases, free_port

ROOT = Path(__file__).resolve().parent.parent
# The version before is that which brought this migration. An update across the one before it, which
# seals the record, is done with the product stopped, as docs/operators.md says.
MIGRATION = "cases/migrations/0017_who_sees_a_case.py"

# An analyst with a case and a draft, and a session that is signed in.
FILL = """
from datetime import date
from django.contrib.auth.models import Group
from django.test import Client
from cases.models import Edition, User
from cases.workflows.assessing.answering import start_assessment
from cases.workflows.casework import log_case
ada = User.objects.create_user("ada", "ada@example.org", "a long password")
ada.groups.set([Group.objects.get_or_create(name="analyst")[0]])
case = log_case(by=ada, countries=["MLI"], title="Violence in the north", place="Gao",
    populations="Civilians", summary="Armed groups hold the towns.", confidentiality="open")
draft = start_assessment(case, by=ada, as_of=date(2012, 12, 20), edition=Edition.objects.first())
client = Client()
client.force_login(ada)
print("FILLED", case.pk, draft.pk, client.cookies["sessionid"].value)
"""
FIND = """
from cases.models import Answer, Step
print("FOUND", *Step.objects.values_list("note", flat=True))
print("ANSWERED", Answer.objects.get(question="rule_of_law_gap").version)
"""


def git(*args: str) -> bytes:
    done = subprocess.run(["git", *args], cwd=ROOT, capture_output=True)
    return done.stdout if done.returncode == 0 else b""


@dataclass
class Version:
    """The code of one version, with the data of the installation."""

    code: Path
    env: dict[str, str]

    def run(self, *args: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *args],
            cwd=self.code,
            env=self.env,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    @contextmanager
    def serve(self) -> Iterator[int]:
        """Serve as the deployment does; gives the port."""
        port = free_port()
        command = [sys.executable, "-m", "gunicorn", "rtop_assist.wsgi"]
        server = subprocess.Popen(
            [*command, "--bind", f"127.0.0.1:{port}", "--workers", "2"],
            cwd=self.code,
            env=self.env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            deadline = time.monotonic() + 120
            while not is_well(port):
                assert server.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.2)
            yield port
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(timeout=60)


def is_well(port: int) -> bool:
    try:
        return Browser(port).ask("GET", "/healthz")[0] == 200
    except OSError:
        return False


@dataclass
class Browser:
    """A browser of a person who is signed in, at one of the servers."""

    port: int
    session: str = ""

    def ask(
        self, method: str, path: str, data: dict[str, str] | None = None, **headers: str
    ) -> tuple[int, str]:
        cookies = f"sessionid={self.session}; csrftoken={'a' * 32}"
        sent = {"Cookie": cookies, "Referer": f"http://localhost:{self.port}/", **headers}
        body = None
        if data is not None:
            body = urlencode(data | {"csrfmiddlewaretoken": "a" * 32})
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection = HTTPConnection("localhost", self.port, timeout=60)
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
        connection.close()
        return answer.status, text


class Analyst(threading.Thread):
    """Records steps and reads pages until asked to stop, at one of the servers."""

    def __init__(self, name: str, browser: Browser, case: str) -> None:
        super().__init__(name=name, daemon=True)
        self.browser, self.case = browser, case
        self.kept: list[str] = []
        self.faults: list[str] = []
        self.over = threading.Event()

    def run(self) -> None:
        for turn in range(10_000):
            if self.over.is_set():
                return
            note = f"{self.name}-{turn}"
            step = {"measure": "enc.remind", "fact": "done", "note": note}
            step["actors"] = "general_assembly"
            self._ask("POST", f"/cases/{self.case}/steps/new/", 302, step)
            if not self.faults:
                self.kept.append(note)
            for page in ("/", "/cases/", f"/cases/{self.case}/", "/catalogue/"):
                self._ask("GET", page, 200)

    def _ask(self, method: str, path: str, wanted: int, data: dict[str, str] | None = None) -> None:
        status, text = self.browser.ask(method, path, data)
        if status != wanted:
            self.faults.append(f"{method} {path}: {status} {text[:500]}")

    def stop(self) -> None:
        self.over.set()
        self.join(60)
        assert self.faults == []


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory, databases: Databases) -> Version:
    """An installation of the version before, in use."""
    history = ("log", "-1", "--no-renames", "--diff-filter=A", "--format=%H", "--", MIGRATION)
    version = git(*history).decode().strip()
    code = git("archive", version) if version else b""
    if not code:
        pytest.skip("The version before is not in this clone: it has no history.")
    folder = tmp_path_factory.mktemp("update")
    with tarfile.open(fileobj=BytesIO(code)) as archive:
        archive.extractall(folder / "code", filter="data")
    (folder / "code/node_modules").symlink_to(ROOT / "node_modules")
    (folder / "var").mkdir()
    env = os.environ | {
        "VAR_DIR": str(folder / "var"),
        "DATABASE_URL": databases.new(folder, "update"),
        "STATIC_ROOT": str(folder / "static-before"),
        "SECRET_KEY": "s" * 60,
        "DATA_KEY": "d" * 60,
        "EMAIL_URL": "dummymail://",
        "LOG_LEVEL": "CRITICAL",
    }
    env.pop("DJANGO_SETTINGS_MODULE", None)
    made = Version(folder / "code", env)
    for command in (
        ("migrate", "--verbosity", "0"),
        ("load_rulebook", "--shipped", "fixtures/rulebook"),
        ("collectstatic", "--noinput", "--verbosity", "0"),
    ):
        made.run(*command)
    return made


def own_static_files_are_served(browser: Browser) -> list[str]:
    """The addresses of the style sheets and scripts of a page, all of which the server has."""
    found = re.findall(r'(?:href|src)="(/static/[^"]+)"', browser.ask("GET", "/")[1])
    assert [browser.ask("GET", path)[0] for path in found] == [200] * len(found)
    return found


def test_people_work_while_the_next_version_migrates_and_serves_beside_the_one_before(
    before: Version,
) -> None:
    filled = before.run("shell", "-v", "0", "-c", FILL).partition("FILLED ")[2].split()
    case, draft, session = filled
    static = f"{before.env['STATIC_ROOT']}-next"
    after = Version(ROOT, before.env | {"STATIC_ROOT": static})
    after.run("collectstatic", "--noinput", "--verbosity", "0")
    with before.serve() as old_port:
        at_old = Analyst("before", Browser(old_port, session), case)
        at_old.start()
        while len(at_old.kept) < 3 and at_old.is_alive():
            time.sleep(0.1)
        after.run("migrate", "--verbosity", "0")
        after.run("load_rulebook", "--shipped", "fixtures/rulebook")
        written = len(at_old.kept)
        with after.serve() as new_port:
            at_new = Analyst("after", Browser(new_port, session), case)
            at_new.start()
            deadline = time.monotonic() + 60
            while min(len(at_old.kept) - written, len(at_new.kept)) < 5:
                assert time.monotonic() < deadline, at_old.faults + at_new.faults
                time.sleep(0.1)
            # One answer, changed in turns.
            for version, analyst in enumerate((at_old, at_new, at_old, at_new)):
                code = "rule_of_law_gap"
                given = {code: str(version), f"{code}__version": str(version)}
                path = f"/assessments/{draft}/answers/{code}/"
                answer = analyst.browser.ask("POST", path, given, **{"HX-Request": "true"})
                assert answer[0] == 200
            assert own_static_files_are_served(at_old.browser)
            assert own_static_files_are_served(at_new.browser)
            at_old.stop()
            at_new.stop()
    found = after.run("shell", "-v", "0", "-c", FIND)
    steps = found.partition("FOUND ")[2].splitlines()[0].split()
    assert sorted(steps) == sorted(at_old.kept + at_new.kept)
    assert "ANSWERED 4" in found
    assert "the record is intact" in after.run("verify_events")
