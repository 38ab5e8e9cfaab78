"""Finds the cases that a part of a word occurs in, on SQLite, as `pg_trgm` does on PostgreSQL.

Two tables say which groups of three letters occur in the text and in the title of each case.
Triggers keep them. They know a case by a number that nothing changes: what SQLite itself numbers
the rows of a table by may change when an operator compacts the database.
"""

from __future__ import annotations

import sqlite3
from functools import cache
from uuid import UUID

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

# If more cases have a text, reading them in the order of a list soon finds enough of them.
FEW = 1_000
# So many groups of letters are sought at most; the caller compares the whole text.
SOUGHT = 50

_SEARCHES = {
    "search_text": """
        SELECT case_id FROM cases_number JOIN cases_by_text ON cases_by_text.rowid = number
        WHERE cases_by_text MATCH %s LIMIT %s
    """,
    "sort_title": """
        SELECT case_id FROM cases_number JOIN cases_by_part ON cases_by_part.rowid = number
        WHERE cases_by_part MATCH %s LIMIT %s
    """,
}

_TABLE = """
    CREATE VIRTUAL TABLE {} USING fts5(
        words, content='', columnsize=0, detail=none, tokenize='trigram case_sensitive 1'
    )
"""
_NUMBER = "INSERT INTO cases_number (case_id) VALUES (new.id);"
_FORGET = "DELETE FROM cases_number WHERE case_id = old.id;"
_ADD = """
    INSERT INTO cases_by_text (rowid, words)
    SELECT number, new.search_text FROM cases_number WHERE case_id = new.id;
    INSERT INTO cases_by_part (rowid, words)
    SELECT number, new.sort_title FROM cases_number WHERE case_id = new.id;
"""
_REMOVE = """
    INSERT INTO cases_by_text (cases_by_text, rowid, words)
    SELECT 'delete', number, old.search_text FROM cases_number WHERE case_id = old.id;
    INSERT INTO cases_by_part (cases_by_part, rowid, words)
    SELECT 'delete', number, old.sort_title FROM cases_number WHERE case_id = old.id;
"""
_TRIGGERS = {
    "cases_indexed_insert": f"AFTER INSERT ON cases_case BEGIN {_NUMBER} {_ADD} END",
    "cases_indexed_update": f"""AFTER UPDATE OF search_text, sort_title ON cases_case
        WHEN old.search_text <> new.search_text OR old.sort_title <> new.sort_title
        BEGIN {_REMOVE} {_ADD} END""",
    "cases_indexed_delete": f"AFTER DELETE ON cases_case BEGIN {_REMOVE} {_FORGET} END",
}
_CREATE = (
    "CREATE TABLE cases_number (number INTEGER PRIMARY KEY, case_id char(32) NOT NULL UNIQUE)",
    _TABLE.format("cases_by_text"),
    _TABLE.format("cases_by_part"),
    "INSERT INTO cases_number (case_id) SELECT id FROM cases_case",
    """INSERT INTO cases_by_text (rowid, words)
    SELECT number, search_text FROM cases_case JOIN cases_number ON case_id = id""",
    """INSERT INTO cases_by_part (rowid, words)
    SELECT number, sort_title FROM cases_case JOIN cases_number ON case_id = id""",
    *(f"CREATE TRIGGER {name} {act}" for name, act in _TRIGGERS.items()),
)
_DROP_TRIGGERS = tuple(f"DROP TRIGGER IF EXISTS {name}" for name in _TRIGGERS)
_DROP = (
    *_DROP_TRIGGERS,
    "DROP TABLE IF EXISTS cases_by_text",
    "DROP TABLE IF EXISTS cases_by_part",
    "DROP TABLE IF EXISTS cases_number",
)


@cache
def is_supported() -> bool:
    """Whether this SQLite has what the index is made with."""
    with sqlite3.connect(":memory:") as database:
        try:
            database.execute(_TABLE.format("tried"))
        except sqlite3.OperationalError:
            return False
    return True


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the index where it is missing: SQLite drops the triggers with a table that is rebuilt.

    An SQLite that cannot use the index does without.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE tbl_name = 'cases_case'")
        there = {name for (name,) in cursor.fetchall()}
        if "cases_case" not in there or (is_supported() and there >= _TRIGGERS.keys()):
            return
        statements = (*_DROP, *_CREATE) if is_supported() else _DROP_TRIGGERS
        for statement in statements:
            cursor.execute(statement)


def few_cases_with(text: str, field: str) -> list[UUID] | None:
    """The cases whose `search_text` or `sort_title` may contain a text, among them all that do;
    None if they are many, or if nothing but reading the texts says which they are.
    """
    groups = dict.fromkeys(text[start : start + 3] for start in range(len(text) - 2))
    if connection.vendor != "sqlite" or not groups or "\x00" in text or not is_supported():
        return None
    quoted = ['"{}"'.format(group.replace('"', '""')) for group in list(groups)[:SOUGHT]]
    with connection.cursor() as cursor:
        cursor.execute(_SEARCHES[field], [" AND ".join(quoted), FEW + 1])
        keys = cursor.fetchall()
    return None if len(keys) > FEW else [UUID(key) for (key,) in keys]
