"""All answers of an assessment on one page, with what is weak about each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain

from django.utils.translation import gettext_lazy as _

from cases import labels
from cases.models import Answer
from cases.queries.assessing.advice import ShownAnswer, shown_answer
from cases.queries.assessing.content import (
    NOT_ANSWERED,
    AssessmentContent,
    FileRef,
    RecordedAnswer,
)
from cases.rulebook.entries.questions import Section
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.logic import Facts


@dataclass(frozen=True)
class AnswerRow:
    """One question with its recorded answer, in words."""

    shown: ShownAnswer
    recorded: RecordedAnswer
    files: tuple[FileRef, ...]

    @property
    def is_known(self) -> bool:
        return self.recorded.state == Answer.State.KNOWN


@dataclass(frozen=True)
class AnswerSection:
    section: Section
    rows: tuple[AnswerRow, ...]

    @property
    def carried_over(self) -> tuple[AnswerRow, ...]:
        return tuple(row for row in self.rows if row.recorded.carried_over)


@dataclass(frozen=True)
class AnswerFilter:
    """A choice of answers, with the number that it holds."""

    code: str
    words: labels.Label
    number: int


# By its code in the address of the page, the words for each filter and what it shows.
ANSWER_FILTERS: dict[str, tuple[labels.Label, Callable[[AnswerRow], bool]]] = {
    "no_source": (_("No source"), lambda row: row.is_known and not row.shown.sources),
    "low": (
        _("Low confidence"),
        lambda row: row.is_known and row.recorded.confidence == Answer.Confidence.LOW,
    ),
    "no_confidence": (
        _("No confidence given"),
        lambda row: row.is_known and not row.recorded.confidence,
    ),
    "unknown": (_("Unknown"), lambda row: row.recorded.state == Answer.State.UNKNOWN),
    "open": (_("Not answered"), lambda row: not row.recorded.is_answered),
    "carried_over": (_("Carried over"), lambda row: row.recorded.carried_over),
}


@dataclass(frozen=True)
class AllAnswers:
    sections: tuple[AnswerSection, ...]
    filters: tuple[AnswerFilter, ...]
    total: int
    # How many of them are shown.
    shown: int


def all_answers(rulebook: Rulebook, content: AssessmentContent, only: str = "") -> AllAnswers:
    """The answers to the questions that are asked, by section; `only` is the code of a filter."""
    facts = Facts(rulebook.questionnaire, content.values)
    rows = {}
    for section in rulebook.questionnaire.sections:
        codes = [question.code for question in rulebook.questionnaire.in_section(section.code)]
        rows[section.code] = [
            _answer_row(rulebook, content, code)
            for code in codes
            if facts.shown(code).truth is True or code in content.answers
        ]
    every = list(chain.from_iterable(rows.values()))
    filters = tuple(
        AnswerFilter(code, words, sum(map(fits, every)))
        for code, (words, fits) in ANSWER_FILTERS.items()
    )
    chosen = ANSWER_FILTERS[only][1] if only in ANSWER_FILTERS else bool
    sections = tuple(
        AnswerSection(section, tuple(filter(chosen, rows[section.code])))
        for section in rulebook.questionnaire.sections
    )
    shown = tuple(part for part in sections if part.rows)
    return AllAnswers(shown, filters, len(every), sum(len(part.rows) for part in shown))


def _answer_row(rulebook: Rulebook, content: AssessmentContent, code: str) -> AnswerRow:
    recorded = content.answers.get(code, NOT_ANSWERED)
    question = rulebook.questionnaire[code]
    return AnswerRow(shown_answer(question, recorded), recorded, tuple(content.files.get(code, ())))
