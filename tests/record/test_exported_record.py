"""The record outside of the product: exported, verified without it, compared with earlier heads."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from cases.models import Case, Event, EventChain, User
from cases.queries.exported_record import exported_events, json_line
from cases.queries.record import event_digest, seal_of
from cases.tasks.record import export_heads
from cases.workflows.casework import add_source
from cases.workflows.people.tokens import make_token
from tests.conftest import without_triggers

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture
def verify(tmp_path: Path) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """Run the program of docs/record.md, which knows nothing of the product, over an export."""
    (program,) = re.findall(r"```python\n(.*?)```", (DOCS / "record.md").read_text(), re.DOTALL)
    (tmp_path / "verify.py").write_text(program)
    (tmp_path / "key").write_text(settings.DATA_KEY + "\n")

    def run(lines: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "events.jsonl").write_text(lines)
        command = [sys.executable, "-I", "verify.py", "events.jsonl", "key"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    return run


@pytest.fixture
def exported(case: Case, analyst: User) -> str:
    for title in ("One", "Deux à côté", "Три"):
        add_source(case, by=analyst, title=title, publisher="OHCHR", reliability="A")
    make_token(by=analyst)
    out = StringIO()
    call_command("export_events", stdout=out)
    return out.getvalue()


def test_an_export_is_verified_by_a_program_of_its_own(
    exported: str, verify: Callable[[str], Any]
) -> None:
    done = verify(exported)
    assert done.stdout == "6 events in 3 chains: whole\n"
    assert done.returncode == 0
    program = (DOCS / "record.md").read_text().split("```python\n")[1].split("```")[0]
    assert len(program.strip().splitlines()) <= 32


@pytest.mark.parametrize(
    ("place", "field", "value"),
    [
        (1, "data", {"title": "Rewritten"}),
        (3, "actor", None),
        (3, "previous", ""),
        (3, "digest", "0" * 64),
        (2, "version", 1),
        (-1, "length", 1),
        (-1, "head", "0" * 64),
        (-1, "seal", "0" * 64),
    ],
)
def test_the_program_finds_what_was_altered(
    exported: str, verify: Callable[[str], Any], place: int, field: str, value: Any
) -> None:
    lines = exported.splitlines()
    lines[place] = json.dumps(json.loads(lines[place]) | {field: value})
    done = verify("\n".join(lines))
    assert done.returncode == 1
    assert "NOT whole" in done.stdout


@pytest.mark.parametrize("place", [0, 2, -1])
def test_the_program_finds_what_is_missing(
    exported: str, verify: Callable[[str], Any], place: int
) -> None:
    lines = exported.splitlines()
    del lines[place]
    assert verify("\n".join(lines)).returncode == 1


def test_an_export_is_an_event(exported: str) -> None:
    event = Event.objects.get(verb="record_exported")
    assert event.access
    assert f'"digest": "{event.digest}"' in exported, "it is in the export itself"


class BrokenOff(StringIO):
    """What reads the first lines of an export and then closes, as `head` does."""

    def write(self, text: str) -> int:
        if self.tell():
            raise BrokenPipeError
        return super().write(text)


@pytest.mark.django_db(transaction=True)
def test_an_export_that_is_broken_off_is_an_event(case: Case) -> None:
    with pytest.raises(BrokenPipeError):
        call_command("export_events", stdout=BrokenOff())
    assert Event.objects.filter(verb="record_exported").count() == 1


def test_an_export_made_while_people_write_is_whole(
    case: Case, analyst: User, verify: Callable[[str], Any]
) -> None:
    rows = exported_events()
    lines = [json_line(next(rows))]
    add_source(case, by=analyst, title="Meanwhile", publisher="OHCHR", reliability="A")
    make_token(by=analyst)
    lines += map(json_line, rows)
    assert verify("".join(lines)).stdout.endswith(": whole\n")
    assert "Meanwhile" not in "".join(lines)


def verified() -> str:
    out = StringIO()
    try:
        call_command("verify_events", stdout=out)
    except CommandError as error:
        return f"{out.getvalue()}{error}"
    return out.getvalue()


@pytest.fixture
def heads(settings: Any, tmp_path: Path) -> Path:
    settings.HEADS_DIR = str(tmp_path / "heads")
    return tmp_path / "heads"


def test_heads_are_exported_to_files_that_are_never_written_over(case: Case, heads: Path) -> None:
    path = Path(export_heads())
    assert path.stat().st_mode & 0o777 == 0o400
    assert heads.stat().st_mode & 0o777 == 0o700
    assert json.loads(path.read_text().splitlines()[-1])["case"] == str(case.pk)
    assert "compared with 1 exports" in verified()


def test_a_disk_that_fills_up_leaves_no_half_export(case: Case, heads: Path) -> None:
    with (
        mock.patch("cases.tasks.record.json_line", side_effect=OSError(28, "No space left")),
        pytest.raises(OSError, match="No space left"),
    ):
        export_heads()
    assert list(heads.iterdir()) == []
    export_heads()
    assert "compared with 1 exports" in verified()


@pytest.mark.parametrize("damage", ['{"case": null, "acc', "[]", "\xff", '{"case": "x"}'])
def test_a_damaged_file_of_heads_is_reported_beside_what_else_is_wrong(
    case: Case, heads: Path, damage: str
) -> None:
    path = Path(export_heads())
    path.chmod(0o600)
    path.write_bytes(damage.encode("latin-1"))
    assert f"{path} cannot be read" in verified()
    assert "nothing else found" in verified()
    with without_triggers():
        Event.objects.filter(case=case).update(data={})
    assert "altered" in verified()
    assert "1 found" in verified()


def test_a_record_that_is_written_again_with_the_key_is_found_by_its_exported_heads(
    case: Case, analyst: User, heads: Path
) -> None:
    add_source(case, by=analyst, title="One", publisher="OHCHR", reliability="A")
    export_heads()
    event = case.events.latest("pk")
    event.data = event.data | {"title": "Rewritten"}
    event.digest = event_digest(event)
    with without_triggers() as sql:
        sql.execute(
            "UPDATE cases_event SET data = %s, digest = %s WHERE id = %s",
            [json.dumps(event.data), event.digest, event.pk],
        )
    chain = EventChain.objects.get(case=case)
    chain.head = event.digest
    chain.seal = seal_of(chain)
    chain.save()
    assert "rewritten: event 0 of case" in verified()


def test_a_record_that_was_set_back_is_found_by_its_exported_heads(
    case: Case, analyst: User, heads: Path
) -> None:
    before = EventChain.objects.get(case=case)
    add_source(case, by=analyst, title="One", publisher="OHCHR", reliability="A")
    export_heads()
    with without_triggers() as sql:
        sql.execute("DELETE FROM cases_event WHERE id = %s", [case.events.latest("pk").pk])
    before.save()
    assert "rewritten" in verified()
