"""An edited entry tried before it is saved."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from django.urls import reverse

from cases.models import Assessment, CaseMember, Draft, Edition, User
from cases.queries.editor.drafts import draft_edition
from cases.queries.editor.rule_tables import rule_table
from cases.queries.paging import total_of
from cases.rulebook.editions.yaml_files import write_entry
from cases.workflows.assessing.answering import AnswerInput, save_answer, start_assessment
from cases.workflows.assessing.submitting import submit
from tests.conftest import make_sensitive
from tests.editor.drafts import entry_of, of, published, save, typed, unsafe
from tests.making import make_case


def test_a_rule_is_tried_on_a_case_before_it_is_saved(
    draft: Assessment, analyst: User, working: Draft, chen: User
) -> None:
    draft.case.confidentiality = "open"
    draft.case.save()
    save_answer(draft, AnswerInput("phase", "known", "ongoing"), by=analyst, version=0)
    submit(draft, by=analyst)
    rule = entry_of(working, "rules", "pro.asylum.fled")
    address = reverse("entry_edit", args=["rules", rule["code"]])

    def outcome(when: dict[str, Any]) -> str:
        data = typed(
            working,
            "rules",
            rule | {"when": when, "rationale": "Said."},
            case=str(draft.case_id),
            **{"try": "impact"},
        )
        response = of(chen).post(address, data, headers={"HX-Request": "true"})
        assert response.status_code == 200
        text: str = response.content.decode()
        return text

    fires = outcome({"question": "phase", "in": ["ongoing"]})
    assert "It is true in this case." in fires
    assert "Phase of the risk: <strong>ongoing</strong>" in fires
    assert "1 of 1 case would get different advice" in fires
    assert "It is not true in this case." in outcome({"question": "phase", "in": ["latent"]})
    assert "an answer is missing" in outcome({"question": "hate_speech", "at_least": 2})
    assert Draft.objects.get().document == working.document
    data = typed(working, "rules", rule, case="", **{"try": "1", "when-0-0-question": ""})
    assert (
        "Not complete yet"
        in of(chen).post(address, data, headers={"HX-Request": "true"}).content.decode()
    )


def test_the_cases_to_try_a_rule_on_are_counted_up_to_a_limit(
    analyst: User, edition: Edition, working: Draft, chen: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cases.views.editor.outcomes.OFFERED", 1)
    for title in ("Floods", "Fights", "Fears"):
        case = make_case(analyst, title)
        day = date(2020, 1, 1)
        submit(start_assessment(case, by=analyst, as_of=day, edition=edition), by=analyst)
    address = reverse("entry_edit", args=["rules", "pro.asylum.fled"])
    assert "1 of 3 are listed." in of(chen).get(address).content.decode()
    counted = partial(total_of, most=2)
    monkeypatch.setattr("cases.views.editor.outcomes.total_of", counted)
    assert "1 of more than 2 are listed." in of(chen).get(address).content.decode()


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("line:when", "when-2-0-question"),
        ("group:when", "when-2-0-question"),
        ("inner:when-1", "when-1-7-question"),
    ],
)
def test_a_form_grows_by_a_line_or_a_group_and_keeps_what_was_typed(
    working: Draft, chen: User, command: str, says: str
) -> None:
    rule = entry_of(working, "rules", "pro.human_rights_experts.alleged")
    address = reverse("entry_edit", args=["rules", rule["code"]])
    data = typed(working, "rules", rule, rationale="Half a thou", redraw=command)
    page = of(chen).post(address, data)
    assert page.status_code == 200
    assert says in page.content.decode()
    assert "Half a thou" in page.content.decode()
    assert Draft.objects.get().document == working.document


def test_a_rule_is_edited_in_its_form_and_a_fault_is_shown_at_its_field(
    working: Draft, chen: User
) -> None:
    rule = entry_of(working, "rules", "pro.asylum.fled")
    address = reverse("entry_edit", args=["rules", rule["code"]])
    client = of(chen)
    faulty = typed(
        working, "rules", rule, rationale="Because {nothing}", **{"when-0-0-value": "nonsense"}
    )
    refused = client.post(address, faulty)
    assert refused.status_code == 422
    assert "Choose at least one answer." in refused.content.decode()
    unfit = client.post(address, typed(working, "rules", rule, rationale="Because {nothing}"))
    assert unfit.status_code == 422
    assert "is not a question in this entry" in unfit.content.decode()
    assert client.post(address, typed(working, "rules", rule, rationale="Said.")).status_code == 302
    assert entry_of(working, "rules", rule["code"]) == rule | {"rationale": "Said."}


def test_a_counterexample_opens_as_a_what_if_of_the_draft(working: Draft, chen: User) -> None:
    kind, gate = unsafe(working)
    client = of(chen)
    save(client, kind, gate | {"says": dict.fromkeys(gate["says"], "Said.")})
    page = client.get(reverse("draft")).content.decode()
    address = html.unescape(re.findall(r'href="([^"]*/try/\?a=[^"]*)"', page)[0])
    shown = client.get(address).content.decode()
    assert "What differs" in shown
    assert "All other answers are unknown" in shown
    unfit = client.get(reverse("draft_try"), {"a": ["phase:nonsense", "weather:fine"]})
    assert unfit.status_code == 200
    assert (
        "2 answers that this address gives do not exist in the draft and are left out: "
        "Phase of the risk, weather" in unfit.content.decode()
    )
    assert client.get(reverse("draft_try"), {"of": "nonsense"}).status_code == 404


def test_the_rules_of_a_measure_and_the_uses_of_a_question_are_shown_side_by_side(
    working: Draft, chen: User
) -> None:
    client = of(chen)
    table = client.get(reverse("rules_of_measure", args=["pro.mediation"])).content.decode()
    assert "pro.mediation.crisis" in table
    assert "disputed or violent" in table
    uses = client.get(reverse("rules_of_question", args=["electoral_risk"])).content.decode()
    assert "pro.mediation.crisis" in uses
    assert client.get(reverse("rules_of_measure", args=["nothing"])).status_code == 404
    assert client.get(reverse("rules_of_question", args=["nothing"])).status_code == 404


def test_a_table_of_rules_tells_what_is_enough_alone_from_what_is_needed_together(
    working: Draft,
) -> None:
    """Here one answer alone calls for the measure, or two others together. The page calls neither
    of the two sufficient.
    """
    table = rule_table(draft_edition(working).rulebook, "cap.media")
    asked = {
        question.code: [
            line
            for column, lines in cells
            for line in lines
            if column.rule.code == "cap.media.hate"
        ]
        for question, cells in table.rows
    }
    assert asked == {
        "hate_speech": [((2,), "high or higher")],
        "media_gap": [((1,), "moderate or higher")],
        "state_incitement": [((1,), "isolated or systematic")],
    }
    needed = {
        question.code: cells[0][1]
        for question, cells in rule_table(draft_edition(working).rulebook, MEDIATION).rows
    }
    assert needed["phase"] == (((), "imminent or ongoing"),), "needed whatever else is true"
    assert needed["conflict_status"] == (
        ((1,), "unrest, internal conflict or international conflict"),
    )


def test_a_rule_with_too_many_combinations_for_a_table_is_said_in_words(
    working: Draft, chen: User, clara: User
) -> None:
    wide: dict[str, list[Any]] = {
        "all": [{"any": [{"question": q, "at_least": n} for q in SCALES]} for n in (1, 2, 3)]
    }
    wide["all"].append({"any": [{"question": q, "in": [2, 4]} for q in SCALES]})
    client = of(chen)
    save(client, "rules", entry_of(working, "rules", "cap.media.hate") | {"when": wide})
    page = client.get(reverse("rules_of_measure", args=["cap.media"])).content.decode()
    assert page.count("It has too many combinations for the table.") == 1
    assert "gap in the media is low or higher" in page
    published(Draft.objects.get(), by=chen, second=clara)
    shown = client.get(reverse("measure_dmn", args=["cap.media"]), follow=True)
    assert "too many combinations for a decision table" in shown.content.decode()


MEDIATION = "pro.mediation"
SCALES = ("hate_speech", "media_gap", "group_tensions", "women_exclusion", "inequality")


def test_what_is_new_and_used_already_is_worked_out_beside_the_published_edition(
    working: Draft, chen: User
) -> None:
    """Another entry of the draft uses an option that the published question does not have."""
    client = of(chen)
    question = entry_of(working, "questions", "phase")
    question["options"] = [
        *question["options"],
        {"code": "after_two", "label": "After two", "meaning": "Later."},
    ]
    assert save(client, "questions", question).status_code == 302
    rule = entry_of(working, "rules", "pro.asylum.fled") | {
        "when": {"question": "phase", "in": ["after_two"]}
    }
    assert save(client, "rules", rule | {"rationale": "Said."}).status_code == 302
    new = question | {"code": "phase_two"}
    assert client.post(
        reverse("entry_new", args=["questions"]),
        {"yaml": write_entry("questions", new), "version": "0"},
    )
    rule["when"] = {"any": [rule["when"], {"question": "phase_two", "in": ["latent"]}]}
    assert save(client, "rules", rule | {"rationale": "Said."}, version=1).status_code == 302
    for code, version in (("phase", 1), ("phase_two", 1)):
        entry = entry_of(working, "questions", code)
        data = {"yaml": write_entry("questions", entry), "version": version, "try": "impact"}
        answer = client.post(reverse("entry_edit", args=["questions", code]), data)
        assert answer.status_code == 200
        assert "cases would get different advice" in answer.content.decode()


def test_every_look_into_a_sensitive_case_leaves_a_record_also_what_is_sent(
    draft: Assessment, analyst: User, working: Draft, chen: User
) -> None:
    submit(draft, by=analyst)
    make_sensitive()
    CaseMember.objects.create(case=draft.case, user=chen, role=CaseMember.Role.READER)
    client = of(chen)
    methods: list[Callable[..., Any]] = [client.get, client.post]
    for number, method in enumerate(methods, 1):
        assert method(reverse("draft_try"), {"of": str(draft.pk)}).status_code == 200
        assert draft.case.events.filter(verb="case_read", actor=chen).count() == number
