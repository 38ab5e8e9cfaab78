"""What if, the pictures of an advice, and precedents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.models import Assessment, Case, Edition, Event, Step, User
from cases.queries.assessing.charts import flow, measures_to_draw, risk_profile
from cases.queries.assessing.content import content_of
from cases.queries.assessing.precedents import precedents
from cases.rulebook.entries.rulebook import Rulebook
from cases.workflows.assessing.answering import AnswerInput, save_answer
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import add_source, set_member
from tests.editor.sent_forms import as_sent
from tests.rulebook.worlds import answers_to

# What if


def test_what_is_tried_shows_what_would_be_added_and_removed_and_leaves_no_trace(
    signed_in: Client, draft: Assessment, analyst: User
) -> None:
    save_answer(draft, AnswerInput("displacement", "known", "both"), by=analyst, version=0)
    before = (
        Assessment.objects.values().get(pk=draft.pk),
        list(draft.answers.values()),
        Event.objects.count(),
    )
    data = {"displacement": "none", "displacement__on": "1", "phase": "ongoing", "phase__on": "1"}
    page = signed_in.post(reverse("what_if", args=[draft.pk]), data)
    assert page.status_code == 200
    result = page.context["result"]
    assert "pro.asylum" in {row.measure.code for row in result.removed}
    assert "enc.remind" in {row.measure.code for row in result.added}
    assert {question.code for question, _, _ in page.context["tried"]} == {"displacement", "phase"}
    assert before == (
        Assessment.objects.values().get(pk=draft.pk),
        list(draft.answers.values()),
        Event.objects.count(),
    )


def test_what_is_tried_is_kept_in_the_draft_with_its_notes(
    signed_in: Client, draft: Assessment, case: Case, analyst: User
) -> None:
    source = add_source(case, by=analyst, title="Report", publisher="OHCHR", reliability="A")
    given_before = AnswerInput(
        "displacement", "known", "both", "high", "as reported", frozenset([source.pk])
    )
    save_answer(draft, given_before, by=analyst, version=0)
    data = {
        "displacement": "localised",
        "displacement__on": "1",
        "triggers": ["coup"],
        "triggers__on": "1",
        "keep": "1",
    }
    assert signed_in.post(reverse("what_if", args=[draft.pk]), data).status_code == 302
    kept = draft.answers.get(question="displacement")
    assert (kept.value, kept.note, kept.confidence) == ("localised", "as reported", "")
    assert list(kept.sources.all()) == [source]
    assert draft.answers.get(question="triggers").value == ["coup"]


def test_what_is_tried_on_a_submitted_assessment_is_kept_as_a_new_draft_by_those_who_may_write(
    signed_in: Client, draft: Assessment, analyst: User, person: Callable[..., User]
) -> None:
    save_answer(draft, AnswerInput("displacement", "known", "both"), by=analyst, version=0)
    submit(draft, by=analyst)
    data = {"displacement": "none", "displacement__on": "1", "keep": "1", "as_of": "2013-01-10"}
    reader = person("rea", "reviewer")
    set_member(draft.case, reader, "reader", by=analyst)
    theirs = Client()
    theirs.force_login(reader)
    assert theirs.post(reverse("what_if", args=[draft.pk]), data).status_code == 200
    assert draft.case.assessments.count() == 1
    late = signed_in.post(reverse("what_if", args=[draft.pk]), data | {"as_of": "2999-01-01"})
    assert late.status_code == 422
    assert "is in the future" in late.content.decode()
    assert signed_in.post(reverse("what_if", args=[draft.pk]), data).status_code == 302
    new = draft.case.assessments.get(status="draft")
    assert (new.as_of, new.answers.get().value) == (date(2013, 1, 10), "none")
    draft.refresh_from_db()
    assert draft.snapshot.content["answers"]["displacement"]["value"] == "both"


@pytest.mark.parametrize(
    "wrong",
    [
        {"phase": "tomorrow", "phase__on": "1"},
        {"hate_speech": "5", "hate_speech__on": "1"},
        {"triggers": ["\x00"], "triggers__on": "1"},
    ],
)
def test_what_cannot_be_answered_cannot_be_tried(
    signed_in: Client, draft: Assessment, wrong: dict[str, Any]
) -> None:
    response = signed_in.post(reverse("what_if", args=[draft.pk]), wrong | {"keep": "1"})
    assert response.status_code == 422
    assert not draft.answers.exists()


def test_a_value_that_is_tried_clears_unknown(signed_in: Client, draft: Assessment) -> None:
    tried = {"triggers": ["coup", "unknown"], "triggers__on": "1"}
    page = signed_in.post(reverse("what_if", args=[draft.pk]), tried)
    assert page.status_code == 200
    signed_in.post(reverse("what_if", args=[draft.pk]), tried | {"keep": "1"})
    kept = draft.case.assessments.exclude(pk=draft.pk).first() or draft
    assert kept.answers.get(question="triggers").value == ["coup"]


def test_unknown_that_is_tried_after_a_value_clears_the_value(
    signed_in: Client, draft: Assessment
) -> None:
    tried = {
        "triggers": ["coup", "unknown"],
        "triggers__recorded": "",
        "triggers__shown": "coup",
    }
    page = signed_in.post(reverse("what_if", args=[draft.pk]), tried)
    assert page.status_code == 200
    assert page.context["tried"] == []


def test_an_answer_that_someone_else_has_recorded_since_is_not_replaced_by_what_is_tried(
    signed_in: Client, draft: Assessment, analyst: User
) -> None:
    page = signed_in.get(reverse("what_if", args=[draft.pk])).content.decode()
    opened = as_sent(page[page.index("with-side what-if") :].split("</form>")[0])
    save_answer(draft, AnswerInput("phase", "known", "ongoing"), by=analyst, version=0)
    opened["displacement"] = "localised"
    opened["keep"] = "1"
    address = reverse("what_if", args=[draft.pk])
    form = "application/x-www-form-urlencoded"
    assert signed_in.post(address, opened.urlencode(), content_type=form).status_code == 302
    answers = dict(draft.answers.values_list("question", "value"))
    assert answers == {"phase": "ongoing", "displacement": "localised"}


def test_a_question_that_someone_else_has_answered_since_is_kept_only_after_a_look(
    signed_in: Client, draft: Assessment, analyst: User
) -> None:
    save_answer(draft, AnswerInput("phase", "known", "ongoing"), by=analyst, version=0)
    tried = {"phase": "rising", "phase__recorded": "", "keep": "1"}
    refused = signed_in.post(reverse("what_if", args=[draft.pk]), tried)
    assert refused.status_code == 422
    assert "Someone else has recorded “" in refused.content.decode()
    assert draft.answers.get().value == "ongoing"
    again = tried | {"phase__recorded": "ongoing"}
    assert 'name="phase__recorded" value="ongoing"' in refused.content.decode()
    assert signed_in.post(reverse("what_if", args=[draft.pk]), again).status_code == 302
    assert draft.answers.get().value == "rising"


def test_the_fewest_changes_of_a_measure_can_be_tried_out_and_do_what_they_say(
    signed_in: Client, draft: Assessment, analyst: User
) -> None:
    save_answer(draft, AnswerInput("displacement", "known", "both"), by=analyst, version=0)
    page = signed_in.get(reverse("measure_in_advice", args=[draft.pk, "pro.asylum"]))
    way = page.context["ways_out"][0]
    data: dict[str, Any] = {}
    for code, value in way.preset:
        data.setdefault(code, []).append(value)
        data[f"{code}__on"] = "1"
    result = signed_in.post(reverse("what_if", args=[draft.pk]), data).context["result"]
    assert {row.measure.code: row.after for row in result.removed}["pro.asylum"] == "not_indicated"


# Pictures


@given(st.data())
@settings(max_examples=25)
def test_the_risk_profile_shows_every_risk_factor_and_no_level_that_no_answer_gives(
    first_edition: Rulebook, data: st.DataObject
) -> None:
    answers = data.draw(answers_to(first_edition.questionnaire))
    factors = risk_profile(first_edition, answers)
    assert [factor.code for factor in factors] == [f"RF{number}" for number in range(1, 15)]
    for factor in factors:
        assert factor.answers
        assert all(0 <= level <= 4 for level in factor.levels)
        assert (factor.highest is None) == (not factor.levels)
        assert len(factor.levels) <= factor.known <= len(factor.answers)


def test_every_answer_that_bears_on_a_risk_factor_says_how_far(first_edition: Rulebook) -> None:
    for question in first_edition.questionnaire.questions:
        if question.risk_factors:
            assert all(option.level is not None for option in question.options), question.code


def test_the_picture_draws_exactly_the_lines_that_its_table_names(
    signed_in: Client, draft: Assessment, analyst: User, first_edition: Rulebook
) -> None:
    for code, value in (("phase", "ongoing"), ("displacement", "both"), ("hate_speech", 4)):
        save_answer(draft, AnswerInput(code, "known", value), by=analyst, version=0)
    draft.refresh_from_db()
    content = content_of(draft)
    drawn = flow(draft, first_edition, content, measures_to_draw(content.advice))
    assert drawn.rows
    assert len(drawn.lines) == sum(len(row.answers) + len(row.actors) for row in drawn.rows)
    assert {row.status for row in drawn.rows} <= {"recommended", "conditional"}
    for form in ("", "ENC", "CAP", "PRO", "nonsense"):
        assert signed_in.get(reverse("flow", args=[draft.pk]), {"form": form}).status_code == 200


def test_pictures_of_an_empty_assessment_say_that_there_is_nothing_to_draw(
    signed_in: Client, draft: Assessment
) -> None:
    assert "nothing to draw" in signed_in.get(reverse("flow", args=[draft.pk])).content.decode()
    assert (
        "nothing known" in signed_in.get(reverse("risk_profile", args=[draft.pk])).content.decode()
    )
    assert (
        "No earlier case" in signed_in.get(reverse("precedents", args=[draft.pk])).content.decode()
    )


# Precedents


def test_precedents_are_earlier_cases_that_one_may_see_with_what_was_done(
    edition: Edition, db: None
) -> None:
    with override_settings(DEMO=True):
        call_command("load_demo", verbosity=0)
    amina, rosa = (User.objects.get(username=name) for name in ("amina.analyst", "rosa.reviewer"))
    assert Step.objects.count() > 100
    mali = Assessment.objects.get(case__title__icontains="north of Mali", as_of=date(2012, 12, 20))
    answers = content_of(mali).values
    for user in (amina, rosa):
        found = precedents(user, mali, answers)
        assert found
        assert [item.likeness for item in found] == sorted(
            (item.likeness for item in found), reverse=True
        )
        for item in found:
            assert item.assessment.case_id != mali.case_id
            assert item.assessment.as_of <= mali.as_of
            assert (
                item.assessment.case.confidentiality == "open"
                or user.member_cases.filter(pk=item.assessment.case_id).exists()
                or item.assessment.case.owner_id == user.pk
            )
    assert any(item.done for item in precedents(amina, mali, answers))


def test_what_was_done_is_recorded_shown_and_taken_back(
    signed_in: Client, case: Case, analyst: User, edition: Edition
) -> None:
    page = reverse("step_new", args=[case.pk])
    wrong = signed_in.post(
        page, {"measure": "cap.ssr", "fact": "done", "happened_on": "2999-01-01", "note": "kept"}
    )
    assert wrong.status_code == 422
    assert "is in the future" in wrong.content.decode()
    assert "Say who did it" in wrong.content.decode()
    assert "kept" in wrong.content.decode()
    data = {
        "measure": "cap.ssr",
        "fact": "refused",
        "actors": ["host_state"],
        "happened_on": "2012-10-01",
    }
    assert signed_in.post(page, data).status_code == 302
    shown = signed_in.get(case.get_absolute_url()).content.decode()
    assert "Security sector reform" in shown
    assert (
        "Refused"
        in signed_in.get(reverse("case_timeline", args=[case.pk])).content.decode().title()
    )
    step = Step.objects.get()
    signed_in.post(reverse("step_remove", args=[case.pk, step.pk]))
    assert not Step.objects.exists()
    assert Event.objects.get(verb="step_removed").data["fact"] == "refused"
