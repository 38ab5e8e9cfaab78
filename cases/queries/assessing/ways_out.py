"""What would have to change for a measure to get another status: answers, and consent to seek."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

from django.utils.translation import gettext as _

from cases.queries.assessing.content import AssessmentContent, RecordedAnswer
from cases.rulebook.entries.questions import Question
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.advice import MeasureAdvice
from cases.rulebook.reasoning.consent import ConsentToSeek, consents_to_seek
from cases.rulebook.reasoning.counterfactuals import Change, fewest_changes
from cases.rulebook.wording.sentences import say_value
from cases.rulebook_phrases import phrases


@dataclass(frozen=True)
class ConsentLine:
    """A kind of help to ask consent for: its question, the answer now, and what it would open."""

    question: Question
    now: str
    opens: tuple[MeasureAdvice, ...]


def consent_lines(rulebook: Rulebook, content: AssessmentContent) -> tuple[ConsentLine, ...]:
    """The kinds of help whose missing consent alone blocks a measure, the most useful first."""
    return tuple(
        _consent_line(rulebook, content, item) for item in consents_to_seek(content.advice)
    )


def _consent_line(
    rulebook: Rulebook, content: AssessmentContent, item: ConsentToSeek
) -> ConsentLine:
    return ConsentLine(
        question=rulebook.questionnaire[item.question],
        now=say_value(
            rulebook.questionnaire[item.question],
            content.values.get(item.question),
            phrases(),
        ),
        opens=item.opens,
    )


@dataclass(frozen=True)
class WayOut:
    """A way to another status: each answer that would have to change, with its current and its new
    value.
    """

    title: str
    changes: tuple[tuple[Question, str, str], ...]
    # The same as a form sends it: the question's code and an answer, one for each option.
    preset: tuple[tuple[str, str], ...]


def ways_out(
    rulebook: Rulebook, row: MeasureAdvice, answers: Mapping[str, RecordedAnswer]
) -> tuple[WayOut, ...]:
    """The fewest changes of answers that would turn a measure on, off, or open what blocks it."""
    targets: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
        "recommended": ((_("It would no longer be called for if:"), ("not_indicated",)),),
        "conditional": (
            (_("It would be recommended outright if:"), ("recommended",)),
            (_("It would no longer be called for if:"), ("not_indicated",)),
        ),
        "deferred": (
            (_("It would not have to wait if:"), ("recommended", "conditional")),
            (_("It would no longer be called for if:"), ("not_indicated",)),
        ),
        "blocked": (
            (_("It would no longer be blocked if:"), ("recommended", "conditional")),
            (_("It would no longer be called for if:"), ("not_indicated",)),
        ),
        "open": (
            (_("It would certainly be recommended if:"), ("recommended",)),
            (_("It would certainly not be called for if:"), ("not_indicated",)),
        ),
        "not_indicated": ((_("It would be recommended if:"), ("recommended",)),),
    }
    known = {code: answer.value for code, answer in answers.items() if answer.value is not None}
    ways: list[WayOut] = []
    for title, statuses in targets[row.status]:
        changes = fewest_changes(rulebook, known, row.measure.code, statuses)
        if changes:
            says = tuple((change.question, *change.say(phrases())) for change in changes)
            preset = tuple(chain.from_iterable(map(_as_preset, changes)))
            ways.append(WayOut(title, says, preset))
    return tuple(ways)


def _as_preset(change: Change) -> list[tuple[str, str]]:
    if isinstance(change.then, frozenset):
        return [(change.question.code, code) for code in sorted(change.then) or ["none_of_these"]]
    return [(change.question.code, str(change.then))]
