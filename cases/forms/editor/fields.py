"""The form field of each field of an entry, chosen by how the entry's kind describes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Literal, get_args, get_origin

import yaml
from django import forms
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases import labels
from cases.country_names import codes_matching
from cases.forms.base import YEARS_AHEAD
from cases.forms.editor.conditions import ConditionField, code_in
from cases.forms.editor.rows import RowsField
from cases.rulebook.editions.yaml_files import read_yaml
from cases.rulebook.entries.catalogue import Period
from cases.rulebook.entries.conditions import Code, Condition
from cases.rulebook.entries.description import Described
from cases.rulebook.entries.invariants import Statement
from cases.rulebook.entries.issues import RulebookError
from cases.text_folding import fold

# The element of the page that lists the names of the countries.
COUNTRIES_LIST = "countries"
EMPTY = {"required": _("This cannot be empty.")}
WRONG_CHOICE = {"invalid_choice": _("Choose one from the list."), **EMPTY}
WRONG_CHOICES = {"invalid_choice": _("“%(value)s” is not on the list."), **EMPTY}


class LinesField(forms.CharField):
    """A list of texts, one on each line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


class TreeField(forms.CharField):
    """A part of an entry as YAML: for statements that no form can show."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str) or value is None:
            return value
        return yaml.safe_dump(
            value, sort_keys=False, allow_unicode=True, default_flow_style=None, width=90
        )

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return read_yaml(text) if text else None
        except RulebookError as error:
            raise forms.ValidationError([str(issue) for issue in error.issues]) from error


# No organisation in the catalogue existed before this year.
EARLIEST_YEAR = 1800


def entry_day_input() -> forms.DateInput:
    attributes = {"type": "date", "min": f"{EARLIEST_YEAR}-01-01"}
    return forms.DateInput(attrs=attributes, format="%Y-%m-%d")


class DateTextField(forms.DateField):
    """A date in the past or the near future, kept as text as in the document."""

    def __init__(self, **kwargs: Any) -> None:
        errors = {
            "invalid": _("Enter a day, a month and a year with four digits, such as 2012-12-20."),
            **kwargs.pop("error_messages", {}),
        }
        super().__init__(widget=entry_day_input(), error_messages=errors, **kwargs)

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day is None:
            return ""
        latest = timezone.localdate().year + YEARS_AHEAD
        if not EARLIEST_YEAR <= day.year <= latest:
            message = _(
                "The year %(year)s is not between %(first)s and %(last)s. Type all four digits of "
                "the year."
            )
            years = {"year": day.year, "first": EARLIEST_YEAR, "last": latest}
            raise forms.ValidationError(message % years)
        return day.isoformat()


class PeriodsWidget(forms.Widget):
    """Two date fields for each period, and two empty ones for another."""

    use_fieldset = True
    template_name = "editor/periods.html"

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        periods, index = [], 0
        while f"{name}-{index}-from" in data:
            ends = {end: data.get(f"{name}-{index}-{end}", "").strip() for end in ("from", "to")}
            if any(ends.values()):
                periods.append({end: day for end, day in ends.items() if day})
            index += 1
        return periods

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return f"{name}-0-from" not in data

    def render(
        self, name: str, value: Any, attrs: Mapping[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        periods = [
            {"name": f"{name}-{index}", "first": row.get("from", ""), "last": row.get("to", "")}
            for index, row in enumerate([*(value or []), {}])
        ]
        context = {"periods": periods, "earliest": f"{EARLIEST_YEAR}-01-01"}
        return render_to_string(self.template_name, context)


class PeriodsField(forms.Field):
    """Periods, each with a first day and, if it has ended, a last day."""

    widget = PeriodsWidget

    def clean(self, value: Any) -> Any:
        day = DateTextField(required=False)
        periods = []
        for row in super().clean(value):
            period = {end: day.clean(text) for end, text in row.items()}
            if "from" not in period:
                raise forms.ValidationError(_("Enter the day on which the period began."))
            if period.get("to", period["from"]) < period["from"]:
                raise forms.ValidationError(_("A period ends before it begins. Correct one day."))
            periods.append(period)
        return periods


class CountryField(forms.CharField):
    """A country, typed as its name or a common name for it. The value is its code."""

    def __init__(self, **kwargs: Any) -> None:
        attributes = {"list": COUNTRIES_LIST, "autocomplete": "off"}
        super().__init__(widget=forms.TextInput(attrs=attributes), **kwargs)
        self.names: Mapping[str, str] = {}

    def offer(self, names: Mapping[str, str]) -> None:
        """Set the countries to choose from: the name of each by its code."""
        self.names = names

    def prepare_value(self, value: Any) -> Any:
        return self.names.get(value, value)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text or text in self.names:
            return text
        codes = [code for code, name in self.names.items() if fold(name) == fold(text)]
        codes = codes or [code for code in codes_matching(text) if code in self.names]
        if len(codes) != 1:
            message = _("“%(text)s” is not in the list of countries. Choose one, such as Mali.")
            raise forms.ValidationError(message % {"text": text})
        return codes[0]


class OptionCodeField(forms.CharField):
    """The code of an option: a word, or the number of a level."""

    def clean(self, value: Any) -> Any:
        return code_in(super().clean(value))


def translated(text: str) -> Any:
    """A text of a description in the reader's language."""
    return _(text) if text else ""


def field_label(field: Described) -> Any:
    return translated(field.about.label)


def form_field(field: Described, *, required: bool) -> forms.Field:
    """The form field for a field of an entry. `required`: whether it has to be filled in."""
    if field.is_condition:
        return ConditionField(**_shared(field, required=required))
    if field.many:
        return _list_field(field, required=required)
    if get_origin(field.type) is Literal:
        return _choice_field(field, required=required)
    if field.type is bool:
        return _boolean_field(field)
    if field.type is date:
        return DateTextField(error_messages=EMPTY, **_shared(field, required=required))
    if field.type is int:
        return forms.IntegerField(
            min_value=field.about.least,
            max_value=field.about.most,
            **_shared(field, required=required),
        )
    # There are too many countries for a list in each row, so one list serves all rows.
    if field.about.refers_to == "countries":
        return CountryField(error_messages=EMPTY, **_shared(field, required=required))
    if field.about.refers_to:
        return forms.ChoiceField(
            choices=[("", "—")],
            error_messages=WRONG_CHOICE,
            **_shared(field, required=required),
        )
    return _text_field(field, required=required)


def _shared(field: Described, *, required: bool) -> dict[str, Any]:
    return {
        "label": field_label(field),
        "help_text": translated(field.about.help),
        "required": required,
    }


def _text_field(field: Described, *, required: bool) -> forms.CharField:
    sort: type[forms.CharField] = forms.CharField
    lines = field.about.lines
    widget: forms.Widget = forms.Textarea(attrs={"rows": lines}) if lines else forms.TextInput()
    if field.type == Code:
        sort = OptionCodeField
    elif field.type in (Statement, Condition):
        sort, widget = TreeField, forms.Textarea(attrs={"rows": lines, "class": "code"})
    return sort(
        max_length=20_000,
        widget=widget,
        error_messages=EMPTY,
        **_shared(field, required=required),
    )


def _choice_field(field: Described, *, required: bool) -> forms.ChoiceField:
    """One of the values of a field that has a fixed choice of them."""
    shared = _shared(field, required=required)
    choices = [("", "—"), *choices_of(field)]
    if isinstance(get_args(field.type)[0], int):
        return forms.TypedChoiceField(choices=choices, coerce=int, empty_value=None, **shared)
    return forms.ChoiceField(choices=choices, error_messages=WRONG_CHOICE, **shared)


def choices_of(field: Described) -> Iterable[tuple[str, Any]]:
    """The values that a field may have, with their labels."""
    known = labels.CHOICES.get(field.type, {})
    return [(str(value), known.get(value, str(value))) for value in get_args(field.type)]


def _boolean_field(field: Described) -> forms.Field:
    shared = _shared(field, required=False)
    if field.default is not None:
        return forms.BooleanField(**shared)
    choices = [("", _("does not matter")), ("true", _("yes")), ("false", _("no"))]
    return forms.TypedChoiceField(
        choices=choices, coerce=lambda given: given == "true", empty_value=None, **shared
    )


def _list_field(field: Described, *, required: bool) -> forms.Field:
    shared = _shared(field, required=required and field.about.at_least > 0)
    if field.type is Period:
        return PeriodsField(**shared)
    if field.parts:
        return RowsField(**shared)
    fixed = get_origin(field.type) is Literal
    if not fixed and not field.about.refers_to:
        shared["help_text"] = format_lazy("{} {}", _("One on each line."), shared["help_text"])
        return LinesField(widget=forms.Textarea(attrs={"rows": field.about.lines}), **shared)
    errors = WRONG_CHOICES
    if field.about.missing:
        errors = {**errors, "required": translated(field.about.missing)}
    return forms.MultipleChoiceField(
        choices=choices_of(field) if fixed else (),
        widget=forms.SelectMultiple(attrs={"data-picker": "", "size": 6}),
        error_messages=errors,
        **shared,
    )
