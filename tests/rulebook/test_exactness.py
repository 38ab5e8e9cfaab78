"""The advice is exact: it agrees with trying every completion of the missing answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from cases.rulebook.editions.loader import parse
from cases.rulebook.entries.questions import Value
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.advice import MeasureAdvice
from cases.rulebook.reasoning.adviser import advise
from cases.rulebook.reasoning.diagrams import Diagrams
from cases.rulebook.reasoning.logic import Facts
from tests.rulebook.worlds import (
    DAY,
    completions,
    document,
    is_true,
    situations,
    status_of,
)


def advice_on(rulebook: Rulebook, answers: dict[str, Value | None]) -> MeasureAdvice:
    return advise(rulebook, answers, as_of=DAY).measures["enc.m"]


def statuses(rulebook: Rulebook, answers: dict[str, Value | None]) -> set[str]:
    return {
        status_of(rulebook, "enc.m", row) for row in completions(rulebook.questionnaire, answers)
    }


@given(situations())
def test_the_possible_statuses_are_those_that_some_completion_gives(situation: Any) -> None:
    rulebook, answers = situation
    row = advice_on(rulebook, answers)
    assert set(row.possible) == statuses(rulebook, answers)
    assert row.status == (row.possible[0] if len(row.possible) == 1 else "open")


@given(situations())
def test_a_question_matters_exactly_if_its_answer_alone_can_change_the_status(
    situation: Any,
) -> None:
    rulebook, answers = situation
    rows = list(completions(rulebook.questionnaire, answers))
    outcome = {
        tuple(sorted(row.items(), key=lambda item: item[0])): status_of(rulebook, "enc.m", row)
        for row in rows
    }
    missing = [code for code in rulebook.questionnaire.by_code if answers.get(code) is None]
    changing = {
        code
        for code in missing
        if len(
            {
                (tuple(item for item in key if item[0] != code), status)
                for key, status in outcome.items()
            }
        )
        > len({tuple(item for item in key if item[0] != code) for key in outcome})
    }
    assert set(advice_on(rulebook, answers).matters) == changing


# One gate is met on a condition; of the other it is not known whether it holds, but its condition
# is met.
OPEN_GATE = document(
    [{"question": "single", "none_of": ["o0"]}],
    [
        ({"question": "parent", "in": ["o0"]}, [{"question": "child", "none_of": ["o0", "o1"]}]),
        ({"question": "single", "in": ["o0", "o2"]}, [{"question": "single", "none_of": ["o0"]}]),
    ],
)


@example((parse(OPEN_GATE), {"parent": None, "child": frozenset(), "single": "o1"}))
@given(situations())
def test_the_answers_that_a_settled_status_rests_on_suffice_on_their_own(situation: Any) -> None:
    rulebook, answers = situation
    row = advice_on(rulebook, answers)
    if row.status != "open":
        alone = {code: answers[code] for code in row.rests_on}
        assert statuses(rulebook, alone) == {row.status}


@given(situations())
def test_kleene_never_contradicts_what_every_completion_says(situation: Any) -> None:
    rulebook, answers = situation
    facts = Facts(rulebook.questionnaire, answers)
    for rule in rulebook.rules:
        finding = facts.judge(rule.when)
        outcomes = {
            is_true(rule.when, rulebook.questionnaire, row)
            for row in completions(rulebook.questionnaire, answers)
        }
        if finding.truth is not None:
            assert outcomes == {finding.truth}
            alone = Facts(
                rulebook.questionnaire, {code: answers[code] for code in finding.rests_on}
            )
            assert alone.judge(rule.when).truth is finding.truth


@given(situations(), st.data())
def test_filling_in_an_unknown_never_flips_a_settled_status(
    situation: Any, data: st.DataObject
) -> None:
    rulebook, answers = situation
    before = advice_on(rulebook, answers)
    filled = data.draw(st.sampled_from(list(completions(rulebook.questionnaire, answers))))
    after = advice_on(rulebook, dict(filled))
    assert after.status in before.possible


@given(situations())
def test_a_complete_assessment_leaves_nothing_open(situation: Any) -> None:
    rulebook, answers = situation
    complete = next(completions(rulebook.questionnaire, answers))
    assert advice_on(rulebook, dict(complete)).status != "open"


@given(situations())
def test_diagrams_with_nothing_known_lead_to_the_same_status(situation: Any) -> None:
    rulebook, _ = situation
    whole = Diagrams(rulebook.questionnaire, {})
    diagram = whole.measure(rulebook, "enc.m")
    assert whole.support(diagram) <= rulebook.questionnaire.by_code.keys()
    assert len(whole.outcomes(diagram)) == len(statuses(rulebook, {}))


@given(situations(), st.data())
def test_the_order_of_rules_deferrals_and_gates_changes_no_status(
    situation: Any, data: st.DataObject
) -> None:
    rulebook, answers = situation
    shuffled = replace(
        rulebook,
        rules=tuple(data.draw(st.permutations(rulebook.rules))),
        gates=tuple(data.draw(st.permutations(rulebook.gates))),
        deferrals=tuple(data.draw(st.permutations(rulebook.deferrals))),
    )
    one, other = advice_on(rulebook, answers), advice_on(shuffled, answers)
    assert (one.status, one.possible, one.matters) == (other.status, other.possible, other.matters)
