"""The form of one section of the questionnaire, made from the edition's questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from crispy_forms.layout import LayoutObject
from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from cases.forms.cases import plain_helper
from cases.models import Answer, Source
from cases.queries.answering import Asked
from cases.rulebook.questions import Question
from cases.workflows.answering import Given

UNKNOWN = "unknown"
NONE_OF_THESE = "none_of_these"
NOTE_LIMIT = 20_000


class QuestionBlock(LayoutObject):
    """A question in the crispy layout: wording, help and options first, the grounds behind a disclosure."""

    template = "answering/question.html"

    def __init__(self, asked: Asked) -> None:
        self.asked = asked

    def render(self, form: SectionForm, context: Any, **kwargs: Any) -> SafeString:
        code = self.asked.question.code
        for name in form.names_of(code):
            form.rendered_fields.add(name)
        return render_to_string(self.template, {"block": form.block(self.asked)})


class SectionForm(forms.Form):
    """Every question of a section with its confidence, note, sources, and the version that was read."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        asked: Iterable[Asked],
        sources: Iterable[Source],
    ) -> None:
        super().__init__(data)
        self.rendered_fields: set[str] = set()
        self.asked = list(asked)
        source_choices = [(str(source.pk), str(source)) for source in sources]
        for item in self.asked:
            self._add(item, source_choices)
        self.helper = plain_helper(*(QuestionBlock(item) for item in self.asked))

    @staticmethod
    def names_of(code: str) -> tuple[str, ...]:
        return (code, *(f"{code}__{part}" for part in ("confidence", "note", "sources", "confirm", "version")))

    def _add(self, item: Asked, source_choices: list[tuple[str, str]]) -> None:
        question, answer = item.question, item.answer
        choices: list[tuple[str, Any]] = [(str(option.code), option.label) for option in question.options]
        wrong = {"invalid_choice": _("This is not one of the answers: choose one from the list.")}
        value: forms.Field
        if question.kind == "multiple":
            choices += [(NONE_OF_THESE, _("None of these")), (UNKNOWN, _("Unknown"))]
            value = forms.MultipleChoiceField(
                choices=choices, required=False, widget=forms.CheckboxSelectMultiple, error_messages=wrong
            )
        else:
            choices += [(UNKNOWN, _("Unknown")), ("", _("Not yet answered"))]
            value = forms.ChoiceField(choices=choices, required=False, widget=forms.RadioSelect, error_messages=wrong)
        value.label = question.text
        value.initial = _initial(question, answer)
        confidence = forms.ChoiceField(
            label=_("Confidence"),
            choices=[("", _("Not given")), *Answer.Confidence.choices],
            required=False,
            initial=answer.confidence if answer else "",
        )
        note = forms.CharField(
            label=_("Note"),
            required=False,
            max_length=NOTE_LIMIT,
            widget=forms.Textarea(attrs={"rows": 2}),
            initial=answer.note if answer else "",
        )
        sources = forms.MultipleChoiceField(
            label=_("Sources"),
            choices=source_choices,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            initial=[str(source.pk) for source in answer.sources.all()] if answer else [],
        )
        confirm = forms.BooleanField(label=_("Still so"), required=False)
        version = forms.IntegerField(
            widget=forms.HiddenInput, required=False, initial=answer.version if answer else 0, min_value=0
        )
        for name, made in zip(
            self.names_of(question.code), (value, confidence, note, sources, confirm, version), strict=True
        ):
            self.fields[name] = made

    def block(self, item: Asked) -> dict[str, Any]:
        """What the question's template needs."""
        value, confidence, note, sources, confirm, version = (self[name] for name in self.names_of(item.question.code))
        return {
            "asked": item,
            "question": item.question,
            "meanings": {str(option.code): option.meaning for option in item.question.options},
            "value": value,
            "confidence": confidence,
            "note": note,
            "sources": sources,
            "confirm": confirm,
            "version": version,
        }

    def error_places(self) -> list[tuple[str, str]]:
        """(id of the place where a field's errors are shown, the field's name) for every question on the page."""
        return [(name, name) for item in self.asked if item.shown for name in self.names_of(item.question.code)[:4]]

    def clean(self) -> dict[str, Any]:
        for item in self.asked:
            code = item.question.code
            chosen = self.cleaned_data.get(code)
            if isinstance(chosen, list) and len(chosen) > 1 and {UNKNOWN, NONE_OF_THESE} & set(chosen):
                self.add_error(code, _("“Unknown” and “None of these” stand alone: untick them, or the others."))
        return self.cleaned_data

    def given(self) -> list[tuple[Given, int]]:
        """What was given for each question that has no error, with the version that was read."""
        rows = []
        for item in self.asked:
            names = self.names_of(item.question.code)
            if not item.shown or any(name in self.errors for name in names) or names[-1] not in self.data:
                # A question that was not on the page says nothing: what was answered before stays.
                continue
            value, confidence, note, sources, confirm, version = (self.cleaned_data[name] for name in names)
            state, value = _state(item.question, value)
            links = frozenset(int(pk) for pk in sources)
            rows.append((Given(item.question.code, state, value, confidence, note, links, confirm), version or 0))
        return rows


def _initial(question: Question, answer: Answer | None) -> Any:
    if answer is None or answer.state == Answer.State.OPEN:
        return [] if question.kind == "multiple" else ""
    if answer.state == Answer.State.UNKNOWN:
        return [UNKNOWN] if question.kind == "multiple" else UNKNOWN
    if question.kind == "multiple":
        return answer.value or [NONE_OF_THESE]
    return str(answer.value)


def _state(question: Question, raw: Any) -> tuple[str, Any]:
    """An answer's state and value, as JSON keeps it, from what the form gives."""
    if raw in ("", []):
        return Answer.State.OPEN, None
    if raw in (UNKNOWN, [UNKNOWN]):
        return Answer.State.UNKNOWN, None
    if question.kind == "multiple":
        return Answer.State.KNOWN, [code for code in raw if code != NONE_OF_THESE]
    return Answer.State.KNOWN, int(raw) if question.kind == "scale" else raw
