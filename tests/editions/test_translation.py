"""The pages of evidence on measures and of translations."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cases.catalogue_language import reading_in
from cases.forms.editor.translations import field_of
from cases.models import Assessment, Case, Draft, Edition, User
from cases.queries.editions.rulebooks import rulebook_of
from cases.rulebook.editions.builder import Document, digest_of
from cases.rulebook.editions.loader import parse
from cases.rulebook.entries.issues import RulebookError
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.wording.translation import braces_in
from cases.workflows.assessing.answering import AnswerInput, save_answer, start_assessment
from cases.workflows.assessing.submitting import submit
from cases.workflows.editions.publishing import publish
from cases.workflows.editor import editing
from tests.rulebook.worlds import with_entry


@pytest.fixture
def clients(person: Callable[..., User]) -> tuple[Client, Client]:
    found = []
    for name in ("chen", "clara"):
        client = Client()
        client.force_login(person(name, "catalogue_admin"))
        client.post(reverse("account_reauthenticate"), {"password": "a long password"})
        found.append(client)
    return found[0], found[1]


# Evidence -----------------------------------------------------------------------------------------


def test_a_measures_page_shows_its_evidence_its_age_or_that_nobody_has_weighed_it(
    edition: Edition, clients: tuple[Client, Client]
) -> None:
    client = clients[0]
    with time_machine.travel("2026-11-25"):
        client.logout()
        client.force_login(User.objects.get(username="chen"))
        shown = client.get(reverse("measure_detail", args=["pro.peacekeeping"])).content.decode()
        assert "fewer civilians were killed" in shown
        assert "American Journal of Political Science" in shown
        assert "Newer studies may say otherwise" not in shown
        assert "For 2 of 46 measures" in client.get(reverse("catalogue")).content.decode()
    with time_machine.travel("2027-11-25"):
        client.logout()
        client.force_login(User.objects.get(username="chen"))
        old = client.get(reverse("measure_detail", args=["pro.peacekeeping"])).content.decode()
        assert "Nobody has reviewed it since" in old
        assert (
            "2 have not been reviewed for a year"
            in client.get(reverse("catalogue")).content.decode()
        )
        assert "to be reviewed" in client.get(reverse("measure_list")).content.decode()
    client.logout()
    client.force_login(User.objects.get(username="chen"))
    none = client.get(reverse("measure_detail", args=["cap.ssr"])).content.decode()
    assert "Nobody has weighed the evidence for this measure yet" in none


# Translation --------------------------------------------------------------------------------------


def test_a_translation_is_made_in_the_draft_published_as_a_revision_and_read(
    edition: Edition, clients: tuple[Client, Client], draft: Assessment, analyst: User
) -> None:
    his, hers = clients
    his.post(reverse("draft_start"))
    assert his.post(reverse("translation_list"), {"language": "french"}).status_code == 422
    assert his.post(reverse("translation_list"), {"language": "FR"})["Location"].endswith("/fr/")
    address = reverse("translation_edit", args=["fr", "measures", "pro.mediation"])
    page = his.get(address).content.decode()
    assert "Dialogue and mediation assistance" in page
    title = field_of("title")
    saved = his.post(address, {"version": "0", title: "Dialogue et médiation"})
    assert saved.status_code == 302
    stale = his.post(address, {"version": "0", title: "Autre chose"})
    assert stale.status_code == 422
    assert "Autre chose" in stale.content.decode(), "what was typed is kept"
    assert "1 of" in his.get(reverse("translation_list")).content.decode()
    state = his.get(reverse("draft"))
    assert "Only the wording differs" in state.content.decode()
    his.post(reverse("draft_propose"), {"note": "French.", "seen": state.context["edition"].digest})
    hers.post(
        reverse("draft_publish"), {"seen": hers.get(reverse("draft")).context["edition"].digest}
    )
    newest = Edition.objects.order_by("-number", "-revision")[0]
    assert (newest.number, newest.revision) == (1, 1)
    detail = reverse("measure_detail", args=["pro.mediation"])
    assert "Dialogue and mediation assistance" in his.get(detail).content.decode()
    elsewhere = his.post(
        reverse("catalogue_language"), {"language": "fr", "next": "https://elsewhere.example/"}
    )
    assert elsewhere["Location"] == reverse("catalogue")
    assert "Dialogue et médiation" in his.get(detail).content.decode()
    with reading_in("fr"):
        assert rulebook_of(newest.pk).digest == newest.digest, "a translation is the same rulebook"
        save_answer(draft, AnswerInput("phase", "known", "ongoing"), by=analyst, version=0)
        frozen = submit(Assessment.objects.get(pk=draft.pk), by=analyst)
    assert "médiation" not in str(frozen.content), (
        "what is frozen is in the words of the edition itself"
    )
    his.post(reverse("catalogue_language"), {"language": ""})
    assert "Dialogue and mediation assistance" in his.get(detail).content.decode()


def test_a_translation_never_lands_on_another_text_when_rows_have_moved(
    edition: Edition, clients: tuple[Client, Client], analyst: User
) -> None:
    his, _hers = clients
    working = editing.start_draft(by=analyst)
    question = next(item for item in working.document["questions"] if item["code"] == "phase")
    option = {"code": "calm", "label": "Calm", "meaning": "Nothing at all."}
    moved = question | {"options": [option, *question["options"]]}
    editing.save_entry(working, "questions", moved, code="phase", by=analyst, version=0)
    address = reverse("translation_edit", args=["fr", "questions", "phase"])
    sent = {
        "version": "0",
        field_of("options[rising].label"): "En hausse",
        field_of("options[gone].label"): "Perdu",
    }
    stale = his.post(address, sent)
    assert stale.status_code == 422
    assert "“Perdu”" in stale.content.decode()
    assert his.post(address, sent | {"version": "1"}).status_code == 302
    saved = next(
        item for item in Draft.objects.get().document["questions"] if item["code"] == "phase"
    )
    assert saved["translations"] == {"fr": {"options[rising].label": "En hausse"}}


def test_nothing_is_translated_into_the_catalogues_own_language_or_none(
    edition: Edition,
    clients: tuple[Client, Client],
    analyst: User,
    first_document: tuple[Document, Rulebook],
) -> None:
    editing.start_draft(by=analyst)
    his = clients[0]
    assert his.post(reverse("translation_list"), {"language": "en"}).status_code == 422
    for language in ("en", "toolong"):
        assert his.get(reverse("translation_language", args=[language])).status_code == 404
        assert (
            his.get(reverse("translation_edit", args=[language, "measures", "cap.ssr"])).status_code
            == 404
        )
    with pytest.raises(RulebookError, match="written in that language itself"):
        parse(
            with_entry(
                first_document[0], "measures", "cap.ssr", translations={"en": {"title": "X"}}
            )
        )


def test_a_translation_of_an_invariant_is_asked_for(
    edition: Edition, clients: tuple[Client, Client], analyst: User
) -> None:
    editing.start_draft(by=analyst)
    address = reverse("translation_edit", args=["fr", "invariants", "consent_experts"])
    said = (
        clients[0]
        .post(address, {"version": "0", field_of("says"): "Dit."}, follow=True)
        .content.decode()
    )
    assert "Another catalogue admin must agree to it" in said
    assert "consent_experts" in Draft.objects.get().pending_invariants


def test_braces_are_asked_for_at_the_text_itself(
    edition: Edition, clients: tuple[Client, Client], analyst: User
) -> None:
    editing.start_draft(by=analyst)
    address = reverse("translation_edit", args=["fr", "rules", "pro.mediation.crisis"])
    refused = clients[0].post(address, {"version": "0", field_of("rationale"): "Sans accolades"})
    assert refused.status_code == 422
    assert "the braces must be the same as in the original: {phase}" in refused.content.decode()
    assert "translations" not in str(Draft.objects.get().document["rules"][0])


def test_a_measure_is_downloaded_as_a_decision_model(
    edition: Edition, clients: tuple[Client, Client]
) -> None:
    response = clients[0].get(reverse("measure_dmn", args=["pro.mediation"]))
    assert response["Content-Disposition"] == 'attachment; filename="pro.mediation.dmn"'
    assert b"decisionTable" in response.content
    assert clients[0].get(reverse("measure_dmn", args=["nothing"])).status_code == 404


def test_what_is_frozen_does_not_depend_on_the_language_of_whoever_submits(
    first_document: tuple[Document, Rulebook], case: Case, analyst: User
) -> None:
    document = copy.deepcopy(first_document[0])
    for rule in document["rules"]:
        rule["translations"] = {"fr": {"rationale": "La raison."}}
        for name in braces_in(rule["rationale"]) or ():
            rule["translations"]["fr"]["rationale"] += f" {{{name}}}"
    edition = publish(document)[0]
    digests = set()
    for language in ("", "fr"):
        started = start_assessment(case, by=analyst, as_of=date(2020, 1, 1), edition=edition)
        save_answer(started, AnswerInput("phase", "known", "ongoing"), by=analyst, version=0)
        with reading_in(language):
            assert ("La raison." in rulebook_of(edition.pk).rules[0].rationale) == (
                language == "fr"
            )
            frozen = submit(started, by=analyst)
        assert "La raison." not in str(frozen.content)
        digests.add(digest_of({name: frozen.content[name] for name in ("advice", "answers")}))
    assert len(digests) == 1
