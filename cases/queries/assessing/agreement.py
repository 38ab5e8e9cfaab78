"""How far two independent assessments agree: question by question, and Krippendorff's alpha over
all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Literal

import krippendorff
import numpy as np

from cases.queries.assessing.content import NOT_ANSWERED, RecordedAnswer
from cases.rulebook.entries.questions import Question, Section, Value
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.wording.sentences import say_value
from cases.rulebook_phrases import phrases

# The values that two people gave to one unit.
Unit = tuple[int, ...]


@dataclass(frozen=True)
class AnswerPair:
    """What two analysts answered to one question; None where it is not known to one of them."""

    question: Question
    values: tuple[Value | None, Value | None]
    says: tuple[str, str]

    @property
    def both_known(self) -> bool:
        return None not in self.values

    @property
    def agree(self) -> bool:
        return self.values[0] == self.values[1]

    @property
    def apart(self) -> int:
        """The distance between the answers: levels on a scale, options that only one chose, 1 for a
        different single choice.
        """
        first, second = self.values
        if first is None or second is None:
            return 0 if self.agree else 1
        if isinstance(first, frozenset) and isinstance(second, frozenset):
            return len(first ^ second)
        if isinstance(first, int) and isinstance(second, int):
            return abs(first - second)
        return int(first != second)


@dataclass(frozen=True)
class Alpha:
    """Krippendorff's alpha: 1 for full agreement, 0 for chance. None if it cannot be calculated."""

    value: float | None
    units: int


@dataclass(frozen=True)
class SectionAgreement:
    section: Section
    alike: int
    asked: int
    alpha: Alpha


@dataclass(frozen=True)
class Agreement:
    pairs: tuple[AnswerPair, ...]
    alike: int
    overall: Alpha
    scales: Alpha
    sections: tuple[SectionAgreement, ...]

    @property
    def known_to_both(self) -> int:
        return sum(pair.both_known for pair in self.pairs)

    @property
    def known_alike(self) -> int:
        """How many of the questions known in both have the same answer."""
        return sum(pair.both_known and pair.agree for pair in self.pairs)

    @property
    def known_to_one(self) -> tuple[AnswerPair, ...]:
        """The questions known in only one of them."""
        return tuple(pair for pair in self.pairs if not pair.agree and not pair.both_known)

    @property
    def differing(self) -> list[AnswerPair]:
        """The questions known in both with different answers, the largest distance first."""
        rows = [pair for pair in self.pairs if not pair.agree and pair.both_known]
        return sorted(rows, key=lambda pair: -pair.apart)


def agreement(
    rulebook: Rulebook,
    first: Mapping[str, RecordedAnswer],
    second: Mapping[str, RecordedAnswer],
) -> Agreement:
    """How far two sets of answers of the same edition agree."""
    questions = rulebook.questionnaire.questions
    answered = [item for item in questions if item.code in first or item.code in second]
    pairs = tuple(
        _answer_pair(item, first.get(item.code, NOT_ANSWERED), second.get(item.code, NOT_ANSWERED))
        for item in answered
    )
    return Agreement(
        pairs,
        sum(pair.agree for pair in pairs),
        options_alpha(pairs),
        scales_alpha(pairs),
        tuple(_section_agreements(rulebook, pairs)),
    )


def _section_agreements(
    rulebook: Rulebook, pairs: Iterable[AnswerPair]
) -> Iterator[SectionAgreement]:
    """The agreement in each section in which at least one of them answered something."""
    pairs = list(pairs)
    for section in rulebook.questionnaire.sections:
        rows = [pair for pair in pairs if pair.question.section == section.code]
        if rows:
            alike = sum(pair.agree for pair in rows)
            yield SectionAgreement(section, alike, len(rows), options_alpha(rows))


def options_alpha(pairs: Iterable[AnswerPair]) -> Alpha:
    """Alpha over every option of every question that both know, as chosen or not chosen: two
    nominal values.
    """
    units: list[Unit] = []
    for pair in pairs:
        if pair.both_known:
            chosen = [_chosen(value) for value in pair.values]
            units += [
                tuple(int(option in codes) for codes in chosen)
                for option in pair.question.option_codes
            ]
    return _alpha(units, "nominal")


def scales_alpha(pairs: Iterable[AnswerPair]) -> Alpha:
    """Alpha over the scales that both know, by their levels: an ordinal value."""
    units = [
        tuple(level for level in pair.values if isinstance(level, int))
        for pair in pairs
        if pair.both_known and pair.question.kind == "scale"
    ]
    return _alpha(units, "ordinal")


def _chosen(value: Value | None) -> frozenset[Value | None]:
    """The options that an answer chooses."""
    return value if isinstance(value, frozenset) else frozenset({value})


def _alpha(units: list[Unit], level: Literal["nominal", "ordinal"]) -> Alpha:
    """Alpha of the values that two people gave to each unit.

    None for fewer than two units, or if all values are the same.
    """
    if len(units) < 2 or len(set(chain.from_iterable(units))) < 2:
        return Alpha(None, len(units))
    data = np.array(units, dtype=float).T
    return Alpha(
        float(krippendorff.alpha(reliability_data=data, level_of_measurement=level)), len(units)
    )


def _answer_pair(question: Question, first: RecordedAnswer, second: RecordedAnswer) -> AnswerPair:
    says = (_say_answer_of(question, first), _say_answer_of(question, second))
    return AnswerPair(question, (first.value, second.value), says)


def _say_answer_of(question: Question, answer: RecordedAnswer) -> str:
    return say_value(question, answer.value, phrases()) if answer.is_answered else ""
