"""People who act on one case at the same moment: each act succeeds, and PostgreSQL ends none of
them because two wait for each other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from types import ModuleType
from typing import Any

import pytest
from django.db import connection

from cases.models import Assessment, Case, Comment, Edition, Step, User
from cases.workflows import followup, review
from cases.workflows.assessing import submitting
from cases.workflows.assessing.answering import start_assessment
from cases.workflows.assessing.second_assessment import start_second_assessment
from cases.workflows.assessing.submitting import submit
from cases.workflows.followup import record_step, remove_step
from cases.workflows.people import accounts
from cases.workflows.people.accounts import change_person
from cases.workflows.review import decide_on_review, reply, start_thread

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time"
    ),
]

Meanwhile = Callable[[ModuleType, str, Callable[[], Any]], "Future[Any]"]


def somebody_waits() -> bool:
    """Whether a transaction waits for a lock of another one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        row = cursor.fetchone()
    return bool(row and row[0])


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Iterator[Meanwhile]:
    """Let somebody else act on a connection of their own, just before a function is first called
    here; this goes on once their act has ended or waits.
    """
    here = threading.get_ident()

    def prepare(module: ModuleType, name: str, act: Callable[[], Any]) -> Future[Any]:
        function, acted = getattr(module, name), Future[Any]()

        def run() -> None:
            try:
                acted.set_result(act())
            except Exception as error:
                acted.set_exception(error)
            finally:
                connection.close()

        def interrupted(*args: Any, **given: Any) -> Any:
            if threading.get_ident() == here and not threads:
                threads.append(pool.submit(run))
                while not (acted.done() or somebody_waits()):
                    pass
            return function(*args, **given)

        threads: list[Future[None]] = []
        monkeypatch.setattr(module, name, interrupted)
        return acted

    with ThreadPoolExecutor(1) as pool:
        yield prepare


@pytest.fixture
def submitted(draft: Assessment, analyst: User, reviewer: User) -> Assessment:
    submit(draft, by=analyst, reviewers=[reviewer])
    return Assessment.objects.get(pk=draft.pk)


@pytest.fixture
def later(submitted: Assessment, case: Case, analyst: User, edition: Edition) -> Assessment:
    """A draft of a later day in the same case."""
    return start_assessment(case, by=analyst, as_of=date(2013, 2, 1), edition=edition)


def comment_on(assessment: Assessment, by: User) -> Comment:
    code = next(iter(assessment.snapshot.content["advice"]["measures"]))
    return start_thread(assessment, by=by, anchor="measure", code=code, text="Is this enough?")


def test_an_assessment_is_submitted_while_somebody_comments_on_its_case(
    meanwhile: Meanwhile, submitted: Assessment, later: Assessment, analyst: User, reviewer: User
) -> None:
    commented = meanwhile(submitting, "record_event", lambda: comment_on(submitted, reviewer))
    submit(later, by=analyst)
    assert commented.result(timeout=30).text == "Is this enough?"
    assert not Assessment.objects.get(pk=later.pk).is_draft


def test_a_review_is_decided_while_somebody_answers_a_comment(
    meanwhile: Meanwhile, submitted: Assessment, analyst: User, reviewer: User
) -> None:
    thread = comment_on(submitted, reviewer).thread
    answered = meanwhile(
        review, "_sign_off", lambda: reply(thread, by=analyst, text="It is.", mentions=[reviewer])
    )
    seen = submitted.snapshot.digest
    decide_on_review(submitted, "sign_off", by=reviewer, seen=seen)
    assert answered.result(timeout=30).text == "It is."
    assert Assessment.objects.get(pk=submitted.pk).review_state == "signed_off"


def test_two_independent_assessments_are_submitted(
    meanwhile: Meanwhile, draft: Assessment, analyst: User, person: Callable[..., User]
) -> None:
    bea = person("bea", "analyst")
    second = start_second_assessment(draft, bea, by=analyst)
    other = meanwhile(submitting, "record_event", lambda: submit(second, by=bea))
    submit(draft, by=analyst)
    other.result(timeout=30)
    both = Assessment.objects.filter(pk__in=[draft.pk, second.pk])
    assert [(row.is_draft, row.blind) for row in both] == [(False, False)] * 2


def test_a_reviewer_leaves_while_an_analyst_asks_them_for_a_review(
    meanwhile: Meanwhile,
    submitted: Assessment,
    later: Assessment,
    analyst: User,
    reviewer: User,
    person: Callable[..., User],
) -> None:
    admin = person("sofia", "site_admin")
    asked = meanwhile(
        accounts, "return_work_of", lambda: submit(later, by=analyst, reviewers=[reviewer])
    )
    change_person(reviewer, by=admin, roles=["analyst"])
    asked.result(timeout=30)
    assert reviewer.notifications.filter(event__data__assessment=str(later.pk)).exists()
    assert submitted.case.events.filter(verb="work_returned").exists()


def test_a_step_is_recorded_while_another_one_with_the_measure_is_removed(
    meanwhile: Meanwhile, submitted: Assessment, case: Case, analyst: User, reviewer: User
) -> None:
    def step(note: str, by: User) -> Step:
        measure = next(iter(submitted.snapshot.content["advice"]["measures"]))
        due = date(2030, 1, 1)
        return record_step(
            case, by=by, measure=measure, fact="requested", actors=[], due_on=due, note=note
        )

    wrong = step("A mistake.", analyst)
    removed = meanwhile(followup, "record_event", lambda: remove_step(wrong, by=analyst))
    step("What was agreed.", reviewer)
    removed.result(timeout=30)
    assert [(row.note, row.awaited) for row in case.steps.all()] == [("What was agreed.", True)]
