"""What the forms of a rulebook's entries share: an entry goes through its form and comes out as it
was.

A field's name is its path in the entry, with `__` between the steps: `says__holds` is `says:
{holds: …}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, cast

import yaml
from django import forms
from django.utils.translation import gettext_lazy

from cases.forms.casework import plain_helper
from cases.forms.editor.conditions import ConditionField, Shape
from cases.forms.editor.rows import RowsField
from cases.rulebook.editions.builder import Document, question_of
from cases.rulebook.editions.loader import title_of
from cases.rulebook.editions.schema import entries_of
from cases.rulebook.editions.yaml_files import read_yaml
from cases.rulebook.entries.conditions import KINDS, OPERATORS
from cases.rulebook.entries.issues import RulebookError
from cases.rulebook.entries.questions import (
    CONSENT_SCOPE,
    CONSENT_TO,
    Questionnaire,
    consent_scopes,
)
from cases.rulebook.wording.translation import carried_over, texts_of

Entry = Mapping[str, Any]
Choices = Iterable[tuple[Any, Any]]
NOTHING: tuple[Any, ...] = (None, "", [], (), {})
EMPTY = {"required": gettext_lazy("This cannot be empty.")}


def wording(
    label: Any, help_text: Any = "", *, required: bool = True, rows: int = 0
) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=20_000,
        widget=widget,
        error_messages=EMPTY,
    )


def one_of(
    label: Any, choices: Iterable[tuple[Any, Any]] = (), *, required: bool = True
) -> forms.ChoiceField:
    wrong = {"invalid_choice": gettext_lazy("Choose one from the list."), **EMPTY}
    return forms.ChoiceField(
        label=label, choices=[("", "—"), *choices], required=required, error_messages=wrong
    )


def some_of(
    label: Any, choices: Iterable[tuple[Any, Any]] = (), *, required: bool = False
) -> forms.MultipleChoiceField:
    wrong = {"invalid_choice": gettext_lazy("“%(value)s” is not on the list."), **EMPTY}
    widget = forms.SelectMultiple(attrs={"data-picker": "", "size": 6})
    return forms.MultipleChoiceField(
        label=label, choices=list(choices), required=required, widget=widget, error_messages=wrong
    )


def yes_no(label: Any, help_text: Any = "") -> forms.BooleanField:
    return forms.BooleanField(label=label, help_text=help_text, required=False)


def either(label: Any) -> forms.TypedChoiceField:
    """Yes, no, or it does not matter."""
    choices = [
        ("", gettext_lazy("does not matter")),
        ("true", gettext_lazy("yes")),
        ("false", gettext_lazy("no")),
    ]
    return forms.TypedChoiceField(
        label=label,
        choices=choices,
        required=False,
        coerce=lambda given: given == "true",
        empty_value=None,
    )


def day(label: Any, *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        widget=forms.TextInput(
            attrs={"placeholder": "2012-12-20", "size": 11, "inputmode": "numeric"}
        ),
        error_messages=EMPTY,
    )


class LinesField(forms.CharField):
    """A list of texts, one on each line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:  # type: ignore[override]
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


class TreeField(forms.CharField):
    """A part of an entry as YAML: for statements that no form can show."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str) or value is None:
            return value
        return yaml.safe_dump(
            value, sort_keys=False, allow_unicode=True, default_flow_style=None, width=90
        )

    def clean(self, value: Any) -> Any:
        given = super().clean(value)
        try:
            return read_yaml(given) if given else None
        except RulebookError as error:
            raise forms.ValidationError([str(problem) for problem in error.problems]) from error


class Structured(forms.Form):
    """A form of one entry. Empty fields are left out of the entry, except those in `nullable`."""

    # The list of the document of which it is an entry; empty for a row.
    kind_of_entry: ClassVar[str] = ""
    nullable: ClassVar[tuple[str, ...]] = ()
    # Choices by field: the list of the document whose entries they are.
    lists: ClassVar[Mapping[str, str]] = {}

    def __init__(
        self,
        *args: Any,
        document: Document,
        questionnaire: Questionnaire,
        entry: Entry | None = None,
        **kwargs: Any,
    ) -> None:
        self.entry, self.document = dict(entry or {}), document
        if entry:
            kwargs["initial"] = self.spread(entry) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.helper = plain_helper()
        if self.versioned:
            self.fields["version"] = forms.IntegerField(
                widget=forms.HiddenInput, min_value=0, required=False
            )
        for name, kind in self.lists.items():
            self.offer(
                name, [(item["code"], title_of(item)) for item in entries_of(document, kind)]
            )
        for name, field in self.fields.items():
            if isinstance(field, ConditionField):
                field.set_questionnaire(questionnaire)
            elif isinstance(field, RowsField):
                row = self.rows[name]

                def make(*given: Any, row: type[Structured] = row, **options: Any) -> Structured:
                    initial = options.pop("initial", None)
                    return row(
                        *given,
                        document=document,
                        questionnaire=questionnaire,
                        entry=initial,
                        **options,
                    )

                field.set_row(make)

    rows: ClassVar[Mapping[str, type[Structured]]] = {}

    def offer(self, name: str, choices: Choices, blank: Any = "—") -> None:
        """Give a field its choices, with a blank one where only one is chosen."""
        field = cast("forms.ChoiceField", self.fields[name])
        field.choices = [
            *([] if isinstance(field, forms.MultipleChoiceField) else [("", blank)]),
            *choices,
        ]

    def scopes(self) -> Choices:
        """The kinds of help that need consent, as the questions on it name them."""
        questions = {item["code"]: question_of(item) for item in self.document["questions"]}
        known = consent_scopes(questions)
        if CONSENT_SCOPE in questions:
            labels_of = {item.code: item.label for item in questions[CONSENT_SCOPE].options}
        else:
            labels_of = {code: questions[f"{CONSENT_TO}{code}"].title for code in known}
        return [(code, labels_of.get(code, code)) for code in known]

    def spread(self, entry: Entry) -> dict[str, Any]:
        """The entry's values by the names of the fields."""
        found = {}
        for name in self.base_fields:
            value: Any = entry
            for step in name.split("__"):
                value = value.get(step) if isinstance(value, Mapping) else None
            if value is not None:
                found[name] = (
                    str(value).lower()
                    if isinstance(value, bool) and self._is_choice(name)
                    else value
                )
        return found

    def _is_choice(self, name: str) -> bool:
        return isinstance(self.base_fields[name], forms.ChoiceField)

    def gathered(self) -> dict[str, Any]:
        """The entry that the form describes, with the fields in the order of the edited entry."""
        return self._with_translations(self._gathered())

    def _gathered(self) -> dict[str, Any]:
        """The entry as its fields give it; what a kind of entry needs beyond that it adds here."""
        found: dict[str, Any] = {}
        for name, field in self.fields.items():
            if name not in self.base_fields:
                continue
            value = self.cleaned_data.get(name)
            if isinstance(field, RowsField):
                value = value or []
            if isinstance(value, str):
                # Browsers send line breaks as two characters.
                value = value.replace("\r\n", "\n")
            before = _get(self.entry, name)
            if isinstance(field, forms.CharField) and _as_typed(field, before) == _as_typed(
                field, value
            ):
                value = before
            if (
                isinstance(value, bool)
                and not value
                and name not in self.stated
                and not _had(self.entry, name)
            ):
                continue
            if value in NOTHING and not isinstance(value, bool):
                if name in self.nullable:
                    value = None
                elif field.required or (
                    _had(self.entry, name) and _get(self.entry, name) in NOTHING
                ):
                    value = _get(self.entry, name) if _had(self.entry, name) else value
                else:
                    continue
            if isinstance(field, forms.MultipleChoiceField) and value:
                before = _get(self.entry, name)
                order = before if isinstance(before, list) else []
                value = [
                    *(code for code in order if code in value),
                    *(code for code in value if code not in order),
                ]
            if isinstance(field, ConditionField):
                value = _as_before(_get(self.entry, name), value)
            _put(found, name, value)
        order = [
            *(key for key in self.entry if key in found),
            *(key for key in found if key not in self.entry),
        ]
        # What the form does not show stays as it was.
        empty = {key for key, value in self.entry.items() if key not in found and value in NOTHING}
        kept = {
            key: value
            for key, value in self.entry.items()
            if key not in self._shown or key in empty
        }
        merged = {
            key: ordered(self.entry.get(key), found[key])
            if isinstance(found[key], dict)
            else found[key]
            for key in order
        }
        return {
            key: merged.get(key, kept.get(key))
            for key in [*self.entry, *merged]
            if key in merged or key in kept
        }

    def _with_translations(self, entry: dict[str, Any]) -> dict[str, Any]:
        """The form shows no translations, so each stays with its text."""
        kind = self.kind_of_entry
        if "translations" not in self.entry or texts_of(kind, entry) == texts_of(kind, self.entry):
            return entry
        carried = carried_over(kind, self.entry, entry)
        return {
            name: carried if name == "translations" else value
            for name, value in entry.items()
            if name != "translations" or carried
        }

    # Whether it is an entry of its own, with the optimistic lock of one.
    versioned: ClassVar[bool] = True

    # Booleans that an entry says even where they are false.
    stated: ClassVar[tuple[str, ...]] = ()

    @property
    def _shown(self) -> set[str]:
        return {name.split("__")[0] for name in self.base_fields}

    def field_of(self, where: str) -> str | None:
        """The field in which a problem lies, told by its place in the entry: `says.holds`,
        `can[2].does`.
        """
        path = where.split("[")[0].replace(".", "__") + "__"
        found = [
            name
            for name in self.fields
            if path.startswith(f"{name}__") or f"{name}__".startswith(path)
        ]
        return max(found, key=len) if found else None


def _as_typed(field: forms.Field, value: Any) -> Any:
    """A value as it comes back from a browser that shows it, if nobody touches it."""
    shown = field.prepare_value(value)
    if isinstance(field, LinesField):
        return [line.strip() for line in (shown or "").splitlines() if line.strip()]
    return shown.replace("\r\n", "\n").strip() if isinstance(shown, str) else shown


def _had(entry: Entry, name: str) -> bool:
    value: Any = entry
    for step in name.split("__"):
        if not isinstance(value, Mapping) or step not in value:
            return False
        value = value[step]
    return True


def _get(entry: Entry, name: str) -> Any:
    value: Any = entry
    for step in name.split("__"):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _put(entry: dict[str, Any], name: str, value: Any) -> None:
    *steps, last = name.split("__")
    for step in steps:
        entry = entry.setdefault(step, {})
    entry[last] = value


def ordered(before: Any, after: dict[str, Any]) -> dict[str, Any]:
    """A mapping with its keys in the order that they had before, new ones last."""
    order = list(before) if isinstance(before, Mapping) else []
    return {
        key: after[key]
        for key in [*order, *(key for key in after if key not in order)]
        if key in after
    }


def _as_before(before: Any, after: Any) -> Any:
    """A condition with each line written as it was before, where it says the same; all of it where
    all does.
    """
    if before is None or after is None or Shape.of(before) is None:
        return after
    operands = {_line(leaf): leaf for leaf in _leaves(before)}
    kept = _replaced(after, operands)
    return before if _plain(before) == _plain(kept) else kept


def _line(leaf: Entry) -> tuple[str, str, frozenset[Any]]:
    relation = next(name for name in OPERATORS if name in leaf)
    operand = leaf[relation]
    return (
        leaf["question"],
        relation,
        frozenset(operand if isinstance(operand, list) else [operand]),
    )


def _leaves(raw: Entry) -> list[Entry]:
    kind = next((name for name in KINDS if name in raw), None)
    return [raw] if kind is None else [leaf for part in raw[kind] for leaf in _leaves(part)]


def _replaced(raw: Entry, operands: Mapping[Any, Entry]) -> Entry:
    kind = next((name for name in KINDS if name in raw), None)
    return (
        operands.get(_line(raw), raw)
        if kind is None
        else {kind: [_replaced(part, operands) for part in raw[kind]]}
    )


def _plain(raw: Any) -> Any:
    """A condition without groups of one line."""
    kind = next((name for name in KINDS if name in raw), None)
    if kind is None:
        return raw
    parts = [_plain(part) for part in raw[kind]]
    return parts[0] if len(parts) == 1 and kind != "none" else {kind: parts}
