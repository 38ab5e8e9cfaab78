"""Files of assessments: the context against the page of the advice, a brief, a report, and a
hundred reports by the worker, with the memory that they take.

On the demonstration, in the database that DATABASE_URL names (SQLite where it names none): `make
bench`.
"""

from __future__ import annotations

import os
import re
import resource
import sys
import time
from contextlib import redirect_stdout

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rtop_assist.settings")
django.setup()

from django.test import Client
from django.test.runner import DiscoverRunner

from bench.figures import duration, say, timed, times
from bench.web import bench_settings
from cases.exports.brief import brief
from cases.exports.report import report_pdf
from cases.models import Assessment, User
from cases.queries.editions.rulebooks import shipped_folders
from cases.queries.reports.context import ASSESSMENTS, report_for
from cases.queries.reports.organisation import Organisation
from cases.rulebook.editions.loader import load_folder
from cases.workflows.demo import load_cases, load_users
from cases.workflows.editions.publishing import publish
from cases.workflows.report_jobs import start_report_job

MANY = 100
# What is asked: times the page of the advice, and milliseconds.
CONTEXT, BRIEF, REPORT = 3.0, 150, 400


def pages(content: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", content))


def memory() -> int:
    """The peak memory of this process, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def measure(reader: User, assessment: Assessment) -> None:
    client = Client()
    client.force_login(reader)
    report = report_for(reader, assessment)
    tasks = {
        "page": lambda: client.get(assessment.get_absolute_url()),
        "context": lambda: report_for(reader, assessment),
        "brief": lambda: brief(report, Organisation()),
        "report": lambda: report_pdf(report, Organisation()),
    }
    timed(tasks, 3)
    found = timed(tasks)
    number = pages(report_pdf(report, Organisation()))
    say("| what | median | of the page | asked |\n|---|---:|---:|---|")
    say(f"| the page of the advice | {duration(found['page'])} | | |")
    for what, task, asked in (
        ("the context", "context", f"≤ {CONTEXT} of the page"),
        ("a brief from it, warm", "brief", f"≤ {BRIEF} ms"),
        (f"a report of {number} pages from it, warm", "report", f"≤ {REPORT} ms"),
    ):
        ratio = times(found.ratio(task, "page"))
        say(f"| {what} | {duration(found[task])} | {ratio} | {asked} |")


def work(reader: User, assessment: Assessment) -> None:
    """A hundred reports, as the worker makes them one after the other."""
    before = memory()
    began = time.perf_counter()
    # In the settings of the bench, tasks are done where they are asked for.
    job = start_report_job("report.pdf", [assessment] * MANY, by=reader)
    seconds = time.perf_counter() - began
    assert not job.parts.filter(done_at=None).exists()
    say(
        f"\n{MANY} reports by the worker took {duration(seconds)}: {MANY / seconds:.1f} a second, "
        f"with {memory()} MB at most, {before} MB before."
    )


def main() -> None:
    runner = DiscoverRunner(verbosity=0, interactive=False)
    with bench_settings():
        kept = runner.setup_databases()
        try:
            with redirect_stdout(sys.stderr):
                for folder in shipped_folders():
                    publish(load_folder(folder)[0])
                load_cases(load_users())
            reader = User.objects.get(username="amina.analyst")
            seen = Assessment.objects.visible_to(reader).filter(case__title__icontains="Libya")
            assessment = ASSESSMENTS.filter(pk__in=seen.values("pk")).order_by("-edition")[0]
            say("\n### Files of assessments\n")
            measure(reader, assessment)
            work(reader, assessment)
        finally:
            runner.teardown_databases(kept)


if __name__ == "__main__":
    main()
