"""How long it takes to calculate what a draft edition would do to many cases.

    python -m bench.impact        one rule, from the page, against the computation with one query
    python -m bench.impact jobs   the whole rulebook: one worker, two, and one that is killed

The first runs on the database that DATABASE_URL names (SQLite where it names none). The second
needs PostgreSQL and a broker (CELERY_BROKER_URL), since each worker is a process of its own.
"""

from __future__ import annotations

import copy
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rtop_assist.settings")
django.setup()

from django.db import connection
from django.test import Client
from django.test.runner import DiscoverRunner
from django.urls import reverse

from bench.figures import Timings, duration, say, timed, times
from bench.web import bench_settings, write_assessments, write_cases
from cases.models import Assessment, Case, CaseCountry, Draft, Edition, Job, JobPart, User
from cases.queries.editions.rulebooks import rulebook_of, shipped_folders
from cases.queries.editor.jobs import Progress, job_of
from cases.rulebook.editions.builder import build
from cases.rulebook.editions.loader import load_folder
from cases.rulebook.reasoning.answer_codes import pack
from cases.rulebook.reasoning.bitplanes import Portfolio
from cases.workflows.demo import load_cases, load_users
from cases.workflows.editions.publishing import publish
from cases.workflows.editor import editing, impact_jobs

MANY = (10_000, 100_000)
ASKED = 2
ROUNDS = 61
RULE = "pro.asylum.fleeing"
COUNTRIES = ("MLI", "NER", "TCD", "SDN", "COL", "MMR", "KEN", "NGA", "LBY", "GIN")


def fill(edition: Edition, owner: User, number: int) -> None:
    """Create cases with one submitted assessment each, all with random answers."""
    questionnaire = rulebook_of(edition.pk).questionnaire
    chance = random.Random(number)

    def answers() -> dict[str, Any]:
        found: dict[str, Any] = {}
        for question in questionnaire.questions:
            if chance.random() < 0.85:
                codes = question.option_codes
                many = frozenset(str(code) for code in codes if chance.random() < 0.3)
                found[question.code] = many if question.kind == "multiple" else chance.choice(codes)
        return found

    for start in range(0, number, 5_000):
        cases = write_cases(owner, range(start, min(start + 5_000, number)))
        CaseCountry.objects.bulk_create(
            CaseCountry(case=case, code=chance.choice(COUNTRIES)) for case in cases
        )
        packed = (pack(questionnaire, answers()) for _case in cases)
        write_assessments(edition, owner, cases, packed)


def one_rule(client: Client, draft: Draft, edition: Edition, user: User) -> Timings:
    """The seconds from the click to the figures, and of the bare computation with one query, strict
    and loose.

    The first baseline reads the packed codes of the same assessments: the latest that the person
    may see. The second reads those of all that were submitted, without asking who may see them.
    """
    rule = next(item for item in draft.document["rules"] if item["code"] == RULE)
    condition = {"when-kind": "all", "when-count": "1", "when-0-kind": "line", "when-0-count": "1"}
    line = {
        "when-0-0-question": "displacement",
        "when-0-0-relation": "in",
        "when-0-0-value": ["both"],
    }
    data: dict[str, Any] = {
        **condition,
        **line,
        "code": RULE,
        "measure": rule["measure"],
        "priority": rule["priority"],
        "rationale": "Said.",
        "actors__lead": rule["actors"]["lead"],
        "actors__support": rule["actors"]["support"],
        "citation": rule["citation"],
        "version": "0",
        "try": "impact",
    }
    address = reverse("entry_edit", args=["rules", RULE])

    def page() -> None:
        response = client.post(address, data, headers={"HX-Request": "true"})
        text = response.content.decode()
        assert "would get different advice" in text, text

    old = rulebook_of(edition.pk)
    changed = copy.deepcopy(edition.document)
    for item in changed["rules"]:
        if item["code"] == RULE:
            item["when"] = {"question": "displacement", "in": ["both"]}
    new = build(changed)

    def bare(codes: Callable[[], Any]) -> None:
        packed = list(codes())
        portfolio = Portfolio.of(old.questionnaire, packed)
        before, after = (
            portfolio.statuses(old, rule["measure"]),
            portfolio.statuses(new, rule["measure"]),
        )
        assert (before.recommended != after.recommended).any()

    same = Assessment.objects.visible_to(user).latest_of_each_case().order_by()
    every = Assessment.objects.filter(status="submitted", edition=edition).order_by()
    tasks: dict[str, Callable[[], Any]] = {
        "page": page,
        "bare": lambda: bare(lambda: same.values_list("packed", flat=True)),
        "all": lambda: bare(lambda: every.values_list("packed", flat=True)),
    }
    timed(tasks, 3)
    return timed(tasks, ROUNDS)


def prepared() -> tuple[Edition, User, User]:
    with redirect_stdout(sys.stderr):
        edition = [publish(load_folder(folder)[0])[0] for folder in shipped_folders()][-1]
        users = load_users()
        load_cases(users)
    return edition, users["amina.analyst"], users["chen.catalogue"]


def bench_rule() -> None:
    edition, owner, admin = prepared()
    draft = editing.start_draft(by=admin)
    client = Client()
    client.force_login(admin)
    say("\n### The impact of one edited rule, from the click to the figures\n")
    say(
        f"On {connection.vendor}; beside it the planes of its measure before and after, with one "
        "query for the codes.\nThe computation for all cases has no ratio. It reads rows in the "
        "order in which they are stored,\nwhile the page looks up the latest of each case. Their "
        "ratio depends on the machine's memory more than\non the code.\n"
    )
    say("| cases | from the page | bare, the same cases | ratio | asked | bare, all cases |")
    say("|---:|---:|---:|---:|---|---:|")
    filled = Case.objects.count()
    plans = ""
    for number in MANY:
        fill(edition, owner, number - filled)
        filled = number
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        found = one_rule(client, draft, edition, admin)
        asked = f"≤ {ASKED}" if number == MANY[-1] else ""
        bare = f"{duration(found['bare'])} | {times(found.ratio('page', 'bare'))} | {asked}"
        say(f"| {number:,} | {duration(found['page'])} | {bare} | {duration(found['all'])} |")
        if number == MANY[0]:
            plans = plans_as_a_job(draft, admin, number)
    say("\n### The same edit as a job, with the plans and the leads that would change\n")
    say("| cases | statuses change | plans change | leads change | seconds | cases a second |")
    say("|---:|---:|---:|---:|---:|---:|")
    say(plans)


def plans_as_a_job(draft: Draft, user: User, number: int) -> str:
    """A row of the table on the job that compares the plans of so many cases, run by one worker in
    this process.
    """
    document = copy.deepcopy(draft.document)
    for rule in document["rules"]:
        if rule["code"] == RULE:
            rule["when"] = {"question": "displacement", "in": ["both"]}
    kept, draft.document = draft.document, document
    draft.save()
    began = time.perf_counter()
    impact_jobs.start_impact_job(draft, by=user)
    seconds = time.perf_counter() - began
    progress = job_of(user, draft)
    assert progress
    found = progress.found
    assert found
    assert found.plans
    draft.document = kept
    draft.save()
    return (
        f"| {number:,} | {found.affected:,} | {found.plans:,} | {found.leads:,} | "
        f"{seconds:.1f} | {number / seconds:,.0f} |"
    )


# The job ------------------------------------------------------------------------------------------


def worker() -> subprocess.Popen[bytes]:
    settings = connection.settings_dict
    address = f"postgres://{settings['USER']}:{settings['PASSWORD']}@{settings['HOST']}:{settings['PORT']}"
    env = os.environ | {
        "DATABASE_URL": f"{address}/{settings['NAME']}",
        "EMAIL_URL": "dummymail://",
    }
    celery = [sys.executable, "-m", "celery", "--app", "rtop_assist", "worker", "--pool", "solo"]
    command = [*celery, "--loglevel", "ERROR", "--hostname", f"w{time.monotonic_ns()}@localhost"]
    return subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def ready(workers: int) -> None:
    from rtop_assist.celery import app

    while len(app.control.ping(timeout=1) or []) < workers:
        time.sleep(0.2)


def run(
    draft: Draft, user: User, workers: list[subprocess.Popen[bytes]], *, kill: bool = False
) -> tuple[float, Any]:
    """Seconds until the job is done, and what it found. With `kill` the first worker is killed in
    the middle of it.
    """
    ready(len(workers))
    began = time.monotonic()
    job = impact_jobs.start_impact_job(draft, by=user)
    while True:
        progress: Progress | None = job_of(user, draft)
        assert progress
        if kill and progress.done * 3 >= progress.parts:
            _kill_at_work(job, workers[0])
            kill = False
        if progress.found is not None:
            return time.monotonic() - began, progress.found
        impact_jobs.requeue_stalled_parts(job)
        time.sleep(0.05)


def _kill_at_work(job: Job, victim: subprocess.Popen[bytes]) -> None:
    """Kill a worker while more parts are claimed than the other workers can hold."""
    while (
        JobPart.objects.filter(job=job, claimed_at__isnull=False, result__isnull=True).count() < 2
    ):
        if not JobPart.objects.filter(job=job, claimed_at=None).exists():
            break
    victim.send_signal(signal.SIGKILL)
    victim.wait()


def bench_jobs() -> None:
    edition, owner, admin = prepared()
    fill(edition, owner, MANY[0] - Case.objects.count())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    draft = editing.start_draft(by=admin)
    # Another question is asked, so that every measure has to be looked at.
    document = copy.deepcopy(draft.document)
    document["questions"][-1]["text"] += " Say so."
    for rule in document["rules"][::3]:
        rule["priority"] = "low"
        rule["when"] = {"all": [rule["when"], {"question": "hate_speech", "at_least": 1}]}
    draft.document = document
    draft.save()
    say(
        "\n### The whole rulebook as a job over 10,000 cases, with their plans, on PostgreSQL and "
        "Redis\n"
    )
    say(
        "| workers | seconds | cases a second | to one worker | statuses change | plans change "
        "| leads change | the same result |"
    )
    say("|---|---:|---:|---:|---:|---:|---:|---|")
    first: tuple[float, Any] | None = None
    for title, number, kill in (
        ("one", 1, False),
        ("two", 2, False),
        ("two, one of them killed", 2, True),
    ):
        workers = [worker() for _ in range(number)]
        try:
            # The first job warms the processes up.
            ready(number)
            run(draft, admin, workers)
            seconds, found = run(draft, admin, workers, kill=kill)
        finally:
            for process in workers:
                process.kill()
                process.wait()
        first = first or (seconds, found)
        rate = MANY[0] / seconds
        same = "yes" if found == first[1] else "NO"
        changed = f"{found.affected:,} | {found.plans:,} | {found.leads:,}"
        to_one = f"{first[0] / seconds:.2f}"
        say(f"| {title} | {seconds:.1f} | {rate:,.0f} | {to_one} | {changed} | {same} |")
        assert found == first[1]
        assert found.affected
        assert found.plans
        assert found.leads


def main() -> None:
    runner = DiscoverRunner(verbosity=0, interactive=False)
    jobs = sys.argv[1:] == ["jobs"]
    with bench_settings():
        kept = runner.setup_databases()
        try:
            if jobs:
                from rtop_assist.celery import app

                app.conf.task_always_eager = False
                bench_jobs()
            else:
                bench_rule()
        finally:
            runner.teardown_databases(kept)


if __name__ == "__main__":
    main()
