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
from cases.rulebook.reasoning.answer_codes import CODE_TYPE, UNKNOWN

Codes = npt.NDArray[np.uint16]


def keys_and_codes(
    assessments: QuerySet[Assessment], questionnaire: Questionnaire
) -> tuple[list[UUID], Codes]:
    """The assessments' keys, and their answers as a questionnaire reads them: a row for each
    question, a column for each assessment. Those of one edition keep their order.
    """
    keys: list[UUID] = []
    parts = [np.zeros((len(questionnaire.questions), 0), np.uint16)]
    for source, codes, (batch,) in read_codes(assessments, "pk"):
        keys += batch
        parts.append(recoded(codes, source, questionnaire))
    return keys, np.concatenate(parts, axis=1)


def read_codes(
    assessments: QuerySet[Assessment], *fields: str
) -> Iterator[tuple[Questionnaire, Codes, list[list[Any]]]]:
    """The questionnaire of each edition, with the packed codes of its assessments and the values of
    each of the fields.

    One statement reads them all.
    """
    all_rows = list(assessments.values_list("edition_id", "packed", *fields))
    editions = sorted({row[0] for row in all_rows})
    for edition in editions:
        rows = all_rows if len(editions) == 1 else [row for row in all_rows if row[0] == edition]
        questionnaire = rulebook_of(edition).questionnaire
        width = len(questionnaire.questions)
        _edition, packed, *values = (list(column) for column in zip(*rows, strict=True))
        # An assessment in which nothing was ever answered has no code yet.
        empty = bytes(width * CODE_TYPE.itemsize)
        whole = b"".join([code or empty for code in packed])
        codes = np.frombuffer(whole, CODE_TYPE).reshape(-1, width).T
        yield questionnaire, codes, values


def recoded(codes: Codes, source: Questionnaire, target: Questionnaire) -> Codes:
    """Codes of one questionnaire as another reads them."""
    if source == target:
        return codes
    rows: Iterable[Codes] = (
        _column(codes[source.position[question.code]], source[question.code], question)
        if question.code in source.by_code
        else np.zeros(codes.shape[1], np.uint16)
        for question in target.questions
    )
    return np.stack(list(rows))


def _column(column: Codes, source: Question, target: Question) -> Codes:
    if source.option_codes == target.option_codes and source.kind == target.kind:
        return column
    index_of = {code: index for index, code in enumerate(target.option_codes)}
    result = np.zeros_like(column)
    if source.kind != target.kind:
        return result
    if source.kind != "multiple":
        for index, code in enumerate(source.option_codes):
            if code in index_of:
                result[column == index + 1] = index_of[code] + 1
        return result
    known = column != UNKNOWN
    for index, code in enumerate(source.option_codes):
        if code in index_of:
            result |= ((column - 1) >> index & 1) << index_of[code]
    return np.where(known, result + 1, UNKNOWN).astype(np.uint16)
