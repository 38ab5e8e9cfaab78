"""The answers of many assessments at once, as a questionnaire reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.db.models import QuerySet

from cases.models import Assessment
from cases.queries.editions.rulebooks import rulebook_of
from cases.rulebook.entries.questions import Question, Questionnaire
from cases.rulebook.reasoning.bitplanes import CODE_TYPE, UNKNOWN

Codes = npt.NDArray[np.uint16]


def codes_of(
    assessments: QuerySet[Assessment], questionnaire: Questionnaire
) -> tuple[list[UUID], Codes]:
    """The assessments' keys, and their answers as a questionnaire reads them: a row a question, a
    column each.
    """
    keys: list[UUID] = []
    parts = [np.zeros((len(questionnaire.questions), 0), np.uint16)]
    for given, codes, (found,) in read_codes(assessments.order_by("pk"), "pk"):
        keys += found
        parts.append(translated(codes, given, questionnaire))
    return keys, np.concatenate(parts, axis=1)


def read_codes(
    assessments: QuerySet[Assessment], *fields: str
) -> Iterator[tuple[Questionnaire, Codes, list[list[Any]]]]:
    """For each edition its questionnaire, the packed codes of its assessments, and the values of
    each of the fields.

    One statement reads them all.
    """
    found = list(assessments.values_list("edition_id", "packed", *fields))
    editions = sorted({row[0] for row in found})
    for edition in editions:
        rows = found if len(editions) == 1 else [row for row in found if row[0] == edition]
        questionnaire = rulebook_of(edition).questionnaire
        width = len(questionnaire.questions)
        _edition, packed, *values = (list(column) for column in zip(*rows, strict=True))
        # An assessment in which nothing was ever answered has no code yet.
        empty = bytes(width * CODE_TYPE.itemsize)
        whole = b"".join([code or empty for code in packed])
        codes = np.frombuffer(whole, CODE_TYPE).astype(np.uint16).reshape(-1, width).T
        yield questionnaire, codes, values


def translated(codes: Codes, given: Questionnaire, wanted: Questionnaire) -> Codes:
    """Codes of one questionnaire as another reads them."""
    rows: Iterable[Codes] = (
        _column(codes[given.position[question.code]], given[question.code], question)
        if question.code in given.by_code
        else np.zeros(codes.shape[1], np.uint16)
        for question in wanted.questions
    )
    return np.stack(list(rows))


def _column(column: Codes, given: Question, wanted: Question) -> Codes:
    if given.option_codes == wanted.option_codes and given.kind == wanted.kind:
        return column
    places = {code: place for place, code in enumerate(wanted.option_codes)}
    result = np.zeros_like(column)
    if given.kind != wanted.kind:
        return result
    if given.kind != "multiple":
        for place, code in enumerate(given.option_codes):
            if code in places:
                result[column == place + 1] = places[code] + 1
        return result
    known = column != UNKNOWN
    for place, code in enumerate(given.option_codes):
        if code in places:
            result |= ((column - 1) >> place & 1) << places[code]
    return np.where(known, result + 1, UNKNOWN).astype(np.uint16)
