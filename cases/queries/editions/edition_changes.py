"""What differs between two editions in words: conditions as sentences, and whether it can change
what is advised.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cases import labels
from cases.queries.editions.invariant_sentences import say_invariant
from cases.rulebook.editions.builder import Document, Entry, build
from cases.rulebook.editions.document_diff import Difference, EntryChange, differences
from cases.rulebook.editions.loader import called, title_of
from cases.rulebook.entries.conditions import GROUP_KINDS, OPERATORS, parse_condition, questions_of
from cases.rulebook.entries.description import Described
from cases.rulebook.entries.invariants import Statement
from cases.rulebook.entries.kinds import EDITION, KINDS, entries_of
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.wording.sentences import say_condition
from cases.rulebook_phrases import phrases

# One step of a path: a name, and in brackets what identifies the row of a list.
_STEP = re.compile(r"([^.\[]+)(?:\[([^\]]*)\])?")


@dataclass(frozen=True)
class RowFieldInWords:
    """A field of a row that was added, removed or changed: its name and both values."""

    label: labels.Label
    before: str
    after: str


@dataclass(frozen=True)
class FieldInWords:
    """One field that differs, in words; where it holds a row, `parts` are the fields of the row. In
    `path`, rows have titles where they have codes in the document.
    """

    path: str
    before: str
    after: str
    parts: tuple[RowFieldInWords, ...]
    why: labels.Label
    is_meaning: bool


@dataclass(frozen=True)
class EntryInWords:
    """One entry that differs, by what it is called, with its fields in words."""

    change: EntryChange
    name: str
    fields: tuple[FieldInWords, ...]


@dataclass(frozen=True)
class _Side:
    """One of two documents that are compared, from which codes get their titles."""

    document: Document
    rulebook: Rulebook

    def title(self, kind: str, code: str) -> str:
        """The title of an entry of a kind, or the code where there is none."""
        if kind == "problem":
            question = self.rulebook.questionnaire.by_code.get(code)
            return question.title if question else code
        if kind not in KINDS:
            return code
        entries = entries_of(self.document, kind)
        entry = next((entry for entry in entries if entry["code"] == code), None)
        return title_of(entry) if entry else code


def changes_in_words(before: Document, after: Document) -> tuple[EntryInWords, ...]:
    """Every entry in which two documents differ, in words."""
    changes = differences(before, after)
    if not changes:
        return ()
    sides = _Side(before, build(before)), _Side(after, build(after))
    found = []
    for change in changes:
        fields = tuple(_said(change, item, *sides) for item in change.differences)
        found.append(EntryInWords(change, _title(change, before, after), fields))
    return tuple(found)


def _title(change: EntryChange, before: Document, after: Document) -> str:
    document, entry = (after, change.after) if change.after else (before, change.before)
    return called(document, change.kind, entry) if entry and change.kind != "edition" else ""


def _said(change: EntryChange, item: Difference, old: _Side, new: _Side) -> FieldInWords:
    field = _field_at(change.kind, item.path)
    parts: tuple[RowFieldInWords, ...] = ()
    if change.kind == "invariants" and field and field.type == Statement:
        before, after = _sentence(change.code, old), _sentence(change.code, new)
    else:
        before, after = _words(item.before, field, old), _words(item.after, field, new)
        parts = tuple(_parts(item, field, old, new))
    return FieldInWords(
        _path_with_titles(change.kind, item.path, new),
        before,
        after,
        parts,
        labels.WHY[item.why],
        item.weight == "meaning",
    )


def _field_at(kind: str, path: str) -> Described | None:
    """The field at a path such as `options[none].label`; None where none is described."""
    return next((field for field, _row in reversed(list(_fields_on_path(kind, path)))), None)


def _fields_on_path(kind: str, path: str) -> Iterator[tuple[Described | None, str]]:
    """The fields on a path, each with the row that the path names in it."""
    fields = KINDS[kind].by_name if kind in KINDS else EDITION.by_name
    for name, row in _STEP.findall(path):
        field = fields.get(name)
        yield field, row
        fields = field.by_name if field else {}


def _path_with_titles(kind: str, path: str, side: _Side) -> str:
    """A path such as `can[cap.ssr lead]`, its rows named by titles and labels."""
    for field, row in _fields_on_path(kind, path):
        if field and row:
            names = [_named(word, field, side) for word in row.split()]
            path = path.replace(f"[{row}]", f"[{' '.join(names)}]")
    return path


def _named(word: str, field: Described, side: _Side) -> str:
    """A part of a row's name in words: the title of a code, or the label of a choice."""
    said = (_single(word, part, side) for part in field.parts)
    return next((text for text in said if text != word), word)


def _sentence(code: str, side: _Side) -> str:
    """What an invariant demands."""
    invariant = next(item for item in side.rulebook.invariants if item.code == code)
    return capfirst(say_invariant(invariant, side.rulebook)) + "."


def _parts(
    item: Difference, field: Described | None, old: _Side, new: _Side
) -> Iterator[RowFieldInWords]:
    """The fields of a row, each before and after; empty if what differs is not a row."""
    rows = [row for row in (item.before, item.after) if row is not None]
    if not rows or not all(_is_row(row) for row in rows):
        return
    before, after = item.before or {}, item.after or {}
    for name in dict.fromkeys([*before, *after]):
        part = field.by_name.get(name) if field else None
        was, now = before.get(name), after.get(name)
        if was != now:
            yield RowFieldInWords(_label(name, part), _part(was, part, old), _part(now, part, new))


def _part(value: object, field: Described | None, side: _Side) -> str:
    return "" if value is None else _words(value, field, side)


def _is_row(value: object) -> bool:
    return isinstance(value, Mapping) and not _is_answer_condition(value)


def _label(name: str, field: Described | None) -> labels.Label:
    return _(field.about.label).removeprefix("… ") if field else name


def _words(value: object, field: Described | None, side: _Side) -> str:
    """A value as people read it: codes by their titles, conditions as sentences, and the fields of
    a row one to a line.
    """
    if value is None:
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        between = "\n" if any(_is_row(item) for item in value) else ", "
        return between.join(_words(item, field, side) for item in value) or _("none")
    if not isinstance(value, Mapping):
        return _single(value, field, side)
    if _is_answer_condition(value):
        condition = parse_condition(value)
        # How answers are carried over is a condition on the questions of another edition.
        if questions_of(condition) <= side.rulebook.questionnaire.by_code.keys():
            return say_condition(condition, side.rulebook.questionnaire, phrases())
    return "\n".join(_field_lines(value, field, side))


def _field_lines(row: Entry, field: Described | None, side: _Side) -> Iterator[str]:
    for name, value in row.items():
        part = field.by_name.get(name) if field else None
        yield _("%(label)s: %(words)s") % {
            "label": _label(name, part),
            "words": _words(value, part, side),
        }


def _single(value: object, field: Described | None, side: _Side) -> str:
    """A text, a number or a code."""
    if field is None:
        return str(value)
    known = labels.CHOICES.get(field.type, {})
    if isinstance(value, str) and value in known:
        return str(known[value])
    return side.title(field.about.refers_to, str(value)) if field.about.refers_to else str(value)


def _is_answer_condition(value: Entry) -> bool:
    """Whether it is a condition on answers. An invariant's statement may also name statuses."""
    kind = next((name for name in GROUP_KINDS if name in value), None)
    if kind is not None:
        return all(isinstance(part, Mapping) and _is_answer_condition(part) for part in value[kind])
    return "question" in value and any(name in value for name in OPERATORS)
