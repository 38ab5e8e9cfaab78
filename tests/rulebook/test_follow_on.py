"""What was done counts: what follows from the steps taken with a measure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from cases.rulebook.entries.questions import Answers
from cases.rulebook.reasoning.adviser import advise, leads_for
from cases.rulebook.reasoning.follow_on import Fact, FollowOn, Taken, follow_on
from tests.rulebook.shipped import SHIPPED

DAY = date(2022, 6, 1)
NOW: Answers = {
    "phase": "ongoing",
    "conflict_status": "internal_conflict",
    "displacement": "large_internal",
    "humanitarian_access": "constrained",
    "consent_to_humanitarian": "given",
}
RELIEF = "pro.humanitarian"


def after(
    *facts: Fact, actors: tuple[str, ...] = (), before: Answers = NOW, measure: str = RELIEF
) -> FollowOn:
    advice = advise(SHIPPED, NOW, as_of=DAY)
    taken = [Taken(measure, fact, actors) for fact in facts]
    return follow_on(SHIPPED, NOW, advice, taken, before=before, as_of=DAY)[measure]


def test_what_was_delivered_and_helped_is_sustained() -> None:
    found = after("requested", "delivered", before={**NOW, "humanitarian_access": "denied"})
    assert found.counsel == "sustain"
    assert "has eased since" in found.says
    assert (SHIPPED.questionnaire["humanitarian_access"].problem or "") in found.says


def test_what_was_delivered_while_things_grew_worse_is_reviewed() -> None:
    found = after("delivered", "outcome", before={**NOW, "humanitarian_access": "open"})
    assert found.counsel == "review"
    assert "has grown worse since" in found.says


def test_where_something_eased_and_something_grew_worse_it_is_reviewed() -> None:
    before = {**NOW, "humanitarian_access": "open", "displacement": "both"}
    assert after("delivered", before=before).counsel == "review"


@pytest.mark.parametrize("before", [NOW, {}])
def test_where_no_change_is_known_nothing_is_made_of_it(before: Answers) -> None:
    assert after("delivered", before=before).counsel == "watch"


@pytest.mark.parametrize(
    ("facts", "counsel"),
    [
        (("requested", "authorised"), "press"),
        (("authorised", "done"), "under_way"),
        (("addressed", "requested"), "under_way"),
        (("refused", "requested"), "under_way"),
        (("requested", "delivered", "refused"), "next_actor"),
    ],
)
def test_the_last_steps_decide(facts: tuple[Fact, ...], counsel: str) -> None:
    assert after(*facts, actors=("unhcr",)).counsel == counsel


def test_after_a_refusal_the_next_suitable_actor_is_asked() -> None:
    measure = "enc.preventive_diplomacy"
    first, second, *_ = leads_for(SHIPPED, NOW, measure, as_of=DAY).suitable
    found = after("requested", "refused", actors=(first.actor,), measure=measure)
    assert (found.counsel, found.actor) == ("next_actor", second.actor)
    assert found.says == f"Refused. Ask next: {second.name}. {second.why}"


def test_where_all_refused_another_measure_for_the_same_problem_is_named() -> None:
    leads = tuple(item.actor for item in leads_for(SHIPPED, NOW, RELIEF, as_of=DAY).suitable)
    found = after("refused", actors=leads)
    assert found.counsel == "other_measure"
    assert found.measures
    plan = advise(SHIPPED, NOW, as_of=DAY).plan
    assert plan is not None
    for code in found.measures:
        assert code in (*plan.first, *plan.next)
        assert SHIPPED.directly[code] & SHIPPED.directly[RELIEF]
        assert SHIPPED.measures[code].title in found.says


def test_where_no_other_measure_acts_on_the_problem_that_is_said() -> None:
    advice = advise(SHIPPED, {}, as_of=DAY)
    taken = [Taken("cap.media", "refused", tuple(SHIPPED.actors))]
    found = follow_on(SHIPPED, {}, advice, taken, before={}, as_of=DAY)["cap.media"]
    assert (found.counsel, found.measures) == ("other_measure", ())
    assert "no other measure shown" in found.says


def test_measures_of_an_earlier_edition_are_left_out() -> None:
    advice = advise(SHIPPED, NOW, as_of=DAY)
    assert follow_on(SHIPPED, NOW, advice, [Taken("pro.gone", "done")], before={}, as_of=DAY) == {}


def after_steps(*steps: tuple[Fact, tuple[str, ...]], before: Answers = NOW) -> FollowOn:
    advice = advise(SHIPPED, NOW, as_of=DAY)
    taken = [Taken(RELIEF, fact, actors) for fact, actors in steps]
    return follow_on(SHIPPED, NOW, advice, taken, before=before, as_of=DAY)[RELIEF]


@pytest.mark.parametrize(
    ("fact", "says"),
    [
        ("authorised", "Authorised but not delivered. Press for its delivery."),
        ("requested", "Under way, so it is not advised as something new."),
        (
            "outcome",
            "Delivered. Nothing shows yet whether it helps. Check the problems that it acts on "
            "before doing more.",
        ),
    ],
)
def test_each_counsel_is_said_in_a_sentence(fact: Fact, says: str) -> None:
    assert after_steps((fact, ())).says == says


def test_whoever_refused_at_any_time_is_not_asked_again() -> None:
    first = after_steps(("refused", ("unhcr",)))
    assert first.counsel == "next_actor"
    second = after_steps(("refused", (first.actor,)), ("requested", ()), ("refused", ("unhcr",)))
    assert second.actor not in {"unhcr", first.actor}


def test_where_nobody_is_named_as_having_refused_other_measures_are_named() -> None:
    found = after_steps(("refused", ()))
    assert found.counsel == "other_measure"
    assert 1 <= len(found.measures) <= 3
    assert RELIEF not in found.measures


def test_no_more_than_three_other_measures_are_named_the_first_of_the_plan() -> None:
    advice = advise(SHIPPED, NOW, as_of=DAY)
    assert advice.plan is not None
    every = replace(advice, plan=replace(advice.plan, first=(), next=tuple(SHIPPED.measures)))
    refused = [Taken("pro.mediation", "refused")]
    found = follow_on(SHIPPED, NOW, every, refused, before=NOW, as_of=DAY)["pro.mediation"]
    others = [
        code
        for code in SHIPPED.measures
        if code != "pro.mediation" and SHIPPED.directly[code] & SHIPPED.directly["pro.mediation"]
    ]
    assert len(others) > 3
    assert found.measures == tuple(others[:3])


def test_what_is_reviewed_comes_with_other_measures_for_the_same_problem() -> None:
    found = after_steps(("delivered", ()), before={**NOW, "humanitarian_access": "open"})
    assert found.counsel == "review"
    assert found.measures
    for code in found.measures:
        assert SHIPPED.directly[code] & SHIPPED.directly[RELIEF]
