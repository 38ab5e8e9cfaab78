"""The fast statuses of measures are those of the full advice."""

from __future__ import annotations

from collections import OrderedDict
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cases.rulebook.entries.questions import Answers
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.adviser import advise
from cases.rulebook.reasoning.diagrams import BudgetExceededError
from cases.rulebook.reasoning.live_status import standing
from tests.rulebook.worlds import answers_to, situations


def agrees(rulebook: Rulebook, answers: Answers) -> None:
    quick, whole = standing(rulebook, answers), advise(rulebook, answers, as_of=date(2020, 1, 1))
    assert {code: row.status for code, row in quick.measures.items()} == {
        code: row.status for code, row in whole.measures.items()
    }
    assert {code: row.matters for code, row in quick.measures.items()} == {
        code: frozenset(row.matters) for code, row in whole.measures.items()
    }
    assert quick.moves() == {gap.question: gap.moves for gap in whole.gaps}
    assert quick.flags == whole.flags


@given(situations())
def test_on_any_rulebook_statuses_flags_and_questions_that_matter_are_those_of_the_advice(
    situation: Any,
) -> None:
    agrees(*situation)


@given(st.data())
@settings(max_examples=60)
def test_on_the_first_edition_they_are_too(first_edition: Rulebook, data: st.DataObject) -> None:
    agrees(first_edition, data.draw(answers_to(first_edition.questionnaire)))


def test_an_edition_whose_diagrams_would_be_too_large_falls_back_to_the_advice(
    first_edition: Rulebook, monkeypatch: Any
) -> None:
    monkeypatch.setattr("cases.rulebook.reasoning.live_status._whole", OrderedDict())

    def too_large(*_: Any) -> int:
        raise BudgetExceededError

    monkeypatch.setattr("cases.rulebook.reasoning.live_status.Diagrams.measure", too_large)
    quick = standing(first_edition, {})
    assert set(quick.measures) == set(first_edition.measures)
    assert {row.status for row in quick.measures.values()} == {"open"}
