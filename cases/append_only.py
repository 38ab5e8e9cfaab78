"""What holds the record of events unchangeable in the database itself, whatever code runs against
it.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "cases_event"
SAYS = "events are never changed"

_SQLITE = [
    f"""CREATE TRIGGER IF NOT EXISTS {TABLE}_no_{act} BEFORE {act} ON {TABLE}
    BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"""
    for act in ("update", "delete")
]
_POSTGRESQL = [
    f"""CREATE OR REPLACE FUNCTION {TABLE}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{SAYS}'; END $$""",
    f"""CREATE OR REPLACE TRIGGER {TABLE}_no_change BEFORE UPDATE OR DELETE ON {TABLE}
    FOR EACH ROW EXECUTE FUNCTION {TABLE}_is_append_only()""",
    f"""CREATE OR REPLACE TRIGGER {TABLE}_no_truncate BEFORE TRUNCATE ON {TABLE}
    FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_is_append_only()""",
]
_REMOVE_SQLITE = [f"DROP TRIGGER IF EXISTS {TABLE}_no_{act}" for act in ("update", "delete")]
_REMOVE_POSTGRESQL = [
    f"DROP TRIGGER IF EXISTS {TABLE}_no_{act} ON {TABLE}" for act in ("change", "truncate")
]


def install(connection: BaseDatabaseWrapper) -> None:
    """Let the database refuse to change or remove an event."""
    _run(connection, _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Remove the triggers: for migrations that go back, and for tests that empty their database."""
    _run(connection, _REMOVE_POSTGRESQL if connection.vendor == "postgresql" else _REMOVE_SQLITE)


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
