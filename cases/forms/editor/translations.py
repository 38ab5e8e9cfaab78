"""Translating the texts of one entry."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.base import VersionedForm
from cases.forms.editor.naming import field_words
from cases.rulebook.entries.issues import Issue


def field_of(path: str) -> str:
    """The name of the field of a text: by its path, so that a form never fits another text after
    rows have moved.
    """
    return f"text-{hashlib.sha256(path.encode()).hexdigest()[:16]}"


def is_language(text: str) -> bool:
    return len(text) == 2 and text.isascii() and text.isalpha() and text.islower()


class TranslationForm(VersionedForm):
    """A field for each text of an entry, beside the original text. Texts left empty are not
    translated.
    """

    def __init__(
        self, *args: Any, kind: str, texts: Mapping[str, str], language: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.language = language
        self.paths: dict[str, str] = {}
        for path, text in texts.items():
            name = field_of(path)
            self.paths[name] = path
            area = forms.Textarea(
                attrs={"rows": 2, "lang": language, "dir": "auto", "class": "form-control"}
            )
            self.fields[name] = forms.CharField(
                label=field_words(kind, path),
                help_text=text,
                required=False,
                max_length=20_000,
                widget=area,
            )

    def translations(self) -> dict[str, str]:
        """The translations that were given, by the paths of the texts."""
        return {
            path: self.cleaned_data[name].strip()
            for name, path in self.paths.items()
            if self.cleaned_data[name]
        }

    @property
    def without_original(self) -> list[str]:
        """What was typed for texts that the entry has no longer."""
        return [
            value
            for name, value in self.data.items()
            if name.startswith("text-") and name not in self.paths and value
        ]

    def place(self, issue: Issue) -> None:
        """Show an issue at the text that has it."""
        path = issue.location.field.removeprefix(f"translations.{self.language}.")
        name = next((name for name, own in self.paths.items() if own == path), None)
        self.add_error(name, issue.message)


class LanguageForm(forms.Form):
    language = forms.CharField(
        label=_("Language"),
        max_length=2,
        widget=forms.TextInput(attrs={"size": 4, "placeholder": "fr"}),
        help_text=_("The two-letter ISO 639-1 code: fr, es, ar, ru, zh, pt, sw …"),
        error_messages={"required": _("Enter the two-letter code of a language.")},
    )

    def __init__(self, *args: Any, own: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own = own

    def clean_language(self) -> str:
        language: str = self.cleaned_data["language"].strip().lower()
        if not is_language(language):
            raise forms.ValidationError(_("Enter a code of two letters, such as fr."))
        if language == self.own:
            raise forms.ValidationError(
                _("The catalogue is written in this language. Edit its texts in their entries.")
            )
        return language
