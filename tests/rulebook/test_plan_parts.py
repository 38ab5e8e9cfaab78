"""Single decisions of a plan: what comes first in a crisis, the way to what is held up, what counts
as a problem.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from cases.rulebook.editions.loader import parse
from cases.rulebook.entries.catalogue import Form, Horizon
from cases.rulebook.entries.questions import Answers
from cases.rulebook.reasoning.advice import MeasureAdvice
from cases.rulebook.reasoning.adviser import advise
from cases.rulebook.reasoning.logic import Facts
from cases.rulebook.reasoning.plan import arrange, choose, is_crisis
from cases.rulebook.reasoning.precedence import Merits, explain, merits_in
from cases.rulebook.reasoning.problems import levels, problems
from cases.rulebook.reasoning.selection import Selection
from tests.rulebook.shipped import SHIPPED, WAR
from tests.rulebook.worlds import document

DAY = date(2022, 6, 1)

# What comes first --------------------------------------------------------------------------------

MEASURE = SHIPPED.measures["pro.mediation"]


def shown(
    code: str, form: Form = "ENC", horizon: Horizon = "short", answers: str = "", line: int = 1
) -> Merits:
    """A measure that is shown, with the pressing problems that it answers."""
    measure = replace(MEASURE, code=code, form=form, horizon=horizon)
    return Merits(measure, line, 1, 0, frozenset(answers), 1, 1)


ANSWERING = [shown(f"answers {problem}", answers=problem) for problem in "abc"]
BUILDS = shown("builds", "CAP", "long")
PROTECTS = shown("protects", "PRO", "immediate")


def first(merits: Sequence[Merits], most: int, *, crisis: bool = False) -> tuple[str, ...]:
    return choose(merits, most, crisis=crisis).chosen


def test_what_builds_capacity_comes_first_even_where_others_answer_more_problems() -> None:
    assert first([*ANSWERING, BUILDS], 3) == ("answers a", "answers b", "builds")


def test_in_a_crisis_what_protects_now_counts_more_than_all_problems_together_too() -> None:
    all_at_once = shown("answers all", answers="abcdef")
    assert first([all_at_once, PROTECTS], 1, crisis=True) == ("protects",)
    assert first([all_at_once, BUILDS, PROTECTS], 2, crisis=True) == ("builds", "protects")
    assert first([all_at_once, BUILDS], 1) == ("builds",)


def test_without_a_crisis_nothing_is_chosen_only_because_it_protects_now() -> None:
    assert first([*ANSWERING[:1], PROTECTS], 3) == ("answers a",)


@pytest.mark.parametrize(
    ("form", "horizon"), [("CAP", "short"), ("PRO", "long"), ("ENC", "immediate"), ("PRO", "short")]
)
def test_no_other_kind_of_measure_is_a_duty(form: Form, horizon: Horizon) -> None:
    assert first([*ANSWERING[:1], shown("beside", form, horizon)], 3, crisis=True) == ("answers a",)


def test_in_a_crisis_what_belongs_in_front_protects_before_what_does_not() -> None:
    front = shown("in front", "PRO", "immediate", line=0)
    assert first([PROTECTS, front], 3, crisis=True) == ("in front",)
    assert first([PROTECTS], 3, crisis=True) == ("protects",)


@pytest.mark.parametrize(
    ("answers", "crisis"),
    [
        ({"phase": "latent"}, False),
        ({"phase": "rising"}, False),
        ({"phase": "imminent"}, True),
        ({"phase": "ongoing"}, True),
        ({"phase": "latent", "systematic_attack": 2}, False),
        ({"phase": "latent", "systematic_attack": 3}, True),
        # Grave, but no sign of atrocity crimes.
        ({"phase": "latent", "state_involvement": "leadership_directing"}, False),
        ({}, False),
    ],
)
def test_a_crisis_is_a_grave_phase_or_a_pressing_sign(answers: Answers, crisis: bool) -> None:
    facts = Facts(SHIPPED.questionnaire, answers)
    assert is_crisis(SHIPPED, facts, levels(SHIPPED, facts)) is crisis


def test_later_comes_what_is_in_the_background_and_then_what_is_held_up_in_its_order() -> None:
    row = advise(SHIPPED, WAR, as_of=DAY).measures["pro.peacekeeping"]

    def held_up(code: str, **more: Any) -> MeasureAdvice:
        measure = replace(row.measure, code=code)
        return replace(row, measure=measure, **({"line": "first", "priority": "high"} | more))

    waiting = [
        held_up("background", line="background"),
        held_up("no line", line=None),
        held_up("low", priority="low"),
        held_up("for nothing", way="none"),
        held_up("urgent", priority="urgent"),
        held_up("time", way="time"),
    ]
    merits = [
        shown("next"),
        shown("behind", line=2),
        shown("chosen"),
        shown("further behind", line=2),
    ]
    plan = arrange(merits, waiting, Selection(("chosen",), ("chosen",), ()), 5, ["a"])
    assert (plan.first, plan.always, plan.next) == (("chosen",), ("chosen",), ("next",))
    assert plan.later == (
        *("behind", "further behind"),
        *("urgent", "time", "low", "no line", "background"),
    )
    assert (plan.most, plan.unanswered) == (5, ("a",))


# Which comes before which ------------------------------------------------------------------------


def test_only_a_pressing_problem_counts_in_the_order() -> None:
    advice = advise(SHIPPED, WAR, as_of=DAY)
    problem = next(item for item in advice.problems if item.is_pressing and item.answered_by)
    code = problem.answered_by[0]
    building_up = replace(problem, level=2)
    assert problem.question in merits_in(replace(advice, problems=(problem,)))[code].answers
    assert not merits_in(replace(advice, problems=(building_up,)))[code].answers


@pytest.mark.parametrize(
    ("behind", "reason"),
    [
        ({"line": "background"}, "it belongs to an earlier line in this phase"),
        ({"priority": "medium"}, "it is more urgent"),
        ({"status": "conditional"}, "it waits for no condition"),
    ],
)
def test_the_reasons_leave_out_in_what_two_measures_are_equal(
    behind: dict[str, Any], reason: str
) -> None:
    advice = advise(SHIPPED, WAR, as_of=DAY)
    row = replace(
        advice.measures["pro.mediation"], status="recommended", line="second", priority="high"
    )
    other = replace(row, measure=replace(row.measure, code="behind", title="Else"), **behind)
    both = replace(advice, measures={"pro.mediation": row, "behind": other}, problems=())
    assert explain(both, "pro.mediation", "behind") == (
        f"“{row.measure.title}” comes before “Else”: {reason}."
    )


# What waits for what ------------------------------------------------------------------------------


def with_a_problem(questions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The questions, one of which describes a problem, so that a plan is made."""
    return [
        item | {"problem": "Weapons are everywhere"} if item["code"] == "level" else item
        for item in questions
    ]


def advice_on(
    gates: Mapping[str, Sequence[Sequence[str]]],
    after: Mapping[str, Sequence[str]] = {},
    not_called_for: Sequence[str] = (),
) -> Mapping[str, MeasureAdvice]:
    """The advice on measures a, b, c and d, which are called for where nothing else is said: each
    of their gates fails and is opened by these measures.
    """
    codes = {name: f"enc.{name}" for name in "abcd"}
    true, false = {"question": "single", "in": ["o0"]}, {"question": "single", "in": ["o1"]}
    raw = document([true], [(false, [])])
    gate, measure, rule, actor = (raw[key][0] for key in ("gates", "measures", "rules", "actors"))
    raw["questions"] = with_a_problem(raw["questions"])
    raw["measures"] = [
        measure
        | {"code": code}
        | {"after": [{"measure": codes[item], "says": "So."} for item in after.get(name, ())]}
        for name, code in codes.items()
    ]
    raw["rules"] = [
        rule
        | {"code": f"{code}.r", "measure": code, "when": false if name in not_called_for else true}
        for name, code in codes.items()
    ]
    raw["gates"] = [
        gate
        | {"code": f"{name}{number}", "applies_to": {"measures": [codes[name]]}}
        | {"opened_by": [codes[item] for item in opening]}
        for name, rows in gates.items()
        for number, opening in enumerate(rows)
    ]
    can = [{"measure": code, "role": "lead", "does": "Something."} for code in codes.values()]
    raw["actors"] = [actor | {"can": can}]
    rows = advise(parse(raw), {"single": "o0"}, as_of=DAY).measures
    return {name: rows[code] for name, code in codes.items()}


def names(*codes: str) -> tuple[str, ...]:
    return tuple(f"enc.{code}" for code in codes)


def test_of_several_measures_that_open_a_gate_the_shortest_way_is_shown() -> None:
    rows = advice_on({"a": [["b", "c"]], "b": [["d"]]})
    assert (rows["b"].way, rows["b"].path) == ("measures", names("d"))
    assert (rows["a"].way, rows["a"].path) == ("measures", names("c"))
    assert rows["a"].waits_for == names("b", "c")
    assert rows["d"].opens == names("b")


def test_of_several_obstacles_the_longest_way_is_shown() -> None:
    rows = advice_on({"a": [["c"], ["b"]], "b": [["d"]]})
    assert (rows["a"].way, rows["a"].path) == ("measures", names("d", "b"))


def test_one_obstacle_that_nothing_ends_closes_every_way() -> None:
    row = advice_on({"a": [["c"], []]})["a"]
    assert (row.way, row.path, row.waits_for) == ("none", (), names("c"))


def test_what_is_not_called_for_brings_nothing_on() -> None:
    row = advice_on({"a": [["b"]]}, not_called_for=["b"])["a"]
    assert (row.way, row.waits_for) == ("none", ())


def test_what_is_not_called_for_waits_for_nothing() -> None:
    row = advice_on({"a": [["b"]]}, not_called_for=["a"])["a"]
    assert (row.way, row.waits_for) == (None, ())


def test_what_nothing_brings_on_itself_brings_nothing_on() -> None:
    rows = advice_on({"a": [["b"]], "b": [[]]})
    assert (rows["a"].way, rows["a"].waits_for) == ("none", ())


def test_a_measure_that_is_shown_waits_for_those_before_it_that_are_called_for() -> None:
    rows = advice_on({"c": [[]]}, after={"a": ["b", "c", "d"]}, not_called_for=["d"])
    assert rows["a"].is_shown
    assert (rows["a"].waits_for, rows["a"].way) == (names("b", "c"), None)
    assert rows["b"].opens == rows["c"].opens == names("a")


def test_a_measure_that_is_held_up_waits_for_those_before_it_too() -> None:
    rows = advice_on({"a": [["b"]]}, after={"a": ["b", "c"]})
    assert (rows["a"].waits_for, rows["a"].path) == (names("b", "c"), names("b"))


# Who leads ----------------------------------------------------------------------------------------


def test_a_partner_that_could_lead_too_is_named_for_its_supporting_role() -> None:
    raw = document([{"question": "single", "in": ["o0"]}], [])
    raw["questions"] = with_a_problem(raw["questions"])
    leads = raw["actors"][0]
    supports = {"measure": "enc.m", "role": "support", "does": "It pays."}
    helps = leads | {"code": "helper", "names": [{"name": "A helper"}]}
    helps |= {"can": [*leads["can"], supports]}
    raw["actors"] = [leads, helps]
    row = advise(parse(raw), {"single": "o0"}, as_of=DAY).measures["enc.m"]
    assert row.lead is not None
    assert row.lead.actor == "someone"
    assert [(item.actor, item.role, item.does) for item in row.partners] == [
        ("helper", "support", "It pays.")
    ]


# Problems -----------------------------------------------------------------------------------------


def test_a_problem_is_listed_from_the_level_on_that_is_building_up_or_where_it_is_not_known() -> (
    None
):
    found: dict[str, int | None] = dict.fromkeys((item.code for item in SHIPPED.problems), 0)
    found |= {
        "displacement": 1,
        "humanitarian_access": 2,
        "state_incitement": 4,
        "state_involvement": None,
        "past_atrocities": 3,
    }
    listed = problems(SHIPPED, found, ("pro.humanitarian",))
    assert [(item.question, item.level) for item in listed] == [
        ("state_incitement", 4),
        ("past_atrocities", 3),
        ("humanitarian_access", 2),
        ("state_involvement", None),
    ]
    assert [item.is_pressing for item in listed] == [True, True, False, False]
    assert [item.is_unanswered for item in listed] == [True, True, False, False]
    for item in listed:
        question = SHIPPED.questionnaire.by_code[item.question]
        assert (item.says, item.risk_factors) == (question.problem, question.risk_factors)


def test_a_problem_names_what_acts_on_it_directly_and_what_by_way_of_others() -> None:
    question = "displacement"
    grave = {item.code: 3 for item in SHIPPED.problems}
    listed = problems(SHIPPED, grave, tuple(SHIPPED.measures))
    (problem,) = (item for item in listed if item.question == question)
    rows = {
        directly: tuple(
            code
            for code, measure in SHIPPED.measures.items()
            if any(row.problem == question and row.directly is directly for row in measure.acts_on)
        )
        for directly in (True, False)
    }
    assert (problem.answered_by, problem.indirectly) == (rows[True], rows[False])
    assert problem.answered_by


def test_a_problem_on_which_a_measure_acts_by_way_of_others_is_not_unanswered() -> None:
    (problem,) = (
        item
        for item in advise(SHIPPED, WAR, as_of=DAY).problems
        if item.question == "armed_group_targeting"
    )
    alone = replace(problem, answered_by=(), indirectly=())
    assert alone.is_unanswered
    assert not replace(alone, answered_by=("pro.mediation",)).is_unanswered
    assert not replace(alone, indirectly=("pro.mediation",)).is_unanswered


def test_an_answer_without_a_level_describes_no_harm() -> None:
    facts = Facts(SHIPPED.questionnaire, {"displacement": "none"})
    found = levels(SHIPPED, facts)
    assert (found["displacement"], found["humanitarian_access"]) == (0, None)
