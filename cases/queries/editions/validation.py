"""What the rulebook says about the situations of the record, beside what was done: the table of
docs/validation.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from cases.demo import demo_cases
from cases.rulebook.entries.rules import Rulebook
from cases.rulebook.reasoning.advice import Advice, MeasureAdvice, advise

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
HEAD = f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n"
# A table is in the document between these lines. The rest of the document is written by hand.
BEGIN, END = "<!-- {name} -->\n", "<!-- /{name} -->\n"


@dataclass(frozen=True)
class Judged:
    """One dated assessment of a situation of the record: the advice, and the measures that were
    done.
    """

    key: str
    title: str
    as_of: date
    advice: Advice
    done: tuple[str, ...]

    @property
    def missed(self) -> tuple[str, ...]:
        """What was done and is neither recommended nor conditional on that date."""
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
            yield Judged(item.key, item.fields["title"], dated.as_of, advice, done)


def _row(item: Judged) -> str:
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
    return HEAD + "\n".join(_row(item) for item in judged_situations(rulebook)) + "\n"


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
        return f"is open: it hangs on {', '.join(f'`{code}`' for code in row.matters)}."
    return "is called for by none of its rules."


def with_table(document: str, name: str, table: str) -> str:
    """A document with one of its tables replaced. Raises ValueError where it has no such table."""
    begin, end = (mark.format(name=name) for mark in (BEGIN, END))
    before, opened, rest = document.partition(begin)
    _, closed, after = rest.partition(end)
    if not (opened and closed):
        raise ValueError(name)
    return before + begin + table + end + after
