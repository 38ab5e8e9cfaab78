"""Review: discussed where it is made, decided by someone else, bound to exactly what was seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from time import process_time
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases.models import (
    Assessment,
    Case,
    Comment,
    Event,
    MeasureDecision,
    ReviewDecision,
    Source,
    Thread,
    User,
)
from cases.models.review import SIGN_OFFS_NEEDED, TRANSITIONS
from cases.queries.editions.rulebooks import rulebook_of
from cases.queries.review import changes_under
from cases.workflows import review
from cases.workflows.assessing.answering import AnswerInput, save_answer
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import add_source, revise_source, set_member
from cases.workflows.errors import ReviewError
from cases.workflows.followup import record_step
from tests.conftest import FIXTURES, make_sensitive, with_second_factor, without_triggers


@pytest.fixture
def source(case: Case, analyst: User) -> Source:
    return add_source(case, by=analyst, title="Report", publisher="OHCHR", reliability="A")


@pytest.fixture
def submitted(draft: Assessment, source: Source, analyst: User) -> Assessment:
    given = AnswerInput("phase", "known", "ongoing", "high", "as reported", frozenset([source.pk]))
    save_answer(draft, given, by=analyst, version=0)
    submit(draft, by=analyst)
    return Assessment.objects.get(pk=draft.pk)


def verdict(
    client: Client,
    assessment: Assessment,
    kind: str,
    text: str = "",
    seen: str = "",
    to: User | None = None,
) -> Any:
    data = {"kind": kind, "text": text, "seen": seen or assessment.snapshot.digest}
    if kind == "sign_off":
        # With recommendations on which nobody has decided.
        data["despite"] = "on"
    if to is not None:
        data["to"] = str(to.pk)
    return client.post(reverse("assessment_review", args=[assessment.pk]), data)


def state(assessment: Assessment) -> str:
    return Assessment.objects.values_list("review_state", flat=True).get(pk=assessment.pk)


def test_a_reviewer_finds_what_waits_reads_it_and_signs_it_off_bound_to_its_digest(
    hers: Client, submitted: Assessment, case: Case
) -> None:
    page = reverse("assessment_review", args=[submitted.pk])
    assert page in hers.get(reverse("home")).content.decode()
    assert "Awaiting review" in hers.get(page).content.decode()
    assert verdict(hers, submitted, "sign_off").status_code == 302
    made = submitted.review_decisions.get()
    assert (made.digest, state(submitted)) == (submitted.snapshot.digest, "signed_off")
    assert case.events.get(verb="signed_off").data["digest"] == submitted.snapshot.digest
    assert page not in hers.get(reverse("home")).content.decode()


def test_the_author_never_signs_not_even_past_the_pages(
    his: Client, submitted: Assessment, case: Case, analyst: User
) -> None:
    assert verdict(his, submitted, "sign_off").status_code == 404
    with pytest.raises(ReviewError, match="own-work"):
        review.decide_on_review(submitted, "sign_off", by=analyst, seen=submitted.snapshot.digest)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewDecision.objects.create(
            assessment=submitted,
            author=analyst,
            reviewer=analyst,
            kind="sign_off",
            digest=submitted.snapshot.digest,
        )
    assert state(submitted) == "pending"


def test_an_author_who_is_made_a_reviewer_of_the_case_still_does_not_sign_own_work(
    submitted: Assessment, case: Case, analyst: User, person: Callable[..., User], edition: Any
) -> None:
    both = person("both", "analyst", "reviewer")
    Assessment.objects.filter(pk=submitted.pk).update(author=both)
    set_member(case, both, "reviewer", by=analyst)
    client = Client()
    client.force_login(both)
    assert verdict(client, submitted, "sign_off").status_code == 404


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (
            {"kind": "sign_off", "despite": "on", "seen": "0" * 64},
            "What you read is not the submitted assessment",
        ),
        ({"kind": "return"}, "Say why"),
        ({"kind": "refer"}, "Say why"),
        ({"kind": "approve"}, "Select a valid choice"),
        ({}, "Choose a decision"),
    ],
)
def test_a_decision_that_does_not_fit_is_refused_with_the_reason_and_keeps_what_was_typed(
    hers: Client, submitted: Assessment, data: dict[str, str], says: str
) -> None:
    sent = {"seen": submitted.snapshot.digest, **data}
    response = hers.post(reverse("assessment_review", args=[submitted.pk]), sent)
    assert response.status_code == 422
    assert says in response.content.decode()
    assert not ReviewDecision.objects.exists()


def test_a_form_sent_again_signs_nothing_twice(hers: Client, submitted: Assessment) -> None:
    make_sensitive()
    assert verdict(hers, submitted, "sign_off").status_code == 302
    again = verdict(hers, submitted, "sign_off")
    assert again.status_code == 422
    assert "signed this off already" in again.content.decode()
    assert submitted.review_decisions.count() == 1


def test_a_sensitive_case_needs_two_sign_offs(
    hers: Client, submitted: Assessment, case: Case, analyst: User, person: Callable[..., User]
) -> None:
    make_sensitive()
    verdict(hers, submitted, "sign_off")
    assert state(submitted) == "pending"
    second = person("ravi", "reviewer")
    with_second_factor(second)
    set_member(case, second, "reviewer", by=analyst)
    other = Client()
    other.force_login(second)
    verdict(other, submitted, "sign_off")
    assert state(submitted) == "signed_off"


def test_what_is_returned_is_amended_in_a_new_draft_and_submitted_again(
    hers: Client, his: Client, submitted: Assessment
) -> None:
    verdict(hers, submitted, "return", "Ask about **consent** first.")
    assert state(submitted) == "returned"
    page = reverse("assessment_review", args=[submitted.pk])
    assert page in his.get(reverse("home")).content.decode()
    assert "<strong>consent</strong>" in his.get(page).content.decode()
    assert verdict(hers, submitted, "sign_off").status_code == 422, (
        "what was returned cannot be signed"
    )
    assert his.post(reverse("assessment_amend", args=[submitted.pk])).status_code == 302
    draft = submitted.amended_by.get()
    answer = draft.answers.get()
    assert (answer.value, answer.note, answer.carried_over) == ("ongoing", "as reported", False)
    his.post(reverse("assessment_amend", args=[submitted.pk]))
    assert submitted.amended_by.count() == 1
    submit(draft, by=draft.author)
    assert state(draft) == "pending"
    assert verdict(hers, Assessment.objects.get(pk=draft.pk), "sign_off").status_code == 302
    assert submitted.review_decisions.get().kind == "return", "the history stays"


def test_what_is_referred_up_is_decided_afterwards(
    hers: Client, submitted: Assessment, case: Case, analyst: User, person: Callable[..., User]
) -> None:
    head = person("head", "reviewer")
    set_member(case, head, "reviewer", by=analyst)
    verdict(hers, submitted, "refer", "For the head of unit.", to=head)
    assert state(submitted) == "referred"
    assert verdict(hers, submitted, "refer", "again", to=head).status_code == 422
    client = Client()
    client.force_login(head)
    verdict(client, submitted, "sign_off")
    assert state(submitted) == "signed_off"


def test_a_sign_off_is_stale_beside_what_changed_once_something_under_it_does(
    hers: Client, submitted: Assessment, source: Source, analyst: User
) -> None:
    verdict(hers, submitted, "sign_off")
    page = reverse("assessment_review", args=[submitted.pk])
    assert changes_under(submitted, rulebook_of(submitted.edition_id)) == []
    assert "is stale" not in hers.get(page).content.decode()
    revise_source(source, by=analyst, title="Report, withdrawn", reliability="E")
    shown = hers.get(page).content.decode()
    assert "The sign-off is stale" in shown
    assert {
        (change.then, change.now)
        for change in changes_under(submitted, rulebook_of(submitted.edition_id))
    } == {
        ("Report", "Report, withdrawn"),
        ("A: reliable", "E: unreliable"),
    }
    assert submitted.review_decisions.get().digest == submitted.snapshot.digest


def test_each_recommendation_is_decided_on_and_the_last_decision_of_a_reviewer_counts(
    hers: Client, submitted: Assessment
) -> None:
    page = reverse("measure_review", args=[submitted.pk, "enc.remind"])
    data = {"act": "decide", "seen": submitted.snapshot.digest}
    assert hers.post(page, data | {"kind": "reject"}).status_code == 422
    assert hers.post(page, data | {"kind": "reject", "text": "Too early."}).status_code == 302
    assert hers.post(page, data | {"kind": "endorse"}).status_code == 302
    assert hers.post(page, data | {"kind": "endorse", "seen": "f" * 64}).status_code == 422
    assert MeasureDecision.objects.count() == 2
    shown = hers.get(reverse("assessment_review", args=[submitted.pk])).context["review"]
    row = next(row for row in shown.rows if row.measure.code == "enc.remind")
    assert [decision.kind for decision in row.decisions] == ["endorse"]
    assert hers.get(reverse("measure_review", args=[submitted.pk, "no.such"])).status_code == 404


def test_a_thread_is_replied_to_resolved_and_opened_again_by_those_who_take_part(
    hers: Client, his: Client, submitted: Assessment, analyst: User, reviewer: User
) -> None:
    page = reverse("measure_review", args=[submitted.pk, "enc.remind"])
    hers.post(page, {"act": "comment", "text": f"Why now, @{analyst.username}?"})
    thread = Thread.objects.get()
    assert "You are mentioned" in his.get(reverse("home")).content.decode()
    act = reverse("thread_act", args=[submitted.pk, thread.pk])
    assert his.post(act, {"text": "> Why now\n\nBecause of the *ultimatum*."}).status_code == 302
    assert "<em>ultimatum</em>" in hers.get(page).content.decode()
    hers.post(act, {"act": "resolve"})
    hers.post(act, {"act": "resolve"})
    assert "Resolved by Rosa" in his.get(page).content.decode()
    assert "You are mentioned" not in his.get(reverse("home")).content.decode()
    his.post(act, {"act": "reopen"})
    thread.refresh_from_db()
    assert thread.resolved_at is None
    assert his.post(act, {"text": "  "}).status_code == 422
    verbs = list(Event.objects.filter(case=submitted.case).values_list("verb", flat=True))[-4:]
    assert verbs == ["commented", "commented", "thread_resolved", "thread_reopened"]


def test_an_answer_is_discussed_on_its_own_page(
    hers: Client, his: Client, submitted: Assessment
) -> None:
    page = reverse("answer_review", args=[submitted.pk, "phase"])
    assert "as reported" in hers.get(page).content.decode()
    assert hers.post(page, {"text": "On which day?"}).status_code == 302
    assert "On which day?" in his.get(page).content.decode()
    assert hers.get(reverse("answer_review", args=[submitted.pk, "no_such"])).status_code == 404


def test_mentioning_someone_without_access_is_refused_and_names_them(
    hers: Client, submitted: Assessment, person: Callable[..., User]
) -> None:
    person("eve", "analyst")
    page = reverse("measure_review", args=[submitted.pk, "enc.remind"])
    response = hers.post(
        page, {"act": "comment", "text": "See this, @eve. Or write to a@eve.org, or @nobody."}
    )
    assert response.status_code == 422
    assert "Eve may not see this case" in response.content.decode()
    assert "See this" in response.content.decode()
    assert not Comment.objects.exists()


def test_a_thread_of_another_case_is_not_reached_through_this_one(
    hers: Client, submitted: Assessment, draft_of_a_stranger: Assessment
) -> None:
    thread = Thread.objects.create(
        assessment=draft_of_a_stranger, anchor="measure", code="enc.remind"
    )
    for place in (submitted.pk, draft_of_a_stranger.pk):
        assert (
            hers.post(reverse("thread_act", args=[place, thread.pk]), {"text": "x"}).status_code
            == 404
        )
    assert not Comment.objects.exists()


LONG = 20_000


def test_the_page_of_a_comment_of_brackets_is_soon_there(
    hers: Client, submitted: Assessment
) -> None:
    page = reverse("answer_review", args=[submitted.pk, "phase"])
    assert hers.post(page, {"text": "[" * LONG}).status_code == 302
    began = process_time()
    response = hers.get(page)
    assert response.status_code == 200
    assert "[" * LONG in response.content.decode()
    assert process_time() - began < 5


def test_the_review_page_takes_the_same_statements_however_much_was_said(
    hers: Client, submitted: Assessment, reviewer: User
) -> None:
    page = reverse("assessment_review", args=[submitted.pk])
    with CaptureQueriesContext(connection) as first:
        hers.get(page)
    for code in ("enc.remind", "enc.advocacy", "enc.norms"):
        for _ in range(5):
            review.start_thread(submitted, by=reviewer, anchor="measure", code=code, text="and?")
            review.decide_on_measure(
                submitted, code, "endorse", by=reviewer, seen=submitted.snapshot.digest
            )
    with CaptureQueriesContext(connection) as last:
        hers.get(page)
    assert len(last) == len(first) > 5


def test_the_documentation_describes_the_states_of_a_review_as_they_are() -> None:
    text = (FIXTURES.parent / "docs" / "reviewers.md").read_text(encoding="utf-8")
    for (before, kind), after in TRANSITIONS.items():
        labels = (
            Assessment.ReviewState(before).label,
            ReviewDecision.Kind(kind).label,
            Assessment.ReviewState(after).label,
        )
        assert "| {} | {} | {} |".format(*labels) in text
        assert f"    {before} --> {after}: {labels[1]}\n" in text
    assert text.count(" --> ") == len(TRANSITIONS)
    for level, number in SIGN_OFFS_NEEDED.items():
        assert f"| {level.value} | {number} |" in text


def endorse(assessment: Assessment, measure: str, reviewer: User) -> None:
    review.decide_on_measure(
        assessment, measure, "endorse", by=reviewer, seen=assessment.snapshot.digest
    )


def test_an_actors_page_lists_what_endorsed_recommendations_ask_of_it_in_cases_that_one_may_see(
    hers: Client,
    submitted: Assessment,
    case: Case,
    analyst: User,
    reviewer: User,
    person: Callable[..., User],
) -> None:
    row = submitted.snapshot.content["advice"]["measures"]["enc.remind"]
    actor = row["actors"][0]["actor"]
    page = reverse("actor_detail", args=[actor])
    assert "No endorsed recommendation" in hers.get(page).content.decode()
    endorse(submitted, "enc.remind", reviewer)
    assert list(hers.get(page).context["page"]) == [], "nothing is asked before it is signed off"
    verdict(hers, submitted, "sign_off")
    shown = hers.get(page)
    assert [ask.decision.measure for ask in shown.context["page"]] == ["enc.remind"]
    assert "not begun" in shown.content.decode()
    outsider = Client()
    outsider.force_login(person("eve", "analyst"))
    assert case.title not in outsider.get(page).content.decode()
    record_step(case, by=analyst, measure="enc.remind", fact="addressed", actors=[actor])
    assert "Addressed to actors" in hers.get(page).content.decode()
    review.decide_on_measure(
        submitted, "enc.remind", "reject", by=reviewer, text="no", seen=submitted.snapshot.digest
    )
    assert list(hers.get(page).context["page"]) == []
    endorse(submitted, "enc.remind", reviewer)
    record_step(case, by=analyst, measure="enc.remind", fact="refused", actors=[actor])
    assert list(hers.get(page).context["page"]) == []


def test_what_is_overdue_is_shown_at_home_until_something_follows(
    his: Client, submitted: Assessment, case: Case, analyst: User
) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    record_step(
        case, by=analyst, measure="enc.remind", fact="addressed", actors=["dppa"], due_on=yesterday
    )
    assert "Overdue" in his.get(reverse("home")).content.decode()
    record_step(case, by=analyst, measure="enc.remind", fact="delivered", actors=["dppa"])
    assert "Overdue" not in his.get(reverse("home")).content.decode()


def test_a_measures_page_tells_what_became_of_it(
    hers: Client, submitted: Assessment, case: Case, analyst: User, reviewer: User
) -> None:
    endorse(submitted, "enc.remind", reviewer)
    record_step(
        case,
        by=analyst,
        measure="enc.remind",
        fact="outcome",
        actors=["dppa"],
        note="The guards were withdrawn.",
    )
    page = hers.get(reverse("measure_detail", args=["enc.remind"]))
    found = page.context["experience"]
    assert (found.assessments, found.recommended, found.endorsed, found.facts) == (
        1,
        1,
        1,
        {"outcome": 1},
    )
    assert "The guards were withdrawn." in page.content.decode()


def test_readers_of_a_sensitive_case_learn_how_reliable_its_sources_are_and_not_who_they_are(
    his: Client,
    submitted: Assessment,
    case: Case,
    analyst: User,
    reviewer: User,
    person: Callable[..., User],
) -> None:
    Source.objects.update(title="A witness by name", publisher="Someone in Gao")
    snapshot = submitted.snapshot
    snapshot.content["answers"]["phase"]["sources"][0] |= {
        "title": "A witness by name",
        "publisher": "Someone in Gao",
    }
    with without_triggers():
        snapshot.save()
    reader = person("rea", "reviewer")
    set_member(case, reader, "reader", by=analyst)
    make_sensitive()
    theirs, hers = Client(), Client()
    theirs.force_login(reader)
    hers.force_login(reviewer)
    addresses = [
        case.get_absolute_url(),
        reverse("case_timeline", args=[case.pk]),
        *(
            reverse(name, args=[submitted.pk])
            for name in (
                "assessment_advice",
                "flow",
                "risk_profile",
                "precedents",
                "what_if",
                "assessment_review",
            )
        ),
        reverse("assessment_compare", args=[submitted.pk, submitted.pk]),
        reverse("measure_in_advice", args=[submitted.pk, "enc.remind"]),
        reverse("measure_review", args=[submitted.pk, "enc.remind"]),
        reverse("answer_review", args=[submitted.pk, "phase"]),
    ]
    for address in addresses:
        shown = theirs.get(address)
        assert shown.status_code == 200, address
        assert "witness" not in shown.content.decode(), address
        assert "in Gao" not in shown.content.decode().replace("Gao</li>", ""), address
    named = [
        address
        for address in addresses
        if "A witness by name" in hers.get(address).content.decode()
    ]
    assert len(named) >= 3


def test_a_reply_opens_a_resolved_thread_again(
    submitted: Assessment, analyst: User, reviewer: User
) -> None:
    thread = review.start_thread(
        submitted, by=reviewer, anchor="measure", code="cap.ssr", text="Why?"
    ).thread
    review.resolve_thread(thread, by=reviewer)
    thread.refresh_from_db()
    assert (thread.resolved_by, thread.resolved_at is None) == (reviewer, False)
    review.reply(thread, by=analyst, text="For this reason.")
    thread.refresh_from_db()
    assert (thread.resolved_by, thread.resolved_at) == (None, None)
