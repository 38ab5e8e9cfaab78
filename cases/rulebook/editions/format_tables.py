"""The tables of docs/rulebook-format.md: the fields of each kind of entry."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Literal, get_args, get_origin

from cases.rulebook.entries.conditions import Code, Condition
from cases.rulebook.entries.description import Described, Editorial, Translations, Weight, described
from cases.rulebook.entries.invariants import Statement
from cases.rulebook.entries.kinds import EDITION, KINDS
from cases.rulebook.entries.questions import Value
from cases.rulebook.entries.rules import Selector

# A table lies between these two comments; the name is that of a list, `edition` or `every entry`.
_TABLE = re.compile(r"(<!-- fields of ([a-z_ ]+) -->\n).*?(<!-- end of fields -->)", re.DOTALL)
_HEAD = "| field | holds | needed | weight | what it is |\n|---|---|---|---|---|\n"
_HOLDS: dict[Any, str] = {
    str: "text",
    int: "whole number",
    bool: "`true` or `false`",
    date: "date",
    Code: "code",
    Value: "an option's code, or a list of them",
    Condition: "condition",
    Statement: "condition, with lines on statuses, gates and notices",
    Translations: "by language, texts by path",
}
# What a code refers to if it is not an entry of a list.
_REFERS_TO = {
    "consent_scope": "kind of help that needs consent",
    "phase": "phase",
    "problem": "code of a question that describes a problem",
}


def with_tables(text: str) -> str:
    """A text in which each table of fields is brought up to date with the descriptions."""
    return _TABLE.sub(lambda found: f"{found[1]}{table_of(found[2])}{found[3]}", text)


def table_of(name: str) -> str:
    """The table of the fields of a kind of entry, as Markdown."""
    if name == "every entry":
        fields = described(Editorial)
    elif name == "selector":
        fields = described(Selector)
    else:
        fields = described((EDITION if name == "edition" else KINDS[name]).type)
    return _HEAD + "".join(f"| {' | '.join(row)} |\n" for row in _table_rows(fields))


def _table_rows(
    fields: Iterable[Described], path: str = "", within: Weight = "meaning"
) -> Iterator[tuple[str, ...]]:
    """A row for each field and its parts; those of evidence weigh what that does."""
    for field in fields:
        here = f"{path}{field.name}{'[]' if field.many and field.parts else ''}"
        about = field.about
        what = f"{about.label.removeprefix('… ')}. {about.help}".strip()
        weight = within if within == "evidence" else about.weight
        translated = ", translated" if field.is_translated else ""
        yield f"`{here}`", _holds(field), _needed(field), weight + translated, what
        if field.type is not Selector:
            yield from _table_rows(field.parts, f"{here}.", weight)


def _holds(field: Described) -> str:
    """What a field holds, in words."""
    about = field.about
    if field.type is Selector:
        item = "selector"
    elif field.parts:
        item = "rows" if field.many else "fields"
    elif get_origin(field.type) is Literal:
        item = ", ".join(f"`{value}`" for value in get_args(field.type))
    elif about.refers_to in _REFERS_TO:
        item = _REFERS_TO[about.refers_to]
    elif about.refers_to:
        item = f"code of one of the {about.refers_to}"
    else:
        item = "code" if about.pattern and field.name == "code" else _HOLDS[field.type]
    if not field.many:
        return item
    least = f", at least {about.at_least}" if about.at_least else ""
    return f"{item if field.parts else f'list: {item}'}{least}"


def _needed(field: Described) -> str:
    return ("yes" if field.required else "no") + (", or `null`" if field.nullable else "")
