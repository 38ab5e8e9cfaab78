"""What an edition says of codes that it no longer has, checked against the previous edition."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from cases.rulebook.editions.builder import Document
from cases.rulebook.editions.loader import parse
from cases.rulebook.editions.safety_regressions import undone
from cases.rulebook.editions.succession import carry_over
from cases.rulebook.entries.rulebook import Rulebook
from tests.rulebook.worlds import QUESTIONS, document, question

# The previous edition asked `old`, of which the new one knows nothing.
OLD = question("old", "single", 3)
BEFORE: Document = {
    **document([{"question": "single", "in": ["o1"]}], []),
    "questions": [*QUESTIONS, OLD],
}
CARRIED = [
    {"to": "single", "take": "old", "when": {"question": "old", "in": ["o0", "o1"]}},
    {"to": "single", "value": "o2"},
]


def after(*retired: dict[str, Any], **lists: Any) -> Document:
    return {
        **document([{"question": "single", "in": ["o1"]}], []),
        "retired": list(retired),
        **lists,
    }


def gone(**more: Any) -> dict[str, Any]:
    return {
        "code": "question.old",
        "how": "replaced",
        "into": ["single"],
        "why": "It asked the same.",
        "carry": CARRIED,
        **more,
    }


def found(before: Document, document: Document) -> set[tuple[str, str, str]]:
    parse(document)
    return {(issue.level, issue.code, issue.location.entry) for issue in undone(before, document)}


def test_an_entry_that_fits_the_edition_before_is_accepted() -> None:
    assert found(BEFORE, after(gone())) == set()


@pytest.mark.parametrize(
    ("carry", "code"),
    [
        ([{"to": "single", "take": "nowhere"}], "carry-unknown"),
        (
            [{"to": "single", "take": "old", "when": {"question": "later", "in": ["o1"]}}],
            "carry-condition",
        ),
        (
            [{"to": "single", "take": "old", "when": {"question": "old", "in": ["o9"]}}],
            "carry-condition",
        ),
        ([{"to": "single", "take": "many"}], "carry-unfit"),
    ],
)
def test_a_row_is_checked_against_the_questions_of_the_edition_before(
    carry: list[Any], code: str
) -> None:
    assert ("error", code, "question.old") in found(BEFORE, after(gone(carry=carry)))


def test_only_answers_for_which_a_row_is_meant_must_fit_the_new_question() -> None:
    fewer = [
        item | {"options": item["options"][:2]} if item["code"] == "single" else item
        for item in QUESTIONS
    ]
    some = gone(carry=[CARRIED[0], {"to": "single", "value": "o0"}])
    before = {**BEFORE, "questions": [*fewer, OLD]}
    assert found(before, after(some, questions=fewer)) == set()
    every = gone(carry=[{"to": "single", "take": "old"}])
    assert ("error", "carry-unfit", "question.old") in found(before, after(every, questions=fewer))


def test_a_code_of_no_edition_is_an_error_and_one_that_was_said_before_is_not() -> None:
    entry = gone(code="question.older", carry=[])
    assert ("error", "retired-unknown", "question.older") in found(BEFORE, after(gone(), entry))
    assert found(after(gone()), after(gone())) == set()
    # What is said again by a later edition is no part of the step that it makes.
    old = parse(after(gone())).questionnaire
    succession = carry_over(old, parse(after(gone())), {"single": "o1"})
    assert succession.values == {"single": "o1"}


def test_a_code_that_is_gone_without_a_reason_is_a_warning() -> None:
    assert found(BEFORE, after()) == {("warning", "unexplained-code", "question.old")}
    fewer = copy.deepcopy(QUESTIONS)
    fewer[4]["options"] = fewer[4]["options"][:2]
    assert fewer[4]["code"] == "single"
    unsaid = ("warning", "unexplained-code", "option.single.o2")
    assert unsaid in found(BEFORE, after(gone(carry=[]), questions=fewer))


def test_the_rows_of_an_option_speak_of_answers_that_choose_it(first_edition: Rulebook) -> None:
    fewer = copy.deepcopy(QUESTIONS)
    fewer[4]["options"] = fewer[4]["options"][:2]
    option = {
        "code": "option.single.o2",
        "how": "replaced",
        "into": ["single.o0"],
        "why": "It meant the same.",
        "carry": [{"to": "single", "value": "o0"}],
    }
    old = parse(BEFORE).questionnaire
    new = parse(after(option, questions=fewer))
    assert carry_over(old, new, {"single": "o2"}).values == {"single": "o0"}
    assert carry_over(old, new, {"single": "o1"}).values == {"single": "o1"}
    assert "single" not in carry_over(old, new, {"level": 2}).values


def test_a_measure_that_leaves_a_deferral_by_a_field_of_its_own_is_named() -> None:
    wait = {
        "code": "d",
        "title": "It waits",
        "applies_to": {"horizon": ["short"]},
        "when": {"question": "single", "in": ["o1"]},
        "reason": "Because.",
        "look_again": "Later.",
        "citation": ["p"],
    }
    before = after(deferrals=[wait])
    measure = before["measures"][0] | {"horizon": "long"}
    second = before["measures"][0] | {"code": "enc.n"}
    document = after(deferrals=[wait], measures=[measure, second])
    assert ("warning", "leaves-deferral", "enc.m") in found(before, document)
