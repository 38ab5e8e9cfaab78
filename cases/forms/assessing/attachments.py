"""The form of an attached file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.base import PlainForm
from cases.upload_types import ACCEPT, FileError, clean_name, kind_of
from cases.workflows.errors import FileNotStoredError


class AttachmentForm(PlainForm):
    file = forms.FileField(
        label=_("File"),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
        help_text=_(
            "PDF, PNG, JPEG, WebP, Word, Excel, OpenDocument text, plain text or CSV; up to 10 MB."
        ),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = ""

    @property
    def name(self) -> str:
        """The file's own name."""
        return clean_name(self.cleaned_data["file"].name)

    @contextmanager
    def refusing_full_disk(self) -> Iterator[None]:
        """Turn FileNotStoredError into an error of this form."""
        try:
            yield
        except FileNotStoredError:
            self.add_error(
                "file",
                _(
                    "The file was not saved, because the product cannot write to its disk now. "
                    "Keep the file, tell your site admin, and try again later."
                ),
            )

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        try:
            self.kind = kind_of(upload.name, upload.size, upload.file)
        except FileError as error:
            raise forms.ValidationError(str(error)) from error
        upload.seek(0)
        return upload
