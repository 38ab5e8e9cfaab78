"""Two assessments side by side: which answers changed, and which statuses with them."""

from __future__ import annotations

from dataclasses import dataclass

from cases.queries.assessing.content import AssessmentContent
from cases.rulebook.entries.catalogue import Measure
from cases.rulebook.entries.questions import Question
from cases.rulebook.entries.rules import Rulebook
from cases.rulebook.reasoning.advice import MeasureAdvice
from cases.rulebook.wording.sentences import say_value
from cases.rulebook_phrases import phrases


@dataclass(frozen=True)
class ChangedAnswer:
    question: Question
    before: str
    after: str


@dataclass(frozen=True)
class ChangedStatus:
    """A measure whose status differs, with the changed answers on which either status rests."""

    measure: Measure
    before: str
    after: str
    because: tuple[Question, ...]


@dataclass(frozen=True)
class Comparison:
    answers: tuple[ChangedAnswer, ...]
    statuses: tuple[ChangedStatus, ...]
    same: int


def compare(rulebook: Rulebook, before: AssessmentContent, after: AssessmentContent) -> Comparison:
    """What differs between two contents.

    `rulebook` is the later one's; what only one of two editions knows is left out.
    """
    changed = _changed_answers(rulebook, before, after)
    codes = {item.question.code for item in changed}
    earlier, later = before.advice.measures, after.advice.measures
    common = [code for code in rulebook.measures if code in earlier and code in later]
    moved = [code for code in common if earlier[code].status != later[code].status]
    moved.sort(key=lambda code: min(earlier[code].urgency, later[code].urgency))
    position = rulebook.questionnaire.position
    statuses = []
    for code in moved:
        because = sorted(codes & _grounds(earlier[code], later[code]), key=position.__getitem__)
        statuses.append(
            ChangedStatus(
                rulebook.measures[code],
                earlier[code].status,
                later[code].status,
                tuple(rulebook.questionnaire[question] for question in because),
            )
        )
    return Comparison(tuple(changed), tuple(statuses), len(common) - len(moved))


def _changed_answers(
    rulebook: Rulebook, before: AssessmentContent, after: AssessmentContent
) -> list[ChangedAnswer]:
    """The answers that read differently under a rulebook's questionnaire."""
    questionnaire = rulebook.questionnaire
    earlier, later = (questionnaire.readable(item.values) for item in (before, after))
    changed = []
    for question in questionnaire.questions:
        then, now = (
            say_value(question, values.get(question.code), phrases()) for values in (earlier, later)
        )
        if then != now:
            changed.append(ChangedAnswer(question, then, now))
    return changed


def _grounds(*rows: MeasureAdvice) -> set[str]:
    """The questions that a status rests on, or that still decide it, in any of the rows."""
    questions: set[str] = set()
    for row in rows:
        questions.update(row.rests_on, row.matters, *(item.rests_on for item in row.rules))
    return questions
