"""What an edition says so that a plan can be made of its advice: problems, what acts on them, lines
by phase, what comes after what, and where an actor is well placed.
"""

from __future__ import annotations

from typing import Any

import pytest

from cases.forms.editor.entries import ENTRY_FORMS
from cases.rulebook.editions.builder import Document
from cases.rulebook.editions.document_diff import differences
from cases.rulebook.editions.loader import check_entry, parse, put_entry
from cases.rulebook.editions.yaml_files import read_yaml, write_yaml
from cases.rulebook.entries.issues import RulebookError
from cases.rulebook.wording.translation import texts_of
from tests.editor.sent_forms import as_sent
from tests.rulebook.worlds import QUESTIONS, document, question

PHASE = question("phase", "single", 3)
ACTS_ON: dict[str, Any] = {
    "problem": "level",
    "directly": True,
    "says": "It takes the weapons away.",
    "citation": ["p"],
}
LINES: list[dict[str, Any]] = [
    {"line": "first", "phases": ["o1", "o2"], "citation": ["p"]},
    {"line": "background", "phases": ["o0"], "citation": ["p"]},
]
PLACED: list[dict[str, Any]] = [
    {
        "measures": ["enc.m"],
        "grade": "present",
        "when": {"question": "single", "in": ["o1"]},
        "why": "It is {single}.",
    },
    {
        "grade": "unsuitable",
        "when": {"question": "level", "at_least": 4},
        "why": "Nobody trusts it.",
        "citation": ["p"],
    },
]


def planned(**measure: Any) -> Document:
    """A rulebook with two measures that says all that a plan needs."""
    raw = document(
        [{"question": "single", "in": ["o1"]}],
        [({"question": "many", "in": ["o0"]}, [])],
        deferrals=[{"question": "single", "in": ["o2"]}],
    )
    first = raw["measures"][0]
    return {
        **raw,
        "questions": [
            PHASE,
            *(
                item | {"problem": "Weapons are everywhere"} if item["code"] == "level" else item
                for item in QUESTIONS
            ),
        ],
        "measures": [
            first | {"acts_on": [ACTS_ON], "lines": LINES} | measure,
            first | {"code": "enc.other"},
        ],
        "actors": [raw["actors"][0] | {"suitability": PLACED}],
        "countries": [
            {"code": "MLI", "name": "Mali", "un": "member", "neighbours": ["NER"]},
            {"code": "NER", "name": "Niger", "un": "member", "neighbours": ["MLI"]},
        ],
        "gates": [raw["gates"][0] | {"opened_by": ["enc.other"]}],
        "deferrals": [raw["deferrals"][0] | {"ended_by": ["enc.other"]}],
    }


def refused(raw: Document, says: str) -> None:
    with pytest.raises(RulebookError, match=says):
        parse(raw)


def test_a_document_with_all_that_a_plan_needs_is_written_and_read_back_the_same() -> None:
    raw = planned(after=[{"measure": "enc.other", "says": "It makes room."}])
    assert read_yaml(write_yaml(raw)) == raw
    book = parse(raw)
    measure = book.measures["enc.m"]
    assert book.questionnaire["level"].problem == "Weapons are everywhere"
    assert (measure.acts_on[0].problem, measure.acts_on[0].directly) == ("level", True)
    assert [measure.line_in(phase) for phase in ("o0", "o1", "o2")] == [
        "background",
        "first",
        "first",
    ]
    assert book.measures["enc.other"].line_in("o0") is None
    assert measure.after[0].measure == "enc.other"
    assert book.gates[0].opened_by == book.deferrals[0].ended_by == ("enc.other",)
    actor = book.actors["someone"]
    assert [row.grade for row in actor.suitability_for("enc.m")] == ["present", "unsuitable"]
    assert [row.grade for row in actor.suitability_for("enc.other")] == ["unsuitable"]
    assert actor.suitability[0].why == "It is {single}."
    assert book.countries["MLI"].neighbours == ("NER",)


@pytest.mark.parametrize(
    ("measure", "says"),
    [
        ({"acts_on": [ACTS_ON | {"problem": "single"}]}, "no question 'single' describes a prob"),
        ({"acts_on": [ACTS_ON | {"problem": "nowhere"}]}, "no question 'nowhere' describes"),
        ({"acts_on": [ACTS_ON, ACTS_ON]}, "'level' occurs twice"),
        ({"acts_on": [ACTS_ON | {"citation": []}]}, "everything here has a source"),
        ({"lines": LINES[:1]}, "the phase 'o0' is in no line"),
        ({"lines": [*LINES, LINES[1] | {"line": "second"}]}, "'o0' is in more than one line"),
        ({"lines": [LINES[0], LINES[1] | {"line": "first"}]}, "the line 'first' occurs twice"),
        ({"lines": [LINES[0] | {"phases": ["o9"]}]}, "there is no phase 'o9'"),
        ({"after": [{"measure": "enc.nothing", "says": "So."}]}, "no 'enc.nothing' among"),
        ({"after": [{"measure": "enc.m", "says": "So."}]}, "come before itself: enc.m before enc"),
    ],
)
def test_what_a_measure_says_for_a_plan_is_checked(measure: dict[str, Any], says: str) -> None:
    refused(planned(**measure), says)


def test_what_opens_a_gate_or_ends_a_deferral_is_a_measure() -> None:
    raw = planned()
    refused({**raw, "gates": [raw["gates"][0] | {"opened_by": ["enc.x"]}]}, "no 'enc.x' among")
    wait = raw["deferrals"][0] | {"ended_by": ["enc.x"]}
    refused({**raw, "deferrals": [wait]}, "no 'enc.x' among")


def test_no_measure_comes_before_itself_by_way_of_others() -> None:
    raw = planned()
    after = raw["measures"][1] | {"after": [{"measure": "enc.m", "says": "So."}]}
    circular = put_entry(raw, "measures", "enc.other", after)
    says = "it would have to come before itself"
    refused(circular, says)
    # The editor refuses it when any one of its entries is saved.
    assert says in str(check_entry(circular, "measures", after)[0])
    for kind in ("gates", "deferrals"):
        assert says in str(check_entry(circular, kind, circular[kind][0])[0])
    assert check_entry(raw, "gates", raw["gates"][0]) == []


def test_why_an_actor_is_well_placed_speaks_of_questions_that_it_asks() -> None:
    raw = planned()
    row = PLACED[0] | {"why": "The parent is {parent}."}
    actor = raw["actors"][0] | {"suitability": [row]}
    refused({**raw, "actors": [actor]}, "{parent} is not a question in this entry's conditions")


def test_an_actor_is_well_placed_for_what_it_can_do_alone() -> None:
    raw = planned()
    row = PLACED[0] | {"measures": ["enc.other"]}
    actor = raw["actors"][0] | {"suitability": [row]}
    refused({**raw, "actors": [actor]}, "it cannot take 'enc.other': add it to what it can do")


def test_a_country_is_no_neighbour_of_its_own() -> None:
    raw = planned()
    country = raw["countries"][0] | {"neighbours": ["MLI"]}
    refused({**raw, "countries": [country, raw["countries"][1]]}, "cannot be its own neighbour")


def test_the_texts_of_a_plan_are_translated_and_its_marks_change_the_meaning() -> None:
    raw = planned()
    assert texts_of("measures", raw["measures"][0])["acts_on[level].says"] == ACTS_ON["says"]
    assert texts_of("questions", raw["questions"][4])["problem"] == "Weapons are everywhere"
    assert texts_of("actors", raw["actors"][0])["suitability[1].why"] == PLACED[0]["why"]

    (change,) = differences(raw, planned(lines=[LINES[0] | {"line": "second"}, LINES[1]]))
    assert change.weight == "meaning"
    (change,) = differences(raw, planned(acts_on=[ACTS_ON | {"says": "It disarms."}]))
    assert change.weight == "editorial"
    unmarked = put_entry(raw, "questions", "level", QUESTIONS[3])
    assert differences(raw, unmarked)[0].weight == "meaning"


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        ("questions", 4),
        ("measures", 0),
        ("actors", 0),
        ("countries", 0),
        ("gates", 0),
        ("deferrals", 0),
    ],
)
def test_what_a_plan_needs_goes_through_the_forms_and_comes_out_the_same(
    kind: str, place: int
) -> None:
    raw = planned(after=[{"measure": "enc.other", "says": "It makes room."}])
    entry = raw[kind][place]
    options: dict[str, Any] = {"document": raw, "questionnaire": parse(raw).questionnaire}
    form = ENTRY_FORMS[kind](entry=entry, initial={"version": 0}, **options)
    shown = "".join(str(field) for field in form)
    again = ENTRY_FORMS[kind](as_sent(shown), entry=entry, **options)
    assert again.is_valid(), again.errors
    assert again.gathered() == entry
    if kind == "measures":
        assert '<option value="level" selected>Weapons are everywhere</option>' in shown
        assert '<option value="o0"' in shown, "the phases are offered"
