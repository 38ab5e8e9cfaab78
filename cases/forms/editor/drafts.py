"""Forms of the draft edition."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.base import PlainForm, SeenForm, VersionedForm, plain_helper
from cases.rulebook.editions.loader import parse
from cases.rulebook.editions.yaml_files import read_yaml
from cases.rulebook.entries.issues import RulebookError

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
            raise forms.ValidationError([str(issue) for issue in error.issues]) from error
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
        upload = self.cleaned_data.get("file")
        if upload is not None and upload.size > FILE_LIMIT:
            self.add_error("file", _("The file is larger than 5 MB. Choose a smaller one."))
            return self.cleaned_data
        try:
            text = (
                upload.read().decode("utf-8")
                if upload is not None
                else self.cleaned_data.get("text", "")
            )
            document = read_yaml(text)
            parse(document)
        except UnicodeDecodeError:
            self.add_error(
                "file",
                _("The file is not UTF-8 text. Save it as UTF-8, then choose it again."),
            )
        except RulebookError as error:
            problems = list(dict.fromkeys(map(str, error.issues)))
            for problem in problems[:PROBLEMS_SHOWN]:
                self.add_error("file", problem)
            if len(problems) > PROBLEMS_SHOWN:
                left = _("%(number)s more problems follow. Correct these first.")
                self.add_error("file", left % {"number": len(problems) - PROBLEMS_SHOWN})
        else:
            self.document, self.cleaned_data["text"] = document, text
        return self.cleaned_data


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
