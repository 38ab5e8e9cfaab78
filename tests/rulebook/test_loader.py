"""What no rulebook may contain is refused, with its place, however it arrives."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from cases.rulebook.editions.builder import Document
from cases.rulebook.editions.loader import check_entry, parse, put_entry
from cases.rulebook.editions.yaml_files import DEPTH, TOO_DEEP, read_yaml
from cases.rulebook.entries.issues import Location, RulebookError
from cases.rulebook.entries.questions import MOST_OPTIONS
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.answer_codes import pack, unpack

Edit = Callable[[dict[str, Any]], Any]


def set_to(**fields: Any) -> Edit:
    return lambda entry: entry.update(fields)


def options(number: int) -> Edit:
    return lambda entry: entry.update(
        options=[
            {"code": f"o{place}", "label": f"O{place}", "meaning": "So."} for place in range(number)
        ]
    )


FAULTS: list[tuple[str, str, Edit, str]] = [
    ("questions", "triggers", set_to(code="conflict.two"), "does not have the form"),
    ("questions", "triggers", set_to(code="Triggers"), "does not have the form"),
    ("actors", "ohchr", set_to(code="oh.chr"), "does not have the form"),
    ("measures", "cap.ssr", set_to(code="cap.a/b"), "does not have the form"),
    ("measures", "cap.ssr", set_to(code="cap..ssr"), "does not have the form"),
    ("rules", "cap.media.gap", set_to(code="cap.media.gap\n"), "U+000A|does not have the form"),
    ("invariants", "no_coercive_means", set_to(code="a/b"), "does not have the form"),
    ("sources", "AAG", set_to(code="A/../B"), "does not have the form"),
    ("sources", "AAG", set_to(url="javascript:alert(1)"), "not what is needed"),
    ("sources", "AAG", set_to(year=10**22), "not what is needed"),
    ("sources", "AAG", set_to(year=2014.0), "whole number"),
    ("countries", "MLI", set_to(since="1960-02-30"), "not a valid date"),
    ("countries", "MLI", set_to(since="1960-13-45"), "not a valid date"),
    (
        "rules",
        "cap.media.gap",
        set_to(rationale="It is {media_gap:zz}."),
        "holds more than the code",
    ),
    (
        "rules",
        "cap.media.gap",
        set_to(rationale="It is {media_gap!z}."),
        "holds more than the code",
    ),
    (
        "rules",
        "cap.media.gap",
        set_to(rationale="It is {media_gap:{phase}}."),
        "holds more than the code",
    ),
    (
        "rules",
        "cap.media.gap",
        set_to(rationale="It is {media_gap.x}."),
        "holds more than the code",
    ),
    ("rules", "cap.media.gap", set_to(rationale="It is {media_gap."), "not closed"),
    ("rules", "cap.media.gap", set_to(rationale="a\x85b"), "U[+]0085"),
    ("rules", "cap.media.gap", set_to(rationale="a\x00b"), "U[+]0000"),
    ("rules", "cap.media.gap", set_to(rationale="a\ud800b"), "U[+]D800"),
    ("rules", "cap.media.gap", set_to(comment="a\x01b"), "U[+]0001"),
    ("questions", "triggers", options(MOST_OPTIONS + 1), f"at most {MOST_OPTIONS} options"),
]


@pytest.mark.parametrize(("kind", "code", "edit", "says"), FAULTS)
def test_a_fault_is_refused_with_its_place(
    first_document: tuple[Document, Rulebook], kind: str, code: str, edit: Edit, says: str
) -> None:
    document = copy.deepcopy(first_document[0])
    entry = next(item for item in document[kind] if item["code"] == code)
    edit(entry)
    with pytest.raises(RulebookError, match=says) as error:
        parse(document)
    assert all(
        problem.location.kind == kind
        for problem in error.value.issues
        if says[:5] in problem.message
    )
    alone = check_entry(put_entry(first_document[0], kind, code, entry), kind, entry)
    assert alone, "the editor finds it too"
    assert "\n".join(map(str, error.value.issues)).encode(), "what is said of it can be shown"


def test_lists_that_are_missing_are_named(first_document: tuple[Document, Rulebook]) -> None:
    with pytest.raises(RulebookError, match="the list is missing"):
        parse({"edition": {"title": "x", "language": "en"}})
    with pytest.raises(RulebookError, match="edition: title, language is missing"):
        parse({name: value for name, value in first_document[0].items() if name != "edition"})


def test_a_list_that_no_edition_has_is_refused_by_its_name(
    first_document: tuple[Document, Rulebook],
) -> None:
    with pytest.raises(RulebookError, match=r"^mesures: not one of edition, ") as error:
        parse({**first_document[0], "mesures": []})
    (issue,) = error.value.issues
    assert issue.location == Location(kind="mesures")


def test_what_is_wrong_with_an_entry_as_a_whole_names_no_field(
    first_document: tuple[Document, Rulebook],
) -> None:
    deep: list[Any] = []
    for _ in range(DEPTH):
        deep = [deep]
    measures = [{"code": "cap.deep", "title": deep}, *first_document[0]["measures"]]
    with pytest.raises(RulebookError) as error:
        parse({**first_document[0], "measures": measures})
    assert [str(issue) for issue in error.value.issues] == [f"measures cap.deep: {TOO_DEEP}"]


@pytest.mark.parametrize(
    "text", ["a: !!timestamp zz", "a: !!int zz", "a: !!bool zz", "a: !!float zz", "a: !!set x"]
)
def test_a_yaml_tag_that_does_not_fit_its_value_is_refused(text: str) -> None:
    with pytest.raises(RulebookError, match="not valid YAML"):
        read_yaml(text)


def test_as_many_options_as_may_be_chosen_are_kept(
    first_document: tuple[Document, Rulebook],
) -> None:
    document = copy.deepcopy(first_document[0])
    question = copy.deepcopy(
        next(item for item in document["questions"] if item["code"] == "triggers")
    )
    options(MOST_OPTIONS)(question)
    question["code"] = "many"
    document["questions"].append(question)
    asked = parse(document).questionnaire
    answers = {"many": frozenset(f"o{place}" for place in range(MOST_OPTIONS))}
    assert unpack(asked, pack(asked, answers)) == answers
