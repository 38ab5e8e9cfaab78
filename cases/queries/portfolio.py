"""What a rulebook says about all assessments at once, and what another one would say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.db.models import QuerySet

from cases.models import Assessment
from cases.queries.editions import rulebook_of
from cases.rulebook.catalogue import Measure
from cases.rulebook.planes import CODE_TYPE, UNKNOWN, NotExactError, Portfolio
from cases.rulebook.questions import Question, Questionnaire
from cases.rulebook.rules import Rulebook

STATUSES = ("not_indicated", "recommended", "conditional", "blocked")
Codes = npt.NDArray[np.uint16]


@dataclass(frozen=True)
class Shift:
    """How many assessments' status another rulebook would change for one measure, by (from, to)."""

    measure: Measure
    changes: tuple[tuple[str, str, int], ...]

    @property
    def total(self) -> int:
        return sum(number for _, _, number in self.changes)


@dataclass(frozen=True)
class Preview:
    assessments: int
    affected: int
    shifts: tuple[Shift, ...]


def preview(old: Rulebook, new: Rulebook, assessments: QuerySet[Assessment] | None = None) -> Preview:
    """What would change if the new rulebook were used in place of the old one, over all submitted assessments or these.

    Measures that only one of them has are left out. Answers are read by question and option; an option that a rulebook
    does not have counts as unknown.
    """
    if assessments is None:
        assessments = Assessment.objects.filter(status=Assessment.Status.SUBMITTED)
    before, after = (Portfolio(item, codes_of(assessments, item)[1]) for item in (old.questionnaire, new.questionnaire))
    moved = np.zeros(before.rows, bool)
    shifts = []
    for code in old.measures.keys() & new.measures.keys():
        was, is_now = _statuses(before, old, code), _statuses(after, new, code)
        differs = was != is_now
        moved |= differs
        pairs = Counter(zip(was[differs], is_now[differs], strict=True))
        if pairs:
            changes = tuple((str(a), str(b), number) for (a, b), number in sorted(pairs.items()))
            shifts.append(Shift(new.measures[code], changes))
    shifts.sort(key=lambda shift: (-shift.total, shift.measure.code))
    return Preview(before.rows, int(moved.sum()), tuple(shifts))


def _statuses(portfolio: Portfolio, rulebook: Rulebook, measure: str) -> npt.NDArray[np.object_]:
    """Each assessment's status for a measure, exact save where that would take too long."""
    try:
        planes = portfolio.statuses(rulebook, measure)
    except NotExactError:
        planes = portfolio.statuses(rulebook, measure, exact=False)
    said = np.full(portfolio.rows, "open", dtype=object)
    for status in STATUSES:
        said[portfolio.rows_of(getattr(planes, status))] = status
    return said


def codes_of(assessments: QuerySet[Assessment], questionnaire: Questionnaire) -> tuple[list[UUID], Codes]:
    """The assessments' keys, and their answers as a questionnaire reads them: a row a question, a column each."""
    keys: list[UUID] = []
    parts = [np.zeros((len(questionnaire.questions), 0), np.uint16)]
    for edition, found, codes in _packed(assessments):
        keys += found
        parts.append(_translated(codes, rulebook_of(edition).questionnaire, questionnaire))
    return keys, np.concatenate(parts, axis=1)


def _packed(assessments: QuerySet[Assessment]) -> Iterator[tuple[int, list[UUID], Codes]]:
    """For each edition the keys and the packed codes of its assessments."""
    rows = assessments.order_by("edition_id", "pk").values_list("edition_id", "pk", "packed")
    found: dict[int, tuple[list[UUID], list[bytes]]] = {}
    for edition, key, packed in rows.iterator():
        keys, whole = found.setdefault(edition, ([], []))
        keys.append(key)
        whole.append(bytes(packed))
    for edition, (keys, codes) in found.items():
        width = len(rulebook_of(edition).questionnaire.questions)
        # An assessment in which nothing was ever answered has no code yet.
        whole = [code or bytes(width * CODE_TYPE.itemsize) for code in codes]
        yield edition, keys, np.frombuffer(b"".join(whole), CODE_TYPE).astype(np.uint16).reshape(-1, width).T


def _translated(codes: Codes, given: Questionnaire, wanted: Questionnaire) -> Codes:
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
