"""What actors are asked, and under which names: only what was decided, in the order of dates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.country_names import country_name
from cases.models import ActorRequest, Assessment, Case, Edition, User
from cases.queries.assessing.precedents import what_was_done
from cases.queries.assessing.state import state_of
from cases.queries.casework.cases import listed_cases
from cases.queries.editions.rulebooks import rulebook_of
from cases.queries.followup import (
    experience_with,
    open_requests,
    overdue_for,
    requests_to_actor,
    withdrawn_in,
)
from cases.queries.reports.case_list import case_list_of
from cases.queries.reports.several import round_up
from cases.rulebook.entries.catalogue import Actor, Name
from cases.workflows import review
from cases.workflows.assessing.answering import AnswerInput, save_answer, start_assessment
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import add_source, revise_case, set_member
from cases.workflows.errors import ReviewError
from cases.workflows.followup import record_step
from tests.clients import of, shown
from tests.followup.asking import DAY, MEASURE, actors_of, assessed, conclude, decide


def status(assessment: Assessment, measure: str) -> str:
    found: str = assessment.snapshot.content["advice"]["measures"][measure]["status"]
    return found


def asked(user: User, actor: str) -> list[Assessment]:
    return [request.assessment for request in requests_to_actor(user, actor)]


def test_actors_are_asked_only_once_the_assessment_is_signed_off(
    case: Case, edition: Edition, reviewer: User
) -> None:
    pending, returned = assessed(case, DAY, edition), assessed(case, DAY, edition)
    actor = min(actors_of(pending))
    for assessment in (pending, returned):
        decide(assessment, "endorse", reviewer)
    conclude(returned, "return", reviewer)
    assert asked(reviewer, actor) == []
    conclude(pending, "sign_off", reviewer)
    assert asked(reviewer, actor) == [pending]


@pytest.mark.parametrize("contrary", ["reject", "ask"])
def test_nobody_is_asked_for_what_another_reviewer_does_not_agree_to(
    contrary: str, case: Case, edition: Edition, reviewer: User, person: Callable[..., User]
) -> None:
    ravi, assessment = person("ravi", "reviewer"), assessed(case, DAY, edition)
    set_member(case, ravi, "reviewer", by=case.owner)
    decide(assessment, "endorse", reviewer)
    decide(assessment, contrary, ravi)
    conclude(assessment, "sign_off", reviewer)
    actor = min(actors_of(assessment))
    assert asked(reviewer, actor) == []
    decide(assessment, "endorse", ravi)
    assert asked(reviewer, actor) == [assessment], "once, although two endorse it"


def test_agreeing_that_a_measure_is_blocked_asks_nobody_and_has_a_label_of_its_own(
    case: Case, edition: Edition, analyst: User, reviewer: User
) -> None:
    draft = start_assessment(case, by=analyst, as_of=DAY, edition=edition)
    for code, value in (("phase", "imminent"), ("consent", "refused"), ("rule_of_law_gap", 4)):
        save_answer(draft, AnswerInput(code, "known", value), by=analyst, version=0)
    submit(draft, by=analyst)
    assessment = Assessment.objects.get(pk=draft.pk)
    measures = rulebook_of(edition.pk).measures
    measure = next(code for code in measures if status(assessment, code) == "blocked")
    page = reverse("measure_review", args=[assessment.pk, measure])
    offered = shown(of(reviewer), page)
    assert "Agree that it is blocked" in offered
    assert 'value="endorse"' not in offered
    with pytest.raises(ReviewError, match="other-status"):
        decide(assessment, "endorse", reviewer, measure)
    data = {"act": "decide", "kind": "agree", "seen": assessment.snapshot.digest}
    assert of(reviewer).post(page, data).status_code == 302
    conclude(assessment, "sign_off", reviewer)
    assert not ActorRequest.objects.exists()
    assert "Agreed that it is blocked" in shown(
        of(analyst), reverse("measure_in_advice", args=[assessment.pk, measure])
    )


def test_superseding_an_assessment_withdraws_what_the_new_one_does_not_ask_and_says_so(
    case: Case, edition: Edition, reviewer: User
) -> None:
    old = assessed(case, DAY, edition)
    decide(old, "endorse", reviewer)
    conclude(old, "sign_off", reviewer)
    actor = min(actors_of(old))
    new = assessed(case, DAY + timedelta(days=300), edition)
    page = reverse("assessment_review", args=[new.pk])
    said = (
        of(reviewer)
        .post(page, {"kind": "sign_off", "seen": new.snapshot.digest, "despite": "on"}, follow=True)
        .content.decode()
    )
    assert "withdrawn" in said
    assert asked(reviewer, actor) == []
    assert {row.measure for row in withdrawn_in(old)} == {
        rulebook_of(edition.pk).measures[MEASURE].title
    }
    assert "No longer asked of it" in shown(of(reviewer), reverse("actor_detail", args=[actor]))
    event = case.events.filter(verb="signed_off").last()
    assert event is not None
    assert {"measure": MEASURE, "actor": actor} in event.data["withdrawn"]


def test_withdrawing_a_sign_off_says_which_advice_and_requests_count_again(
    case: Case, edition: Edition, reviewer: User, person: Callable[..., User]
) -> None:
    colleague = person("cora", "analyst")
    set_member(case, colleague, "contributor", by=case.owner)
    old = assessed(case, DAY, edition, author=colleague)
    decide(old, "endorse", reviewer)
    conclude(old, "sign_off", reviewer)
    new = assessed(case, DAY + timedelta(days=300), edition)
    conclude(new, "sign_off", reviewer)
    again = asked_in(old)
    number = len(again)
    assert number > 1
    assert not asked_in(new), "the newer advice withdrew all requests"

    page = shown(of(reviewer), reverse("assessment_review", args=[new.pk]))
    assert "The assessment of 1 Mar 2011</a> will count again" in page
    assert f"{number} requests to actors will be made again" in page
    assert "will be withdrawn" not in page

    sent = {"text": "A source was false.", "seen": new.snapshot.digest}
    address = reverse("review_withdraw", args=[new.pk])
    answer = of(reviewer).post(address, sent, follow=True).content.decode()
    assert f"counts again. {number} requests to actors are made again." in " ".join(answer.split())
    assert {(row.measure, row.actor) for row in open_requests(Assessment.objects.all())} == again
    event = case.events.get(verb="sign_off_withdrawn")
    assert {(row["measure"], row["actor"]) for row in event.data["made_again"]} == again
    assert event.data["counts_again"] == str(old.pk)
    assert colleague.notifications.filter(event=event).exists(), "the author of what counts again"


def test_withdrawing_a_sign_off_says_which_requests_end(
    case: Case, edition: Edition, reviewer: User, person: Callable[..., User]
) -> None:
    other = person("otto", "reviewer")
    set_member(case, other, "reviewer", by=case.owner)
    only = assessed(case, DAY, edition)
    decide(only, "endorse", reviewer)
    conclude(only, "sign_off", reviewer)
    number = len(asked_in(only))
    page = shown(of(reviewer), reverse("assessment_review", args=[only.pk]))
    assert "No other assessment of this case counts as signed off." in page
    assert f"{number} requests to actors will be withdrawn" in page
    assert "will be made again" not in page

    change = review.withdraw_sign_off(
        only, by=reviewer, text="A source was false.", seen=only.snapshot.digest
    )
    assert (len(change.withdrawn), change.made_again) == (number, ())
    event = case.events.get(verb="sign_off_withdrawn")
    assert other.notifications.filter(event=event).exists(), "it awaits this person's review again"


def asked_in(assessment: Assessment) -> set[tuple[str, str]]:
    """The measures and actors of an assessment's requests."""
    return set(assessment.actor_requests.values_list("measure", "actor"))


def test_withdrawing_the_sign_off_of_superseded_advice_changes_nothing_for_actors(
    case: Case, edition: Edition, reviewer: User
) -> None:
    first, newer = assessed(case, DAY, edition), assessed(case, DAY + timedelta(days=9), edition)
    for assessment in (first, newer):
        conclude(assessment, "sign_off", reviewer)
    page = shown(of(reviewer), reverse("assessment_review", args=[first.pk]))
    assert "A later assessment has superseded it, so nothing changes for actors." in page


def test_what_the_new_assessment_asks_again_is_not_withdrawn(
    case: Case, edition: Edition, reviewer: User
) -> None:
    old, new = assessed(case, DAY, edition), assessed(case, DAY + timedelta(days=9), edition)
    for assessment in (old, new):
        decide(assessment, "endorse", reviewer)
        conclude(assessment, "sign_off", reviewer)
    assert withdrawn_in(old) == ()
    assert asked(reviewer, min(actors_of(new))) == [new]


def test_an_earlier_situation_that_is_signed_off_later_supersedes_nothing(
    case: Case, edition: Edition, reviewer: User
) -> None:
    new, old = assessed(case, DAY, edition), assessed(case, DAY - timedelta(days=90), edition)
    for assessment in (new, old):
        decide(assessment, "endorse", reviewer)
        conclude(assessment, "sign_off", reviewer)
    assert asked(reviewer, min(actors_of(new))) == [new]
    assert (state_of(old).superseded_by, state_of(new).is_valid) == (new, True)


@pytest.mark.parametrize(
    ("who", "when", "closes"),
    [
        ("other", date(1999, 6, 1), False),
        ("actor", date(1999, 6, 1), False),
        ("other", DAY + timedelta(days=5), False),
        ("actor", DAY - timedelta(days=1), False),
        ("actor", DAY, True),
        ("actor", DAY + timedelta(days=5), True),
        ("actor", None, True),
    ],
)
def test_a_request_ends_only_with_a_step_of_that_actor_dated_after_it(
    who: str, when: date | None, closes: bool, case: Case, edition: Edition, reviewer: User
) -> None:
    assessment = assessed(case, DAY, edition)
    decide(assessment, "endorse", reviewer)
    conclude(assessment, "sign_off", reviewer)
    actor = min(actors_of(assessment))
    by = [actor] if who == "actor" else ["no_such_actor"]
    record_step(case, by=case.owner, measure=MEASURE, fact="delivered", actors=by, happened_on=when)
    assert asked(reviewer, actor) == ([] if closes else [assessment])


def test_a_step_without_a_date_ends_a_request_of_today_wherever_one_reads_it(
    case: Case, edition: Edition, reviewer: User
) -> None:
    today_in_auckland = timezone.localdate(timezone=ZoneInfo("Pacific/Auckland"))
    assessment = assessed(case, today_in_auckland, edition)
    decide(assessment, "endorse", reviewer)
    conclude(assessment, "sign_off", reviewer)
    actor = min(actors_of(assessment))
    record_step(case, by=case.owner, measure=MEASURE, fact="delivered", actors=[actor])
    for zone in ("Pacific/Auckland", "UTC", "America/Los_Angeles"):
        with timezone.override(zone):
            assert asked(reviewer, actor) == [], zone


def test_a_step_says_which_requests_it_ends_and_its_removal_which_are_open_again(
    case: Case, edition: Edition, analyst: User, reviewer: User
) -> None:
    assessment = assessed(case, DAY, edition)
    decide(assessment, "endorse", reviewer)
    conclude(assessment, "sign_off", reviewer)
    actors = sorted(actors_of(assessment))[:2]
    his = of(analyst)
    sent = {"measure": MEASURE, "fact": "delivered", "actors": actors}
    said = his.post(reverse("step_new", args=[case.pk]), sent, follow=True).content.decode()
    assert "2 requests to actors end with this." in said
    remove = reverse("step_remove", args=[case.pk, case.steps.get().pk])
    assert "A request to an actor that ended with it is open again." in shown(his, remove)
    assert "2 requests to actors are open now." in his.post(remove, follow=True).content.decode()


def test_a_decision_on_signed_off_advice_says_which_requests_end_and_notifies_its_author(
    case: Case, edition: Edition, analyst: User, reviewer: User
) -> None:
    assessment = assessed(case, DAY, edition)
    decide(assessment, "endorse", reviewer)
    conclude(assessment, "sign_off", reviewer)
    number, hers = len(asked_in(assessment)), of(reviewer)
    page = reverse("measure_review", args=[assessment.pk, MEASURE])
    assert "changes at once what actors are asked" in shown(hers, page)
    sent = {"act": "decide", "kind": "reject", "text": "No.", "seen": assessment.snapshot.digest}
    said = hers.post(page, sent, follow=True).content.decode()
    assert f"{number} requests to actors end with this." in said
    event = case.events.filter(verb="recommendation_decided").last()
    assert analyst.notifications.filter(event=event).exists()


def test_the_latest_fact_is_the_one_with_the_latest_date_whenever_it_was_entered(
    case: Case, edition: Edition, reviewer: User
) -> None:
    assessment = assessed(case, DAY, edition)
    decide(assessment, "endorse", reviewer)
    conclude(assessment, "sign_off", reviewer)
    actor = min(actors_of(assessment))
    for fact, days in (("authorised", 50), ("addressed", 10), ("requested", 20)):
        day = DAY + timedelta(days=days)
        record_step(
            case, by=case.owner, measure=MEASURE, fact=fact, actors=[actor], happened_on=day
        )
    assert [request.last_fact for request in requests_to_actor(reviewer, actor)] == ["authorised"]
    (done,) = what_was_done([case.pk])[case.pk]
    assert [line.step.fact for line in done.lines] == ["addressed", "requested", "authorised"]


def test_an_old_step_entered_late_leaves_what_is_overdue(case: Case, analyst: User) -> None:
    today = timezone.localdate()
    given: Any = {"by": analyst, "measure": MEASURE, "actors": ["dppa"]}
    asked_on, due_on = today - timedelta(days=30), today - timedelta(days=1)
    record_step(case, fact="requested", happened_on=asked_on, due_on=due_on, **given)
    record_step(case, fact="addressed", happened_on=date(1999, 6, 1), **given)
    assert [step.fact for step in overdue_for(analyst)] == ["requested"]
    record_step(case, fact="delivered", happened_on=today, **given)
    assert list(overdue_for(analyst)) == []


# The state of an assessment ----------------------------------------------------------------------


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


def test_a_returned_assessment_does_not_count_as_advice_on_the_case(
    case: Case, edition: Edition, analyst: User, reviewer: User
) -> None:
    conclude(assessed(case, DAY, edition), "return", reviewer)
    assert of(analyst).get(case.get_absolute_url()).context["latest"] is None


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


def test_what_has_no_date_is_on_the_timeline_or_counted_there(case: Case, analyst: User) -> None:
    record_step(case, by=analyst, measure=MEASURE, fact="requested", actors=["dppa"], note="Asked.")
    for day in (None, None, DAY):
        add_source(case, by=analyst, title="Report", publisher="OHCHR", published_on=day)
    page = shown(of(analyst), reverse("case_timeline", args=[case.pk]))
    assert "no date: it counts from the day it was recorded" in page
    assert "Asked." in page
    assert "2 sources without a date are not shown here." in page


def test_an_outcome_without_a_date_counts_as_of_the_day_of_its_recording(
    case: Case, analyst: User, first_edition: Any
) -> None:
    given: Any = {"by": analyst, "measure": MEASURE, "fact": "outcome", "actors": ["dppa"]}
    for year in range(1999, 2010):
        record_step(case, happened_on=date(year, 6, 1), note=f"In {year}.", **given)
    record_step(case, note="Lately.", **given)
    told = experience_with(analyst, first_edition, first_edition.measures[MEASURE])
    notes = [step.note for step in told.outcomes]
    assert notes == ["Lately.", *(f"In {year}." for year in range(2009, 2000, -1))]
    assert told.outcomes_are_cut


# Names by date ------------------------------------------------------------------------------------


def test_an_actor_is_named_by_date_wherever_the_name_is_in_its_list(
    first_edition: Any,
) -> None:
    for actor in first_edition.actors.values():
        turned = Actor(
            **{
                name: getattr(actor, name) for name in actor.__dataclass_fields__ if name != "names"
            },
            names=tuple(reversed(actor.names)),
        )
        for year in range(1985, 2027):
            day = date(year, 7, 1)
            assert turned.name_for(day) == actor.name_for(day), actor.code


def test_a_day_on_which_an_actor_had_no_name_takes_the_nearest(first_edition: Any) -> None:
    actor = next(iter(first_edition.actors.values()))
    names = (
        Name(name="New", first=date(2010, 1, 1), last=date(2015, 1, 1)),
        Name(name="Old", first=date(1990, 1, 1), last=date(2000, 1, 1)),
    )
    fields = {name: getattr(actor, name) for name in actor.__dataclass_fields__}
    bearer = Actor(**(fields | {"names": names}))
    days = (date(1980, 1, 1), date(2005, 1, 1), date(2020, 1, 1))
    assert [bearer.name_for(day).name for day in days] == ["Old", "Old", "New"]


def test_a_step_is_shown_with_its_day_and_the_names_of_that_day(
    case: Case, edition: Edition, analyst: User
) -> None:
    given: Any = {"by": analyst, "measure": "pro.peacekeeping", "actors": ["dpo"]}
    record_step(case, fact="requested", happened_on=date(2010, 5, 1), **given)
    record_step(case, fact="done", happened_on=date(2024, 5, 1), **given)
    page = shown(of(analyst), case.get_absolute_url())
    assert page.index("1 May 2010") < page.index("DPKO") < page.index("1 May 2024")
    (done,) = what_was_done([case.pk])[case.pk]
    assert [line.actors for line in done.lines] == [("DPKO",), ("DPO",)]


@pytest.mark.parametrize(
    ("code", "day", "name"),
    [
        ("SWZ", date(2010, 1, 1), "Swaziland"),
        ("SWZ", date(2020, 1, 1), "Eswatini"),
        ("MKD", date(1999, 3, 1), "The former Yugoslav Republic of Macedonia"),
        ("COD", date(1996, 10, 1), "Zaire"),
        ("SRB", date(1999, 3, 1), "Yugoslavia"),
        ("SRB", date(2004, 3, 1), "Serbia and Montenegro"),
        ("SRB", date(2008, 3, 1), "Serbia"),
        ("MLI", date(1999, 3, 1), "Mali"),
    ],
)
def test_a_country_has_the_name_of_the_day(code: str, day: date, name: str) -> None:
    assert country_name(code, day) == name


def test_a_measure_or_actor_of_an_earlier_edition_can_still_be_recorded_and_is_named(
    case: Case, edition: Edition, analyst: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cases.views.casework import cases as views

    rulebook = rulebook_of(edition.pk)
    left = {code: item for code, item in rulebook.measures.items() if code != "cap.ssr"}
    monkeypatch.setattr(views, "current_rulebook", lambda: _With(left))
    page = shown(of(analyst), reverse("step_new", args=[case.pk]))
    assert "Only in an earlier edition" in page
    assert rulebook.measures["cap.ssr"].title in page


class _With:
    """A rulebook with some measures."""

    def __init__(self, measures: Any) -> None:
        self.measures = measures
