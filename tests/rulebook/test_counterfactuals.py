"""What would change a status: as few answers as brute force finds, and told in words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from cases.rulebook.entries.questions import Value
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.adviser import possible_statuses
from cases.rulebook.reasoning.counterfactuals import fewest_changes
from tests.rulebook.worlds import completions, situations, status_of

STATUSES = ("not_indicated", "recommended", "conditional", "deferred", "blocked")


def distance(answers: Any, complete: Any) -> int:
    return sum(answers.get(code) != value for code, value in complete.items())


@settings(max_examples=60)
@given(situations())
def test_no_fewer_changes_lead_to_a_status_and_these_do_for_sure(situation: Any) -> None:
    rulebook, answers = situation
    known = {code: value for code, value in answers.items() if value is not None}
    for status in STATUSES:
        found = fewest_changes(rulebook, answers, "enc.m", [status])
        best = {
            distance(known, complete)
            for complete in completions(rulebook.questionnaire, {})
            if status_of(rulebook, "enc.m", complete) == status
        }
        if found is None:
            assert not best
            continue
        changed: dict[str, Value | None] = dict(known) | {
            change.question.code: change.then for change in found
        }
        assert possible_statuses(rulebook, changed, "enc.m") == (status,)
        missing = len(rulebook.questionnaire.questions) - len(known)
        # Brute force has to fill in every missing answer, so it can be told only where none is
        # missing.
        if not missing:
            assert len(found) == min(best)
        assert all(change.now != change.then for change in found)


@pytest.mark.parametrize(
    ("answers", "measure", "statuses", "says"),
    [
        (
            {"displacement": "none", "phase": "latent"},
            "pro.asylum",
            ["recommended"],
            [("displacement", "none", "across a border")],
        ),
        (
            {"consent": "refused", "state_involvement": "none", "displacement": "large_internal"},
            "pro.displaced_support",
            ["recommended"],
            [
                ("consent", "refused", "given"),
                ("consent_scope", "not known", "humanitarian assistance"),
            ],
        ),
        ({"displacement": "both"}, "pro.asylum", ["recommended"], []),
    ],
)
def test_the_first_edition_says_in_words_what_would_change_a_status(
    answers: Any, measure: str, statuses: list[str], says: Any, first_edition: Rulebook
) -> None:
    read = first_edition.questionnaire.read_answers(answers)
    found = fewest_changes(first_edition, read, measure, statuses)
    assert found is not None
    assert [(change.question.code, *change.say()) for change in found] == says


def test_what_no_answers_lead_to_is_said_to_be_out_of_reach(first_edition: Rulebook) -> None:
    assert fewest_changes(first_edition, {}, "enc.remind", ["blocked"]) is None
