"""The fields of a rulebook's entries by the names that their forms give them."""

from __future__ import annotations

import re

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cases import labels
from cases.forms.editor.fields import field_label
from cases.rulebook.entries.conditions import Condition
from cases.rulebook.entries.description import Described
from cases.rulebook.entries.invariants import Statement
from cases.rulebook.entries.kinds import EDITION, KINDS

# One step of a path: a name, and in brackets what identifies the row of a list.
_STEP = re.compile(r"([^.\[]+)(?:\[([^\]]*)\])?")


def field_words(kind: str, path: str) -> str:
    """A path such as `options[none].label` as people read it: "Answers, none: Label".

    A part is named by the last of its fields that the path names, and a field that is not
    described, such as one of an older edition, by its path.
    """
    fields = KINDS[kind].by_name if kind in KINDS else EDITION.by_name
    labels_of_path: list[str] = []
    part: str | Promise = labels.FIELD.get(path, path)
    steps = _STEP.findall(path)
    for at, (step, row) in enumerate(steps, 1):
        field: Described | None = fields.get(step)
        if field is None:
            break
        part = field_label(field)
        fields = field.by_name
        label = str(part).removeprefix("… ")
        if field.many or not field.parts:
            labels_of_path.append(f"{label}, {row}" if row else label)
        if field.type in (Condition, Statement):
            labels_of_path += _line_in_condition(steps[at:])
    return ": ".join(labels_of_path) or str(part)


def _line_in_condition(steps: list[tuple[str, str]]) -> list[str]:
    """The line of a condition to which the rest of a path leads: "line 2.1", counted as in its
    form.
    """
    numbers = [number for _step, number in steps if number]
    return [_("line %(place)s") % {"place": ".".join(numbers)}] if numbers else []
