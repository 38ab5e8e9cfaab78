"""What is wrong with an entry in the words of its form: the row, the field, and what to enter."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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
from cases.rulebook.entries.issues import Issue
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
    message = _QUOTED.sub(lambda match: _titled(match, document), message)
    message = message[:1].upper() + message[1:]
    if not field or not (names_field or _ROW.search(field)):
        return message
    place = field_words(issue.location.kind, _ROW.sub(_counted_from_one, field))
    return _("%(place)s: %(message)s") % {"place": place, "message": message}


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
    referred = KINDS.get(field.about.refers_to)
    code = referred.by_name["code"].about.pattern if referred else ""
    return str(_ENTER.get(field.about.pattern or code, ""))
