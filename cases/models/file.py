"""What all uploaded files have in common."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.utils.translation import gettext_lazy as _


def attachments_storage() -> Storage:
    return storages["attachments"]


def attachment_name(stored: StoredFile, filename: str) -> str:
    """The path of a stored file: random, never the name that it was uploaded with."""
    return f"{stored.folder}/{uuid.uuid4()}"


class StoredFile(models.Model):
    """A file that is stored outside the web root and only served as a download."""

    # As long as the name of a file may be.
    name = models.CharField(_("name"), max_length=255)
    content_type = models.CharField(_("kind"), max_length=100)
    size = models.PositiveIntegerField(_("size in bytes"))
    digest = models.CharField(_("SHA-256 digest"), max_length=64)
    file = models.FileField(
        _("file"), storage=attachments_storage, upload_to=attachment_name, max_length=200
    )
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField(_("added"), auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def folder(self) -> str:
        """The folder of the storage that the file is in."""
        raise NotImplementedError
