"""The forms of the catalogue's entries: what they show is what is saved, and nothing is lost in
between.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import QueryDict

from cases.forms.editor.entries import ENTRY_FORMS, fits_a_form
from cases.forms.editor.naming import field_words
from cases.rulebook.editions.builder import Document
from cases.rulebook.entries.kinds import KINDS, entries_of
from cases.rulebook.entries.rules import Rulebook
from cases.rulebook.wording.translation import texts_of


class Fields(HTMLParser):
    """What a browser would send of a form: the names and values of its fields as they stand."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self.select = ""
        self.first: str | None = None
        self.chosen = False
        self.many = False
        self.area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "input" and name:
            ticked = given.get("type") not in ("checkbox", "radio") or "checked" in given
            if ticked:
                self.sent.append((name, value or ("on" if given.get("type") == "checkbox" else "")))
        elif tag == "select":
            self.select, self.first, self.chosen, self.many = name, None, False, "multiple" in given
        elif tag == "option" and self.select:
            self.first = value if self.first is None else self.first
            if "selected" in given:
                self.sent.append((self.select, value))
                self.chosen = True
        elif tag == "textarea":
            self.area = name
            self.sent.append((name, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            if not self.chosen and not self.many and self.first is not None:
                self.sent.append((self.select, self.first))
            self.select = ""
        elif tag == "textarea":
            name, text = self.sent.pop()
            # A browser leaves out the first line break of a text area.
            self.sent.append((name, text.removeprefix("\n")))
            self.area = None

    def handle_data(self, data: str) -> None:
        if self.area is not None:
            name, text = self.sent.pop()
            self.sent.append((name, text + data))


def as_sent(html: str) -> QueryDict:
    """What a browser would send of a page's form."""
    parser = Fields()
    parser.feed(html)
    parser.close()
    data = QueryDict(mutable=True)
    for name, value in parser.sent:
        data.appendlist(name, value)
    return data


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
