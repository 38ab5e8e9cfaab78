"""What is wrong with the shape of a condition: each issue at its line, with what is needed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cases.rulebook.editions.tree_checks import tree_issues
from cases.rulebook.entries.issues import Issue, Location

WHEN = Location("rules.yaml", "rules", "enc.m.r1", "when")
LINE = {"question": "phase", "in": ["rising"]}


def found(raw: Any) -> list[tuple[str, str]]:
    """The field of each issue, and what is said there before how a line or a group is written."""
    issues = list(tree_issues(raw, WHEN))
    for issue in issues:
        assert issue.location == WHEN.at(issue.location.field)
    return [(issue.location.field, issue.message.partition(":")[0]) for issue in issues]


@pytest.mark.parametrize(
    "raw",
    [
        LINE,
        {"question": "level", "at_least": 0},
        {"question": "level", "at_most": 4},
        {"question": "many", "none_of": ["o1", 3]},
        {"all": [LINE, {"any": [LINE, {"none": [LINE]}]}]},
    ],
)
def test_a_condition_that_is_well_formed_has_no_issue(raw: Any) -> None:
    assert found(raw) == []


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("phase", "a line or a group is needed here"),
        ({}, "nothing is neither a line nor a group"),
        ({"some": [LINE]}, "'some' is neither a line nor a group"),
        ({"all": [LINE], "note": "x"}, "'note' cannot be beside 'all'"),
        ({"any": []}, "'any' needs a list with at least one line"),
        ({"none": LINE}, "'none' needs a list with at least one line"),
        ({"question": "Phase!", "in": ["rising"]}, "'question' needs the code of a question"),
        ({"question": 7, "in": ["rising"]}, "'question' needs the code of a question"),
        ({"question": "phase"}, "the answers are missing"),
        ({"question": "phase", "is": "rising"}, "'is' is not known in a line"),
        (
            {"question": "phase", "in": ["rising"], "none_of": ["over"]},
            "a line has one comparison",
        ),
        ({"question": "level", "at_least": 5}, "'at_least' needs a whole number from 0 to 4"),
        ({"question": "level", "at_most": -1}, "'at_most' needs a whole number from 0 to 4"),
        ({"question": "level", "at_most": True}, "'at_most' needs a whole number from 0 to 4"),
        (
            {"question": "phase", "in": "rising"},
            "'in' needs a list with the code of at least one answer",
        ),
        (
            {"question": "phase", "none_of": []},
            "'none_of' needs a list with the code of at least one answer",
        ),
        (
            {"question": "phase", "in": ["rising", "not a code"]},
            "'in' needs a list with the code of at least one answer",
        ),
    ],
)
def test_what_is_wrong_in_a_line_or_a_group_is_named(raw: Any, said: str) -> None:
    assert found(raw) == [("when", said)]


def test_an_issue_within_groups_is_named_at_its_line() -> None:
    raw = {"all": [LINE, {"any": [LINE, {"question": "phase"}]}, "phase"]}
    assert found(raw) == [
        ("when.all[1].any[1]", "the answers are missing"),
        ("when.all[2]", "a line or a group is needed here"),
    ]


def test_what_is_beside_a_group_does_not_hide_what_is_wrong_within_it() -> None:
    assert found({"all": [{"question": "phase"}], "note": "x"}) == [
        ("when", "'note' cannot be beside 'all'"),
        ("when.all[0]", "the answers are missing"),
    ]


def test_every_issue_of_a_line_is_named() -> None:
    assert found({"question": 7, "at_least": 9, "at_most": 9}) == [
        ("when", "'question' needs the code of a question"),
        ("when", "a line has one comparison"),
        ("when", "'at_least' needs a whole number from 0 to 4"),
        ("when", "'at_most' needs a whole number from 0 to 4"),
    ]


def test_a_statement_has_leaves_of_its_own_kind() -> None:
    def refused(raw: dict[Any, Any], location: Location) -> Iterator[Issue]:
        yield Issue(location, f"no {raw['flag']}")

    (issue,) = tree_issues({"all": [LINE, {"flag": "stop"}]}, WHEN, refused)
    assert (issue.location.field, issue.message) == ("when.all[1]", "no stop")
