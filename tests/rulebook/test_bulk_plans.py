"""The plans of many assessments at once are those that the advice on each makes."""

from __future__ import annotations

from datetime import date

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cases.rulebook.entries.questions import Value
from cases.rulebook.reasoning.adviser import advise
from cases.rulebook.reasoning.answer_codes import pack
from cases.rulebook.reasoning.bitplanes import Portfolio
from cases.rulebook.reasoning.bulk_plans import NOBODY, first_of, plan_inputs
from cases.rulebook.reasoning.logic import Facts
from cases.rulebook.reasoning.plan import is_crisis
from cases.rulebook.reasoning.problems import levels
from tests.rulebook.shipped import SHIPPED, situations

DAY = date(2022, 6, 1)


@settings(max_examples=10)
@example([{"phase": "ongoing"}, {"phase": "rising"}])
@given(st.lists(situations(), min_size=1, max_size=4))
def test_what_decides_the_plans_of_many_gives_the_plan_of_each(
    rows: list[dict[str, Value | None]],
) -> None:
    """Mali had regional organisations and neighbours on that day, and every actor was there."""
    portfolio = Portfolio.of(
        SHIPPED.questionnaire, [pack(SHIPPED.questionnaire, answers) for answers in rows]
    )
    planes = [portfolio.statuses(SHIPPED, code) for code in SHIPPED.measures]
    inputs = plan_inputs(
        SHIPPED,
        portfolio,
        [portfolio.rows_of(item.recommended) for item in planes],
        [portfolio.rows_of(item.conditional) for item in planes],
    )
    actors = list(SHIPPED.actors)
    for column, answers in enumerate(rows):
        advice = advise(SHIPPED, answers, countries=["MLI"], as_of=DAY)
        assert advice.plan is not None
        facts = Facts(SHIPPED.questionnaire, answers)
        assert inputs.crisis[column] == is_crisis(SHIPPED, facts, levels(SHIPPED, facts))
        assert first_of(SHIPPED, inputs, column) == advice.plan.first
        for entry, row in enumerate(advice.measures.values()):
            lead = inputs.leads[entry, column]
            expected = row.lead.actor if row.is_shown and row.lead else None
            assert (actors[lead] if lead != NOBODY else None) == expected
    assert not inputs.differs(inputs).any()
    assert inputs.differs(
        plan_inputs(
            SHIPPED,
            portfolio,
            [np.zeros(len(rows), np.bool_)] * len(planes),
            [np.ones(len(rows), np.bool_)] * len(planes),
        )
    ).any()
