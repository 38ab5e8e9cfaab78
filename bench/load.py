"""Fifty people at once on a served product: answering, commenting and reading, and whether every
write is found.

`python -m bench.load ADDRESS SECONDS` against a product that serves the demonstration on
DATABASE_URL. Each session signs in, answers questions of a draft of its own and of one that all
share, comments and reads, and keeps what the product acknowledged. At the end every acknowledged
write is looked for in the database.
"""

from __future__ import annotations

import http.client
import os
import random
import statistics
import sys
import threading
import time
import urllib.parse
from collections import Counter, defaultdict
from datetime import date
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rtop_assist.settings")
django.setup()

from django.contrib.auth.models import Group
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import Answer, Assessment, Case, Comment, User
from cases.queries.editions.rulebooks import current_edition
from cases.workflows.assessing.answering import start_assessment
from cases.workflows.casework import set_member

# Distinguishes this run from an earlier one on the same database.
RUN = uuid4().hex[:8]
PEOPLE = 50
SCALES = (
    "rule_of_law_gap",
    "media_gap",
    "inequality",
    "group_tensions",
    "hate_speech",
    "small_arms",
)
TOKEN = "a" * 32


class Session(threading.Thread):
    """One person at work."""

    def __init__(
        self, number: int, user: User, draft: Assessment, shared: Assessment, submitted: Assessment
    ) -> None:
        super().__init__(daemon=True)
        self.rng = random.Random(number)
        self.number, self.user = number, user
        self.draft, self.shared, self.submitted = draft, shared, submitted
        store = SessionStore()
        store["_auth_user_id"] = str(user.pk)
        store["_auth_user_backend"] = "cases.accounts.Backend"
        store["_auth_user_hash"] = user.get_session_auth_hash()
        store.create()
        self.cookies = f"sessionid={store.session_key}; csrftoken={TOKEN}"
        self.versions: Counter[str] = Counter()
        self.answered: dict[str, str] = {}
        self.comments: list[str] = []
        self.stale = 0

    def ask(
        self, method: str, path: str, data: dict[str, str] | None = None, htmx: bool = False
    ) -> tuple[int, str]:
        headers = {"Cookie": self.cookies, "Referer": f"http://{HOST}/"}
        body = None
        if data is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urllib.parse.urlencode(data | {"csrfmiddlewaretoken": TOKEN})
        if htmx:
            headers["HX-Request"] = "true"
        began = time.perf_counter()
        try:
            connection = http.client.HTTPConnection(HOST, timeout=60)
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            response.read()
            status, saved = response.status, response.headers.get("X-Saved", "")
        except OSError as error:
            status, saved = 0, str(error)
        with LOCK:
            TIMES[path_kind(path)].append(time.perf_counter() - began)
            if status not in (200, 302):
                ERRORS[f"{status} {method} {path_kind(path)} {saved}"] += 1
        return status, saved

    def run(self) -> None:
        turn = 0
        while time.monotonic() < END:
            turn += 1
            act = self.rng.choices(("answer", "share", "comment", "read"), (4, 2, 1, 3))[0]
            code = self.rng.choice(SCALES)
            if act == "answer":
                value = str(self.rng.randint(0, 4))
                data = {
                    code: value,
                    f"{code}__version": str(self.versions[code]),
                    f"{code}__note": f"{turn}",
                }
                if self.ask(
                    "POST", f"/assessments/{self.draft.pk}/answers/{code}/", data, htmx=True
                ) == (200, "1"):
                    self.versions[code] += 1
                    self.answered[code] = value
            elif act == "share":
                data = {code: "2", f"{code}__version": "0"}
                self.stale += (
                    self.ask(
                        "POST", f"/assessments/{self.shared.pk}/answers/{code}/", data, htmx=True
                    )[1]
                    == "0"
                )
            elif act == "comment":
                text = f"{RUN} session {self.number} turn {turn}"
                page = f"/assessments/{self.submitted.pk}/review/measures/enc.remind/"
                if self.ask("POST", page, {"act": "comment", "text": text})[0] == 302:
                    self.comments.append(text)
            else:
                self.ask(
                    "GET",
                    self.rng.choice(READS).format(
                        self.draft.pk, self.submitted.pk, self.submitted.case_id
                    ),
                )
            time.sleep(self.rng.uniform(0, 0.5))


READS = (
    "/",
    "/cases/",
    "/assessments/{0}/answer/stressors/",
    "/assessments/{1}/",
    "/cases/{2}/",
    "/assessments/{1}/risk/",
)


def path_kind(path: str) -> str:
    return "/".join("…" if len(part) > 30 else part for part in path.split("/"))


def main() -> None:
    analysts = Group.objects.get(name="analyst")
    submitted = Assessment.objects.filter(
        status="submitted", case__confidentiality="open"
    ).select_related("case")[0]
    owner, edition = submitted.case.owner, current_edition()
    shared_case = Case.objects.create(
        title="Load", populations="p", summary="s", owner=owner, confidentiality="open"
    )
    shared = start_assessment(shared_case, by=owner, as_of=date(2020, 1, 1), edition=edition)
    sessions = []
    for number in range(PEOPLE):
        user, _new = User.objects.get_or_create(username=f"load{number}")
        user.groups.add(analysts)
        set_member(submitted.case, user, "contributor", by=owner)
        set_member(shared_case, user, "contributor", by=owner)
        draft = start_assessment(shared_case, by=user, as_of=date(2020, 1, 1), edition=edition)
        sessions.append(Session(number, user, draft, shared, submitted))
    global END
    END = time.monotonic() + SECONDS
    for session in sessions:
        session.start()
    for session in sessions:
        session.join(SECONDS + 90)
    lost = 0
    for session in sessions:
        saved = dict(
            Answer.objects.filter(assessment=session.draft).values_list("question", "value")
        )
        lost += sum(str(saved.get(code)) != value for code, value in session.answered.items())
        versions = dict(
            Answer.objects.filter(assessment=session.draft).values_list("question", "version")
        )
        lost += sum(versions.get(code, 0) != number for code, number in session.versions.items())
    wanted = {text for session in sessions for text in session.comments}
    there = Counter(Comment.objects.filter(text__startswith=RUN).values_list("text", flat=True))
    lost += len(wanted - there.keys())
    twice = sum(there[text] > 1 for text in wanted)
    total = sum(map(len, TIMES.values()))
    saved = sum(sum(session.versions.values()) for session in sessions)
    print(
        f"{PEOPLE} sessions, {SECONDS} s: {total} requests, {saved} answers and {len(wanted)} "
        "comments acknowledged"
    )
    stale = sum(session.stale for session in sessions)
    print(
        f"errors: {dict(ERRORS) or 'none'}; lost writes: {lost}; written twice: {twice}; told "
        f"stale: {stale}"
    )
    counted = statements(sessions[0])
    for kind, times in sorted(TIMES.items()):
        p95 = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
        middle = statistics.median(times) * 1000
        number = counted.get(kind, "?")
        print(
            f"{kind}: {len(times)} × median {middle:.0f} ms, p95 {p95 * 1000:.0f} ms, {number} "
            "statements"
        )


def statements(session: Session) -> dict[str, int]:
    """How many SQL statements each page takes, asked once more by the same person after the
    load.
    """
    client = Client(HTTP_HOST=HOST.split(":")[0])
    client.force_login(session.user, "cases.accounts.Backend")
    counted = {}

    def count(path: str, data: dict[str, str] | None = None, **headers: str) -> None:
        with CaptureQueriesContext(connection) as found:
            client.get(path) if data is None else client.post(path, data, headers=headers)
        counted[path_kind(path)] = len(found)

    for page in READS:
        count(page.format(session.draft.pk, session.submitted.pk, session.submitted.case_id))
    count(
        f"/assessments/{session.submitted.pk}/review/measures/enc.remind/",
        {"act": "comment", "text": "counted"},
    )
    for code in SCALES:
        data = {
            code: "1",
            f"{code}__version": str(session.versions[code]),
            f"{code}__note": "counted",
        }
        count(f"/assessments/{session.draft.pk}/answers/{code}/", data, HX_Request="true")
    return counted


HOST, SECONDS = (sys.argv[1], int(sys.argv[2])) if __name__ == "__main__" else ("", 0)
END = 0.0
LOCK = threading.Lock()
TIMES: defaultdict[str, list[float]] = defaultdict(list)
ERRORS: Counter[str] = Counter()

if __name__ == "__main__":
    main()
