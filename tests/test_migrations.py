"""A database that an earlier version wrote is taken over whole."""

from __future__ import annotations

import json
import lzma
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Written by the version of 25 November 2026, before the first release: the twelve situations of the
# demonstration, a thirteenth that was reviewed, returned, referred and assessed twice, three
# editions and a draft of the next.
UNRELEASED = Path(__file__).resolve().parent / "data" / "unreleased.sql.xz"


def run(env: dict[str, str], *command: str) -> str:
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def carried_over(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a copy of that database, migrated by the code of today."""
    folder = tmp_path_factory.mktemp("unreleased")
    with sqlite3.connect(folder / "kept.sqlite3") as database:
        database.executescript(lzma.decompress(UNRELEASED.read_bytes()).decode())
    database.close()
    env = os.environ | {
        "VAR_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'kept.sqlite3'}",
        "DEBUG": "1",
        "ALLOWED_HOSTS": "testserver",
        "EMAIL_URL": "dummymail://",
    }
    run(env, "manage.py", "migrate", "--verbosity", "0")
    return env


def test_nothing_is_left_to_migrate(carried_over: dict[str, str]) -> None:
    run(carried_over, "manage.py", "migrate", "--check")


def test_its_record_is_whole(carried_over: dict[str, str]) -> None:
    said = run(carried_over, "manage.py", "verify_events")
    assert "324 events in 14 chains: the record is intact" in said


def test_its_rows_are_all_there_under_their_new_names(carried_over: dict[str, str]) -> None:
    found = json.loads(run(carried_over, "-m", "tests.data.read_unreleased", "rows"))
    assert found == {
        "Assessment": 26,
        "Snapshot": 23,
        "MeasureDecision": 3,
        "ReviewDecision": 3,
        "ActorRequest": 15,
        "Edition": 3,
        "Draft": 1,
        "Notification": 31,
        "reassessments": ["declined", "open"],
        "review_states": ["none", "pending", "referred", "returned", "signed_off"],
    }


def test_its_snapshots_are_what_their_digests_say_and_load(carried_over: dict[str, str]) -> None:
    assert json.loads(run(carried_over, "-m", "tests.data.read_unreleased", "snapshots")) == {
        "intact": 23
    }


def test_every_page_of_its_submitted_assessments_opens(carried_over: dict[str, str]) -> None:
    found = json.loads(run(carried_over, "-m", "tests.data.read_unreleased", "pages"))
    assert len(found) > 200
    assert {address: status for address, status in found.items() if status != 200} == {}


def test_its_evidence_is_protected_from_then_on(carried_over: dict[str, str]) -> None:
    path = carried_over["DATABASE_URL"].removeprefix("sqlite:///")
    with sqlite3.connect(path) as database:
        for table in ("cases_edition", "cases_snapshot", "cases_reviewdecision"):
            with pytest.raises(sqlite3.IntegrityError, match="never changed or removed"):
                database.execute(f"DELETE FROM {table}")
    database.close()
