"""Days are complete, plausible, in the person's time zone and not after the assessed day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Answer, Assessment, Case, Edition, Event, User
from cases.queries.assessing.state import state_of
from cases.queries.reports.state_lines import state_line
from cases.queries.reports.wording import day
from cases.workflows.assessing.answering import (
    AnswerInput,
    correct_date,
    save_answer,
    start_assessment,
)
from cases.workflows.assessing.second_assessment import start_second_assessment
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import set_member
from cases.workflows.errors import LaterThanAssessedError, PairingError
from cases.workflows.review import decide_on_review

FORMS = [
    ("assessment_new", "as_of"),
    ("source_new", "published_on"),
    ("step_new", "happened_on"),
    ("step_new", "due_on"),
]


@pytest.mark.parametrize(("page", "field"), FORMS)
@pytest.mark.parametrize("typed", ["0026-11-24", "0201-06-05", "1026-11-24", "2926-11-24"])
def test_a_half_typed_year_is_refused_with_the_years_that_are_possible(
    his: Client, case: Case, edition: Edition, page: str, field: str, typed: str
) -> None:
    response = his.post(reverse(page, args=[case.pk]), {field: typed})
    errors = response.context["form"].errors[field]
    assert response.status_code == 422
    assert "is not between 1900 and" in errors[0]
    assert "all four digits" in errors[0]


@pytest.mark.parametrize("typed", ["24/11/26", "1/2/69", "24.11.26", "24 Nov 26"])
def test_a_year_of_two_digits_is_refused(his: Client, case: Case, typed: str) -> None:
    """Where a browser has no field for days, people type them."""
    response = his.post(reverse("source_new", args=[case.pk]), {"published_on": typed})
    assert "year with four digits" in response.context["form"].errors["published_on"][0]


@pytest.mark.parametrize("typed", ["2012-11-24", "24/11/2012", "24.11.2012", "24 Nov 2012"])
def test_a_day_can_be_typed(his: Client, case: Case, typed: str) -> None:
    form = {"title": "Report", "publisher": "OHCHR", "reliability": "A", "published_on": typed}
    his.post(reverse("source_new", args=[case.pk]), form)
    assert case.sources.get().published_on == date(2012, 11, 24)


@pytest.mark.parametrize(("page", "field"), FORMS)
def test_text_that_is_not_a_day_is_refused_with_an_example(
    his: Client, case: Case, edition: Edition, page: str, field: str
) -> None:
    response = his.post(reverse(page, args=[case.pk]), {field: "24.11."})
    assert "year with four digits" in response.context["form"].errors[field][0]


def test_a_half_typed_year_is_not_saved_as_an_answer(his: Client, draft: Assessment) -> None:
    address = reverse("answer_save", args=[draft.pk, "phase"])
    data = {"phase": "latent", "phase__effective": "0201-06-05", "phase__version": "0"}
    response = his.post(address, data, headers={"HX-Request": "true"})
    assert response["X-Saved"] == "0"
    assert not Answer.objects.exists()


@time_machine.travel("2026-11-25T12:30:00Z")
def test_today_is_the_day_where_the_person_is(
    his: Client, case: Case, edition: Edition, analyst: User
) -> None:
    his.force_login(analyst)
    address, tomorrow = reverse("assessment_new", args=[case.pk]), {"as_of": "2026-11-26"}
    assert his.post(address, tomorrow).status_code == 422, "it is the 25th in London"
    his.cookies["timezone"] = "Pacific/Auckland"
    assert his.post(address, tomorrow).status_code == 302, "it is the 26th in Auckland"
    page = his.get(case.get_absolute_url()).content.decode()
    assert "26 Nov 2026, 01:30" in page
    his.post(reverse("preferences"), {"time_zone": "America/Lima", "uses_shortcuts": "on"})
    assert his.post(address, tomorrow).status_code == 422, "what is chosen goes before the browser"
    his.cookies["timezone"] = "No/Where"
    his.post(reverse("preferences"), {"time_zone": "", "uses_shortcuts": "on"})
    assert his.get(case.get_absolute_url()).status_code == 200


def test_a_time_shows_its_zone(his: Client, case: Case) -> None:
    his.cookies["timezone"] = "Africa/Nairobi"
    page = his.get(case.get_absolute_url()).content.decode()
    assert " EAT</time>" in page


def test_the_date_of_a_draft_can_be_corrected(
    his: Client, draft: Assessment, analyst: User
) -> None:
    save_answer(draft, AnswerInput("phase", "known", "latent"), by=analyst, version=0)
    address = reverse("assessment_date", args=[draft.pk])
    assert his.post(address, {"as_of": "2012-12-21"}).status_code == 302
    draft.refresh_from_db()
    assert draft.as_of == date(2012, 12, 21)
    assert draft.answers.get().value == "latent"
    event = Event.objects.get(verb=Event.Verb.ASSESSMENT_DATED)
    assert (event.data["before"], event.data["as_of"]) == ("2012-12-20", "2012-12-21")


def test_the_date_of_two_independent_assessments_stays_the_same(
    his: Client, draft: Assessment, analyst: User, case: Case, person: Any
) -> None:
    other = person("bea", "analyst")
    set_member(case, other, "contributor", by=analyst)
    start_second_assessment(draft, other, by=analyst)
    with pytest.raises(PairingError):
        correct_date(draft, date(2012, 12, 21), by=analyst)
    response = his.post(reverse("assessment_date", args=[draft.pk]), {"as_of": "2012-12-21"})
    assert (
        "The date cannot change, because the two independent assessments share it"
        in response.content.decode()
    )


@pytest.mark.parametrize("path", ["carried over", "date corrected"])
def test_no_answer_is_submitted_that_is_true_only_later(
    his: Client, case: Case, edition: Edition, analyst: User, path: str
) -> None:
    given = AnswerInput("phase", "known", "latent", effective_on=date(2009, 11, 1))
    first = start_assessment(case, by=analyst, as_of=date(2010, 2, 4), edition=edition)
    save_answer(first, given, by=analyst, version=0)
    if path == "carried over":
        submit(first, by=analyst)
        later = start_assessment(
            case, by=analyst, as_of=date(2005, 1, 1), edition=edition, earlier=first
        )
    else:
        later = first
        correct_date(first, date(2005, 1, 1), by=analyst)
    response = his.post(reverse("assessment_submit", args=[later.pk]), {"comment": "anyway"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "became true only after 1 January 2005" in page
    assert "#q-phase" in page
    with pytest.raises(LaterThanAssessedError):
        submit(later, by=analyst)
    answer = later.answers.get()
    changed = AnswerInput("phase", "known", "latent", effective_on=date(2004, 11, 1))
    save_answer(later, changed, by=analyst, version=answer.version)
    submit(later, by=analyst)


@time_machine.travel("2026-11-25T12:30:00Z")
def test_the_day_of_a_moment_is_that_of_the_reader_in_files_too(
    draft: Assessment, analyst: User, person: Any
) -> None:
    reviewer = person("rosa", "reviewer")
    set_member(draft.case, reviewer, "reviewer", by=analyst)
    submit(draft, by=analyst)
    submitted = Assessment.objects.get(pk=draft.pk)
    seen = submitted.snapshot.digest
    decide_on_review(submitted, "sign_off", by=reviewer, seen=seen)
    state = state_of(Assessment.objects.get(pk=draft.pk))
    for zone, expected in (("UTC", "25 November 2026"), ("Pacific/Auckland", "26 November 2026")):
        with timezone.override(zone):
            assert day(submitted.submitted_at) == expected
            assert expected in " ".join(state_line(state).sentences)
