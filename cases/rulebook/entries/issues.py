"""How the rules module says that something is wrong: always with the place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a rulebook a problem lies: the file (if it came from one), the entry's list and
    code, the field.
    """

    file: str = ""
    kind: str = ""
    entry: str = ""
    field: str = ""

    def __str__(self) -> str:
        entry = " ".join(part for part in (self.kind, self.entry) if part)
        return ": ".join(part for part in (self.file, entry, self.field) if part)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, with its place and, in the message, what to do about it."""

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if str(self.place) else self.message


class RulebookError(ValueError):
    """A rulebook that cannot be accepted, with every problem found in it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class AnswerError(ValueError):
    """Answers that the questionnaire does not allow: `problems` maps a question's code to what is
    wrong.
    """

    def __init__(self, problems: dict[str, str]) -> None:
        self.problems = problems
        super().__init__("\n".join(f"{code}: {message}" for code, message in problems.items()))
