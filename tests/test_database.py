"""What the database itself enforces, whatever code writes to it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from cases import append_only
from cases.models import Assessment, Case, User
from cases.workflows.assessing.answering import AnswerInput, save_answer
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import set_member
from cases.workflows.review import decide_on_measure, decide_on_review, start_thread
from tests.conftest import FIXTURES
from tests.databases import Databases

CHANGED_COLUMN = {
    "cases_event": "data = '{}'",
    "cases_edition": "title = 'Another title'",
    "cases_snapshot": "digest = 'another'",
    "cases_comment": "text = 'Another text'",
    "cases_measuredecision": "kind = 'reject'",
    "cases_actorrequest": "actor = 'ohchr'",
    "cases_reviewdecision": "text = 'Another text'",
}


@pytest.fixture
def signed_off(draft: Assessment, analyst: User, person: Callable[..., User]) -> Assessment:
    """A submitted assessment with a comment, a decision on a measure and a sign-off."""
    rosa = person("rosa", "reviewer")
    set_member(draft.case, rosa, "reviewer", by=analyst)
    save_answer(draft, AnswerInput("phase", "known", "ongoing"), by=analyst, version=0)
    seen = submit(draft, by=analyst).digest
    draft.refresh_from_db()
    start_thread(draft, by=rosa, anchor="measure", code="enc.remind", text="Who would lead it?")
    decide_on_measure(draft, "enc.remind", "endorse", by=rosa, seen=seen)
    decide_on_review(draft, "sign_off", by=rosa, seen=seen)
    return draft


def rows_of(table: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY id")
        rows: list[Any] = cursor.fetchall()
        return rows


def test_each_table_of_evidence_has_a_case_here() -> None:
    assert set(CHANGED_COLUMN) == set(append_only.TABLES)


@pytest.mark.parametrize("table", append_only.TABLES)
@pytest.mark.parametrize("act", ["UPDATE {table} SET {column}", "DELETE FROM {table}"])
def test_the_database_refuses_to_change_or_remove_what_was_submitted_decided_and_published(
    signed_off: Assessment, table: str, act: str
) -> None:
    before = rows_of(table)
    assert before
    sql = act.format(table=table, column=CHANGED_COLUMN[table])
    refused = pytest.raises(DatabaseError, match=append_only.refusal(table))
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert rows_of(table) == before


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
@pytest.mark.parametrize("table", append_only.TABLES)
def test_postgresql_refuses_to_truncate_them(signed_off: Assessment, table: str) -> None:
    refused = pytest.raises(DatabaseError, match="never changed or removed")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        # The deferred constraints on the rows of this test are checked first.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {table} CASCADE")


NOW = timezone.now()


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "submitted"},
        {"status": "submitted", "review_state": "pending"},
        {"status": "submitted", "submitted_at": NOW},
        {"review_state": "pending"},
        {"review_state": "signed_off", "submitted_at": NOW},
        {"submitted_at": NOW},
        {"status": "withdrawn", "review_state": "pending", "submitted_at": NOW},
    ],
)
def test_a_draft_has_no_review_and_what_is_submitted_has_one_and_its_time(
    draft: Assessment, fields: dict[str, Any]
) -> None:
    refused = pytest.raises(IntegrityError, match="status_review_and_submission_agree")
    with refused, transaction.atomic():
        Assessment.objects.filter(pk=draft.pk).update(**fields)


def test_a_submitted_assessment_never_becomes_a_draft_again_with_its_review(
    signed_off: Assessment,
) -> None:
    refused = pytest.raises(IntegrityError, match="status_review_and_submission_agree")
    with refused, transaction.atomic():
        Assessment.objects.filter(pk=signed_off.pk).update(status="draft")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no roles")
def test_the_role_that_the_product_works_under_cannot_touch_what_is_written_once(
    signed_off: Assessment,
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE rtop_product_of_tests")
        cursor.execute("GRANT rtop_product_of_tests TO CURRENT_USER")
        append_only.grant(connection, "rtop_product_of_tests")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET ROLE rtop_product_of_tests")
        Case.objects.update(place="Gao")
        Case.objects.create(title="Another", owner=signed_off.author)
        refused = [f"DROP TRIGGER {table}_no_change ON {table}" for table in append_only.TABLES]
        refused += [f"DELETE FROM {table}" for table in append_only.TABLES]
        refused += [f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in append_only.TABLES]
        for statement in (*refused, "DELETE FROM django_migrations", "CREATE TABLE t (n int)"):
            permitted = pytest.raises(DatabaseError, match=r"permission denied|must be owner")
            with permitted, transaction.atomic():
                cursor.execute(statement)
        cursor.execute("RESET ROLE")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a setting of SQLite")
def test_sqlite_waits_until_what_it_saves_is_on_the_disk(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous")
        assert cursor.fetchone() == (2,), "FULL"


def test_two_migrations_at_once_both_succeed(tmp_path: Path, databases: Databases) -> None:
    env = os.environ | {"VAR_DIR": str(tmp_path), "DATABASE_URL": databases.new(tmp_path, "twice")}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    both = [subprocess.Popen(command, cwd=FIXTURES.parent, env=env) for _process in range(2)]
    assert [process.wait(timeout=300) for process in both] == [0, 0]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite locks the whole database")
def test_a_migration_gives_way_to_whoever_reads(tmp_path: Path, databases: Databases) -> None:
    """Otherwise PostgreSQL would end a reader's statement that waits for a table of the migration,
    which itself waits for a table of the reader.
    """
    url = databases.new(tmp_path, "giving_way")
    env = os.environ | {"VAR_DIR": str(tmp_path), "DATABASE_URL": url}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run([*migrate, "cases", "0021"], cwd=FIXTURES.parent, env=env, check=True)
    waits = "SELECT count(*) FROM pg_locks WHERE relation = 'cases_case'::regclass AND NOT granted"
    reader, observer = psycopg2.connect(url), psycopg2.connect(url)
    observer.autocommit = True
    with closing(reader), closing(observer), reader.cursor() as reads, observer.cursor() as sees:
        reads.execute("SELECT count(*) FROM cases_case")
        # The next migration changes the table of assessments, and then that of cases.
        migrating = subprocess.Popen(migrate, cwd=FIXTURES.parent, env=env)
        seen = (0,)
        while seen == (0,):
            assert migrating.poll() is None
            sees.execute(waits)
            seen = sees.fetchone()
        reads.execute("SELECT count(*) FROM cases_assessment")
        reader.commit()
        assert migrating.wait(timeout=120) == 0


def test_two_processes_that_publish_the_shipped_editions_at_once_publish_each_once(
    tmp_path: Path, databases: Databases
) -> None:
    env = os.environ | {
        "VAR_DIR": str(tmp_path),
        "DATABASE_URL": databases.new(tmp_path, "editions"),
    }
    env.pop("DJANGO_SETTINGS_MODULE", None)
    manage = [sys.executable, "manage.py"]
    migrate = [*manage, "migrate", "--verbosity", "0"]
    subprocess.run(migrate, cwd=FIXTURES.parent, env=env, check=True)
    load = [*manage, "load_rulebook", "--shipped", "fixtures/rulebook"]
    both = [
        subprocess.Popen(load, cwd=FIXTURES.parent, env=env, stdout=subprocess.PIPE, text=True)
        for _process in range(2)
    ]
    said = [process.communicate(timeout=300)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert "".join(said).count("is published.") == 2, "edition 1 and edition 2"
    assert "".join(said).count("was published before; nothing to do") == 2
