"""An assessment that goes on with a newer edition: what moved where, and nothing dropped."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases.models import Assessment, Edition, Event, Source, UnplacedAnswer, User
from cases.queries.editions.rulebooks import rulebook_of
from cases.rulebook.editions.builder import Document
from cases.rulebook.entries.rulebook import Rulebook
from cases.workflows.assessing.answering import (
    AnswerInput,
    correct_date,
    save_answer,
    start_assessment,
)
from cases.workflows.assessing.attachments import add_attachment
from cases.workflows.assessing.placing import place, put_aside
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import add_source
from cases.workflows.editions.publishing import publish
from cases.workflows.editions.reassessment import accept_reassessment
from cases.workflows.errors import NotADraftError, SettledError
from cases.workflows.followup import record_step
from tests.rulebook.shipped import DOCUMENT

CRIMES, PAST = "crimes_at_risk", "past_atrocities"


def without_options(document: Document, **gone: str) -> Document:
    """The rulebook with an option fewer in each of these questions."""
    changed = copy.deepcopy(document)
    for code, option in gone.items():
        (question,) = (item for item in changed["questions"] if item["code"] == code)
        question["options"] = [item for item in question["options"] if item["code"] != option]
    changed["edition"]["note"] = "Options merged."
    return changed


@pytest.fixture
def source(draft: Assessment, analyst: User) -> Source:
    return add_source(draft.case, by=analyst, title="A report", publisher="OHCHR", reliability="A")


@pytest.fixture
def submitted(draft: Assessment, analyst: User, source: Source) -> Assessment:
    """An assessment of the first edition with notes, a source, confidence and a file."""
    rows: list[tuple[str, Any]] = [
        ("phase", "ongoing"),
        (CRIMES, ["genocide", "ethnic_cleansing"]),
        (PAST, "addressed"),
    ]
    for code, value in rows:
        given = AnswerInput(code, "known", value, "low", f"Note on {code}.", frozenset({source.pk}))
        save_answer(draft, given, by=analyst, version=0)
    for code in ("phase", PAST):
        upload = SimpleUploadedFile(f"{code}.txt", b"what was seen")
        add_attachment(
            draft, code, upload, name=f"{code}.txt", content_type="text/plain", by=analyst
        )
    submit(draft, by=analyst)
    return Assessment.objects.get(pk=draft.pk)


@pytest.fixture
def newer(submitted: Assessment, first_document: tuple[Document, Rulebook]) -> Edition:
    document = without_options(first_document[0], **{CRIMES: "ethnic_cleansing", PAST: "addressed"})
    document["retired"] = [
        {
            "code": f"option.{PAST}.addressed",
            "how": "dropped",
            "into": [],
            "why": "Past crimes are never fully addressed.",
            "citation": [document["passages"][0]["code"]],
        }
    ]
    return publish(document)[0]


@pytest.fixture
def begun(submitted: Assessment, newer: Edition, analyst: User) -> Assessment:
    return accept_reassessment(submitted, newer, by=analyst)


def test_options_that_are_gone_are_kept_with_note_source_confidence_and_file(
    begun: Assessment, source: Source
) -> None:
    crimes, past = begun.unplaced.all()
    assert (crimes.answered, past.answered) == ("Ethnic cleansing", "Addressed")
    assert past.why == "Past crimes are never fully addressed."
    for kept in (crimes, past):
        assert (kept.confidence, kept.note) == ("low", f"Note on {kept.question}.")
        assert list(kept.sources.all()) == [source]
    assert begun.answers.get(question=CRIMES).value == ["genocide"]
    assert not begun.answers.filter(question=PAST).exists()
    files = begun.attachments.values_list("question", "name")
    assert set(files) == {("phase", "phase.txt"), (PAST, f"{PAST}.txt")}


def test_an_answer_that_a_newer_edition_changed_has_to_be_confirmed(begun: Assessment) -> None:
    assert begun.answers.get(question=CRIMES).carried_over
    assert not begun.answers.get(question="phase").carried_over


def test_files_of_the_new_draft_are_copies_of_its_own(
    begun: Assessment, submitted: Assessment
) -> None:
    kept, copied = (item.attachments.get(question="phase") for item in (submitted, begun))
    assert (copied.name, copied.digest) == (kept.name, kept.digest)
    assert copied.file.name != kept.file.name
    copied.file.delete(save=False)
    with kept.file.open("rb") as stored:
        assert stored.read() == b"what was seen"


def test_the_page_shows_what_moved_and_what_has_to_be_placed(
    signed_in: Client, begun: Assessment
) -> None:
    page = signed_in.get(reverse("assessment_carried_over", args=[begun.pk])).content.decode()
    for said in (
        "Ethnic cleansing",
        "Past crimes are never fully addressed.",
        f"Note on {PAST}.",
        "A report",
        f"{PAST}.txt",
        "Low",
        "Answers that moved",
    ):
        assert said in page
    section = reverse("assessment_section", args=[begun.pk, "situation"])
    assert "2 answers to place" in signed_in.get(section).content.decode()
    check = signed_in.get(reverse("assessment_submit", args=[begun.pk])).content.decode()
    assert "2 answers from the earlier assessment are not placed yet." in check


def test_starting_from_an_earlier_assessment_leads_to_the_answers_to_place(
    signed_in: Client, submitted: Assessment, newer: Edition
) -> None:
    address = reverse("assessment_new", args=[submitted.case_id])
    sent = {"as_of": "2013-01-15", "earlier": str(submitted.pk)}
    page = signed_in.post(address, sent, follow=True)
    made = submitted.case.assessments.get(status="draft")
    assert page.redirect_chain[-1][0] == reverse("assessment_carried_over", args=[made.pk])
    assert "2 answers have no place in the newer edition" in page.content.decode()


def test_an_answer_is_placed_with_another_question_with_everything_recorded_with_it(
    signed_in: Client, begun: Assessment, source: Source
) -> None:
    kept = begun.unplaced.get(question=PAST)
    address = reverse("unplaced_settle", args=[begun.pk, kept.pk])
    page = signed_in.post(address, {"question": "upholds_obligations"})
    assert page.status_code == 302
    assert page["Location"].endswith("#q-upholds_obligations")
    answer = begun.answers.get(question="upholds_obligations")
    assert answer.state == "open", "only a person can say what the answer is now"
    assert f"Note on {PAST}." in answer.note
    assert "(Addressed)" in answer.note
    assert list(answer.sources.all()) == [source]
    assert begun.attachments.get(name=f"{PAST}.txt").question == "upholds_obligations"
    assert Event.objects.filter(verb="answer_placed").count() == 1
    report = signed_in.get(reverse("assessment_carried_over", args=[begun.pk])).content.decode()
    assert "placed it with" in report


def test_an_answer_is_put_aside_only_with_a_reason_which_stays_readable(
    signed_in: Client, begun: Assessment
) -> None:
    kept = begun.unplaced.get(question=PAST)
    address = reverse("unplaced_settle", args=[begun.pk, kept.pk])
    refused = signed_in.post(address, {"act": "aside", "reason": ""})
    assert refused.status_code == 422
    assert "Say why the answer is left out." in refused.content.decode()
    page = signed_in.post(address, {"act": "aside", "reason": "It says nothing new."}, follow=True)
    assert "put it aside: <bdi>It says nothing new.</bdi>" in page.content.decode()
    again = signed_in.post(address, {"act": "aside", "reason": "Twice."}, follow=True)
    assert "Someone else has settled this answer." in again.content.decode()
    assert UnplacedAnswer.objects.get(pk=kept.pk).reason == "It says nothing new."


def test_nothing_is_placed_in_a_submitted_assessment(begun: Assessment, analyst: User) -> None:
    first, second = begun.unplaced.all()
    put_aside(first, "Not needed.", by=analyst)
    with pytest.raises(SettledError):
        place(first, "phase", by=analyst)
    submit(begun, by=analyst)
    with pytest.raises(NotADraftError):
        put_aside(second, "Too late.", by=analyst)


def test_what_could_not_be_placed_is_frozen_with_the_assessment(
    begun: Assessment, analyst: User
) -> None:
    put_aside(begun.unplaced.get(question=CRIMES), "Merged.", by=analyst)
    frozen = submit(begun, by=analyst).content["unplaced"]
    assert [(row["question"], row["answered"], row["reason"]) for row in frozen] == [
        (CRIMES, "Ethnic cleansing", "Merged."),
        (PAST, "Addressed", ""),
    ]
    assert frozen[1]["note"] == f"Note on {PAST}."


def test_a_returned_assessment_is_taken_up_whole_with_its_files(
    signed_in: Client, submitted: Assessment, person: Callable[..., User]
) -> None:
    Assessment.objects.filter(pk=submitted.pk).update(review_state="returned")
    signed_in.post(reverse("assessment_amend", args=[submitted.pk]))
    draft = submitted.amended_by.get()
    for before in submitted.answers.all():
        answer = draft.answers.get(question=before.question)
        for name in ("state", "value", "confidence", "note", "effective_on"):
            assert getattr(answer, name) == getattr(before, name)
        assert set(answer.sources.all()) == set(before.sources.all())
    names = list(draft.attachments.values_list("name", flat=True))
    assert names == list(submitted.attachments.values_list("name", flat=True))


def test_the_answers_of_another_day_are_marked_until_they_are_confirmed(
    submitted: Assessment, analyst: User, edition: Edition
) -> None:
    later = start_assessment(
        submitted.case, by=analyst, as_of=date(2013, 2, 1), edition=edition, earlier=submitted
    )
    assert set(later.answers.values_list("carried_over", flat=True)) == {True}
    assert not later.unplaced.exists()


# What changed, between two editions


def test_the_comparison_names_lost_answers_and_never_blames_the_rules_for_them(
    signed_in: Client, begun: Assessment, submitted: Assessment, analyst: User
) -> None:
    submit(begun, by=analyst)
    page = signed_in.get(reverse("assessment_compare", args=[begun.pk, submitted.pk]))
    comparison = page.context["comparison"]
    lost = {item.question.code: (item.answered, item.why) for item in comparison.left}
    assert lost == {
        CRIMES: ("ethnic cleansing", ""),
        PAST: ("addressed", "Past crimes are never fully addressed."),
    }
    for item in comparison.statuses:
        assert item.because or item.lost, item.measure.code
    text = page.content.decode()
    assert "Answers without a place in the later edition" in text
    assert "the rules differ between the editions" not in text


def without_measure(document: Document, code: str) -> Document:
    """The rulebook without a measure and without everything that refers to it."""
    changed = copy.deepcopy(document)
    changed["measures"] = [item for item in changed["measures"] if item["code"] != code]
    changed["rules"] = [item for item in changed["rules"] if item["measure"] != code]
    for actor in changed["actors"]:
        actor["can"] = [item for item in actor["can"] if item["measure"] != code]
    for flag in changed["flags"]:
        flag["still"] = [item for item in flag["still"] if item != code]
    changed["retired"] = [
        {
            "code": f"measure.{code}",
            "how": "dropped",
            "into": [],
            "why": "It is covered elsewhere.",
            "citation": [changed["passages"][0]["code"]],
        }
    ]
    changed["edition"]["note"] = "One measure removed."
    return changed


def test_a_measure_that_is_gone_keeps_its_title_wherever_something_was_done_with_it(
    signed_in: Client,
    submitted: Assessment,
    analyst: User,
    first_document: tuple[Document, Rulebook],
) -> None:
    record_step(
        submitted.case,
        by=analyst,
        measure="cap.ssr",
        fact="done",
        actors=["dpo"],
        happened_on=date(2013, 2, 18),
    )
    edition = publish(without_measure(first_document[0], "cap.ssr"))[0]
    for name in ("case_detail", "case_timeline"):
        page = signed_in.get(reverse(name, args=[submitted.case_id])).content.decode()
        assert "Security sector reform" in page, name
        assert ">cap.ssr" not in page, name
    described = signed_in.get(reverse("measure_detail", args=["cap.ssr"])).content.decode()
    assert "Edition 2 no longer has this entry. It is shown as Edition 1 described it." in described
    again = start_assessment(
        submitted.case, by=analyst, as_of=submitted.as_of, edition=edition, earlier=submitted
    )
    submit(again, by=analyst)
    address = reverse("assessment_compare", args=[again.pk, submitted.pk])
    text = signed_in.get(address).content.decode()
    assert "Measures that the later edition no longer has" in text
    assert "It is covered elsewhere." in text


def test_who_took_a_step_is_named_as_on_the_day_of_the_step(
    signed_in: Client, submitted: Assessment, analyst: User
) -> None:
    for day in (date(2013, 2, 18), date(2020, 2, 18)):
        record_step(
            submitted.case,
            by=analyst,
            measure="cap.ssr",
            fact="done",
            actors=["dpo"],
            happened_on=day,
        )
    page = signed_in.get(reverse("case_detail", args=[submitted.case_id])).content.decode()
    assert "DPKO" in page
    assert "DPO" in page


# The whole of the first edition, carried over to the second


def test_a_whole_assessment_of_the_first_edition_goes_on_with_the_second_and_nothing_is_dropped(
    draft: Assessment, source: Source, analyst: User, signed_in: Client
) -> None:
    """Every question is answered, with a note, a source, a confidence and a file."""
    questions = rulebook_of(draft.edition_id).questionnaire.questions
    notes = {question.code: f"Seen by {question.code}." for question in questions}
    for question in questions:
        # The first option of each; consent is requested, so that its scope is asked for too.
        option = question.option_codes[0]
        value = [option] if question.kind == "multiple" else option
        given = AnswerInput(
            question.code, "known", value, "medium", notes[question.code], frozenset({source.pk})
        )
        save_answer(draft, given, by=analyst, version=0)
        upload = SimpleUploadedFile(f"{question.code}.txt", question.code.encode())
        name = f"{question.code}.txt"
        add_attachment(
            draft, question.code, upload, name=name, content_type="text/plain", by=analyst
        )
    submit(draft, by=analyst)
    second = publish(DOCUMENT)[0]
    begun = start_assessment(
        draft.case, by=analyst, as_of=draft.as_of, edition=second, earlier=draft
    )
    assert not begun.unplaced.exists()
    recorded = " ".join(begun.answers.values_list("note", flat=True))
    for code, note in notes.items():
        assert note in recorded, code
    assert set(begun.answers.values_list("confidence", flat=True)) == {"medium"}
    assert all(list(answer.sources.all()) == [source] for answer in begun.answers.all())
    digests = draft.attachments.values_list("digest", flat=True)
    assert sorted(begun.attachments.values_list("digest", flat=True)) == sorted(digests)
    capacity = begun.answers.get(question="consent_to_capacity")
    assert (capacity.value, capacity.carried_over) == ("requested", True)
    assert begun.answers.get(question="consent_to_humanitarian").value == "not_sought"
    page = signed_in.get(reverse("assessment_carried_over", args=[begun.pk])).content.decode()
    assert "Answers that moved" in page
    assert "Every answer has a place in this edition." in page


@pytest.mark.parametrize("day", ["2012-12-20", "2012-12-21"])
def test_answers_of_another_assessment_are_marked_whatever_its_day(
    signed_in: Client, submitted: Assessment, day: str
) -> None:
    data = {"as_of": day, "earlier": str(submitted.pk)}
    signed_in.post(reverse("assessment_new", args=[submitted.case.pk]), data)
    begun = submitted.case.assessments.get(status="draft")
    assert begun.answers.count() == submitted.answers.count()
    assert set(begun.answers.values_list("carried_over", flat=True)) == {True}
    page = signed_in.get(reverse("assessment_submit", args=[begun.pk])).content.decode()
    assert "3 answers were carried over" in page


def test_answers_of_the_same_assessment_are_marked_once_its_draft_is_of_another_day(
    begun: Assessment, analyst: User
) -> None:
    touched = begun.answers.get(question="phase")
    rising = AnswerInput("phase", "known", "rising")
    save_answer(begun, rising, by=analyst, version=touched.version)
    begun.answers.filter(question=CRIMES).update(carried_over=False)
    correct_date(begun, begun.as_of + timedelta(days=31), by=analyst)
    marked = begun.answers.filter(carried_over=True).values_list("question", flat=True)
    assert set(marked) == {CRIMES}
