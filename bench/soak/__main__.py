"""`make soak`: people at work while services of the product are killed, hang and come back.

`python -m bench.soak --minutes 5 --people 50` starts the product's own processes on loopback, in a
folder of their own, lets people work while one fault after the other happens, and then checks in
the database whether anything that was acknowledged is lost or was reported wrongly. It exits with 1
if so, and if somebody waited too long. It needs PostgreSQL and Redis, and Caddy and root for the
proxy and the full disk.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import threading
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import django
from django.db import connection

from bench.soak.faults import Fault, faults_of, run
from bench.soak.nuisances import nuisances_of
from bench.soak.people import Person
from bench.soak.services import Installation, Service

# How long people finish what they began once the faults are over.
GRACE = 60
# People who do something odd, beside those who work.
GUESTS = 5


async def work(
    people: list[Person], faults: list[Fault], services: Mapping[str, Service], seconds: float
) -> None:
    """Let all people sign in and work while the faults happen."""
    for person in people:
        await person.sign_in()
    # Each web process has answered before anything is measured.
    for person in people[:10]:
        await person.read()
    print(f"{len(people)} people are signed in", flush=True)
    over = threading.Event()
    tasks = [asyncio.create_task(person.work(over)) for person in people]
    await asyncio.to_thread(run, faults, services, seconds)
    over.set()
    done, late = await asyncio.wait(tasks, timeout=GRACE)
    for task in late:
        task.cancel()
    for task in done:
        task.result()


def soak(installation: Installation, minutes: float, number: int) -> bool:
    """Run everything and print the table; returns whether all was as it should be."""
    print("the product starts", flush=True)
    installation.start()
    os.environ.update(installation.env)
    django.setup()
    from bench.soak import outcome, stage

    mark = uuid4().hex[:6]
    trust = installation.certificate
    everyone = [Person(each, mark, installation.address, trust) for each in range(number + GUESTS)]
    people, guests, catalogue_admin = everyone[:number], everyone[number:-1], everyone[-1]
    stage.prepare([*people, *guests], catalogue_admin)
    faults = [*nuisances_of(guests, catalogue_admin), *faults_of(installation)]
    asyncio.run(work(people, faults, installation.services, minutes * 60))
    # The connection from before PostgreSQL was killed.
    connection.close()
    found = outcome.look_up(mark)
    to_mail, messages, twice = outcome.wait_for_mail(installation.mail)
    rows = outcome.rows_of(faults, people, found, installation.mail)
    print(f"\n{number} people, {minutes:g} minutes\n\n{outcome.table(rows)}\n")
    print(f"mail: {to_mail} notifications, {messages} messages, {twice} of them twice")
    failures = [sentence for row in rows for sentence in row.failures()]
    if to_mail != messages or twice:
        failures.append("mail: not each notification was mailed once")
    print("\n".join(failures) or "nothing was lost, reported falsely or kept waiting")
    return not failures


def main() -> None:
    parser = ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--keep-logs", action="store_true", help="copy the logs to var/soak")
    given = parser.parse_args()
    installation = Installation(Path(tempfile.mkdtemp(prefix="rtop-soak-")))
    if not installation.caddy:
        print("SKIPPED: the proxy. Caddy is not installed, so people reach the web server itself.")
    if not installation.has_disk:
        print("SKIPPED: the full disk. Only root can mount a small disk.")
    try:
        is_well = soak(installation, given.minutes, given.people)
    finally:
        installation.stop(keep_logs=Path("var/soak") if given.keep_logs else None)
    sys.exit(not is_well)


if __name__ == "__main__":
    main()
