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
