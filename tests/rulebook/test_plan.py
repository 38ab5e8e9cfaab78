"""The plan that the advice makes: the order of measures, what comes first, what each waits for, and
who leads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.rulebook.editions.builder import Document
from cases.rulebook.editions.loader import parse
from cases.rulebook.entries.questions import Answers, Value
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.advice import Advice, MeasureAdvice
from cases.rulebook.reasoning.advice_document import dump, load
from cases.rulebook.reasoning.adviser import advise, leads_for
from cases.rulebook.reasoning.plan import BACKGROUND
from cases.rulebook.reasoning.precedence import Merits, explain, merits_in
from cases.rulebook.reasoning.problems import PRESSING
from cases.rulebook.reasoning.sequence import circle
from tests.rulebook.shipped import SHIPPED, WAR, situations
from tests.rulebook.worlds import document, question

DAY = date(2022, 6, 1)


def advice_on(answers: Answers, most: int = 5) -> Advice:
    return advise(SHIPPED, answers, countries=["MLI"], as_of=DAY, most=most)


some = settings(max_examples=40)


# The order ----------------------------------------------------------------------------------------

MEASURE = SHIPPED.measures["pro.mediation"]
merits = st.builds(
    Merits,
    st.just(MEASURE),
    st.integers(0, 2),
    st.integers(0, 3),
    st.integers(0, 1),
    st.frozensets(st.sampled_from("abcd")),
    st.integers(0, 3),
    st.integers(0, 69),
)


@given(merits, merits, merits)
def test_the_order_has_no_circle(a: Merits, b: Merits, c: Merits) -> None:
    assert not a.comes_before(a)
    assert not (a.comes_before(b) and b.comes_before(a))
    if a.comes_before(b) and b.comes_before(c):
        assert a.comes_before(c)


@given(merits, merits)
def test_what_comes_before_another_is_listed_before_it(a: Merits, b: Merits) -> None:
    if a.comes_before(b):
        assert a.place < b.place


@given(st.lists(merits, min_size=2, max_size=6))
def test_a_further_pressing_problem_never_moves_a_measure_that_answers_it_down(
    listed: list[Merits],
) -> None:
    answering = [item for item in listed if "a" in item.answers]
    before = {item: replace(item, answers=item.answers - {"a"}) for item in listed}
    for item in answering:
        for other in listed:
            if other.comes_before(item):
                assert before[other].comes_before(before[item]) or "a" in other.answers
            if before[item].place < before[other].place:
                assert item.place < other.place


@some
@given(situations())
def test_each_pair_that_the_order_tells_apart_is_explained_in_one_sentence(
    answers: dict[str, Value | None],
) -> None:
    advice = advice_on(answers)
    found = merits_in(advice)
    for first, mine in found.items():
        for second, its in found.items():
            says = explain(advice, first, second)
            assert (says is not None) == mine.comes_before(its)
            if says:
                assert says.endswith(".")
                assert mine.measure.title in says
                assert its.measure.title in says


def test_the_sentence_names_each_thing_in_which_a_measure_is_ahead() -> None:
    advice = advice_on({"phase": "ongoing", "displacement": "large_internal"})
    problem = next(item for item in advice.problems if item.question == "displacement")
    row = advice.measures["pro.mediation"]
    other = advice.measures["enc.norms"]
    ahead = replace(row, status="recommended", line="first", priority="urgent")
    behind = replace(other, status="conditional", line="background", priority="low")
    advice = replace(
        advice,
        measures={"pro.mediation": ahead, "enc.norms": behind},
        problems=(replace(problem, answered_by=("pro.mediation",)),),
    )
    assert explain(advice, "pro.mediation", "enc.norms") == (
        f"“{row.measure.title}” comes before “{other.measure.title}”: it belongs to an earlier "
        f"line in "
        "this phase, it is more urgent, it waits for no condition, it also answers "
        f"“{problem.says}” and the evidence for it is stronger."
    )
    assert explain(advice, "enc.norms", "pro.mediation") is None


# First, next, later -------------------------------------------------------------------------------


@some
@given(situations(), st.integers(3, 8))
def test_what_comes_first_answers_as_much_as_any_choice_and_leaves_nothing_better_out(
    answers: dict[str, Value | None], most: int
) -> None:
    advice = advice_on(answers, most)
    plan = advice.plan
    assert plan is not None
    found = merits_in(advice)
    assert len(plan.first) <= most
    assert set(plan.always) <= set(plan.first)
    first = [found[code] for code in plan.first]
    assert [item.place for item in first] == sorted(item.place for item in first)
    duties = {"long": _builds_capacity(found), "now": _protects(found, answers)}
    for codes in duties.values():
        assert codes & set(plan.first) or not codes
    for left_out in found.values():
        if left_out.measure.code in plan.first:
            continue
        for item in first:
            kept = any(
                item.measure.code in codes and left_out.measure.code not in codes
                for codes in duties.values()
            )
            assert kept or not left_out.comes_before(item)


def _builds_capacity(found: Mapping[str, Merits]) -> set[str]:
    rows = ((code, item.measure) for code, item in found.items())
    return {code for code, row in rows if row.form == "CAP" and row.horizon == "long"}


def _protects(found: Mapping[str, Merits], answers: Answers) -> set[str]:
    """In a crisis, protection at once: first line where some is."""
    signs = [item.code for item in SHIPPED.questionnaire.in_section("signs")]
    grave = [answers.get(code) for code in signs]
    crisis = answers.get("phase") in ("imminent", "ongoing") or any(
        isinstance(level, int) and level >= PRESSING for level in grave
    )
    at_once = {
        code: item
        for code, item in found.items()
        if item.measure.form == "PRO" and item.measure.horizon == "immediate" and crisis
    }
    front = {code for code, item in at_once.items() if item.line == 0}
    return front or set(at_once)


@some
@given(situations())
def test_every_measure_that_is_shown_appears_once_in_the_plan(
    answers: dict[str, Value | None],
) -> None:
    advice = advice_on(answers)
    plan = advice.plan
    assert plan is not None
    listed = [*plan.first, *plan.next, *plan.later]
    assert len(listed) == len(set(listed))
    shown = {code for code, row in advice.measures.items() if row.is_shown}
    assert shown == {code for code in listed if advice.measures[code].is_shown}
    assert shown.issuperset({*plan.first, *plan.next})
    found = merits_in(advice)
    assert all(found[code].line != BACKGROUND for code in plan.next)
    for code in plan.later:
        row = advice.measures[code]
        assert row.line == "background" if row.is_shown else row.way in ("measures", "time")


@some
@given(situations())
def test_pressing_problems_name_what_answers_them_and_the_plan_those_that_nothing_does(
    answers: dict[str, Value | None],
) -> None:
    advice = advice_on(answers)
    assert advice.plan is not None
    levels = [problem.level for problem in advice.problems]
    known = [level for level in levels if level is not None]
    assert known == sorted(known, reverse=True)
    assert levels[: len(known)] == known, "what is not known comes last"
    unanswered = []
    for problem in advice.problems:
        for code in (*problem.answered_by, *problem.indirectly):
            assert advice.measures[code].is_shown
        directly = {
            code
            for code, row in advice.measures.items()
            if row.is_shown
            and any(
                item.directly and item.problem == problem.question for item in row.measure.acts_on
            )
        }
        assert set(problem.answered_by) == directly
        if problem.is_pressing and not problem.answered_by and not problem.indirectly:
            unanswered.append(problem.question)
    assert list(advice.plan.unanswered) == unanswered


# What each measure waits for ----------------------------------------------------------------------


def test_no_measure_of_the_shipped_edition_comes_before_itself() -> None:
    assert circle(SHIPPED) == ()


@some
@given(situations())
def test_a_waiting_measure_has_a_path_from_what_is_shown_or_says_that_there_is_none(
    answers: dict[str, Value | None],
) -> None:
    rows = advice_on(answers).measures
    for code, row in rows.items():
        assert (row.way is None) == (row.status not in ("blocked", "deferred"))
        if row.way == "measures":
            assert rows[row.path[0]].is_shown
            for step, following in zip(row.path, (*row.path[1:], code), strict=True):
                assert step in rows[following].waits_for
        else:
            assert row.path == ()
        if row.way == "none":
            assert _obstacles_without_a_way(row, rows)
        for other in row.waits_for:
            assert code in rows[other].opens
        for other in row.opens:
            assert code in rows[other].waits_for


def _obstacles_without_a_way(row: MeasureAdvice, rows: Mapping[str, MeasureAdvice]) -> bool:
    """Whether something holds a measure up that neither a measure nor time brings to an end."""
    obstacles = [finding.gate.opened_by for finding in row.gates if finding.value == "fails"]
    obstacles += [item.deferral.ended_by for item in row.deferred_by if item.deferral.ended_by]
    return any(
        not any(rows[code].is_shown or rows[code].way == "measures" for code in codes)
        for codes in obstacles
    )


def test_a_measure_waits_for_whatever_opens_its_gates_and_what_opens_them_says_so() -> None:
    """Peacekeepers wait for the State's consent, for that of the parties, and for a mandate, which
    follows when the State asks for it.
    """
    rows = advice_on(WAR).measures
    row = rows["pro.peacekeeping"]
    assert (row.status, row.way) == ("blocked", "measures")
    assert row.waits_for == ("enc.seek_consent", "pro.mediation")
    assert rows["enc.seek_consent"].is_shown
    assert rows["pro.mediation"].is_shown
    assert "pro.peacekeeping" in rows["pro.mediation"].opens


def two_measures(**held_up: Any) -> MeasureAdvice:
    """The first of two measures, both called for: it is held up as the rulebook says."""
    when = {"question": "single", "in": ["o0"]}
    raw = cast({})
    other = raw["measures"][0] | {"code": "enc.other"}
    able = {"measure": "enc.other", "role": "lead", "does": "Something."}
    raw["actors"][0]["can"] = [*raw["actors"][0]["can"], able]
    rule = raw["rules"][0] | {"code": "enc.other.r", "measure": "enc.other", "when": when}
    gates = document([when], [({"question": "single", "in": ["o1"]}, [])])["gates"]
    deferrals = document([when], [], deferrals=[when])["deferrals"]
    raw |= {"measures": [raw["measures"][0], other], "rules": [*raw["rules"], rule]}
    if "opened_by" in held_up:
        raw |= {"gates": [gates[0] | held_up]}
    else:
        raw |= {"deferrals": [deferrals[0] | held_up]}
    return advise(parse(raw), {"single": "o0"}, as_of=DAY).measures["enc.m"]


@pytest.mark.parametrize(
    ("held_up", "way", "path"),
    [
        ({"opened_by": ["enc.other"]}, "measures", ("enc.other",)),
        ({"opened_by": []}, "none", ()),
        ({"ended_by": ["enc.other"]}, "measures", ("enc.other",)),
        ({"ended_by": []}, "time", ()),
    ],
)
def test_a_measure_that_is_held_up_says_what_brings_it_on(
    held_up: dict[str, Any], way: str, path: tuple[str, ...]
) -> None:
    row = two_measures(**held_up)
    assert row.status in ("blocked", "deferred")
    assert (row.way, row.path, row.waits_for) == (way, path, path)


# Who leads ----------------------------------------------------------------------------------------


@some
@given(situations())
def test_every_measure_shown_has_one_suitable_lead_and_at_most_two_partners(
    answers: dict[str, Value | None],
) -> None:
    for code, row in advice_on(answers).measures.items():
        if row.is_shown:
            assert row.lead is not None, code
        if row.lead is None:
            continue
        assert row.is_called_for
        people = (row.lead, *row.partners)
        assert len(row.partners) <= 2
        assert len({item.actor for item in people}) == len(people)
        assert all(item.grade != "unsuitable" and item.why for item in people)
        assert "host_state" not in {item.actor for item in row.partners}
        assert row.lead.role == "lead"


def lead_of(book: Document, answers: Answers) -> Any:
    return advise(parse(book), answers, as_of=DAY).measures["enc.m"].lead


def cast(*actors: dict[str, Any]) -> Document:
    """A rulebook with one measure, which always is called for, and these actors who can lead it;
    its one rule names the first.
    """
    raw = document([{"question": "single", "none_of": ["o9"]} | {"none_of": ["o2"]}], [])
    base = raw["actors"][0]
    return {
        **raw,
        "questions": [
            *(
                item | {"problem": "Weapons are everywhere"} if item["code"] == "level" else item
                for item in raw["questions"]
            ),
            question("phase", "single", 2),
        ],
        "actors": [
            base | {"code": f"a{place}", "names": [{"name": f"Actor {place}"}]} | actor
            for place, actor in enumerate(actors)
        ],
        "rules": [raw["rules"][0] | {"actors": {"lead": ["a0"]}}],
    }


def placed(grade: str, why: str = "So.", **more: Any) -> dict[str, Any]:
    when = {"question": "level", "at_least": 2}
    return {"suitability": [{"grade": grade, "when": when, "why": why, **more}]}


ANSWERS: Answers = {"single": "o0", "level": 3}


@pytest.mark.parametrize(
    ("actors", "lead"),
    [
        (({}, placed("trusted"), placed("present")), "a2"),
        (({}, placed("trusted")), "a1"),
        (({}, {}), "a0"),
        ((placed("unsuitable"), {}), "a1"),
        ((placed("unsuitable"), placed("unsuitable")), None),
    ],
)
def test_the_best_placed_leads_and_of_equals_the_one_that_the_rule_names(
    actors: tuple[dict[str, Any], ...], lead: str | None
) -> None:
    found = lead_of(cast(*actors), ANSWERS)
    assert (found and found.actor) == lead


def test_who_is_unsuitable_stays_so_however_well_placed() -> None:
    rows = [*placed("present")["suitability"], *placed("unsuitable")["suitability"]]
    assert lead_of(cast({"suitability": rows}, {}), ANSWERS).actor == "a1"


def test_the_reason_is_said_and_so_is_what_is_not_known() -> None:
    present = lead_of(cast({}, placed("present", "The level is {level}.")), ANSWERS)
    assert (present.grade, present.why, present.doubt) == ("present", "The level is L3.", "")
    doubtful = lead_of(cast(placed("unsuitable")), {"single": "o0"})
    assert (doubtful.grade, doubtful.why) == ("able", "Something.")
    assert doubtful.doubt == "It is not known whether level is L2 or higher."


def test_where_a_reason_speaks_of_other_measures_it_does_not_count() -> None:
    other = placed("present", measures=["enc.other"])
    able = {"measure": "enc.other", "role": "lead", "does": "Something."}
    raw = cast({}, other)
    raw["actors"][1] = raw["actors"][1] | {"can": [*raw["actors"][1]["can"], able]}
    raw["measures"] = [*raw["measures"], raw["measures"][0] | {"code": "enc.other"}]
    assert lead_of(raw, ANSWERS).actor == "a0"


def test_everybody_who_can_lead_is_listed_when_somebody_else_is_to_be_chosen() -> None:
    book = parse(cast(placed("unsuitable"), {}, placed("trusted")))
    found = leads_for(book, ANSWERS, "enc.m", as_of=DAY)
    assert [item.actor for item in found.suitable] == ["a2", "a1"]
    assert [(item.actor, item.why) for item in found.unsuitable] == [("a0", "So.")]


def test_the_one_who_gives_the_mandate_is_the_first_partner() -> None:
    agreed = {"consent_to_peacekeeping": "given", "parties_consent": "all_main"}
    row = advice_on({**WAR, **agreed, "sc_mandate": "in_force"}).measures["pro.peacekeeping"]
    assert row.is_shown
    assert (row.partners[0].actor, row.partners[0].role) == ("security_council", "authorise")


def test_states_that_lead_with_the_neighbours_named_have_no_neighbours_as_partners() -> None:
    answers = {**WAR, "state_leverage": frozenset({"neighbours", "donors"})}
    rows = advise(SHIPPED, answers, countries=["SSD"], as_of=DAY).measures.values()
    naming = [row for row in rows if row.lead and "neighbours of South Sudan" in row.lead.name]
    assert naming
    for row in naming:
        assert all("neighbours of South Sudan" not in item.name for item in row.partners)


# As a document ------------------------------------------------------------------------------------


@some
@given(situations())
def test_a_plan_is_kept_as_json_and_read_back_the_same(answers: dict[str, Value | None]) -> None:
    advice = advice_on(answers)
    kept = json.loads(json.dumps(dump(advice)))
    assert load(kept, SHIPPED) == advice


def test_the_document_holds_what_was_agreed() -> None:
    kept = dump(advice_on({"phase": "ongoing"}))
    assert {"question", "level", "answered_by", "indirectly"} <= set(kept["problems"][0])
    names = {"first", "next", "later", "always", "exchangeable", "unanswered"}
    assert names <= set(kept["plan"])
    for row in kept["measures"].values():
        assert {"lead", "partners", "waits_for", "opens"} <= set(row)


def test_an_edition_without_problems_makes_no_plan(first_edition: Rulebook) -> None:
    advice = advise(first_edition, {"phase": "ongoing"}, as_of=DAY)
    assert (advice.plan, advice.problems) == (None, ())
    kept = dump(advice)
    assert not {"plan", "problems"} & set(kept)
    assert not {"lead", "waits_for"} & set(kept["measures"]["pro.asylum"])
    assert load(kept, first_edition) == advice
