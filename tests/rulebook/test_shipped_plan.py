"""What the shipped edition says of problems, of what measures do about them, and of their order."""

from __future__ import annotations

from collections import Counter

import pytest

from cases.rulebook.entries.questions import Question
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.sequence import circle, predecessors
from tests.rulebook.shipped import SHIPPED

PHASES = ("latent", "rising", "imminent", "ongoing", "aftermath")
# Beside the signs and every scale, these answers describe a harm or a danger.
PROBLEMS = {
    "state_involvement",
    "upholds_obligations",
    "state_incitement",
    "past_atrocities",
    "humanitarian_access",
    "displacement",
}


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return SHIPPED


@pytest.fixture(scope="module")
def problems(rulebook: Rulebook) -> dict[str, Question]:
    """The questions that name a problem, by their codes."""
    return {item.code: item for item in rulebook.questionnaire.questions if item.problem}


def test_every_answer_that_describes_harm_or_danger_names_the_problem(
    rulebook: Rulebook, problems: dict[str, Question]
) -> None:
    questions = rulebook.questionnaire.questions
    signs = {item.code for item in questions if item.section == "signs"}
    scales = {item.code for item in questions if item.kind == "scale"}
    assert set(problems) >= PROBLEMS | signs | scales


def test_every_problem_can_be_grave_and_can_be_absent(problems: dict[str, Question]) -> None:
    for question in problems.values():
        if question.kind != "scale":
            levels = [option.level or 0 for option in question.options]
            assert min(levels) <= 1, question.code
            assert max(levels) >= 2, question.code


def test_every_problem_is_named_in_words_of_its_own_without_a_full_stop(
    problems: dict[str, Question],
) -> None:
    named = [item.problem or "" for item in problems.values()]
    assert len(named) == len(set(named))
    assert [text for text in named if text.endswith(".") or len(text) > 80] == []


def test_every_measure_acts_on_problems_and_cites_a_source_for_each(
    rulebook: Rulebook, problems: dict[str, Question]
) -> None:
    for measure in rulebook.measures.values():
        assert measure.acts_on, measure.code
        for effect in measure.acts_on:
            assert effect.citation, (measure.code, effect.problem)
            assert effect.problem in problems, (measure.code, effect.problem)


def test_no_measure_claims_to_answer_many_problems_by_itself(rulebook: Rulebook) -> None:
    direct = {
        code: [effect.problem for effect in measure.acts_on if effect.directly]
        for code, measure in rulebook.measures.items()
    }
    assert {code: problems for code, problems in direct.items() if len(problems) > 4} == {}


def test_every_problem_is_reduced_by_some_measure(
    rulebook: Rulebook, problems: dict[str, Question]
) -> None:
    reduced = {effect.problem for item in rulebook.measures.values() for effect in item.acts_on}
    assert set(problems) == reduced


def test_every_sentence_about_an_effect_or_an_order_is_said_once(rulebook: Rulebook) -> None:
    effects = [effect.says for item in rulebook.measures.values() for effect in item.acts_on]
    orders = [row.says for item in rulebook.measures.values() for row in item.after]
    said = Counter(effects + orders)
    assert [text for text, times in said.items() if times > 1] == []
    assert [text for text in said if not text.endswith(".")] == []


def test_every_measure_has_one_line_in_each_phase_and_cites_a_source(rulebook: Rulebook) -> None:
    for measure in rulebook.measures.values():
        named = Counter(phase for row in measure.lines for phase in row.phases)
        assert named == dict.fromkeys(PHASES, 1), measure.code
        assert all(row.citation for row in measure.lines), measure.code


@pytest.mark.parametrize("phase", PHASES)
def test_at_most_a_third_of_the_measures_are_first_line(phase: str, rulebook: Rulebook) -> None:
    first = [item for item in rulebook.measures.values() if item.line_in(phase) == "first"]
    assert 0 < len(first) <= len(rulebook.measures) / 3


@pytest.mark.parametrize("phase", ["imminent", "ongoing"])
def test_what_takes_years_is_not_first_line_in_a_crisis(phase: str, rulebook: Rulebook) -> None:
    first = [item for item in rulebook.measures.values() if item.line_in(phase) == "first"]
    assert [item.code for item in first if item.horizon == "long"] == []


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("pro.mediation", "pro.ceasefire_monitoring"),
        ("pro.ceasefire_monitoring", "pro.disarmament"),
        ("pro.disarmament", "cap.ddr"),
        ("cap.ddr", "cap.ssr"),
        ("cap.vetting", "cap.ssr"),
        ("pro.mediation", "pro.peacekeeping"),
        ("pro.access_negotiation", "pro.humanitarian"),
        ("pro.evidence_preservation", "cap.accountability"),
        ("pro.electoral_dispute", "cap.elections"),
        ("enc.seek_consent", "pro.human_rights_experts"),
    ],
)
def test_the_known_sequences_are_in_it(earlier: str, later: str, rulebook: Rulebook) -> None:
    assert earlier in predecessors(rulebook)[later]


def test_nothing_comes_after_itself(rulebook: Rulebook) -> None:
    assert circle(rulebook) == ()


def test_every_gate_of_consent_or_mandate_is_opened_by_some_measure(rulebook: Rulebook) -> None:
    gates = [gate for gate in rulebook.gates if gate.kind in ("consent", "mandate")]
    assert [gate.code for gate in gates if not gate.opened_by] == []


def test_every_deferral_is_ended_by_some_measure(rulebook: Rulebook) -> None:
    assert [item.code for item in rulebook.deferrals if not item.ended_by] == []
