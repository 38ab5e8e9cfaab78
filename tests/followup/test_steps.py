"""Steps are listed in the order of their dates, whenever they were recorded."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import Case, Edition, Event, User
from cases.queries.assessing.precedents import what_was_done
from cases.queries.editions.rulebooks import rulebook_of
from cases.queries.followup import experience_with, overdue_for, requests_to_actor
from cases.views import followup
from cases.workflows.casework import add_source
from cases.workflows.followup import record_step, remove_step
from tests.clients import of, shown
from tests.followup.asking import DAY, MEASURE, actors_of, assessed, endorse_and_sign_off


def test_the_latest_fact_is_the_one_with_the_latest_date_whenever_it_was_entered(
    case: Case, edition: Edition, reviewer: User
) -> None:
    assessment = assessed(case, DAY, edition)
    endorse_and_sign_off(assessment, reviewer)
    actor = min(actors_of(assessment))
    for fact, days in (("authorised", 50), ("addressed", 10), ("requested", 20)):
        day = DAY + timedelta(days=days)
        record_step(
            case, by=case.owner, measure=MEASURE, fact=fact, actors=[actor], happened_on=day
        )
    assert [request.last_fact for request in requests_to_actor(reviewer, actor)] == ["authorised"]
    (done,) = what_was_done([case.pk])[case.pk]
    assert [line.step.fact for line in done.lines] == ["addressed", "requested", "authorised"]


def test_the_record_keeps_all_that_was_written_of_a_step_that_is_removed(
    case: Case, analyst: User
) -> None:
    source = add_source(case, by=analyst, title="Report", publisher="OHCHR", reliability="A")
    step = record_step(
        case,
        by=analyst,
        measure=MEASURE,
        fact="requested",
        actors=["ohchr"],
        happened_on=DAY,
        due_on=DAY + timedelta(days=10),
        note="By letter.",
        source=source,
    )
    written = {
        "measure": MEASURE,
        "fact": "requested",
        "actors": ["ohchr"],
        "on": "2011-03-01",
        "due": "2011-03-11",
        "note": "By letter.",
        "source": source.pk,
    }
    remove_step(step, by=analyst)
    recorded, removed = Event.objects.filter(case=case).order_by("-pk")[:2][::-1]
    assert recorded.data == written
    assert removed.data == {**written, "documents": []}


def test_an_old_step_entered_late_leaves_what_is_overdue(case: Case, analyst: User) -> None:
    today = timezone.localdate()
    given: Any = {"by": analyst, "measure": MEASURE, "actors": ["dppa"]}
    asked_on, due_on = today - timedelta(days=30), today - timedelta(days=1)
    record_step(case, fact="requested", happened_on=asked_on, due_on=due_on, **given)
    record_step(case, fact="addressed", happened_on=date(1999, 6, 1), **given)
    assert [step.fact for step in overdue_for(analyst)] == ["requested"]
    record_step(case, fact="delivered", happened_on=today, **given)
    assert list(overdue_for(analyst)) == []


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


def test_a_measure_or_actor_of_an_earlier_edition_can_still_be_recorded_and_is_named(
    case: Case, edition: Edition, analyst: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    rulebook = rulebook_of(edition.pk)
    left = {code: item for code, item in rulebook.measures.items() if code != "cap.ssr"}
    monkeypatch.setattr(followup, "current_rulebook", lambda: _With(left))
    page = shown(of(analyst), reverse("step_new", args=[case.pk]))
    assert "Only in an earlier edition" in page
    assert rulebook.measures["cap.ssr"].title in page


class _With:
    """A rulebook with some measures."""

    def __init__(self, measures: Any) -> None:
        self.measures = measures
