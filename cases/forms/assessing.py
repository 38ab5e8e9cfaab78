"""The form of one section of the questionnaire, made from the edition's questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, cast

from crispy_forms.layout import LayoutObject
from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from cases.forms.base import PlainForm, day_input, not_in_the_future, plain_helper, version_field
from cases.models import Answer, Assessment, Source, UnplacedAnswer
from cases.queries.assessing.answering import QuestionToAnswer
from cases.rulebook.entries.questions import Question, Questionnaire, Table, Value
from cases.upload_types import ACCEPT, FileError, kind_of
from cases.workflows.assessing.answering import AnswerInput

UNKNOWN = "unknown"
NONE_OF_THESE = "none_of_these"
NOTE_LIMIT = 20_000
# The fields beside the value, in the order of QuestionFields.
PARTS = ("confidence", "effective", "note", "sources", "confirm", "version")


class SourceChoice(str):
    """A source's title as a choice, with how reliable its publisher is."""

    reliability: str

    def __new__(cls, source: Source) -> SourceChoice:
        made = super().__new__(cls, source.title)
        made.reliability = source.get_reliability_display()
        return made


@dataclass(frozen=True)
class QuestionFields:
    """A question with the bound fields of its answer, as the page shows them."""

    asked: QuestionToAnswer
    # What someone else has answered meanwhile.
    stale: Any
    # A row of a table, not a question by itself.
    is_row: bool
    value: forms.BoundField
    confidence: forms.BoundField
    effective: forms.BoundField
    note: forms.BoundField
    sources: forms.BoundField
    confirm: forms.BoundField
    version: forms.BoundField

    @property
    def question(self) -> Question:
        return self.asked.question

    @property
    def meanings(self) -> dict[str, str]:
        return {str(option.code): option.meaning for option in self.question.options}

    @property
    def has_grounds(self) -> bool:
        """Whether anything is given, or is wrong, beside the answer itself."""
        is_given = bool(self.asked.files) or any(field.value() for field in self._grounds)
        return is_given or self.has_grounds_in_error

    @property
    def has_grounds_in_error(self) -> bool:
        return any(field.errors for field in self._grounds)

    @property
    def _grounds(self) -> tuple[forms.BoundField, ...]:
        return (self.confidence, self.note, self.sources, self.effective)


class QuestionBlock(LayoutObject):
    """A question in the crispy layout: wording, help and options first, the grounds behind a
    disclosure.
    """

    def __init__(self, asked: QuestionToAnswer) -> None:
        self.asked = asked

    def render(self, form: SectionForm, context: Any, **kwargs: Any) -> SafeString:
        form.mark_as_rendered(self.asked.question.code)
        return render_to_string(
            "assessing/question.html",
            {"block": form.block(self.asked), "assessment": form.assessment},
        )


class TableBlock(LayoutObject):
    """Questions with the same options in the crispy layout: the rows of one table."""

    def __init__(self, table: Table, rows: Sequence[QuestionToAnswer]) -> None:
        self.table = table
        self.rows = rows

    def render(self, form: SectionForm, context: Any, **kwargs: Any) -> SafeString:
        for row in self.rows:
            form.mark_as_rendered(row.question.code)
        blocks = [form.block(row) for row in self.rows]
        return render_to_string(
            "assessing/question_table.html",
            {
                "table": self.table,
                "options": self.rows[0].question.options,
                "blocks": blocks,
                "assessment": form.assessment,
            },
        )


class SectionForm(forms.Form):
    """Every question of a section with its confidence, note, sources, and the version that was
    read.
    """

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        asked: Iterable[QuestionToAnswer],
        sources: Iterable[Source],
        assessment: Assessment,
        tables: Iterable[Table] = (),
        stale: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data)
        self.assessment = assessment
        # What someone else has answered meanwhile, shown at the question.
        self.stale = stale or {}
        self.rendered_fields: set[str] = set()
        self.asked = list(asked)
        self.table_of: dict[str, Table] = {}
        for table in tables:
            self.table_of.update(dict.fromkeys(table.questions, table))
        source_choices = [(str(source.pk), SourceChoice(source)) for source in sources]
        for item in self.asked:
            self._add(item, source_choices)
        self.helper = plain_helper(*self._layout())

    @staticmethod
    def names_of(code: str) -> tuple[str, ...]:
        return (code, *(f"{code}__{part}" for part in PARTS))

    def _add(self, item: QuestionToAnswer, source_choices: list[tuple[str, Any]]) -> None:
        question, answer = item.question, item.answer
        choices: list[tuple[str, Any]] = [
            (str(option.code), option.label) for option in question.options
        ]
        wrong = {"invalid_choice": _("This is not one of the answers: choose one from the list.")}
        value: forms.Field
        if question.kind == "multiple":
            choices += [(NONE_OF_THESE, _("None of these")), (UNKNOWN, _("Unknown"))]
            value = forms.MultipleChoiceField(
                choices=choices,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                error_messages=wrong,
            )
        else:
            choices += [(UNKNOWN, _("Unknown")), ("", _("Not yet answered"))]
            value = forms.ChoiceField(
                choices=choices, required=False, widget=forms.RadioSelect, error_messages=wrong
            )
        value.label = question.text
        value.initial = _initial(question, answer)
        confidence = forms.ChoiceField(
            label=_("Confidence"),
            choices=[("", _("Not given")), *Answer.Confidence.choices],
            required=False,
            initial=answer.confidence if answer else "",
        )
        effective = forms.DateField(
            label=_("So since"),
            required=False,
            widget=forms.DateInput(
                attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"
            ),
            initial=answer.effective_on if answer else None,
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
        version = version_field(answer.version if answer else 0)
        for name, made in zip(
            self.names_of(question.code),
            (value, confidence, effective, note, sources, confirm, version),
            strict=True,
        ):
            self.fields[name] = made

    def block(self, item: QuestionToAnswer) -> QuestionFields:
        code = item.question.code
        fields = (self[name] for name in self.names_of(code))
        return QuestionFields(item, self.stale.get(code), code in self.table_of, *fields)

    def mark_as_rendered(self, code: str) -> None:
        """Tell crispy, which checks that every field is rendered once."""
        self.rendered_fields.update(self.names_of(code))

    def _layout(self) -> list[LayoutObject]:
        """Each question by itself, except those of a table, which are shown at its first row."""
        blocks: list[LayoutObject] = []
        laid_out: set[str] = set()
        for item in self.asked:
            table = self.table_of.get(item.question.code)
            if table is None:
                blocks.append(QuestionBlock(item))
            elif table.code not in laid_out:
                laid_out.add(table.code)
                rows = [row for row in self.asked if row.question.code in table.questions]
                blocks.append(TableBlock(table, rows))
        return blocks

    def error_places(self) -> list[tuple[str, str]]:
        """(id of the place where a field's errors are shown, the field's name) for every question
        on the page.
        """
        places = []
        for item in self.asked:
            if item.shown:
                places += [(name, name) for name in self.names_of(item.question.code)[:5]]
        return places

    def clean(self) -> dict[str, Any]:
        for item in self.asked:
            code = item.question.code
            chosen = self.cleaned_data.get(code)
            if (
                isinstance(chosen, list)
                and len(chosen) > 1
                and {UNKNOWN, NONE_OF_THESE} & set(chosen)
            ):
                self.add_error(
                    code,
                    _("“Unknown” and “None of these” stand alone: untick them, or the others."),
                )
            since = self.cleaned_data.get(f"{code}__effective")
            if since and since > self.assessment.as_of:
                message = _(
                    "This day is after the assessment's own date: give an earlier one, or none."
                )
                self.add_error(f"{code}__effective", message)
        return self.cleaned_data

    def given(self) -> list[tuple[AnswerInput, int]]:
        """What was given for each question that has no error, with the version that was read."""
        rows = []
        for item in self.asked:
            names = self.names_of(item.question.code)
            if (
                not item.shown
                or any(name in self.errors for name in names)
                or names[-1] not in self.data
            ):
                # A question that was not on the page says nothing: what was answered before stays.
                continue
            value, confidence, effective, note, sources, confirm, version = (
                self.cleaned_data[name] for name in names
            )
            state, value = _state(item.question, value)
            links = frozenset(int(pk) for pk in sources)
            given = AnswerInput(
                item.question.code, state, value, confidence, note, links, effective, confirm
            )
            rows.append((given, version or 0))
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
        """The file's own name without anything that a path or a header could be made of."""
        given = "".join(
            character for character in self.cleaned_data["file"].name if character.isprintable()
        )
        stem, ending = PurePath(given).stem[:150], PurePath(given).suffix[:10]
        return stem + ending

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        try:
            self.kind = kind_of(upload.name, upload.size, upload.file)
        except FileError as error:
            raise forms.ValidationError(str(error)) from error
        upload.seek(0)
        return upload


class WhatIfForm(forms.Form):
    """The whole questionnaire, compact; a question that was not on the page keeps the answer that
    stands.
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
        choices: list[tuple[str, Any]] = [
            (str(option.code), option.label) for option in question.options
        ]
        wrong = {"invalid_choice": _("This is not one of the answers: choose one from the list.")}
        value = self.base.get(question.code)
        field: forms.Field
        if question.kind == "multiple":
            choices += [(NONE_OF_THESE, _("None of these")), (UNKNOWN, _("Unknown"))]
            field = forms.MultipleChoiceField(
                choices=choices,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                error_messages=wrong,
            )
            if isinstance(value, frozenset):
                field.initial = sorted(value) or [NONE_OF_THESE]
            else:
                field.initial = [UNKNOWN]
        else:
            choices = [(UNKNOWN, _("Unknown")), *choices]
            select = forms.Select(attrs={"class": "form-select"})
            field = forms.ChoiceField(
                choices=choices, required=False, widget=select, error_messages=wrong
            )
            field.initial = UNKNOWN if value is None else str(value)
        field.label = question.title
        field.widget.attrs["id"] = f"try-{question.code}"
        self.fields[question.code] = field

    def clean(self) -> dict[str, Any]:
        for code, chosen in list(self.cleaned_data.items()):
            if (
                isinstance(chosen, list)
                and len(chosen) > 1
                and {UNKNOWN, NONE_OF_THESE} & set(chosen)
            ):
                self.add_error(
                    code,
                    _("“Unknown” and “None of these” stand alone: untick them, or the others."),
                )
        return self.cleaned_data

    def tried(self) -> dict[str, Value | None]:
        """What differs from the answers that stand, for each question that was on the page and has
        no error.
        """
        found = {}
        for question in self.questionnaire.questions:
            code = question.code
            if f"{code}__on" not in self.data or code in self.errors:
                continue
            state, raw = _state(question, self.cleaned_data[code] or UNKNOWN)
            value = question.read(raw) if state == Answer.State.KNOWN else None
            if value != self.base.get(code):
                found[code] = value
        return found

    def sections(self) -> list[tuple[Any, list[tuple[Question, forms.BoundField]]]]:
        """Each section with its questions and their fields."""
        parts = []
        for section in self.questionnaire.sections:
            questions = self.questionnaire.in_section(section.code)
            parts.append((section, [(question, self[question.code]) for question in questions]))
        return parts


class KeepForm(forms.Form):
    as_of = forms.DateField(
        label=_("Date of the new assessment"),
        widget=day_input(),
        validators=[not_in_the_future],
        error_messages={"required": _("Give the day whose situation is assessed.")},
    )


class PlaceForm(PlainForm):
    """With which question of the draft's edition an answer without a place belongs."""

    question = forms.ChoiceField(
        label=_("Place it with"),
        error_messages={"required": _("Choose a question.")},
        help_text=_(
            "The note, the sources and the files go to this question. "
            "You then answer the question yourself."
        ),
    )

    def __init__(
        self, kept: UnplacedAnswer, questionnaire: Questionnaire, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kept = kept
        self.auto_id = f"place-{kept.pk}-%s"
        field = cast("forms.ChoiceField", self.fields["question"])
        sections = [
            (
                section.title,
                [(item.code, item.title) for item in questionnaire.in_section(section.code)],
            )
            for section in questionnaire.sections
        ]
        field.choices = [("", _("Choose a question")), *sections]


class PutAsideForm(PlainForm):
    """Why an answer without a place is left out."""

    reason = forms.CharField(
        label=_("Why it is left out"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        error_messages={"required": _("Say why the answer is left out.")},
    )

    def __init__(self, kept: UnplacedAnswer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = kept
        self.auto_id = f"aside-{kept.pk}-%s"
