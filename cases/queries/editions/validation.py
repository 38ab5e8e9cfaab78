"""What the rulebook says about the situations of the record, beside what was done: the table of
docs/validation.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from cases.demo import Deed, demo_cases
from cases.queries.editions.figures import FIRST, deeds_near, measures_to_do_first
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.advice import Advice, MeasureAdvice
from cases.rulebook.reasoning.adviser import advise

COLUMNS = (
    "situation",
    "as of",
    "recall",
    "done: status",
    "recommended",
    "conditional",
    "not now",
    "blocked",
    "open",
    "notices",
)
PLAN_COLUMNS = ("situation", "as of", "the plan puts first (who leads)", "what was done first")
# How many of the measures that were done are listed.
DONE_FIRST = 3
# A table is in the document between these lines. The rest of the document is written by hand.
BEGIN, END = "<!-- {name} -->\n", "<!-- /{name} -->\n"


def _table_head(columns: Sequence[str]) -> str:
    return f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}\n"


@dataclass(frozen=True)
class Judged:
    """One dated assessment of a situation of the record: the advice, and the measures that were
    done; `near` are those dated about that time, in their order.
    """

    key: str
    title: str
    as_of: date
    advice: Advice
    done: tuple[str, ...]
    near: tuple[tuple[date, Deed], ...]

    @property
    def missed(self) -> tuple[str, ...]:
        """The measures that were done and are neither recommended nor conditional on that date."""
        return tuple(
            code
            for code in self.done
            if self.advice.measures[code].status not in ("recommended", "conditional")
        )


def judged_situations(rulebook: Rulebook) -> Iterator[Judged]:
    for item in demo_cases():
        done = tuple(dict.fromkeys(deed.measure for deed in item.record))
        for dated in item.assessments:
            answers = dated.read_again(rulebook)
            advice = advise(rulebook, answers, countries=item.countries, as_of=dated.as_of)
            near = tuple(deeds_near(item, dated.as_of))
            yield Judged(item.key, item.title, dated.as_of, advice, done, near)


def _table_row(item: Judged) -> str:
    rows = item.advice.measures
    cells = [
        item.title,
        item.as_of.isoformat(),
        f"{len(item.done) - len(item.missed)} of {len(item.done)}",
        "; ".join(f"`{code}` {rows[code].status.replace('_', ' ')}" for code in item.done),
        *(
            str(sum(row.status == status for row in rows.values()))
            for status in ("recommended", "conditional", "deferred", "blocked", "open")
        ),
        ", ".join(item.advice.flags) or "–",
    ]
    return f"| {' | '.join(cells)} |"


def validation_table(rulebook: Rulebook) -> str:
    """The table of docs/validation.md for a rulebook."""
    rows = (_table_row(item) for item in judged_situations(rulebook))
    return _table_head(COLUMNS) + "\n".join(rows) + "\n"


def plans_table(rulebook: Rulebook) -> str:
    """What the plan of each situation puts first and who leads it, beside what was done first."""
    rows = (_plan_row(item, rulebook) for item in judged_situations(rulebook))
    return _table_head(PLAN_COLUMNS) + "\n".join(rows) + "\n"


def _plan_row(item: Judged, rulebook: Rulebook) -> str:
    plan = item.advice.plan
    planned = (
        [_measure_with_lead(item.advice.measures[code]) for code in plan.first] if plan else []
    )
    done = [_done(item, day, deed, rulebook) for day, deed in item.near[:DONE_FIRST]]
    cells = [
        item.title,
        item.as_of.isoformat(),
        "; ".join(planned) or "–",
        "; ".join(done) or "nothing is dated near this day",
    ]
    return f"| {' | '.join(cells)} |"


def _measure_with_lead(row: MeasureAdvice) -> str:
    leader = (row.lead.short or row.lead.name) if row.lead else "nobody"
    return f"`{row.measure.code}` ({leader})"


def _done(item: Judged, day: date, deed: Deed, rulebook: Rulebook) -> str:
    """What was done, when and by whom, with its place in the plan."""
    names = [rulebook.actors[code].name_for(item.as_of) for code in deed.actors]
    who = ", ".join(name.short or name.name for name in names)
    return f"`{deed.measure}` {day} ({who}): {_place_in_plan(item.advice, deed.measure)}"


def _place_in_plan(advice: Advice, code: str) -> str:
    """The place of a measure in the plan, in words."""
    order = measures_to_do_first(advice)
    if code not in order:
        return advice.measures[code].status.replace("_", " ").replace("deferred", "not now")
    place = order.index(code) + 1
    return f"place {place}" if place <= FIRST else f"later, place {place}"


def differences_table(rulebook: Rulebook) -> str:
    """What was done and is neither recommended nor conditional, each with the reason, as a list."""
    lines = []
    for item in judged_situations(rulebook):
        reasons = [f"`{code}` {_why_not(item.advice.measures[code])}" for code in item.missed]
        if reasons:
            lines.append(f"- **{item.key}, {item.as_of}**\n")
            lines += [f"  - {reason}\n" for reason in reasons]
    return "".join(lines)


def _why_not(row: MeasureAdvice) -> str:
    if row.status == "deferred":
        return f"is not now. {row.deferrals[0].says}"
    if row.status == "blocked":
        failing = next(gate for gate in row.gates if gate.value == "fails")
        return f"is blocked. {failing.says}"
    if row.status == "open":
        return f"is open: it depends on {', '.join(f'`{code}`' for code in row.matters)}."
    return "is called for by none of its rules."


def with_table(document: str, name: str, table: str) -> str:
    """A document with one of its tables replaced. Raises ValueError where it has no such table."""
    begin, end = (mark.format(name=name) for mark in (BEGIN, END))
    before, opened, rest = document.partition(begin)
    _, closed, after = rest.partition(end)
    if not (opened and closed):
        raise ValueError(name)
    return before + begin + table + end + after
