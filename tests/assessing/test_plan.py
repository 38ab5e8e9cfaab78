"""The plan of an assessment: what people choose in it, whom it asks, and what we can do of it."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any
from unittest import mock

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import (
    ActorRequest,
    Answer,
    Assessment,
    Case,
    ChosenPlan,
    Edition,
    PlanChoice,
    User,
)
from cases.queries.assessing.chosen_plan import Choice, choose_from
from cases.queries.assessing.content import (
    content_of,
    dump_content,
    load_content,
    submitted_content,
)
from cases.queries.assessing.measure_table import Filters, measure_table
from cases.queries.assessing.our_part import our_part_of
from cases.queries.assessing.plan import PlanPage, plan_page
from cases.queries.assessing.situation import situation
from cases.queries.editions.rulebooks import rulebook_of
from cases.rulebook.editions.builder import Document
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.advice import MeasureAdvice
from cases.rulebook.reasoning.bitplanes import pack
from cases.workflows import review
from cases.workflows.assessing.answering import start_assessment
from cases.workflows.assessing.planning import ChoiceInput, choose_in_plan
from cases.workflows.assessing.submitting import submit
from cases.workflows.editions.publishing import publish
from cases.workflows.errors import NotADraftError, StaleError
from cases.workflows.followup import record_step
from cases.workflows.people.accounts import save_team
from cases.workflows.people.our_part import say_our_part
from cases.workflows.review import decide_on_review
from tests.clients import of
from tests.rulebook.shipped import DOCUMENT, SHIPPED

Kind = PlanChoice.Kind
ANSWERS: dict[str, Any] = {
    "phase": "ongoing",
    "crimes_at_risk": ["war_crimes"],
    "conflict_status": "internal_conflict",
    "transition": "negotiating",
    "state_involvement": "none",
    "state_ability": "strained",
    "political_will": "mixed",
    "un_cooperation": "full",
    "consent_to_mediation": "given",
    "consent_to_humanitarian": "refused",
    "consent_to_capacity": "refused",
    "consent_to_police": "refused",
    "consent_to_experts": "given",
    "armed_groups": "active",
    "armed_group_targeting": "deliberate",
    "armed_group_dialogue": "most",
    "systematic_attack": 4,
    "displacement": "both",
    "humanitarian_access": "denied",
    "hate_speech": 3,
    "group_tensions": 3,
    "un_presence": ["country_team"],
    "regional_engagement": "engaged",
}


@pytest.fixture(scope="session")
def shipped() -> tuple[Document, Rulebook]:
    return DOCUMENT, SHIPPED


@pytest.fixture
def edition(edition: Edition, shipped: tuple[Document, Rulebook]) -> Edition:
    """The shipped edition, which makes plans, published after the first one."""
    document, rulebook = shipped
    with mock.patch("cases.workflows.editions.publishing.check", return_value=rulebook):
        return publish(document)[0]


@pytest.fixture
def draft(case: Case, analyst: User, edition: Edition) -> Assessment:
    """A draft with most of its answers."""
    made = start_assessment(case, by=analyst, as_of=date(2012, 12, 20), edition=edition)
    answer(made, ANSWERS, analyst)
    return made


def answer(assessment: Assessment, answers: dict[str, Any], by: User) -> None:
    questionnaire = rulebook_of(assessment.edition_id).questionnaire
    Answer.objects.bulk_create(
        Answer(assessment=assessment, question=code, state="known", value=value, answered_by=by)
        for code, value in answers.items()
    )
    assessment.packed = pack(questionnaire, questionnaire.read_answers(answers))
    assessment.save(update_fields=["packed"])


@pytest.fixture
def signed_in(client: Client, analyst: User) -> Client:
    client.force_login(analyst)
    return client


def page_of(assessment: Assessment) -> PlanPage:
    return plan_page(rulebook_of(assessment.edition_id), content_of(assessment))


def first_of(assessment: Assessment) -> list[str]:
    return [line.measure.code for line in page_of(assessment).first]


def read(client: Client, name: str, *args: object) -> str:
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def send(client: Client, draft: Assessment, act: str, **data: object) -> Any:
    plan = ChosenPlan.objects.filter(assessment=draft).first()
    sent = {"act": act, "version": plan.version if plan else 0, **data}
    return client.post(reverse("plan_edit", args=[draft.pk]), sent)


def a_choice(kind: str, measure: str = "", *, actor: str = "", number: int | None = None) -> Choice:
    return Choice(kind, measure, actor, number, "because", "Ada", date(2026, 1, 1))


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


def test_all_measures_stand_on_a_tab_of_their_own_once_each(
    signed_in: Client, draft: Assessment
) -> None:
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
    page = signed_in.get(address, {"actor": "nobody"}).content.decode()
    assert "No measure fits these filters." in page


# Choosing -----------------------------------------------------------------------------------------


def test_choices_change_the_computed_plan_in_a_fixed_order() -> None:
    possible = {code: {"dppa", "ohchr"} for code in "abcdef"}
    choices = [
        a_choice(Kind.LEAVE_OUT, "b"),
        a_choice(Kind.ADD, "e"),
        a_choice(Kind.PLACE, "e", number=1),
        a_choice(Kind.PLACE, "a", number=3),
        a_choice(Kind.LEAD, "c", actor="ohchr"),
    ]
    chosen = choose_from("abc", choices, possible)
    assert chosen.first == ("e", "c", "a")
    assert chosen.leads == {"c": "ohchr"}
    assert chosen.idle == ()


def test_choices_that_no_longer_fit_what_is_computed_have_no_effect_and_are_named() -> None:
    choices = [
        a_choice(Kind.LEAVE_OUT, "x"),
        a_choice(Kind.ADD, "y"),
        a_choice(Kind.LEAD, "a", actor="nobody"),
        a_choice(Kind.NUMBER, number=4),
    ]
    chosen = choose_from("ab", choices, {"a": {"dppa"}, "b": {"dppa"}})
    assert chosen.first == ("a", "b")
    assert chosen.leads == {}
    assert [choice.measure for choice in chosen.idle] == ["x", "y", "a"]


def test_someone_leaves_a_measure_out_adds_another_moves_it_and_gives_another_lead(
    signed_in: Client, draft: Assessment, case: Case
) -> None:
    before = page_of(draft)
    gone, kept = before.first[0].measure.code, before.first[1]
    added = before.next[0].measure.code
    places = {"place": 1, "lead": before.first[0].lead.actor if before.first[0].lead else ""}
    sent = send(signed_in, draft, gone, leave_out="on", reason="Already done", **places)
    assert sent.status_code == 302
    assert send(signed_in, draft, "add", measure=added, reason="We can pay").status_code == 302
    assert first_of(draft) == [*[line.measure.code for line in before.first[1:]], added]

    page = page_of(draft)
    moved = page.first[-1]
    leads = [value for value, _words in _lead_choices(signed_in, draft, added)]
    other = next(actor for actor in leads if not moved.lead or actor != moved.lead.actor)
    sent = send(signed_in, draft, added, place=1, lead=other, reason="It knows the parties")
    assert sent.status_code == 302
    page = page_of(draft)
    assert page.first[0].measure.code == added
    assert page.first[0].lead is not None
    assert page.first[0].lead.actor == other
    assert page.first[0].lead.why == "It knows the parties"
    assert [line.measure.code for line in page.computed] == [
        line.measure.code for line in before.first
    ], "the computed plan stays"
    assert kept.measure.code in first_of(draft)

    shown = read(signed_in, "assessment_advice", draft.pk)
    for words in ("Already done", "We can pay", "It knows the parties", "The computed plan:"):
        assert words in shown
    events = case.events.filter(verb="plan_changed")
    assert events.count() == 3
    assert events[0].data["reason"] == "Already done"
    assert events[0].data["choices"][0]["measure"] == gone


def _lead_choices(client: Client, draft: Assessment, measure: str) -> list[tuple[str, str]]:
    page = read(client, "plan_edit", draft.pk)
    field = page[page.index(f'id="{measure}-lead"') :]
    return re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)', field[: field.index("</select>")])


def test_the_number_of_measures_that_come_first_is_chosen_from_three_to_eight(
    signed_in: Client, draft: Assessment
) -> None:
    assert send(signed_in, draft, "number", number=3, reason="Short meeting").status_code == 302
    assert page_of(draft).number == 3
    assert len(first_of(draft)) <= 3
    assert send(signed_in, draft, "number", number=9, reason="More").status_code == 422
    assert send(signed_in, draft, "number", number=5, reason="As usual").status_code == 302
    assert not PlanChoice.objects.exists(), "the usual number needs no choice"


@pytest.mark.parametrize("act", ["measure", "add", "number"])
def test_every_choice_needs_a_reason_and_what_was_typed_stays(
    signed_in: Client, draft: Assessment, act: str
) -> None:
    line = page_of(draft).first[1]
    data: dict[str, dict[str, Any]] = {
        "measure": {"place": 1, "lead": line.lead.actor if line.lead else ""},
        "add": {"measure": page_of(draft).next[0].measure.code},
        "number": {"number": 4},
    }
    sent = send(signed_in, draft, line.measure.code if act == "measure" else act, **data[act])
    assert sent.status_code == 422
    assert "Enter a reason." in sent.content.decode()
    assert not ChosenPlan.objects.exists()


def test_a_plan_holds_at_most_eight_measures(signed_in: Client, draft: Assessment) -> None:
    for line in page_of(draft).next:
        if len(first_of(draft)) == 8:
            break
        code = line.measure.code
        assert send(signed_in, draft, "add", measure=code, reason="more").status_code == 302
    assert len(first_of(draft)) == 8
    left = next(
        line.measure.code
        for line in page_of(draft).next
        if line.measure.code not in first_of(draft)
    )
    sent = send(signed_in, draft, "add", measure=left, reason="and more")
    assert sent.status_code == 422
    assert "A plan has at most 8 measures. Leave one out first." in sent.content.decode()


def test_what_someone_else_changed_meanwhile_is_not_overwritten(
    signed_in: Client, draft: Assessment, analyst: User
) -> None:
    code = page_of(draft).next[0].measure.code
    chosen = [ChoiceInput(Kind.ADD, code)]
    choose_in_plan(draft, chosen, by=analyst, reason="first", version=0)
    sent = send(signed_in, draft, "number", number=4, reason="mine", version=0)
    assert sent.status_code == 422
    page = sent.content.decode()
    assert "Someone else has changed the plan. Check it" in page
    assert "mine" in page, "what was typed stays"
    assert PlanChoice.objects.get().reason == "first"
    with pytest.raises(StaleError):
        choose_in_plan(draft, chosen, by=analyst, reason="second", version=0)


def test_a_choice_is_undone_and_the_computed_plan_is_back(
    signed_in: Client, draft: Assessment
) -> None:
    computed = first_of(draft)
    line = page_of(draft).first[0]
    lead = line.lead.actor if line.lead else ""
    send(signed_in, draft, line.measure.code, place=1, lead=lead, leave_out="on", reason="mistaken")
    assert first_of(draft) != computed
    undo = send(signed_in, draft, "undo", kind="leave_out", measure=line.measure.code)
    assert undo.status_code == 302
    assert first_of(draft) == computed


def test_adding_back_what_was_left_out_leaves_no_choice(draft: Assessment, analyst: User) -> None:
    code = first_of(draft)[0]
    out, back = [ChoiceInput(Kind.LEAVE_OUT, code)], [ChoiceInput(Kind.ADD, code)]
    choose_in_plan(draft, out, by=analyst, reason="no", version=0)
    choose_in_plan(draft, back, by=analyst, reason="yes after all", version=1)
    assert not PlanChoice.objects.exists()


def test_the_database_refuses_a_choice_without_a_reason_and_a_second_of_the_same(
    draft: Assessment, analyst: User
) -> None:
    plan = ChosenPlan.objects.create(assessment=draft)
    good = {"plan": plan, "kind": "add", "measure": "pro.mediation", "chosen_by": analyst}
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanChoice.objects.create(**good, reason="")
    PlanChoice.objects.create(**good, reason="r")
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanChoice.objects.create(**good, reason="again")
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanChoice.objects.create(
            plan=plan, kind="number", measure="x", reason="r", chosen_by=analyst
        )


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


# Frozen, reviewed, compared, followed up ----------------------------------------------------------


@pytest.fixture
def chosen(draft: Assessment, analyst: User) -> Assessment:
    """Submitted with a measure left out, one added, and another lead."""
    page = page_of(draft)
    other = page.first[1]
    leads = [actor.code for actor, item in rulebook_of(draft.edition_id).able[other.measure.code]]
    lead = next(code for code in leads if other.lead and code != other.lead.actor)
    choices = [
        ChoiceInput(Kind.LEAVE_OUT, page.first[0].measure.code),
        ChoiceInput(Kind.ADD, page.next[0].measure.code),
        ChoiceInput(Kind.LEAD, other.measure.code, actor=lead),
    ]
    choose_in_plan(draft, choices, by=analyst, reason="We know the country", version=0)
    submit(draft, by=analyst)
    return Assessment.objects.get(pk=draft.pk)


def test_the_chosen_plan_is_frozen_at_submission(chosen: Assessment, analyst: User) -> None:
    content = submitted_content(chosen)
    assert [choice.reason for choice in content.choices] == ["We know the country"] * 3
    frozen = first_of(chosen)
    rulebook = rulebook_of(chosen.edition_id)
    assert (
        load_content(json.loads(json.dumps(dump_content(content, rulebook))), rulebook) == content
    )
    with pytest.raises(NotADraftError):
        choose_in_plan(
            chosen, [ChoiceInput(Kind.NUMBER, number=3)], by=analyst, reason="late", version=1
        )
    assert of(analyst).get(reverse("plan_edit", args=[chosen.pk])).status_code == 404
    PlanChoice.objects.all().delete()
    assert first_of(chosen) == frozen, "pages read the snapshot, not the rows"


def test_the_plan_is_reviewed_first_with_its_reasons(chosen: Assessment, reviewer: User) -> None:
    page = read(of(reviewer), "assessment_review", chosen.pk)
    plan = page_of(chosen)
    for line in plan.first:
        assert line.measure.title in page
    assert "We know the country" in page
    assert "The computed plan:" in page
    assert page.index('id="plan"') < page.index('id="recommendations"')


def test_once_signed_off_the_chosen_leads_are_asked(
    chosen: Assessment, reviewer: User, case: Case
) -> None:
    plan = page_of(chosen)
    assert not ActorRequest.objects.exists()
    decide_on_review(chosen, "sign_off", by=reviewer, seen=chosen.snapshot.digest)
    asked = ActorRequest.objects.filter(assessment=chosen)
    leads = dict(asked.filter(role="lead").values_list("measure", "actor"))
    assert leads == {
        line.measure.code: line.lead.actor for line in plan.first if line.lead is not None
    }
    for line in plan.first:
        rows = asked.filter(measure=line.measure.code)
        assert {row.place for row in rows} == {line.place}
        assert rows.count() <= 3
    chosen_lead = next(line for line in plan.first if line.lead and line.lead.choice)
    assert chosen_lead.lead is not None
    page = read(of(reviewer), "actor_detail", chosen_lead.lead.actor)
    section = page[page.index('id="asked"') :]
    assert chosen_lead.measure.title in section
    assert case.title in section


def test_an_endorsement_asks_the_lead_and_the_partners_only(
    chosen: Assessment, reviewer: User
) -> None:
    line = page_of(chosen).first[0]
    review.decide_on_measure(
        chosen, line.measure.code, "endorse", by=reviewer, seen=chosen.snapshot.digest
    )
    asked = sorted(ActorRequest.objects.values_list("actor", flat=True))
    assert line.lead is not None
    assert asked == sorted([line.lead.actor, *(partner.actor for partner in line.partners)])
    decide_on_review(chosen, "sign_off", by=reviewer, seen=chosen.snapshot.digest)
    again = ActorRequest.objects.filter(measure=line.measure.code)
    assert again.count() == len(asked), "what is asked already is not asked twice"


def test_amending_what_was_returned_keeps_the_choices_with_their_reasons(
    chosen: Assessment, reviewer: User, analyst: User, edition: Edition
) -> None:
    decide_on_review(chosen, "return", by=reviewer, text="More", seen=chosen.snapshot.digest)
    draft = review.amend(chosen, by=analyst, edition=edition)
    assert content_of(draft).choices == submitted_content(chosen).choices


def test_two_plans_are_compared_over_time(
    chosen: Assessment, analyst: User, case: Case, edition: Edition
) -> None:
    later = start_assessment(
        case, by=analyst, as_of=date(2013, 6, 1), edition=edition, earlier=chosen
    )
    page = read(of(analyst), "assessment_compare", later.pk, chosen.pk)
    section = page[page.index('id="plans"') :]
    added, gone = (
        set(first_of(later)) - set(first_of(chosen)),
        set(first_of(chosen)) - set(first_of(later)),
    )
    assert added
    assert gone
    assert section.count("New in the plan") == len(added)
    assert section.count("No longer in the plan") == len(gone)


def test_an_assessment_of_an_edition_without_plans_shows_all_measures_and_no_plan(
    signed_in: Client, case: Case, analyst: User, edition: Edition
) -> None:
    first = Edition.objects.exclude(pk=edition.pk).get()
    old = start_assessment(case, by=analyst, as_of=date(2012, 12, 20), edition=first)
    page = read(signed_in, "assessment_advice", old.pk)
    assert "All measures" in page
    assert 'id="first"' not in page
    assert reverse("plan_edit", args=[old.pk]) not in page
    sent = signed_in.get(reverse("plan_edit", args=[old.pk]), follow=True)
    assert sent.redirect_chain[0][0] == reverse("assessment_advice", args=[old.pk])
    assert "The edition of this assessment makes no plan." in sent.content.decode()


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
