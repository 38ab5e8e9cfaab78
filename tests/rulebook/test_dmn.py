"""A measure as a DMN model: valid by the standard's schema, and saying what the rulebook says."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from cases.rulebook.editions.builder import build
from cases.rulebook.editions.dmn import NAMESPACE, write_dmn
from cases.rulebook.entries.questions import Questionnaire, Value
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.answer_codes import pack
from cases.rulebook.reasoning.bitplanes import Portfolio
from cases.rulebook.reasoning.dnf import TooManyRowsError, alternatives
from cases.rulebook.reasoning.logic import Facts
from tests.rulebook.worlds import document, rulebooks, status_of

D = f"{{{NAMESPACE}}}"
WORLDS = 60


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    """The schema that the Object Management Group publishes with DMN 1.3, as a library of decision
    tables ships it.
    """
    return etree.XMLSchema(etree.parse(str(files("SpiffWorkflow.dmn.parser.schema") / "DMN13.xsd")))


def test_every_measure_is_valid_by_the_standards_schema(
    first_edition: Rulebook, schema: etree.XMLSchema
) -> None:
    for code in first_edition.measures:
        model = etree.fromstring(write_dmn(first_edition, code).encode())
        assert schema.validate(model), (code, schema.error_log)
    broken = etree.fromstring(
        write_dmn(first_edition, "cap.ssr").replace("hitPolicy", "hitPolice").encode()
    )
    assert not schema.validate(broken)


def test_every_decision_has_a_name_that_other_decisions_can_use(first_edition: Rulebook) -> None:
    """FEEL reads a full stop or a hyphen in a name as an operator."""
    for code in first_edition.measures:
        model = etree.fromstring(write_dmn(first_edition, code).encode())
        names = [str(decision.get("name")) for decision in model.iter(f"{D}decision")]
        assert [name for name in names if not re.fullmatch("[a-z][a-z0-9_]*", name)] == []


def whole_world(questionnaire: Questionnaire, chance: random.Random) -> dict[str, Value | None]:
    """An answer to every question, drawn by chance."""
    return {
        question.code: frozenset(
            str(code) for code in question.option_codes if chance.random() < 0.4
        )
        if question.kind == "multiple"
        else chance.choice(question.option_codes)
        for question in questionnaire.questions
    }


def fits(test: str, value: Any) -> bool:
    """Whether a value passes a unary test, of the part of FEEL that the models are written in."""
    if test == "-":
        return True
    if "list contains" in test:
        python = re.sub(r"list contains\(\?, (\"[^\"]*\")\)", r"(\1 in value)", test)
        assert re.fullmatch(r"(?:not|and|or|in|value|\(|\)|\"[a-z0-9_]*\"|\s)+", python), test
        return bool(eval(python, {"value": value}))  # noqa: S307 - its whole form is checked above
    if match := re.fullmatch(r"(>=|<=) (\d)", test):
        return bool(value >= int(match[2])) if match[1] == ">=" else bool(value <= int(match[2]))
    return value in [int(part) if part.isdecimal() else part.strip('"') for part in test.split(",")]


def decide(model: etree._Element, answers: Mapping[str, Any]) -> dict[str, Any]:
    """What every decision of a model says, worked out from its XML alone."""
    known: dict[str, Any] = dict(answers)
    for decision in model.iter(f"{D}decision"):
        table = decision.find(f"{D}decisionTable")
        assert table is not None
        inputs = [
            node.findtext(f"{D}inputExpression/{D}text") for node in table.findall(f"{D}input")
        ]
        values = [
            len(known["called_for"]) if text == "count(called_for)" else known[str(text)]
            for text in inputs
        ]
        hits = []
        for rule in table.findall(f"{D}rule"):
            tests = [node.findtext(f"{D}text") for node in rule.findall(f"{D}inputEntry")]
            if all(fits(str(test), value) for test, value in zip(tests, values, strict=True)):
                hits.append(
                    [
                        str(node.findtext(f"{D}text")).strip('"')
                        for node in rule.findall(f"{D}outputEntry")
                    ]
                )
        first = table.get("hitPolicy") == "FIRST"
        known[str(decision.get("name"))] = hits[0][0] if first else hits
    return known


def test_the_tables_say_what_the_rulebook_says(first_edition: Rulebook) -> None:
    asked = first_edition.questionnaire
    chance = random.Random(11)
    worlds = [whole_world(asked, chance) for _ in range(WORLDS)]
    portfolio = Portfolio.of(asked, [pack(asked, world) for world in worlds])
    facts = [Facts(asked, world) for world in worlds]
    for code in first_edition.measures:
        model = etree.fromstring(write_dmn(first_edition, code).encode())
        planes = portfolio.statuses(first_edition, code)
        for place, world in enumerate(worlds):
            said = decide(model, world)
            calling = {
                rule.code
                for rule in first_edition.rules_for[code]
                if facts[place].judge(rule.when).truth
            }
            assert {rule for rule, _priority in said["called_for"]} == calling, code
            assert portfolio.rows_of(getattr(planes, said["status"]))[place], (code, said["status"])


@settings(max_examples=60)
@given(rulebooks, st.randoms(use_true_random=False))
def test_on_any_rulebook_the_tables_give_the_status_that_the_reference_gives(
    rulebook: Rulebook, chance: random.Random
) -> None:
    model = etree.fromstring(write_dmn(rulebook, "enc.m").encode())
    for _ in range(20):
        world = whole_world(rulebook.questionnaire, chance)
        known = {code: value for code, value in world.items() if value is not None}
        assert decide(model, world)["status"] == status_of(rulebook, "enc.m", known)


def test_what_no_one_could_read_is_not_written() -> None:
    lines = [
        {"any": [{"question": "level", "in": [n]}, {"question": "many", "in": ["o0"]}]}
        for n in range(5)
    ]
    small = build(document([{"all": lines}], []))
    assert len(alternatives(small.rules[0].when, small.questionnaire)) <= 2
    wide = {"all": [{"any": [{"question": q, "in": [o]} for q, o in PAIRS]} for _ in range(8)]}
    large = build(document([wide], []))
    with pytest.raises(TooManyRowsError):
        alternatives(large.rules[0].when, large.questionnaire)


PAIRS = [("parent", "o0"), ("single", "o1"), ("many", "o0"), ("child", "o1"), ("level", 3)]


def test_titles_are_written_as_xml_asks(first_document: tuple[dict[str, Any], Rulebook]) -> None:
    raw = {**first_document[0], "measures": [dict(item) for item in first_document[0]["measures"]]}
    raw["measures"][0]["title"] = 'Law & "order" <now>'
    code = raw["measures"][0]["code"]
    model = etree.fromstring(write_dmn(build(raw), code).encode())
    assert model.get("name") == 'Law & "order" <now>'
