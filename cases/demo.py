"""Situations from the record, as files describe them: for demonstration and for testing the
rulebook.

Each file of `fixtures/demo` holds a case with its sources, its dated assessments, and the record of
what was done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from cases.rulebook.editions.loader import load_folder
from cases.rulebook.editions.succession import carry_over
from cases.rulebook.editions.yaml_files import read_yaml
from cases.rulebook.entries.questions import Answers, Questionnaire
from cases.rulebook.entries.rulebook import Rulebook

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
FOLDER = FIXTURES / "demo"


@dataclass(frozen=True)
class Deed:
    """One thing that was done, by whom, in the words of the record.

    `facts` are what happened with the measure, each with its day if the record gives one.
    """

    measure: str
    facts: tuple[tuple[str, date | None], ...]
    actors: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class DemoAssessment:
    """One dated assessment, with the answers to the questions of the first edition.

    `again` are answers to questions of the current edition that say more than what is carried over
    from these.
    """

    as_of: date
    answers: Mapping[str, Mapping[str, Any]]
    again: Mapping[str, Mapping[str, Any]]

    def read(self, first: Questionnaire) -> Answers:
        """The answers to the first edition as the rules module takes them."""
        return _read_answers(first, self.answers)

    def read_again(self, current: Rulebook) -> Answers:
        """The answers to another edition as the rules module takes them."""
        first = first_rulebook()
        answers = self.read(first.questionnaire)
        if current.digest == first.digest:
            return answers
        carried = carry_over(first.questionnaire, current, answers).values
        return {**carried, **_read_answers(current.questionnaire, self.again)}


@dataclass(frozen=True)
class DemoCase:
    key: str
    fields: Mapping[str, str]
    countries: tuple[str, ...]
    owner: str
    members: tuple[tuple[str, str], ...]
    sources: tuple[Mapping[str, Any], ...]
    assessments: tuple[DemoAssessment, ...]
    record: tuple[Deed, ...]

    @property
    def title(self) -> str:
        return self.fields["title"]


def _read_answers(questionnaire: Questionnaire, rows: Mapping[str, Mapping[str, Any]]) -> Answers:
    return questionnaire.read_answers({code: row.get("value") for code, row in rows.items()})


@cache
def first_rulebook() -> Rulebook:
    """The first edition, whose questions the files answer."""
    return load_folder(FIXTURES / "editions" / "1")[1]


def demo_users(folder: Path = FOLDER) -> list[dict[str, Any]]:
    users: list[dict[str, Any]] = _read_file(folder / "users.yaml")["users"]
    return users


def demo_cases(folder: Path = FOLDER) -> Iterator[DemoCase]:
    """The cases of a folder in the order of their files' names."""
    for path in sorted(folder.glob("[0-9]*.yaml")):
        content = _read_file(path)
        raw = content["case"]
        yield DemoCase(
            key=raw["key"],
            fields={
                name: raw[name].strip()
                for name in ("title", "place", "populations", "summary", "confidentiality")
            },
            countries=tuple(raw["countries"]),
            owner=raw["owner"],
            members=tuple((row["user"], row["role"]) for row in raw["members"]),
            sources=tuple(raw["sources"]),
            assessments=tuple(
                DemoAssessment(
                    date.fromisoformat(row["as_of"]), row["answers"], row.get("again", {})
                )
                for row in raw["assessments"]
            ),
            record=tuple(_read_deed(row) for row in raw.get("record", content.get("record", []))),
        )


def _read_deed(row: Mapping[str, Any]) -> Deed:
    return Deed(
        row["measure"],
        tuple((fact, _read_day(day)) for fact, day in row["facts"].items()),
        tuple(row["actors"]),
        row["note"],
    )


def _read_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _read_file(path: Path) -> Any:
    return read_yaml(path.read_text(encoding="utf-8"), path.name)
