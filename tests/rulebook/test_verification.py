"""Verification: the first edition is proved, each kind of planted fault is found, and proofs agree
with brute force.
"""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.models import Edition
from cases.queries.editions.rulebooks import shipped_folders
from cases.rulebook.editions.builder import Document, build
from cases.rulebook.editions.loader import parse
from cases.rulebook.editions.yaml_files import read_folder, write_yaml
from cases.rulebook.entries.conditions import parse_condition, questions_of
from cases.rulebook.entries.issues import Location, RulebookError
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning import verification
from cases.rulebook.reasoning.adviser import advise
from cases.rulebook.reasoning.diagrams import BudgetExceededError, Diagrams
from cases.rulebook.reasoning.verification import verify
from cases.workflows.editions.publishing import publish
from tests.rulebook.worlds import (
    ATOMS,
    Complete,
    completions,
    conditions,
    gates,
    groups_of,
    is_true,
    rulebooks,
    status_of,
    value_of,
)
from tests.rulebook.worlds import document as small_document

Edit = Callable[[Document], None]
CONTRADICTION = {
    "all": [{"question": "phase", "in": ["latent"]}, {"question": "phase", "in": ["rising"]}]
}


def entry(document: Document, kind: str, code: str) -> dict[str, Any]:
    found: dict[str, Any] = next(item for item in document[kind] if item["code"] == code)
    return found


def dead_rule(document: Document) -> None:
    entry(document, "rules", "pro.asylum.fled")["when"] = CONTRADICTION


def implied_rule(document: Document) -> None:
    rule = copy.deepcopy(entry(document, "rules", "pro.asylum.fled"))
    rule |= {"code": "pro.asylum.again", "when": {"question": "displacement", "in": ["both"]}}
    document["rules"].append(rule)


def never_decisive_rule(document: Document) -> None:
    rule = copy.deepcopy(entry(document, "rules", "pro.asylum.fled"))
    rule |= {
        "code": "pro.asylum.low",
        "when": {"question": "displacement", "in": ["both"]},
        "priority": "low",
    }
    document["rules"].append(rule)


def unused_measure(document: Document) -> None:
    document["rules"] = [rule for rule in document["rules"] if rule["measure"] != "cap.media"]


def never_recommended(document: Document) -> None:
    gate = entry(document, "gates", "consent.experts")
    gate["holds"] = CONTRADICTION


def unused_actor(document: Document) -> None:
    for rule in document["rules"]:
        for role in ("lead", "support", "authorise"):
            rule["actors"][role] = [code for code in rule["actors"][role] if code != "ocha"] or [
                "unhcr"
            ]
            if role == "authorise":
                rule["actors"][role] = [code for code in rule["actors"][role] if code != "unhcr"]


def gate_never_opens(document: Document) -> None:
    gate = entry(document, "gates", "mandate.security_council")
    gate["holds"], gate["on_condition"] = CONTRADICTION, []


def gate_never_closes(document: Document) -> None:
    entry(document, "gates", "do_no_harm.institutions")["holds"] = {
        "question": "state_involvement",
        "in": ["none", "failure_to_act", "elements_complicit", "leadership_directing"],
    }


def unused_gate(document: Document) -> None:
    entry(document, "gates", "do_no_harm.disarmament")["applies_to"] = {
        "form": "ENC",
        "coercive": True,
    }


def flag_never_raised(document: Document) -> None:
    entry(document, "flags", "contested_authority")["when"] = CONTRADICTION


def unused_question(document: Document) -> None:
    question = copy.deepcopy(entry(document, "questions", "phase"))
    document["questions"].append(question | {"code": "favourite_colour"})


def mandate_without_authority(document: Document) -> None:
    entry(document, "rules", "pro.peacekeeping.threat")["actors"]["authorise"] = []


def coercive_means(document: Document) -> None:
    gate = entry(document, "gates", "do_no_harm.coercive")
    gate["holds"]["in"] = [*gate["holds"]["in"], "leadership_directing"]


def consent_forgotten(document: Document) -> None:
    document["gates"] = [gate for gate in document["gates"] if gate["code"] != "consent.police"]


def nobody_seeks_consent(document: Document) -> None:
    rules = [rule for rule in document["rules"] if rule["code"] != "enc.seek_consent.scope"]
    document["rules"] = rules


def nothing_for_the_long_term(document: Document) -> None:
    document["rules"] = [
        rule for rule in document["rules"] if rule["code"] != "cap.education.beside"
    ]


def asylum_waits_for_consent(document: Document) -> None:
    entry(document, "measures", "pro.asylum")["consent_scope"] = "humanitarian"


FAULTS: list[tuple[Edit, str, str, str]] = [
    (dead_rule, "dead-rule", "pro.asylum.fled", "no set of answers"),
    (implied_rule, "implied-rule", "pro.asylum.again", "pro.asylum.fled"),
    (never_decisive_rule, "never-decisive", "pro.asylum.low", "never changes"),
    (unused_measure, "unused-measure", "cap.media", "no rule calls for it"),
    (never_recommended, "never-recommended", "pro.human_rights_experts", "no set of answers"),
    (unused_actor, "unused-actor", "ocha", "no rule names it"),
    (gate_never_opens, "gate-never-opens", "mandate.security_council", "no set of answers"),
    (gate_never_closes, "gate-never-closes", "do_no_harm.institutions", "every set of answers"),
    (unused_gate, "unused-gate", "do_no_harm.disarmament", "applies to no measure"),
    (flag_never_raised, "flag-never-raised", "contested_authority", "no set of answers"),
    (unused_question, "unused-question", "favourite_colour", "nothing uses its answer"),
    (
        mandate_without_authority,
        "mandate-without-authority",
        "pro.peacekeeping.threat",
        "no actor that authorises",
    ),
    (coercive_means, "invariant-broken", "no_coercive_means", "direction by its leadership"),
    (consent_forgotten, "invariant-broken", "consent_police", "pro.police_civilian"),
    (nobody_seeks_consent, "invariant-broken", "seek_consent", "Take: "),
    (nothing_for_the_long_term, "invariant-broken", "long_term", "Take: "),
    (asylum_waits_for_consent, "invariant-broken", "free_of_consent", "pro.asylum"),
]


@pytest.fixture
def document(first_document: tuple[Document, Rulebook]) -> Document:
    return copy.deepcopy(first_document[0])


def test_the_first_edition_is_proved_without_a_remark(first_edition: Rulebook) -> None:
    verdict = verify(first_edition)
    assert verdict.issues == ()
    assert set(verdict.proved) == {invariant.code for invariant in first_edition.invariants}


@pytest.mark.parametrize(
    ("edit", "code", "place", "says"), FAULTS, ids=[edit.__name__ for edit, *_ in FAULTS]
)
def test_a_planted_fault_is_found_at_its_place(
    edit: Edit, code: str, place: str, says: str, document: Document
) -> None:
    edit(document)
    issues = verify(build(document)).issues
    found = [str(issue) for issue in issues if issue.code == code and issue.location.entry == place]
    assert found, [str(issue) for issue in issues]
    assert any(says in text for text in found)


@pytest.mark.parametrize(
    "edit", [coercive_means, consent_forgotten, nobody_seeks_consent, nothing_for_the_long_term]
)
def test_a_counterexample_really_breaks_its_invariant_whatever_the_other_answers_are(
    edit: Edit, document: Document
) -> None:
    edit(document)
    rulebook = build(document)
    issue = next(issue for issue in verify(rulebook).issues if issue.code == "invariant-broken")
    assert issue.answers
    said = advise(rulebook, issue.answers, as_of=date(2020, 1, 1))
    code = issue.message.split("'")[1] if "'" in issue.message else None
    assert code is not None
    # The counterexample alone settles the measure: what it does not name is free.
    assert said.measures[code].status != "open"


def test_loading_a_rulebook_that_breaks_an_invariant_is_refused_and_changes_nothing(
    edition: Edition, document: Document
) -> None:
    coercive_means(document)
    with pytest.raises(RulebookError, match=r"no_coercive_means.*Beyond|invariant-broken"):
        publish(document)
    assert list(Edition.objects.values_list("digest", flat=True)) == [edition.digest]


def test_the_command_reports_like_a_linter_in_text_and_json(
    document: Document, tmp_path: Any
) -> None:
    out = io.StringIO()
    call_command("verify_rulebook", stdout=out)
    shipped = read_folder(shipped_folders()[-1])[0]
    number = len(shipped["invariants"])
    assert f"{number} of {number} invariants are proved" in out.getvalue()
    implied_rule(document)
    (tmp_path / "rulebook.yaml").write_text(write_yaml(document), encoding="utf-8")
    out = io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command("verify_rulebook", str(tmp_path), "--format", "json", stdout=out)
    assert error.value.returncode == 1
    (row,) = json.loads(out.getvalue())["remarks"]
    assert (row["code"], row["level"], row["kind"], row["entry"]) == (
        "implied-rule",
        "error",
        "rules",
        "pro.asylum.again",
    )


@settings(max_examples=60)
@given(rulebooks)
def test_dead_and_implied_rules_are_exactly_those_that_brute_force_finds(
    rulebook: Rulebook,
) -> None:
    questionnaire = rulebook.questionnaire
    truths = {
        rule.code: [
            is_true(rule.when, questionnaire, answers) for answers in completions(questionnaire, {})
        ]
        for rule in rulebook.rules
    }
    found = {(issue.code, issue.location.entry) for issue in verify(rulebook).issues}
    dead = {code for code, values in truths.items() if not any(values)}
    assert {entry for code, entry in found if code == "dead-rule"} == dead
    live = [rule for rule in rulebook.rules if rule.code not in dead]
    for rule in live:
        implied = [
            other
            for other in live
            if other is not rule
            and (other.measure, other.priority) == (rule.measure, rule.priority)
            and all(
                there or not here
                for here, there in zip(truths[rule.code], truths[other.code], strict=True)
            )
        ]
        if ("implied-rule", rule.code) in found:
            assert implied
        else:
            # Of rules that imply one another one stays.
            assert all(("implied-rule", other.code) in found for other in implied)


@settings(max_examples=60)
@given(rulebooks)
def test_deferrals_that_never_count_never_end_or_are_implied_are_those_that_brute_force_finds(
    rulebook: Rulebook,
) -> None:
    questionnaire = rulebook.questionnaire
    worlds = list(completions(questionnaire, {}))
    called = [
        any(is_true(rule.when, questionnaire, answers) for rule in rulebook.rules)
        for answers in worlds
    ]
    truths = {
        item.code: [is_true(item.when, questionnaire, answers) for answers in worlds]
        for item in rulebook.deferrals
    }
    found = [issue for issue in verify(rulebook).issues if "deferral" in issue.code]
    assert {issue.location.kind for issue in found} <= {"deferrals"}

    def named(code: str) -> set[str]:
        return {issue.location.entry for issue in found if issue.code == code}

    counts = {
        code: [here for here, asked in zip(values, called, strict=True) if asked]
        for code, values in truths.items()
    }
    assert named("deferral-never-counts") == {
        code for code, values in counts.items() if not any(values)
    }
    assert named("deferral-never-ends") == {
        code for code, values in counts.items() if any(values) and all(values)
    }
    live = [code for code, values in counts.items() if any(values)]
    for code in live:
        implied = [
            other
            for other in live
            if other != code
            and all(
                there or not here for here, there in zip(truths[code], truths[other], strict=True)
            )
        ]
        if code in named("implied-deferral"):
            assert implied
        else:
            # Of deferrals that imply one another one stays.
            assert set(implied) <= named("implied-deferral")


CLAIMS: list[dict[str, Any]] = [
    {"measure": "enc.m", "status": ["recommended"]},
    {"measure": "enc.m", "status": ["blocked", "conditional"]},
    {"measure": "enc.m", "status": ["deferred"]},
    {"measure": "enc.m", "could_be": ["recommended", "blocked"]},
    {"some_measure": {"form": ["ENC"]}, "status": ["not_indicated", "recommended"]},
    {"gate": "consent", "of": "enc.m", "value": ["fails"]},
    {"gate": "consent", "of": "enc.m", "value": ["holds", "on_condition"]},
    *ATOMS[:4],
    ATOMS[9],
]
claims = groups_of(CLAIMS, 5)


def claimed(raw: dict[str, Any], rulebook: Rulebook, complete: Complete) -> bool:
    """Whether a claim holds for complete answers, read from how it is written down."""
    for kind, join in (("all", all), ("any", any)):
        if kind in raw:
            return join(claimed(part, rulebook, complete) for part in raw[kind])
    if "none" in raw:
        return not any(claimed(part, rulebook, complete) for part in raw["none"])
    if "status" in raw:
        return status_of(rulebook, "enc.m", complete) in raw["status"]
    if "could_be" in raw:
        return bool(reachable(rulebook, complete) & set(raw["could_be"]))
    if "gate" in raw:
        return worst_gate(rulebook, complete, raw["gate"]) in raw["value"]
    return is_true(parse_condition(raw), rulebook.questionnaire, complete)


def reachable(rulebook: Rulebook, complete: Complete) -> set[str]:
    """The statuses that other answers to what the deferrals ask would lead to."""
    asked = {code for item in rulebook.deferrals for code in questions_of(item.when)}
    kept = {code: value for code, value in complete.items() if code not in asked}
    return {
        status_of(rulebook, "enc.m", other) for other in completions(rulebook.questionnaire, kept)
    }


def worst_gate(rulebook: Rulebook, complete: Complete, kind: str) -> str:
    values = {
        value_of(gate, rulebook, complete)
        for gate in rulebook.gates_for["enc.m"]
        if gate.kind == kind
    }
    return next((value for value in ("fails", "on_condition") if value in values), "holds")


@settings(max_examples=150)
@given(
    st.lists(conditions, min_size=1, max_size=2),
    st.lists(gates, max_size=2),
    st.lists(conditions, max_size=2),
    claims,
    claims,
)
def test_an_invariant_is_proved_exactly_where_brute_force_finds_no_answers_that_break_it(
    rules: list[Any],
    gates: list[Any],
    deferrals: list[Any],
    premise: dict[str, Any],
    conclusion: dict[str, Any],
) -> None:
    raw = small_document(rules, gates, deferrals=deferrals)
    invariant = {
        "code": "i",
        "says": "It holds.",
        "if": premise,
        "then": conclusion,
        "citation": ["p"],
    }
    rulebook = parse({**raw, "invariants": [invariant]})

    def breaks(complete: Complete) -> bool:
        return claimed(premise, rulebook, complete) and not claimed(conclusion, rulebook, complete)

    verdict = verify(rulebook)
    broken = [issue for issue in verdict.issues if issue.code == "invariant-broken"]
    assert ("i" in verdict.proved) == (
        not any(breaks(answers) for answers in completions(rulebook.questionnaire, {}))
    )
    for issue in broken:
        assert issue.answers is not None
        assert all(
            breaks(answers) for answers in completions(rulebook.questionnaire, issue.answers)
        )


@pytest.mark.parametrize(
    ("kind", "field"),
    [("rules", "when"), ("gates", "holds"), ("deferrals", "when"), ("flags", "when")],
)
def test_a_condition_that_nothing_can_be_proved_about_is_an_error_at_its_entry(
    document: Document, kind: str, field: str
) -> None:
    codes = [
        item["code"]
        for item in document["questions"]
        if item["kind"] != "multiple" and "show_if" not in item
    ]
    pairs = [
        {"all": [{"question": first, "in": [option_of(document, first)]} for first in both]}
        for both in zip(codes[:18], codes[18:36], strict=True)
    ]
    measure = document["measures"][0]
    text = "Something."
    document["deferrals"] = [
        {
            "code": "later",
            "title": text,
            "applies_to": {"measures": [measure["code"]]},
            "when": pairs[0],
            "reason": text,
            "look_again": text,
            "citation": measure["citation"],
        }
    ]
    changed = document[kind][0]
    changed[field] = {"any": pairs}
    verdict = verify(parse(document))
    assert [(issue.code, issue.location) for issue in verdict.issues] == [
        ("not-proved", Location("", kind, changed["code"]))
    ]
    assert not verdict.proved
    assert verdict.errors


def test_where_all_conditions_together_are_too_large_the_entry_that_was_reached_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def too_large(*_arguments: Any) -> None:
        raise BudgetExceededError

    monkeypatch.setattr(verification, "_measures_that_wait", too_large)
    here = {"question": "parent", "in": ["o0"]}
    (issue,) = verify(parse(small_document([here], [], deferrals=[here]))).issues
    assert (issue.code, issue.location) == ("not-proved", Location("", "deferrals", "d0"))


def option_of(document: Document, code: str) -> Any:
    return entry(document, "questions", code)["options"][-1]["code"]


def found_in(rules: list[Any], gates: Sequence[tuple[Any, ...]] = ()) -> set[tuple[str, str]]:
    rulebook = parse(small_document(rules, list(gates)))
    return {(issue.code, issue.location.entry) for issue in verify(rulebook).issues}


def test_a_rule_that_others_as_urgent_cover_together_never_decides() -> None:
    """None of them implies it, but wherever it is true, at least one of them is."""
    either = [{"question": "single", "in": ["o0"]}, {"question": "single", "none_of": ["o0"]}]
    found = found_in([*either, {"question": "parent", "in": ["o0"]}])
    assert ("never-decisive", "enc.m.r2") in found
    assert ("implied-rule", "enc.m.r2") not in found
    assert ("never-decisive", "enc.m.r0") not in found


def test_a_gate_that_is_met_on_a_condition_at_best_never_holds() -> None:
    never: dict[str, Any] = {
        "all": [{"question": "single", "in": ["o0"]}, {"question": "single", "in": ["o1"]}]
    }
    at_times = {"question": "single", "in": ["o0"]}
    other = {"question": "single", "in": ["o1"]}
    found = found_in(
        [{"question": "parent", "in": ["o0"]}], [(never, [at_times]), (at_times, [other])]
    )
    assert ("gate-never-holds", "g0") in found
    assert ("gate-never-holds", "g1") not in found
    assert ("gate-never-opens", "g0") not in found


def test_a_counterexample_is_as_small_as_can_be() -> None:
    """Options that need not be chosen are left out."""
    rulebook = parse(small_document([{"question": "parent", "in": ["o0"]}], []))

    def shortest(condition: dict[str, Any]) -> dict[str, Any]:
        diagrams = Diagrams(rulebook.questionnaire, {})
        return diagrams.shortest(diagrams.condition(parse_condition(condition)))

    parent = [{"question": "parent", "in": [code]} for code in ("o0", "o1")]
    high, many = {"question": "level", "at_least": 3}, {"question": "many", "in": ["o0"]}
    assert shortest({"any": [{"all": [parent[0], high]}, parent[1]]}) == {"parent": "o1"}
    neither = {"question": "many", "none_of": ["o0"]}
    either = {"any": [{"all": [parent[0], many]}, {"all": [parent[1], neither]}]}
    assert shortest(either) == {"parent": "o1", "many": frozenset()}
