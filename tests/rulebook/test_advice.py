"""What the advice shows beside the status: who acts, what to beware of, what to begin with, and
what is still to be asked.
"""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cases.demo import DemoAssessment, DemoCase, demo_cases
from cases.rulebook.editions.loader import parse
from cases.rulebook.entries.questions import Answers, Question
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.advice import Advice, MeasureAdvice
from cases.rulebook.reasoning.advice_document import dump
from cases.rulebook.reasoning.adviser import advise, advise_on, decisive_answers, possible_statuses
from cases.rulebook.reasoning.diagrams import BudgetExceededError, Diagrams
from cases.rulebook.wording.sentences import ENGLISH
from tests.rulebook.worlds import document

GOLDEN = Path(__file__).parent / "golden"
DAY = date(2020, 1, 1)
CALLED: dict[str, Any] = {"question": "single", "in": ["o0"]}
CALLED_FOR: Answers = {"single": "o0"}


def demo(key: str, as_of: date) -> tuple[DemoCase, DemoAssessment]:
    case = next(case for case in demo_cases() if case.key == key)
    return case, next(item for item in case.assessments if item.as_of == as_of)


def advice_on(rulebook: Rulebook, key: str, as_of: date) -> Advice:
    case, assessment = demo(key, as_of)
    answers = assessment.read(rulebook.questionnaire)
    return advise(rulebook, answers, countries=case.countries, as_of=as_of)


def measure(document: dict[str, Any], answers: Answers) -> MeasureAdvice:
    return advise(parse(document), answers, as_of=DAY).measures["enc.m"]


@pytest.fixture
def small() -> dict[str, Any]:
    """A rulebook of one measure, which one rule calls for."""
    return copy.deepcopy(document([CALLED], []))


@pytest.mark.parametrize(
    ("key", "as_of"),
    [
        ("macedonia_1992", date(1992, 12, 1)),
        ("mali", date(2012, 12, 20)),
        ("myanmar", date(2018, 10, 1)),
    ],
)
def test_the_whole_advice_on_a_case_stays_what_was_read_and_found_right(
    first_edition: Rulebook, key: str, as_of: date
) -> None:
    """The files hold every measure with its reasons, actors, cautions and citations."""
    advised = dump(advice_on(first_edition, key, as_of))
    expected = json.loads((GOLDEN / f"{key}-{as_of.year}.json").read_text(encoding="utf-8"))
    for code, row in expected["measures"].items():
        assert advised["measures"][code] == row, code
    assert list(advised["measures"]) == list(expected["measures"])
    for name in ("edition", "flags", "possible_flags", "gaps"):
        assert advised[name] == expected[name]


@pytest.mark.parametrize(
    ("parent", "start"),
    [("o0", "adjusts_existing"), ("o1", "starts_new"), (None, "undetermined")],
)
def test_a_measure_builds_on_what_is_there_and_else_starts_new(
    small: dict[str, Any], parent: str | None, start: str
) -> None:
    when = {"question": "parent", "in": ["o0"]}
    small["measures"][0]["builds_on"] = {"when": when, "what": "What is there."}
    assert measure(small, {**CALLED_FOR, "parent": parent}).start == start


def test_a_measure_that_builds_on_nothing_starts_new(small: dict[str, Any]) -> None:
    small["measures"][0]["builds_on"] = None
    assert measure(small, CALLED_FOR).start == "starts_new"


@pytest.mark.parametrize(
    ("level", "cautions"),
    [(3, ("Always.", "When high.")), (None, ("Always.", "When high.")), (1, ("Always.",))],
)
def test_a_caution_is_left_out_only_where_its_condition_is_known_to_be_false(
    small: dict[str, Any], level: int | None, cautions: tuple[str, ...]
) -> None:
    small["measures"][0]["cautions"] = [
        {"text": "Always."},
        {"text": "When high.", "when": {"question": "level", "at_least": 3}},
    ]
    assert measure(small, {**CALLED_FOR, "level": level}).cautions == cautions


def test_who_leads_is_not_named_again_as_support(small: dict[str, Any]) -> None:
    both = [{"measure": "enc.m", "role": role, "does": f"To {role}."} for role in ROLES_HELD]
    helper = copy.deepcopy(small["actors"][0]) | {"code": "helper", "can": both}
    small["actors"][0]["can"] = both
    small["actors"].append(helper)
    small["rules"][0]["actors"] = {"support": ["someone", "helper"], "lead": ["someone"]}
    actors = [(item.actor, item.role, item.does) for item in measure(small, CALLED_FOR).actors]
    assert actors == [("someone", "lead", "To lead."), ("helper", "support", "To support.")]


ROLES_HELD = ("lead", "support")


def test_regional_organisations_without_a_part_in_security_build_capacity_alone(
    first_edition: Rulebook,
) -> None:
    advice = advice_on(first_edition, "macedonia_1992", date(1999, 3, 1))
    named = {
        (row.measure.form, actor.organisations)
        for row in advice.measures.values()
        for actor in row.actors
        if actor.organisations
    }
    assert named == {
        ("CAP", ("OSCE", "Council of Europe", "OIF")),
        ("ENC", ("OSCE",)),
        ("PRO", ("OSCE",)),
    }


def test_where_a_country_belonged_to_no_organisation_none_is_named(
    first_edition: Rulebook,
) -> None:
    case, assessment = demo("macedonia_1992", date(1999, 3, 1))
    answers = assessment.read(first_edition.questionnaire)
    with_country = advise(first_edition, answers, countries=case.countries, as_of=assessment.as_of)
    without = advise(first_edition, answers, as_of=assessment.as_of)
    for code, row in with_country.measures.items():
        others = [actor for actor in row.actors if not actor.organisations]
        assert list(without.measures[code].actors) == others


def test_an_actor_is_named_as_it_was_called_on_the_day(small: dict[str, Any]) -> None:
    small["actors"][0]["names"] = [
        {"name": "Old Office", "short": "OO", "to": "1999-12-31"},
        {"name": "New Office", "from": "2000-01-01"},
    ]
    rulebook = parse(small)

    def named(day: date) -> list[tuple[str, str]]:
        row = advise(rulebook, CALLED_FOR, as_of=day).measures["enc.m"]
        return [(actor.name, actor.short) for actor in row.actors]

    assert named(date(1999, 12, 31)) == [("Old Office (OO)", "OO")]
    assert named(date(2000, 1, 1)) == [("New Office", "New Office")]


def test_an_actor_that_did_not_exist_yet_is_not_named(small: dict[str, Any]) -> None:
    small["actors"][0]["names"] = [{"name": "New Office", "from": "2021-01-01"}]
    assert measure(small, CALLED_FOR).actors == ()


def test_who_can_always_act_is_named_although_no_rule_names_them(small: dict[str, Any]) -> None:
    always = {"measure": "enc.m", "role": "support", "does": "Helps.", "always": True}
    small["actors"].append(copy.deepcopy(small["actors"][0]) | {"code": "helper", "can": [always]})
    assert [item.actor for item in measure(small, CALLED_FOR).actors] == ["someone", "helper"]


def test_nobody_is_named_for_a_measure_that_nothing_calls_for(small: dict[str, Any]) -> None:
    advice = measure(small, {"single": "o1"})
    assert (advice.status, advice.actors, advice.priority) == ("not_indicated", (), None)


def test_the_question_that_moves_most_measures_is_asked_first(small: dict[str, Any]) -> None:
    other = copy.deepcopy(small["measures"][0]) | {"code": "enc.n"}
    small["measures"].append(other)
    can = small["actors"][0]["can"][0]
    small["actors"][0]["can"].append(can | {"measure": "enc.n"})
    rule = small["rules"][0]
    small["rules"] = [
        rule | {"when": {"all": [{"question": "parent", "in": ["o0"]}, CALLED]}},
        rule | {"code": "enc.n.r0", "measure": "enc.n"},
    ]
    gaps = advise(parse(small), {"single": None}, as_of=DAY).gaps
    assert [(gap.question, gap.moves, gap.is_unknown, gap.measures) for gap in gaps] == [
        ("single", 2, True, ("enc.m", "enc.n")),
        ("parent", 1, False, ("enc.m",)),
    ]


def test_of_questions_that_move_as_many_the_earlier_is_asked_first(small: dict[str, Any]) -> None:
    small["rules"][0]["when"] = {"all": [{"question": "level", "at_least": 2}, CALLED]}
    gaps = advise(parse(small), {}, as_of=DAY).gaps
    assert [gap.question for gap in gaps] == ["level", "single"]


GATE: dict[str, Any] = {"question": "level", "at_least": 3}
NAMED: dict[str, Any] = {"question": "level", "at_least": 2}


@pytest.mark.parametrize(
    ("level", "value", "says", "condition", "opens"),
    [
        (3, "holds", "It holds.", None, None),
        (2, "on_condition", "Once agreed.", "Once agreed.", None),
        (1, "fails", "It fails.", None, "Ask for more."),
        (None, "unknown", "It is unknown.", None, "Ask for more."),
    ],
)
def test_a_gate_says_what_it_is_and_what_would_open_it_where_it_is_not_open(
    level: int | None, value: str, says: str, condition: str | None, opens: str | None
) -> None:
    raw = copy.deepcopy(document([CALLED], [(GATE, [NAMED])]))
    raw["gates"][0]["on_condition"][0]["condition"] = "Once agreed."
    raw["gates"][0]["opens"] = "Ask for more."
    raw["gates"][0]["says"] = {
        "holds": "It holds.",
        "fails": "It fails.",
        "unknown": "It is unknown.",
    }
    [gate] = measure(raw, {**CALLED_FOR, "level": level}).gates
    assert (gate.value, gate.says, gate.condition, gate.opens) == (value, says, condition, opens)
    assert gate.holds is {"holds": True, "on_condition": True, "fails": False}.get(value)


def test_rules_that_may_be_true_yet_speak_for_an_open_measure_and_for_no_unindicated_one() -> None:
    """Where another answer makes a rule false whatever is still unknown, it speaks for nothing."""
    never = {"all": [CALLED, {"question": "single", "in": ["o1"]}]}
    rulebook = parse(copy.deepcopy(document([CALLED, never], [])))
    opened = advise(rulebook, {}, as_of=DAY).measures["enc.m"]
    assert opened.status == "open"
    assert [finding.holds for finding in opened.rules] == [None, None]
    rulebook = parse(copy.deepcopy(document([never], [])))
    unindicated = advise(rulebook, {}, as_of=DAY).measures["enc.m"]
    assert unindicated.status == "not_indicated", "no answer makes it true"
    assert (unindicated.rules, unindicated.why, unindicated.actors) == ((), (), ())


def test_only_rules_that_are_true_speak_where_one_is() -> None:
    other = {"question": "parent", "in": ["o0"]}
    raw = copy.deepcopy(document([other, CALLED], []))
    raw["rules"][0] |= {"priority": "medium", "rationale": "Perhaps."}
    raw["rules"][1] |= {"priority": "low", "rationale": "Surely."}
    row = measure(raw, CALLED_FOR)
    assert [(item.says, item.holds) for item in row.rules] == [("Surely.", True)]
    assert row.priority == "low"


def test_the_reasons_are_the_rules_then_what_it_waits_for_then_the_gates() -> None:
    raw = copy.deepcopy(document([CALLED], [(GATE, [])], deferrals=[CALLED]))
    raw["rules"][0]["rationale"] = "The rule."
    raw["deferrals"][0]["reason"] = "The wait."
    raw["gates"][0]["says"]["holds"] = "The gate."
    row = measure(raw, {**CALLED_FOR, "level": 4})
    assert row.status == "deferred"
    assert row.why == ("The rule.", "The wait.", "The gate.")
    assert measure(raw, {"single": "o1", "level": 4}).why == ()


def test_what_a_measure_rests_on_is_in_the_order_of_the_questions() -> None:
    raw = copy.deepcopy(document([{"all": [CALLED, {"question": "parent", "in": ["o0"]}]}], []))
    assert measure(raw, {**CALLED_FOR, "parent": "o0"}).rests_on == ("parent", "single")
    assert measure(raw, {}).matters == ("parent", "single")


def scored() -> Question:
    """A question of several options that point to risk factors, some more than others."""
    levels = {"low": 1, "high": 3, "middle": 2, "beside": None}
    raw = copy.deepcopy(document([CALLED], []))
    options = [
        {"code": code, "label": code, "meaning": code}
        | ({"level": level} if level is not None else {})
        for code, level in levels.items()
    ]
    index = next(place for place, item in enumerate(raw["questions"]) if item["code"] == "many")
    raw["questions"][index] = raw["questions"][index] | {"options": options}
    return parse(raw).questionnaire["many"]


@pytest.mark.parametrize(
    ("chosen", "level"),
    [
        ({"low", "high", "middle"}, 3),
        ({"low", "beside"}, 1),
        (set(), 0),
        ({"beside"}, None),
    ],
)
def test_of_several_options_the_one_that_points_most_to_a_risk_counts(
    chosen: set[str], level: int | None
) -> None:
    assert scored().level(frozenset(chosen)) == level


def test_a_question_without_levels_points_to_no_risk() -> None:
    plain = parse(copy.deepcopy(document([CALLED], []))).questionnaire
    assert plain["many"].level(frozenset()) is None
    assert plain["single"].level("o0") is None
    assert plain["level"].level(2) == 2


# What a status rests on ------------------------------------------------------------------------

PARENT: dict[str, Any] = {"question": "parent", "in": ["o0"]}
EITHER: list[dict[str, Any]] = [CALLED, {"question": "single", "none_of": ["o0"]}]


def with_parts(rules: list[Any], gates: list[Any], deferrals: list[Any] | None = None) -> Any:
    return copy.deepcopy(document(rules, gates, deferrals=deferrals or []))


def test_a_measure_that_every_answer_calls_for_rests_on_what_is_known_alone() -> None:
    raw = with_parts([{"all": [PARENT, part]} for part in EITHER], [])
    row = measure(raw, {"parent": "o0", "level": 4, "many": frozenset()})
    assert (row.status, row.possible, row.exact) == ("recommended", ("recommended",), True)
    assert row.rests_on == ("parent",)
    assert row.matters == ()
    assert measure(with_parts(EITHER, []), {"parent": "o0"}).rests_on == ()


def test_it_rests_on_gates_deferrals_and_what_decides_whether_a_question_is_asked_too() -> None:
    child = {"question": "child", "in": ["o1"]}
    later = {"question": "level", "at_least": 4}
    raw = with_parts(EITHER, [(child, [])], [later])
    known: Answers = {"parent": "o0", "child": frozenset({"o1"}), "level": 0}
    row = measure(raw, {**known, "many": frozenset()})
    assert row.status == "recommended"
    assert row.rests_on == ("parent", "child", "level")
    named = with_parts(EITHER, [({"question": "level", "at_least": 3}, [child])])
    assert measure(named, known).status == "conditional"
    assert measure(named, known).rests_on == ("parent", "child", "level")


def test_where_a_gate_is_met_on_a_condition_another_may_hold_outright_or_not() -> None:
    met = ({"question": "parent", "in": ["o1"]}, [PARENT])
    either = (GATE, [{"question": "many", "in": ["o0"]}])
    row = measure(
        with_parts([CALLED], [met, either]),
        {**CALLED_FOR, "parent": "o0", "many": frozenset({"o0"})},
    )
    assert row.status == "conditional"
    assert [gate.value for gate in row.gates] == ["on_condition", "unknown"]
    assert row.rests_on == ("parent", "single", "many")


@pytest.mark.parametrize(
    ("kind", "rests_on"),
    [("consent", ("parent", "level", "single")), ("do_no_harm", ("level", "single"))],
)
def test_a_blocked_measure_rests_on_its_deferrals_where_no_gate_on_harm_fails(
    kind: str, rests_on: tuple[str, ...]
) -> None:
    raw = with_parts([CALLED], [(GATE, [], kind)], [PARENT])
    row = measure(raw, {**CALLED_FOR, "parent": "o1", "level": 1})
    assert (row.status, row.rests_on) == ("blocked", rests_on)


def test_of_several_gates_that_fail_the_one_that_rests_on_least_is_named() -> None:
    two = {"any": [PARENT, {"question": "many", "in": ["o0"]}]}
    row = measure(
        with_parts([CALLED], [(two, []), (GATE, [])]),
        {**CALLED_FOR, "parent": "o1", "level": 1, "many": frozenset()},
    )
    assert (row.status, row.rests_on) == ("blocked", ("level", "single"))


def test_a_deferred_measure_rests_on_the_gates_on_harm_and_on_no_other() -> None:
    harm: tuple[dict[str, Any], list[Any], str] = (
        {"question": "many", "none_of": ["o0"]},
        [],
        "do_no_harm",
    )
    row = measure(
        with_parts([CALLED], [(GATE, []), harm], [PARENT]),
        {**CALLED_FOR, "parent": "o0", "many": frozenset(), "level": 4},
    )
    assert (row.status, row.rests_on) == ("deferred", ("parent", "single", "many"))


def test_a_measure_that_is_not_called_for_rests_on_what_no_rule_is_true_for() -> None:
    row = measure(with_parts([{"all": [CALLED, PARENT]}], []), {"single": "o1", "parent": "o0"})
    assert (row.status, row.rests_on) == ("not_indicated", ("single",))


def test_where_too_much_would_have_to_be_gone_through_the_advice_says_that_it_is_not_exact(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def gives_up(*_args: Any) -> int:
        raise BudgetExceededError

    monkeypatch.setattr(Diagrams, "measure", gives_up)
    raw = with_parts([CALLED], [(GATE, [])], [PARENT])
    row = measure(raw, {})
    assert (row.status, row.exact) == ("open", False)
    assert row.possible == ("recommended", "deferred", "blocked", "not_indicated")
    assert row.matters == ("parent", "level", "single")
    called = measure(raw, {**CALLED_FOR, "parent": "o1"})
    assert (called.possible, called.matters) == (("recommended", "blocked"), ("level",))
    assert called.rests_on == ()
    waits = measure(raw, {**CALLED_FOR, "level": 4})
    assert (waits.possible, waits.matters) == (("recommended", "deferred"), ("parent",))


@pytest.mark.parametrize(
    ("answers", "flags", "possible"),
    [
        ({"single": "o0"}, ("sure", "f"), ()),
        ({"single": "o1"}, ("sure",), ()),
        ({}, ("sure",), ("f",)),
    ],
)
def test_a_notice_is_raised_where_every_answer_raises_it_and_may_be_where_some_do(
    answers: Answers, flags: tuple[str, ...], possible: tuple[str, ...]
) -> None:
    def flag(code: str, when: Any) -> dict[str, Any]:
        texts: dict[str, Any] = {"title": "Title", "notice": "Notice.", "beyond": ["Beyond."]}
        return {"code": code, "when": when, "still": [], "citation": ["p"], **texts}

    never = {"all": [CALLED, {"question": "single", "in": ["o1"]}]}
    raised = [flag("sure", {"any": EITHER}), flag("never", never), flag("f", CALLED)]
    advice = advise(parse(copy.deepcopy(document([CALLED], [], raised))), answers, as_of=DAY)
    assert (advice.flags, advice.possible_flags) == (flags, possible)


def test_one_measure_alone_is_advised_on_as_all_are() -> None:
    rulebook = parse(with_parts([CALLED], [(GATE, [])]))
    answers: Answers = {**CALLED_FOR, "level": 4}
    alone = advise_on(rulebook, answers, "enc.m")
    assert alone == advise(rulebook, answers, as_of=DAY).measures["enc.m"]
    assert possible_statuses(rulebook, {**CALLED_FOR}, "enc.m") == ("recommended", "blocked")


def test_an_answer_is_decisive_where_the_status_is_open_without_it() -> None:
    rulebook = parse(with_parts([CALLED], [(GATE, [])]))
    answers: Answers = {**CALLED_FOR, "level": 4, "parent": "o0"}
    questions = ("parent", "level", "single")
    assert decisive_answers(rulebook, answers, "enc.m", questions) == ("level", "single")


def test_a_measure_rests_on_no_known_answer_that_it_is_settled_without() -> None:
    """Of answers that would each do, the one to the earlier question is kept."""
    either = {"any": [{"question": "level", "at_least": 2}, {"question": "many", "in": ["o0"]}]}
    rules = [{"all": [CALLED, either]}, {"question": "single", "none_of": ["o0"]}]
    beside = {"question": "parent", "in": ["o1"]}
    known: Answers = {"parent": "o2", "level": 3, "many": frozenset({"o0"})}
    row = measure(document([*rules, beside], []), known)
    assert (row.status, row.rests_on) == ("recommended", ("level",))


def test_what_is_said_of_answers_is_in_the_language_asked_for() -> None:
    either = {"any": [CALLED, {"question": "level", "at_least": 2}]}
    raw = copy.deepcopy(document([either], [(either, [])], deferrals=[either]))
    raw["rules"][0]["rationale"] = "Level: {level}."
    raw["gates"][0]["says"]["holds"] = "Open: {level}."
    raw["deferrals"][0]["reason"] = "Wait: {level}."
    german = replace(ENGLISH, unknown="nicht bekannt")
    row = advise(parse(raw), CALLED_FOR, as_of=DAY, phrases=german).measures["enc.m"]
    assert row.rules[0].says == "Level: nicht bekannt."
    assert row.gates[0].says == "Open: nicht bekannt."
    assert row.deferrals[0].says == "Wait: nicht bekannt."
