"""Bit planes say of a whole portfolio what the evaluators say of each assessment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cases.rulebook.editions.loader import parse
from cases.rulebook.editions.yaml_files import read_folder
from cases.rulebook.entries.conditions import Atom
from cases.rulebook.entries.questions import Questionnaire, Value
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.adviser import advise
from cases.rulebook.reasoning.answer_codes import pack
from cases.rulebook.reasoning.bitplanes import BLOCK, Plane, Portfolio
from cases.rulebook.reasoning.logic import Facts
from tests.rulebook.worlds import answers_to, completions, document, is_true, rulebooks, status_of

EDITION = Path(__file__).resolve().parents[2] / "fixtures" / "rulebook"
Rows = list[dict[str, Value | None]]
SETTLED = ("not_indicated", "recommended", "conditional", "deferred", "blocked")


@st.composite
def portfolios(draw: st.DrawFn) -> tuple[Rulebook, Rows]:
    rulebook = draw(rulebooks)
    return rulebook, draw(st.lists(answers_to(rulebook.questionnaire), min_size=1, max_size=70))


def portfolio_of(questionnaire: Questionnaire, rows: Rows) -> Portfolio:
    return Portfolio.of(questionnaire, [pack(questionnaire, row) for row in rows])


def truths(portfolio: Portfolio, known_true: Plane, known_false: Plane) -> list[bool | None]:
    yes, no = portfolio.rows_of(known_true), portfolio.rows_of(known_false)
    assert not (yes & no).any(), "nothing is known to be both"
    return [True if here else False if there else None for here, there in zip(yes, no, strict=True)]


def statuses(portfolio: Portfolio, rulebook: Rulebook, measure: str, *, exact: bool) -> list[str]:
    planes = portfolio.statuses(rulebook, measure, exact=exact)
    said = np.full(portfolio.rows, "open", dtype=object)
    for status in SETTLED:
        rows = portfolio.rows_of(getattr(planes, status))
        assert (said[rows] == "open").all(), "an assessment has one status"
        said[rows] = status
    return list(said)


@settings(max_examples=60)
@given(portfolios())
def test_a_condition_has_the_truth_that_kleene_gives_it_for_each_assessment(
    world: tuple[Rulebook, Rows],
) -> None:
    rulebook, rows = world
    portfolio = portfolio_of(rulebook.questionnaire, rows)
    for rule in rulebook.rules:
        said = truths(portfolio, *portfolio.kleene(rule.when))
        assert said == [Facts(rulebook.questionnaire, row).judge(rule.when).truth for row in rows]
    for code, known_true, known_false in portfolio.rules(rulebook):
        (rule,) = (item for item in rulebook.rules if item.code == code)
        assert truths(portfolio, known_true, known_false) == truths(
            portfolio, *portfolio.kleene(rule.when)
        )


@settings(max_examples=40)
@given(portfolios())
def test_the_exact_truth_is_what_every_completion_agrees_on(world: tuple[Rulebook, Rows]) -> None:
    rulebook, rows = world
    rows = rows[:5]
    portfolio = portfolio_of(rulebook.questionnaire, rows)
    for rule in rulebook.rules:
        for row, said in zip(rows, truths(portfolio, *portfolio.exact(rule.when)), strict=True):
            found = {
                is_true(rule.when, rulebook.questionnaire, complete)
                for complete in completions(rulebook.questionnaire, row)
            }
            assert said == (found.pop() if len(found) == 1 else None)


# The rule, the deferral and the gate hold, but the gate by no single line: an answer is missing.
IN_NO_LINE = {
    "any": [{"question": "single", "in": ["o0"]}, {"question": "single", "none_of": ["o0"]}]
}
DEFERRED_FOR_SURE = document(
    [{"question": "parent", "in": ["o0"]}],
    [(IN_NO_LINE, [], "do_no_harm")],
    deferrals=[{"question": "parent", "in": ["o0"]}],
)


@settings(max_examples=40)
@example((parse(DEFERRED_FOR_SURE), [{"parent": "o0", "single": None}]))
@given(portfolios())
def test_a_status_is_the_one_that_every_completion_leads_to_and_open_where_they_differ(
    world: tuple[Rulebook, Rows],
) -> None:
    rulebook, rows = world
    rows = rows[:5]
    portfolio = portfolio_of(rulebook.questionnaire, rows)
    exact = statuses(portfolio, rulebook, "enc.m", exact=True)
    kleene = statuses(portfolio, rulebook, "enc.m", exact=False)
    for row, said, by_kleene in zip(rows, exact, kleene, strict=True):
        found = {
            status_of(rulebook, "enc.m", complete)
            for complete in completions(rulebook.questionnaire, row)
        }
        assert said == (found.pop() if len(found) == 1 else "open")
        assert by_kleene in (said, "open"), "being exact only refines"


def _some_answers(questionnaire: Questionnaire, number: int) -> Rows:
    rng = np.random.default_rng(number)
    rows: Rows = []
    for index in range(number):
        row: dict[str, Value | None] = {}
        for question in questionnaire.questions:
            if rng.random() < (0.1, 0.4, 0.8)[index % 3]:
                row[question.code] = None
            elif question.kind == "multiple":
                row[question.code] = frozenset(
                    str(code) for code in question.option_codes if rng.random() < 0.4
                )
            else:
                row[question.code] = question.option_codes[int(rng.integers(len(question.options)))]
        rows.append(row)
    return rows


def test_the_first_edition_gives_a_portfolio_the_statuses_that_each_assessment_gets_alone(
    first_edition: Rulebook,
) -> None:
    rows = _some_answers(first_edition.questionnaire, 130)
    portfolio = portfolio_of(first_edition.questionnaire, rows)
    alone: list[Mapping[str, Any]] = [
        advise(first_edition, row, as_of=date(2020, 1, 1)).measures for row in rows
    ]
    for measure in first_edition.measures:
        said = statuses(portfolio, first_edition, measure, exact=True)
        assert said == [advice[measure].status for advice in alone], measure


@pytest.mark.parametrize("rows", [1, 63, 64, 65, 200])
def test_assessments_beyond_the_last_whole_word_are_kept(
    rows: int, first_edition: Rulebook
) -> None:
    answers: Rows = [
        {"phase": "ongoing" if index == rows - 1 else "latent"} for index in range(rows)
    ]
    portfolio = portfolio_of(first_edition.questionnaire, answers)
    rule = next(rule for rule in first_edition.rules if rule.code == "enc.remind.stress")
    known_true, _ = portfolio.kleene(rule.when)
    assert list(np.flatnonzero(portfolio.rows_of(known_true))) == [rows - 1]


def test_each_option_is_known_where_it_was_chosen_however_many_there_are() -> None:
    asked = parse(read_folder(EDITION)[0]).questionnaire
    always_shown = tuple(replace(question, show_if=None) for question in asked.questions)
    questionnaire = replace(asked, questions=always_shown)
    assert any(len(question.options) > 8 for question in always_shown), "codes of two bytes"
    answers = _some_answers(questionnaire, BLOCK + 44)
    stored = portfolio_of(questionnaire, answers)
    codes = np.array([np.frombuffer(pack(questionnaire, row), "<u2") for row in answers])
    for portfolio in (stored, Portfolio(questionnaire, np.ascontiguousarray(codes.T))):
        for question in always_shown:
            for option in question.option_codes:
                line = Atom(question.code, "in", (option,))
                given = [row[question.code] for row in answers]
                assert truths(portfolio, *portfolio.kleene(line)) == [
                    None if value is None else line.accepts(value) for value in given
                ]


@given(st.data())
def test_packing_keeps_apart_what_is_unknown_nothing_chosen_and_each_value(
    data: st.DataObject,
) -> None:
    rulebook, rows = data.draw(portfolios())
    questionnaire = rulebook.questionnaire
    known = [{code: value for code, value in row.items() if value is not None} for row in rows]
    codes = [pack(questionnaire, row) for row in rows]
    for one, code in zip(known, codes, strict=True):
        for other, same in zip(known, codes, strict=True):
            assert (one == other) == (code == same)


def test_a_line_that_every_answer_fits_is_true_where_the_answer_is_not_known() -> None:
    always = {"question": "single", "in": ["o0", "o1", "o2"]}
    sure = {
        "any": [{"question": "single", "in": ["o0"]}, {"question": "single", "none_of": ["o0"]}]
    }
    for condition in (always, sure, {"all": [always, sure]}):
        rulebook = parse(document([condition], []))
        portfolio = portfolio_of(rulebook.questionnaire, [{}, {"single": None}, {"single": "o1"}])
        assert truths(portfolio, *portfolio.exact(rulebook.rules[0].when)) == [True, True, True]
