"""What differs between two editions in words: conditions as sentences, and whether it can change
what is advised.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from django.utils.translation import gettext as _

from cases import labels
from cases.rulebook.editions.builder import Document, build
from cases.rulebook.editions.document_diff import Difference, EntryChange, differences
from cases.rulebook.editions.loader import called
from cases.rulebook.entries.conditions import GROUP_KINDS, OPERATORS, parse_condition, questions_of
from cases.rulebook.entries.questions import Questionnaire
from cases.rulebook.wording.sentences import say_condition
from cases.rulebook_phrases import phrases


@dataclass(frozen=True)
class Said:
    """One field that differs, in words."""

    path: str
    before: str
    after: str
    why: labels.Label
    is_meaning: bool


@dataclass(frozen=True)
class Reading:
    """One entry that differs, by what it is called, with its fields in words."""

    change: EntryChange
    name: str
    fields: tuple[Said, ...]


def readings(before: Document, after: Document) -> tuple[Reading, ...]:
    """Every entry in which two documents differ, in words."""
    changes = differences(before, after)
    if not changes:
        return ()
    questionnaires = (build(before).questionnaire, build(after).questionnaire)
    return tuple(
        Reading(
            change,
            _title(change, before, after),
            tuple(difference_in_words(item, *questionnaires) for item in change.differences),
        )
        for change in changes
    )


def _title(change: EntryChange, before: Document, after: Document) -> str:
    document, entry = (after, change.after) if change.after else (before, change.before)
    return called(document, change.kind, entry) if entry and change.kind != "edition" else ""


def difference_in_words(item: Difference, old: Questionnaire, new: Questionnaire) -> Said:
    return Said(
        item.path,
        _words(item.before, old),
        _words(item.after, new),
        labels.WHY[item.why],
        item.weight == "meaning",
    )


def _words(value: Any, questionnaire: Questionnaire) -> str:
    if value is None:
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list) and not any(isinstance(item, (Mapping, list)) for item in value):
        return ", ".join(map(str, value)) or _("none")
    if not isinstance(value, (Mapping, list)):
        return str(value)
    if isinstance(value, Mapping) and _is_answer_condition(value):
        condition = parse_condition(value)
        # How answers are carried over is a condition on the questions of another edition.
        if questions_of(condition) <= questionnaire.by_code.keys():
            return say_condition(condition, questionnaire, phrases())
    if isinstance(value, Mapping) and any(
        _is_answer_condition(part) for part in value.values() if isinstance(part, Mapping)
    ):
        # A row with a condition of its own, such as a caution: what it says, line by line.
        return "\n".join(_words(part, questionnaire) for part in value.values())
    return yaml.safe_dump(
        value, sort_keys=False, allow_unicode=True, default_flow_style=None, width=90
    ).strip()


def _is_answer_condition(value: Mapping[str, Any]) -> bool:
    """Whether it is a condition on answers. An invariant's statement may also name statuses."""
    kind = next((name for name in GROUP_KINDS if name in value), None)
    if kind is not None:
        return all(isinstance(part, Mapping) and _is_answer_condition(part) for part in value[kind])
    return "question" in value and any(name in value for name in OPERATORS)
