"""The drill: a backup while people write, restored on an empty machine with nothing missing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pyrage
import pytest

from tests.databases import Databases

ROOT = Path(__file__).resolve().parent.parent

# Fills an installation: a person with an authenticator app, a case, a file.
FILL = """
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from cases.models import Edition, User
from cases.workflows.assessing.answering import start_assessment
from cases.workflows.assessing.attachments import add_attachment
from cases.workflows.casework import log_case
from datetime import date
ada = User.objects.create_user("ada", "ada@example.org", "a long password")
ada.groups.set([Group.objects.get_or_create(name="analyst")[0]])
case = log_case(by=ada, countries=["MLI"], title="Violence in the north", place="Gao",
    populations="Civilians", summary="Armed groups hold the towns.", confidentiality="restricted")
draft = start_assessment(case, by=ada, as_of=date(2012, 12, 20), edition=Edition.objects.first())
for number in range(5):
    upload = SimpleUploadedFile("n.txt", b"Note %d" % number)
    add_attachment(draft, "phase", upload, name="n.txt", content_type="text/plain", by=ada)
"""

# Writes until it is stopped: sources, files that come and go. Prints what was acknowledged.
WRITE = """
from django.core.files.uploadedfile import SimpleUploadedFile
from cases.models import Assessment, User
from cases.workflows.assessing.attachments import add_attachment, remove_attachment
from cases.workflows.casework import add_source
ada, draft = User.objects.get(), Assessment.objects.get()
for number in range(10_000):
    add_source(draft.case, by=ada, title=f"S{number}", publisher="OHCHR", reliability="A")
    upload = SimpleUploadedFile("n.txt", b"Passing %d" % number)
    row = add_attachment(draft, "phase", upload, name="n.txt", content_type="text/plain", by=ada)
    print(number, flush=True)
    if number % 2:
        remove_attachment(row, by=ada)
"""

# Changes what an archive says of itself, with the key of its installation.
RESEAL = """
from dataclasses import replace
from pathlib import Path
from cases.backup.manifest import read_manifest
path = Path({path!r})
manifest = read_manifest(path.read_text())
path.write_text(replace(manifest, {change}).to_json())
"""

# Signs in as on the page and reads the case and its files.
READ = """
import json
from django.test import Client
from cases.models import Attachment, Case, Event, Source
client = Client(HTTP_HOST="localhost")
sent = client.post("/accounts/login/", {"login": "ada", "password": "a long password"})
case = Case.objects.get()
page = client.get(case.get_absolute_url())
files = [
    b"".join(client.get(f"/assessments/{a.assessment_id}/files/{a.pk}/")).decode()
    for a in Attachment.objects.order_by("pk")
]
print(json.dumps({"signed_in": sent.status_code, "read": page.status_code,
    "title": case.title in page.content.decode(), "sources": Source.objects.count(),
    "events": Event.objects.count(), "files": files[:5], "number": len(files)}))
"""


class Installation:
    """An installation of the product with data of its own, run by its commands."""

    def __init__(self, folder: Path, database: str, keys: dict[str, str]) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.env = os.environ | keys
        self.env |= {"VAR_DIR": str(folder), "DATABASE_URL": database, "LOG_LEVEL": "CRITICAL"}
        self.env |= {"DEBUG": "1", "EMAIL_URL": "dummymail://", "HEADS_DIR": str(folder / "heads")}
        self.env.pop("DJANGO_SETTINGS_MODULE", None)

    def start(self, *args: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "manage.py", *args],
            cwd=ROOT,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *args: str, code: int = 0) -> str:
        process = self.start(*args)
        out, errors = process.communicate(timeout=300)
        assert process.returncode == code, errors[-2000:]
        return out + errors


@pytest.fixture(scope="module")
def identity() -> pyrage.x25519.Identity:
    return pyrage.x25519.Identity.generate()


@pytest.fixture(scope="module")
def source(
    tmp_path_factory: pytest.TempPathFactory,
    identity: pyrage.x25519.Identity,
    databases: Databases,
) -> Installation:
    """An installation in use."""
    folder = tmp_path_factory.mktemp("source")
    keys = {"SECRET_KEY": "s" * 60, "DATA_KEY": "d" * 60}
    keys["BACKUP_RECIPIENT"] = str(identity.to_public())
    made = Installation(folder, databases.new(folder, "source"), keys)
    made.run("migrate", "-v0")
    made.run("load_rulebook", "--shipped", "fixtures/rulebook")
    made.run("shell", "-v0", "-c", FILL)
    return made


@pytest.fixture(scope="module")
def archive(source: Installation) -> Path:
    """A backup that was made while the writer wrote."""
    writer = source.start("shell", "-v0", "-c", WRITE)
    assert writer.stdout is not None
    for _line in range(10):
        assert writer.stdout.readline()
    before = time.monotonic()
    source.run("backup", str(source.folder / "backup.age"))
    assert writer.poll() is None, "nobody was made to stop"
    assert time.monotonic() - before < 240
    acknowledged = int(writer.stdout.readline())
    assert acknowledged >= 10
    writer.terminate()
    writer.communicate()
    return source.folder / "backup.age"


@pytest.fixture
def empty(source: Installation, tmp_path: Path, databases: Databases) -> Installation:
    """An empty machine with the keys of the installation that was backed up."""
    folder = tmp_path / "empty"
    folder.mkdir()
    keys = {name: source.env[name] for name in ("SECRET_KEY", "DATA_KEY")}
    return Installation(folder, databases.new(folder, "empty"), keys)


@pytest.fixture
def key_file(identity: pyrage.x25519.Identity, tmp_path: Path) -> str:
    path = tmp_path / "age.key"
    path.write_text(f"# made for the drill\n{identity}\n")
    return str(path)


def test_a_backup_under_load_is_restored_on_an_empty_machine_and_all_is_there(
    archive: Path, empty: Installation, key_file: str
) -> None:
    assert archive.stat().st_mode & 0o777 == 0o600
    assert archive.read_bytes().startswith(b"age-encryption.org/")
    said = empty.run("restore", str(archive), "--identity", key_file)
    assert "record and files are intact" in said
    assert "the record is intact" in empty.run("verify_events")
    assert "all match the database" in empty.run("verify_files")
    found = json.loads(empty.run("shell", "-v0", "-c", READ).splitlines()[-1])
    assert found["signed_in"] == 302
    assert (found["read"], found["title"]) == (200, True)
    assert found["files"] == [f"Note {number}" for number in range(5)]
    assert found["sources"] >= 10
    # The restored installation is in use now, and takes no second restore.
    again = empty.run("restore", str(archive), "--identity", key_file, code=1)
    assert "in use" in again
    # People go on working in it: new rows get keys of their own.
    empty.run("shell", "-v0", "-c", WRITE.replace("10_000", "3"))
    assert "the record is intact" in empty.run("verify_events")


def test_the_backup_is_an_event_of_the_installation(archive: Path, source: Installation) -> None:
    count = "from cases.models import Event; print(Event.objects.filter(verb='backed_up').count())"
    assert source.run("shell", "-v0", "-c", count).strip() == "1"
    assert "the record is intact" in source.run("verify_events")


def test_restoring_refuses_what_does_not_fit(
    archive: Path, source: Installation, empty: Installation, key_file: str, tmp_path: Path
) -> None:
    assert "is encrypted" in empty.run("restore", str(archive), code=1)
    (tmp_path / "other.key").write_text(str(pyrage.x25519.Identity.generate()))
    wrong = empty.run("restore", str(archive), "--identity", str(tmp_path / "other.key"), code=1)
    assert "does not open" in wrong
    damaged = tmp_path / "damaged.age"
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    empty.run("restore", str(damaged), "--identity", key_file, code=1)
    empty.env["DATA_KEY"] = "another key"
    other = empty.run("restore", str(archive), "--identity", key_file, code=1)
    assert re.search("another DATA_KEY", other)
    assert "already exists" in source.run("backup", str(archive), code=1)


def test_an_archive_that_was_altered_is_refused(
    source: Installation, empty: Installation, tmp_path: Path
) -> None:
    source.env["BACKUP_RECIPIENT"] = ""
    plain = tmp_path / "plain.tar.gz"
    said = source.run("backup", str(plain))
    assert "NOT encrypted" in said
    with tarfile.open(plain) as tar:
        tar.extractall(tmp_path / "content", filter="data")
    note = next(path for path in (tmp_path / "content" / "files").rglob("*") if path.is_file())
    for altered in (b"Another note", None):
        note.unlink() if altered is None else note.write_bytes(altered)
        with tarfile.open(tmp_path / "altered.tar.gz", "w:gz") as tar:
            tar.add(tmp_path / "content", arcname="")
        refused = empty.run("restore", str(tmp_path / "altered.tar.gz"), code=1)
        assert "differ from the manifest" in refused
    manifest = tmp_path / "content" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"made_at": "2', '"made_at": "3'))
    with tarfile.open(tmp_path / "altered.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "content", arcname="")
    assert "has been altered" in empty.run("restore", str(tmp_path / "altered.tar.gz"), code=1)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("database='another kind'", "the archive is for another kind"),
        ("migrations=manifest.migrations[:-1]", "by another version of the product"),
        ("migrations=[*manifest.migrations, ['cases', '9999_later']]", "by another version"),
    ],
)
def test_an_archive_of_another_version_or_kind_of_database_is_refused_and_changes_nothing(
    source: Installation, empty: Installation, tmp_path: Path, change: str, reason: str
) -> None:
    source.env["BACKUP_RECIPIENT"] = ""
    plain, content = tmp_path / "plain.tar.gz", tmp_path / "content"
    source.run("backup", str(plain))
    with tarfile.open(plain) as tar:
        tar.extractall(content, filter="data")
    script = RESEAL.format(path=str(content / "manifest.json"), change=change)
    source.run("shell", "-v0", "-c", script)
    with tarfile.open(tmp_path / "other.tar.gz", "w:gz") as tar:
        tar.add(content, arcname="")
    assert reason in empty.run("restore", str(tmp_path / "other.tar.gz"), code=1)
    # The archive as it was fits still.
    assert "record and files are intact" in empty.run("restore", str(plain))
