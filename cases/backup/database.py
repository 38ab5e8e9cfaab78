"""Copies the whole database to files as it was at one moment, and restores it.

SQLite copies itself. PostgreSQL copies each table within one transaction that sees one moment.
Neither blocks other users.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction

from cases import append_only
from cases.backup.manifest import BackupError
from cases.models import Attachment, Event, StepDocument, User

SQLITE = "database.sqlite3"
TABLES = "tables"


def is_empty() -> bool:
    """Whether the database has not been used yet."""
    if User._meta.db_table not in connection.introspection.table_names():
        return True
    return not User.objects.exists() and not Event.objects.exists()


def _tables() -> list[str]:
    """All tables except that of migrations, which belongs to the version of the product."""
    found: list[str] = connection.introspection.django_table_names(only_existing=True)
    return sorted(found)


def _column_list(table: str) -> str:
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, table)
    return ", ".join(connection.ops.quote_name(column.name) for column in described)


@contextmanager
def copied_to(folder: Path) -> Iterator[set[str]]:
    """Write the database to a folder. Returns the names of the stored files at the same moment."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with sqlite3.connect(folder / SQLITE) as copy:
            connection.connection.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            yield _names_in(copy)
        copy.close()
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        (folder / TABLES).mkdir()
        for table in _tables():
            with (folder / TABLES / table).open("wb") as file:
                name = connection.ops.quote_name(table)
                _raw(cursor).copy_expert(f"COPY {name} ({_column_list(table)}) TO STDOUT", file)
        names = set()
        for model in (Attachment, StepDocument):
            names |= {str(name) for name in model.objects.values_list("file", flat=True)}
    yield names


def _names_in(copy: sqlite3.Connection) -> set[str]:
    names = set[str]()
    for model in (Attachment, StepDocument):
        # Safe to put into the statement: the models name their tables.
        statement = f"SELECT file FROM {model._meta.db_table}"  # noqa: S608  # nosec B608
        names |= {row[0] for row in copy.execute(statement)}
    return names


def _raw(cursor: Any) -> Any:
    """The psycopg2 cursor underneath Django's."""
    return cursor.cursor


def restore_from(folder: Path) -> None:
    """Fill an empty database, or leave it as it is. Raises BackupError if the copy is damaged or
    does not fit.
    """
    if connection.vendor == "sqlite":
        _restore_sqlite(folder / SQLITE)
    else:
        with connection.wrap_database_errors:
            _restore_postgresql(folder / TABLES)


def _restore_sqlite(copy: Path) -> None:
    with sqlite3.connect(copy) as database:
        if database.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise BackupError("the copy of the database is damaged")
    database.close()
    connection.close()
    place = Path(settings.DATABASES["default"]["NAME"])
    beside = place.with_name(f"{place.name}.restored")
    try:
        shutil.copyfile(copy, beside)
        beside.chmod(0o600)
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        for ending in ("-wal", "-shm"):
            place.with_name(place.name + ending).unlink(missing_ok=True)
        beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)


def _restore_postgresql(copies: Path) -> None:
    call_command("migrate", verbosity=0)
    tables = _tables()
    if sorted(copy.name for copy in copies.iterdir()) != tables:
        raise BackupError("the archive does not have the tables of this version")
    with transaction.atomic(), connection.cursor() as cursor:
        append_only.remove(connection)
        # The copy also holds the rows that migrations write.
        quoted = [connection.ops.quote_name(table) for table in tables]
        cursor.execute(f"TRUNCATE {', '.join(quoted)}")
        for table, name in zip(tables, quoted, strict=True):
            with (copies / table).open("rb") as file:
                _raw(cursor).copy_expert(f"COPY {name} ({_column_list(table)}) FROM STDIN", file)
        for statement in connection.ops.sequence_reset_sql(
            no_style(), apps.get_models(include_auto_created=True)
        ):
            cursor.execute(statement)
        append_only.install(connection)
