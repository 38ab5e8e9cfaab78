"""What an edit would do to the plans and the leads of many cases."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from cases.queries.editor.impact import Impact, changed_plans
from cases.rulebook.editions.builder import Document, build
from cases.rulebook.editions.loader import load_folder
from cases.rulebook.entries.questions import Answers
from cases.rulebook.reasoning.answer_codes import pack
from cases.rulebook.reasoning.bitplanes import Portfolio
from tests.conftest import FIXTURES
from tests.rulebook.shipped import DOCUMENT, SHIPPED, WAR

AGREED: Answers = {
    **WAR,
    "consent_to_peacekeeping": "given",
    "parties_consent": "all_main",
    "sc_mandate": "in_force",
}
# One country at war, one where peacekeepers are agreed to, and one of which nothing is known.
CASES: list[Answers] = [WAR, AGREED, {}]


def after(change: Callable[[Document], None]) -> tuple[int, int]:
    """In how many of the cases the plan, and a lead, would be another after an edit."""
    document = copy.deepcopy(DOCUMENT)
    change(document)
    new = build(document)
    packed = [pack(SHIPPED.questionnaire, answers) for answers in CASES]
    return changed_plans(
        Portfolio.of(SHIPPED.questionnaire, packed),
        Portfolio.of(new.questionnaire, packed),
        SHIPPED,
        new,
    )


def entry(document: Document, kind: str, code: str) -> dict[str, Any]:
    return next(item for item in document[kind] if item["code"] == code)


def test_an_edit_that_changes_nothing_changes_no_plan() -> None:
    def reword(document: Document) -> None:
        entry(document, "measures", "pro.mediation")["what"] = "It brings the parties together."

    assert after(reword) == (0, 0)


def test_a_measure_that_no_longer_acts_on_problems_is_no_longer_put_first() -> None:
    def weaken(document: Document) -> None:
        entry(document, "measures", "pro.peacekeeping")["acts_on"] = []
        entry(document, "measures", "pro.peacekeeping")["horizon"] = "long"

    plans, leads = after(weaken)
    assert plans == 1, "only where peacekeepers are agreed to"
    assert leads == 0


def test_an_actor_that_becomes_unsuitable_changes_the_lead_and_no_plan() -> None:
    def distrust(document: Document) -> None:
        actor = entry(document, "actors", "dpo")
        row = {
            "measures": ["pro.peacekeeping"],
            "grade": "unsuitable",
            "when": {"question": "phase", "in": ["ongoing"]},
            "why": "So.",
        }
        actor["suitability"] = [*actor.get("suitability", []), row]

    assert after(distrust) == (0, 1)


@pytest.mark.parametrize("figures", [(0, 0), (3, 5)])
def test_the_figures_of_parts_add_up_and_are_kept(figures: tuple[int, int]) -> None:
    part = Impact(assessments=10, plans=figures[0], leads=figures[1])
    both = Impact.of_json((part + part).as_json())
    assert (both.plans, both.leads) == (2 * figures[0], 2 * figures[1])
    # A part of a job that was written before plans were compared counts none.
    before = {name: value for name, value in part.as_json().items() if name != "plans"}
    assert Impact.of_json(before).plans == 0


def test_editions_without_plans_have_none_that_change() -> None:
    first = load_folder(FIXTURES / "editions" / "1")[1]
    packed = [pack(first.questionnaire, {"phase": "ongoing"})]
    portfolio = Portfolio.of(first.questionnaire, packed)
    assert changed_plans(portfolio, portfolio, first, first) == (0, 0)
