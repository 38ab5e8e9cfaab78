"""Answers that go on with another edition: taken up, or kept to be placed by hand, never lost."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.rulebook.editions.loader import parse
from cases.rulebook.editions.succession import Succession, carry_over, carry_through
from cases.rulebook.entries.questions import Value
from cases.rulebook.entries.rulebook import Rulebook
from tests.rulebook.worlds import answers_to, document, question

KINDS_OF_HELP = ("experts", "humanitarian")
CONSENT = ["requested", "given", "conditional", "contested", "not_sought", "refused", "withdrawn"]
AGREED = {"question": "consent", "in": ["requested", "given", "conditional"]}


def options(*codes: str) -> list[dict[str, Any]]:
    return [{"code": code, "label": code.title(), "meaning": "So."} for code in codes]


def edition(questions: list[dict[str, Any]], retired: Sequence[dict[str, Any]] = ()) -> Rulebook:
    """A rulebook with these questions, whose one rule asks for the first option of the first."""
    first = questions[0]
    whole = document([{"question": first["code"], "in": [first["options"][0]["code"]]}], [])
    whole["questions"] = copy.deepcopy(questions)
    whole["retired"] = list(retired)
    return parse(whole)


def single(code: str, *codes: str, **more: Any) -> dict[str, Any]:
    return {**question(code, "single", **more), "options": options(*codes)}


def multiple(code: str, *codes: str, **more: Any) -> dict[str, Any]:
    return {**question(code, "multiple", **more), "options": options(*codes)}


def retired(code: str, how: str, into: list[str], **more: Any) -> dict[str, Any]:
    return {
        "code": code,
        "how": how,
        "into": into,
        "why": f"{code} is gone.",
        "citation": ["p"],
        **more,
    }


# Consent in one question and its scope, as the first edition asks, and by kind of help -----------

ONE_CONSENT = edition(
    [
        single("consent", *CONSENT),
        multiple("consent_scope", *KINDS_OF_HELP, show_if=AGREED, default=[]),
    ]
)
CONSENT_BY_KIND = edition(
    [single(f"consent_to_{kind}", *CONSENT) for kind in KINDS_OF_HELP],
    [
        retired(
            "question.consent",
            "split",
            [f"consent_to_{kind}" for kind in KINDS_OF_HELP],
            carry=[
                row
                for kind in KINDS_OF_HELP
                for row in (
                    {
                        "to": f"consent_to_{kind}",
                        "take": "consent",
                        "when": {"all": [AGREED, {"question": "consent_scope", "in": [kind]}]},
                    },
                    {"to": f"consent_to_{kind}", "value": "not_sought", "when": AGREED},
                    {"to": f"consent_to_{kind}", "take": "consent"},
                )
            ],
        ),
        retired(
            "question.consent_scope", "split", [f"consent_to_{kind}" for kind in KINDS_OF_HELP]
        ),
    ],
)


def by_kind(answers: dict[str, Value | None]) -> dict[str, Value | None]:
    succession = carry_over(ONE_CONSENT.questionnaire, CONSENT_BY_KIND, answers)
    return dict(succession.values)


@pytest.mark.parametrize("consent", ["requested", "given", "conditional"])
def test_consent_is_carried_to_the_kinds_of_help_in_its_scope_and_no_other(consent: str) -> None:
    scope: frozenset[str] = frozenset({"humanitarian"})
    assert by_kind({"consent": consent, "consent_scope": scope}) == {
        "consent_to_humanitarian": consent,
        "consent_to_experts": "not_sought",
    }


@pytest.mark.parametrize("consent", ["refused", "withdrawn", "contested", "not_sought"])
def test_a_refusal_is_carried_to_every_kind_of_help_whatever_the_scope_was(consent: str) -> None:
    everywhere = {f"consent_to_{kind}": consent for kind in KINDS_OF_HELP}
    assert by_kind({"consent": consent}) == everywhere
    # The scope is not asked after a refusal, so what was answered to it before does not count.
    assert by_kind({"consent": consent, "consent_scope": frozenset({"experts"})}) == everywhere


def test_consent_of_unknown_scope_is_unknown_for_every_kind_of_help() -> None:
    assert by_kind({"consent": "given", "consent_scope": None}) == {
        "consent_to_experts": None,
        "consent_to_humanitarian": None,
    }
    assert by_kind({"consent": None, "consent_scope": None}) == {
        "consent_to_experts": None,
        "consent_to_humanitarian": None,
    }


def test_what_is_not_answered_yet_is_left_open_and_its_note_goes_along() -> None:
    succession = carry_over(
        ONE_CONSENT.questionnaire, CONSENT_BY_KIND, {"consent": "given"}, ["consent_scope"]
    )
    assert succession.values == {}
    assert [outcome.to for outcome in succession.outcomes] == [
        ("consent_to_experts", "consent_to_humanitarian"),
        ("consent_to_experts", "consent_to_humanitarian"),
    ]


# Options -----------------------------------------------------------------------------------------

BEFORE = edition([multiple("crimes", "a", "b", "c"), single("past", "none", "addressed")])


def after(*entries: dict[str, Any]) -> Rulebook:
    return edition([multiple("crimes", "a", "d"), single("past", "none", "partly")], list(entries))


def test_an_option_that_is_gone_is_kept_to_be_placed_and_the_others_are_carried_over() -> None:
    succession = carry_over(
        BEFORE.questionnaire, after(), {"crimes": frozenset("ab"), "past": "addressed"}
    )
    crimes, past = succession.outcomes
    assert (crimes.to, crimes.lost, crimes.changed) == (("crimes",), ("b",), True)
    assert (past.to, past.lost) == ((), ("addressed",))
    assert crimes.needs_placing
    assert past.needs_placing
    assert succession.values == {"crimes": frozenset("a")}


def test_a_choice_of_which_every_option_is_gone_is_not_turned_into_none_of_these() -> None:
    succession = carry_over(BEFORE.questionnaire, after(), {"crimes": frozenset("bc")})
    assert "crimes" not in succession.values
    assert succession.outcomes[0].lost == ("b", "c")
    # What was none of these before still is.
    nothing = carry_over(BEFORE.questionnaire, after(), {"crimes": frozenset()})
    assert nothing.values == {"crimes": frozenset()}
    assert not nothing.outcomes[0].needs_placing


def test_an_option_that_is_replaced_is_carried_over_as_the_one_in_its_place() -> None:
    new = after(
        retired("option.crimes.b", "replaced", ["crimes.d"]),
        retired("option.past.addressed", "replaced", ["past.partly"]),
    )
    answers: dict[str, Value | None] = {"crimes": frozenset("ab"), "past": "addressed"}
    succession = carry_over(BEFORE.questionnaire, new, answers)
    assert succession.values == {"crimes": frozenset("ad"), "past": "partly"}
    assert [outcome.why for outcome in succession.outcomes] == [
        "option.crimes.b is gone.",
        "option.past.addressed is gone.",
    ]
    assert not any(outcome.needs_placing for outcome in succession.outcomes)


def test_answers_go_through_every_edition_in_between() -> None:
    middle = after(retired("option.past.addressed", "replaced", ["past.partly"]))
    last = edition(
        [multiple("crimes", "a", "d"), single("dealt_with", "yes", "no")],
        [
            retired(
                "question.past",
                "replaced",
                ["dealt_with"],
                carry=[
                    {
                        "to": "dealt_with",
                        "value": "yes",
                        "when": {"question": "past", "in": ["partly"]},
                    },
                    {"to": "dealt_with", "value": "no"},
                ],
            )
        ],
    )
    succession = carry_through(
        BEFORE.questionnaire, [middle, last], {"crimes": frozenset("b"), "past": "addressed"}
    )
    assert succession.values == {"dealt_with": "yes"}
    crimes, past = succession.outcomes
    assert (crimes.to, crimes.lost) == ((), ("b",))
    assert (past.to, past.why) == (
        ("dealt_with",),
        "option.past.addressed is gone. question.past is gone.",
    )


# Whatever was answered, and however the edition was edited --------------------------------------

OLD = [
    single("one", "a", "b", "c"),
    multiple("many", "a", "b", "c"),
    question("level", "scale"),
    single("shown", "a", "b", "c", show_if={"question": "one", "in": ["a", "b"]}, default="a"),
]


@st.composite
def edited(draw: st.DrawFn) -> Rulebook:
    """A next edition in which questions and options were removed, replaced or split at random."""
    questions, entries = [single("anchor", "a", "b")], []
    for old in OLD:
        code = old["code"]
        act = draw(st.sampled_from(["keep", "remove", "drop", "replace", "split", "options"]))
        new = copy.deepcopy(old)
        new.pop("show_if", None)
        new.pop("default", None)
        if act == "keep":
            questions.append(new)
        elif act == "drop":
            entries.append(retired(f"question.{code}", "dropped", []))
        elif act in ("replace", "split"):
            names = [f"new_{code}"] if act == "replace" else [f"new_{code}", f"other_{code}"]
            questions += [{**new, "code": name} for name in names]
            how = "replaced" if act == "replace" else "split"
            carry = [{"to": name, "take": code} for name in names]
            entries.append(retired(f"question.{code}", how, names, carry=carry))
        elif act == "options" and old["kind"] != "scale":
            gone = draw(st.sampled_from([item["code"] for item in new["options"]]))
            new["options"] = [item for item in new["options"] if item["code"] != gone]
            questions.append(new)
            if draw(st.booleans()):
                left = f"{code}.{new['options'][0]['code']}"
                entries.append(retired(f"option.{code}.{gone}", "replaced", [left]))
    return edition(questions, entries)


FIRST = edition(OLD)


def checked(succession: Succession, new: Rulebook, answers: dict[str, Value | None]) -> None:
    assert {outcome.question for outcome in succession.outcomes} == answers.keys()
    for outcome in succession.outcomes:
        assert outcome.to or outcome.needs_placing, "an answer is taken up or kept to be placed"
        assert all(code in new.questionnaire.by_code for code in outcome.to)
        old = answers[outcome.question]
        if isinstance(old, frozenset) and outcome.to == (outcome.question,):
            value = succession.values[outcome.question]
            assert isinstance(value, frozenset)
            assert bool(value) == bool(old), "a choice is never turned into none of these"
    taken = {code for outcome in succession.outcomes for code in outcome.to}
    assert succession.values.keys() <= taken, "no answer comes from nowhere"
    for code, value in succession.values.items():
        item = new.questionnaire[code]
        assert value is None or item.read(item.dump(value)) == value


@given(new=edited(), answers=answers_to(FIRST.questionnaire))
def test_every_answer_is_taken_up_or_kept_to_be_placed(
    new: Rulebook, answers: dict[str, Value | None]
) -> None:
    checked(carry_over(FIRST.questionnaire, new, answers), new, answers)


@given(answers=answers_to(FIRST.questionnaire))
def test_the_same_edition_takes_up_everything_as_it_is(answers: dict[str, Value | None]) -> None:
    succession = carry_over(FIRST.questionnaire, FIRST, answers)
    assert succession.values == answers
    assert not any(outcome.changed or outcome.needs_placing for outcome in succession.outcomes)
