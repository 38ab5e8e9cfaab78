"""The documents of what was done about a case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cases.models import Case, Step, StepDocument, User
from cases.workflows.assessing.attachments import add_step_document
from cases.workflows.casework import set_member
from cases.workflows.followup import record_step, remove_step
from tests.clients import of
from tests.conftest import make_sensitive
from tests.making import make_case


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
