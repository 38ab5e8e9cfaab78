"""All answers on one page, before and after submission, and confirming those carried over."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Assessment, Case, Edition, Source, User
from cases.queries.editions.rulebooks import rulebook_of
from cases.workflows.assessing.answering import (
    AnswerInput,
    confirm_carried_over,
    save_answer,
    start_assessment,
)
from cases.workflows.assessing.submitting import submit


@pytest.fixture
def answered(draft: Assessment, source: Source, analyst: User) -> Assessment:
    for given in (
        AnswerInput("phase", "known", "ongoing", "high", "as told", frozenset([source.pk])),
        AnswerInput("conflict_status", "known", "internal_conflict", "low", "", frozenset()),
        AnswerInput("group_tensions", "known", 3, "", "", frozenset([source.pk])),
        AnswerInput("hate_speech", "unknown"),
    ):
        save_answer(draft, given, by=analyst, version=0)
    return draft


def rows(client: Client, assessment: Assessment, only: str = "") -> set[str]:
    page = client.get(reverse("assessment_answers", args=[assessment.pk]), {"only": only})
    assert page.status_code == 200
    answers = page.context["answers"]
    return {row.shown.question.code for part in answers.sections for row in part.rows}


@pytest.mark.parametrize("submitted", [False, True])
def test_all_answers_are_on_one_page_with_their_grounds(
    his: Client, answered: Assessment, analyst: User, submitted: bool
) -> None:
    if submitted:
        submit(answered, by=analyst)
    page = his.get(reverse("assessment_answers", args=[answered.pk])).content.decode()
    for said in ("as told", "A report", "Low", "no source", "Unknown", "Not answered"):
        assert said in page
    target = "answer_review" if submitted else "assessment_section"
    code = "phase" if submitted else "situation"
    assert reverse(target, args=[answered.pk, code]) in page


@pytest.mark.parametrize("submitted", [False, True])
@pytest.mark.parametrize(
    ("only", "codes"),
    [
        ("no_source", {"conflict_status"}),
        ("low", {"conflict_status"}),
        ("no_confidence", {"group_tensions"}),
        ("unknown", {"hate_speech"}),
        ("carried_over", set()),
    ],
)
def test_a_filter_shows_the_answers_that_are_weak_in_one_way(
    his: Client,
    answered: Assessment,
    analyst: User,
    submitted: bool,
    only: str,
    codes: set[str],
) -> None:
    if submitted:
        submit(answered, by=analyst)
    assert rows(his, answered, only) == codes
    everything = rows(his, answered)
    assert {"phase", "hate_speech", "conflict_status", "group_tensions"} <= everything
    assert rows(his, answered, "open") == everything - {
        "phase",
        "hate_speech",
        "conflict_status",
        "group_tensions",
    }


def test_a_filter_that_does_not_exist_is_reported(his: Client, answered: Assessment) -> None:
    page = his.get(reverse("assessment_answers", args=[answered.pk]), {"only": "lost"})
    assert "There is no such filter. All answers are shown." in page.content.decode()


def test_the_checks_before_submitting_link_each_weak_answer(
    his: Client, answered: Assessment
) -> None:
    page = his.get(reverse("assessment_submit", args=[answered.pk]))
    checks = {item.code: item for level in page.context["checks"].values() for item in level}
    assert [item.code for item in checks["no-source"].questions] == ["conflict_status"]
    assert [item.code for item in checks["doubtful"].questions] == ["conflict_status"]
    assert [item.code for item in checks["no-confidence"].questions] == ["group_tensions"]
    said = page.content.decode()
    assert "#q-conflict_status" in said
    assert "#q-group_tensions" in said
    assert "no-source" not in said, "no code is shown"


@pytest.fixture
def following(answered: Assessment, case: Case, edition: Edition, analyst: User) -> Assessment:
    submit(answered, by=analyst)
    return start_assessment(
        case, by=analyst, as_of=date(2013, 1, 20), edition=edition, earlier=answered
    )


def confirm(client: Client, draft: Assessment, section: str, **data: Any) -> Any:
    in_section = rulebook_of(draft.edition_id).questionnaire.in_section(section)
    marked = draft.answers.filter(question__in=[item.code for item in in_section])
    seen = [f"{row.question}:{row.version}" for row in marked.filter(carried_over=True)]
    sent = {"seen": seen} | data
    return client.post(reverse("section_confirm", args=[draft.pk, section]), sent)


def confirm_section(client: Client, draft: Assessment, section: str, **changed: str) -> Any:
    """Press the button of a section, whose answers are sent with it as they are on its page."""
    address = reverse("assessment_section", args=[draft.pk, section])
    form = client.get(address).context["form"]
    shown = [name for row in form.items if row.shown for name in form.names_of(row.question.code)]
    values = {name: form[name].value() for name in shown}
    sent = {name: value for name, value in values.items() if value not in (None, False)}
    return client.post(address, sent | {"confirm": section} | changed)


def test_confirming_a_section_saves_what_was_typed_in_it_without_script(
    his: Client, following: Assessment
) -> None:
    address = reverse("assessment_section", args=[following.pk, "situation"])
    page = " ".join(his.get(address).content.decode().split())
    button = re.search(r'<button[^>]* form="answers"[^>]* name="confirm"[^>]*>', page)
    assert button, "the button sends the form of the answers"
    response = confirm_section(
        his, following, "situation", conflict_status="unrest", phase__note="Read again in May."
    )
    assert response.status_code == 302
    phase, conflict = (
        following.answers.get(question=code) for code in ("phase", "conflict_status")
    )
    assert (phase.note, phase.carried_over) == ("Read again in May.", False)
    assert (conflict.value, conflict.carried_over) == ("unrest", False)


def test_confirming_a_section_keeps_what_cannot_be_saved_on_the_page(
    his: Client, following: Assessment
) -> None:
    response = confirm_section(
        his, following, "situation", phase__effective="2013-02-01", phase__note="Since then."
    )
    assert response.status_code == 422
    page = response.content.decode()
    assert "This day is after the date of the assessment" in page
    assert "Since then." in page
    assert following.answers.get(question="phase").carried_over
    assert not following.answers.get(question="conflict_status").carried_over


def test_answers_that_were_carried_over_are_confirmed_a_section_at_a_time(
    his: Client, following: Assessment
) -> None:
    assert rows(his, following, "carried_over") == {
        "phase",
        "conflict_status",
        "group_tensions",
        "hate_speech",
    }
    page = his.get(reverse("assessment_section", args=[following.pk, "situation"]))
    assert "All 2 carried-over answers are still correct" in page.content.decode()
    response = confirm_section(his, following, "situation")
    assert response["Location"] == reverse("assessment_section", args=[following.pk, "stressors"])
    assert rows(his, following, "carried_over") == {"group_tensions", "hate_speech"}
    phase = following.answers.get(question="phase")
    assert (phase.value, phase.note, phase.confidence) == ("ongoing", "as told", "high")
    assert phase.sources.count() == 1
    last = confirm_section(his, following, "stressors")
    assert last["Location"] == reverse("assessment_submit", args=[following.pk])
    assert not following.answers.filter(carried_over=True).exists()


def test_confirming_from_the_page_of_all_answers_returns_there(
    his: Client, following: Assessment
) -> None:
    response = confirm(his, following, "situation")
    assert response["Location"].startswith(reverse("assessment_answers", args=[following.pk]))


def test_confirming_on_a_filtered_page_names_what_is_shown_and_returns_to_the_filter(
    his: Client, following: Assessment
) -> None:
    address = reverse("assessment_answers", args=[following.pk])
    page = his.get(address, {"only": "no_confidence"}).content.decode()
    assert "This carried-over answer is still correct" in page
    assert 'name="only" value="no_confidence"' in page
    response = confirm(his, following, "situation", only="no_confidence")
    assert response["Location"].startswith(f"{address}?only=no_confidence#")


def test_what_someone_changed_since_is_not_confirmed_unseen(
    his: Client, following: Assessment, analyst: User, person: Callable[..., User]
) -> None:
    changed = AnswerInput("phase", "known", "imminent")
    row = following.answers.get(question="phase")
    save_answer(following, changed, by=analyst, version=row.version)
    row.refresh_from_db()
    other = person("bea", "analyst")
    following.answers.filter(pk=row.pk).update(carried_over=True, answered_by=other)
    assert confirm_carried_over(
        following, {"phase": row.version - 1, "conflict_status": 1}, by=analyst
    ) == (1, 1)


def test_an_answer_of_a_later_day_is_left_to_be_looked_at(
    his: Client, following: Assessment
) -> None:
    following.answers.filter(question="phase").update(effective_on=date(2013, 2, 1))
    response = confirm(his, following, "situation")
    assert response["Location"] == reverse("assessment_section", args=[following.pk, "situation"])
    assert rows(his, following, "carried_over") >= {"phase"}
