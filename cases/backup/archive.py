"""Making an archive of the product, and restoring the product from it.

An archive is a tar file: the database, the stored files and a manifest with the digest of each.
With a recipient it is encrypted in the age format as it is written, so that only the copy of the
database is on the disk in plain text, and only while the command runs.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO

import pyrage
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.utils import timezone
from knox.models import AuthToken

from cases.backup.database import copied_to, is_empty, restore_from
from cases.backup.manifest import (
    MANIFEST,
    BackupError,
    Manifest,
    applied_migrations,
    file_digest,
    is_of_this_version,
    key_fingerprints,
    read_manifest,
)
from cases.models import User
from cases.models.file import attachments_storage
from cases.one_at_a_time import one_at_a_time
from cases.queries.files import file_faults, known_files
from cases.queries.record import faults
from cases.rulebook.editions.builder import digest_of

FILES = "files"
# How often a backup starts again if a file is removed while it runs.
TRIES = 3


def _folder_of_files() -> Path:
    return Path(attachments_storage().path(""))


@contextmanager
def _folder_for(act: str) -> Iterator[Path]:
    """A folder for a copy of the database in plain text, which is removed afterwards. What an
    earlier process left there when it was killed is removed first.
    """
    with one_at_a_time(act):
        # A name that nobody gives to an archive or a folder of their own.
        prefix = f"unfinished-{act}-"
        for left in Path(settings.VAR_DIR).glob(f"{prefix}*/"):
            shutil.rmtree(left)
        with tempfile.TemporaryDirectory(prefix=prefix, dir=settings.VAR_DIR) as name:
            yield Path(name)


def back_up(target: Path, recipient: str = "") -> Manifest:
    """Write an archive, readable by its owner alone, and encrypted if a recipient is given.

    Raises BackupError, also if the target already exists. A failed backup leaves no file behind.
    """
    key = _recipient(recipient)
    try:
        with _folder_for("backup") as folder:
            for _try in range(TRIES):
                made = _collect(folder)
                if made is not None:
                    break
            else:
                raise BackupError(
                    "files are removed faster than they can be copied: try again later"
                )
            (folder / MANIFEST).write_text(made.to_json())
            _write_new(target, folder, key)
    except FileExistsError:
        raise BackupError(f"{target} already exists") from None
    except (OSError, sqlite3.Error, pyrage.EncryptError) as error:
        raise BackupError(f"the archive cannot be written: {error}") from None
    return made


def _write_new(target: Path, folder: Path, key: pyrage.x25519.Recipient | None) -> None:
    """Write the archive to a new file, which is removed again if it cannot be written whole."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            _write_archive(folder, file, key)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        target.unlink()
        raise


def _recipient(text: str) -> pyrage.x25519.Recipient | None:
    if not text:
        return None
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise BackupError("BACKUP_RECIPIENT is not a public key of age (age1…)") from None


def is_recipient(text: str) -> bool:
    """Whether a text is a public key for which backups can be encrypted."""
    try:
        return _recipient(text) is not None
    except BackupError:
        return False


def _collect(folder: Path) -> Manifest | None:
    """Copy database and files into a folder; None if a file was removed meanwhile."""
    for old in folder.iterdir():
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    made = Manifest(
        timezone.now().isoformat(), connection.vendor, applied_migrations(), key_fingerprints()
    )
    with copied_to(folder) as names:
        for name in sorted(names):
            copy = folder / FILES / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            try:
                shutil.copyfile(_folder_of_files() / name, copy)
            except FileNotFoundError:
                if _is_known(name):
                    raise BackupError(f"the file {name} is missing: run verify_files") from None
                return None
    return replace(made, members=_digests(folder))


def _is_known(name: str) -> bool:
    return name in {file.name for file in known_files()}


def _digests(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        path.relative_to(folder).as_posix(): file_digest(path)
        for path in files
        if path.name != MANIFEST
    }


def _write_archive(folder: Path, file: IO[bytes], key: pyrage.x25519.Recipient | None) -> None:
    if key is None:
        with tarfile.open(fileobj=file, mode="w|gz") as tar:
            tar.add(folder, arcname="")
        return
    reading, writing = os.pipe()

    def pack() -> None:
        with os.fdopen(writing, "wb") as end, tarfile.open(fileobj=end, mode="w|gz") as tar:
            tar.add(folder, arcname="")

    with ThreadPoolExecutor(max_workers=1) as pool:
        packing = pool.submit(pack)
        with os.fdopen(reading, "rb") as end:
            pyrage.encrypt_io(end, file, [key])
        # Raises what stopped the packing: the archive would end there.
        packing.result()


@contextmanager
def unpacked(archive: Path, identity: str = "") -> Iterator[tuple[Path, Manifest]]:
    """The checked content of an archive, in a folder that is removed afterwards.

    Raises BackupError if the archive is damaged, was altered or does not fit this installation.
    """
    with _folder_for("restore") as place:
        folder = place / "content"
        folder.mkdir()
        try:
            with tarfile.open(_decrypted(archive, place, identity)) as tar:
                # Each member passes the filter of the standard library.
                tar.extractall(folder, filter=_safe_member)  # noqa: S202  # nosec B202
        except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
            raise BackupError(f"the archive cannot be read: {error}") from None
        if not (folder / MANIFEST).is_file():
            raise BackupError("the archive has no manifest")
        manifest = read_manifest((folder / MANIFEST).read_bytes())
        _check(folder, manifest)
        yield folder, manifest


def _safe_member(member: tarfile.TarInfo, folder: str) -> tarfile.TarInfo | None:
    """A file or folder that stays within the archive. Raises BackupError for anything else: the
    manifest says nothing of links.
    """
    if not member.isreg() and not member.isdir():
        raise BackupError(f"the archive holds something other than files: {member.name}")
    return tarfile.data_filter(member, folder)


def _decrypted(archive: Path, folder: Path, identity: str) -> Path:
    with archive.open("rb") as file:
        is_encrypted = file.read(11) == b"age-encrypt"
    if not is_encrypted:
        return archive
    if not identity:
        raise BackupError("the archive is encrypted: name the file that holds the key")
    try:
        key = pyrage.x25519.Identity.from_str(identity)
        pyrage.decrypt_file(str(archive), str(folder / "archive"), [key])
    except (pyrage.IdentityError, pyrage.DecryptError):
        raise BackupError("the key does not open the archive") from None
    return folder / "archive"


def _check(folder: Path, manifest: Manifest) -> None:
    found = _digests(folder)
    if found != manifest.members:
        differing = set(found.items()) ^ set(manifest.members.items())
        names = ", ".join(sorted({name for name, _digest in differing})[:5])
        raise BackupError(f"these differ from the manifest: {names}")
    if manifest.database != connection.vendor:
        raise BackupError(
            f"the archive is for {manifest.database}; this installation uses {connection.vendor}"
        )
    if not is_of_this_version(manifest):
        raise BackupError(
            "the archive was made by another version of the product: restore it with that "
            "version, then update"
        )


def restore(archive: Path, identity: str = "") -> Manifest:
    """Fill an empty installation from an archive, and verify it. All access that was given before
    ends: what was taken away after the backup must not come back.

    Raises BackupError if the installation is in use, or the archive does not fit it or the disk.
    The installation is then as empty as before.
    """
    files = _folder_of_files()
    with unpacked(archive, identity) as (folder, manifest):
        if not is_empty():
            raise BackupError("this installation is in use: restore into an empty one")
        if files.exists() and any(files.iterdir()):
            raise BackupError(f"the folder of files is in use: empty {files} first")
        try:
            _copy_files(folder / FILES, files)
            restore_from(folder)
        except BaseException as error:
            shutil.rmtree(files, ignore_errors=True)
            if isinstance(error, OSError | DatabaseError):
                raise BackupError(f"nothing was restored: {error}") from None
            raise
    _end_all_access()
    problems = [str(fault) for fault in (*faults(), *file_faults())]
    if problems:
        raise BackupError("restored, but not intact: " + "; ".join(problems[:5]))
    return manifest


def _copy_files(copies: Path, files: Path) -> None:
    if copies.exists():
        shutil.copytree(copies, files, dirs_exist_ok=True)
        for path in (files, *files.rglob("*")):
            path.chmod(0o700 if path.is_dir() else 0o600)


@transaction.atomic
def _end_all_access() -> None:
    """End all sessions and tokens, and refuse links that were sent."""
    Session.objects.all().delete()
    UserSession.objects.all().delete()
    AuthToken.objects.all().delete()
    User.objects.update(access_version=F("access_version") + 1)


def digest_of_manifest(manifest: Manifest) -> str:
    """The digest by which the record names a backup."""
    return digest_of(manifest.members)
