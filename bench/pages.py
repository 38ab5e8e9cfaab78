"""What the pages cost with few cases and with many, for every role.

`python -m bench.pages 100 10000 100000` fills a test database beside the one that DATABASE_URL
names (SQLite where it names none) up to each number of cases and asks for every page that the
reader may see. `--keep` leaves the database, and a later run measures it as it is.

Time on the processor is given beside the time that passed, for this process and its database
connection: other work on the machine changes it less. The ratios are ratios of it. Other work only
ever adds to it, so the least of several times counts. Where this process may not read what the
database used, as on another machine, only its own time counts.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rtop_assist.settings")
django.setup()

from django.db import connection
from django.test import Client
from django.test.runner import DiscoverRunner
from django.urls import reverse

from bench.figures import say
from bench.many_cases import ACTOR, COUNTRY, DEMONSTRATION, begin, fill
from bench.web import bench_settings
from cases.models import Case, Step, User
from cases.queries.editions.rulebooks import current_edition, rulebook_of

REPEATS = 5
# The limits: how much more a page may cost with the most cases than with the fewest, and KB.
GROWTH, WEIGHT = 1.5, 350
READERS = {
    "analyst": "amina.analyst",
    "reviewer": "rosa.reviewer",
    "catalogue admin": "chen.catalogue",
    "auditor": "alma.auditor",
    "site admin": "sofia.siteadmin",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[100, 1_000])
    parser.add_argument("--keep", action="store_true", help="leave the database for a later run")
    parser.add_argument("--reader", action="append", choices=READERS, help="only this reader")
    arguments = parser.parse_args()
    if connection.vendor == "sqlite":
        # In a file, as the product has it, and not in memory.
        name = Path(str(connection.settings_dict["NAME"]))
        connection.settings_dict["TEST"]["NAME"] = str(name.with_name(f"bench-{name.name}"))
    runner = DiscoverRunner(verbosity=0, interactive=False, keepdb=arguments.keep)
    with bench_settings():
        kept = runner.setup_databases()
        try:
            run(sorted(arguments.sizes), arguments.reader or list(READERS))
        finally:
            if not arguments.keep:
                runner.teardown_databases(kept)


def run(sizes: list[int], readers: list[str]) -> None:
    if not User.objects.exists():
        begin()
    measured: dict[int, dict[tuple[str, str], Figures]] = {}
    for size in sizes:
        filled = Case.objects.count()
        if filled <= size:
            began = time.perf_counter()
            fill(size - filled, filled)
            print(f"{size} cases: {time.perf_counter() - began:.0f} s to fill", file=sys.stderr)
            measured[size] = measure(readers)
    report(measured)


@dataclass(frozen=True)
class Figures:
    """The least of one page: seconds that passed, seconds on the processor; and what it took."""

    passed: float
    processor: float
    weight: int
    statements: int


def pages() -> dict[str, str]:
    """The pages that are asked for, by name, with their addresses."""
    amina = User.objects.get(username="amina.analyst")
    often = Case.objects.get(title__in=DEMONSTRATION)
    long = Step.objects.filter(note="What was done.")[0].case
    submitted = often.assessments.filter(status="submitted", edition=current_edition()).order_by(
        "-as_of"
    )[0]
    draft = often.assessments.filter(status="draft", author=amina)[0]
    rulebook = rulebook_of(current_edition().pk)
    measure = next(iter(rulebook.measures))
    plain = Case.objects.filter(countries__code="KEN").order_by("created_at")[0]
    on, listed = [submitted.pk], reverse("case_list")
    return {
        "home": reverse("home"),
        "case list": listed,
        "… three words": f"{listed}?q=harvest+militia+river",
        "… words that nothing has": f"{listed}?q=xylophone+quartet",
        "… of one country": f"{listed}?country={COUNTRY}",
        "… by title": f"{listed}?sort=title",
        "… last assessed first": f"{listed}?sort=-assessed",
        "… last page": last_page(listed),
        "a list of home, whole": reverse("home_list", args=["old"]),
        "overdue, whole": reverse("home_list", args=["overdue"]),
        "mentions, whole": reverse("home_list", args=["mentions"]),
        "drafts, whole": reverse("home_list", args=["drafts"]),
        "reviews": reverse("review_list"),
        "case": plain.get_absolute_url(),
        "case with 50 assessments": often.get_absolute_url(),
        "timeline of 2,000 events": reverse("case_timeline", args=[long.pk]),
        "case with 2,000 steps": long.get_absolute_url(),
        "advice": submitted.get_absolute_url(),
        "measure in an advice": reverse("measure_in_advice", args=[*on, measure]),
        "precedents": reverse("precedents", args=on),
        "review": reverse("assessment_review", args=on),
        "risk": reverse("risk_profile", args=on),
        "what-if": reverse("what_if", args=on),
        "submit": reverse("assessment_submit", args=[draft.pk]),
        "catalogue": reverse("catalogue"),
        "measure": reverse("measure_detail", args=[measure]),
        "actor": reverse("actor_detail", args=[ACTOR]),
        "record": reverse("record"),
        "… last page of the record": last_page(reverse("record")),
        "… record, a text": f"{reverse('record')}?text=pris",
        "… record, of a person": f"{reverse('record')}?person=amina.analyst",
        "people": reverse("people"),
        "notifications": reverse("notification_list"),
    }


def last_page(address: str) -> str:
    return f"{address}?page=last"


def measure(readers: list[str]) -> dict[tuple[str, str], Figures]:
    found = {}
    addresses = pages()
    # As gunicorn.conf.py does.
    gc.collect()
    gc.freeze()
    for role in readers:
        client = Client(raise_request_exception=False)
        client.force_login(User.objects.get(username=READERS[role]))
        for name, address in addresses.items():
            status = client.get(address).status_code
            if status >= 500:
                print(f"{name} ({role}) failed", file=sys.stderr)
            if status == 200:
                found[name, role] = of_page(client, address)
    return found


def of_page(client: Client, address: str) -> Figures:
    statements: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        statements.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        response = client.get(address)
    passed, processor = [], []
    for _ in range(REPEATS):
        before, began = processor_time(), time.perf_counter()
        client.get(address)
        passed.append(time.perf_counter() - began)
        processor.append(processor_time() - before)
    return Figures(
        min(passed),
        min(processor),
        len(response.content),
        len(statements),
    )


def processor_time() -> float:
    """Seconds on the processor so far, of this process and of its connection to the database."""
    if connection.vendor != "postgresql":
        return time.process_time()
    server = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    spent = int(server.read_text().split()[0]) / 1e9 if server.exists() else 0.0
    return time.process_time() + spent


def report(measured: dict[int, dict[tuple[str, str], Figures]]) -> None:
    sizes = list(measured)
    names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
    say(f"\n### Pages, on {names[connection.vendor]}\n")
    say(
        f"The least of {REPEATS}: milliseconds that passed (on the processor); KB and statements"
        " with the most cases; how much more time on the processor than with the fewest.\n"
    )
    heads = " | ".join(f"{size:,} cases" for size in sizes)
    say(f"| page | reader | {heads} | KB | statements | ratio |")
    say(f"|---|---|{'---:|' * (len(sizes) + 3)}")
    over = []
    for key, most in measured[sizes[-1]].items():
        first = measured[sizes[0]].get(key, most)
        ratio = most.processor / first.processor
        cells = [
            f"{1e3 * row.passed:.0f} ({1e3 * row.processor:.0f})" if row else "–"
            for row in (measured[size].get(key) for size in sizes)
        ]
        name, role = key
        say(
            f"| {name} | {role} | {' | '.join(cells)} | {most.weight / 1024:.0f} "
            f"| {most.statements} | {ratio:.2f} |"
        )
        if ratio > GROWTH or most.weight > WEIGHT * 1024:
            over.append(f"{name} ({role})")
    say(
        f"\nOver {GROWTH} times, or {WEIGHT} KB: {', '.join(over) or 'none'}, "
        f"of {len(measured[sizes[-1]])}."
    )


if __name__ == "__main__":
    main()
