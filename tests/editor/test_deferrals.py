"""Deferrals in the editor and on the pages: made, tried, published, read, and taken out again."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.forms.editor.entries import ENTRY_FORMS
from cases.models import Assessment, Case, Draft, Edition, User
from cases.queries.assessing.content import content_of
from cases.queries.editions.edition_changes import changes_in_words
from cases.rulebook.editions.builder import Document
from cases.rulebook.editions.loader import check_entry, put_entry
from cases.rulebook.entries.rulebook import Rulebook
from cases.workflows.assessing.answering import AnswerInput, save_answer, start_assessment
from cases.workflows.assessing.submitting import submit
from cases.workflows.editions.publishing import publish
from tests.editor.drafts import entry_of, of, send, sent_by, typed
from tests.editor.sent_forms import as_sent
from tests.rulebook.worlds import document as small_document

REFORM: dict[str, Any] = {
    "code": "open_war.reform",
    "title": "Reform waits for the fighting to end",
    "applies_to": {"measures": ["cap.ssr", "cap.elections"]},
    "when": {"question": "phase", "in": ["imminent", "ongoing"]},
    "reason": "The violence is {phase}: a reform cannot be carried out while it lasts.",
    "look_again": "When a ceasefire holds.",
    "citation": ["aag.i.long_term"],
}
ANSWERS = {"phase": "ongoing", "security_sector_gap": 4, "state_involvement": "none"}


@pytest.fixture
def waiting(edition: Edition, first_document: tuple[Document, Rulebook]) -> Edition:
    return publish({**first_document[0], "deferrals": [REFORM]})[0]


@pytest.fixture
def assessed(case: Case, analyst: User, waiting: Edition) -> Assessment:
    found = start_assessment(case, by=analyst, as_of=date(2012, 12, 20), edition=waiting)
    for question, value in ANSWERS.items():
        save_answer(found, AnswerInput(question, "known", value), by=analyst, version=0)
    return found


def text_of(client: Client, address: str) -> str:
    return html.unescape(client.get(address).content.decode())


def test_a_deferral_is_made_tried_edited_and_removed_in_the_draft(
    working: Draft, chen: User, draft: Assessment, analyst: User
) -> None:
    draft.case.confidentiality = "open"
    draft.case.save()
    for question, value in ANSWERS.items():
        save_answer(draft, AnswerInput(question, "known", value), by=analyst, version=0)
    submit(draft, by=analyst)
    client = of(chen)
    new = reverse("entry_new", args=["deferrals"])
    assert client.get(new).status_code == 200
    data = typed(working, "deferrals", REFORM, case=str(draft.case_id), **{"try": "impact"})
    tried = client.post(new, data, headers={"HX-Request": "true"}).content.decode()
    assert "It is true in this case." in tried
    assert "It makes 2 measures wait" in tried
    assert "Not now" in tried
    assert "newly made to wait" in tried
    assert client.post(new, typed(working, "deferrals", REFORM)).status_code == 302
    assert entry_of(working, "deferrals", REFORM["code"]) == REFORM
    address = reverse("entry_edit", args=["deferrals", REFORM["code"]])
    sent = sent_by(client.get(address))
    assert send(client, address, sent).status_code == 302
    assert entry_of(working, "deferrals", REFORM["code"]) == REFORM, (
        "nothing typed, nothing changed"
    )
    sent["look_again"] = "When the parties have signed."
    assert send(client, address, sent).status_code == 302
    assert "What makes it wait" in text_of(client, reverse("rules_of_measure", args=["cap.ssr"]))
    assert REFORM["title"] in text_of(client, reverse("rules_of_measure", args=["cap.ssr"]))
    assert REFORM["title"] in text_of(client, reverse("rules_of_question", args=["phase"]))
    remove = reverse("entry_remove", args=["deferrals", REFORM["code"]])
    assert client.post(remove, {"version": "2"}).status_code == 302
    assert Draft.objects.get().document == working.document, "the list goes with its last entry"
    assert REFORM["title"] in text_of(client, reverse("entry_list", args=["deferrals"]))


def test_a_deferral_that_can_never_be_true_is_among_the_findings(
    working: Draft, chen: User
) -> None:
    client = of(chen)
    phases = [{"question": "phase", "in": [code]} for code in ("latent", "ongoing")]
    never = REFORM | {"when": {"all": phases}}
    client.post(reverse("entry_new", args=["deferrals"]), typed(working, "deferrals", never))
    assert "No set of answers makes it true" in text_of(client, reverse("draft"))


def test_the_page_of_an_advice_tells_what_waits_why_and_when_to_look_again(
    assessed: Assessment, analyst: User
) -> None:
    client = of(analyst)
    row = content_of(assessed).advice.measures["cap.ssr"]
    assert (row.status, row.deferrals[0].holds) == ("deferred", True)
    page = text_of(client, assessed.get_absolute_url())
    assert "has to wait" in page
    assert "The violence is ongoing: a reform cannot be carried out while it lasts." in page
    assert "When a ceasefire holds." in page
    one = text_of(client, reverse("measure_in_advice", args=[assessed.pk, "cap.ssr"]))
    assert "Not now" in one
    assert "It would not have to wait if:" in one
    # Everything that shows the case shows it too.
    submit(assessed, by=analyst)
    assert "has to wait" in text_of(client, assessed.case.get_absolute_url())


def test_the_catalogue_says_of_a_measure_when_it_has_to_wait(
    waiting: Edition, person: Callable[..., User]
) -> None:
    client = of(person("reader", "analyst"))
    page = text_of(client, reverse("measure_detail", args=["cap.ssr"]))
    assert "When it has to wait" in page
    assert REFORM["look_again"] in page
    assert REFORM["title"] in text_of(client, reverse("question_detail", args=["phase"]))


GONE: dict[str, Any] = {
    "code": "question.outlook",
    "how": "split",
    "into": ["phase", "triggers"],
    "why": "It asked two things.",
    "carry": [
        {"to": "phase", "take": "outlook", "when": {"question": "outlook", "in": ["rising"]}},
        {"to": "triggers", "value": ["coup"]},
    ],
    "citation": ["aag.i.long_term"],
}


def test_newer_entries_go_through_their_forms_and_come_out_the_same(
    first_document: tuple[Document, Rulebook],
) -> None:
    document, rulebook = first_document
    section = document["sections"][3] | {
        "tables": [{"code": "t", "title": "T", "questions": ["rule_of_law_gap", "media_gap"]}]
    }
    evidence = {
        "strength": "none",
        "direct": False,
        "says": "Nothing was found.",
        "contextual": [],
        "design": [],
        "sources": [],
        "reviewed_on": "2026-11-01",
        "review": "desk",
    }
    entries = [
        ("deferrals", REFORM),
        ("deferrals", {**REFORM, "applies_to": {"form": "CAP", "consent_scope": ["capacity"]}}),
        ("retired", GONE),
        ("retired", {"code": "actor.x", "how": "dropped", "into": [], "why": "Gone."}),
        ("sections", section),
        ("sources", document["sources"][0] | {"basis": "read"}),
        ("measures", document["measures"][0] | {"evidence": evidence}),
    ]
    for kind, entry in entries:
        options: dict[str, Any] = {"document": document, "questionnaire": rulebook.questionnaire}
        form = ENTRY_FORMS[kind](entry=entry, initial={"version": 0}, **options)
        again = ENTRY_FORMS[kind](
            as_sent("".join(str(field) for field in form)), entry=entry, **options
        )
        assert again.is_valid(), (kind, again.errors)
        assert again.gathered() == entry


def test_a_change_in_how_answers_carry_over_is_reported_though_this_edition_asks_none() -> None:
    raw = small_document([{"question": "single", "in": ["o1"]}], [])
    entry: dict[str, Any] = {
        "code": "question.outlook",
        "how": "replaced",
        "into": ["single"],
        "why": "It asked the same.",
        "carry": [
            {"to": "single", "take": "outlook", "when": {"question": "outlook", "in": ["o1"]}}
        ],
    }
    other = {**entry, "carry": [{**entry["carry"][0], "when": {"question": "older", "in": ["o2"]}}]}
    (reading,) = changes_in_words({**raw, "retired": [entry]}, {**raw, "retired": [other]})
    assert "outlook" in reading.fields[0].before
    assert "older" in reading.fields[0].after


def test_a_code_no_longer_used_is_refused_at_its_field(
    first_document: tuple[Document, Rulebook],
) -> None:
    document = first_document[0]
    entry = GONE | {"code": "question.phase"}
    says = [
        str(item)
        for item in check_entry(put_entry(document, "retired", "", entry), "retired", entry)
    ]
    assert any("still has the question 'phase'" in text for text in says)
