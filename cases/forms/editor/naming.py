"""The fields of a rulebook's entries by the names that their forms give them."""

from __future__ import annotations

import re

from cases import labels
from cases.forms.editor.entries import ENTRY_FORMS
from cases.forms.editor.structured import Structured

# One step of a path: a name, and in brackets what tells the row of a list from the others.
_STEP = re.compile(r"([^.\[]+)(?:\[([^\]]*)\])?")


def field_words(kind: str, path: str) -> str:
    """A path such as `options[none].label` as people read it: "Answers, none: Label".

    A field without a name, such as one that an older edition has, is called by its path.
    """
    form: type[Structured] | None = ENTRY_FORMS.get(kind)
    found, name = [], ""
    for step, row in _STEP.findall(path):
        name = f"{name}__{step}" if name else step
        field = form.base_fields.get(name) if form else None
        if field is None:
            continue
        label = str(field.label).removeprefix("… ")
        found.append(f"{label}, {row}" if row else label)
        if form and name in form.rows:
            form, name = form.rows[name], ""
    if not found:
        return str(labels.FIELD.get(path, path))
    return ": ".join(found)
