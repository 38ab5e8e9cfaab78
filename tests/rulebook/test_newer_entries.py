"""What a document may hold that those of the first edition lack: deferrals, consent by kind of
help, tables of questions, and what became of codes.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from cases.rulebook.editions.builder import Document
from cases.rulebook.editions.loader import parse, put_entry
from cases.rulebook.editions.yaml_files import read_yaml, write_yaml
from cases.rulebook.entries.conditions import parse_condition
from cases.rulebook.entries.issues import RulebookError
from cases.rulebook.entries.questions import consent_scopes
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.wording.sentences import say_condition
from tests.rulebook.worlds import QUESTIONS, document, question

FIRST_EDITION = "34bbc1cff39a9d5b63782b4618e84ab3e99467f3fec337d76f988a440f4eb881"

WAIT: dict[str, Any] = {
    "code": "d.wait",
    "title": "It waits",
    "applies_to": {"measures": ["enc.m"]},
    "when": {"question": "single", "in": ["o1"]},
    "reason": "It is {single}.",
    "look_again": "When it is over.",
    "citation": ["p"],
}
GONE: dict[str, Any] = {
    "code": "question.old",
    "how": "split",
    "into": ["single", "many"],
    "why": "It was two questions.",
    "carry": [
        {"to": "single", "take": "old", "when": {"question": "old", "in": ["o1"]}},
        {"to": "many", "value": ["o0"]},
    ],
    "citation": ["p"],
}


def small(**lists: Any) -> Document:
    return {**document([{"question": "single", "in": ["o1"]}], []), **lists}


def changed(entry: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {**copy.deepcopy(entry), **fields}


def refused(raw: Document, says: str) -> None:
    with pytest.raises(RulebookError, match=says):
        parse(raw)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ({"at_least": 3}, "level is L3 or higher"),
        ({"at_least": 4}, "level is L4"),
        ({"at_most": 0}, "level is L0"),
        ({"none_of": [0]}, "level is not L0"),
    ],
)
def test_the_end_of_a_scale_is_said_without_what_lies_beyond_it(
    line: dict[str, Any], says: str
) -> None:
    condition = parse_condition({"question": "level", **line})
    assert say_condition(condition, parse(small()).questionnaire) == says


def test_the_first_edition_keeps_its_digest(first_edition: Rulebook) -> None:
    assert first_edition.digest == FIRST_EDITION
    assert (first_edition.deferrals, first_edition.retired) == ((), ())


def test_a_document_with_the_newer_lists_is_written_and_read_back_the_same() -> None:
    raw = small(deferrals=[WAIT], retired=[GONE])
    assert read_yaml(write_yaml(raw)) == raw
    without = {name: value for name, value in raw.items() if name not in ("deferrals", "retired")}
    assert read_yaml(write_yaml(without)) == without


def test_taking_out_the_last_entry_of_an_optional_list_takes_the_list_out() -> None:
    raw = small(deferrals=[WAIT])
    bare = put_entry(raw, "deferrals", "d.wait", None)
    assert "deferrals" not in bare
    assert put_entry(bare, "deferrals", "", WAIT) == raw


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"when": {"question": "nowhere", "in": ["o1"]}}, "no question 'nowhere'"),
        ({"reason": "It is {parent}."}, "not a question in this entry's conditions"),
        ({"applies_to": {"measures": ["enc.x"]}}, "no 'enc.x' among the measures"),
        ({"applies_to": {"form": "PRO"}}, "no measure fits"),
        ({"citation": ["q"]}, "no 'q' among the passages"),
        ({"look_again": ""}, "must not be empty"),
    ],
)
def test_a_deferral_that_is_wrong_is_refused(fields: dict[str, Any], says: str) -> None:
    refused(small(deferrals=[changed(WAIT, **fields)]), says)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"code": "question.single"}, "still has the question 'single'"),
        ({"code": "option.single.o1"}, "still has the option"),
        ({"code": "option.single"}, "an option needs its question"),
        ({"code": "rule.old"}, "does not have the form"),
        ({"into": ["single"]}, "at least two codes"),
        ({"how": "replaced"}, "exactly one code"),
        ({"how": "dropped"}, "no code"),
        ({"into": ["single", "nowhere"]}, "no question 'nowhere' in this edition"),
        ({"carry": [{"to": "level", "take": "old"}]}, "'level' is not named in 'into'"),
        ({"carry": [{"to": "many", "value": ["o7"]}]}, "'o7' is not one of its options"),
        ({"carry": [{"to": "many", "value": "o0"}]}, "a list of options is needed"),
        ({"carry": [{"to": "many", "value": ["o0"], "take": "old"}]}, "either 'take' or 'value'"),
        (
            {"code": "measure.enc.old", "how": "replaced", "into": ["enc.m"]},
            "only answers are carried over",
        ),
    ],
)
def test_what_became_of_a_code_is_checked(fields: dict[str, Any], says: str) -> None:
    refused(small(retired=[changed(GONE, **fields)]), says)


def test_what_became_of_measures_options_and_actors_is_accepted() -> None:
    rows: list[dict[str, Any]] = [
        {"code": "measure.enc.old", "how": "replaced", "into": ["enc.m"], "why": "Renamed."},
        {"code": "actor.elsewhere", "how": "dropped", "into": [], "why": "It acts no more."},
        {
            "code": "option.single.o9",
            "how": "replaced",
            "into": ["single.o1"],
            "why": "The same.",
            "carry": [{"to": "single", "value": "o1"}],
        },
    ]
    retired = parse(small(retired=rows)).retired
    assert [(item.kind, item.code, item.into) for item in retired] == [
        ("measure", "enc.old", ("enc.m",)),
        ("actor", "elsewhere", ()),
        ("option", "single.o9", ("single.o1",)),
    ]


def by_kind(kinds: tuple[str, ...], scope: str | None) -> Document:
    raw = small(
        questions=[*QUESTIONS, *(question(f"consent_to_{kind}", "single") for kind in kinds)]
    )
    raw["measures"] = [raw["measures"][0] | {"consent_scope": scope}]
    return raw


def test_the_kinds_of_help_are_those_that_questions_on_consent_ask_about() -> None:
    rulebook = parse(by_kind(("experts", "police"), "police"))
    assert consent_scopes(rulebook.questionnaire.by_code) == ("experts", "police")
    refused(by_kind(("experts",), "police"), "no question asks for consent to 'police'")
    refused(by_kind((), "police"), "no question asks for consent to 'police'")


def tables(**fields: Any) -> Document:
    table = {"code": "t", "title": "A table", "questions": ["first", "second"], **fields}
    raw = small(questions=[*QUESTIONS, question("first", "single"), question("second", "single")])
    raw["sections"] = [raw["sections"][0] | {"tables": [table]}]
    return raw


def test_questions_with_the_same_options_can_be_laid_out_as_a_table() -> None:
    table = parse(tables(hint="Choose one.")).questionnaire.sections[0].tables[0]
    assert (table.code, table.hint, table.questions) == ("t", "Choose one.", ("first", "second"))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"questions": ["first", "third"]}, "no 'third' among the questions"),
        ({"questions": ["single", "first"]}, "must follow each other"),
        ({"questions": ["second", "first"]}, "must follow each other"),
        (
            {"questions": ["grandchild", "level"]},
            "'level' does not have the options of 'grandchild'",
        ),
        ({"questions": ["many", "first"]}, "'many' is a multiple choice"),
        ({"questions": ["first", "first"]}, "'first' occurs twice"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(fields: dict[str, Any], says: str) -> None:
    refused(tables(**fields), says)


def test_a_table_of_questions_of_another_section_is_refused() -> None:
    raw = tables()
    raw["sections"] = [*raw["sections"], {"code": "other", "title": "O", "intro": "O."}]
    raw["questions"] = [
        item | {"section": "other"} if item["code"] == "second" else item
        for item in raw["questions"]
    ]
    refused(raw, "'second' belongs to another section")


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (lambda raw: raw["sources"][0].update(basis="hearsay"), "not one of read"),
        (lambda raw: raw["measures"][0].update(evidence=evidence("nobody")), "not one of desk"),
    ],
)
def test_who_reviewed_and_what_was_read_are_named_by_known_words(
    edit: Callable[[Document], None], says: str
) -> None:
    raw = small()
    edit(raw)
    refused(raw, says)


def test_a_desk_review_and_general_knowledge_are_kept() -> None:
    raw = small()
    raw["sources"][0].update(basis="general_knowledge")
    raw["measures"][0].update(evidence=evidence("desk"))
    rulebook = parse(raw)
    assert rulebook.sources["S"].basis == "general_knowledge"
    found = rulebook.measures["enc.m"].evidence
    assert found is not None
    assert found.review == "desk"


def test_only_evidence_of_no_strength_may_name_no_source() -> None:
    raw = small()
    raw["measures"][0].update(evidence=evidence("desk") | {"strength": "limited"})
    refused(raw, "evidence of any strength needs its sources")


def evidence(review: str) -> dict[str, Any]:
    return {
        "strength": "none",
        "direct": False,
        "says": "Nothing was found.",
        "contextual": [],
        "design": [],
        "sources": [],
        "reviewed_on": "2026-11-01",
        "review": review,
    }
