"""Errors of the editor in the words of its forms: the row, the field, and what to enter."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from cases.forms.editor.issue_words import in_words
from cases.rulebook.editions.builder import Document
from cases.rulebook.editions.documents import EditionDocument
from cases.rulebook.editions.loader import parse
from cases.rulebook.entries.issues import RulebookError
from cases.rulebook.entries.rulebook import Rulebook


def said(document: Document, kind: str, index: int, **changes: Any) -> str:
    changed = copy.deepcopy(document)
    changed[kind][index].update(changes)
    with pytest.raises(RulebookError) as refused:
        parse(changed)
    return "\n".join(in_words(issue, EditionDocument(changed)) for issue in refused.value.issues)


def test_an_error_names_the_row_the_field_and_what_to_enter(
    first_document: tuple[Document, Rulebook],
) -> None:
    document = first_document[0]
    members = copy.deepcopy(document["organisations"][0]["members"])
    members[2]["country"] = "Mali"
    words = said(document, "organisations", 0, members=members)
    assert ", 3:" in words
    assert "Enter a three-letter country code, such as MLI." in words
    assert "does not have the form" not in words


def test_an_error_calls_entries_by_their_titles(
    first_document: tuple[Document, Rulebook],
) -> None:
    document = first_document[0]
    measure = next(row for row in document["measures"] if row["code"] == "cap.ssr")
    actor = next(
        at
        for at, row in enumerate(document["actors"])
        if any(can["measure"] == "cap.ssr" for can in row["can"])
    )
    left = [can for can in document["actors"][actor]["can"] if can["measure"] != "cap.ssr"]
    words = said(document, "actors", actor, can=left)
    assert measure["title"] in words
    assert "'cap.ssr'" not in words


ONE = {"question": "group_tensions", "at_least": 3}


@pytest.mark.parametrize(
    ("when", "says"),
    [
        (
            {"all": [ONE, {"question": "phase", "is": "ongoing"}]},
            "Calls for it where: line 2: 'is' is not known in a line: a line has 'question' and "
            "one of 'in', 'none_of', 'at_least' and 'at_most'",
        ),
        (
            {"all": [ONE, {"any": [ONE, {"question": "phase", "in": "ongoing"}]}]},
            "line 2.2: 'in' needs a list with the code of at least one answer",
        ),
        ({"all": [{"question": "phase"}]}, "line 1: The answers are missing: a line has"),
        (
            {"question": "group_tensions", "at_least": "three"},
            "Calls for it where: 'at_least' needs a whole number from 0 to 4",
        ),
        (
            {"any": [ONE | {"at_most": 4}]},
            "line 1: A line has one comparison: keep one of 'at_least', 'at_most'",
        ),
        ({"all": [ONE], "any": [ONE]}, "'any' cannot be beside 'all': move it into the list"),
        ({"none": []}, "'none' needs a list with at least one line"),
        ({"al": [ONE]}, "'al' is neither a line nor a group: a line has 'question' and one of"),
        ([ONE], "A line or a group is needed here: a line has"),
        ({"question": ["phase"], "in": ["ongoing"]}, "'question' needs the code of a question"),
    ],
)
def test_a_wrong_condition_names_its_line_and_what_to_write(
    first_document: tuple[Document, Rulebook], when: Any, says: str
) -> None:
    words = said(first_document[0], "rules", 0, when=when)
    assert says in words
    assert "{" not in words, "no JSON"


def test_a_wrong_claim_of_an_invariant_names_its_line_and_what_is_missing(
    first_document: tuple[Document, Rulebook],
) -> None:
    claims = {"all": [{"measure": "cap.ssr"}, {"measur": "cap.ssr", "statu": ["open"]}]}
    words = said(first_document[0], "invariants", 0, then=claims)
    assert "This holds: line 1: Status is missing" in words
    assert "line 2: 'measur', 'statu' is neither a line nor a group" in words
    assert "{" not in words


def test_a_list_where_a_text_belongs_is_refused_without_showing_it_as_json(
    first_document: tuple[Document, Rulebook],
) -> None:
    words = said(first_document[0], "rules", 0, rationale=[{"text": "Because."}])
    assert words.endswith("A text is needed here, not a list")
