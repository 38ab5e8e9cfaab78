"""What was done counts: what follows from the steps taken with a measure."""

from __future__ import annotations

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
