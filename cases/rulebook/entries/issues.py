"""How the rules module reports errors, always with their location."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from cases.rulebook.entries.questions import Value

Level = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Location:
    """Where in a rulebook an issue is: the file (if it came from one), the entry's list and code,
    the field.
    """

    file: str = ""
    kind: str = ""
    entry: str = ""
    field: str = ""

    def __str__(self) -> str:
        entry = " ".join(part for part in (self.kind, self.entry) if part)
        return ": ".join(part for part in (self.file, entry, self.field) if part)

    def at(self, field: str) -> Location:
        """The location of a field of the same entry."""
        return Location(self.file, self.kind, self.entry, field)


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that is wrong, with its location and, in the message, what to do about it.

    What verification finds has a code, such as `implied-rule`, and where there is one a smallest
    counterexample: `answers`, with all others left free.
    """

    location: Location
    message: str
    level: Level = "error"
    code: str = ""
    answers: Mapping[str, Value] | None = None

    def __str__(self) -> str:
        says = f"{self.level} {self.code}: {self.message}" if self.code else self.message
        return f"{self.location}: {says}" if str(self.location) else says


class RulebookError(ValueError):
    """A rulebook that cannot be accepted, with every issue found in it."""

    def __init__(self, issues: Iterable[Issue]) -> None:
        self.issues: tuple[Issue, ...] = tuple(issues)
        super().__init__("\n".join(str(issue) for issue in self.issues))


class AnswerError(ValueError):
    """Answers that the questionnaire does not allow: `problems` maps a question's code to what is
    wrong.
    """

    def __init__(self, problems: dict[str, str]) -> None:
        self.problems = problems
        super().__init__("\n".join(f"{code}: {message}" for code, message in problems.items()))
