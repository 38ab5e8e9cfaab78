"""Two analysts who assess the same date apart, and how far they agree."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Assessment, Case, User
from cases.queries.assessing.agreement import agreement
from cases.queries.assessing.content import RecordedAnswer
from cases.queries.waiting_reviews import reviews_asked_of
from cases.rulebook.entries.rulebook import Rulebook
from cases.workflows.assessing.answering import AnswerInput, discard_draft, save_answer
from cases.workflows.assessing.second_assessment import (
    reconcile_assessments,
    start_second_assessment,
    unpair,
)
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import add_source, set_member
from tests.clients import of


@pytest.fixture
def colleague(person: Callable[..., User], case: Case, analyst: User) -> User:
    other = person("bea", "analyst")
    set_member(case, other, "contributor", by=analyst)
    return other


def test_two_analysts_see_nothing_of_each_other_until_both_are_in(
    signed_in: Client, draft: Assessment, case: Case, analyst: User, colleague: User
) -> None:
    page = reverse("assessment_second", args=[draft.pk])
    assert signed_in.post(page, {"analyst": str(analyst.pk)}).status_code == 422
    assert signed_in.post(page, {"analyst": str(colleague.pk)}).status_code == 302
    second = draft.second
    save_answer(
        draft, AnswerInput("phase", "known", "ongoing", note="mine alone"), by=analyst, version=0
    )
    save_answer(
        second, AnswerInput("phase", "known", "latent", note="hers alone"), by=colleague, version=0
    )
    hers = Client()
    hers.force_login(colleague)
    submit(draft, by=analyst)
    for client, other in ((signed_in, second), (hers, draft)):
        for name in ("assessment_advice", "flow", "what_if", "risk_profile", "precedents"):
            assert client.get(reverse(name, args=[other.pk])).status_code == 404
        assert str(other.pk) not in client.get(case.get_absolute_url()).content.decode()
        assert (
            str(other.pk)
            not in client.get(reverse("case_timeline", args=[case.pk])).content.decode()
        )
        assert (
            str(other.pk)
            not in client.get(reverse("assessment_new", args=[case.pk])).content.decode()
        )
        assert client.get(reverse("assessment_agreement", args=[draft.pk])).status_code == 404
    submit(second, by=colleague)
    page = reverse("assessment_agreement", args=[second.pk])
    for client in (signed_in, hers):
        shown = client.get(page)
        assert shown.status_code == 200
        assert [pair.question.code for pair in shown.context["agreement"].differing] == ["phase"]
        assert "Answered differently" in shown.content.decode()
        assert (
            page.replace(str(second.pk), str(draft.pk))
            in client.get(case.get_absolute_url()).content.decode()
        )


def test_a_second_assessment_is_asked_for_once_and_only_before_others_have_seen_the_first(
    signed_in: Client, draft: Assessment, analyst: User, colleague: User
) -> None:
    page = reverse("assessment_second", args=[draft.pk])
    signed_in.post(page, {"analyst": str(colleague.pk)})
    signed_in.post(page, {"analyst": str(colleague.pk)})
    assert draft.case.assessments.count() == 2
    assert "Stop waiting" in signed_in.get(page).content.decode()
    signed_in.post(reverse("assessment_unpair", args=[draft.pk]))
    assert not Assessment.objects.filter(blind=True).exists()
    submit(draft, by=analyst)
    assert signed_in.post(page, {"analyst": str(colleague.pk)}).status_code == 404


def test_discarding_one_of_two_sets_the_other_free(
    draft: Assessment, analyst: User, colleague: User
) -> None:
    second = start_second_assessment(draft, colleague, by=analyst)
    discard_draft(second, by=colleague)
    draft.refresh_from_db()
    assert (draft.blind, draft.partner) == (False, None)


def test_a_reconciled_assessment_takes_what_is_alike_and_leaves_the_rest_open_with_both(
    signed_in: Client, draft: Assessment, case: Case, analyst: User, colleague: User
) -> None:
    source = add_source(case, by=analyst, title="Report", publisher="OHCHR", reliability="A")
    second = start_second_assessment(draft, colleague, by=analyst)
    alike = AnswerInput("consent", "known", "given", "high", "on paper", frozenset([source.pk]))
    save_answer(draft, alike, by=analyst, version=0)
    save_answer(second, AnswerInput("consent", "known", "given", "low"), by=colleague, version=0)
    save_answer(
        draft, AnswerInput("phase", "known", "ongoing", note="attacks"), by=analyst, version=0
    )
    save_answer(second, AnswerInput("phase", "known", "latent"), by=colleague, version=0)
    save_answer(second, AnswerInput("triggers", "known", ["coup"]), by=colleague, version=0)
    submit(draft, by=analyst)
    submit(second, by=colleague)
    assert signed_in.post(reverse("assessment_reconcile", args=[second.pk])).status_code == 302
    made = Assessment.objects.get(reconciles=draft)
    assert (made.as_of, made.author, made.status) == (draft.as_of, analyst, "draft")
    rows = {row.question: row for row in made.answers.all()}
    assert (rows["consent"].value, rows["consent"].confidence) == ("given", "low")
    assert list(rows["consent"].sources.all()) == [source]
    assert (rows["phase"].state, rows["phase"].value) == ("open", None)
    assert "Ada: ongoing – attacks" in rows["phase"].note
    assert "Bea: latent" in rows["phase"].note
    assert rows["triggers"].state == "open"


def answered(**values: Any) -> dict[str, RecordedAnswer]:
    return {
        code: RecordedAnswer("unknown" if value is None else "known", value)
        for code, value in values.items()
    }


def test_agreement_is_one_if_all_answers_agree_and_unknown_for_too_few(
    first_edition: Rulebook,
) -> None:
    same = answered(phase="ongoing", hate_speech=4, group_tensions=1, triggers=frozenset({"coup"}))
    whole = agreement(first_edition, same, same)
    assert (whole.overall.value, whole.scales.value, whole.differing) == (1.0, 1.0, [])
    nothing = agreement(first_edition, {}, {})
    assert (nothing.overall.value, nothing.pairs) == (None, ())
    alone = agreement(first_edition, answered(phase=None), answered(phase="latent"))
    assert alone.overall.value is None
    assert alone.known_to_one[0].both_known is False
    assert alone.differing == []


def test_agreement_counts_apart_what_only_one_of_the_two_knows(first_edition: Rulebook) -> None:
    both = {"media_gap": 1, "inequality": 2}
    one = answered(**both, phase="ongoing", hate_speech=4, group_tensions=1)
    other = answered(**both, phase="latent", triggers=frozenset({"coup"}))
    found = agreement(first_edition, one, other)
    assert (found.known_alike, found.known_to_both) == (2, 3)
    assert [pair.question.code for pair in found.differing] == ["phase"]
    codes = {pair.question.code for pair in found.known_to_one}
    assert codes == {"hate_speech", "group_tensions", "triggers"}


def test_alpha_over_scales_is_the_published_ordinal_figure(first_edition: Rulebook) -> None:
    """Worked by hand: five scales, coincidences of (0,0) (1,1) (2,3) (4,4) (1,1) with the ordinal
    metric.
    """
    scales = ["rule_of_law_gap", "media_gap", "inequality", "group_tensions", "hate_speech"]
    one = answered(**dict(zip(scales, [0, 1, 2, 4, 1], strict=True)))
    other = answered(**dict(zip(scales, [0, 1, 3, 4, 1], strict=True)))
    found = agreement(first_edition, one, other).scales
    counts = {0: 2, 1: 4, 2: 1, 3: 1, 4: 2}

    def apart(low: int, high: int) -> float:
        low, high = sorted((low, high))
        return (
            sum(counts[level] for level in range(low, high + 1)) - (counts[low] + counts[high]) / 2
        ) ** 2

    seen = 2 * apart(2, 3)
    expected = sum(
        counts[a] * counts[b] * apart(a, b) for a in counts for b in counts if a != b
    ) / (10 - 1)
    assert found.units == 5
    assert found.value == pytest.approx(1 - seen / expected)


def test_two_assessments_shown_before_both_were_submitted_are_no_longer_a_pair(
    draft: Assessment, analyst: User, colleague: User
) -> None:
    second = start_second_assessment(draft, colleague, by=analyst)
    assert Assessment.objects.get(pk=draft.pk).partner == second
    unpair(Assessment.objects.get(pk=draft.pk), by=analyst)
    for one in (draft, second):
        one.refresh_from_db()
        assert (one.partner, one.second_to, one.blind) == (None, None, False)


def test_an_answer_that_two_share_is_true_since_the_later_of_their_days(
    draft: Assessment, analyst: User, colleague: User
) -> None:
    second = start_second_assessment(draft, colleague, by=analyst)
    days = (date(2012, 3, 1), date(2012, 6, 1))
    for one, by, day in ((draft, analyst, days[1]), (second, colleague, days[0])):
        given = AnswerInput("consent", "known", "given", "high", effective_on=day)
        save_answer(one, given, by=by, version=0)
        submit(one, by=by)
    made = reconcile_assessments(draft, second, by=analyst)
    assert made.answers.get(question="consent").effective_on == days[1]


def test_whoever_is_asked_for_a_second_assessment_is_notified_and_led_to_it(
    draft: Assessment, analyst: User, colleague: User
) -> None:
    second = start_second_assessment(draft, colleague, by=analyst)
    told = colleague.notifications.get(event__verb="second_asked")
    response = of(colleague).get(reverse("notification_open", args=[told.pk]))
    assert response["Location"] == reverse("assessment_answer", args=[second.pk])


@pytest.mark.parametrize("how", ["stop waiting", "discard"])
def test_an_assessment_that_was_blind_reaches_its_reviewers_when_the_pair_ends(
    draft: Assessment, analyst: User, colleague: User, reviewer: User, how: str
) -> None:
    second = start_second_assessment(draft, colleague, by=analyst)
    submit(second, by=colleague)
    assert not reviewer.notifications.filter(kind="submitted").exists()
    name = "assessment_unpair" if how == "stop waiting" else "assessment_discard"
    assert of(analyst).post(reverse(name, args=[draft.pk])).status_code == 302
    assert list(reviews_asked_of(reviewer)) == [second]
    assert reviewer.notifications.filter(kind="submitted").exists()
    told = colleague.notifications.get(kind="access_changed")
    opened = of(colleague).get(reverse("notification_open", args=[told.pk]), follow=True)
    assert opened.status_code == 200, "it leads to a page that is there"
