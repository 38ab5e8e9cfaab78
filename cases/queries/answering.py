"""The questionnaire of a draft: what is asked, what is answered, what is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cases.models import Answer, Assessment
from cases.phrases import phrases
from cases.queries.assessments import recorded_answers
from cases.queries.editions import rulebook_of
from cases.rulebook.logic import Facts
from cases.rulebook.questions import Question, Section
from cases.rulebook.rules import Rulebook
from cases.rulebook.words import say_condition


@dataclass(frozen=True)
class SectionProgress:
    """How far a section is: questions shown, and of these known, unknown and left."""

    section: Section
    known: int
    unknown: int
    left: int
    # Of those answered, how many were carried over and are not confirmed.
    carried: int

    @property
    def shown(self) -> int:
        return self.known + self.unknown + self.left

    @property
    def is_done(self) -> bool:
        return self.left == 0 and self.carried == 0


@dataclass(frozen=True)
class Asked:
    """One question as a page asks it: whether it is shown, and on what that depends."""

    question: Question
    shown: bool
    condition: str
    answer: Answer | None


@dataclass(frozen=True)
class Questioning:
    """A draft's questionnaire as it stands."""

    rulebook: Rulebook
    answers: Mapping[str, Answer]
    facts: Facts

    @property
    def outline(self) -> tuple[SectionProgress, ...]:
        return tuple(self._progress(section) for section in self.rulebook.questionnaire.sections)

    def _progress(self, section: Section) -> SectionProgress:
        counts = dict.fromkeys(Answer.State.values, 0)
        carried = 0
        for question in self.rulebook.questionnaire.in_section(section.code):
            if self.is_shown(question.code):
                answer = self.answers.get(question.code)
                counts[answer.state if answer else Answer.State.OPEN] += 1
                carried += bool(answer and answer.carried_over)
        return SectionProgress(
            section, counts[Answer.State.KNOWN], counts[Answer.State.UNKNOWN], counts[Answer.State.OPEN], carried
        )

    def is_shown(self, code: str) -> bool:
        """A question is asked once its condition holds; while that is not known it waits for the earlier answer."""
        return self.facts.shown(code).truth is True

    def asked_in(self, section: Section) -> list[Asked]:
        questionnaire = self.rulebook.questionnaire
        return [
            Asked(
                question,
                self.is_shown(question.code),
                say_condition(question.show_if, questionnaire, phrases()) if question.show_if else "",
                self.answers.get(question.code),
            )
            for question in questionnaire.in_section(section.code)
        ]

    @property
    def known(self) -> int:
        return sum(part.known for part in self.outline)

    @property
    def carried_over(self) -> list[Question]:
        """The questions whose answers were taken from the assessment before and are not confirmed yet."""
        questions = self.rulebook.questionnaire.questions
        return [item for item in questions if item.code in self.answers and self.answers[item.code].carried_over]

    @property
    def unknown(self) -> int:
        return sum(part.unknown for part in self.outline)

    @property
    def done(self) -> int:
        """Questions that were answered, be it with *unknown*."""
        return self.known + self.unknown

    @property
    def left(self) -> int:
        return sum(part.left for part in self.outline)

    @property
    def total(self) -> int:
        return sum(part.shown for part in self.outline)

    @property
    def first_unfinished(self) -> Section:
        """Where someone who comes back goes on."""
        outline = self.outline
        return next((part.section for part in outline if not part.is_done), outline[-1].section)


def questioning(assessment: Assessment) -> Questioning:
    rulebook = rulebook_of(assessment.edition_id)
    rows = {answer.question: answer for answer in recorded_answers(assessment)}
    given = {code: answer.value for code, answer in rows.items() if answer.state != Answer.State.OPEN}
    return Questioning(rulebook, rows, Facts(rulebook.questionnaire, rulebook.questionnaire.read_answers(given)))
