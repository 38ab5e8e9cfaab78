"""What a draft would undo of the previous edition, although the draft on its own is proved."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from cases.models import Edition
from cases.rulebook.editions.builder import Document
from cases.rulebook.editions.safety_regressions import undone
from cases.rulebook.entries.issues import RulebookError
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.verification import verify
from cases.workflows.editions.publishing import publish


def entry(document: Document, kind: str, code: str) -> dict[str, Any]:
    return next(item for item in document[kind] if item["code"] == code)


@pytest.fixture
def before(first_document: tuple[Document, Rulebook]) -> Document:
    return first_document[0]


@pytest.fixture
def after(before: Document) -> Document:
    return copy.deepcopy(before)


def found(before: Document, after: Document) -> list[tuple[str, str, str]]:
    return [(item.code, item.level, item.location.entry) for item in undone(before, after)]


@pytest.mark.parametrize(
    ("code", "field", "value"),
    [
        ("pro.mediation", "consent_scope", None),
        ("pro.humanitarian", "consent_scope", None),
        ("pro.mediation", "consent_scope", "logistics_intelligence"),
        ("pro.police_civilian", "consent_scope", "humanitarian"),
        ("pro.police_civilian", "coercive", False),
        ("pro.intelligence", "coercive", False),
    ],
)
def test_no_field_of_a_measure_takes_it_out_of_what_protects_from_an_unsafe_advice(
    edition: Edition, before: Document, after: Document, code: str, field: str, value: Any
) -> None:
    entry(after, "measures", code)[field] = value
    errors = [item for item in found(before, after) if item[:2] == ("leaves-invariant", "error")]
    assert {item[2] for item in errors} == {code}
    with pytest.raises(RulebookError, match="would leave invariants that protect"):
        publish(after, before=before)
    assert Edition.objects.count() == 1


def test_a_measure_leaves_an_invariant_where_the_invariant_itself_is_changed(
    before: Document, after: Document
) -> None:
    entry(after, "measures", "pro.police_civilian")["coercive"] = False
    others = [
        item["code"]
        for item in before["measures"]
        if item["coercive"] and item["code"] != "pro.police_civilian"
    ]
    entry(after, "invariants", "no_coercive_means")["for_each"] = {"measures": others}
    assert found(before, after) == []


def test_what_protects_nothing_may_change(before: Document, after: Document) -> None:
    entry(after, "measures", "pro.mediation")["horizon"] = "long"
    entry(after, "measures", "pro.mediation")["title"] = "Mediation"
    assert found(before, after) == []
    assert found(before, before) == []


def test_a_new_measure_that_no_invariant_covers_is_reported(
    before: Document, after: Document
) -> None:
    new = copy.deepcopy(entry(after, "measures", "pro.mediation")) | {
        "code": "pro.other",
        "consent_scope": None,
    }
    after["measures"].append(new)
    assert found(before, after) == [("without-invariant", "warning", "pro.other")]
    new["consent_scope"] = "mediation"
    assert found(before, after) == []


def test_a_translation_that_stays_behind_its_text_is_reported(
    before: Document, after: Document
) -> None:
    old = {**before, "measures": copy.deepcopy(before["measures"])}
    for document in (old, after):
        entry(document, "measures", "cap.ssr")["translations"] = {
            "fr": {"title": "Réforme", "what": "Quoi."}
        }
    measure = entry(after, "measures", "cap.ssr")
    measure["title"] = "Another title"
    assert found(old, after) == [("translation-behind", "warning", "cap.ssr")]
    measure["translations"]["fr"]["title"] = "Un autre titre"
    assert found(old, after) == []


def test_the_first_edition_is_under_what_protects_it(first_edition: Rulebook) -> None:
    assert verify(first_edition).issues == ()


def test_encouragement_needs_neither_consent_nor_a_mandate_so_nothing_is_reported(
    before: Document, after: Document
) -> None:
    new = copy.deepcopy(entry(after, "measures", "enc.norms")) | {"code": "enc.other"}
    after["measures"].append(new)
    after["invariants"] = [item for item in after["invariants"] if "for_each" not in item]
    told = [row for row in found(before, after) if row[0] == "without-invariant"]
    assert told == []
