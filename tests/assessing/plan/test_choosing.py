"""What people choose in a plan, and how it is frozen, reviewed and compared."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from cases.models import ActorRequest, Assessment, Case, ChosenPlan, Edition, PlanChoice, User
from cases.queries.assessing.chosen_plan import choose_from
from cases.queries.assessing.content import (
    content_of,
    dump_content,
    load_content,
    submitted_content,
)
from cases.queries.editions.rulebooks import rulebook_of
from cases.workflows import review
from cases.workflows.assessing.answering import start_assessment
from cases.workflows.assessing.planning import ChoiceInput, choose_in_plan
from cases.workflows.errors import NotADraftError, StaleError
from cases.workflows.review import decide_on_review
from tests.assessing.plan.plans import Kind, a_choice, first_of, page_of, read, send
from tests.clients import of

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


# Frozen, reviewed, compared, followed up ----------------------------------------------------------


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
