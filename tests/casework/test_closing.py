"""The end of a case: closed for a reason, removed from all lists, and reopened if needed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cases.models import Assessment, Case, Edition, Event, Notification, User
from cases.models.notification import NotificationKind
from cases.queries.assessing.precedents import what_was_done
from cases.queries.casework.home import LISTS
from cases.queries.followup import requests_to_actor
from cases.queries.waiting_reviews import waiting_reviews
from cases.workflows import review
from cases.workflows.assessing.answering import AnswerInput, save_answer, start_assessment
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import add_reviewer, close_case, reopen_case, set_member
from cases.workflows.editions.reassessment import propose_reassessments
from cases.workflows.errors import StaleError
from cases.workflows.followup import record_step
from cases.workflows.people.leaving import transfer_case
from tests.clients import of, shown
from tests.reports.reading import text_of

REASON = "The camps are empty: <everyone> went home, النهاية."


def close(client: Client, case: Case, reason: str = REASON) -> Any:
    return client.post(reverse("case_close", args=[case.pk]), {"reason": reason})


def test_a_case_is_closed_for_a_reason_that_its_page_shows(
    case: Case, analyst: User, reviewer: User
) -> None:
    his = of(analyst)
    assert "Close this case" in shown(his, case.get_absolute_url())
    refused = close(his, case, " ")
    assert refused.status_code == 422
    assert "Enter a reason." in refused.content.decode()
    with time_machine.travel("2026-03-09T12:00:00Z", tick=False):
        assert close(of(analyst), case)["Location"] == case.get_absolute_url()
    says = "Closed on 9 March 2026 by Ada: The camps are empty: &lt;everyone&gt; went home"
    his = of(analyst)  # The session of that day has ended since.
    for client in (his, of(reviewer)):
        page = shown(client, case.get_absolute_url())
        assert says in page
        assert "Start an assessment" not in page
        assert "Add a source" not in page
    assert "Reopen this case" in shown(his, case.get_absolute_url())
    assert "Its owner can reopen it." in shown(of(reviewer), case.get_absolute_url())
    timeline = shown(his, reverse("case_timeline", args=[case.pk]))
    assert "closed the case: The camps are empty" in timeline


def test_what_is_still_open_is_named_before_a_case_is_closed(
    case: Case, draft: Assessment, analyst: User, reviewer: User, edition: Edition
) -> None:
    page = shown(of(analyst), reverse("case_close", args=[case.pk]))
    assert "Draft of 20 Dec 2012 by Ada (Edition 1)" in page
    submit(draft, by=analyst)
    record_step(
        case,
        by=analyst,
        measure="enc.remind",
        fact="done",
        actors=["ohchr"],
        due_on=date(2013, 1, 1),
    )
    page = shown(of(analyst), reverse("case_close", args=[case.pk]))
    assert "Assessment of 20 Dec 2012 by Ada (Edition 1), awaiting review" in page
    assert "1 step with a due date" in page
    digest = draft.snapshot.digest
    review.decide_on_review(draft, "return", by=reviewer, text="More.", seen=digest)
    page = shown(of(analyst), reverse("case_close", args=[case.pk]))
    assert "Assessment of 20 Dec 2012 (Edition 1), returned to Ada" in page


def test_nothing_of_a_closed_case_is_due_and_all_of_it_comes_back(
    case: Case, draft: Assessment, analyst: User, reviewer: User, edition: Edition
) -> None:
    """Each list that waits for someone, the reviews, the requests to actors and the marks."""
    record_step(
        case,
        by=analyst,
        measure="enc.remind",
        fact="done",
        actors=["ohchr"],
        happened_on=date(2012, 1, 1),
        due_on=date(2012, 2, 1),
    )
    save_answer(draft, AnswerInput("phase", "known", "ongoing"), by=analyst, version=0)
    submit(draft, by=analyst)
    digest = draft.snapshot.digest
    review.decide_on_measure(draft, "enc.remind", "endorse", by=reviewer, seen=digest)
    review.decide_on_review(draft, "sign_off", by=reviewer, text="", seen=digest)
    propose_reassessments([draft], edition, by=reviewer)
    start_assessment(case, by=analyst, as_of=date(2013, 1, 1), edition=edition)
    actor = draft.snapshot.content["advice"]["measures"]["enc.remind"]["actors"][0]["actor"]

    def waiting() -> dict[str, int]:
        """What waits for anyone, list by list."""
        found = {
            f"{user}: {code}": kind.query(user).count()
            for user in (analyst, reviewer)
            for code, kind in LISTS.items()
        }
        found["asked of the actor"] = requests_to_actor(analyst, actor).count()
        found["reviews"] = waiting_reviews(reviewer).count()
        lines = what_was_done([case.pk])[case.pk][0].lines
        found["overdue marks"] = sum(line.is_overdue for line in lines)
        return {name: number for name, number in found.items() if number}

    before = waiting()
    assert before.keys() == {
        "Ada: proposals",
        "Ada: overdue",
        "Ada: drafts",
        "Ada: old",
        "Rosa: overdue",
        "asked of the actor",
        "overdue marks",
    }
    close_case(case, by=analyst, reason=REASON)
    assert waiting() == {}
    assert "Recently updated" in shown(of(analyst), reverse("home"))
    assert case.title not in shown(of(analyst), reverse("home"))
    case.refresh_from_db()
    reopen_case(case, by=analyst, reason="They fled again")
    assert waiting() == before


def test_a_review_that_waits_in_a_closed_case_waits_for_nobody(
    case: Case, draft: Assessment, analyst: User, reviewer: User, person: Callable[..., User]
) -> None:
    submit(draft, by=analyst)
    assert case.title in shown(of(reviewer), reverse("review_list"))
    close_case(case, by=analyst, reason=REASON)
    assert case.title not in shown(of(reviewer), reverse("review_list"))
    assert case.title not in shown(of(reviewer), reverse("home_list", args=["reviews"]))
    ravi = person("ravi", "reviewer")
    case.refresh_from_db()
    add_reviewer(case, ravi, by=analyst)
    assert not ravi.notifications.exists(), "a reviewer added now is not called to a closed case"


def test_the_list_of_cases_shows_open_ones_and_says_how_many_are_closed(
    case: Case, analyst: User
) -> None:
    his, cases = of(analyst), reverse("case_list")
    assert "closed case is not shown" not in shown(his, cases)
    close_case(case, by=analyst, reason=REASON)
    page = shown(his, cases)
    assert "1 closed case is not shown." in page
    assert case.title not in page
    for state in ("closed", "all"):
        page = shown(his, f"{cases}?state={state}")
        assert case.title in page
        assert "Case closed" in page
    found = shown(his, f"{cases}?q=Gao")
    assert "1 closed case is not shown." in found, "a search says that a closed case fits it"
    assert "1 closed case" not in shown(his, f"{cases}?q=Zanzibar")


def test_files_of_cases_hold_what_their_list_shows_and_say_what_is_closed(
    case: Case, analyst: User, draft: Assessment
) -> None:
    submit(draft, by=analyst)
    with time_machine.travel("2026-03-09T12:00:00Z", tick=False):
        close_case(case, by=analyst, reason=REASON)
    his = of(analyst)

    def file(name: str, state: str) -> bytes:
        response = his.get(f"{reverse('cases_download', args=[name])}?state={state}")
        assert response.status_code == 200
        content: bytes = response.content
        return content

    for state, number in (("", 0), ("closed", 1), ("all", 1)):
        lines = io.StringIO(file("cases.csv", state).decode("utf-8-sig"))
        rows = list(csv.DictReader(lines))
        listed = json.loads(file("cases.json", state))["cases"]
        assert len(rows) == len(listed) == number
        assert (case.title in text_of("round-up.pdf", file("round-up.pdf", state))) == bool(number)
    assert rows[0]["Closed"].startswith("2026-03-09")
    assert (rows[0]["Closed by"], rows[0]["Reason for closing"]) == ("Ada", REASON)
    assert listed[0]["closed"]["by"] == "Ada"
    assert "Closed on 9 March 2026 by Ada" in text_of("round-up.pdf", file("round-up.pdf", "all"))
    for name in ("brief.pdf", "report.docx"):
        address = reverse("assessment_download", args=[draft.pk, name])
        assert "Closed on 9 March 2026 by Ada" in text_of(name, his.get(address).content), name


def test_pages_of_a_closed_case_say_that_it_is_closed(
    case: Case, analyst: User, draft: Assessment, reviewer: User
) -> None:
    submit(draft, by=analyst)
    close_case(case, by=analyst, reason=REASON)
    for name in ("assessment_advice", "assessment_answers", "assessment_review", "what_if"):
        assert "Case closed" in shown(of(reviewer), reverse(name, args=[draft.pk])), name


def test_what_was_typed_in_a_case_that_was_closed_meanwhile_is_given_back(
    case: Case, analyst: User, person: Callable[..., User]
) -> None:
    carl = person("carl", "analyst")
    set_member(case, carl, "contributor", by=analyst)
    theirs = of(carl)
    token = shown(theirs, reverse("source_new", args=[case.pk])).split('name="form_token" value="')[
        1
    ]
    close_case(case, by=analyst, reason=REASON)
    data = {
        "title": "Report",
        "note": "What three witnesses saw",
        "form_token": token.split('"')[0],
    }
    refused = theirs.post(reverse("source_new", args=[case.pk]), data)
    page = refused.content.decode()
    assert refused.status_code == 409
    assert "This case is closed" in page
    assert "What three witnesses saw" in page
    assert not case.sources.exists()


def test_a_case_is_reopened_for_a_reason(case: Case, analyst: User, reviewer: User) -> None:
    his = of(analyst)
    close(his, case)
    address = reverse("case_reopen", args=[case.pk])
    assert "Closed on" in shown(his, address)
    assert his.post(address, {"reason": ""}).status_code == 422
    assert his.post(address, {"reason": "They fled again"}).status_code == 302
    page = shown(his, case.get_absolute_url())
    assert "Start an assessment" in page
    assert "Closed on" not in page
    assert "reopened the case: They fled again" in page
    verbs = list(case.events.order_by("-pk").values_list("verb", "data__reason")[:2])
    assert verbs == [("case_reopened", "They fled again"), ("case_closed", REASON)]


def test_those_who_work_on_a_case_are_notified_and_others_are_not(
    case: Case, analyst: User, reviewer: User, person: Callable[..., User]
) -> None:
    carl, rita = person("carl", "analyst"), person("rita", "reviewer")
    set_member(case, carl, "contributor", by=analyst)
    set_member(case, rita, "reader", by=analyst)
    close_case(case, by=analyst, reason=REASON)
    told = Notification.objects.filter(kind=NotificationKind.CLOSED)
    assert {row.person for row in told} == {carl, reviewer}
    page = shown(of(carl), reverse("notification_list"))
    assert "A case is closed or reopened" in page
    opened = of(carl).get(reverse("notification_open", args=[told.get(person=carl).pk]))
    assert opened["Location"] == case.get_absolute_url()
    case.refresh_from_db()
    reopen_case(case, by=analyst, reason="Again")
    assert told.filter(event__verb=Event.Verb.CASE_REOPENED).count() == 2


def test_a_case_is_closed_once(case: Case, analyst: User) -> None:
    his = of(analyst)
    close(his, case)
    assert "already closed" in close_again(his, case)
    assert case.events.filter(verb="case_closed").count() == 1
    assert his.get(reverse("case_close", args=[case.pk]))["Location"] == case.get_absolute_url()
    with pytest.raises(StaleError):
        close_case(case, by=analyst, reason="Again")


def close_again(client: Client, case: Case) -> str:
    response = client.post(reverse("case_close", args=[case.pk]), {"reason": "Again"}, follow=True)
    return response.content.decode()


def test_a_closed_case_can_be_handed_over_and_its_new_owner_reopens_it(
    case: Case, analyst: User, person: Callable[..., User]
) -> None:
    carl = person("carl", "analyst")
    close_case(case, by=analyst, reason=REASON)
    case.refresh_from_db()
    transfer_case(case, carl, by=analyst)
    assert "Reopen this case" in shown(of(carl), case.get_absolute_url())
    assert "Reopen this case" not in shown(of(analyst), case.get_absolute_url())
