"""Each kind of entry is described once, and what is made from its description follows it."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_origin, get_type_hints

import pytest
from jsonschema import Draft202012Validator

from cases.forms.editor.naming import field_words
from cases.forms.editor.structured import EntryForm
from cases.management.commands.rulebook_format import FORMAT
from cases.rulebook.editions.builder import Document, build
from cases.rulebook.editions.document_diff import Difference, differences
from cases.rulebook.editions.format_tables import table_of, with_tables
from cases.rulebook.editions.loader import check_entry, put_entry
from cases.rulebook.editions.schema import DEFINITIONS, DOCUMENT, ENTRY_SCHEMAS, entry_schema
from cases.rulebook.editions.yaml_files import read_yaml, write_entry
from cases.rulebook.entries.catalogue import Measure
from cases.rulebook.entries.description import Field
from cases.rulebook.entries.kinds import KINDS, EntryKind
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.wording.translation import texts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureWithCost(Measure):
    """A measure with one more field, which is declared here and nowhere else."""

    cost: Annotated[
        str | None,
        Field("What it costs", help="In words.", weight="explains", lines=2),
    ] = None


@pytest.fixture
def costs(monkeypatch: pytest.MonkeyPatch) -> EntryKind:
    """Measures as they would be with that field."""
    kind = EntryKind(MeasureWithCost, "Measure", "Measures")
    schema = {**entry_schema(kind), "$defs": DEFINITIONS}
    monkeypatch.setitem(KINDS, "measures", kind)
    monkeypatch.setitem(ENTRY_SCHEMAS, "measures", schema)
    return kind


def with_cost(document: Document, cost: str) -> tuple[Document, dict[str, Any]]:
    entry = copy.deepcopy(document["measures"][0]) | {"cost": cost}
    return put_entry(document, "measures", entry["code"], entry), entry


def test_a_new_field_of_a_measure_is_stated_in_one_place(
    costs: EntryKind, first_document: tuple[Document, Rulebook]
) -> None:
    document, rulebook = first_document
    dearer, entry = with_cost(document, "A million a year.")

    assert check_entry(dearer, "measures", entry) == []
    assert [str(problem) for problem in check_entry(dearer, "measures", entry | {"cost": 3})] == [
        f"measures {entry['code']}: cost: 3 is not what is needed here"
    ]
    # This test adds the field.
    cost = build(dearer).measures[entry["code"]].cost  # type: ignore[attr-defined]
    assert cost == "A million a year."

    written = write_entry("measures", entry)
    assert written.index("citation:") < written.index("cost: A million a year.")
    assert read_yaml(written) == entry

    assert texts_of("measures", entry)["cost"] == "A million a year."
    (change,) = differences(dearer, with_cost(document, "Two millions.")[0])
    assert change.differences == (
        Difference("cost", "A million a year.", "Two millions.", "editorial", "explanation"),
    )

    form = EntryForm.of(costs.fields, "measures")(
        entry=entry, document=dearer, questionnaire=rulebook.questionnaire
    )
    assert (form["cost"].label, form["cost"].help_text) == ("What it costs", "In words.")
    assert form["cost"].value() == "A million a year."
    assert field_words("measures", "cost") == "What it costs"

    row = "| `cost` | text | no | explains, translated | What it costs. In words. |"
    assert row in table_of("measures")


def test_without_that_statement_the_field_is_refused(
    first_document: tuple[Document, Rulebook],
) -> None:
    dearer, entry = with_cost(first_document[0], "A million a year.")
    (problem,) = check_entry(dearer, "measures", entry)
    assert "unknown field: 'cost' was unexpected" in str(problem)


def test_the_tables_of_the_format_are_those_of_the_descriptions() -> None:
    text = FORMAT.read_text(encoding="utf-8")
    assert with_tables(text) == text, "run manage.py rulebook_format"
    assert all(f"<!-- fields of {kind} -->" in text for kind in KINDS)


FIELDS_OF_FIXED_WORDS = [
    (kind, name)
    for kind, described in KINDS.items()
    for name, type_ in get_type_hints(described.type).items()
    if get_origin(type_) is Literal
]


@pytest.mark.parametrize(("kind", "name"), FIELDS_OF_FIXED_WORDS)
def test_a_field_of_fixed_words_takes_no_other(
    kind: str, name: str, first_document: tuple[Document, Rulebook]
) -> None:
    document, _rulebook = first_document
    schema = Draft202012Validator({**entry_schema(KINDS[kind]), "$defs": DEFINITIONS})
    for entry in document.get(kind, []):
        assert schema.is_valid(entry)
        (error,) = schema.iter_errors(entry | {name: "something else"})
        assert list(error.path) == [name]


def test_the_schema_that_is_served_has_every_list_of_a_document() -> None:
    lists = DOCUMENT["properties"]
    assert set(lists) == {"edition", *KINDS}
    assert lists["measures"]["items"]["properties"]["citation"]["items"] == {
        "type": "string",
        "pattern": ENTRY_SCHEMAS["passages"]["properties"]["code"]["pattern"],
    }


def test_a_rule_without_a_lead_is_reported(
    first_document: tuple[Document, Rulebook],
) -> None:
    document = copy.deepcopy(first_document[0])
    rule = document["rules"][0]
    rule["actors"] = {"lead": [], "support": ["ohchr"]}
    (problem,) = check_entry(document, "rules", rule)
    assert str(problem) == f"rules {rule['code']}: actors.lead: at least one actor must lead"
