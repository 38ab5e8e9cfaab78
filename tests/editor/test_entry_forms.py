"""The forms of the catalogue's entries: what they show is what is saved, and nothing is lost in
between.
"""

from __future__ import annotations

from typing import Any

import pytest

from cases.forms.editor.entries import ENTRY_FORMS, fits_a_form
from cases.forms.editor.naming import field_words
from cases.rulebook.editions.builder import Document
from cases.rulebook.entries.kinds import KINDS, entries_of
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.wording.translation import texts_of
from tests.editor.sent_forms import as_sent


@pytest.mark.parametrize("kind", KINDS)
def test_an_entry_goes_through_its_form_and_comes_out_the_same(
    kind: str, first_document: tuple[Document, Rulebook]
) -> None:
    document, rulebook = first_document
    options: dict[str, Any] = {"document": document, "questionnaire": rulebook.questionnaire}
    for entry in entries_of(document, kind):
        if not fits_a_form(kind, entry):
            continue
        form = ENTRY_FORMS[kind](entry=entry, initial={"version": 0}, **options)
        again = ENTRY_FORMS[kind](
            as_sent("".join(str(field) for field in form)), entry=entry, **options
        )
        assert again.is_valid(), (entry["code"], again.errors)
        assert again.gathered() == entry
        assert list(again.gathered()) == list(entry), "the order of its fields stays too"


def test_nearly_every_entry_of_the_first_edition_fits_a_form(
    first_document: tuple[Document, Rulebook],
) -> None:
    rules = first_document[0]["rules"]
    deep = [
        entry["code"]
        for kind in KINDS
        for entry in entries_of(first_document[0], kind)
        if not fits_a_form(kind, entry)
    ]
    assert len(deep) * 10 <= len(rules), deep


@pytest.mark.parametrize("kind", ENTRY_FORMS)
def test_every_field_of_an_entry_has_a_name_that_people_read(
    kind: str, first_document: tuple[Any, Any]
) -> None:
    for entry in entries_of(first_document[0], kind):
        for path in [*entry, *texts_of(kind, entry)]:
            words = field_words(kind, path)
            assert words[0].isupper(), (path, words)
            assert "_" not in words.split(",")[0], (path, words)


def test_a_field_of_a_row_is_named_by_its_list_its_row_and_itself() -> None:
    assert field_words("questions", "options[none].label") == "Answers, none: Label"
    assert (
        field_words("actors", "can[cap.media lead].does")
        == "What it can do, cap.media lead: What it does"
    )
    assert field_words("rules", "actors.lead") == "Who leads"
    assert field_words("gates", "translations") == "Translations"
    assert field_words("gates", "of_an_older_edition") == "of_an_older_edition"
