"""What is wrong with an entry in the words of its form: the row, the field, and what to enter."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import labels
from cases.forms.editor.naming import field_words
from cases.rulebook.editions.documents import EditionDocument
from cases.rulebook.entries.description import (
    CODE,
    COUNTRY_CODE,
    SOURCE_CODE,
    URL,
    WORD,
    Described,
)
from cases.rulebook.entries.issues import Issue, RulebookError
from cases.rulebook.entries.kinds import KINDS

_ENTER: dict[str, str | Promise] = {
    COUNTRY_CODE: gettext_lazy("Enter a three-letter country code, such as MLI."),
    URL: gettext_lazy("Enter an address that begins with https:// or http://."),
    WORD: gettext_lazy("Use small letters, digits and _, beginning with a letter."),
    CODE: gettext_lazy("Use letters, digits, dots, - and _ only, beginning with a letter."),
    SOURCE_CODE: gettext_lazy("Use letters, digits, dots, slashes, - and _ only."),
}
_WRONG_SHAPE = ("does not have the form that is needed here", "is not what is needed here")
_ROW = re.compile(r"\[(\d+)\]")
_QUOTED = re.compile(r"'([A-Za-z0-9_./-]+)'")
_STEP = re.compile(r"([^.\[]+)")


def in_words(issue: Issue, document: EditionDocument, *, names_field: bool = True) -> str:
    """An issue as a page says it: entries by their titles, rows counted from 1."""
    field, message = issue.location.field, issue.message
    if message.endswith(_WRONG_SHAPE):
        message = _what_to_enter(issue) or message
    # What jsonschema adds to the names of fields that it does not know.
    message = message.replace(" was unexpected", "").replace(" were unexpected", "")
    message = _QUOTED.sub(lambda match: _titled(match, document), message)
    message = message[:1].upper() + message[1:]
    if not field or not (names_field or _ROW.search(field)):
        return message
    place = field_words(issue.location.kind, _ROW.sub(_counted_from_one, field))
    return _("%(place)s: %(message)s") % {"place": place, "message": message}


def with_entry(issue: Issue, document: Any) -> str:
    """An issue in words, with the list and the entry in which it lies: for a page that shows no
    single entry. The document may have any shape.
    """
    place = issue.location
    if place.kind not in KINDS:
        return _outside_lists(issue)
    readable = _readable(document)
    words = in_words(issue, readable)
    kind = labels.ENTRY_KIND[place.kind]
    if not place.entry:
        return _("%(list)s: %(message)s") % {"list": kind, "message": words}
    title = readable.title_of(place.kind, place.entry)
    entry = f"“{title}” ({place.entry})" if title else place.entry
    return _("%(list)s, %(entry)s: %(message)s") % {
        "list": kind,
        "entry": entry,
        "message": words,
    }


def all_with_entries(error: RulebookError, document: Any) -> str:
    """All that is wrong, in one text."""
    return " ".join(with_entry(issue, document) for issue in error.issues)


def _outside_lists(issue: Issue) -> str:
    """An issue of the edition's head, of a list that no rulebook has, or of a whole text."""
    place = issue.location
    parts = [str(labels.ENTRY.get(place.kind, f"“{place.kind}”"))] if place.kind else []
    if place.field:
        parts.append(field_words(place.kind, place.field) if place.kind else place.field)
    return ": ".join([*parts, issue.message])


def _readable(document: Any) -> EditionDocument:
    """The entries of a document that have a code and a title, whatever else is wrong with it."""
    lists = document if isinstance(document, dict) else {}
    entries = {kind: _readable_entries(kind, lists.get(kind)) for kind in KINDS}
    return EditionDocument(entries, stored_digest="unread")


def _readable_entries(kind: str, value: Any) -> list[Any]:
    entries = value if isinstance(value, list) else []
    readable = filter(_has_title, entries)
    return [entry for entry in readable if kind != "rules" or "measure" in entry]


def _has_title(entry: Any) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("code"), str):
        return False
    names = entry.get("names", [])
    return isinstance(names, list) and all(
        isinstance(name, dict) and "name" in name for name in names
    )


def worded(issues: Iterable[Issue], document: EditionDocument) -> list[Issue]:
    """Issues with their messages in the words of the pages."""
    return [replace(issue, message=in_words(issue, document)) for issue in issues]


Findings = list[tuple[str, str, str, list[Issue]]]


def worded_findings(findings: Findings, document: EditionDocument) -> Findings:
    return [(kind, code, name, worded(issues, document)) for kind, code, name, issues in findings]


def _counted_from_one(match: re.Match[str]) -> str:
    return f"[{int(match[1]) + 1}]"


def _titled(match: re.Match[str], document: EditionDocument) -> str:
    """The title of the entry with a code; the code itself if there is no such entry."""
    for kind in KINDS:
        title = document.title_of(kind, match[1])
        if title:
            return f"“{title}”"
    return match[0]


def _what_to_enter(issue: Issue) -> str:
    """What to enter in the field of an issue; empty if the field has no description."""
    kind = KINDS.get(issue.location.kind)
    fields = kind.by_name if kind else {}
    field: Described | None = None
    for step in _STEP.findall(_ROW.sub("", issue.location.field)):
        field = fields.get(step.strip("."))
        if field is None:
            return ""
        fields = field.by_name
    if field is None:
        return ""
    if field.type is date:
        return _("Enter a day such as 2012-12-20.")
    referred = KINDS.get(field.about.refers_to)
    code = referred.by_name["code"].about.pattern if referred else ""
    return str(_ENTER.get(field.about.pattern or code, ""))
