"""How forms offer the values of a question, and read the chosen one."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import Answer
from cases.rulebook.entries.questions import Question

UNKNOWN = "unknown"
NONE_OF_THESE = "none_of_these"

NOT_AN_OPTION = {"invalid_choice": _("This is not one of the answers: choose one from the list.")}
NOT_TOGETHER = _(
    "“Unknown” and “None of these” cannot be combined with other answers. "
    "Clear them, or clear the other answers."
)

Choices = list[tuple[str, str | Promise]]


def option_choices(question: Question) -> Choices:
    return [(str(option.code), option.label) for option in question.options]


def multiple_choices(question: Question) -> Choices:
    """The choices for a question that takes several answers."""
    return [
        *option_choices(question),
        (NONE_OF_THESE, _("None of these")),
        (UNKNOWN, _("Unknown")),
    ]


def excludes_itself(chosen: Any) -> bool:
    """Whether *unknown* or *none of these* is chosen together with anything else."""
    if not isinstance(chosen, list) or len(chosen) < 2:
        return False
    return UNKNOWN in chosen or NONE_OF_THESE in chosen


def newest_of(chosen: list[str], before: list[str]) -> list[str]:
    """The options that count where some exclude others: the newer choice wins."""
    new = [code for code in chosen if code not in before]
    if not excludes_itself(chosen) or not new or excludes_itself(new):
        return chosen
    if new[0] in (UNKNOWN, NONE_OF_THESE):
        return new
    return [code for code in chosen if code not in (UNKNOWN, NONE_OF_THESE)]


def read_choice(question: Question, chosen: Any) -> tuple[str, Any]:
    """The state of an answer and its value as JSON, from what was chosen in a form."""
    if chosen in ("", []):
        return Answer.State.OPEN, None
    if chosen in (UNKNOWN, [UNKNOWN]):
        return Answer.State.UNKNOWN, None
    if question.kind == "multiple":
        return Answer.State.KNOWN, [code for code in chosen if code != NONE_OF_THESE]
    return Answer.State.KNOWN, int(chosen) if question.kind == "scale" else chosen
