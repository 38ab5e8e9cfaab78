"""A field that holds rows, each a small form of its own: the options of a question, what an actor
can do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cases.forms.editor.conditions import count_of

# What makes the form of a row: it can be asked for `gathered()`, which is the row as the document
# writes it.
MakeRow = Callable[..., Any]


# With more rows than these, each is folded under its first text; with more than MANY, all are also
# folded together.
FEW, MANY = 4, 12


# The fields of a row that say when it holds, and since when it does not.
FROM, TO, SUSPENDED = "from", "to", "suspended"


def _called(row: Any) -> str:
    """The name of a row: the texts of its first two fields, and when it holds."""
    texts = []
    for field in [field for field in row if field.name not in (FROM, TO)][:2]:
        value = field.value()
        choices = dict(getattr(field.field, "choices", ()))
        if isinstance(value, str) and value:
            texts.append(str(choices.get(value, value)))
    return " · ".join([*texts, *_when(row)])


def _when(row: Any) -> Iterator[str]:
    """From when until when a row holds, and when it was suspended."""
    first, last = (row[name].value() if name in row.fields else "" for name in (FROM, TO))
    if first or last:
        yield _period(first, last)
    if periods := _suspended(row):
        yield _("suspended %(periods)s") % {"periods": periods}


def _suspended(row: Any) -> str:
    """The periods in which a row was suspended; empty if there is none."""
    periods = (row[SUSPENDED].value() or []) if SUSPENDED in row.fields else []
    return ", ".join(_period(item.get(FROM), item.get(TO)) for item in periods)


def _period(first: Any, last: Any) -> str:
    if not last:
        return _("since %(first)s") % {"first": first}
    if not first:
        return _("until %(last)s") % {"last": last}
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


def _is_begun(item: Any) -> bool:
    """Whether someone is filling in a row: a browser sent it, or one of its texts is missing."""
    return isinstance(item, forms.BaseForm) or _lacks_a_text(item)


def _lacks_a_text(item: Any) -> bool:
    return isinstance(item, Mapping) and "" in item.values()


class RowsWidget(forms.Widget):
    use_fieldset = True
    make: MakeRow

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[Any]:
        indexes = [
            index for index in range(count_of(data, name)) if not data.get(f"{name}-{index}-gone")
        ]
        return [
            self.make(
                data, prefix=f"{name}-{index}", empty_permitted=True, use_required_attribute=False
            )
            for index in indexes
        ]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return f"{name}-count" not in data

    def render(
        self, name: str, value: Any, attrs: Mapping[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        rows: list[Any] = []
        for index, item in enumerate(value or []):
            if isinstance(item, forms.BaseForm):
                rows.append(item)
            else:
                rows.append(
                    self.make(prefix=f"{name}-{index}", initial=item, use_required_attribute=False)
                )
        indexes = [int(str(row.prefix).rsplit("-", 1)[1]) for row in rows]
        count = max(indexes, default=-1) + 1
        gone = [f"{name}-{index}" for index in range(count) if index not in indexes]
        wrong = bool(attrs and attrs.get("aria-invalid"))
        folded = len(rows) > FEW and not wrong
        begun = [_is_begun(item) for item in value or []]
        shown = [
            (row, _called(row), not folded or not _called(row) or _lacks_a_text(item))
            for row, item in zip(rows, value or [], strict=True)
        ]
        context = {
            "name": name,
            "rows": shown,
            "count": count,
            "gone": gone,
            "many": len(rows) > MANY,
            "open": wrong or any(begun),
        }
        if rows and SUSPENDED in rows[0].fields:
            # Memberships are short, and read one under the other.
            context["table"] = [(row, _called(row), _suspended(row)) for row in rows]
        return render_to_string("editor/rows.html", context)


class RowsField(forms.Field):
    """Rows; those that are left blank do not count. Its value is a list of what each row's form
    gives.
    """

    widget = RowsWidget

    def set_row(self, make: MakeRow) -> None:
        cast("RowsWidget", self.widget).make = make

    def clean(self, value: list[Any]) -> list[dict[str, Any]]:
        problems = []
        rows = []
        for number, row in enumerate(value, 1):
            if not row.is_valid():
                for name, errors in row.errors.items():
                    problems += [
                        _("Row %(number)s, %(field)s: %(problem)s")
                        % {"number": number, "field": row[name].label, "problem": text}
                        for text in errors
                    ]
            elif row.has_changed():
                rows.append(row.gathered())
        if problems:
            raise forms.ValidationError(problems)
        if self.required and not rows:
            raise forms.ValidationError(_("Add at least one row."))
        return rows
