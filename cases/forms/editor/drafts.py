"""Forms of the draft edition."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.base import PlainForm, SeenForm, VersionedForm, plain_helper
from cases.forms.editor.issue_words import with_entry
from cases.rulebook.editions.loader import parse
from cases.rulebook.editions.yaml_files import read_yaml
from cases.rulebook.entries.issues import RulebookError
from cases.upload_types import text_of

FILE_LIMIT = 5 * 1024 * 1024
PROBLEMS_SHOWN = 50


class YamlForm(VersionedForm):
    """One entry as YAML."""

    # No field of an entry has this name, so its presence shows which form was sent.
    yaml = forms.CharField(
        label=_("The entry"),
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 26, "class": "code", "spellcheck": "false"}),
        help_text=_(
            "YAML. A condition is a group (all, any, none) of lines; docs/rulebook-format.md says "
            "the rest."
        ),
        error_messages={"required": _("Write the entry, or go back and remove it.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entry: dict[str, Any] = {}

    def clean_yaml(self) -> str:
        text: str = self.cleaned_data["yaml"]
        try:
            entry = read_yaml(text)
        except RulebookError as error:
            problems = [with_entry(issue, None) for issue in error.issues]
            raise forms.ValidationError(problems) from error
        if not isinstance(entry, dict):
            raise forms.ValidationError(
                _("An entry is a mapping of fields: each line begins with a field's name.")
            )
        self.entry = entry
        return text

    def gathered(self) -> dict[str, Any]:
        """The entry that the text describes."""
        return self.entry


class ImportForm(forms.Form):
    """A whole rulebook as one YAML file, or as the text that was looked at before."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".yaml,.yml"}),
        help_text=_(
            "One exported YAML file, up to 5 MB. You see what it changes before anything is saved."
        ),
        error_messages={"empty": _("The file is empty. Choose one that was exported.")},
    )
    text = forms.CharField(
        required=False, max_length=FILE_LIMIT, widget=forms.HiddenInput, strip=False
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.document: dict[str, Any] = {}
        self.helper = plain_helper("file")

    def clean(self) -> dict[str, Any]:
        if self.errors:
            return self.cleaned_data
        upload = self.cleaned_data.get("file")
        if upload is not None and upload.size > FILE_LIMIT:
            self.add_error("file", _("The file is larger than 5 MB. Choose a smaller one."))
            return self.cleaned_data
        try:
            text = text_of(upload.read()) if upload is not None else self.cleaned_data.get("text")
        except UnicodeDecodeError:
            self.add_error(
                "file",
                _("The file is not UTF-8 text. Save it as UTF-8, then choose it again."),
            )
            return self.cleaned_data
        if not text:
            self.add_error("file", _("Choose a file with an exported rulebook."))
            return self.cleaned_data
        try:
            document = read_yaml(text)
        except RulebookError as error:
            self._report(error, None)
            return self.cleaned_data
        if not isinstance(document, dict):
            self.add_error("file", _("This file holds no rulebook. Choose one that was exported."))
            return self.cleaned_data
        try:
            parse(document)
        except RulebookError as error:
            self._report(error, document)
        else:
            self.document, self.cleaned_data["text"] = document, text
        return self.cleaned_data

    def _report(self, error: RulebookError, document: dict[str, Any] | None) -> None:
        """Report the first problems of a file, each once."""
        problems = list(dict.fromkeys(with_entry(issue, document) for issue in error.issues))
        for problem in problems[:PROBLEMS_SHOWN]:
            self.add_error("file", problem)
        if len(problems) > PROBLEMS_SHOWN:
            left = _("%(number)s more problems follow. Correct these first.")
            self.add_error("file", left % {"number": len(problems) - PROBLEMS_SHOWN})


class ProposeForm(SeenForm):
    note = forms.CharField(
        label=_("What this edition changes, and why"),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": _(
                "Say in a sentence what it changes. Every reader of the edition sees this."
            )
        },
    )


class EndProposalForm(SeenForm):
    reason = forms.CharField(
        label=_("Why it is not published"),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say in a sentence what has to be corrected.")},
    )


class DeclineForm(PlainForm):
    reason = forms.CharField(
        label=_("Why the assessment keeps its edition"),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say in a sentence why, for later readers of the case.")},
    )
