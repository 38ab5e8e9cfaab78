"""Who leads in the shipped edition: what it says of its actors, its neighbours and its regions."""

from __future__ import annotations

import random
from datetime import date

import pytest

from cases.rulebook.entries.catalogue import REGIONAL_ORGS, Actor
from cases.rulebook.entries.questions import Value
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.advice import Advice
from cases.rulebook.reasoning.adviser import advise, leads_for
from cases.rulebook.reasoning.logic import Facts
from cases.rulebook.reasoning.naming import ENGAGED_ORGANISATIONS, ActorName, Naming
from tests.rulebook.shipped import SHIPPED

SHOWN = ("recommended", "conditional")
# Since when the departments of the United Nations have been what they are.
SINCE = date(1992, 3, 1)
COURT_SINCE = date(2002, 7, 1)
DAY = date(2022, 6, 1)


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return SHIPPED


# Who is unsuitable for nothing, and why.
NEVER_UNSUITABLE = {
    "member_states": "some State can always be found",
    "regional_courts": "they lead nothing, and may hear a complaint whatever the State does",
    "general_assembly": "it needs nobody's consent and decides without a veto",
    "human_rights_council": "it needs nobody's consent and decides by majority",
    "unhcr": "its mandate holds in every situation",
    "undp": "it works in nearly every country, whoever governs",
    "un_women": "its consent is a gate of the measure",
    "unicef": "it works with whoever controls the ground",
    "icrc": "it may offer its services to every party",
    "unodc": "its consent is a gate of the measure",
    "platforms": "they decide on their own services",
}


def test_every_actor_says_where_it_is_well_placed(rulebook: Rulebook) -> None:
    for actor in rulebook.actors.values():
        assert any(row.grade != "unsuitable" for row in actor.suitability), actor.code
        assert all(row.citation for row in actor.suitability), actor.code


def test_every_actor_says_where_it_is_unsuitable_unless_there_is_a_reason(
    rulebook: Rulebook,
) -> None:
    never = {
        actor.code
        for actor in rulebook.actors.values()
        if not any(row.grade == "unsuitable" for row in actor.suitability)
    }
    assert never == set(NEVER_UNSUITABLE)


def can_be_unsuitable(actor: Actor, measure: str) -> bool:
    return any(row.grade == "unsuitable" for row in actor.suitability_for(measure))


def may_be_missing(actor: Actor) -> bool:
    """Whether there may be nobody of that name: it is younger, or the country has none."""
    first = min((name.first for name in actor.names if name.first), default=None)
    return actor.code == REGIONAL_ORGS or (first is not None and first > SINCE)


# They are shown only where their gates or rules make sure that who leads them can act.
NEED_WHAT_THEIR_LEAD_NEEDS = {
    "pro.peacekeeping": "dpo",
    "pro.mission_support": "dpo",
    "pro.preliminary_examination": "icc",
}


def test_somebody_can_always_lead_a_measure(rulebook: Rulebook) -> None:
    for code in rulebook.measures:
        able = [actor for actor in rulebook.actors.values() if actor.capability(code, "lead")]
        if code in NEED_WHAT_THEIR_LEAD_NEEDS:
            assert [actor.code for actor in able] == [NEED_WHAT_THEIR_LEAD_NEEDS[code]]
        else:
            assert any(
                not can_be_unsuitable(actor, code) and not may_be_missing(actor) for actor in able
            ), code


def test_everything_that_an_actor_can_do_is_put_to_use(rulebook: Rulebook) -> None:
    named = {(code, rule.measure, role) for rule in rulebook.rules for code, role in rule.actors}
    for actor in rulebook.actors.values():
        for item in actor.can:
            if item.always or (actor.code, item.measure, item.role) in named:
                continue
            # Nobody asks for it by name, so it has to be one that can come to lead.
            assert item.role == "lead", (actor.code, item.measure)
            placed = any(row.grade != "unsuitable" for row in actor.suitability_for(item.measure))
            leads = {
                rulebook.actors[code]
                for rule in rulebook.rules_for[item.measure]
                for code in rule.actors.lead
            }
            stands_in = all(
                can_be_unsuitable(lead, item.measure) or may_be_missing(lead) for lead in leads
            )
            assert placed or stands_in, (actor.code, item.measure)


def random_answers(rulebook: Rulebook, seed: int) -> dict[str, Value | None]:
    chance = random.Random(seed)
    answers: dict[str, Value | None] = {}
    for question in rulebook.questionnaire.questions:
        if seed % 3 == 0 and chance.random() < 0.2:
            answers[question.code] = None
        elif question.kind == "multiple":
            answers[question.code] = frozenset(
                str(code) for code in question.option_codes if chance.random() < 0.3
            )
        else:
            answers[question.code] = chance.choice(question.option_codes)
    return answers


SITUATIONS = [
    (seed, country, day)
    for seed, (country, day) in enumerate(
        [
            ("RWA", date(1994, 4, 7)),
            ("MKD", date(2001, 3, 1)),
            ("SDN", date(2004, 1, 1)),
            ("KEN", date(2008, 1, 5)),
            ("ISR", date(2015, 1, 1)),
            ("MMR", DAY),
        ]
        * 5
    )
]


@pytest.mark.parametrize(("seed", "country", "day"), SITUATIONS)
def test_nobody_unsuitable_leads_and_somebody_always_does(
    rulebook: Rulebook, seed: int, country: str, day: date
) -> None:
    answers = random_answers(rulebook, seed)
    if day < COURT_SINCE:
        answers["icc_jurisdiction"] = "none"
    facts = Facts(rulebook.questionnaire, answers)
    advice = advise(rulebook, answers, countries=(country,), as_of=day)
    for code, item in advice.measures.items():
        if item.status in SHOWN:
            assert item.lead is not None, code
        if item.lead is not None:
            for row in rulebook.actors[item.lead.actor].suitability_for(code):
                if row.grade == "unsuitable":
                    assert facts.judge(row.when).truth is not True, (code, item.lead.actor)


# Answers that call for the measure, for what changes who leads it.
CALLED: dict[str, Value | None] = {
    "phase": "imminent",
    "conflict_status": "unrest",
    "electoral_risk": "disputed",
    "political_will": "weak",
    "state_involvement": "failure_to_act",
    "un_cooperation": "selective",
    "un_presence": frozenset(),
    "regional_engagement": "absent",
    "state_leverage": frozenset(),
    "civil_society_capacity": "weak",
    "civil_society_pressure": 3,
    "icc_jurisdiction": "none",
    "sc_mandate": "none",
    "international_unity": "divided",
}


def lead_of(rulebook: Rulebook, measure: str, **answers: Value) -> str:
    suitable = leads_for(rulebook, {**CALLED, **answers}, measure, as_of=DAY, countries=["KEN"])
    return suitable.suitable[0].actor


def test_what_is_there_leads_before_what_is_merely_able(rulebook: Rulebook) -> None:
    measure = "enc.preventive_diplomacy"
    assert lead_of(rulebook, measure) == "dppa"
    assert lead_of(rulebook, measure, un_presence=frozenset({"envoy"})) == "sg_envoys"
    assert lead_of(rulebook, measure, regional_engagement="leading") == REGIONAL_ORGS
    assert lead_of(rulebook, measure, state_leverage=frozenset({"neighbours"})) == "neighbours"


def test_a_region_that_is_engaged_leads_only_where_nobody_is_there_already(
    rulebook: Rulebook,
) -> None:
    measure = "enc.preventive_diplomacy"
    assert lead_of(rulebook, measure, regional_engagement="engaged") == REGIONAL_ORGS
    assert (
        lead_of(rulebook, measure, regional_engagement="engaged", un_presence=frozenset({"envoy"}))
        == "sg_envoys"
    )


def test_the_united_nations_does_not_lead_where_the_state_refuses_to_see_it(
    rulebook: Rulebook,
) -> None:
    measure = "enc.preventive_diplomacy"
    assert lead_of(rulebook, measure, un_cooperation="refused") in ("member_states", "neighbours")


def test_a_suppressed_civil_society_leads_nothing(rulebook: Rulebook) -> None:
    assert lead_of(rulebook, "cap.civil_society", civil_society_capacity="strong") == (
        "civil_society"
    )
    assert lead_of(rulebook, "cap.civil_society", civil_society_capacity="suppressed") in (
        "ohchr",
        "member_states",
    )


def test_the_host_state_whose_leadership_directs_the_crimes_leads_nothing(
    rulebook: Rulebook,
) -> None:
    answers = {**random_answers(rulebook, 1), "state_involvement": "leadership_directing"}
    advice = advise(rulebook, answers, as_of=DAY, countries=["SDN"])
    assert "host_state" not in leads(advice)


def leads(advice: Advice) -> set[str]:
    return {item.lead.actor for item in advice.measures.values() if item.lead}


# Neighbours


def test_whoever_has_a_neighbour_is_its_neighbour(rulebook: Rulebook) -> None:
    for code, country in rulebook.countries.items():
        assert code not in country.neighbours
        for neighbour in country.neighbours:
            assert code in rulebook.countries[neighbour].neighbours, (code, neighbour)


@pytest.mark.parametrize(
    ("country", "neighbours"),
    [
        ("SDN", "CAF TCD EGY ERI ETH LBY SSD"),
        ("SSD", "CAF COD ETH KEN SDN UGA"),
        ("MLI", "DZA BFA CIV GIN MRT NER SEN"),
        ("MMR", "BGD CHN IND LAO THA"),
        ("PSE", "EGY ISR JOR"),
        ("SRB", "ALB BIH BGR HRV HUN MNE MKD ROU"),
        ("TLS", "IDN"),
        ("GBR", "IRL"),
        ("SLB", ""),
        ("LKA", ""),
        ("CUB", ""),
    ],
)
def test_neighbours_are_those_on_the_map(rulebook: Rulebook, country: str, neighbours: str) -> None:
    assert set(rulebook.countries[country].neighbours) == set(neighbours.split())


# Names


def name_of(
    rulebook: Rulebook,
    actor: str,
    country: str,
    day: date = DAY,
    measure: str = "enc.remind",
    **answers: Value,
) -> str:
    """What an actor is called; empty where nobody can be named."""
    found = named(rulebook, actor, country, day, measure, **answers)
    return found.name if found else ""


def named(
    rulebook: Rulebook,
    actor: str,
    country: str,
    day: date = DAY,
    measure: str = "enc.remind",
    **answers: Value,
) -> ActorName | None:
    facts = Facts(rulebook.questionnaire, answers)
    naming = Naming(rulebook, facts, [country] if country else [], day)
    placed = rulebook.actors[actor]
    reasons = [
        row
        for row in placed.suitability_for(measure)
        if row.grade != "unsuitable" and facts.judge(row.when).truth
    ]
    return naming.name_of(placed, rulebook.measures[measure], reasons)


def test_neighbours_are_named(rulebook: Rulebook) -> None:
    found = name_of(rulebook, "neighbours", "MLI")
    assert found == (
        "Algeria, Burkina Faso, Côte d'Ivoire, Guinea, Mauritania, Niger and Senegal, "
        "neighbours of Mali"
    )
    alone = name_of(rulebook, "neighbours", "TLS")
    assert alone == "Indonesia, the neighbour of Timor-Leste"


@pytest.mark.parametrize(
    ("country", "brief"),
    [
        ("MLI", "Neighbours (Algeria, Burkina Faso and 5 more)"),
        ("PSE", "Neighbours (Egypt, Israel and Jordan)"),
        ("TLS", "Neighbours (Indonesia)"),
        ("SLB", ""),
    ],
)
def test_a_line_names_the_first_neighbours_and_says_how_many_more_there_are(
    rulebook: Rulebook, country: str, brief: str
) -> None:
    found = named(rulebook, "neighbours", country)
    assert found
    assert found.brief == brief


def test_a_line_names_the_first_neighbours_of_which_member_states_have_influence(
    rulebook: Rulebook,
) -> None:
    leverage = frozenset({"neighbours", "donors"})
    found = named(rulebook, "member_states", "MLI", state_leverage=leverage)
    assert found
    assert found.brief == "Member States, above all Algeria, Burkina Faso and 5 more"
    alone = named(rulebook, "member_states", "MLI", state_leverage=frozenset({"neighbours"}))
    assert alone
    assert alone.brief == "Neighbours (Algeria, Burkina Faso and 5 more)"
    without = named(rulebook, "member_states", "MLI", state_leverage=frozenset({"donors"}))
    assert without
    assert without.brief == ""


def test_a_neighbour_is_not_named_before_it_joined_the_united_nations(rulebook: Rulebook) -> None:
    before = name_of(rulebook, "neighbours", "SDN", date(2004, 1, 1))
    after = name_of(rulebook, "neighbours", "SDN", date(2012, 1, 1))
    assert "South Sudan" not in before
    assert "South Sudan" in after


def test_an_island_has_neighbours_without_names(rulebook: Rulebook) -> None:
    found = name_of(rulebook, "neighbours", "SLB")
    assert found == "Neighbouring States (Neighbours)"


def test_member_states_are_named_where_their_influence_is_that_of_neighbours(
    rulebook: Rulebook,
) -> None:
    alone = name_of(rulebook, "member_states", "PSE", state_leverage=frozenset({"neighbours"}))
    assert alone == "Egypt, Israel and Jordan, neighbours of State of Palestine"
    among = name_of(
        rulebook, "member_states", "TLS", state_leverage=frozenset({"neighbours", "donors"})
    )
    assert among == "Member States, above all Indonesia, the neighbour of Timor-Leste"
    without = name_of(rulebook, "member_states", "TLS", state_leverage=frozenset({"donors"}))
    assert without == "Member States of the United Nations (Member States)"


def test_neighbours_are_no_partners_of_a_lead_that_names_them(rulebook: Rulebook) -> None:
    answers: dict[str, Value | None] = {
        **CALLED,
        "phase": "ongoing",
        "state_involvement": "elements_complicit",
        "regional_engagement": "leading",
        "state_leverage": frozenset({"neighbours"}),
    }

    def placed(region: str) -> tuple[str, set[str]]:
        found = leads_for(
            rulebook,
            {**answers, "regional_engagement": region},
            "enc.remind",
            as_of=DAY,
            countries=["SDN"],
        )
        return found.suitable[0].actor, {item.actor for item in found.partners}

    lead, partners = placed("absent")
    assert lead == "member_states"
    assert "neighbours" not in partners
    lead, partners = placed("leading")
    assert lead == REGIONAL_ORGS
    assert "member_states" in partners


def engaged(
    rulebook: Rulebook, country: str, day: date, *organisations: str, level: str = "leading"
) -> str:
    return name_of(
        rulebook,
        REGIONAL_ORGS,
        country,
        day,
        regional_engagement=level,
        engaged_organisations=frozenset(organisations),
    )


def test_the_organisation_that_is_engaged_is_named_as_it_was_called(rulebook: Rulebook) -> None:
    before = engaged(rulebook, "SLE", date(2000, 1, 1), "au")
    assert before == "Organization of African Unity (OAU)"
    after = engaged(rulebook, "SLE", date(2003, 1, 1), "au")
    assert after == "African Union (AU)"


def test_of_several_the_countrys_own_comes_first(rulebook: Rulebook) -> None:
    found = engaged(rulebook, "MKD", date(2001, 3, 1), "eu", "osce")
    assert found == "OSCE and EU"


def test_an_organisation_that_is_not_listed_stays_without_a_name(rulebook: Rulebook) -> None:
    found = engaged(rulebook, "", DAY, "other")
    assert found == ("Regional or sub-regional organisation (Regional organisation)")


def test_where_nobody_says_which_is_engaged_the_countrys_own_are_named(rulebook: Rulebook) -> None:
    found = engaged(rulebook, "KEN", DAY)
    assert found == "AU, EAC or IGAD"
    assert not engaged(rulebook, "", DAY)


def test_what_was_chosen_does_not_count_where_the_question_is_not_asked(
    rulebook: Rulebook,
) -> None:
    found = engaged(rulebook, "KEN", DAY, "igad", level="absent")
    assert found == "AU, EAC or IGAD"


def test_the_organisations_to_choose_from_are_those_of_the_catalogue(rulebook: Rulebook) -> None:
    *options, other = rulebook.questionnaire[ENGAGED_ORGANISATIONS].option_codes
    codes = {item.code.lower(): item for item in rulebook.organisations}
    assert other == "other"
    assert all(codes[str(option)].security_role for option in options)
