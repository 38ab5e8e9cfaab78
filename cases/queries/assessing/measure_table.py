"""All measures of the advice as one table, with filters. Measures that need the same missing
consent share one line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from cases import labels
from cases.queries.assessing.advice import SHOWN, Card, card
from cases.queries.assessing.content import AssessmentContent
from cases.rulebook.entries.catalogue import HOST_STATE
from cases.rulebook.entries.questions import Question
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.advice import Advice, GateFinding, MeasureAdvice
from cases.text_folding import fold

CONSENT = "consent"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a table is narrowed down to; an empty word narrows nothing."""

    status: str = ""
    form: str = ""
    actor: str = ""
    problem: str = ""

    @property
    def are_set(self) -> bool:
        return bool(self.status or self.form or self.actor or self.problem)

    def fit(self, row: MeasureAdvice) -> bool:
        problems = {item.problem for item in row.measure.acts_on}
        actors = {item.actor for item in row.actors}
        return (
            self.status in ("", row.status)
            and self.form in ("", row.measure.form)
            and (not self.actor or self.actor in actors)
            and (not self.problem or self.problem in problems)
        )


@dataclass(frozen=True)
class MeasureRow:
    """A measure with its place in the plan and the problems that it acts on directly."""

    card: Card
    place: int | None
    problems: tuple[str, ...]

    @property
    def row(self) -> MeasureAdvice:
        return self.card.row


@dataclass(frozen=True)
class WaitingLines:
    """Measures that wait for the same consent: why it is missing, and what would open them."""

    says: str
    opens: str
    lines: tuple[MeasureRow, ...]


@dataclass(frozen=True)
class MeasureTable:
    lines: tuple[MeasureRow, ...]
    waiting: tuple[WaitingLines, ...]
    idle: tuple[MeasureRow, ...]
    filters: Filters

    @property
    def number(self) -> int:
        """How many measures the filters leave."""
        waiting = sum(len(group.lines) for group in self.waiting)
        return len(self.lines) + waiting + len(self.idle)


def measure_table(
    rulebook: Rulebook, content: AssessmentContent, filters: Filters, order: Iterable[str] = ()
) -> MeasureTable:
    """The measures of the advice that fit the filters.

    `order` are the codes of those in the plan, which come first. What is not indicated is kept
    apart, unless the filters ask for it.
    """
    advice = content.advice
    places = {code: place for place, code in enumerate(order, 1)}
    rows = [row for row in advice.measures.values() if filters.fit(row)]
    rows.sort(key=lambda row: (places.get(row.measure.code, len(places) + 1), *_by_status(row)))
    lines = [
        MeasureRow(
            card(rulebook, content, row), places.get(row.measure.code), _problems(rulebook, row)
        )
        for row in rows
    ]
    groups: dict[str, list[MeasureRow]] = {}
    for line in lines:
        if gate := _missing_consent(line.row):
            groups.setdefault(gate.says, []).append(line)
    grouped = {says: found for says, found in groups.items() if len(found) > 1}
    apart = {line.row.measure.code for line in chain.from_iterable(grouped.values())}
    idle_apart = filters.status != "not_indicated"
    return MeasureTable(
        lines=tuple(
            line
            for line in lines
            if line.row.measure.code not in apart
            and not (idle_apart and line.row.status == "not_indicated")
        ),
        waiting=tuple(_waiting(says, found) for says, found in grouped.items()),
        idle=tuple(line for line in lines if idle_apart and line.row.status == "not_indicated"),
        filters=filters,
    )


def _by_status(row: MeasureAdvice) -> tuple[int, int]:
    statuses = (*SHOWN, "not_indicated")
    return statuses.index(row.status), row.urgency


def _missing_consent(row: MeasureAdvice) -> GateFinding | None:
    """The gate on consent that alone blocks a measure, or is one of those that do."""
    if row.status != "blocked":
        return None
    failing = (gate for gate in row.gates if gate.value == "fails")
    return next((gate for gate in failing if gate.gate.kind == CONSENT), None)


def _waiting(says: str, lines: list[MeasureRow]) -> WaitingLines:
    gate = _missing_consent(lines[0].row)
    return WaitingLines(says, (gate.opens or "") if gate else "", tuple(lines))


def _problems(rulebook: Rulebook, row: MeasureAdvice) -> tuple[str, ...]:
    """The problems that a measure acts on directly."""
    by_code: Mapping[str, Question] = rulebook.questionnaire.by_code
    named = (by_code[item.problem].problem for item in row.measure.acts_on if item.directly)
    return tuple(problem for problem in named if problem)


def filter_choices(rulebook: Rulebook, advice: Advice) -> dict[str, list[tuple[str, labels.Label]]]:
    """What each filter offers."""
    names: dict[str, str] = {}
    for row in advice.measures.values():
        names.update({item.actor: item.name for item in row.actors if item.actor != HOST_STATE})
    acted_on = frozenset[str]().union(*rulebook.directly.values(), *rulebook.indirectly.values())
    problems: list[tuple[str, labels.Label]] = [
        (question.code, question.problem)
        for question in rulebook.questionnaire.questions
        if question.problem and question.code in acted_on
    ]
    return {
        "status": list(labels.STATUS.items()),
        "form": list(labels.FORM.items()),
        "actor": sorted(names.items(), key=lambda choice: fold(str(choice[1]))),
        "problem": problems,
    }
