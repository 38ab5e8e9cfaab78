"""The answers of an assessment as a report gives them: what is recorded, and what it points to."""

from __future__ import annotations

from collections.abc import Mapping

from cases import labels
from cases.models import Answer
from cases.queries.assessing.advice import shown_answers
from cases.queries.assessing.answers import AnswerRow, all_answers
from cases.queries.assessing.charts import Factor, risk_profile
from cases.queries.assessing.content import AssessmentContent, FileRef, SourceRef
from cases.queries.reports.values import (
    AnswerLine,
    FileLine,
    GivenAnswer,
    LeftLine,
    RiskLine,
    SectionLine,
    SourceLine,
)
from cases.queries.reports.wording import coded
from cases.rulebook.entries.rulebook import Rulebook

STATES: Mapping[str, labels.Label] = dict(Answer.State.choices)


def given_answers(rulebook: Rulebook, content: AssessmentContent) -> Mapping[str, GivenAnswer]:
    """Every question with what is answered, in words."""
    questions = rulebook.questionnaire.by_code
    return {
        shown.question.code: GivenAnswer(shown.question.code, shown.question.title, shown.says)
        for shown in shown_answers(rulebook, questions, content.answers)
    }


def section_lines(rulebook: Rulebook, content: AssessmentContent) -> tuple[SectionLine, ...]:
    """The questions that are asked, by their sections, with what is recorded for them."""
    answers = all_answers(rulebook, content)
    return tuple(
        SectionLine(part.section.code, part.section.title, tuple(map(_answer_line, part.rows)))
        for part in answers.sections
    )


def _answer_line(row: AnswerRow) -> AnswerLine:
    question, recorded = row.shown.question, row.recorded
    confidence = recorded.confidence
    return AnswerLine(
        question=question.code,
        title=question.title,
        text=question.text,
        says=row.shown.says,
        value=question.dump(recorded.value),
        state=coded(recorded.state, STATES),
        confidence=coded(confidence, labels.CONFIDENCE) if confidence else None,
        note=recorded.note,
        effective_on=recorded.effective_on,
        carried_over=recorded.carried_over,
        sources=tuple(map(_source_line, recorded.sources)),
        files=tuple(map(_file_line, row.files)),
    )


def left_lines(content: AssessmentContent) -> tuple[LeftLine, ...]:
    """The answers of an earlier edition without a place in this one."""
    return tuple(
        LeftLine(row.title, row.answered, row.why, row.note, row.sources, row.reason)
        for row in content.unplaced
    )


def risk_lines(
    rulebook: Rulebook, content: AssessmentContent, given: Mapping[str, GivenAnswer]
) -> tuple[RiskLine, ...]:
    """The risk factors, with the answers that point to them."""
    return tuple(_risk_line(factor, given) for factor in risk_profile(rulebook, content.values))


def _risk_line(factor: Factor, given: Mapping[str, GivenAnswer]) -> RiskLine:
    return RiskLine(
        factor.code,
        factor.title,
        factor.highest,
        factor.known,
        len(factor.answers),
        tuple(given[item.question.code] for item in factor.strongest),
    )


def _source_line(source: SourceRef) -> SourceLine:
    return SourceLine(
        source.title, source.publisher, source.published_on, source.url, source.reliability
    )


def _file_line(file: FileRef) -> FileLine:
    return FileLine(file.name, file.content_type, file.size, file.digest)
