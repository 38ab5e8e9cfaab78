"""Answering: section by section, nothing lost, and nothing overwritten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Answer, Assessment, Case, Edition, Event, User
from cases.queries.assessing.answering import questionnaire_state
from cases.rulebook.editions.builder import digest_of
from cases.rulebook.entries.issues import AnswerError
from cases.workflows.assessing.answering import AnswerInput, discard_draft, save_answer
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import add_source, set_member
from cases.workflows.errors import NotADraftError, StaleError
from tests.making import make_case


def section(draft: Assessment, code: str) -> str:
    return reverse("assessment_section", args=[draft.pk, code])


def post(client: Client, draft: Assessment, code: str, data: dict[str, Any], **headers: Any) -> Any:
    versions = {
        f"{question.code}__version": str(answer.version)
        for question in questionnaire_state(draft).rulebook.questionnaire.in_section(code)
        for answer in [draft.answers.filter(question=question.code).first()]
        if answer
    }
    draft.refresh_from_db()
    state = questionnaire_state(draft)
    shown = {
        f"{question.code}__version": "0"
        for question in state.rulebook.questionnaire.in_section(code)
        if state.is_shown(question.code)
    }
    return client.post(section(draft, code), shown | versions | data, headers=headers)


def test_a_section_is_saved_as_values_unknowns_and_open_questions(
    signed_in: Client, draft: Assessment
) -> None:
    response = post(
        signed_in,
        draft,
        "situation",
        {
            "phase": "ongoing",
            "crimes_at_risk": ["none_of_these"],
            "conflict_status": "unknown",
            "triggers": ["coup", "spillover"],
        },
    )
    assert response.status_code == 302
    rows = {row.question: (row.state, row.value) for row in draft.answers.all()}
    assert rows == {
        "phase": ("known", "ongoing"),
        "crimes_at_risk": ("known", []),
        "conflict_status": ("unknown", None),
        "triggers": ("known", ["coup", "spillover"]),
    }


def test_an_answer_keeps_its_confidence_note_and_sources(
    signed_in: Client, draft: Assessment, case: Case, analyst: User
) -> None:
    source = add_source(case, by=analyst, title="Report", publisher="OHCHR", reliability="A")
    note = "ملاحظة — e\u0301 \U0001f54a"
    post(
        signed_in,
        draft,
        "situation",
        {
            "phase": "ongoing",
            "phase__confidence": "low",
            "phase__note": note,
            "phase__sources": [str(source.pk)],
        },
    )
    answer = draft.answers.get(question="phase")
    assert (answer.confidence, answer.note, list(answer.sources.all())) == ("low", note, [source])
    page = signed_in.get(section(draft, "situation")).content.decode()
    assert note in page


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"phase": "tomorrow"}, "This is not one of the answers"),
        ({"triggers": ["coup", "unknown"]}, "cannot be combined"),
        ({"triggers": ["none_of_these", "coup"]}, "cannot be combined"),
        ({"phase": "latent", "phase__note": "x" * 1_000_000}, "at most 20000 characters"),
        ({"phase": "latent", "phase__sources": ["999999"]}, "not one of the available choices"),
    ],
)
def test_a_wrong_answer_is_reported_at_its_place_and_the_others_are_saved(
    data: dict[str, Any], says: str, signed_in: Client, draft: Assessment
) -> None:
    response = post(signed_in, draft, "situation", {"conflict_status": "unrest", **data})
    page = response.content.decode()
    assert response.status_code == 422
    assert says in page
    assert list(draft.answers.values_list("question", flat=True)) == ["conflict_status"]
    if "phase__note" in data:
        assert data["phase__note"] in page


def test_a_question_appears_with_the_answer_that_calls_for_it_and_keeps_its_answer_while_hidden(
    signed_in: Client, draft: Assessment
) -> None:
    assert (
        "asked when host-state consent is"
        in signed_in.get(section(draft, "consent")).content.decode()
    )
    response = post(signed_in, draft, "consent", {"consent": "given"})
    assert response["Location"].endswith("#q-consent_scope")
    post(signed_in, draft, "consent", {"consent": "given", "consent_scope": ["police"]})
    post(signed_in, draft, "consent", {"consent": "refused", "consent_scope": ["police"]})
    draft.refresh_from_db()
    assert not questionnaire_state(draft).is_shown("consent_scope")
    assert draft.answers.get(question="consent_scope").value == ["police"]
    post(signed_in, draft, "consent", {"consent": "given", "consent_scope__version": ""})
    assert draft.answers.get(question="consent_scope").value == ["police"]


def save(
    client: Client, draft: Assessment, question: str, value: str, version: int = 0, **more: Any
) -> Any:
    """Save one answer as the page does it, in passing."""
    data = {question: value, f"{question}__version": str(version), **more}
    return client.post(
        reverse("answer_save", args=[draft.pk, question]), data, headers={"HX-Request": "true"}
    )


def test_an_answer_saved_in_passing_says_when_and_changes_what_depends_on_it(
    signed_in: Client, draft: Assessment
) -> None:
    response = save(signed_in, draft, "consent", "given")
    page = response.content.decode()
    assert (response.status_code, response["X-Saved"]) == (200, "1")
    assert "Saved " in page
    assert 'id="q-consent_scope"' in page
    assert 'id="version-consent" value="1"' in " ".join(page.split())
    assert "1 of" in page
    wrong = save(signed_in, draft, "consent", "perhaps", 1)
    assert wrong["X-Saved"] == "0"
    assert "This is not one of the answers" in wrong.content.decode()
    assert signed_in.get(reverse("answer_save", args=[draft.pk, "consent"])).status_code == 405
    assert save(signed_in, draft, "no_such", "x").status_code == 404


def test_bad_input_in_passing_is_reported_at_its_place_and_changes_nothing(
    signed_in: Client, draft: Assessment
) -> None:
    long = save(signed_in, draft, "phase", "rising", phase__note="x" * 1_000_000)
    assert long["X-Saved"] == "0"
    assert 'id="error-phase__note"' in long.content.decode()
    assert "at most 20000 characters" in long.content.decode()
    for wrong in (
        {"phase__confidence": "certain"},
        {"phase__version": "-1"},
        {"phase__effective": "yesterday"},
    ):
        assert save(signed_in, draft, "phase", "rising", 0, **wrong)["X-Saved"] == "0", wrong
    assert not draft.answers.exists()
    note = "\u202eملاحظة e\u0301\u0302\u0303 \U0001f54a"
    assert save(signed_in, draft, "phase", "rising", phase__note=note)["X-Saved"] == "1"
    assert draft.answers.get().note == note


def test_an_answer_sent_twice_is_saved_once_and_is_nobody_elses(
    signed_in: Client, draft: Assessment
) -> None:
    assert save(signed_in, draft, "phase", "rising")["X-Saved"] == "1"
    assert save(signed_in, draft, "phase", "rising")["X-Saved"] == "1"
    assert draft.answers.get(question="phase").version == 1


def test_saving_one_answer_takes_the_same_statements_however_much_there_is(
    signed_in: Client, draft: Assessment, case: Case, analyst: User
) -> None:
    save(signed_in, draft, "phase", "rising")  # the edition is parsed once in a process
    with CaptureQueriesContext(connection) as first:
        save(signed_in, draft, "conflict_status", "unrest")
    state = questionnaire_state(Assessment.objects.get(pk=draft.pk))
    for question in state.rulebook.questionnaire.questions:
        if question.kind == "scale" and question.section != "non_state":
            save_answer(draft, AnswerInput(question.code, "known", 2), by=analyst, version=0)
    for number in range(30):
        make_case(analyst, str(number))
        add_source(case, by=analyst, title=str(number), publisher="p", reliability="B")
    with CaptureQueriesContext(connection) as last:
        save(signed_in, draft, "transition", "stalled")
    assert len(last) == len(first) > 5
    assert len(last) <= 12


def test_answers_about_different_questions_never_block_each_other(
    signed_in: Client, draft: Assessment, case: Case, analyst: User, person: Callable[..., User]
) -> None:
    other = person("bea", "analyst")
    set_member(case, other, "contributor", by=analyst)
    save_answer(draft, AnswerInput("phase", "known", "rising"), by=other, version=0)
    assert save(signed_in, draft, "conflict_status", "unrest")["X-Saved"] == "1"
    # A page that was opened earlier does not send the answers that nobody changed on it.
    old = {"transition": "none", "phase__version": "0", "conflict_status__version": "0"}
    assert post(signed_in, draft, "situation", old).status_code == 302
    fresh = Assessment.objects.get(pk=draft.pk)
    assert questionnaire_state(fresh).values == {
        "phase": "rising",
        "conflict_status": "unrest",
        "transition": "none",
    }


def test_a_day_after_the_assessments_own_is_refused_as_since_when_an_answer_holds(
    signed_in: Client, draft: Assessment
) -> None:
    late = save(signed_in, draft, "phase", "rising", phase__effective="2013-01-01")
    assert "after the date of the assessment" in late.content.decode()
    assert not draft.answers.exists()
    save(signed_in, draft, "phase", "rising", phase__effective="2012-06-01")
    assert draft.answers.get(question="phase").effective_on == date(2012, 6, 1)
    assert "2012-06-01" in signed_in.get(section(draft, "situation")).content.decode()


def test_saving_in_passing_after_the_session_has_ended_is_refused_and_not_mistaken_for_saved(
    client: Client, draft: Assessment
) -> None:
    response = save(client, draft, "consent", "given")
    assert response.status_code == 401
    assert not draft.answers.exists()


def test_two_people_on_one_question_overwrite_nothing(
    signed_in: Client, draft: Assessment, case: Case, analyst: User, person: Callable[..., User]
) -> None:
    other = person("bea", "analyst")
    set_member(case, other, "contributor", by=analyst)
    save_answer(draft, AnswerInput("phase", "known", "rising", note="hers"), by=other, version=0)
    data = {
        "phase": "imminent",
        "phase__note": "mine",
        "phase__version": "0",
        "conflict_status": "unrest",
    }
    response = post(signed_in, draft, "situation", data)
    page = response.content.decode()
    assert response.status_code == 422
    assert "Bea answered “rising”" in page
    assert "mine" in page
    passing = save(signed_in, draft, "phase", "imminent")
    assert passing["X-Saved"] == "0"
    assert "Bea answered “rising”" in passing.content.decode()
    assert draft.answers.get(question="phase").value == "rising"
    assert draft.answers.get(question="conflict_status").value == "unrest"
    assert post(signed_in, draft, "situation", data | {"phase__version": "1"}).status_code == 302
    assert draft.answers.get(question="phase").value == "imminent"


def test_an_answer_of_another_version_is_not_written(draft: Assessment, analyst: User) -> None:
    save_answer(draft, AnswerInput("phase", "known", "rising"), by=analyst, version=0)
    with pytest.raises(StaleError):
        save_answer(draft, AnswerInput("phase", "known", "latent"), by=analyst, version=0)
    unchanged = save_answer(
        draft, AnswerInput("phase", "known", "rising"), by=analyst, version=1
    ).answer
    assert unchanged is not None
    assert unchanged.version == 1


def test_an_answer_that_the_questionnaire_does_not_allow_is_not_written(
    draft: Assessment, analyst: User
) -> None:
    for given in (
        AnswerInput("phase", "known", "soon"),
        AnswerInput("hate_speech", "known", 5),
        AnswerInput("no_such", "known", "x"),
    ):
        with pytest.raises(AnswerError):
            save_answer(draft, given, by=analyst, version=0)
    assert not draft.answers.exists()


def test_coming_back_leads_to_the_first_section_that_is_not_finished(
    signed_in: Client, draft: Assessment
) -> None:
    questions = questionnaire_state(draft).rulebook.questionnaire.in_section("situation")
    post(
        signed_in,
        draft,
        "situation",
        {
            question.code: ["unknown"] if question.kind == "multiple" else "unknown"
            for question in questions
        },
    )
    assert signed_in.get(reverse("assessment_answer", args=[draft.pk]))["Location"] == section(
        draft, "state_role"
    )


def test_submitting_freezes_answers_and_advice_under_a_digest(
    signed_in: Client, draft: Assessment, analyst: User
) -> None:
    save_answer(draft, AnswerInput("phase", "known", "ongoing"), by=analyst, version=0)
    assert (
        "Not yet answered"
        in signed_in.get(reverse("assessment_submit", args=[draft.pk])).content.decode()
    )
    without = signed_in.post(reverse("assessment_submit", args=[draft.pk]))
    assert without.status_code == 422
    assert "Say why you are submitting it anyway" in without.content.decode()
    comment = {"comment": "First look; the rest follows."}
    assert signed_in.post(reverse("assessment_submit", args=[draft.pk]), comment).status_code == 302
    draft.refresh_from_db()
    snapshot = draft.snapshot
    assert draft.status == "submitted"
    assert snapshot.digest == digest_of(snapshot.content)
    assert snapshot.content["answers"]["phase"]["value"] == "ongoing"
    assert snapshot.content["advice"]["measures"]["enc.remind"]["status"] == "recommended"
    with pytest.raises(NotADraftError):
        save_answer(draft, AnswerInput("phase", "known", "latent"), by=analyst, version=1)
    page = signed_in.get(reverse("assessment_advice", args=[draft.pk])).content.decode()
    assert snapshot.digest in page
    assert comment["comment"] in page


def test_a_submitted_advice_does_not_change_with_its_case(
    signed_in: Client, draft: Assessment, case: Case, analyst: User
) -> None:
    submit(draft, by=analyst)
    before = signed_in.get(reverse("assessment_advice", args=[draft.pk])).context["content"]
    case.title = "Renamed"
    case.save()
    assert signed_in.get(reverse("assessment_advice", args=[draft.pk])).context["content"] == before


def test_discarding_asks_first_and_keeps_what_the_draft_held_in_the_record(
    signed_in: Client, draft: Assessment, analyst: User
) -> None:
    source = add_source(draft.case, by=analyst, title="A report", publisher="OHCHR")
    save_answer(
        draft,
        AnswerInput(
            "phase",
            "known",
            "ongoing",
            "low",
            "from the field",
            frozenset([source.pk]),
            date(2012, 11, 1),
        ),
        by=analyst,
        version=0,
    )
    asks = signed_in.get(reverse("assessment_discard", args=[draft.pk])).content.decode()
    assert "1 answer" in asks
    assert Assessment.objects.filter(pk=draft.pk).exists()
    discard_draft(draft, by=analyst)
    event = Event.objects.get(verb="assessment_discarded")
    assert event.data["answers"]["phase"] == ["known", "ongoing", "from the field"]
    assert event.data["grounds"]["phase"] == ["low", "2012-11-01", ["A report"]]
    assert "Auditors can still read the answers" in " ".join(asks.split())
    assert not Answer.objects.exists()


def test_an_assessment_of_a_future_day_is_refused_with_the_reason(
    signed_in: Client, case: Case, edition: Edition
) -> None:
    response = signed_in.post(reverse("assessment_new", args=[case.pk]), {"as_of": "2999-01-01"})
    assert response.status_code == 422
    assert "is in the future" in response.content.decode()
    assert not case.assessments.exists()


def check_codes(client: Client, draft: Assessment) -> dict[str, list[str]]:
    found = client.get(reverse("assessment_submit", args=[draft.pk])).context["checks"]
    return {level: [check.code for check in items] for level, items in found.items()}


def test_an_empty_assessment_cannot_be_submitted(signed_in: Client, draft: Assessment) -> None:
    assert check_codes(signed_in, draft)["error"] == ["nothing-answered"]
    response = signed_in.post(
        reverse("assessment_submit", args=[draft.pk]), {"comment": "all the same"}
    )
    assert response.status_code == 422
    draft.refresh_from_db()
    assert draft.is_draft


def test_answers_that_can_hardly_both_be_right_are_shown_before_submission(
    signed_in: Client, draft: Assessment, analyst: User
) -> None:
    for code, value in (("phase", "latent"), ("systematic_attack", 4)):
        save_answer(draft, AnswerInput(code, "known", value), by=analyst, version=0)
    assert "contradiction" in check_codes(signed_in, draft)["warning"]
    save_answer(draft, AnswerInput("phase", "known", "ongoing"), by=analyst, version=1)
    assert "contradiction" not in check_codes(signed_in, draft)["warning"]


def test_an_urgent_measure_that_rests_on_low_confidence_is_marked_before_submission_and_on_its_page(
    signed_in: Client, draft: Assessment, analyst: User
) -> None:
    save_answer(
        draft, AnswerInput("displacement", "known", "both", confidence="low"), by=analyst, version=0
    )
    assert "low-confidence" in check_codes(signed_in, draft)["warning"]
    page = signed_in.get(
        reverse("measure_in_advice", args=[draft.pk, "pro.asylum"])
    ).content.decode()
    assert "Fragile:" in page
    save_answer(
        draft,
        AnswerInput("displacement", "known", "both", confidence="high"),
        by=analyst,
        version=1,
    )
    assert "low-confidence" not in check_codes(signed_in, draft)["warning"]


def test_the_next_assessment_begins_with_the_answers_of_the_last_until_they_are_confirmed(
    signed_in: Client, draft: Assessment, case: Case, analyst: User
) -> None:
    source = add_source(case, by=analyst, title="Report", publisher="OHCHR", reliability="A")
    given = AnswerInput("phase", "known", "ongoing", "low", "as reported", frozenset([source.pk]))
    save_answer(draft, given, by=analyst, version=0)
    save_answer(draft, AnswerInput("conflict_status", "unknown"), by=analyst, version=0)
    submit(draft, by=analyst, comment="enough")
    draft.refresh_from_db()
    page = signed_in.get(reverse("assessment_new", args=[case.pk])).content.decode()
    assert "Start with the answers of" in page
    data = {"as_of": "2013-06-01", "earlier": str(draft.pk)}
    signed_in.post(reverse("assessment_new", args=[case.pk]), data)
    following = case.assessments.get(status="draft")
    carried = following.answers.get(question="phase")
    assert (carried.value, carried.note, list(carried.sources.all())) == (
        "ongoing",
        "as reported",
        [source],
    )
    assert carried.carried_over
    assert (
        "From the previous assessment"
        in signed_in.get(section(following, "situation")).content.decode()
    )
    assert "carried-over" in check_codes(signed_in, following)["warning"]
    same = {"phase": "ongoing", "phase__confidence": "low", "phase__note": "as reported"}
    same |= {"phase__sources": str(source.pk), "conflict_status": "unknown"}
    post(signed_in, following, "situation", same)
    assert following.answers.get(question="phase").carried_over, (
        "saving the section alone confirms nothing"
    )
    post(
        signed_in,
        following,
        "situation",
        same | {"phase__confirm": "on", "conflict_status": "unrest"},
    )
    assert not following.answers.filter(carried_over=True).exists()


def test_only_assessments_of_the_same_case_can_be_carried_over(
    signed_in: Client, draft: Assessment, case: Case, analyst: User
) -> None:
    other = make_case(analyst)
    submit(draft, by=analyst)
    response = signed_in.post(
        reverse("assessment_new", args=[other.pk]),
        {"as_of": "2013-06-01", "earlier": str(draft.pk)},
    )
    assert response.status_code == 422
    assert not other.assessments.exists()


def test_only_the_person_who_sent_an_answer_may_send_it_twice(
    draft: Assessment, analyst: User, person: Callable[..., User]
) -> None:
    given = AnswerInput("phase", "known", "ongoing", "high", "as reported")
    first = save_answer(draft, given, by=analyst, version=0)
    assert save_answer(draft, given, by=analyst, version=0).answer == first.answer
    with pytest.raises(StaleError):
        save_answer(draft, given, by=person("bea", "analyst"), version=0)
