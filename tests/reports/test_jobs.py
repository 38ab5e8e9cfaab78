"""Files of many cases are made by the worker, and fetched in one archive."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse

from cases.models import Assessment, Case, Edition, Event, ReportPart, Source, Step, User
from cases.tasks.report_jobs import make_report_part, resume_report_jobs
from cases.workflows.assessing.answering import start_assessment
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import set_member
from tests.conftest import with_second_factor


@pytest.fixture
def submitted(draft: Assessment, analyst: User) -> Assessment:
    submit(draft, by=analyst, comment="nothing is known")
    return draft


def run_worker() -> None:
    for part in ReportPart.objects.filter(done_at=None):
        make_report_part(part.pk)


def start(client: Client, name: str = "brief.pdf") -> None:
    assert client.post(reverse("cases_files"), {"name": name}).status_code == 302


def test_the_worker_makes_a_file_of_each_case_and_the_page_hands_them_out(
    client: Client, submitted: Assessment, analyst: User
) -> None:
    client.force_login(analyst)
    start(client)
    page = client.get(reverse("cases_files")).content.decode()
    assert "0 of 1 file is done." in page
    run_worker()
    assert reverse("cases_archive") in client.get(reverse("cases_files")).content.decode()
    archive = zipfile.ZipFile(io.BytesIO(client.get(reverse("cases_archive")).content))
    (name,) = archive.namelist()
    assert archive.read(name).startswith(b"%PDF-1.7")
    event = Event.objects.get(verb=Event.Verb.FILE_DOWNLOADED)
    assert (event.case, event.data["name"]) == (submitted.case, "brief.pdf")


def test_a_cancelled_job_makes_no_more_files(
    client: Client, submitted: Assessment, analyst: User
) -> None:
    client.force_login(analyst)
    start(client)
    client.post(reverse("cases_files"), {"act": "cancel"})
    run_worker()
    assert not ReportPart.objects.exclude(done_at=None).exists()
    assert "It was stopped." in client.get(reverse("cases_files")).content.decode()


def test_what_a_person_may_not_see_any_more_is_neither_made_nor_handed_out(
    client: Client, submitted: Assessment, analyst: User
) -> None:
    client.force_login(analyst)
    start(client)
    run_worker()
    Case.objects.update(confidentiality="sensitive")
    archive = zipfile.ZipFile(io.BytesIO(client.get(reverse("cases_archive")).content))
    assert archive.namelist() == []
    ReportPart.objects.update(done_at=None, claimed_at=None, content=None)
    run_worker()
    assert ReportPart.objects.get().content is None


def test_whoever_may_not_know_the_sources_any_more_gets_no_file_that_names_them(
    client: Client, submitted: Assessment, case: Case, analyst: User, person: Callable[..., User]
) -> None:
    cora = person("cora", "analyst")
    with_second_factor(cora)
    Case.objects.update(confidentiality="sensitive")
    set_member(case, cora, "contributor", by=analyst)
    step = Step.objects.create(
        case=case,
        measure="pro.mediation",
        fact=Step.Fact.DONE,
        happened_on=date(2020, 1, 1),
        source=Source.objects.create(case=case, title="The baker of Gao", publisher="P"),
        recorded_by=analyst,
    )
    client.force_login(cora)
    start(client, "data.json")
    run_worker()

    def handed_out() -> str:
        archive = zipfile.ZipFile(io.BytesIO(client.get(reverse("cases_archive")).content))
        (name,) = archive.namelist()
        return archive.read(name).decode()

    assert step.source
    assert step.source.title in handed_out()
    set_member(case, cora, "reader", by=analyst)
    assert step.source.title not in handed_out()
    assert "A source that is not named here" in handed_out()


def test_a_part_of_a_stopped_worker_is_taken_again(
    client: Client, submitted: Assessment, analyst: User
) -> None:
    client.force_login(analyst)
    start(client)
    ReportPart.objects.update(claimed_at="2020-01-01T00:00Z", queued_at="2020-01-01T00:00Z")
    assert resume_report_jobs() == 1


def test_a_command_writes_what_the_person_named_may_know(
    submitted: Assessment, analyst: User, edition: Edition, tmp_path: object
) -> None:
    file = f"{tmp_path}/brief.pdf"
    call_command(
        "report", str(submitted.pk), "brief.pdf", "--as", analyst.username, "--output", file
    )
    with open(file, "rb") as opened:
        assert opened.read(5) == b"%PDF-"
    assert os.stat(file).st_mode & 0o777 == 0o600, "nobody else of the machine reads it"
    nowhere = f"{tmp_path}/nowhere/brief.pdf"
    with pytest.raises(CommandError, match="cannot be written: No such file or directory"):
        call_command(
            "report", str(submitted.pk), "brief.pdf", "--as", analyst.username, "--output", nowhere
        )
    assert Event.objects.filter(verb=Event.Verb.FILE_DOWNLOADED, actor=analyst).exists()
    Case.objects.update(confidentiality="sensitive")
    with pytest.raises(CommandError, match="second factor"):
        call_command(
            "report", str(submitted.pk), "brief.pdf", "--as", analyst.username, "--output", file
        )


def test_the_round_up_tells_the_assessment_that_counts_and_is_an_event_of_each_case(
    client: Client, submitted: Assessment, case: Case, analyst: User, edition: Edition
) -> None:
    start_assessment(case, by=analyst, as_of=date(2024, 1, 1), edition=edition)
    client.force_login(analyst)
    response = client.get(reverse("cases_download", args=["round-up.pdf"]))
    assert response.content.startswith(b"%PDF-1.7")
    event = Event.objects.get(verb=Event.Verb.FILE_DOWNLOADED)
    assert event.data["assessment"] == str(submitted.pk)


def test_a_command_writes_the_files_that_span_cases(
    submitted: Assessment, analyst: User, person: Callable[..., User], tmp_path: Path
) -> None:
    as_analyst = ("--as", analyst.username, "--output", str(tmp_path / "file"))
    for arguments in (("member_states", "sheet.pdf"), ("round-up.pdf",), ("cases.csv",)):
        call_command("report", *arguments, *as_analyst)
        start = b"%PDF-" if arguments[-1].endswith(".pdf") else b"\xef\xbb\xbf"
        assert (tmp_path / "file").read_bytes().startswith(start)
        event = Event.objects.filter(verb=Event.Verb.FILE_DOWNLOADED).latest("pk")
        assert (event.actor, event.data["name"]) == (analyst, arguments[-1])
    assert "Violence in the north" in (tmp_path / "file").read_text(encoding="utf-8")
    with pytest.raises(CommandError, match="no actor 'nobody'"):
        call_command("report", "nobody", "sheet.pdf", *as_analyst)
    with pytest.raises(CommandError, match="a file of all cases"):
        call_command("report", str(submitted.pk), "round-up.pdf", *as_analyst)
    outsider = person("outsider")
    with pytest.raises(CommandError, match="may not see actors"):
        call_command("report", "member_states", "sheet.pdf", "--as", outsider.username)
