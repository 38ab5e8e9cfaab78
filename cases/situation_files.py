"""Situations as files give them: one JSON object with a country, a date and answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django_countries import countries as iso_countries

from cases.rulebook.entries.issues import AnswerError
from cases.rulebook.entries.questions import Answers, Questionnaire
from cases.rulebook.entries.retired import Retired

FIELDS = ("country", "as_of", "answers")


class SituationError(ValueError):
    """A file, or a line of it, that is not a situation. The message says where and what is
    wrong.
    """

    def __init__(self, message: str, *, names_retired: bool = False) -> None:
        super().__init__(message)
        # Whether it names a question or an option that an older edition has.
        self.names_retired = names_retired


@dataclass(frozen=True)
class Situation:
    countries: tuple[str, ...]
    as_of: date
    answers: Answers


def read_situations(
    text: str, questionnaire: Questionnaire, *, lines: bool, retired: Sequence[Retired] = ()
) -> list[Situation]:
    """The situations in a text: one JSON object or, with `lines`, one on each line that is not
    blank. For a code that is in `retired`, the error says what takes its place.

    Raises SituationError with everything that is wrong, each on a line of its own.
    """
    situations: list[Situation] = []
    errors: list[str] = []
    names_retired = False
    for prefix, part in _numbered_parts(text, lines=lines):
        try:
            situations.append(_read_situation(part, questionnaire, retired))
        except SituationError as error:
            errors += [f"{prefix}{line}" for line in str(error).splitlines()]
            names_retired = names_retired or error.names_retired
    if not situations and not errors:
        errors.append(_("the file is empty"))
    if errors:
        raise SituationError("\n".join(errors), names_retired=names_retired)
    return situations


def _numbered_parts(text: str, *, lines: bool) -> Iterator[tuple[str, str]]:
    if not lines:
        yield "", text
        return
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            yield _("line %(number)s: ") % {"number": number}, line


def _read_situation(
    text: str, questionnaire: Questionnaire, retired: Sequence[Retired]
) -> Situation:
    try:
        raw = json.loads(text, object_pairs_hook=_no_key_twice)
    except json.JSONDecodeError as error:
        message = _("not valid JSON: %(problem)s") % {"problem": error}
        raise SituationError(message) from error
    except RecursionError as error:
        raise SituationError(_("not a situation: it is nested too deeply")) from error
    if not isinstance(raw, dict):
        raise SituationError(_("a JSON object with country, as_of and answers is needed"))
    errors = [
        _("'%(name)s' is not one of country, as_of, answers") % {"name": name}
        for name in raw
        if name not in FIELDS
    ]
    countries: tuple[str, ...] = ()
    as_of, answers = date.min, raw.get("answers")
    try:
        countries = _read_countries(raw.get("country"))
    except SituationError as error:
        errors.append(str(error))
    try:
        as_of = read_date(raw.get("as_of"))
    except SituationError as error:
        errors.append(str(error))
    read: Answers = {}
    names_retired = False
    if not isinstance(answers, dict):
        errors.append(_("answers: an object of question codes and values is needed"))
    else:
        try:
            read = questionnaire.read_answers(answers)
        except AnswerError as error:
            for code, problem in error.problems.items():
                gone = _retired_in(code, answers[code], retired)
                message = " ".join(_became(item) for item in gone) or problem
                errors.append(f"answers: {code}: {message}")
                names_retired = names_retired or bool(gone)
    if errors:
        raise SituationError("\n".join(errors), names_retired=names_retired)
    return Situation(countries, as_of, read)


def _retired_in(code: str, value: Any, retired: Sequence[Retired]) -> list[Retired]:
    """What the edition no longer has of an answer: its question, or options of it."""
    options = value if isinstance(value, list) else [value]
    names = {("question", code), *(("option", f"{code}.{option}") for option in options)}
    return [item for item in retired if (item.kind, item.code) in names]


def _became(item: Retired) -> str:
    """What takes the place of a code, and why."""
    if not item.into:
        sentence = _("'%(code)s' no longer exists, and nothing replaces it. %(why)s")
        return sentence % {"code": item.code, "why": item.why}
    sentence = _("'%(code)s' no longer exists. Use %(into)s instead. %(why)s")
    return sentence % {"code": item.code, "into": ", ".join(item.into), "why": item.why}


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise SituationError(_("'%(key)s' occurs twice") % {"key": key})
        result[key] = value
    return result


def _read_countries(raw: Any) -> tuple[str, ...]:
    codes = raw if isinstance(raw, list) else [raw]
    if not codes:
        raise SituationError(_("country: at least one ISO 3166-1 alpha-3 code is needed"))
    for code in codes:
        if (
            not isinstance(code, str)
            or not re.fullmatch("[A-Z]{3}", code)
            or not iso_countries.name(code)
        ):
            message = _("country: '%(code)s' is not an ISO 3166-1 alpha-3 code")
            raise SituationError(message % {"code": code})
    return tuple(dict.fromkeys(codes))


def read_date(raw: Any) -> date:
    """A day, or the last day of a year or month, as ISO 8601 writes them: 2012-12-20, 2012-12 or
    2012.
    """
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(raw)):
            return date.fromisoformat(raw)
        match = re.fullmatch(r"(\d{4})(?:-(\d{2}))?", str(raw))
        if match:
            year, month = int(match[1]), int(match[2] or 12)
            following = date(year + month // 12, month % 12 + 1, 1)
            return following - timedelta(days=1)
    except (ValueError, TypeError):
        pass
    raise SituationError(_("as_of: '%(value)s' is not a date such as 2012-12-20") % {"value": raw})
