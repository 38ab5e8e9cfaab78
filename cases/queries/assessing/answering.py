"""The questionnaire of a draft: what is asked, what is answered, what is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from cases.models import Answer, Assessment, Attachment
from cases.queries.assessing.assessments import Mark, known_values, marks_of, recorded_answers
from cases.queries.editions.rulebooks import rulebook_of
from cases.rulebook.entries.questions import Answers, Question, RiskFactor, Section
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.answer_codes import unpack
from cases.rulebook.reasoning.logic import Facts
from cases.rulebook.reasoning.naming import ENGAGED_ORGANISATIONS
from cases.rulebook.wording.sentences import say_condition
from cases.rulebook_phrases import phrases


@dataclass(frozen=True)
class SectionProgress:
    """Progress in a section: the questions shown, and of these known, unknown and left."""

    section: Section
    known: int
    unknown: int
    left: int
    # Of those answered, how many were carried over and are not confirmed.
    carried: int
    # Questions that earlier answers make pointless, or that still wait for one.
    hidden: int

    @property
    def shown(self) -> int:
        return self.known + self.unknown + self.left

    @property
    def is_done(self) -> bool:
        return self.left == 0 and self.carried == 0


@dataclass(frozen=True)
class QuestionToAnswer:
    """One question as a page asks it: whether it is shown, and on what that depends."""

    question: Question
    shown: bool
    condition: str
    answer: Answer | None
    files: tuple[Attachment, ...] = ()
    risk_factors: tuple[RiskFactor, ...] = ()

    @property
    def is_carried_over(self) -> bool:
        """Whether it is shown with an answer that was carried over and that nobody confirmed."""
        return self.shown and self.answer is not None and self.answer.carried_over


@dataclass(frozen=True)
class QuestionnaireState:
    """The questionnaire of a draft: which questions are shown, answered and left."""

    rulebook: Rulebook
    answers: Mapping[str, Mark]
    values: Answers

    @cached_property
    def facts(self) -> Facts:
        return Facts(self.rulebook.questionnaire, self.values)

    @cached_property
    def outline(self) -> tuple[SectionProgress, ...]:
        return tuple(self.progress(section) for section in self.rulebook.questionnaire.sections)

    def progress(self, section: Section) -> SectionProgress:
        counts = dict.fromkeys(Answer.State.values, 0)
        carried = hidden = 0
        for question in self.rulebook.questionnaire.in_section(section.code):
            if self.is_shown(question.code):
                answer = self.answers.get(question.code)
                counts[answer.state if answer else Answer.State.OPEN] += 1
                carried += bool(answer and answer.carried_over)
            else:
                hidden += 1
        known, unknown, left = (
            counts[state] for state in (Answer.State.KNOWN, Answer.State.UNKNOWN, Answer.State.OPEN)
        )
        return SectionProgress(section, known, unknown, left, carried, hidden)

    def is_shown(self, code: str) -> bool:
        """A question is asked once its condition holds; while that is not known it waits for the
        earlier answer.
        """
        return self.facts.shown(code).truth is True

    def left_in(self, section: Section) -> list[Question]:
        """The questions of a section that are shown and not answered in any way."""
        return [
            question
            for question in self.rulebook.questionnaire.in_section(section.code)
            if self.is_shown(question.code) and self._is_open(question.code)
        ]

    def _is_open(self, code: str) -> bool:
        return code not in self.answers or self.answers[code].state == Answer.State.OPEN

    @property
    def known(self) -> int:
        return sum(part.known for part in self.outline)

    @property
    def carried_over(self) -> list[Question]:
        """The questions whose answers were taken from the previous assessment and are not confirmed
        yet.
        """
        questions = self.rulebook.questionnaire.questions
        return [
            item
            for item in questions
            if item.code in self.answers and self.answers[item.code].carried_over
        ]

    @property
    def unknown(self) -> int:
        return sum(part.unknown for part in self.outline)

    @property
    def done(self) -> int:
        """The number of questions answered, including with *unknown*."""
        return self.known + self.unknown

    @property
    def left(self) -> int:
        return sum(part.left for part in self.outline)

    @property
    def total(self) -> int:
        return sum(part.shown for part in self.outline)

    @property
    def first_unfinished(self) -> Section:
        """The section in which someone who comes back continues."""
        outline = self.outline
        return next((part.section for part in outline if not part.is_done), outline[-1].section)


def questionnaire_state(assessment: Assessment) -> QuestionnaireState:
    """The state of an assessment's questionnaire, read with one statement."""
    rulebook = rulebook_of(assessment.edition_id)
    marks = marks_of(assessment)
    return QuestionnaireState(
        rulebook, marks, known_values(marks, unpack(rulebook.questionnaire, assessment.packed))
    )


def _with_own_organisations_first(
    question: Question, assessment: Assessment, rulebook: Rulebook
) -> Question:
    """The question, with the country's own organisations on the assessment's date first if it asks
    which organisations are engaged.
    """
    if question.code != ENGAGED_ORGANISATIONS:
        return question
    countries = assessment.case.country_codes
    own = {
        organisation.code.lower()
        for organisation, _name in rulebook.organisations_of(countries, assessment.as_of)
    }
    return replace(
        question, options=tuple(sorted(question.options, key=lambda option: option.code not in own))
    )


def questions_to_answer(
    assessment: Assessment, state: QuestionnaireState, questions: Sequence[Question]
) -> list[QuestionToAnswer]:
    """Some questions as a page asks them, with all that is recorded for them: three statements."""
    codes = [question.code for question in questions]
    answers = {answer.question: answer for answer in recorded_answers(assessment, codes)}
    files: dict[str, list[Attachment]] = {}
    for file in assessment.attachments.filter(question__in=codes):
        files.setdefault(file.question, []).append(file)
    rulebook, asked = state.rulebook, []
    for question in questions:
        shown_if = ""
        if question.show_if:
            shown_if = say_condition(question.show_if, rulebook.questionnaire, phrases())
        asked.append(
            QuestionToAnswer(
                _with_own_organisations_first(question, assessment, rulebook),
                state.is_shown(question.code),
                shown_if,
                answers.get(question.code),
                tuple(files.get(question.code, ())),
                tuple(rulebook.risk_factors[code] for code in question.risk_factors),
            )
        )
    return asked
