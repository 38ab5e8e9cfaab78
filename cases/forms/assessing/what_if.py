"""The form that tries other answers without saving them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.assessing.values import (
    NONE_OF_THESE,
    NOT_AN_OPTION,
    NOT_TOGETHER,
    UNKNOWN,
    excludes_itself,
    multiple_choices,
    newest_of,
    option_choices,
    read_choice,
)
from cases.models import Answer
from cases.rulebook.entries.questions import Question, Questionnaire, Value


class WhatIfForm(forms.Form):
    """The whole questionnaire in a short form. A question that was not on the page keeps its
    recorded answer.
    """

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        questionnaire: Questionnaire,
        base: Mapping[str, Any],
    ) -> None:
        super().__init__(data)
        self.questionnaire = questionnaire
        self.base = base
        for question in questionnaire.questions:
            self._add(question)

    def _add(self, question: Question) -> None:
        value = self.base.get(question.code)
        field: forms.Field
        if question.kind == "multiple":
            field = forms.MultipleChoiceField(
                choices=multiple_choices(question),
                required=False,
                widget=forms.CheckboxSelectMultiple,
                error_messages=NOT_AN_OPTION,
            )
            if isinstance(value, frozenset):
                field.initial = sorted(value) or [NONE_OF_THESE]
            else:
                field.initial = [UNKNOWN]
        else:
            field = forms.ChoiceField(
                choices=[(UNKNOWN, _("Unknown")), *option_choices(question)],
                required=False,
                widget=forms.Select(attrs={"class": "form-select"}),
                error_messages=NOT_AN_OPTION,
            )
            field.initial = UNKNOWN if value is None else str(value)
        field.label = question.title
        field.widget.attrs["id"] = f"try-{question.code}"
        self.fields[question.code] = field

    def clean(self) -> dict[str, Any]:
        for code, chosen in list(self.cleaned_data.items()):
            if excludes_itself(chosen):
                chosen = newest_of(chosen, self.fields[code].initial)
                self.cleaned_data[code] = chosen
            if excludes_itself(chosen):
                self.add_error(code, NOT_TOGETHER)
        return self.cleaned_data

    def tried(self) -> dict[str, Value | None]:
        """The values that differ from the recorded ones, for each question that was on the page and
        has no error.
        """
        changed = {}
        for question in self.questionnaire.questions:
            code = question.code
            if f"{code}__on" not in self.data or code in self.errors:
                continue
            state, raw = read_choice(question, self.cleaned_data[code] or UNKNOWN)
            value = question.read(raw) if state == Answer.State.KNOWN else None
            if value != self.base.get(code):
                changed[code] = value
        return changed

    def sections(self) -> list[tuple[Any, list[tuple[Question, forms.BoundField]]]]:
        """Each section with its questions and their fields."""
        parts = []
        for section in self.questionnaire.sections:
            questions = self.questionnaire.in_section(section.code)
            parts.append((section, [(question, self[question.code]) for question in questions]))
        return parts
