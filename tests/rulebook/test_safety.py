"""What the second edition must never say: situations in which edition 1 gave advice that could do
harm, and edits of the rules that verification refuses.
"""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest

from cases.rulebook.editions.builder import Document
from cases.rulebook.editions.loader import parse
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.advice import Advice
from cases.rulebook.reasoning.adviser import advise
from cases.rulebook.reasoning.consent import consents_to_seek
from cases.rulebook.reasoning.verification import verify
from tests.rulebook.shipped import DOCUMENT, KINDS_OF_HELP, SHIPPED

SHOWN = {"recommended", "conditional"}
COERCIVE = ("cap.ssr", "pro.intelligence", "pro.logistics", "pro.police_civilian")
# A State under some strain that wants to protect and asks for help; each test says what differs.
ORDINARY: dict[str, Any] = {
    "phase": "rising",
    "crimes_at_risk": [],
    "conflict_status": "none",
    "triggers": [],
    "transition": "none",
    "state_involvement": "none",
    "state_ability": "strained",
    "political_will": "mixed",
    "upholds_obligations": "partial",
    "un_cooperation": "full",
    "state_incitement": "none",
    "past_atrocities": "partly_addressed",
    "parties_consent": "no_parties",
    "sc_mandate": "none",
    "regional_mandate": "none",
    "national_ownership": "partial",
    "international_unity": "united",
    "electoral_risk": "none",
    "ex_combatants": "none",
    "displacement": "none",
    "humanitarian_access": "open",
    "early_warning_mechanism": "partial",
    "development_programmes": "present",
    "business_exposure": "none",
    "armed_groups": "none",
    "intercommunal_violence": "none",
    "un_presence": ["country_team"],
    "regional_engagement": "engaged",
    "civil_society_capacity": "moderate",
    "pbc_engagement": "no",
    "icc_jurisdiction": "none",
    "state_leverage": ["neighbours"],
    "past_assistance": "mixed",
}
GROUPS: dict[str, Any] = {
    "armed_groups": "active",
    "armed_group_targeting": "deliberate",
    "armed_group_capacity": 3,
    "armed_group_territory": "contested",
    "armed_group_state_link": "none",
    "armed_group_dialogue": "some",
    "external_support": "none",
}
WAR: dict[str, Any] = {"phase": "ongoing", "conflict_status": "internal_conflict", **GROUPS}


@pytest.fixture(scope="module")
def shipped() -> tuple[Document, Rulebook]:
    return DOCUMENT, SHIPPED


@pytest.fixture(scope="module")
def rulebook(shipped: tuple[Document, Rulebook]) -> Rulebook:
    return shipped[1]


def advice(
    rulebook: Rulebook, level: int = 1, consent: str = "requested", **differs: Any
) -> Advice:
    """The advice where every scale is at `level` and the State answers `consent` to every kind of
    help, except for what differs.
    """
    scales = {
        question.code: level
        for question in rulebook.questionnaire.questions
        if question.kind == "scale" and not question.show_if
    }
    asked = {f"consent_to_{kind}": consent for kind in KINDS_OF_HELP}
    answers = rulebook.questionnaire.read_answers({**scales, **ORDINARY, **asked, **differs})
    return advise(rulebook, answers, as_of=date(2026, 6, 1))


def statuses(found: Advice, *measures: str) -> list[str]:
    return [found.measures[code].status for code in measures]


def priority(found: Advice, measure: str) -> str | None:
    return found.measures[measure].priority


def waits_for(found: Advice, measure: str) -> set[str]:
    """The deferrals that hold a measure back."""
    row = found.measures[measure]
    return {item.deferral.code for item in row.deferrals if item.holds is True}


def test_nothing_is_put_into_the_hands_of_a_hostile_state_that_backs_militias(
    rulebook: Rulebook,
) -> None:
    found = advice(
        rulebook,
        3,
        **WAR
        | {
            "state_involvement": "failure_to_act",
            "political_will": "hostile",
            "security_sector_gap": 4,
            "state_incitement": "systematic",
            "armed_group_state_link": "supported",
            "plan_or_policy": 3,
            "upholds_obligations": "disregards",
        },
    )
    assert SHOWN.isdisjoint(statuses(found, *COERCIVE))
    assert statuses(found, "pro.logistics", "pro.intelligence", "cap.ssr") == ["blocked"] * 3
    assert "unwilling" in found.flags


@pytest.mark.parametrize(
    "danger",
    [
        {"security_sector_gap": 4},
        {"armed_group_state_link": "tolerated"},
        {"armed_group_state_link": "supported"},
        {"political_will": "hostile"},
        {"state_involvement": "elements_complicit"},
    ],
)
def test_forces_that_may_harm_people_are_never_helped_outright(
    rulebook: Rulebook, danger: dict[str, Any]
) -> None:
    found = advice(rulebook, 2, **WAR | danger)
    assert "recommended" not in statuses(found, *COERCIVE)
    assert found.measures["pro.logistics"].status in {"conditional", "blocked"}


@pytest.mark.parametrize(
    "danger",
    [
        {
            "phase": "aftermath",
            "displacement": "cross_border",
            "systematic_attack": 2,
            "state_involvement": "elements_complicit",
            "political_will": "hostile",
            "hate_speech": 4,
            "local_security_gap": 4,
        },
        {"phase": "rising", "displacement": "both", "systematic_attack": 4},
    ],
)
def test_nobody_is_helped_to_return_into_danger(rulebook: Rulebook, danger: dict[str, Any]) -> None:
    found = advice(rulebook, 2, **{"transition": "agreement", **danger})
    assert statuses(found, "pro.return") == ["blocked"]


def test_groups_disarm_only_where_somebody_protects_them(rulebook: Rulebook) -> None:
    found = advice(
        rulebook,
        3,
        **GROUPS
        | {
            "phase": "ongoing",
            "armed_groups": "dominant",
            "armed_group_targeting": "identity_based",
            "intercommunal_violence": "widespread",
            "state_ability": "unable",
        },
    )
    assert statuses(found, "pro.disarmament") == ["conditional"]
    gate = next(
        item
        for item in found.measures["pro.disarmament"].gates
        if item.gate.code == "do_no_harm.disarmament"
    )
    assert gate.condition is not None
    assert "protects those who give up arms" in gate.condition


def test_escape_comes_before_talks_and_lessons_where_a_group_kills_by_identity(
    rulebook: Rulebook,
) -> None:
    found = advice(
        rulebook,
        3,
        **WAR
        | {
            "armed_groups": "dominant",
            "armed_group_dialogue": "none",
            "armed_group_targeting": "identity_based",
            "terrorist_threat": 4,
            "intent_signs": 4,
        },
    )
    for measure in ("pro.mediation", "cap.education", "enc.awareness", "cap.dialogue_spaces"):
        assert statuses(found, measure) == ["deferred"], measure
        assert waits_for(found, measure)
    assert statuses(found, "cap.diversity") == ["deferred"]
    assert found.measures["pro.safe_passage"].status in SHOWN
    assert priority(found, "pro.safe_passage") == "urgent"
    assert statuses(found, "pro.asylum") == ["recommended"]


def test_no_money_passes_through_a_leadership_that_directs_the_crimes(rulebook: Rulebook) -> None:
    found = advice(
        rulebook,
        3,
        "refused",
        phase="ongoing",
        state_involvement="leadership_directing",
        political_will="hostile",
        inequality=4,
    )
    assert SHOWN.isdisjoint(statuses(found, "cap.development", "cap.private_sector"))
    assert statuses(found, "enc.conditionality", "cap.donor_review") == ["recommended"] * 2
    assert "suspend" in found.measures["cap.donor_review"].rules[0].says


def test_a_result_that_people_die_over_is_settled_before_another_vote(rulebook: Rulebook) -> None:
    found = advice(
        rulebook, 2, phase="ongoing", conflict_status="internal_conflict", electoral_risk="violent"
    )
    assert statuses(found, "cap.elections") == ["deferred"]
    assert "result.first" in waits_for(found, "cap.elections")
    assert statuses(found, "pro.electoral_dispute") == ["recommended"]


def test_talks_on_access_do_not_wait_for_the_consent_that_delivery_needs(
    rulebook: Rulebook,
) -> None:
    found = advice(rulebook, 3, "refused", phase="ongoing", humanitarian_access="denied")
    assert statuses(found, "pro.access_negotiation") == ["recommended"]
    assert priority(found, "pro.access_negotiation") == "urgent"
    assert statuses(found, "pro.humanitarian") == ["blocked"]
    assert statuses(found, "enc.seek_consent") == ["recommended"]


def test_the_consent_that_opens_the_most_urgent_help_is_asked_for_first(
    rulebook: Rulebook,
) -> None:
    found = advice(
        rulebook,
        2,
        "refused",
        **WAR | {"humanitarian_access": "denied", "displacement": "both"},
    )
    asked = consents_to_seek(found)
    assert asked[0].question == "consent_to_humanitarian"
    assert {"pro.humanitarian", "pro.displaced_support"} <= {
        row.measure.code for row in asked[0].opens
    }
    for item in asked:
        given = advice(
            rulebook,
            2,
            "refused",
            **WAR
            | {"humanitarian_access": "denied", "displacement": "both", item.question: "given"},
        )
        assert {given.measures[row.measure.code].status for row in item.opens} <= SHOWN


def test_a_calm_and_able_state_gets_a_few_structural_measures(rulebook: Rulebook) -> None:
    found = advice(
        rulebook, 2, "not_sought", phase="latent", state_ability="able", political_will="strong"
    )
    called_for = {
        code
        for code, row in found.measures.items()
        if row.status not in {"not_indicated", "deferred"}
    }
    assert called_for == {
        "cap.development",
        "cap.early_warning",
        "enc.seek_consent",
        "enc.treaty_commitments",
    }


def test_order_that_has_collapsed_calls_for_peacekeeping_without_any_organised_group(
    rulebook: Rulebook,
) -> None:
    found = advice(
        rulebook,
        3,
        phase="ongoing",
        conflict_status="unrest",
        state_ability="unable",
        local_security_gap=4,
        small_arms=4,
        sc_mandate="in_force",
    )
    assert statuses(found, "pro.peacekeeping") == ["recommended"]
    assert found.measures["pro.protection_force"].status in SHOWN


def test_a_force_that_the_state_asks_for_needs_no_mandate_of_the_council(
    rulebook: Rulebook,
) -> None:
    found = advice(
        rulebook,
        2,
        **WAR | {"state_ability": "unable", "regional_engagement": "leading"},
    )
    assert statuses(found, "pro.protection_force") == ["recommended"]
    assert statuses(found, "pro.peacekeeping") == ["blocked"]


def test_after_the_violence_people_who_fled_before_are_no_emergency(rulebook: Rulebook) -> None:
    found = advice(
        rulebook,
        phase="aftermath",
        displacement="both",
        transition="implementing",
        conflict_status="ceasefire",
    )
    urgent = {
        code
        for code, row in found.measures.items()
        if row.status in SHOWN and row.priority == "urgent"
    }
    assert urgent == set()
    assert statuses(found, "pro.displaced_support") == ["recommended"]


def test_what_is_there_under_a_mandate_is_adjusted_where_authorities_disagree(
    rulebook: Rulebook,
) -> None:
    found = advice(
        rulebook,
        3,
        "contested",
        **WAR
        | {
            "sc_mandate": "in_force",
            "parties_consent": "some",
            "displacement": "large_internal",
            "un_presence": ["country_team", "peace_operation"],
            "recognised_authority_consent": "unclear",
        },
    )
    assert statuses(found, "pro.peacekeeping", "pro.humanitarian") == ["conditional"] * 2
    assert statuses(found, "pro.logistics", "pro.protection_force") == ["blocked"] * 2
    assert found.measures["pro.peacekeeping"].start == "adjusts_existing"


@pytest.mark.parametrize("involvement", ["failure_to_act", "elements_complicit"])
def test_a_state_that_is_unwilling_is_distinguished_from_one_that_directs(
    rulebook: Rulebook, involvement: str
) -> None:
    found = advice(
        rulebook, 2, phase="ongoing", state_involvement=involvement, political_will="hostile"
    )
    assert "unwilling" in found.flags
    assert "pillar_three" not in found.flags


def test_every_invariant_of_the_shipped_edition_is_proved(rulebook: Rulebook) -> None:
    verdict = verify(rulebook)
    assert verdict.issues == ()
    assert verdict.proved == tuple(item.code for item in rulebook.invariants)


def _trusting_gate(document: Document) -> None:
    """The gate before coercive means no longer looks at links with armed groups."""
    gate = next(item for item in document["gates"] if item["code"] == "do_no_harm.coercive")
    gate["holds"]["all"] = [
        line for line in gate["holds"]["all"] if line.get("question") != "armed_group_state_link"
    ]


def _hasty_return(document: Document) -> None:
    """Return is offered where attacks on civilians are moderate."""
    gate = next(item for item in document["gates"] if item["code"] == "do_no_harm.return")
    for line in gate["on_condition"][0]["when"]["all"]:
        if line["question"] == "systematic_attack":
            line["at_most"] = 2


def _no_request_for_aid(document: Document) -> None:
    """Consent to humanitarian assistance during violence is no longer required."""
    document["rules"] = [
        rule for rule in document["rules"] if rule["code"] != "enc.seek_consent.humanitarian"
    ]


@pytest.mark.parametrize(
    ("edit", "broken"),
    [
        (_trusting_gate, "coercive_on_condition"),
        (_hasty_return, "safe_return"),
        (_no_request_for_aid, "seek_consent"),
    ],
)
def test_an_unsafe_edit_is_refused_with_a_counterexample(
    shipped: tuple[Document, Rulebook], edit: Any, broken: str
) -> None:
    document = copy.deepcopy(shipped[0])
    edit(document)
    issues = [
        issue
        for issue in verify(parse(document)).errors
        if issue.code == "invariant-broken" and issue.location.entry == broken
    ]
    assert issues
    assert all(issue.answers for issue in issues)
