"""Tables whose rows are written once: the database itself refuses to change or remove them.

They hold what was submitted, decided and published, whatever code runs against the database.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = (
    "cases_event",
    "cases_edition",
    "cases_snapshot",
    "cases_comment",
    "cases_measuredecision",
    "cases_actorrequest",
    "cases_reviewdecision",
)


def refusal(table: str) -> str:
    """What the database says when it refuses."""
    return f"rows of {table} are never changed or removed"


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the database refuse. Tables that do not exist yet are left out."""
    existing = set(connection.introspection.table_names())
    create = _CREATE[connection.vendor]
    with connection.cursor() as cursor:
        for table in TABLES:
            if table in existing:
                for statement in create(table):
                    cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Stop the refusal: for a migration that must rewrite rows, and for tests."""
    drop = _DROP[connection.vendor]
    with connection.cursor() as cursor:
        for table in TABLES:
            for statement in drop(table):
                cursor.execute(statement)


def grant(connection: BaseDatabaseWrapper, role: str) -> None:
    """Give a PostgreSQL role that owns no table the rights to work with all of them. It can read,
    add, change and remove rows, but cannot change or remove those that are written only once.
    """
    name = connection.ops.quote_name(role)
    with connection.cursor() as cursor:
        for statement in (
            f"GRANT USAGE ON SCHEMA public TO {name}",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
            f"REVOKE UPDATE, DELETE ON {', '.join(TABLES)} FROM {name}",
            f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {name}",
        ):
            cursor.execute(statement)


def _create_on_sqlite(table: str) -> list[str]:
    return [
        f"""CREATE TRIGGER IF NOT EXISTS {table}_no_{act} BEFORE {act} ON {table}
        BEGIN SELECT RAISE(ABORT, '{refusal(table)}'); END"""
        for act in ("update", "delete")
    ]


def _create_on_postgresql(table: str) -> list[str]:
    return [
        f"""CREATE OR REPLACE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{refusal(table)}'; END $$""",
        f"""CREATE OR REPLACE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION {table}_is_append_only()""",
        f"""CREATE OR REPLACE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only()""",
    ]


def _drop_on_sqlite(table: str) -> list[str]:
    return [f"DROP TRIGGER IF EXISTS {table}_no_{act}" for act in ("update", "delete")]


def _drop_on_postgresql(table: str) -> list[str]:
    return [f"DROP TRIGGER IF EXISTS {table}_no_{act} ON {table}" for act in ("change", "truncate")]


_CREATE = {"sqlite": _create_on_sqlite, "postgresql": _create_on_postgresql}
_DROP = {"sqlite": _drop_on_sqlite, "postgresql": _drop_on_postgresql}
