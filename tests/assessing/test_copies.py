"""A copy of an assessment is complete: notes, sources, confidence, files, and what has no place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases.forms.assessing.assessments import StartForm
from cases.models import Answer, Assessment, Case, Edition, UnplacedAnswer, User
from cases.workflows import review
from cases.workflows.assessing.answering import AnswerInput, save_answer
from cases.workflows.assessing.attachments import add_attachment
from cases.workflows.assessing.second_assessment import (
    reconcile_assessments,
    start_second_assessment,
)
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import add_source, set_member


def attach(assessment: Assessment, name: str) -> None:
    add_attachment(
        assessment,
        "phase",
        SimpleUploadedFile(name, name.encode()),
        name=name,
        content_type="text/plain",
        by=assessment.author,
    )


def test_a_reconciled_assessment_has_the_grounds_and_the_files_of_both(
    case: Case, draft: Assessment, analyst: User, edition: Edition, person: Callable[..., User]
) -> None:
    bea = person("bea", "analyst")
    set_member(case, bea, "contributor", by=analyst)
    second = start_second_assessment(draft, bea, by=analyst)
    source = add_source(case, by=analyst, title="Report", publisher="OHCHR", reliability="A")
    keys, since = frozenset([source.pk]), date(2012, 3, 1)
    for assessment, value in ((draft, "ongoing"), (second, "imminent")):
        given = AnswerInput("phase", "known", value, "low", "as seen", keys, since)
        save_answer(assessment, given, by=assessment.author, version=0)
        attach(assessment, f"{assessment.author.username}.txt")
        submit(Assessment.objects.get(pk=assessment.pk), by=assessment.author)
    made = reconcile_assessments(
        Assessment.objects.get(pk=draft.pk), Assessment.objects.get(pk=second.pk), by=analyst
    )
    answer = made.answers.get(question="phase")
    assert (answer.state, set(answer.sources.all())) == (Answer.State.OPEN, {source})
    for said in ("Ada: ongoing", "Bea: imminent", "confidence low", "2012-03-01"):
        assert said in answer.note, answer.note
    assert answer.note.count("as seen") == 2
    copies = {file.name: file.file.read() for file in made.attachments.all()}
    assert copies == {"ada.txt": b"ada.txt", "bea.txt": b"bea.txt"}
    client = Client()
    client.force_login(analyst)
    page = client.get(reverse("assessment_agreement", args=[draft.pk])).content.decode()
    assert "Of the 1 questions known in both assessments, 0 have the same answer" in " ".join(
        page.split()
    )


def test_what_had_no_place_in_a_returned_assessment_is_in_the_draft_that_amends_it(
    case: Case, draft: Assessment, analyst: User, edition: Edition, person: Callable[..., User]
) -> None:
    rosa = person("rosa", "reviewer")
    set_member(case, rosa, "reviewer", by=analyst)
    source = add_source(case, by=analyst, title="Report", publisher="OHCHR", reliability="A")
    kept = UnplacedAnswer.objects.create(
        assessment=draft,
        question="gone",
        title="A question of before",
        answered="Severe",
        state=Answer.State.KNOWN,
        value=4,
        confidence="high",
        note="as seen",
        answered_by=analyst,
    )
    kept.sources.set([source])
    submit(draft, by=analyst)
    returned = Assessment.objects.get(pk=draft.pk)
    seen = returned.snapshot.digest
    review.decide_on_review(returned, "return", by=rosa, text="Place it.", seen=seen)
    returned.refresh_from_db()
    made = review.amend(returned, by=analyst, edition=edition)
    copy = made.unplaced.get()
    assert (copy.note, copy.confidence, copy.value) == ("as seen", "high", 4)
    assert list(copy.sources.all()) == [source]
    assert draft.unplaced.get().pk == kept.pk, "the returned assessment keeps its own"


def test_an_assessment_submitted_while_the_form_is_made_does_not_stop_it(
    case: Case, draft: Assessment, analyst: User
) -> None:
    form = StartForm(earlier=Assessment.objects.filter(case=case).submitted())
    submit(draft, comment="Late.", by=analyst)
    assert "Nothing: start with an empty questionnaire" in str(form)
