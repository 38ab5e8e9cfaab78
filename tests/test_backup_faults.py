"""A backup or a restore that cannot be done says why, and leaves nothing behind."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pyrage
import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from cases.backup import archive as archives
from cases.backup.archive import back_up, restore, unpacked
from cases.backup.manifest import (
    BackupError,
    Manifest,
    applied_migrations,
    key_fingerprints,
    read_manifest,
)
from cases.models import User
from cases.workflows.people.tokens import make_token
from tests.databases import read_only
from tests.people.signing_in import PASSWORD, last_link, sign_in, use


@pytest.fixture(autouse=True)
def var(settings: Any, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path / "var"
    settings.VAR_DIR.mkdir()
    return tmp_path / "var"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of stored files: a new one, empty."""
    monkeypatch.setattr(archives, "_folder_of_files", lambda: tmp_path / "attachments")
    return tmp_path / "attachments"


def collect(folder: Path) -> Manifest:
    """A small copy, without a database."""
    (folder / "files").mkdir(exist_ok=True)
    (folder / "files" / "note").write_bytes(os.urandom(300_000))
    made = Manifest("2026-01-01", connection.vendor, applied_migrations(), key_fingerprints())
    return replace(made, members=archives._digests(folder))


@pytest.fixture
def plain(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive of that copy, not encrypted."""
    monkeypatch.setattr(archives, "_collect", collect)
    back_up(tmp_path / "plain.tar.gz")
    return tmp_path / "plain.tar.gz"


@pytest.mark.parametrize("encrypted", [True, False])
@pytest.mark.parametrize("failing", ["tarfile.TarFile.add", "os.fsync"])
def test_a_backup_that_cannot_be_written_whole_fails_and_leaves_no_archive(
    db: None,
    tmp_path: Path,
    var: Path,
    monkeypatch: pytest.MonkeyPatch,
    encrypted: bool,
    failing: str,
) -> None:
    monkeypatch.setattr(archives, "_collect", collect)
    recipient = str(pyrage.x25519.Identity.generate().to_public()) if encrypted else ""
    target = tmp_path / "backup"
    with (
        mock.patch(failing, side_effect=OSError(28, "No space left on device")),
        pytest.raises(BackupError, match="No space left"),
    ):
        back_up(target, recipient)
    assert not target.exists()
    assert not list(var.glob("*-*"))
    # The next one finds nothing in its way.
    back_up(target, recipient)
    assert target.stat().st_size > 300_000


def test_a_copy_that_a_killed_backup_left_is_removed_by_the_next_one(
    plain: Path, var: Path
) -> None:
    """It holds the database in plain text."""
    for left in (var / "unfinished-backup-abc", var / "unfinished-restore-abc"):
        left.mkdir()
        (left / "database.sqlite3").write_text("the baker of Gao")
    back_up(plain.with_name("next"))
    with unpacked(plain):
        assert not (var / "unfinished-restore-abc").exists()
    assert not list(var.glob("*-*"))


def test_archives_that_are_kept_in_the_folder_of_the_product_stay(
    db: None, var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a container it is the folder that can be written to."""
    monkeypatch.setattr(archives, "_collect", collect)
    (var / "backup-old").mkdir()
    kept = [var / "backup-old" / "archive", var / "backup-monday", var / "backup-tuesday"]
    for archive in kept:
        call_command("backup", archive)
    with unpacked(kept[0]):
        assert all(archive.exists() for archive in kept)


def test_a_backup_is_made_though_the_database_takes_no_changes(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "_collect", collect)
    said, warned = io.StringIO(), io.StringIO()
    with read_only():
        call_command("backup", tmp_path / "backup", stdout=said, stderr=warned)
    assert "NOT encrypted" in said.getvalue()
    assert "The backup is complete. It could not be recorded" in warned.getvalue()
    with unpacked(tmp_path / "backup"):
        pass


def test_a_backup_into_a_folder_that_is_not_there_says_so(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "_collect", collect)
    with pytest.raises(CommandError, match="No such file or directory"):
        call_command("backup", tmp_path / "nowhere" / "backup")


def altered(plain: Path, change: Callable[[tarfile.TarFile], None]) -> Path:
    """The archive with something added to it."""
    with tarfile.open(plain) as before, tarfile.open(plain.with_name("altered"), "w:gz") as after:
        for member in before:
            after.addfile(member, before.extractfile(member) if member.isfile() else None)
        change(after)
    return plain.with_name("altered")


@pytest.mark.parametrize(
    ("name", "kind", "target"),
    [
        ("files/more", tarfile.SYMTYPE, "../manifest.json"),
        ("files/tables", tarfile.SYMTYPE, "../files"),
        ("files/out", tarfile.SYMTYPE, "/etc"),
        ("files/same", tarfile.LNKTYPE, "files/note"),
        ("files/pipe", tarfile.FIFOTYPE, ""),
        ("../outside", tarfile.REGTYPE, ""),
        ("/outside", tarfile.REGTYPE, ""),
        ("files/unlisted", tarfile.REGTYPE, ""),
    ],
)
def test_an_archive_holds_files_that_its_manifest_lists_and_nothing_else(
    plain: Path, name: str, kind: bytes, target: str
) -> None:
    def add(tar: tarfile.TarFile) -> None:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, target
        tar.addfile(member)

    with pytest.raises(BackupError), unpacked(altered(plain, add)):
        pass
    assert not (plain.parent / "outside").exists()


def test_an_archive_that_is_damaged_anywhere_is_refused(plain: Path) -> None:
    content = plain.read_bytes()
    damaged = plain.with_name("damaged")
    places = range(0, len(content), len(content) // 40)
    copies = [content[:place] for place in places]
    copies += [content[:at] + bytes([content[at] ^ 255]) + content[at + 1 :] for at in places]
    for copy in copies:
        damaged.write_bytes(copy)
        try:
            with unpacked(damaged) as (folder, _manifest):
                # Bytes of the head of a compressed file that have no meaning.
                assert archives._digests(folder)
        except BackupError:
            pass


@pytest.mark.parametrize(
    "manifest",
    [b"\xff\xfe\x00", b"[" * 100_000, b"{}", b'{"seal": "\xc3\xa9", "manifest": {}}', b"[1]"],
)
def test_a_manifest_that_cannot_be_read_is_refused(plain: Path, manifest: bytes) -> None:
    def add(tar: tarfile.TarFile) -> None:
        member = tarfile.TarInfo("manifest.json")
        member.size = len(manifest)
        tar.addfile(member, io.BytesIO(manifest))

    with (
        pytest.raises(BackupError, match="no manifest that can be read"),
        unpacked(altered(plain, add)),
    ):
        pass


def test_a_seal_of_other_letters_is_refused(plain: Path) -> None:
    with tarfile.open(plain) as tar:
        file = tar.extractfile("manifest.json")
        assert file
        text = read_manifest(file.read()).to_json()
    seal = text.partition('"seal": "')[2][:64]
    with pytest.raises(BackupError, match="has been altered"):
        read_manifest(text.replace(seal, "é" * 64))


@pytest.mark.parametrize("key", [b"", b"\xff\xfe", b"# only a comment\n", None])
def test_a_file_without_a_key_is_reported(plain: Path, tmp_path: Path, key: bytes | None) -> None:
    file = tmp_path / "key"
    if key is not None:
        file.write_bytes(key)
    with pytest.raises(CommandError, match="key"):
        call_command("restore", plain, identity=file)


def test_a_restore_that_runs_out_of_space_leaves_an_empty_installation(
    plain: Path, files: Path
) -> None:
    full = mock.patch.object(archives, "restore_from", side_effect=OSError(28, "No space left"))
    for _try in range(2):
        with full, pytest.raises(BackupError, match=r"nothing was restored: .*No space left"):
            restore(plain)
        assert not files.exists() or not any(files.iterdir())


def test_what_was_taken_away_since_the_backup_does_not_come_back(
    plain: Path, files: Path, analyst: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client()
    sign_in(client, analyst.username)
    token = make_token(by=analyst)
    Client().post("/accounts/password/reset/", {"email": analyst.email})
    link = last_link()
    monkeypatch.setattr(archives, "is_empty", lambda: True)
    monkeypatch.setattr(archives, "restore_from", lambda folder: None)
    monkeypatch.setattr(archives, "file_faults", list)
    restore(plain)
    assert (files / "note").stat().st_mode & 0o777 == 0o600
    assert not Session.objects.exists()
    assert client.get("/").status_code == 302
    headers = {"Authorization": f"Token {token}"}
    assert Client().get("/api/schema/", headers=headers).status_code == 401
    assert not use(link)
    again = Client().post("/accounts/login/", {"login": analyst.username, "password": PASSWORD})
    assert again["Location"] == "/"
