"""Situations from the record, as files describe them: for demonstration and for testing the
rulebook.

Each file of `fixtures/demo` holds a case with its sources, its dated assessments, and the record of
what was done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cases.rulebook.editions.yaml_files import read_yaml
from cases.rulebook.entries.questions import Answers, Questionnaire

FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "demo"


@dataclass(frozen=True)
class Deed:
    """One thing that was done, by whom, in the words of the record."""

    measure: str
    facts: tuple[str, ...]
    actors: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class DemoAssessment:
    as_of: date
    answers: Mapping[str, Mapping[str, Any]]

    def read(self, questionnaire: Questionnaire) -> Answers:
        """The answers as the rules module takes them."""
        return questionnaire.read_answers(
            {code: row.get("value") for code, row in self.answers.items()}
        )


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
    beyond: tuple[str, ...]


def demo_users(folder: Path = FOLDER) -> list[dict[str, Any]]:
    users: list[dict[str, Any]] = _read(folder / "users.yaml")["users"]
    return users


def demo_cases(folder: Path = FOLDER) -> Iterator[DemoCase]:
    """The cases of a folder in the order of their files' names."""
    for path in sorted(folder.glob("[0-9]*.yaml")):
        content = _read(path)
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
                DemoAssessment(date.fromisoformat(row["as_of"]), row["answers"])
                for row in raw["assessments"]
            ),
            record=tuple(
                Deed(row["measure"], tuple(row["facts"]), tuple(row["actors"]), row["note"])
                for row in raw.get("record", content.get("record", []))
            ),
            beyond=tuple(raw.get("beyond", content.get("beyond", []))),
        )


def _read(path: Path) -> Any:
    return read_yaml(path.read_text(encoding="utf-8"), path.name)
