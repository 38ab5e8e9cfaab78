"""When a case counts as changed: whenever someone has done something about it, not read it."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cases.models import Assessment, Case, Event, User
from cases.workflows import review
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import add_source
from cases.workflows.followup import record_step
from cases.workflows.record import record_event


def test_what_is_done_about_a_case_changes_it_in_lists_and_on_home(
    client: Client, draft: Assessment, case: Case, analyst: User, reviewer: User
) -> None:
    days = iter(range(1, 20))

    def done() -> None:
        """It is said of the day, and the case is the first of what was changed."""
        case.refresh_from_db()
        day = next(days)
        assert case.changed_at.date() == date(2030, 1, day)
        client.force_login(analyst)
        assert f"{day} Jan 2030" in client.get(reverse("case_list")).content.decode()
        assert f"{day} Jan 2030" in client.get(reverse("home")).content.decode()

    with time_machine.travel("2030-01-01T12:00:00Z", tick=False) as clock:

        def tomorrow() -> None:
            clock.shift(24 * 60 * 60)

        submit(draft, by=analyst)
        done()
        tomorrow()
        assessment = Assessment.objects.get(pk=draft.pk)
        thread = review.start_thread(
            assessment, by=reviewer, anchor="measure", code="enc.remind", text="Why?"
        ).thread
        done()
        tomorrow()
        review.reply(thread, by=analyst, text="Because.")
        done()
        tomorrow()
        seen = assessment.snapshot.digest
        review.decide_on_review(assessment, "sign_off", by=reviewer, seen=seen)
        done()
        tomorrow()
        add_source(case, by=analyst, title="A report", publisher="OHCHR", reliability="A")
        done()
        tomorrow()
        record_step(
            case,
            by=analyst,
            measure="enc.remind",
            fact="delivered",
            actors=["ohchr"],
            happened_on=date(2029, 1, 1),
        )
        done()


@pytest.mark.parametrize("verb", ["case_read", "record_read", "file_downloaded"])
def test_whoever_only_reads_a_case_does_not_change_it(case: Case, analyst: User, verb: str) -> None:
    before = Case.objects.get(pk=case.pk).changed_at
    record_event(Event.Verb(verb), by=analyst, case=case)
    assert Case.objects.get(pk=case.pk).changed_at == before
