"""What to check before an assessment is submitted. Each finding has a code, a level and a message,
as in a linter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Literal

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import Answer, Assessment
from cases.queries.assessing.answering import QuestionnaireState
from cases.queries.assessing.assessments import recorded_answers
from cases.queries.assessing.carried_over import number_to_place
from cases.rulebook.entries.conditions import Condition, questions_of
from cases.rulebook.entries.questions import Question
from cases.rulebook.reasoning.adviser import advise, decisive_answers
from cases.rulebook.wording.sentences import say_condition
from cases.rulebook_phrases import phrases

Level = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Check:
    code: str
    level: Level
    message: str
    questions: tuple[Question, ...] = ()
    # The page of the assessment on which it is put right, where that is not a section.
    page: str = ""


def checks(assessment: Assessment, state: QuestionnaireState) -> list[Check]:
    """What prevents submitting (errors), what needs a comment (warnings), and what is worth
    knowing.
    """
    answers = recorded_answers(assessment)
    return [
        *_emptiness(state),
        *_days_to_come(assessment, state, answers),
        *_without_a_place(assessment),
        *_contradictions(state),
        *_weak_grounds(state, answers),
        *_grounds(state, answers),
    ]


def _emptiness(state: QuestionnaireState) -> Iterator[Check]:
    if not state.done:
        yield Check(
            "nothing-answered",
            "error",
            _("No question is answered, so there is nothing to submit."),
        )
        return
    for part in state.outline:
        if part.shown and not (part.known or part.unknown):
            message = _("The section “%(title)s” has no answers.") % {"title": part.section.title}
            first = state.rulebook.questionnaire.in_section(part.section.code)[0]
            yield Check("section-untouched", "warning", message, (first,))
    carried = state.carried_over
    if carried:
        message = ngettext(
            "%(number)s answer was carried over and is not confirmed.",
            "%(number)s answers were carried over and are not confirmed.",
            len(carried),
        ) % {"number": len(carried)}
        yield Check("carried-over", "warning", message, tuple(carried))


def _days_to_come(
    assessment: Assessment, state: QuestionnaireState, recorded: Iterable[Answer]
) -> Iterator[Check]:
    """Answers that became true only after the day that is assessed."""
    late = [answer.question for answer in later_than(assessment.as_of, recorded)]
    if late:
        message = ngettext(
            "%(number)s answer became true only after %(day)s. Correct its day or the date of "
            "the assessment.",
            "%(number)s answers became true only after %(day)s. Correct their days or the date "
            "of the assessment.",
            len(late),
        ) % {"number": len(late), "day": date_format(assessment.as_of, "j F Y")}
        questions = tuple(state.rulebook.questionnaire[code] for code in late)
        yield Check("after-the-date", "error", message, questions)


def later_than(day: date, recorded: Iterable[Answer]) -> list[Answer]:
    """The answers whose own day is later."""
    return [row for row in recorded if row.effective_on and row.effective_on > day]


def _without_a_place(assessment: Assessment) -> Iterator[Check]:
    number = number_to_place(assessment)
    if number:
        message = ngettext(
            "%(number)s answer from the earlier assessment is not placed yet.",
            "%(number)s answers from the earlier assessment are not placed yet.",
            number,
        ) % {"number": number}
        yield Check("to-place", "warning", message, page="assessment_carried_over")


def _contradictions(state: QuestionnaireState) -> Iterator[Check]:
    """Pairs of answers that the edition calls contradictory."""
    questionnaire = state.rulebook.questionnaire
    for item in state.rulebook.contradictions:
        pair = (item.first, item.second)
        grounds = [_grounds_of(side, state) for side in pair]
        if all(grounds):
            questions = list(chain.from_iterable(grounds))
            first, second = (say_condition(side, questionnaire, phrases()) for side in pair)
            message = _("These two answers are hard to reconcile: %(first)s, and %(second)s.") % {
                "first": first,
                "second": second,
            }
            yield Check("contradiction", "warning", message, tuple(questions))


def _grounds_of(condition: Condition, state: QuestionnaireState) -> list[Question]:
    """The questions whose answers make a condition true; none where it is not true, or only because
    a question is not shown.
    """
    finding = state.facts.judge(condition)
    grounds = finding.rests_on & questions_of(condition)
    answered = all(state.values.get(code) is not None for code in grounds)
    if finding.truth is not True or not answered:
        return []
    questions = state.rulebook.questionnaire
    return [questions[code] for code in sorted(grounds, key=questions.position.__getitem__)]


def _weak_grounds(state: QuestionnaireState, recorded: Iterable[Answer]) -> Iterator[Check]:
    """Urgent recommendations that depend on one answer of low confidence."""
    rulebook = state.rulebook
    answers = dict(state.values)
    weak = {answer.question for answer in recorded if answer.confidence == Answer.Confidence.LOW}
    if not weak:
        return
    for code, row in advise(rulebook, answers, as_of=date.min).measures.items():
        if row.status not in ("recommended", "conditional") or row.priority != "urgent":
            continue
        doubtful = [question for question in row.rests_on if question in weak]
        decisive = decisive_answers(rulebook, answers, code, doubtful)
        if decisive:
            message = _("“%(measure)s” is urgent and depends on an answer of low confidence.") % {
                "measure": row.measure.title
            }
            questions = tuple(rulebook.questionnaire[question] for question in decisive)
            yield Check("low-confidence", "warning", message, questions)


def _grounds(state: QuestionnaireState, recorded: Iterable[Answer]) -> Iterator[Check]:
    """Answers without a source, of low confidence, or without a statement of confidence."""
    known = [answer for answer in recorded if answer.state == Answer.State.KNOWN]
    questions = state.rulebook.questionnaire
    doubtful = [row for row in known if row.confidence == Answer.Confidence.LOW]
    if doubtful:
        message = ngettext(
            "%(number)s answer has low confidence.",
            "%(number)s answers have low confidence.",
            len(doubtful),
        ) % {"number": len(doubtful)}
        listed = tuple(questions[row.question] for row in doubtful)
        yield Check("doubtful", "info", message, listed)
    unsaid = [row for row in known if not row.confidence]
    if unsaid:
        message = ngettext(
            "%(number)s answer does not say how confident you are.",
            "%(number)s answers do not say how confident you are.",
            len(unsaid),
        ) % {"number": len(unsaid)}
        listed = tuple(questions[row.question] for row in unsaid)
        yield Check("no-confidence", "info", message, listed)
    bare = [answer for answer in known if not answer.sources.all()]
    if bare:
        message = ngettext(
            "%(number)s of %(total)s answers links to no source.",
            "%(number)s of %(total)s answers link to no source.",
            len(bare),
        ) % {"number": len(bare), "total": len(known)}
        listed = tuple(questions[row.question] for row in bare)
        yield Check("no-source", "info", message, listed)
