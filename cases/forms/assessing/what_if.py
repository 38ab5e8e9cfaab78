"""The form that tries other answers without saving them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
from cases.rulebook.entries.questions import Question, Questionnaire, Section, Value


class WhatIfForm(forms.Form):
    """The whole questionnaire in a short form. `base` holds the recorded answers, and `tried` what
    the page shows instead of some of them.

    The page sends the recorded answer of each question with it, so that an answer which someone
    else has recorded since is not taken for one that was tried. A question that was not on the page
    keeps its recorded answer.
    """

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        questionnaire: Questionnaire,
        base: Mapping[str, Any],
        tried: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data)
        self.questionnaire = questionnaire
        self.base = base
        self.shown = {**base, **(tried or {})}
        for question in questionnaire.questions:
            self._add(question)

    def _add(self, question: Question) -> None:
        shown = _choices_for(question, self.shown.get(question.code))
        field: forms.Field
        if question.kind == "multiple":
            field = forms.MultipleChoiceField(
                choices=multiple_choices(question),
                required=False,
                widget=forms.CheckboxSelectMultiple,
                error_messages=NOT_AN_OPTION,
            )
            field.initial = shown
        else:
            field = forms.ChoiceField(
                choices=[(UNKNOWN, _("Unknown")), *option_choices(question)],
                required=False,
                widget=forms.Select(attrs={"class": "form-select"}),
                error_messages=NOT_AN_OPTION,
            )
            field.initial = shown[0]
        field.label = question.title
        field.widget.attrs["id"] = f"try-{question.code}"
        self.fields[question.code] = field

    def clean(self) -> dict[str, Any]:
        for code, chosen in list(self.cleaned_data.items()):
            if excludes_itself(chosen):
                chosen = newest_of(chosen, self._shown_then(code))
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
            on_page = f"{code}__on" in self.data or f"{code}__recorded" in self.data
            if not on_page or code in self.errors:
                continue
            chosen = self.cleaned_data[code] or UNKNOWN
            if set(_as_list(chosen)) == set(self._recorded_then(code)):
                continue
            state, raw = read_choice(question, chosen)
            value = question.read(raw) if state == Answer.State.KNOWN else None
            if value != self.base.get(code):
                changed[code] = value
        return changed

    def recorded_since(self) -> list[Question]:
        """The questions that were tried, and for which someone else has recorded another answer
        since the page was opened.
        """
        return [
            self.questionnaire[code]
            for code in self.tried()
            if set(self._recorded_then(code)) != set(self.recorded(code))
        ]

    def recorded(self, code: str) -> list[str]:
        """The recorded answer to a question, as its field would choose it."""
        return _choices_for(self.questionnaire[code], self.base.get(code))

    def _recorded_then(self, code: str) -> list[str]:
        """The answer that was recorded for a question when its page was opened."""
        sent = self.data.get(f"{code}__recorded")
        return self.recorded(code) if sent is None else _read_codes(sent)

    def _shown_then(self, code: str) -> list[str]:
        """What the page showed in the field of a question."""
        shown = self.data.get(f"{code}__shown")
        return self._recorded_then(code) if shown is None else _read_codes(shown)

    def sections(self) -> list[tuple[Section, list[TryQuestion]]]:
        """Each section with its questions."""
        return [
            (section, [self._row(item) for item in self.questionnaire.in_section(section.code)])
            for section in self.questionnaire.sections
        ]

    def _row(self, question: Question) -> TryQuestion:
        field = self[question.code]
        return TryQuestion(
            question,
            field,
            _written_codes(self.recorded(question.code)),
            _written_codes(_as_list(field.value() or UNKNOWN)),
        )


@dataclass(frozen=True)
class TryQuestion:
    """A question with its field, and the codes of what is recorded and of what the field shows,
    as the page sends them.
    """

    question: Question
    field: forms.BoundField
    recorded: str
    shown: str


def _choices_for(question: Question, value: Value | None) -> list[str]:
    """The codes that the field of a question chooses for a value."""
    if value is None:
        return [UNKNOWN]
    if question.kind == "multiple":
        return sorted(question.dump(value)) or [NONE_OF_THESE]
    return [str(value)]


def _as_list(chosen: str | list[str]) -> list[str]:
    return chosen if isinstance(chosen, list) else [chosen]


def _written_codes(codes: list[str]) -> str:
    """The codes of a choice as a page sends them: nothing for *unknown*."""
    return "" if codes == [UNKNOWN] else " ".join(codes)


def _read_codes(text: str) -> list[str]:
    """The codes of a choice that a page has sent: the inverse of `_written_codes`."""
    return text.split() or [UNKNOWN]
