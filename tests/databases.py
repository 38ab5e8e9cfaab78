"""Databases beside that of the tests, and free ports, for processes of their own; and a database
that takes no changes.
"""

from __future__ import annotations

import re
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.db import OperationalError, connection
from psycopg2 import extensions
from psycopg2.errors import ObjectInUse

PREFIX = "drill_"
# Held while a database is made or dropped, so that no run drops what another one has just made.
LOCK = 7_465_318
UNUSED = """
    SELECT datname FROM pg_database
    WHERE starts_with(datname, %s) AND datdba = current_user::regrole
    AND datname NOT IN (SELECT datname FROM pg_stat_activity WHERE datname IS NOT NULL)
"""


class Databases:
    """Makes empty databases, and drops them at the end.

    On PostgreSQL, an open connection to each shows other runs that it is in use. It closes even
    if this run is killed, and the next run then drops the database.
    """

    def __init__(self) -> None:
        self.made: dict[str, extensions.connection] = {}

    def new(self, folder: Path, name: str) -> str:
        """The address of an empty database: a file, or one beside the database of the tests."""
        if connection.vendor == "sqlite":
            return f"sqlite:///{folder / name}.sqlite3"
        unique = f"{PREFIX}{name}_{secrets.token_hex(4)}"
        with _outside() as cursor:
            _drop_unused(cursor)
            cursor.execute(f"CREATE DATABASE {unique}")
            self.made[unique] = psycopg2.connect(_address(unique))
        return _address(unique)

    def drop(self) -> None:
        for name, held in self.made.items():
            held.close()
            with _outside() as cursor:
                cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _address(name: str) -> str:
    given = settings.DATABASES["default"]
    owner = f"{given['USER']}:{given['PASSWORD']}"
    return f"postgres://{owner}@{given['HOST']}:{given['PORT'] or 5432}/{name}"


@contextmanager
def _outside() -> Iterator[extensions.cursor]:
    """A cursor in the server's own database, which holds the lock until it is closed."""
    outside = psycopg2.connect(_address("postgres"))
    outside.autocommit = True
    try:
        with outside.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            yield cursor
    finally:
        outside.close()


def _drop_unused(cursor: extensions.cursor) -> None:
    """Drop what runs that were killed left behind."""
    cursor.execute(UNUSED, [PREFIX])
    for (name,) in cursor.fetchall():
        with suppress(ObjectInUse):
            cursor.execute(f"DROP DATABASE IF EXISTS {name}")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def read_only() -> Iterator[None]:
    """The database takes no changes, as when its disk is full."""

    def refuse(execute: Any, sql: str, *given: Any) -> Any:
        if re.match(r"INSERT|UPDATE|DELETE", sql):
            raise OperationalError("database or disk is full")
        return execute(sql, *given)

    with connection.execute_wrapper(refuse):
        yield
