"""Stored files: on the disk before their row, gone where that fails, and compared with it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from cases.file_storage import DurableStorage
from cases.models import Assessment, Attachment, User
from cases.models.file import attachments_storage
from cases.workflows.assessing.attachments import add_attachment
from cases.workflows.errors import FileNotStoredError


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Iterator[Path]:
    kept = settings.STORAGES["attachments"]
    options = kept["OPTIONS"] | {"location": str(tmp_path / "files")}
    settings.STORAGES = settings.STORAGES | {"attachments": kept | {"OPTIONS": options}}
    file = Attachment._meta.get_field("file")
    with mock.patch.object(file, "storage", attachments_storage()):
        yield tmp_path / "files"


def attach(draft: Assessment, by: User) -> Attachment:
    upload = SimpleUploadedFile("note.txt", b"A note.")
    about = {"name": "note.txt", "content_type": "text/plain"}
    return add_attachment(draft, "phase", upload, **about, by=by)


def stored(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def verified() -> str:
    out = StringIO()
    try:
        call_command("verify_files", stdout=out)
    except CommandError as error:
        return f"{out.getvalue()}{error}"
    return out.getvalue()


def test_a_file_is_on_the_disk_before_its_row(
    draft: Assessment, analyst: User, folder: Path
) -> None:
    order = []
    sync, save = os.fsync, Attachment.save

    def synced(descriptor: int) -> None:
        order.append("on the disk")
        sync(descriptor)

    def saved(row: Attachment, *args: Any, **kwargs: Any) -> None:
        order.append("row")
        save(row, *args, **kwargs)

    with mock.patch("os.fsync", synced), mock.patch.object(Attachment, "save", saved):
        attach(draft, analyst)
    assert order == ["on the disk", "on the disk", "row"], "the file, its folder, then the row"
    assert isinstance(attachments_storage(), DurableStorage)
    assert [path.stat().st_mode & 0o777 for path in stored(folder)] == [0o600]


def test_a_full_disk_leaves_no_part_of_a_file(
    draft: Assessment, analyst: User, folder: Path
) -> None:
    full = mock.patch("os.fsync", side_effect=OSError(28, "No space left on device"))
    with full, pytest.raises(FileNotStoredError):
        attach(draft, analyst)
    assert not stored(folder)
    assert not Attachment.objects.exists()
    attach(draft, analyst)
    assert len(stored(folder)) == 1


def test_a_row_that_fails_leaves_no_file(draft: Assessment, analyst: User, folder: Path) -> None:
    broken = mock.patch(
        "cases.workflows.assessing.attachments.record_event", side_effect=RuntimeError
    )
    with broken, pytest.raises(RuntimeError):
        attach(draft, analyst)
    assert not stored(folder)


def test_files_are_compared_with_their_rows(draft: Assessment, analyst: User, folder: Path) -> None:
    first, second = attach(draft, analyst), attach(draft, analyst)
    assert verified() == "2 files: all match the database\n"
    Path(first.file.path).unlink()
    Path(second.file.path).write_bytes(b"Another note.")
    (folder / "stray").write_bytes(b"")
    said = verified()
    for fault in (f"missing: file {first.file.name}", f"altered: file {second.file.name}"):
        assert fault in said
    assert "without a row: file stray" in said
    assert "3 found" in said
