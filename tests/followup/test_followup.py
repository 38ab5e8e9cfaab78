"""After submission: who is asked to review, what a reply quotes, and the documents of what was
done.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cases.models import Assessment, Case, Comment, Notification, Step, StepDocument, User
from cases.workflows import review
from cases.workflows.assessing.answering import AnswerInput, save_answer
from cases.workflows.assessing.attachments import add_step_document
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import set_member, set_team
from cases.workflows.errors import ReviewError
from cases.workflows.followup import record_step, remove_step
from cases.workflows.people.accounts import save_team
from tests.clients import of
from tests.conftest import make_sensitive
from tests.making import make_case


@pytest.fixture
def ravi(person: Callable[..., User], case: Case, analyst: User) -> User:
    """A reviewer through a team."""
    found = person("ravi", "reviewer")
    set_team(
        case, save_team(None, by=analyst, name="Reviewers", members=[found]), "reviewer", by=analyst
    )
    return found


@pytest.fixture
def submitted(draft: Assessment, analyst: User) -> Assessment:
    submit(draft, by=analyst)
    return Assessment.objects.get(pk=draft.pk)


def waits_for(user: User, assessment: Assessment) -> bool:
    return (
        reverse("assessment_review", args=[assessment.pk])
        in of(user).get(reverse("home")).content.decode()
    )


# Who is asked to review ---------------------------------------------------------------------------


def test_whoever_submits_may_name_who_is_asked_to_review(
    draft: Assessment, analyst: User, reviewer: User, ravi: User
) -> None:
    save_answer(draft, AnswerInput("phase", "known", "ongoing"), by=analyst, version=0)
    page = of(analyst).get(reverse("assessment_submit", args=[draft.pk]))
    assert "Rosa" in page.content.decode()
    data = {"comment": "early", "reviewers": [reviewer.pk]}
    assert of(analyst).post(reverse("assessment_submit", args=[draft.pk]), data).status_code == 302
    assert list(draft.reviewers.all()) == [reviewer]
    assert (waits_for(reviewer, draft), waits_for(ravi, draft)) == (True, False)
    assert set(Notification.objects.values_list("person__username", flat=True)) == {"rosa"}
    assert "Asked to review it: Rosa" in " ".join(
        of(analyst).get(reverse("assessment_review", args=[draft.pk])).content.decode().split()
    )


def test_where_nobody_is_named_every_reviewer_is_asked(
    submitted: Assessment, reviewer: User, ravi: User
) -> None:
    assert waits_for(reviewer, submitted)
    assert waits_for(ravi, submitted)


def test_asking_others_later_tells_only_those_who_are_new_and_is_an_event(
    submitted: Assessment, case: Case, analyst: User, reviewer: User, ravi: User
) -> None:
    address = reverse("assessment_reviewers", args=[submitted.pk])
    of(analyst).post(address, {"reviewers": [reviewer.pk]})
    assert of(analyst).post(address, {"reviewers": [reviewer.pk, ravi.pk]}).status_code == 302
    of(analyst).post(address, {"reviewers": [reviewer.pk, ravi.pk]})
    told = (
        Notification.objects.filter(kind="assigned")
        .order_by("pk")
        .values_list("person__username", flat=True)
    )
    assert list(told) == ["rosa", "ravi"]
    events = [
        event.data["reviewers"]
        for event in case.events.filter(verb="reviewers_assigned").order_by("pk")
    ]
    assert events == [["Rosa"], ["Rosa", "Ravi"]] or events == [["Rosa"], ["Ravi", "Rosa"]]


def test_nobody_is_asked_who_may_not_review(
    submitted: Assessment, analyst: User, reviewer: User, person: Callable[..., User]
) -> None:
    outsider = person("eve", "reviewer")
    for someone in (outsider, analyst):
        address = reverse("assessment_reviewers", args=[submitted.pk])
        refused = of(analyst).post(address, {"reviewers": [someone.pk]})
        assert refused.status_code == 422
        assert "not a reviewer of the case" in refused.content.decode()
        with pytest.raises(ReviewError, match="no-reviewer"):
            review.assign_reviewers(submitted, [someone], by=analyst)
    assert not submitted.reviewers.exists()


def test_once_the_review_is_over_nobody_is_asked_any_more(
    submitted: Assessment, analyst: User, reviewer: User
) -> None:
    review.decide_on_review(submitted, "sign_off", by=reviewer, seen=submitted.snapshot.digest)
    refused = of(analyst).post(
        reverse("assessment_reviewers", args=[submitted.pk]), {"reviewers": [reviewer.pk]}
    )
    assert refused.status_code == 422
    assert "has changed since you opened this page" in refused.content.decode()


def test_a_reviewer_who_was_not_asked_may_still_review(
    submitted: Assessment, analyst: User, reviewer: User, ravi: User
) -> None:
    review.assign_reviewers(submitted, [reviewer], by=analyst)
    data = {"kind": "sign_off", "despite": "on", "seen": submitted.snapshot.digest}
    assert of(ravi).post(reverse("assessment_review", args=[submitted.pk]), data).status_code == 302


# Quotes -------------------------------------------------------------------------------------------


def test_a_reply_begins_with_the_comment_that_it_quotes(
    submitted: Assessment, reviewer: User, analyst: User
) -> None:
    first = review.start_thread(
        submitted, by=reviewer, anchor="measure", code="enc.remind", text="Who?\n\nAnd when?"
    )
    page = reverse("measure_review", args=[submitted.pk, "enc.remind"])
    assert f"?quote={first.pk}#reply-{first.thread_id}" in of(analyst).get(page).content.decode()
    quoted = of(analyst).get(page, {"quote": first.pk}).content.decode()
    assert "&gt; **Rosa**\n&gt;\n&gt; Who?\n&gt;\n&gt; And when?\n" in quoted


@pytest.mark.parametrize("given", ["", "x", "-1", "9" * 40, "1 OR 1=1", "٣"])
def test_a_quote_of_nothing_quotes_nothing(
    submitted: Assessment, reviewer: User, given: str
) -> None:
    page = reverse("measure_review", args=[submitted.pk, "enc.remind"])
    assert of(reviewer).get(page, {"quote": given}).status_code == 200


def test_a_comment_of_another_case_is_not_quoted(
    submitted: Assessment, reviewer: User, analyst: User, draft_of_a_stranger: Assessment
) -> None:
    theirs, stranger = draft_of_a_stranger, draft_of_a_stranger.author
    submit(theirs, by=stranger)
    secret = review.start_thread(
        theirs, by=stranger, anchor="measure", code="enc.remind", text="A secret"
    )
    review.start_thread(submitted, by=reviewer, anchor="measure", code="enc.remind", text="Here")
    page = of(analyst).get(
        reverse("measure_review", args=[submitted.pk, "enc.remind"]), {"quote": secret.pk}
    )
    assert "A secret" not in page.content.decode()
    assert Comment.objects.count() == 2


# Documents of what was done -----------------------------------------------------------------------


@pytest.fixture
def step(case: Case, analyst: User, edition: Any) -> Step:
    return record_step(case, by=analyst, measure="pro.mediation", fact="requested", actors=["dppa"])


def upload(content: bytes = b"what was asked", name: str = "request.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_a_document_of_a_step_is_added_read_and_removed_and_each_is_an_event(
    step: Step, case: Case, analyst: User
) -> None:
    client = of(analyst)
    address = reverse("step_document_new", args=[case.pk, step.pk])
    assert "Add a document" in client.get(address).content.decode()
    assert client.post(address, {"file": upload()}).status_code == 302
    document = StepDocument.objects.get()
    kept = document.file.name
    assert kept
    assert "request" not in kept
    there = reverse("step_document", args=[case.pk, step.pk, document.pk])
    assert there in client.get(case.get_absolute_url()).content.decode()
    read = client.get(there)
    assert read.getvalue() == b"what was asked"
    assert read["Content-Disposition"] == 'attachment; filename="request.txt"'
    removal = reverse("step_document_remove", args=[case.pk, step.pk, document.pk])
    assert "will be deleted" in client.get(removal).content.decode()
    assert StepDocument.objects.exists()
    client.post(removal)
    assert not StepDocument.objects.exists()
    verbs = (
        case.events.filter(data__name="request.txt").order_by("pk").values_list("verb", flat=True)
    )
    assert list(verbs) == ["document_added", "file_downloaded", "document_removed"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("request.pdf", b"MZ\x90\x00\x03", "it is not a PDF file"),
        ("request.exe", b"MZ", "not accepted"),
        ("request.txt", b"", "empty"),
        ("request.txt", b"x" * (10 * 1024 * 1024 + 1), "The limit is"),
    ],
)
def test_a_document_that_is_not_what_it_says_is_refused_at_its_field(
    step: Step, case: Case, analyst: User, name: str, content: bytes, says: str
) -> None:
    address = reverse("step_document_new", args=[case.pk, step.pk])
    refused = of(analyst).post(address, {"file": upload(content, name)})
    assert refused.status_code == 422
    assert says in refused.content.decode()
    assert of(analyst).post(address, {}).status_code == 422
    assert not StepDocument.objects.exists()


def test_a_document_is_not_reached_through_another_case_or_step(
    step: Step, case: Case, analyst: User, person: Callable[..., User]
) -> None:
    document = add_step_document(
        step, upload(), name="request.txt", content_type="text/plain", by=analyst
    )
    other = make_case(analyst, confidentiality="restricted")
    second = record_step(other, by=analyst, measure="pro.mediation", fact="done", actors=["dppa"])
    for case_pk, step_pk in ((other.pk, step.pk), (other.pk, second.pk), (case.pk, second.pk)):
        for name in ("step_document", "step_document_remove"):
            assert (
                of(analyst).get(reverse(name, args=[case_pk, step_pk, document.pk])).status_code
                == 404
            )


def test_readers_of_a_sensitive_case_see_no_documents(
    step: Step, case: Case, analyst: User, person: Callable[..., User]
) -> None:
    document = add_step_document(
        step, upload(), name="witness.txt", content_type="text/plain", by=analyst
    )
    reader = person("rea", "reviewer")
    set_member(case, reader, "reader", by=analyst)
    make_sensitive()
    assert "witness.txt" not in of(reader).get(case.get_absolute_url()).content.decode()
    assert (
        of(reader).get(reverse("step_document", args=[case.pk, step.pk, document.pk])).status_code
        == 404
    )
    assert "witness.txt" in of(analyst).get(case.get_absolute_url()).content.decode()


def test_a_step_that_is_removed_takes_its_documents_along_and_the_record_names_them(
    step: Step, case: Case, analyst: User, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    document = add_step_document(
        step, upload(), name="request.txt", content_type="text/plain", by=analyst
    )
    store, kept = document.file.storage, document.file.name
    assert kept
    assert store.exists(kept)
    with django_capture_on_commit_callbacks(execute=True):
        remove_step(step, by=analyst)
    assert not store.exists(kept)
    assert case.events.get(verb="step_removed").data["documents"] == ["request.txt"]


def test_the_page_of_a_case_takes_the_same_statements_however_many_documents_it_has(
    step: Step, case: Case, analyst: User, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    add_step_document(step, upload(), name="request.txt", content_type="text/plain", by=analyst)
    client = of(analyst)
    with django_assert_max_num_queries(40) as few:
        client.get(case.get_absolute_url())
    for number in range(6):
        another = record_step(
            case, by=analyst, measure="pro.mediation", fact="done", actors=["dppa"]
        )
        add_step_document(
            another, upload(), name=f"{number}.txt", content_type="text/plain", by=analyst
        )
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(case.get_absolute_url())
