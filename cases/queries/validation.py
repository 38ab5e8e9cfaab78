"""What the rulebook says about the situations of the record, beside what was done: the table of docs/validation.md."""

from __future__ import annotations

from cases.demo import demo_cases
from cases.rulebook.advice import Advice, advise
from cases.rulebook.rules import Rulebook

HEAD = """\
| situation | as of | done: status | recommended | conditional | blocked | open | notices |
|---|---|---|---|---|---|---|---|
"""
# The table stands in the document between these lines; the rest of the document is written by hand.
BEGIN, END = "<!-- table -->\n", "<!-- /table -->\n"


def _row(title: str, as_of: str, advice: Advice, done: list[str]) -> str:
    counts = [
        str(sum(row.status == status for row in advice.measures.values()))
        for status in ("recommended", "conditional", "blocked", "open")
    ]
    deeds = "; ".join(f"`{code}` {advice.measures[code].status.replace('_', ' ')}" for code in done)
    return f"| {title} | {as_of} | {deeds} | {' | '.join(counts)} | {', '.join(advice.flags) or '–'} |"


def validation_table(rulebook: Rulebook) -> str:
    """The table of docs/validation.md for a rulebook."""
    rows = []
    for item in demo_cases():
        done = list(dict.fromkeys(deed.measure for deed in item.record))
        for dated in item.assessments:
            answers = dated.read(rulebook.questionnaire)
            advice = advise(rulebook, answers, countries=item.countries, as_of=dated.as_of)
            rows.append(_row(item.fields["title"], dated.as_of.isoformat(), advice, done))
    return HEAD + "\n".join(rows) + "\n"


def with_table(document: str, table: str) -> str:
    """A document with its table replaced. Raises ValueError where it has no place for one."""
    before, found, rest = document.partition(BEGIN)
    _, closed, after = rest.partition(END)
    if not (found and closed):
        raise ValueError
    return before + BEGIN + table + END + after
