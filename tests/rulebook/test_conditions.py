"""Conditions as the document writes them."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from cases.rulebook.entries.conditions import dump_condition, parse_condition
from tests.rulebook.worlds import conditions


@given(conditions)
def test_a_condition_is_written_as_it_was_read(written: dict[str, Any]) -> None:
    assert dump_condition(parse_condition(written)) == written
