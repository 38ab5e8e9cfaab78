"""The kinds of help for which to ask consent first, by what each consent would open."""

from __future__ import annotations

from dataclasses import dataclass

from cases.rulebook.entries.conditions import questions_of
from cases.rulebook.entries.questions import CONSENT_TO
from cases.rulebook.reasoning.advice import Advice, MeasureAdvice

# The measure whose object is the host State's consent.
SEEK_CONSENT = "enc.seek_consent"


@dataclass(frozen=True, slots=True)
class ConsentToSeek:
    """A question about consent, with the measures that the answer *yes* would open, the most urgent
    first.
    """

    question: str
    opens: tuple[MeasureAdvice, ...]


def consents_to_seek(advice: Advice) -> tuple[ConsentToSeek, ...]:
    """The consents that would open a blocked measure, the one to ask for first in front.

    A consent opens a measure if only its absence blocks the measure: no other gate fails. First
    comes what opens the most urgent measure, and of equals what opens more that does not strengthen
    the State's coercive means. Empty where the edition does not ask for consent by kind of help.
    """
    opened: dict[str, list[MeasureAdvice]] = {}
    for row in advice.measures.values():
        question = _in_the_way(row)
        if question is not None:
            opened.setdefault(question, []).append(row)
    consents = [
        ConsentToSeek(question, tuple(sorted(rows, key=lambda row: row.urgency)))
        for question, rows in opened.items()
    ]
    return tuple(sorted(consents, key=_by_urgency))


def _by_urgency(item: ConsentToSeek) -> tuple[int, int]:
    harmless = sum(not row.measure.coercive for row in item.opens)
    return min(row.urgency for row in item.opens), -harmless


def _in_the_way(row: MeasureAdvice) -> str | None:
    """The question about consent whose answer alone blocks a measure."""
    scope = row.measure.consent_scope
    if row.status != "blocked" or scope is None:
        return None
    question = CONSENT_TO + scope
    failing = [finding.gate for finding in row.gates if finding.value == "fails"]
    alone = all(question in questions_of(gate.holds) for gate in failing)
    return question if failing and alone else None
