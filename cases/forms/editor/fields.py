"""The form field of each field of an entry, chosen by how the entry's kind describes it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal, get_args, get_origin

import yaml
from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases import labels
from cases.forms.editor.conditions import ConditionField, code_in
from cases.forms.editor.rows import RowsField
from cases.rulebook.editions.yaml_files import read_yaml
from cases.rulebook.entries.catalogue import Period
from cases.rulebook.entries.conditions import Code, Condition
from cases.rulebook.entries.description import Described
from cases.rulebook.entries.invariants import Statement
from cases.rulebook.entries.issues import RulebookError

EMPTY = {"required": _("This cannot be empty.")}
WRONG_CHOICE = {"invalid_choice": _("Choose one from the list."), **EMPTY}
WRONG_CHOICES = {"invalid_choice": _("“%(value)s” is not on the list."), **EMPTY}


class LinesField(forms.CharField):
    """A list of texts, one on each line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:  # type: ignore[override]
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


class PeriodsField(forms.CharField):
    """Periods as `2012-04-01/2013-07-17; 2020-08-18/`."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return "; ".join(f"{row['from']}/{row.get('to', '')}" for row in value)
        return value

    def clean(self, value: Any) -> Any:
        periods = []
        for part in filter(None, (item.strip() for item in super().clean(value).split(";"))):
            first, _slash, last = (item.strip() for item in part.partition("/"))
            periods.append({"from": first, "to": last} if last else {"from": first})
        return periods


class OptionCodeField(forms.CharField):
    """The code of an option: a word, or the number of a level."""

    def clean(self, value: Any) -> Any:
        return code_in(super().clean(value))


def translated(text: str) -> Any:
    """A text of a description in the reader's language."""
    return _(text) if text else ""


def label_of(field: Described) -> Any:
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
    if field.type is int:
        return forms.IntegerField(
            min_value=field.about.least,
            max_value=field.about.most,
            **_shared(field, required=required),
        )
    # Countries are too many for a list in each row.
    if field.about.refers_to and field.about.refers_to != "countries":
        return forms.ChoiceField(
            choices=[("", "—")],
            error_messages=WRONG_CHOICE,
            **_shared(field, required=required),
        )
    return _text_field(field, required=required)


def _shared(field: Described, *, required: bool) -> dict[str, Any]:
    return {
        "label": label_of(field),
        "help_text": translated(field.about.help),
        "required": required,
    }


def _text_field(field: Described, *, required: bool) -> forms.CharField:
    sort: type[forms.CharField] = forms.CharField
    lines = field.about.lines
    widget: forms.Widget = forms.Textarea(attrs={"rows": lines}) if lines else forms.TextInput()
    if field.type is date:
        attrs = {"placeholder": "2012-12-20", "size": 11, "inputmode": "numeric"}
        widget = forms.TextInput(attrs=attrs)
    elif field.type == Code:
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
        widget = forms.TextInput(attrs={"placeholder": "2012-04-01/2013-07-17; 2020-08-18/"})
        return PeriodsField(widget=widget, **shared)
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
