"""The plan of an assessment, all measures, and what we can do ourselves."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases import labels
from cases.models import Assessment, Case, Edition, User
from cases.queries.assessing.content import content_of
from cases.queries.assessing.measure_table import Filters, measure_table
from cases.queries.assessing.our_part import our_part_of
from cases.queries.assessing.situation import situation
from cases.queries.editions.rulebooks import rulebook_of
from cases.rulebook.reasoning.advice import MeasureAdvice
from cases.workflows.assessing.answering import start_assessment
from cases.workflows.assessing.planning import ChoiceInput, choose_in_plan
from cases.workflows.assessing.submitting import submit
from cases.workflows.followup import record_step
from cases.workflows.people.accounts import save_team
from cases.workflows.people.our_part import say_our_part
from tests.assessing.plan.plans import Kind, first_of, page_of, read
from tests.clients import of

# The plan page ------------------------------------------------------------------------------------


def test_the_first_page_of_an_advice_says_what_to_do_first_who_leads_and_against_which_problem(
    signed_in: Client, draft: Assessment
) -> None:
    plan = page_of(draft)
    page = read(signed_in, "assessment_advice", draft.pk)
    assert 3 <= len(plan.first) <= 5
    for line in plan.first:
        assert line.measure.title in page
        assert line.lead is not None
        assert line.lead.name in page
        assert str(line.by_when) in page
    for sentence in plan.situation:
        assert sentence in page
    assert any(line.problems for line in plan.first)
    assert reverse("plan_edit", args=[draft.pk]) in page


def test_the_situation_is_described_in_three_sentences_made_from_the_answers(
    draft: Assessment,
) -> None:
    told = situation(rulebook_of(draft.edition_id), content_of(draft).values)
    assert len(told) == 3
    assert told[0] == (
        "Grave violence against the population is being committed now; "
        "sources report or fear war crimes."
    )
    assert told[1] == (
        "The State neither takes part nor stands by; "
        "the State protects in part, or at the price of neglecting other areas."
    )
    assert told[2] == (
        "Consent to human-rights experts and mediation: given; "
        "consent to a peace operation or force and logistics and intelligence: not known; "
        "the rest: refused."
    )


def test_what_is_not_known_of_the_situation_is_said(
    case: Case, analyst: User, edition: Edition
) -> None:
    empty = start_assessment(case, by=analyst, as_of=date(2012, 1, 1), edition=edition)
    told = situation(rulebook_of(edition.pk), content_of(empty).values)
    assert told[0] == "It is not known how near violence is."
    assert told[1] == ("It is not known what part the State plays in the crimes or what it can do.")
    assert told[2] == "Consent to every kind of help: not known."


def test_problems_that_nothing_answers_are_named(signed_in: Client, draft: Assessment) -> None:
    plan = page_of(draft)
    page = read(signed_in, "assessment_advice", draft.pk)
    section = page[page.index('id="unanswered"') :]
    if not plan.unanswered:
        assert "Every pressing problem has a measure that acts on it." in section
    for problem in plan.unanswered:
        assert problem.says in section


def test_answers_without_a_source_are_named_as_weak(draft: Assessment) -> None:
    weak = page_of(draft).weak
    assert weak
    assert {item.why for item in weak} == {"no source is named"}
    assert all(item.measures for item in weak)


def test_what_is_left_out_is_one_sentence(draft: Assessment) -> None:
    said = page_of(draft).left_out
    assert said.startswith("Of the other measures, ")
    assert said.count(".") == 1
    assert re.search(r"\d+ (is|are) blocked", said)


def test_a_case_shows_what_its_latest_plan_puts_first(
    signed_in: Client, draft: Assessment, analyst: User
) -> None:
    submit(draft, by=analyst)
    page = read(signed_in, "case_detail", draft.case_id)
    for line in page_of(draft).first:
        assert line.lead is not None
        row = next(row for row in page.split("<tr>") if f">{line.measure.title}</a>" in row)
        assert line.lead.brief in row
        assert str(line.by_when) in row
    assert reverse("assessment_measures", args=[draft.pk]) in page


def test_measures_without_a_plan_have_no_columns_that_would_stay_empty(
    signed_in: Client, case: Case, analyst: User, draft: Assessment
) -> None:
    first = Edition.objects.earliest("number")
    older = start_assessment(case, by=analyst, as_of=date(2011, 1, 1), edition=first)
    with_plan = read(signed_in, "assessment_measures", draft.pk)
    without = read(signed_in, "assessment_measures", older.pk)
    for heading in ("Lead", "Acts directly on"):
        assert re.search(rf'<th scope="col"\s*>\s*{heading}', with_plan)
        assert not re.search(rf'<th scope="col"\s*>\s*{heading}', without)


def test_the_picture_of_what_waits_for_what_agrees_with_its_table(draft: Assessment) -> None:
    advice, picture = content_of(draft).advice, page_of(draft).picture
    told = {(row.measure.code, item.code) for row in picture.rows for item in row.waits_for}
    assert told
    for row in picture.rows:
        waits = advice.measures[row.measure.code].waits_for
        assert [item.code for item in row.waits_for] == list(waits)
    titles = {measure.title for row in picture.rows for measure in (row.measure, *row.waits_for)}
    assert {box.measure.title for box in picture.boxes} <= titles
    assert len(picture.lines) <= len(told)


def test_a_plan_takes_the_same_statements_however_much_is_in_it(
    signed_in: Client, draft: Assessment, analyst: User, case: Case, edition: Edition
) -> None:
    def statements(assessment: Assessment) -> int:
        read(signed_in, "assessment_advice", assessment.pk)
        with CaptureQueriesContext(connection) as taken:
            read(signed_in, "assessment_advice", assessment.pk)
        return len(taken)

    empty = start_assessment(case, by=analyst, as_of=date(2012, 1, 1), edition=edition)
    few = statements(empty)
    code = first_of(draft)[0]
    chosen = [ChoiceInput(Kind.LEAVE_OUT, code)]
    choose_in_plan(draft, chosen, by=analyst, reason="Done already", version=0)
    # One statement more reads the sources of the answers that there are.
    assert statements(draft) <= few + 1 <= 20


# All measures -------------------------------------------------------------------------------------


def test_all_measures_are_on_their_own_tab_once_each(signed_in: Client, draft: Assessment) -> None:
    content = content_of(draft)
    table = measure_table(rulebook_of(draft.edition_id), content, Filters())
    shown = [line.row.measure.code for line in table.lines]
    shown += [line.row.measure.code for group in table.waiting for line in group.lines]
    shown += [line.row.measure.code for line in table.idle]
    assert sorted(shown) == sorted(content.advice.measures)
    page = read(signed_in, "assessment_measures", draft.pk)
    for row in content.advice.measures.values():
        assert reverse("measure_in_advice", args=[draft.pk, row.measure.code]) in page


def test_measures_that_wait_for_the_same_consent_are_one_line_that_opens(
    signed_in: Client, draft: Assessment
) -> None:
    content = content_of(draft)
    table = measure_table(rulebook_of(draft.edition_id), content, Filters())
    assert table.waiting
    for group in table.waiting:
        assert len(group.lines) > 1
        for line in group.lines:
            assert line.row.status == "blocked"
            assert group.says in [gate.says for gate in line.row.gates if gate.value == "fails"]
    page = read(signed_in, "assessment_measures", draft.pk)
    assert page.count('<details class="waiting">') == len(table.waiting)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "recommended"),
        ("status", "not_indicated"),
        ("form", "PRO"),
        ("actor", "ohchr"),
        ("problem", "displacement"),
    ],
)
def test_the_table_is_filtered_by_status_form_actor_and_problem(
    signed_in: Client, draft: Assessment, name: str, value: str
) -> None:
    advice = content_of(draft).advice
    told: dict[str, Callable[[MeasureAdvice], set[str]]] = {
        "status": lambda row: {row.status},
        "form": lambda row: {row.measure.form},
        "actor": lambda row: {item.actor for item in row.actors},
        "problem": lambda row: {item.problem for item in row.measure.acts_on},
    }
    expected = {row.measure.title for row in advice.measures.values() if value in told[name](row)}
    others = {row.measure.title for row in advice.measures.values()} - expected
    assert expected
    assert others
    page = signed_in.get(reverse("assessment_measures", args=[draft.pk]), {name: value})
    main = page.content.decode().split('id="gaps"')[0]
    links = set(re.findall(r'/measures/[a-z._]+/"\s*>([^<]+)</a', main))
    assert links == {title.replace("'", "&#x27;") for title in expected}


def test_a_filter_that_nothing_fits_says_so(signed_in: Client, draft: Assessment) -> None:
    address = reverse("assessment_measures", args=[draft.pk])
    table = signed_in.get(address).context["table"]
    shown = {row.row.status for row in (*table.lines, *table.idle)}
    shown |= {row.row.status for group in table.waiting for row in group.lines}
    absent = next(status for status in labels.STATUS if status not in shown)
    page = signed_in.get(address, {"status": absent}).content.decode()
    assert "No measure fits these filters." in page


# What was done counts ----------------------------------------------------------------------------


def test_what_was_done_until_the_day_is_described_and_frozen(
    signed_in: Client, draft: Assessment, analyst: User, case: Case
) -> None:
    code = first_of(draft)[0]
    lead = page_of(draft).first[0].lead
    assert lead is not None
    day = date(2012, 11, 1)
    record_step(
        case, by=analyst, measure=code, fact="refused", actors=[lead.actor], happened_on=day
    )
    line = page_of(draft).first[0]
    assert line.followed.startswith("Refused.")
    assert line.followed in read(signed_in, "assessment_advice", draft.pk)
    submit(draft, by=analyst)
    case.steps.all().delete()
    frozen = Assessment.objects.get(pk=draft.pk)
    assert page_of(frozen).first[0].followed == line.followed


def test_what_is_done_after_the_day_of_an_assessment_changes_nothing_in_it(
    draft: Assessment, analyst: User, case: Case
) -> None:
    code, later = first_of(draft)[0], date(2013, 3, 1)
    record_step(
        case, by=analyst, measure=code, fact="authorised", actors=["dppa"], happened_on=later
    )
    assert page_of(draft).first[0].followed == ""


# Our part -----------------------------------------------------------------------------------------


def test_a_person_a_team_or_the_site_says_who_we_are_the_nearest_first(
    analyst: User, draft: Assessment
) -> None:
    assert our_part_of(analyst) is None
    with override_settings(OUR_PART="regional_orgs:AU"):
        assert _part(analyst) == ("regional_orgs", "AU")
        save_team(None, by=analyst, name="Desk", members=[analyst], our_part="ohchr")
        assert _part(analyst) == ("ohchr", "")
        say_our_part(analyst, "member_states:FRA")
        assert _part(User.objects.get(pk=analyst.pk)) == ("member_states", "FRA")


def _part(user: User) -> tuple[str, str]:
    part = our_part_of(user)
    assert part is not None
    return part.actor, part.which


def test_the_plan_begins_with_what_we_can_do_ourselves_and_in_which_body(
    analyst: User, draft: Assessment
) -> None:
    client = of(analyst)
    assert 'id="ours"' not in read(client, "assessment_advice", draft.pk)
    sent = client.post(reverse("our_part"), {"our_part": "member_states:FRA"})
    assert sent.status_code == 302
    page = read(client, "assessment_advice", draft.pk)
    ours = page[page.index('id="ours"') : page.index('id="first"')]
    assert "What you can do: France" in ours
    assert "you can support it" in ours
    assert analyst.our_part == "" != User.objects.get(pk=analyst.pk).our_part


def test_who_we_are_is_chosen_from_what_the_edition_knows(
    signed_in: Client, edition: Edition
) -> None:
    sent = signed_in.post(reverse("our_part"), {"our_part": "member_states:XXX"})
    assert sent.status_code == 422
    page = read(signed_in, "our_part")
    for word in ("Member States", "France", "African Union", "Civil society"):
        assert word in page
