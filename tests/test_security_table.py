"""The tests, modules and settings that docs/security.md cites exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "security.md").read_text()
CITED = re.findall(r"`([^`\n]+)`", TEXT)
PATH = re.compile(r"(?:tests|cases|docs|proxy|rtop_assist)/[\w./:-]*")
SETTING = re.compile(r"[A-Z]+(?:_[A-Z]+)+")
ANSWERS = {"held", "held in part", "open", "n/a"}


def rows() -> Iterator[list[str]]:
    """The rows of the table of the ASVS: requirements, answer, and by what or why."""
    for line in TEXT.partition("## ASVS")[2].splitlines():
        if re.match(r"\| \d", line):
            yield [cell.strip() for cell in line.strip().strip("|").split("|")]


@pytest.mark.parametrize("path", sorted(item for item in set(CITED) if PATH.fullmatch(item)))
def test_a_cited_file_and_test_exist(path: str) -> None:
    file, _, name = path.partition("::")
    assert (ROOT / file).exists()
    if name:
        assert f"def {name}(" in (ROOT / file).read_text()


@pytest.mark.parametrize("name", sorted(item for item in set(CITED) if SETTING.fullmatch(item)))
def test_a_cited_setting_is_read_by_the_product(name: str) -> None:
    modules = [*(ROOT / "rtop_assist").rglob("*.py"), *(ROOT / "cases").rglob("*.py")]
    assert any(re.search(rf"\b{name}\b", module.read_text()) for module in modules)


def test_every_requirement_has_an_answer_with_its_reason() -> None:
    table = list(rows())
    assert len(table) > 100
    for requirement, answer, reason in table:
        assert answer in ANSWERS, requirement
        assert reason, requirement
