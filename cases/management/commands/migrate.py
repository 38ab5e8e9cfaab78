"""Migrate the database while people work. Several processes that start at the same time migrate it
once, and a migration does not keep people waiting who read a table that it changes.
"""

from __future__ import annotations

import time
from typing import Any

from django.core.management.commands import migrate
from django.db import OperationalError, connection

from cases.one_at_a_time import one_at_a_time

# How many milliseconds a migration waits for a table. It may have locked another table for which a
# reader of this one waits: after a second, PostgreSQL would end the reader's statement.
LOCK_TIMEOUT = 200
# PostgreSQL's codes for a lock that was not granted in time, and for a deadlock.
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
