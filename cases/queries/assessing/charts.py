"""Pictures of the advice, as numbers that templates draw; each comes with what its table and its
sentence need.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from django.urls import reverse

from cases import labels
from cases.models import Assessment
from cases.queries.assessing.advice import ShownAnswer, shown_answers
from cases.queries.assessing.content import AssessmentContent
from cases.queries.reports.texts import with_ellipsis
from cases.rulebook.entries.catalogue import Measure
from cases.rulebook.entries.questions import Answers, Question, Value
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.advice import Advice, MeasureAdvice
from cases.rulebook.reasoning.logic import Facts
from cases.rulebook.wording.sentences import say_value
from cases.rulebook_phrases import phrases

# Measures of the drawing in its own units; the page scales it.
WIDTH, BOX, HEIGHT, GAP, TOP = 1116, 304, 44, 10, 34
LONGEST = 34


@dataclass(frozen=True)
class FlowBox:
    key: str
    title: str
    says: str
    kind: str
    href: str
    x: int
    y: int

    @property
    def short(self) -> str:
        return with_ellipsis(self.title, LONGEST)

    @property
    def short_says(self) -> str:
        return with_ellipsis(self.says, LONGEST + 2)

    @property
    def middle(self) -> int:
        return self.y + HEIGHT // 2


@dataclass(frozen=True)
class FlowLine:
    path: str
    kind: str
    says: str


@dataclass(frozen=True)
class FlowRow:
    """A row of the table below the picture: a measure, what it rests on and who can take it."""

    measure: Measure
    status: str
    answers: tuple[ShownAnswer, ...]
    actors: tuple[tuple[labels.Label, str], ...]


@dataclass(frozen=True)
class Flow:
    boxes: tuple[FlowBox, ...]
    lines: tuple[FlowLine, ...]
    height: int
    rows: tuple[FlowRow, ...]
    columns: tuple[int, ...] = tuple(place * (WIDTH - BOX) // 2 for place in range(3))
    width: int = WIDTH
    box: int = BOX
    box_height: int = HEIGHT


def flow(
    assessment: Assessment, rulebook: Rulebook, content: AssessmentContent, codes: Iterable[str]
) -> Flow:
    """From answers over measures to actors, for some measures of the advice."""
    rows = [_flow_row(rulebook, content, content.advice.measures[code]) for code in codes]
    shown = chain.from_iterable(row.answers for row in rows)
    answers = {item.question.code: item for item in shown}
    position = rulebook.questionnaire.position
    ordered = [answers[code] for code in sorted(answers, key=position.__getitem__)]
    named = chain.from_iterable(row.actors for row in rows)
    actors = list(dict.fromkeys(name for _, name in named))
    tallest = max(len(ordered), len(rows), len(actors), 1)
    height = TOP + tallest * (HEIGHT + GAP)
    left = _column_of_boxes(0, height, list(map(_answer_box, ordered)))
    middle = _column_of_boxes(
        1,
        height,
        [_measure_box(assessment, row) for row in rows],
    )
    right = _column_of_boxes(2, height, [(f"o-{name}", name, "", "actor", "") for name in actors])
    boxes = {box.key: box for box in (*left, *middle, *right)}
    lines = []
    for row in rows:
        at = boxes[f"m-{row.measure.code}"]
        for item in row.answers:
            lines.append(
                _connect(
                    boxes[f"a-{item.question.code}"],
                    at,
                    row.status,
                    f"{item.question.title} → {at.title}",
                )
            )
        for role, name in row.actors:
            lines.append(
                _connect(at, boxes[f"o-{name}"], row.status, f"{at.title} → {name} ({role})")
            )
    return Flow(tuple(boxes.values()), tuple(lines), height, tuple(rows))


def _measure_box(assessment: Assessment, row: FlowRow) -> tuple[str, str, str, str, str]:
    return (
        f"m-{row.measure.code}",
        row.measure.title,
        str(labels.STATUS[row.status]),
        row.status,
        reverse("measure_in_advice", args=[assessment.pk, row.measure.code]),
    )


def _flow_row(rulebook: Rulebook, content: AssessmentContent, row: MeasureAdvice) -> FlowRow:
    return FlowRow(
        row.measure,
        row.status,
        shown_answers(rulebook, row.rests_on, content.answers),
        tuple(
            (labels.ROLE[item.role], ", ".join(item.organisations) or item.short)
            for item in row.actors
        ),
    )


def _answer_box(item: ShownAnswer) -> tuple[str, str, str, str, str]:
    question = item.question
    return (
        f"a-{question.code}",
        question.title,
        item.says,
        "answer",
        reverse("question_detail", args=[question.code]),
    )


def _column_of_boxes(
    column: int, height: int, items: list[tuple[str, str, str, str, str]]
) -> list[FlowBox]:
    """Boxes of a column, spread evenly over the picture's height."""
    x = column * (WIDTH - BOX) // 2
    room = (height - TOP) / max(len(items), 1)
    return [
        FlowBox(*item, x, TOP + round(room * index + (room - HEIGHT) / 2))
        for index, item in enumerate(items)
    ]


def _connect(start: FlowBox, end: FlowBox, kind: str, says: str) -> FlowLine:
    x1, x2 = start.x + BOX, end.x
    bend = (x2 - x1) // 2
    return FlowLine(
        f"M{x1},{start.middle} C{x1 + bend},{start.middle} {x2 - bend},{end.middle} "
        f"{x2},{end.middle}",
        kind,
        says,
    )


def measures_to_draw(advice: Advice, form: str = "") -> list[str]:
    """The measures that a picture shows: those of one form that are recommended or conditional or,
    without a form, the most urgent.
    """
    rows = [
        row
        for row in advice.measures.values()
        if row.status in ("recommended", "conditional") and form in ("", row.measure.form)
    ]
    urgent = [] if form else [row for row in rows if row.priority == "urgent"]
    return [row.measure.code for row in urgent or rows]


@dataclass(frozen=True)
class FactorAnswer:
    question: Question
    says: str
    level: int | None
    known: bool


@dataclass(frozen=True)
class Factor:
    """One of the fourteen risk factors: how far the answers point to it."""

    code: str
    title: str
    answers: tuple[FactorAnswer, ...]

    @property
    def levels(self) -> list[int]:
        return [answer.level for answer in self.answers if answer.level is not None]

    @property
    def highest(self) -> int | None:
        return max(self.levels, default=None)

    @property
    def known(self) -> int:
        return sum(answer.known for answer in self.answers)

    @property
    def strongest(self) -> tuple[FactorAnswer, ...]:
        """The answers that point to the factor most."""
        return tuple(
            answer
            for answer in self.answers
            if answer.level is not None and answer.level == self.highest
        )


def risk_profile(rulebook: Rulebook, answers: Answers) -> tuple[Factor, ...]:
    """The risk factors of the Framework of Analysis, with the answers that bear on each and how far
    they point to it.

    A level is what the edition says of an answer, from 0 (not at all) to 4 (severe). Levels are
    shown side by side and never added up: the Framework of Analysis gives no weights.
    """
    facts = Facts(rulebook.questionnaire, answers)
    factors = []
    for code, factor in rulebook.risk_factors.items():
        bearing = [
            question
            for question in rulebook.questionnaire.questions
            if code in question.risk_factors
        ]
        rows = tuple(_factor_answer(question, facts.value(question.code)) for question in bearing)
        factors.append(Factor(code, factor.title, rows))
    return tuple(factors)


def _factor_answer(question: Question, value: Value | None) -> FactorAnswer:
    says = say_value(question, value, phrases())
    return FactorAnswer(
        question, says, None if value is None else question.level(value), value is not None
    )


# Where the levels 0 to 4 are in the chart of the risk profile, in its own units.
_ORIGIN, _STEP, _ROW = 490, 112, 38
RISK_AXIS = [(_ORIGIN + _STEP * level, level) for level in range(5)]


@dataclass(frozen=True)
class RiskRow:
    """One risk factor in the picture: a bar to its strongest answer, and a dot for each answer."""

    factor: Factor
    y: int

    @property
    def short(self) -> str:
        return with_ellipsis(self.factor.title, 56)

    @property
    def text(self) -> int:
        return self.y + 14

    @property
    def middle(self) -> int:
        return self.y + 9

    @property
    def width(self) -> int:
        return max(3, _STEP * (self.factor.highest or 0))

    @property
    def dots(self) -> list[int]:
        return [_ORIGIN + _STEP * level for level in sorted(set(self.factor.levels))]


def risk_rows(factors: Iterable[Factor]) -> list[RiskRow]:
    return [RiskRow(factor, 30 + _ROW * index) for index, factor in enumerate(factors)]
