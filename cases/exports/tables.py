"""What an assessment holds as tables, for spreadsheets: answers, advice, plan, decisions,
follow-up and risk profile; and the list of cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.queries.reports.case_list import CaseList, CaseRow, Closing
from cases.queries.reports.texts import visible
from cases.queries.reports.values import (
    ActorLine,
    AnswerLine,
    MeasureLine,
    Report,
    RiskLine,
    SectionLine,
    SourceLine,
    StepLine,
)

Cell = str | int | None
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings. `name` is the name of its file."""

    name: str
    title: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]


def tables(report: Report) -> tuple[Table, ...]:
    """Every table of an assessment."""
    return (
        answers_table(report),
        advice_table(report),
        plan_table(report),
        decisions_table(report),
        follow_up_table(report),
        risk_profile_table(report),
    )


def answers_table(report: Report) -> Table:
    """Every question with its answer."""
    return _table(
        "answers",
        _("Answers"),
        [
            _("Section"),
            _("Code"),
            _("Question"),
            _("Answer"),
            _("State"),
            _("Confidence"),
            _("Since"),
            _("Carried over"),
            _("Note"),
            _("Sources"),
            _("Files"),
        ],
        (_answer_cells(section, line) for section in report.sections for line in section.answers),
    )


def _answer_cells(section: SectionLine, line: AnswerLine) -> Row:
    return (
        section.title,
        line.question,
        line.text,
        line.says,
        line.state.says,
        line.confidence.says if line.confidence else "",
        iso(line.effective_on),
        _yes(line.carried_over),
        line.note,
        _joined_lines(map(source_line, line.sources)),
        _joined_lines(file.name for file in line.files),
    )


def advice_table(report: Report) -> Table:
    """Every measure with its status and what it rests on."""
    return _table(
        "advice",
        _("Advice"),
        [
            _("Code"),
            _("Measure"),
            _("Form"),
            _("Status"),
            _("Still possible"),
            _("Priority"),
            _("Horizon"),
            _("Why"),
            _("On condition"),
            _("What it waits for"),
            _("Lead"),
            _("Partners"),
            _("Problems it acts on"),
            _("Cautions"),
            _("Rests on low confidence"),
        ],
        (_measure_cells(line) for line in report.measures),
    )


def _measure_cells(line: MeasureLine) -> Row:
    return (
        line.code,
        line.title,
        line.form.says,
        line.status.says,
        _joined_lines(status.says for status in line.possible),
        line.priority.says if line.priority else "",
        line.horizon.says,
        line.reason,
        line.condition,
        line.waits,
        line.lead.name if line.lead else "",
        _names(line.partners),
        _joined_lines(line.problems),
        _joined_lines(line.cautions),
        _joined_lines(line.fragile),
    )


def plan_table(report: Report) -> Table:
    """The measures of the plan in its order."""
    places = {"first": _("First"), "next": _("Next"), "later": _("Later")}
    return _table(
        "plan",
        _("Plan"),
        [
            _("Place"),
            _("When"),
            _("Code"),
            _("Measure"),
            _("Lead"),
            _("Chosen by people"),
            _("Partners"),
            _("By when"),
            _("Problems addressed"),
            _("Why"),
            _("On condition"),
            _("Comes after"),
        ],
        (
            _planned_measure_cells(place, line, places)
            for place, line in enumerate(_planned_measures(report), start=1)
        ),
    )


def _planned_measure_cells(place: int, line: MeasureLine, places: Mapping[str, str]) -> Row:
    return (
        place,
        places[line.group],
        line.code,
        line.title,
        line.lead.name if line.lead else "",
        _yes(line.is_lead_chosen),
        _names(line.partners),
        line.by_when,
        _joined_lines(line.problems),
        line.reason,
        line.condition,
        _joined_lines(line.waits_for),
    )


def _planned_measures(report: Report) -> Iterator[MeasureLine]:
    measures = report.by_code
    if report.plan is not None:
        for group in (report.plan.first, report.plan.next, report.plan.later):
            yield from (measures[code] for code in group)


def decisions_table(report: Report) -> Table:
    """What reviewers decided: on measures, and on the whole."""
    on_measures: list[tuple[str, ...]] = []
    for line in report.measures:
        on_measures += [
            (line.title, row.says, row.reviewer, iso(row.on), row.text) for row in line.decisions
        ]
    on_the_whole = (
        (_("The whole"), row.kind.says, row.reviewer, iso(row.on), row.text)
        for row in report.review
    )
    return _table(
        "decisions",
        _("Decisions"),
        [_("On"), _("Decision"), _("By"), _("When"), _("Text")],
        [*on_measures, *on_the_whole],
    )


def follow_up_table(report: Report) -> Table:
    """What was done with the measures in the case."""
    return _table(
        "follow-up",
        _("Follow-up"),
        [
            _("Code"),
            _("Measure"),
            _("What happened"),
            _("Date"),
            _("Due"),
            _("Overdue"),
            _("Actors"),
            _("Note"),
            _("Source"),
            _("Documents"),
        ],
        (_step_cells(step) for step in report.steps),
    )


def _step_cells(step: StepLine) -> Row:
    return (
        step.measure,
        step.title,
        step.fact.says,
        iso(step.happened_on),
        iso(step.due_on),
        _yes(step.is_overdue),
        _joined_lines(step.actors),
        step.note,
        step.source,
        _joined_lines(step.documents),
    )


def risk_profile_table(report: Report) -> Table:
    """How far the answers point to each risk factor."""
    return _table(
        "risk-profile",
        _("Risk profile"),
        [
            _("Code"),
            _("Risk factor"),
            _("Strongest answer, 0 to 4"),
            _("Questions known"),
            _("Questions"),
            _("Answers that point to it most"),
        ],
        (_risk_cells(line) for line in report.risk),
    )


def _risk_cells(line: RiskLine) -> Row:
    return (
        line.code,
        line.title,
        line.level,
        line.known,
        line.questions,
        _joined_lines(f"{answer.title}: {answer.says}" for answer in line.strongest),
    )


def cases_table(listed: CaseList) -> Table:
    """The list of cases."""
    return _table(
        "cases",
        _("Cases"),
        [
            _("Case"),
            _("Countries"),
            _("Place"),
            _("Populations at risk"),
            _("Confidentiality"),
            _("Owner"),
            _("Last assessed"),
            _("State of the latest assessment"),
            _("Day of the latest assessment"),
            _("Closed"),
            _("Closed by"),
            _("Reason for closing"),
            _("Changed"),
            _("Address"),
        ],
        (_case_cells(row) for row in listed.cases),
    )


def _case_cells(row: CaseRow) -> Row:
    return (
        row.title,
        _joined_lines(country.says for country in row.countries),
        row.place,
        row.populations,
        row.confidentiality.says,
        row.owner,
        iso(row.assessed_on),
        row.state.says if row.state else "",
        iso(row.latest_of),
        *_closing_cells(row.closed),
        iso(row.changed_at),
        row.url,
    )


def _closing_cells(closing: Closing | None) -> tuple[str, str, str]:
    return (iso(closing.at), closing.by, closing.reason) if closing else ("", "", "")


def source_line(source: SourceLine) -> str:
    """A source in one line: title, publisher, day, reliability, address."""
    parts = (
        source.title,
        source.publisher,
        iso(source.published_on),
        _("reliability %(letter)s") % {"letter": source.reliability} if source.reliability else "",
        source.url,
    )
    return ", ".join(part for part in parts if part)


def iso(day: date | datetime | None) -> str:
    """A day or a moment as programs sort it; empty where there is none."""
    if isinstance(day, datetime):
        return timezone.localtime(day).isoformat(sep=" ", timespec="minutes")
    return day.isoformat() if day else ""


def _table(name: str, title: str, headings: Iterable[str], rows: Iterable[Iterable[Cell]]) -> Table:
    return Table(
        name, title, tuple(headings), tuple(tuple(map(_visible_cell, row)) for row in rows)
    )


def _visible_cell(cell: Cell) -> Cell:
    return visible(cell) if isinstance(cell, str) else cell


def _yes(holds: bool) -> str:
    return _("yes") if holds else ""


def _joined_lines(texts: Iterable[str]) -> str:
    return "\n".join(texts)


def _names(actors: Iterable[ActorLine]) -> str:
    return _joined_lines(actor.name for actor in actors)
