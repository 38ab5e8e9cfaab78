"""Every page says in what state an assessment is, and which one counts as the advice on a case."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case, Edition, User
from cases.queries.assessing.assessments import answers_of
from cases.queries.assessing.follow_on import answers_before
from cases.queries.assessing.state import state_of
from cases.queries.casework.cases import listed_cases
from cases.queries.reports.case_list import case_list_of
from cases.queries.reports.several import round_up
from cases.queries.reports.state_lines import state_sentences
from cases.workflows.assessing.answering import start_assessment
from cases.workflows.casework import add_source, revise_case
from tests.clients import of, shown
from tests.followup.asking import DAY, MEASURE, assessed, conclude, decide


def test_the_state_of_an_assessment_is_on_every_page_that_shows_it(
    case: Case, edition: Edition, analyst: User, reviewer: User
) -> None:
    assessment = assessed(case, DAY, edition)
    pages = [
        assessment.get_absolute_url(),
        case.get_absolute_url(),
        reverse("case_timeline", args=[case.pk]),
        reverse("measure_in_advice", args=[assessment.pk, MEASURE]),
        reverse("measure_review", args=[assessment.pk, MEASURE]),
        reverse("assessment_review", args=[assessment.pk]),
        reverse("assessment_compare", args=[assessment.pk, assessment.pk]),
        *(
            reverse(name, args=[assessment.pk])
            for name in ("flow", "risk_profile", "what_if", "precedents")
        ),
    ]
    for page in pages:
        assert "Submitted, awaiting review" in shown(of(analyst), page), page
        assert "Restricted" in shown(of(analyst), page), page
    listed = shown(of(analyst), reverse("case_list"))
    assert "Awaiting review" in listed
    assert "It was submitted and awaits review." in listed
    assert "Restricted" in listed
    decide(assessment, "reject", reviewer)
    conclude(assessment, "return", reviewer)
    for page in pages:
        assert "Returned by Rosa" in shown(of(analyst), page), page
        assert "Submitted, awaiting review" not in shown(of(analyst), page), page
    listed = shown(of(analyst), reverse("case_list"))
    assert "Returned to its author by Rosa" in listed
    assert "Awaiting review" not in listed
    measure = shown(of(analyst), reverse("measure_in_advice", args=[assessment.pk, MEASURE]))
    assert "Rejected" in measure


def test_the_latest_advice_is_the_latest_valid_one_and_says_what_is_newer(
    case: Case, edition: Edition, analyst: User, reviewer: User
) -> None:
    first = assessed(case, DAY, edition)
    page = shown(of(analyst), case.get_absolute_url())
    assert "Advice that nobody has signed off yet" in page
    conclude(first, "sign_off", reviewer)
    second = assessed(case, DAY + timedelta(days=30), edition)
    latest = of(analyst).get(case.get_absolute_url()).context["latest"]
    assert (latest.assessment, [state.assessment for state in latest.newer]) == (first, [second])
    page = shown(of(analyst), case.get_absolute_url())
    assert "A newer assessment, of 31 Mar 2011, has not been signed off" in page
    conclude(second, "sign_off", reviewer)
    assert of(analyst).get(case.get_absolute_url()).context["latest"].assessment == second
    assert "Superseded by the assessment of 31 Mar 2011" in shown(
        of(analyst), first.get_absolute_url()
    )


def test_a_case_reads_what_was_submitted_of_the_latest_advice_alone(
    case: Case, edition: Edition, analyst: User
) -> None:
    """A snapshot has some 200 KB. A case with fifty of them spent most of its time on them."""
    for days in range(4):
        assessed(case, DAY + timedelta(days=days), edition)
    client = of(analyst)
    for page, reads in (
        (case.get_absolute_url(), 1),
        (reverse("assessment_new", args=[case.pk]), 0),
    ):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(page).status_code == 200
        contents = [row["sql"] for row in asked if '"cases_snapshot"."content"' in row["sql"]]
        assert len(contents) == reads, page
        assert not any(" IN (" in sql or " JOIN " in sql for sql in contents)


def test_an_assessment_superseded_by_one_of_its_day_does_not_name_that_day(
    case: Case, edition: Edition, analyst: User, reviewer: User
) -> None:
    first, second = assessed(case, DAY, edition), assessed(case, DAY, edition)
    conclude(first, "sign_off", reviewer)
    conclude(second, "sign_off", reviewer)
    page = shown(of(analyst), first.get_absolute_url())
    assert "Superseded by a later assessment of the same day" in page
    assert "Superseded by the assessment of" not in page
    said = list(state_sentences(state_of(first)))
    assert "Superseded by a later assessment of the same day." in said


def test_a_returned_assessment_does_not_count_as_advice_on_the_case(
    case: Case, edition: Edition, analyst: User, reviewer: User
) -> None:
    conclude(assessed(case, DAY, edition), "return", reviewer)
    assert of(analyst).get(case.get_absolute_url()).context["latest"] is None


def test_a_returned_assessment_is_not_what_a_later_one_is_compared_with(
    case: Case, edition: Edition, analyst: User, reviewer: User
) -> None:
    first = assessed(case, DAY, edition)
    known = answers_of(first)
    assert known
    second = assessed(case, DAY + timedelta(days=10), edition, "rising")
    later = start_assessment(case, by=analyst, as_of=DAY + timedelta(days=30), edition=edition)
    assert answers_before(later) == answers_of(second) != known
    conclude(second, "return", reviewer)
    assert answers_before(later) == known
    conclude(first, "sign_off", reviewer)
    assert answers_before(later) == known


def test_an_assessment_is_stale_once_its_case_says_something_else(
    case: Case, edition: Edition, analyst: User, reviewer: User
) -> None:
    assessment = assessed(case, DAY, edition)
    add_source(case, by=analyst, title="Report", publisher="OHCHR", reliability="A")
    assert not state_of(assessment).is_stale
    fields = {name: getattr(case, name) for name in ("place", "populations", "summary")}
    fields |= {"title": "Another title", "confidentiality": case.confidentiality}
    revise_case(case, by=analyst, version=case.version, countries=case.country_codes, **fields)
    assert state_of(assessment).is_stale
    page = shown(of(reviewer), case.get_absolute_url())
    assert "Stale: something that it depends on has changed" in page


def test_each_assessment_to_begin_with_is_named_by_edition_author_and_state(
    case: Case, edition: Edition, analyst: User, reviewer: User
) -> None:
    conclude(assessed(case, DAY, edition), "return", reviewer)
    conclude(assessed(case, DAY - timedelta(days=9), edition), "sign_off", reviewer)
    assessed(case, DAY, edition)
    page = shown(of(analyst), reverse("assessment_new", args=[case.pk]))
    by = f"edition {edition.number}, {analyst.name_and_username}"
    for day, state in (
        ("1 Mar 2011", "returned"),
        ("1 Mar 2011", "awaiting review"),
        ("20 Feb 2011", "signed off"),
    ):
        assert f"Assessment of {day}, {by}: {state}" in page


def test_the_list_of_cases_never_gives_one_assessment_the_state_of_another(
    case: Case, edition: Edition, analyst: User, reviewer: User
) -> None:
    conclude(assessed(case, DAY, edition), "sign_off", reviewer)
    page = shown(of(analyst), reverse("case_list"))
    assert "Assessment of" not in page
    conclude(assessed(case, DAY + timedelta(days=30), edition), "return", reviewer)
    page = shown(of(analyst), reverse("case_list"))
    assert "1 Mar 2011" in page
    assert page.index("Assessment of 31 Mar 2011") < page.index("by Rosa")
    (row,) = case_list_of(listed_cases(analyst)).cases
    assert (row.assessed_on, row.latest_of) == (DAY, DAY + timedelta(days=30))
    assert row.state is not None
    assert row.state.code == "returned"


def test_a_round_up_says_what_is_newer_than_the_assessment_that_counts(
    case: Case, edition: Edition, analyst: User, reviewer: User
) -> None:
    conclude(assessed(case, DAY, edition), "sign_off", reviewer)
    assessed(case, DAY + timedelta(days=30), edition)
    conclude(assessed(case, DAY + timedelta(days=40), edition), "return", reviewer)
    value, covered = round_up(analyst, [case])
    (line,) = value.lines
    assert (line.as_of, [row.as_of for row in covered]) == (DAY, [DAY])
    assert line.state is not None
    assert line.state.sentences[1:] == (
        "A newer assessment, of 10 April 2011, is not signed off: returned.",
        "A newer assessment, of 31 March 2011, is not signed off: awaiting review.",
    )
