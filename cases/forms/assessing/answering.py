"""The form of one section of the questionnaire, made from the edition's questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from crispy_forms.layout import LayoutObject
from django import forms
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from cases.forms.assessing.values import (
    NONE_OF_THESE,
    NOT_AN_OPTION,
    NOT_TOGETHER,
    UNKNOWN,
    excludes_itself,
    multiple_choices,
    option_choices,
    read_choice,
)
from cases.forms.base import DayField, plain_helper, version_field
from cases.models import Answer, Assessment, Source
from cases.queries.assessing.answering import QuestionToAnswer
from cases.rulebook.entries.questions import Question, QuestionTable
from cases.workflows.assessing.answering import AnswerInput

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

    item: QuestionToAnswer
    # What someone else has answered meanwhile.
    stale: Any
    # Whether it is a row of a table, not a question on its own.
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
        return self.item.question

    @property
    def meanings(self) -> dict[str, str]:
        return {str(option.code): option.meaning for option in self.question.options}

    @property
    def has_grounds(self) -> bool:
        """Whether anything is entered, or has an error, besides the answer itself."""
        is_given = bool(self.item.files) or any(field.value() for field in self._grounds)
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

    def __init__(self, item: QuestionToAnswer) -> None:
        self.item = item

    def render(self, form: SectionForm, context: Any, **kwargs: Any) -> SafeString:
        form.mark_as_rendered(self.item.question.code)
        return render_to_string(
            "assessing/question.html",
            {"block": form.block(self.item), "assessment": form.assessment},
        )


class TableBlock(LayoutObject):
    """Questions with the same options in the crispy layout: the rows of one table."""

    def __init__(self, table: QuestionTable, rows: Sequence[QuestionToAnswer]) -> None:
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
        items: Iterable[QuestionToAnswer],
        sources: Iterable[Source],
        assessment: Assessment,
        tables: Iterable[QuestionTable] = (),
        stale: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data)
        self.assessment = assessment
        # What someone else has answered meanwhile, shown at the question.
        self.stale = stale or {}
        self.rendered_fields: set[str] = set()
        self.items = list(items)
        self.table_of: dict[str, QuestionTable] = {}
        for table in tables:
            self.table_of.update(dict.fromkeys(table.questions, table))
        source_choices = [(str(source.pk), SourceChoice(source)) for source in sources]
        for item in self.items:
            self._add(item, source_choices)
        self.helper = plain_helper(*self._layout())

    def set_versions(self, answers: Mapping[str, Answer | None]) -> None:
        """Let the next save replace these answers, which the page now shows."""
        data = cast("QueryDict", self.data).copy()
        for code, answer in answers.items():
            data[f"{code}__version"] = str(answer.version if answer else 0)
        self.data = data

    @staticmethod
    def names_of(code: str) -> tuple[str, ...]:
        return (code, *(f"{code}__{part}" for part in PARTS))

    @staticmethod
    def confirmation_of(code: str) -> str:
        """The name of the field that confirms a carried-over answer."""
        return f"{code}__confirm"

    def _add(self, item: QuestionToAnswer, source_choices: list[tuple[str, Any]]) -> None:
        question, answer = item.question, item.answer
        value = _value_field(question)
        value.initial = _initial(question, answer)
        confidence = forms.ChoiceField(
            label=_("Confidence"),
            choices=[("", _("Not given")), *Answer.Confidence.choices],
            required=False,
            initial=answer.confidence if answer else "",
        )
        effective = DayField(
            label=_("Since"),
            required=False,
            past=False,
            initial=answer.effective_on if answer else None,
        )
        effective.widget.attrs["class"] = "form-control"
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
        confirm = forms.BooleanField(label=_("Still correct"), required=False)
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
        """Tell crispy that these fields are rendered: it checks that each is, once."""
        self.rendered_fields.update(self.names_of(code))

    def _layout(self) -> list[LayoutObject]:
        """Each question on its own, except those of a table, which are shown at its first row."""
        blocks: list[LayoutObject] = []
        laid_out: set[str] = set()
        for item in self.items:
            table = self.table_of.get(item.question.code)
            if table is None:
                blocks.append(QuestionBlock(item))
            elif table.code not in laid_out:
                laid_out.add(table.code)
                rows = [row for row in self.items if row.question.code in table.questions]
                blocks.append(TableBlock(table, rows))
        return blocks

    def error_places(self) -> list[tuple[str, str]]:
        """(id of the place where a field's errors are shown, the field's name) for every question
        on the page.
        """
        places = []
        for item in self.items:
            if item.shown:
                places += [(name, name) for name in self.names_of(item.question.code)[:5]]
        return places

    def clean(self) -> dict[str, Any]:
        for item in self.items:
            code = item.question.code
            chosen = self.cleaned_data.get(code)
            if excludes_itself(chosen):
                self.add_error(code, NOT_TOGETHER)
            since = self.cleaned_data.get(f"{code}__effective")
            if since and since > self.assessment.as_of:
                message = _(
                    "This day is after the date of the assessment. Enter an earlier day, or "
                    "leave it empty."
                )
                self.add_error(f"{code}__effective", message)
        return self.cleaned_data

    def answers(self) -> list[tuple[AnswerInput, int]]:
        """The answer to each question that has no error, with the version that was read."""
        answers = []
        for item in self.items:
            names = self.names_of(item.question.code)
            if (
                not item.shown
                or any(name in self.errors for name in names)
                or names[-1] not in self.data
            ):
                # A question that was not on the page keeps its earlier answer.
                continue
            value, confidence, effective, note, sources, confirm, version = (
                self.cleaned_data[name] for name in names
            )
            state, value = read_choice(item.question, value)
            links = frozenset(int(pk) for pk in sources)
            answer = AnswerInput(
                item.question.code, state, value, confidence, note, links, effective, confirm
            )
            answers.append((answer, version or 0))
        return answers


def _value_field(question: Question) -> forms.ChoiceField | forms.MultipleChoiceField:
    if question.kind == "multiple":
        return forms.MultipleChoiceField(
            label=question.text,
            choices=multiple_choices(question),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            error_messages=NOT_AN_OPTION,
        )
    others = [(UNKNOWN, _("Unknown")), ("", _("Not yet answered"))]
    return forms.ChoiceField(
        label=question.text,
        choices=[*option_choices(question), *others],
        required=False,
        widget=forms.RadioSelect,
        error_messages=NOT_AN_OPTION,
    )


def _initial(question: Question, answer: Answer | None) -> Any:
    if answer is None or answer.state == Answer.State.OPEN:
        return [] if question.kind == "multiple" else ""
    if answer.state == Answer.State.UNKNOWN:
        return [UNKNOWN] if question.kind == "multiple" else UNKNOWN
    if question.kind == "multiple":
        return answer.value or [NONE_OF_THESE]
    return str(answer.value)
