"""What the forms of a rulebook's entries share. An entry that goes through its form unedited is
unchanged.

A field's name is its path in the entry, with `__` between the steps: `says__holds` is `says:
{holds: …}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, ClassVar, Self, cast

from django import forms
from django.utils.translation import gettext as _

from cases.forms.base import PlainForm, VersionedForm
from cases.forms.editor.conditions import ConditionField, Shape, as_written_before, code_in
from cases.forms.editor.fields import CountryField, LinesField, field_label, form_field
from cases.forms.editor.rows import RowsField
from cases.rulebook.editions.builder import Document, Entry
from cases.rulebook.editions.loader import title_of
from cases.rulebook.entries.description import Described, Translations
from cases.rulebook.entries.kinds import entries_of
from cases.rulebook.entries.questions import (
    CONSENT_SCOPE,
    CONSENT_TO,
    PHASE,
    Questionnaire,
    Value,
    consent_scopes,
    phases,
)
from cases.rulebook.wording.translation import carried_translations, texts_of

Choices = Iterable[tuple[Any, Any]]
NOTHING: tuple[Any, ...] = (None, "", [], (), {})


def countries_of(document: Document) -> dict[str, str]:
    """The names of the countries of a document, by their codes."""
    return {item["code"]: item["name"] for item in entries_of(document, "countries")}


def form_fields(
    fields: Iterable[Described], prefix: str = "", *, required: bool = True
) -> Iterator[tuple[str, Described, forms.Field]]:
    """The name, the description and the form field of each field of an entry, of its parts one by
    one. Rows are one field: their own form shows what they hold.
    """
    for field in fields:
        name = f"{prefix}{field.name}"
        needed = required and field.required and not field.nullable
        if field.type == Translations:
            continue  # They have a page of their own.
        if field.parts and not field.many:
            yield from form_fields(field.parts, f"{name}__", required=needed)
        else:
            yield name, field, form_field(field, required=needed)


class FieldsForm(PlainForm):
    """The fields of an entry or of a row. Empty fields are left out, or null where the entry needs
    them.
    """

    # The list of the document of which it is an entry; empty for a row.
    kind_of_entry: ClassVar[str] = ""
    # How the entry's kind describes it, and each field of the form by its name.
    fields_of_entry: ClassVar[tuple[Described, ...]] = ()
    described: ClassVar[Mapping[str, Described]] = {}

    @classmethod
    def of(cls, fields: Iterable[Described], kind: str = "") -> type[Self]:
        """The form of a kind of entry, or of a row with these fields."""
        fields = tuple(fields)
        built = list(form_fields(fields))
        attributes: dict[str, Any] = {name: field for name, _described, field in built}
        attributes |= {
            "kind_of_entry": kind,
            "fields_of_entry": fields,
            "described": {name: of for name, of, _field in built},
        }
        made = forms.forms.DeclarativeFieldsMetaclass(cls.__name__, (cls,), attributes)
        return cast("type[Self]", made)

    def __init__(
        self,
        *args: Any,
        document: Document,
        questionnaire: Questionnaire,
        entry: Entry | None = None,
        **kwargs: Any,
    ) -> None:
        self.entry, self.document = dict(entry or {}), document
        self.questionnaire = questionnaire
        if entry:
            kwargs["initial"] = self.spread(entry) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        for name, of in self.described.items():
            field = self.fields[name]
            if isinstance(field, ConditionField):
                field.set_questionnaire(questionnaire)
            elif isinstance(field, RowsField):
                row = row_form(of.parts)

                def make(*args: Any, row: type[RowForm] = row, **options: Any) -> RowForm:
                    initial = options.pop("initial", None)
                    return row(
                        *args,
                        document=document,
                        questionnaire=questionnaire,
                        entry=initial,
                        **options,
                    )

                field.set_row(make)
            elif isinstance(field, CountryField):
                field.offer(countries_of(document))
            elif of.about.refers_to and isinstance(field, forms.ChoiceField):
                self._offer(field, of)

    def _offer(self, field: forms.ChoiceField, of: Described) -> None:
        """Give a field the entries that it may refer to, with a blank one where it takes one."""
        blank = [("", "—")]
        if of.about.refers_to == "consent_scope":
            choices = self._scopes()
            blank = [("", _("none: it works without consent"))]
        elif of.about.refers_to == "phase":
            by_code = self.questionnaire.by_code
            choices = [(code, by_code[PHASE].label(code)) for code in phases(by_code)]
        elif of.about.refers_to == "problem":
            choices = [
                (item["code"], item["problem"])
                for item in entries_of(self.document, "questions")
                if item.get("problem")
            ]
        else:
            entries = entries_of(self.document, of.about.refers_to)
            choices = [(item["code"], title_of(item)) for item in entries]
        field.choices = choices if of.many else [*blank, *choices]

    def _scopes(self) -> list[tuple[Any, Any]]:
        """The kinds of help that need consent, labelled by their question or option."""
        by_code = self.questionnaire.by_code
        scopes = []
        for scope in consent_scopes(by_code):
            question = by_code.get(f"{CONSENT_TO}{scope}")
            label = question.title if question else by_code[CONSENT_SCOPE].label(scope)
            scopes.append((scope, label))
        return scopes

    def spread(self, entry: Entry) -> dict[str, Any]:
        """The entry's values by the names of the fields."""
        values = {}
        for name, of in self.described.items():
            value = _get(entry, name)
            if isinstance(value, bool) and isinstance(self.base_fields[name], forms.ChoiceField):
                value = str(value).lower()
            if of.about.alone and isinstance(value, str):
                value = [value]
            if of.type == Value and value is not None:
                value = ", ".join(value) or "none" if isinstance(value, list) else str(value)
            if value is not None:
                values[name] = value
        return values

    def clean(self) -> dict[str, Any]:
        """Require the other needed fields of an optional part if one of its fields is filled in."""
        values = self.cleaned_data
        for part in self._optional_parts():
            names = [f"{part.name}__{field.name}" for field in part.parts]
            if all(self._is_blank(name, values.get(name)) for name in names):
                continue
            for name in names:
                if self._is_needed(name) and not values.get(name) and name not in self.errors:
                    message = _("“%(part)s” needs this. Fill it in, or clear its other fields.")
                    self.add_error(name, message % {"part": field_label(part)})
        return values

    def _optional_parts(self) -> list[Described]:
        return [
            field
            for field in self.fields_of_entry
            if field.parts and not field.many and not field.required
        ]

    def _is_blank(self, name: str, value: Any) -> bool:
        """Whether a field is blank. A box that is not ticked is blank too, unless its entry may
        leave it out.
        """
        return value in NOTHING if value is not False else self.described[name].required

    def _is_needed(self, name: str) -> bool:
        field = self.described[name]
        return field.required and field.type is not bool and (not field.many or _needs_rows(field))

    def gathered(self) -> dict[str, Any]:
        """The entry that the form describes, with the fields in the order of the edited entry."""
        return self._with_translations(self._gathered())

    def _gathered(self) -> dict[str, Any]:
        """The entry as its fields give it; what a kind of entry needs beyond that it adds here."""
        entry: dict[str, Any] = {}
        for name in self.described:
            value = self._value(name)
            if not self._is_left_out(name, value):
                _put(entry, name, self._as_kept(name, value))
        for part in self._optional_parts():
            self._take_out_if_blank(entry, part)
        return self._in_order(entry)

    def _value(self, name: str) -> Any:
        """What a field holds, written as it was before where it says the same."""
        field, value = self.fields[name], self.cleaned_data.get(name)
        before = _get(self.entry, name)
        if isinstance(field, RowsField):
            return value or []
        if self.described[name].type == Value:
            return self._answer(str(value or "").strip(), before)
        if isinstance(value, str):
            # Browsers send line breaks as two characters.
            value = value.replace("\r\n", "\n")
        if isinstance(field, forms.CharField):
            return before if _as_typed(field, before) == _as_typed(field, value) else value
        if isinstance(field, ConditionField):
            return as_written_before(before, value)
        if self.described[name].about.alone and value == [before]:
            return before
        if isinstance(field, forms.MultipleChoiceField) and value:
            order = before if isinstance(before, list) else []
            return [
                *(code for code in order if code in value),
                *(code for code in value if code not in order),
            ]
        return value

    def _answer(self, typed: str, before: Any) -> Any:
        """An answer from the codes that were typed: a list where its question takes several."""
        if not typed or not self._takes_several():
            return code_in(typed)
        codes = [code.strip() for code in typed.split(",") if code.strip()]
        if codes == ["none"]:
            codes = []
        return before if isinstance(before, list) and set(before) == set(codes) else codes

    def _takes_several(self) -> bool:
        """Whether the edited question, or the one that a row names, takes several answers."""
        question = self.questionnaire.by_code.get(self.cleaned_data.get("to", ""))
        kind = question.kind if question else self.cleaned_data.get("kind")
        return bool(kind == "multiple")

    def _is_left_out(self, name: str, value: Any) -> bool:
        """Whether an empty field is left out of the entry."""
        field, had = self.described[name], _had(self.entry, name)
        if isinstance(value, bool):
            return not value and not field.required and not had
        if value not in NOTHING or (field.many and field.required):
            return False
        was_empty = had and _get(self.entry, name) in NOTHING
        return not ((field.required and field.nullable) or self.fields[name].required or was_empty)

    def _as_kept(self, name: str, value: Any) -> Any:
        """A value, or for an empty one the way in which the entry writes that nothing is there."""
        field = self.described[name]
        if value not in NOTHING or isinstance(value, bool):
            return value
        if _had(self.entry, name) and _get(self.entry, name) in NOTHING:
            return _get(self.entry, name)
        if field.required and field.nullable:
            return None
        return [] if field.many else value

    def _take_out_if_blank(self, entry: dict[str, Any], part: Described) -> None:
        """Leave out a part whose fields are all empty, or write it as null where it was."""
        values = entry.get(part.name, {})
        if any(not self._is_blank(f"{part.name}__{name}", values[name]) for name in values):
            return
        entry.pop(part.name, None)
        if part.nullable and part.name in self.entry:
            entry[part.name] = None

    def _in_order(self, entry: dict[str, Any]) -> dict[str, Any]:
        """What was gathered in the order of the entry before, with what the form does not show."""
        shown = {name.split("__")[0] for name in self.described}
        kept = {
            key: value
            for key, value in self.entry.items()
            if key not in entry and (key not in shown or value in NOTHING)
        }
        for key, value in entry.items():
            kept[key] = _ordered(self.entry.get(key), value) if isinstance(value, dict) else value
        return _ordered(self.entry, kept)

    def _with_translations(self, entry: dict[str, Any]) -> dict[str, Any]:
        """The form shows no translations, so each stays with its text."""
        kind = self.kind_of_entry
        if "translations" not in self.entry or texts_of(kind, entry) == texts_of(kind, self.entry):
            return entry
        carried = carried_translations(kind, self.entry, entry)
        return {
            name: carried if name == "translations" else value
            for name, value in entry.items()
            if name != "translations" or carried
        }

    def field_of(self, where: str) -> str | None:
        """The field that has a problem, from its path in the entry, such as `says.holds` or
        `can[2].does`.
        """
        path = where.split("[")[0].replace(".", "__") + "__"
        names = [
            name
            for name in self.fields
            if path.startswith(f"{name}__") or f"{name}__".startswith(path)
        ]
        return max(names, key=len) if names else None


class EntryForm(FieldsForm, VersionedForm):
    """The form of one entry."""


class RowForm(FieldsForm):
    """One row of an entry. It counts unless it is empty, whatever it contained before."""

    def has_changed(self) -> bool:
        for name, field in self.fields.items():
            value = field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
            if not (value.is_blank if isinstance(value, Shape) else value in (*NOTHING, False)):
                return True
        return False


@cache
def row_form(fields: tuple[Described, ...]) -> type[RowForm]:
    """The form of a row with these fields."""
    return RowForm.of(fields)


def _needs_rows(field: Described) -> bool:
    return field.about.at_least > 0


def _as_typed(field: forms.Field, value: Any) -> Any:
    """A value as a browser sends it back if nobody edits it."""
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


def _ordered(before: Any, after: dict[str, Any]) -> dict[str, Any]:
    """A mapping with its keys in the order that they had before, new ones last."""
    order = list(before) if isinstance(before, Mapping) else []
    return {key: after[key] for key in dict.fromkeys([*order, *after]) if key in after}
