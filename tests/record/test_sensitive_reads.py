"""Access to what is sensitive is checked and recorded wherever it can be reached."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Assessment, Case, Edition, User
from cases.queries.editions.rulebooks import rulebook_of
from cases.workflows import review
from cases.workflows.assessing.answering import AnswerInput, save_answer, start_assessment
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import add_source, revise_case
from cases.workflows.followup import record_step
from tests.conftest import make_sensitive, with_second_factor
from tests.followup.asking import DAY, MEASURE, actors_of, assessed, endorse_and_sign_off
from tests.making import make_case

OLD, NEW, WITNESS = "Armed groups hold the towns.", "The bridge fell.", "The baker of Gao"


@pytest.fixture
def told(case: Case, draft: Assessment, analyst: User) -> Case:
    """A case whose record holds what was written in it."""
    revise_case(case, by=analyst, version=1, countries=["MLI"], summary=NEW)
    add_source(case, by=analyst, title=WITNESS, publisher="OHCHR", reliability="A")
    note = AnswerInput("phase", "known", "rising", "high", "as the baker said")
    save_answer(draft, note, by=analyst, version=0)
    return case


@pytest.fixture
def alma(person: Callable[..., User]) -> User:
    return person("alma", "auditor")


def pages(client: Client, case: Case) -> str:
    answers = [client.get(reverse("record")), client.get(reverse("record_chain", args=[case.pk]))]
    return "".join(answer.content.decode() for answer in answers)


@pytest.mark.parametrize("confidentiality", ["restricted", "sensitive"])
def test_an_auditor_reads_who_did_what_and_not_what_was_written(
    client: Client, told: Case, alma: User, confidentiality: str
) -> None:
    Case.objects.update(confidentiality=confidentiality)
    client.force_login(alma)
    shown = pages(client, told)
    for text in (OLD, NEW, WITNESS, "as the baker said"):
        assert text not in shown
    last = told.events.filter(verb="case_revised").get()
    assert "revised the case" in shown
    assert "changed (summary)" in shown
    assert last.digest in shown
    assert (told.title in shown) == (confidentiality == "restricted")
    assert told.title not in client.get(reverse("record"), {"text": "north"}).content.decode() or (
        confidentiality == "restricted"
    )
    assert not told.events.filter(verb="record_read").exists()


def test_what_was_written_in_a_sensitive_case_asks_an_auditor_for_a_factor_and_is_recorded(
    client: Client, told: Case, alma: User
) -> None:
    Case.objects.update(confidentiality="sensitive")
    client.force_login(alma)
    chain = reverse("record_chain", args=[told.pk])
    refused = client.post(chain)
    assert refused.status_code == 403
    assert WITNESS not in refused.content.decode()
    assert not told.events.filter(verb="record_read").exists()
    with_second_factor(alma)
    shown = client.post(chain)
    assert WITNESS in shown.content.decode()
    assert told.events.filter(verb="record_read", actor=alma).count() == 1
    assert "is intact" in shown.content.decode()


def test_an_auditor_reads_the_record_of_an_open_case(
    client: Client, told: Case, alma: User
) -> None:
    Case.objects.update(confidentiality="open")
    client.force_login(alma)
    assert WITNESS in pages(client, told)


def reads(case: Case) -> list[str]:
    return [
        event.data["page"] for event in case.events.filter(verb="case_read").order_by("pk").all()
    ]


def test_the_answer_to_a_post_that_shows_a_sensitive_case_is_recorded(
    client: Client, draft: Assessment, case: Case, analyst: User
) -> None:
    note = AnswerInput("phase", "known", "rising", "high", "as the baker said")
    save_answer(draft, note, by=analyst, version=0)
    submit(draft, by=analyst)
    make_sensitive()
    client.force_login(User.objects.get(pk=analyst.pk))
    shown = client.post(reverse("what_if", args=[draft.pk]), {"phase": "latent"})
    assert shown.status_code == 200
    assert reads(case) == ["what_if"]
    wrong = client.post(reverse("case_edit", args=[case.pk]), {"title": ""})
    assert wrong.status_code == 422
    assert reads(case) == ["what_if", "case_edit"]
    wrong = client.post(reverse("source_new", args=[case.pk]), {"title": ""})
    assert wrong.status_code == 422
    assert reads(case)[-1] == "source_new"


def test_a_post_that_shows_nothing_is_not_recorded_as_a_read(
    client: Client, draft: Assessment, case: Case, analyst: User
) -> None:
    make_sensitive()
    client.force_login(User.objects.get(pk=analyst.pk))
    source = {"title": "Report", "publisher": "OHCHR", "reliability": "A"}
    assert client.post(reverse("source_new", args=[case.pk]), source).status_code == 302
    saved = client.post(
        reverse("answer_save", args=[draft.pk, "phase"]),
        {"phase": "rising", "phase__version": "0"},
        headers={"HX-Request": "true"},
    )
    assert saved["X-Saved"] == "1"
    assert reads(case) == []


def test_a_precedent_that_is_sensitive_is_recorded_in_its_own_case(
    client: Client,
    draft: Assessment,
    case: Case,
    analyst: User,
    edition: Edition,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # One shared answer is enough to be alike here.
    monkeypatch.setattr("cases.queries.assessing.precedents.ENOUGH", 1)
    other = make_case(analyst, confidentiality="restricted")
    earlier = start_assessment(other, by=analyst, as_of=date(2011, 1, 1), edition=edition)
    for place, assessment in enumerate((earlier, draft)):
        answer = AnswerInput("phase", "known", "rising", "high", f"note {place}")
        save_answer(assessment, answer, by=analyst, version=0)
    submit(earlier, by=analyst)
    make_sensitive()
    client.force_login(User.objects.get(pk=analyst.pk))
    page = client.get(reverse("precedents", args=[draft.pk]))
    assert [item.assessment.case for item in page.context["precedents"]] == [other]
    assert reads(other) == ["precedents"]


def test_the_home_page_shows_nothing_that_is_written_in_a_sensitive_case(
    case: Case, analyst: User, reviewer: User, edition: Edition
) -> None:
    """It is opened all the time, and opening it is not recorded."""
    assessment = assessed(case, DAY, edition)
    about = {"anchor": "measure", "code": MEASURE, "text": f"{WITNESS} says so."}
    review.start_thread(assessment, by=analyst, **about, mentions=[reviewer])
    due = date(2012, 1, 1)
    record_step(case, by=reviewer, measure=MEASURE, fact="done", actors=[], due_on=due)
    client = Client()
    client.force_login(reviewer)
    title = rulebook_of(edition.pk).measures[MEASURE].title.casefold()
    page = client.get(reverse("home")).content.decode()
    assert WITNESS in page
    assert title in page.casefold()
    make_sensitive()
    page = client.get(reverse("home")).content.decode()
    assert WITNESS not in page
    assert title not in page.casefold()
    assert case.title in page


def test_an_outcome_that_the_page_of_a_measure_quotes_is_a_read_of_its_case(
    case: Case, analyst: User, edition: Edition
) -> None:
    record_step(case, by=analyst, measure=MEASURE, fact="outcome", actors=[], note=WITNESS)
    client = Client()
    client.force_login(analyst)
    address = reverse("measure_detail", args=[MEASURE])
    client.get(address)
    assert reads(case) == []
    make_sensitive()
    assert WITNESS in client.get(address).content.decode()
    assert reads(case) == ["measure_detail"]


def test_what_the_page_of_an_actor_says_of_a_sensitive_case_is_a_read_of_it(
    case: Case, edition: Edition, reviewer: User
) -> None:
    assessment = assessed(case, DAY, edition)
    endorse_and_sign_off(assessment, reviewer)
    make_sensitive()
    client = Client()
    client.force_login(reviewer)
    page = client.get(reverse("actor_detail", args=[min(actors_of(assessment))]))
    assert case.title in page.content.decode()
    assert reads(case) == ["actor_detail"]
