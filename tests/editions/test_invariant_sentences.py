"""Invariants, in words that the person who agrees to them can read."""

from __future__ import annotations

import pytest

from cases.queries.editions.invariant_sentences import say_invariant
from cases.rulebook.editions.builder import Document, build
from cases.rulebook.editions.loader import put_entry
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.wording.sentences import lower_first


def said(document: Document, invariant: dict[str, object]) -> str:
    rulebook = build(
        put_entry(
            document, "invariants", "", {"code": "x", "says": "X.", "citation": [], **invariant}
        )
    )
    return say_invariant(rulebook.invariants[-1], rulebook)


def test_an_invariant_of_each_kind_is_a_sentence(first_document: tuple[Document, Rulebook]) -> None:
    document = first_document[0]
    each = {"measure": "each", "status": ["recommended"]}
    consent = {"question": "consent", "in": ["given"]}
    sentence = said(
        document, {"for_each": {"consent_scope": ["peacekeeping"]}, "if": each, "then": consent}
    )
    assert sentence == (
        "for “Peacekeeping operation”: wherever the measure is recommended, host-state consent is "
        "given"
    )
    gate = {"gate": "consent", "of": "pro.peacekeeping", "value": ["fails", "on_condition"]}
    flag = {"flag": "pillar_three"}
    assert said(document, {"if": {"any": [gate, consent]}, "then": {"none": [flag]}}) == (
        "wherever what “Peacekeeping operation” needs by way of “Consent” is not met or met on a "
        "condition or "
        "host-state consent is given, it is not the case that the notice “Beyond Pillar Two: the "
        "State's leadership "
        "is reported to direct the crimes” applies"
    )
    some = {"some_measure": {"horizon": ["long"]}, "status": ["recommended", "open"]}
    sentence = said(document, {"for_each": {"form": ["CAP"]}, "if": each, "then": some})
    assert sentence.startswith("for each of ")
    assert " measures: wherever the measure is recommended, at least one of " in sentence
    assert sentence.endswith(" measures is recommended or open")


def test_every_invariant_of_the_first_edition_is_said(first_edition: Rulebook) -> None:
    for invariant in first_edition.invariants:
        sentence = say_invariant(invariant, first_edition)
        assert "wherever" in sentence
        assert "no measure" not in sentence


@pytest.mark.parametrize(
    ("title", "inside"),
    [
        ("Hate speech", "hate speech"),
        ("Security Council mandate", "Security Council mandate"),
        ("The State's part in the crimes", "the State's part in the crimes"),
        ("UN presence", "UN presence"),
        ("A coup", "a coup"),
        ("None", "none"),
        ("", ""),
    ],
)
def test_a_title_inside_a_sentence_begins_small_unless_it_is_a_name(
    title: str, inside: str
) -> None:
    assert lower_first(title) == inside


def test_a_negated_group_is_distinguished_from_the_line_beside_it(
    first_document: tuple[Document, Rulebook],
) -> None:
    document = first_document[0]
    refused, raised = {"question": "consent", "in": ["refused"]}, {"flag": "pillar_three"}
    one = said(document, {"if": {"any": [{"none": [refused]}, raised]}, "then": raised})
    other = said(document, {"if": {"none": [refused, raised]}, "then": raised})
    assert one != other
