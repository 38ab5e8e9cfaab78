"""Saving one answer with the live advice, against the smallest view that writes one row and renders
the same bytes.

Both go through the product's whole stack of middleware, signed in, on the database that
DATABASE_URL names (SQLite where it names none), once with a few cases and once with 100,000: `make
bench`.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout
from datetime import UTC, date, datetime
from typing import Any

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rtop_assist.settings")
django.setup()

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import Client
from django.test.runner import DiscoverRunner
from django.test.utils import override_settings
from django.urls import include, path, reverse

from bench.figures import Timings, duration, say, timed, times
from cases import demo
from cases.models import Answer, Assessment, Case, CaseCountry, Edition, Event, User
from cases.queries.editions.rulebooks import rulebook_of, shipped_folders
from cases.rulebook.editions.loader import load_folder
from cases.workflows.assessing.answering import AnswerInput, save_answer, start_assessment
from cases.workflows.demo import load_cases, load_users
from cases.workflows.editions.publishing import publish
from cases.workflows.record import record_event

ROUNDS = 151
MANY = 100_000
# Events in the chain before it is measured, and events that are appended at a time.
CHAIN, APPENDED = 500, 10
ASKED = 2.5
BODY: dict[str, str] = {"body": ""}


@login_required
def smallest(request: HttpRequest) -> HttpResponse:
    """Write one row, render a template."""
    Answer.objects.filter(pk=request.POST["row"]).update(note=request.POST["note"])
    return render(request, "smallest.html", BODY)


urlpatterns = [path("smallest/", smallest, name="smallest"), path("", include("rtop_assist.urls"))]


def bench_settings() -> Any:
    templates = [dict(settings.TEMPLATES[0])]
    options = dict(templates[0]["OPTIONS"])
    options.pop("loaders", None)
    loaders = [
        ("django.template.loaders.locmem.Loader", {"smallest.html": "{{ body|safe }}"}),
        "django.template.loaders.filesystem.Loader",
        "django.template.loaders.app_directories.Loader",
    ]
    options["loaders"] = [("django.template.loaders.cached.Loader", loaders)]
    templates[0] |= {"OPTIONS": options, "APP_DIRS": False}
    return override_settings(
        ROOT_URLCONF="bench.web",
        STORAGES={
            **settings.STORAGES,
            # Static files as they are: a page can be measured without collecting them first.
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
        TEMPLATES=templates,
        ALLOWED_HOSTS=["*"],
        CELERY_TASK_ALWAYS_EAGER=True,
    )


def write_cases(owner: User, numbers: range) -> list[Case]:
    return Case.objects.bulk_create(
        Case(
            title=f"Case {number}",
            populations="p",
            summary="s",
            owner=owner,
            confidentiality="open",
        )
        for number in numbers
    )


def write_assessments(
    edition: Edition, owner: User, cases: Iterable[Case], packed: Iterable[bytes]
) -> None:
    """A submitted assessment of each case, with its packed answers."""
    now = datetime.now(UTC)
    Assessment.objects.bulk_create(
        Assessment(
            case=case,
            edition=edition,
            as_of=date(2020, 1, 1),
            author=owner,
            status="submitted",
            review_state="pending",
            submitted_at=now,
            packed=answers,
        )
        for case, answers in zip(cases, packed, strict=False)
    )


def fill(edition: Edition, owner: User, number: int) -> None:
    """Cases with one submitted assessment each, written in bulk."""
    packed = bytes(Assessment.objects.exclude(packed=b"").values_list("packed", flat=True)[0])
    for start in range(0, number, 5_000):
        cases = write_cases(owner, range(start, min(start + 5_000, number)))
        CaseCountry.objects.bulk_create(CaseCountry(case=case, code="MLI") for case in cases)
        write_assessments(edition, owner, cases, itertools.repeat(packed))


def full_draft(edition: Edition, owner: User) -> Assessment:
    """A draft on Mali, 2012, answered to the end."""
    case = Case.objects.get(title__icontains="north of Mali")
    draft = start_assessment(case, by=owner, as_of=date(2012, 12, 20), edition=edition)
    item = next(item for item in demo.demo_cases() if item.key == "mali")
    rulebook = rulebook_of(edition.pk)
    answers = item.assessments[0].read_again(rulebook)
    for code, value in rulebook.questionnaire.dump_answers(answers).items():
        state = Answer.State.UNKNOWN if value is None else Answer.State.KNOWN
        save_answer(draft, AnswerInput(code, state, value), by=owner, version=0)
    return draft


def measure(client: Client, draft: Assessment) -> tuple[Timings, int, int]:
    """The seconds of saving an answer and of the smallest view, the statements and the bytes of the
    former.

    Each save gives another answer than any before it, question after question, so that nothing is
    known already.
    """
    versions = dict(draft.answers.values_list("question", "version"))
    before = dict(draft.answers.values_list("question", "value"))
    levels = [
        question.code
        for question in rulebook_of(draft.edition_id).questionnaire.questions
        if question.kind == "scale" and before.get(question.code) is not None
    ]
    turns = itertools.count()

    def save() -> HttpResponse:
        turn = next(turns)
        code = levels[turn % len(levels)]
        before[code] = (before[code] + 1) % 5
        data = {code: str(before[code]), f"{code}__version": str(versions[code])}
        response = client.post(
            reverse("answer_save", args=[draft.pk, code]), data, headers={"HX-Request": "true"}
        )
        assert response["X-Saved"] == "1"
        versions[code] += 1
        return response

    row = Answer.objects.get(assessment=draft, question="phase")

    def plain() -> None:
        data = {"row": row.pk, "note": str(next(turns))}
        assert client.post(reverse("smallest"), data).status_code == 200

    statements: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        statements.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        BODY["body"] = save().content.decode()
    tasks: dict[str, Callable[[], Any]] = {"save": save, "plain": plain}
    timed(tasks, 5)
    return timed(tasks, ROUNDS), len(statements), len(BODY["body"])


def appending(case: Case, owner: User) -> Timings:
    """The seconds of appending APPENDED events to a long chain, and of inserting as many rows with
    nothing else.
    """
    data = {"source": 1, "title": "A report"}

    def append() -> None:
        record_event(Event.Verb.SOURCE_ADDED, by=owner, case=case, **data)

    def insert() -> None:
        with transaction.atomic():
            Event.objects.create(
                case=case,
                actor=owner,
                verb=Event.Verb.SOURCE_ADDED,
                at=datetime.now(UTC),
                data=data,
            )

    def several(task: Callable[[], None]) -> None:
        for _ in range(APPENDED):
            task()

    for _ in range(CHAIN):
        append()
    return timed({"append": lambda: several(append), "insert": lambda: several(insert)}, ROUNDS)


def main() -> None:
    runner = DiscoverRunner(verbosity=0, interactive=False)
    with bench_settings():
        kept = runner.setup_databases()
        try:
            with redirect_stdout(sys.stderr):
                edition = [publish(load_folder(folder)[0])[0] for folder in shipped_folders()][-1]
                users = load_users()
                load_cases(users)
            owner = users["amina.analyst"]
            owner.groups.add(Group.objects.get(name="analyst"))
            draft = full_draft(edition, owner)
            client = Client()
            client.force_login(owner)
            say("\n### Saving one answer with the live advice\n")
            say(
                f"On {connection.vendor}; the smallest view writes one row and renders the same "
                "bytes.\n"
            )
            say("| cases | saving an answer | smallest view | ratio | asked | statements | bytes |")
            say("|---:|---:|---:|---:|---|---:|---:|")
            filled = Case.objects.count()
            for number in (filled, MANY):
                fill(edition, owner, number - filled)
                found, statements, size = measure(client, draft)
                seconds = f"{duration(found['save'])} | {duration(found['plain'])}"
                ratio = f"{times(found.ratio('save', 'plain'))} | ≤ {ASKED}"
                say(f"| {number:,} | {seconds} | {ratio} | {statements} | {size:,} |")
            found = appending(draft.case, owner)
            say(
                f"\n### Appending an event to a chain of {CHAIN}\n\n| what | median | ratio |\n"
                "|---|---:|---:|"
            )
            say(f"| a plain insert | {duration(found['insert'] / APPENDED)} | 1 |")
            ratio = times(found.ratio("append", "insert"))
            say(f"| appending | {duration(found['append'] / APPENDED)} | {ratio} |")
        finally:
            runner.teardown_databases(kept)


if __name__ == "__main__":
    main()
