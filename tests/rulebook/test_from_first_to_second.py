"""Answers to the first edition, carried over to the second: consent by kind of help, nothing
lost.
"""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.rulebook.editions.loader import load_folder
from cases.rulebook.editions.succession import carry_over
from cases.rulebook.entries.questions import Value
from cases.rulebook.entries.rulebook import Rulebook
from tests.conftest import FIXTURES
from tests.rulebook.shipped import KINDS_OF_HELP, SHIPPED
from tests.rulebook.worlds import answers_to

AGREED = ("requested", "given", "conditional")


@cache
def first() -> Rulebook:
    return load_folder(FIXTURES / "editions" / "1")[1]


@cache
def second() -> Rulebook:
    return SHIPPED


@given(answers=st.deferred(lambda: answers_to(first().questionnaire)))
def test_every_answer_to_the_first_edition_has_a_place_in_the_second(
    answers: dict[str, Value | None],
) -> None:
    succession = carry_over(first().questionnaire, second(), answers)
    assert {outcome.question for outcome in succession.outcomes} == answers.keys()
    for outcome in succession.outcomes:
        assert outcome.to, outcome.question
        assert not outcome.lost, outcome.question


@pytest.mark.parametrize("consent", AGREED)
def test_consent_goes_to_the_kinds_of_help_in_its_scope(consent: str) -> None:
    scope = frozenset({"mediation", "humanitarian"})
    answers: dict[str, Value | None] = {"consent": consent, "consent_scope": scope}
    values = carry_over(first().questionnaire, second(), answers).values
    for kind in KINDS_OF_HELP:
        expected = consent if kind in scope else "not_sought"
        assert values[f"consent_to_{kind}"] == expected


@pytest.mark.parametrize("consent", ["refused", "withdrawn", "contested", "not_sought"])
def test_a_refusal_holds_for_every_kind_of_help(consent: str) -> None:
    values = carry_over(first().questionnaire, second(), {"consent": consent}).values
    assert {kind: values[f"consent_to_{kind}"] for kind in KINDS_OF_HELP} == dict.fromkeys(
        KINDS_OF_HELP, consent
    )


def test_every_code_that_the_second_edition_lacks_is_accounted_for() -> None:
    """Questions, options, measures and actors of the first edition are there or retired."""
    old, new = first(), second()
    retired = {(item.kind, item.code) for item in new.retired}
    gone = {("measure", code) for code in old.measures.keys() - new.measures.keys()}
    gone |= {("actor", code) for code in old.actors.keys() - new.actors.keys()}
    for question in old.questionnaire.questions:
        now = new.questionnaire.by_code.get(question.code)
        if now is None:
            gone.add(("question", question.code))
            continue
        gone |= {
            ("option", f"{question.code}.{option}")
            for option in question.option_codes
            if option not in now.option_codes
        }
    assert gone <= retired
