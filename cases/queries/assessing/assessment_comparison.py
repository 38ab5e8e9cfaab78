"""Two assessments side by side: which answers changed, and which statuses with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cases.queries.assessing.advice import given_answers
from cases.rulebook.entries.catalogue import Measure
from cases.rulebook.entries.questions import Question
from cases.rulebook.entries.rules import PRIORITIES, Rulebook

Json = Mapping[str, Any]


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


def compare(rulebook: Rulebook, before: Json, after: Json) -> Comparison:
    """What differs between two contents, as `queries.assessments.content_of` gives them.

    `rulebook` is the later one's; what only one of two editions knows is left out.
    """
    changed = [
        ChangedAnswer(then.question, then.says, now.says)
        for then, now in zip(
            _said(rulebook, before["answers"]), _said(rulebook, after["answers"]), strict=True
        )
        if then.says != now.says
    ]
    codes = {item.question.code for item in changed}
    earlier, later = before["advice"]["measures"], after["advice"]["measures"]
    common = [code for code in rulebook.measures if code in earlier and code in later]
    moved = [code for code in common if earlier[code]["status"] != later[code]["status"]]
    moved.sort(key=lambda code: _urgency(earlier[code], later[code]))
    position = rulebook.questionnaire.position
    statuses = tuple(
        ChangedStatus(
            rulebook.measures[code],
            earlier[code]["status"],
            later[code]["status"],
            tuple(
                rulebook.questionnaire[question]
                for question in sorted(
                    codes & _grounds(earlier[code], later[code]), key=position.__getitem__
                )
            ),
        )
        for code in moved
    )
    return Comparison(tuple(changed), statuses, len(common) - len(moved))


def _said(rulebook: Rulebook, answers: Json) -> Any:
    return given_answers(rulebook, rulebook.questionnaire.by_code, _readable(rulebook, answers))


def _readable(rulebook: Rulebook, answers: Json) -> dict[str, Any]:
    """The answers that this rulebook's questions allow: those of another edition may name options
    that it lacks.
    """
    kept = {}
    for code, answer in answers.items():
        question = rulebook.questionnaire.by_code.get(code)
        if question is None:
            continue
        try:
            question.read(answer["value"])
        except ValueError:
            continue
        kept[code] = answer
    return kept


def _grounds(*rows: Json) -> set[str]:
    """The questions that a status rests on, or that still decide it, in any of the rows."""
    found: set[str] = set()
    for row in rows:
        found.update(row["rests_on"], row["matters"])
        for item in (*row["rules"], *row["gates"]):
            found.update(item.get("rests_on", ()))
    return found


def _urgency(*rows: Json) -> int:
    return min(
        PRIORITIES.index(row["priority"]) if row["priority"] else len(PRIORITIES) for row in rows
    )
