"""Migrate the database while people work: once if several processes start at the same time, and
giving way to whoever reads a table that is to be changed.
"""

from __future__ import annotations

import time
from typing import Any

from django.core.management.commands import migrate
from django.db import OperationalError, connection

from cases.one_at_a_time import one_at_a_time

# Milliseconds that a migration waits for a table. It may hold another one that a reader of this
# table waits for, and after a second PostgreSQL would end the reader's statement to free both.
LOCK_TIMEOUT = 200
# PostgreSQL's codes for a lock that was not to be had in time, and for a deadlock.
LOCKED = ("55P03", "40P01")
TRIES, PAUSE = 300, 0.5


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with one_at_a_time("migrate"):
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET lock_timeout = %s", [LOCK_TIMEOUT])
            for attempt in range(1, TRIES + 1):
                try:
                    super().handle(*args, **options)
                except OperationalError as error:
                    # The migration has been rolled back. Those before it stay.
                    is_locked = getattr(error.__cause__, "pgcode", None) in LOCKED
                    if not is_locked or attempt == TRIES:
                        raise
                    time.sleep(PAUSE)
                else:
                    return
