"""The form of each kind of entry of a rulebook. What a form cannot show is edited as YAML."""

from __future__ import annotations

from cases.forms.editor.conditions import Shape
from cases.forms.editor.structured import EntryForm
from cases.rulebook.editions.builder import Entry
from cases.rulebook.entries.description import walk
from cases.rulebook.entries.kinds import KINDS

ENTRY_FORMS: dict[str, type[EntryForm]] = {
    name: EntryForm.of(kind.fields, name) for name, kind in KINDS.items()
}


def fits_a_form(kind: str, entry: Entry) -> bool:
    """Whether a form can show every condition of an entry. Conditions nested deeper are edited as
    YAML.
    """
    return all(
        Shape.of(item.value) is not None
        for item in walk(KINDS[kind].fields, entry)
        if item.field.is_condition
    )
