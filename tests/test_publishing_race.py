"""Two admins publish at the same moment: one wins, the other is told, and nothing is published twice."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.db import close_old_connections, connection

import cases
from cases.models import Draft, Edition, User
from cases.rulebook.building import digest_of
from cases.workflows import editing
from tests.conftest import FIXTURES

ROOT = FIXTURES.parent
PREPARE = """
from cases.models import *
from cases.workflows import editing
from cases.rulebook.building import digest_of
chen = User.objects.get(username="chen.catalogue")
draft = editing.start_draft(by=chen)
rule = dict(draft.document["rules"][0]) | {"priority": "low"}
editing.save_entry(draft, "rules", rule, code=rule["code"], by=chen, version=0)
draft = Draft.objects.get()
editing.propose(draft, by=chen, note="x", seen=digest_of(draft.document))
"""
PUBLISH = """
import sys
from cases.models import *
from cases.workflows import editing
from cases.rulebook.building import digest_of
draft = Draft.objects.get()
seen = digest_of(draft.document)
clara = User.objects.get(username="clara.catalogue")
print("READY", flush=True)
sys.stdin.readline()
try:
    print(editing.publish_draft(draft, by=clara, seen=seen))
except editing.EditingError as error:
    print(error.code)
"""


def test_of_two_processes_that_publish_at_once_one_wins_and_the_other_is_told(tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    env |= {"VAR_DIR": str(tmp_path), "DEMO": "1", "EMAIL_URL": "dummymail://"}
    manage = [sys.executable, "manage.py"]
    for command in (["migrate", "--verbosity", "0"], ["load_rulebook", "fixtures/rulebook"], ["load_demo"]):
        subprocess.run([*manage, *command], cwd=ROOT, env=env, check=True, capture_output=True)
    shell = [*manage, "shell", "--no-imports", "-c"]
    subprocess.run([*shell, PREPARE], cwd=ROOT, env=env, check=True, capture_output=True)
    both = [
        subprocess.Popen([*shell, PUBLISH], cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in both:
        assert process.stdout
        assert process.stdout.readline() == "READY\n"
    for process in both:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    said = sorted(process.communicate(timeout=60)[0].strip() for process in both)
    assert said == ["Edition 2", "gone"]


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="on SQLite it is tried with two processes")
@pytest.mark.django_db(transaction=True)
def test_of_two_threads_that_publish_at_once_one_wins_and_the_other_is_told(
    edition: Edition, person: Callable[..., User]
) -> None:
    chen, clara = person("chen", "catalogue_admin"), person("clara", "catalogue_admin")
    draft = editing.start_draft(by=chen)
    rule = dict(draft.document["rules"][0]) | {"priority": "low"}
    editing.save_entry(draft, "rules", rule, code=rule["code"], by=chen, version=0)
    editing.propose(draft, by=chen, note="x", seen=digest_of(Draft.objects.get().document))
    seen = digest_of(Draft.objects.get().document)
    start = Barrier(2)

    def publish(_: int) -> str:
        try:
            start.wait(timeout=10)
            return str(editing.publish_draft(draft, by=clara, seen=seen))
        except editing.EditingError as error:
            return error.code
        finally:
            close_old_connections()
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(publish, range(2)))
    assert said == ["Edition 2", "gone"]
    assert Edition.objects.count() == 2


def test_nothing_but_publishing_writes_an_edition() -> None:
    """By whatever path a rulebook comes, it passes the loader and the proofs."""
    folder = Path(cases.__file__).parent
    writing = ("Edition.objects.create", "Edition(", "Edition.objects.bulk_create", "Edition.objects.update_or_create")
    found = {
        str(path.relative_to(folder))
        for path in folder.rglob("*.py")
        if "migrations" not in path.parts
        for line in path.read_text(encoding="utf-8").splitlines()
        if any(word in line for word in writing) and not line.startswith("class ")
    }
    assert found == {"workflows/publishing.py"}
