"""The texts of a catalogue in other languages."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from cases.rulebook.editions.builder import Document, build
from cases.rulebook.editions.loader import parse
from cases.rulebook.entries.issues import RulebookError
from cases.rulebook.entries.kinds import KINDS, entries_of
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.wording.translation import (
    carried_translations,
    languages_of,
    localised,
    missing_in,
    texts_of,
)
from tests.rulebook.worlds import with_entry


def test_every_text_that_can_be_translated_is_read_in_its_translation(
    first_document: tuple[Document, Rulebook],
) -> None:
    document = copy.deepcopy(first_document[0])
    for kind in KINDS:
        for entry in entries_of(document, kind):
            texts = texts_of(kind, entry)
            if texts:
                entry["translations"] = {"fr": {path: f"fr {text}" for path, text in texts.items()}}
    parse(document)
    assert languages_of(document) == ("en", "fr")
    assert not any(missing_in(document, "fr").values())
    french = localised(document, "fr")
    rule, before = french["rules"][0], document["rules"][0]
    assert rule["rationale"] == "fr " + before["rationale"]
    assert (
        french["questions"][0]["options"][0]["label"]
        == "fr " + document["questions"][0]["options"][0]["label"]
    )
    assert french["flags"][0]["beyond"][0] == "fr " + document["flags"][0]["beyond"][0]
    assert build(french).measures["cap.ssr"].cautions[0].text.startswith("fr ")
    assert localised(document, "es") == document


@pytest.mark.parametrize(
    ("translations", "says"),
    [
        ({"fr": {"titel": "x"}}, "translations.fr.titel: the entry has no such text"),
        (
            {"fr": {"rationale": "Sans accolades"}},
            "translations.fr.rationale: the braces must be the same as in the original",
        ),
        ({"fr": {"rationale": "{phase"}}, "translations.fr.rationale: the braces"),
        ({"french": {"rationale": "x"}}, "translations"),
        ({"fr": {"rationale": ""}}, "translations.fr.rationale: must not be empty"),
    ],
)
def test_a_translation_of_nothing_or_with_other_braces_is_refused(
    first_document: tuple[Document, Rulebook], translations: Any, says: str
) -> None:
    changed = with_entry(
        first_document[0], "rules", "pro.mediation.crisis", translations=translations
    )
    with pytest.raises(RulebookError, match=f"rules pro.mediation.crisis: {says}"):
        parse(changed)


def test_of_two_rows_with_one_text_each_keeps_its_own_translation() -> None:
    """Where rows have new codes, a translation goes with its text, and to one row alone."""

    def question(*codes: str, **more: Any) -> dict[str, Any]:
        options = [{"code": code, "label": "The same", "meaning": code} for code in codes]
        return {"code": "q", "title": "Title", "options": options, **more}

    french = {"options[a].label": "Le premier", "options[b].label": "Le second"}
    before = question("a", "b", translations={"fr": french})
    kept = carried_translations("questions", before, question("c", "d"))
    assert kept == {"fr": {"options[c].label": "Le premier", "options[d].label": "Le second"}}
