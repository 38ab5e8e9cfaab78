"""Fills a database with many cases, and with everything that belongs to them, for `bench.pages`."""

from __future__ import annotations

import random
import sys
from collections.abc import Container, Iterator
from contextlib import redirect_stdout
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django_countries import countries

from bench.web import full_draft
from cases.models import (
    ActorRequest,
    Answer,
    Assessment,
    Case,
    CaseCountry,
    CaseMember,
    Comment,
    Event,
    EventChain,
    MeasureDecision,
    ReviewDecision,
    Snapshot,
    Source,
    Step,
    Thread,
    User,
)
from cases.queries.editions.rulebooks import current_edition, rulebook_of, shipped_folders
from cases.rulebook.editions.loader import load_folder
from cases.text_folding import fold, fold_all
from cases.workflows.demo import load_cases, load_users
from cases.workflows.editions.publishing import publish

BATCH = 2_000
OWNERS = 20
# The first cases alone fill the first page of each list that is asked for, so that a page shows as
# much with few cases as with many. Half of them are about one country, half have a draft, and each
# has a request to one actor.
FIRST, COUNTRY, ACTOR = 100, "MLI", "security_council"
# A long case and a case that was assessed often.
EVENTS, ASSESSED = 2_000, 50
DEMONSTRATION = ("Armed groups in the north of Mali",)
WORDS = (
    "armed",
    "towns",
    "villages",
    "north",
    "border",
    "harvest",
    "militia",
    "displaced",
    "market",
    "election",
    "police",
    "river",
    "district",
    "council",
    "hate",
    "speech",
    "radio",
    "reprisals",
    "curfew",
    "teachers",
    "prisoners",
    "convoy",
    "mediation",
)


def begin() -> None:
    """Load the demonstration, with a case that has a long history and one assessed often."""
    with redirect_stdout(sys.stderr):
        for folder in shipped_folders():
            publish(load_folder(folder)[0])
        owner = load_users()["amina.analyst"]
        load_cases({user.username: user for user in User.objects.all()})
    long_case(often_assessed(full_draft(current_edition(), owner)))


def fill(number: int, first: int) -> None:
    """Write cases in bulk, with everything that belongs to them.

    Each has two assessments with answers, decisions, requests, steps, comments and events. The
    contents of snapshots are left out, because only pages of their own case read them.
    """
    rng = random.Random(first)
    owners = [User.objects.get(username="amina.analyst"), *_owners()]
    for start in range(first, first + number, BATCH):
        numbers = range(start, min(start + BATCH, first + number))
        _fill_batch(rng, owners, numbers)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _owners() -> list[User]:
    return [User.objects.get_or_create(username=f"owner{number}")[0] for number in range(1, OWNERS)]


def _fill_batch(rng: random.Random, owners: list[User], numbers: range) -> None:
    now = datetime.now(UTC)
    reviewers = list(User.objects.filter(groups__name="reviewer").order_by("pk"))
    codes = [countries.alpha3(code) for code, _name in countries]
    cases = Case.objects.bulk_create(_case(rng, owners, number) for number in numbers)
    days = {
        case.pk: now - timedelta(minutes=number)
        for case, number in zip(cases, numbers, strict=True)
    }
    CaseCountry.objects.bulk_create(
        CaseCountry(case=case, code=code)
        for case, number in zip(cases, numbers, strict=True)
        for code in _countries(rng, codes, number)
    )
    CaseMember.objects.bulk_create(
        CaseMember(case=case, user=user, role=role)
        for case in cases
        for user, role in _members(rng, case, owners, reviewers)
    )
    Source.objects.bulk_create(
        Source(case=case, title="A report", publisher="Someone") for case in cases
    )
    _fill_assessments(rng, cases, numbers, reviewers, now)
    for case in cases:
        case.changed_at = days[case.pk]
    Case.objects.bulk_update(cases, ["changed_at", "sort_assessed"], batch_size=500)
    _fill_steps(rng, cases)
    _fill_events(cases, days)


def _case(rng: random.Random, owners: list[User], number: int) -> Case:
    level = ("open", "open", "open", "restricted", "restricted", "sensitive")[number % 6]
    title = f"{' '.join(rng.sample(WORDS, 3))} {number}".capitalize()
    populations, summary = " ".join(rng.sample(WORDS, 6)), " ".join(rng.choices(WORDS, k=50))
    return Case(
        title=title,
        place="Gao",
        populations=populations,
        summary=summary,
        owner=_owner(owners, number),
        confidentiality=level,
        search_text=fold_all((title, "Gao", populations, summary)),
        sort_title=fold(title),
    )


def _owner(owners: list[User], number: int) -> User:
    """The owner of a case: the analyst owns two of three at first, then one in twenty."""
    return owners[0] if number < FIRST and number % 3 < 2 else owners[number % OWNERS]


def _countries(rng: random.Random, codes: list[str], number: int) -> set[str]:
    first, second = rng.sample(codes, 2)
    return {COUNTRY if number < FIRST and number % 2 == 0 else first, second}


def _members(
    rng: random.Random, case: Case, owners: list[User], reviewers: list[User]
) -> Iterator[tuple[User, str]]:
    contributor = rng.choice(owners)
    if contributor.pk != case.owner_id:
        yield contributor, CaseMember.Role.CONTRIBUTOR
    if rng.random() < 0.2:
        yield rng.choice(reviewers), CaseMember.Role.REVIEWER


def _fill_assessments(
    rng: random.Random,
    cases: list[Case],
    numbers: range,
    reviewers: list[User],
    now: datetime,
) -> None:
    edition = current_edition()
    packed = [
        bytes(code)
        for code in Assessment.objects.exclude(packed=b"")
        .filter(edition=edition, case__title__in=DEMONSTRATION)
        .values_list("packed", flat=True)
    ]
    rows = []
    for number, case in zip(numbers, cases, strict=True):
        second = "none" if number < FIRST else "signed_off"
        later = ("pending", second, "returned", "none")[number % 4]
        for turn, state in enumerate(("signed_off", later)):
            day = date(2014, 1, 1) + timedelta(days=rng.randrange(3_000) + 1_000 * turn)
            if state not in ("returned", "none"):
                case.sort_assessed = max(case.sort_assessed, day)
            rows.append(
                Assessment(
                    case=case,
                    edition=edition,
                    as_of=day,
                    author=case.owner,
                    status="draft" if state == "none" else "submitted",
                    review_state=state,
                    submitted_at=None if state == "none" else now,
                    packed=rng.choice(packed),
                )
            )
    Assessment.objects.bulk_create(rows)
    questions = [item.code for item in rulebook_of(edition.pk).questionnaire.questions][:4]
    Answer.objects.bulk_create(
        (
            Answer(assessment=row, question=code, state="unknown", answered_by=row.author)
            for row in rows
            for code in questions
        ),
        batch_size=2_000,
    )
    submitted = [row for row in rows if row.status == "submitted"]
    first = {case.pk for number, case in zip(numbers, cases, strict=True) if number < FIRST}
    _fill_decisions(rng, submitted, reviewers, now, first)
    _fill_comments(rng, submitted, reviewers)


def _fill_decisions(
    rng: random.Random,
    submitted: list[Assessment],
    reviewers: list[User],
    now: datetime,
    first: Container[UUID],
) -> None:
    Snapshot.objects.bulk_create(
        Snapshot(assessment=row, content={}, digest="d", taken_at=now, taken_by=row.author)
        for row in submitted
    )
    measures, actors = _codes()
    signed = [row for row in submitted if row.review_state == "signed_off"]
    ReviewDecision.objects.bulk_create(
        ReviewDecision(
            assessment=row,
            author=row.author,
            reviewer=rng.choice(reviewers),
            kind="sign_off" if row.review_state == "signed_off" else "return",
            digest="d",
            text="Because of the dates.",
            given_at=now,
        )
        for row in submitted
        if row.review_state in ("signed_off", "returned")
    )
    decisions = MeasureDecision.objects.bulk_create(
        MeasureDecision(
            assessment=row,
            measure=rng.choice(measures),
            kind="endorse",
            reviewer=rng.choice(reviewers),
            digest="d",
        )
        for row in signed
    )
    ActorRequest.objects.bulk_create(
        ActorRequest(
            assessment=decision.assessment,
            measure=decision.measure,
            decision=decision,
            actor=actor,
            role="lead",
            urgency=rng.randrange(4),
        )
        for decision in decisions
        for actor in _two_actors(rng, actors, is_first=decision.assessment.case_id in first)
    )


def _two_actors(rng: random.Random, actors: list[str], *, is_first: bool) -> list[str]:
    if not is_first:
        return rng.sample(actors, 2)
    return [ACTOR, rng.choice([code for code in actors if code != ACTOR])]


def _codes() -> tuple[list[str], list[str]]:
    rulebook = rulebook_of(current_edition().pk)
    return list(rulebook.measures), list(rulebook.actors)


def _fill_comments(rng: random.Random, submitted: list[Assessment], reviewers: list[User]) -> None:
    measures, _actors = _codes()
    now = datetime.now(UTC)
    threads = Thread.objects.bulk_create(
        Thread(
            assessment=row,
            anchor="measure",
            code=rng.choice(measures),
            resolved_at=now if number % 2 else None,
            resolved_by=row.author if number % 2 else None,
        )
        for number, row in enumerate(submitted)
    )
    comments = Comment.objects.bulk_create(
        Comment(thread=thread, author=rng.choice(reviewers), text="Is this still true?")
        for thread in threads
    )
    Comment.mentions.through.objects.bulk_create(
        Comment.mentions.through(comment_id=comment.pk, user_id=comment.thread.assessment.author_id)
        for comment in comments
    )


def _fill_steps(rng: random.Random, cases: list[Case]) -> None:
    measures, actors = _codes()
    rows = []
    for number, case in enumerate(cases):
        measure = rng.choice(measures)
        day = date(2018, 1, 1) + timedelta(days=rng.randrange(2_000))
        for turn, fact in enumerate(("addressed", "requested", "done")[: 1 + number % 3]):
            rows.append(
                Step(
                    case=case,
                    measure=measure,
                    fact=fact,
                    actors=[rng.choice(actors)],
                    happened_on=day + timedelta(days=30 * turn),
                    due_on=day + timedelta(days=30 * turn + 30),
                    recorded_by=case.owner,
                )
            )
        rows[-1].awaited = number % 10 != 0
        if number % 10 == 0:
            rows.append(
                Step(
                    case=case,
                    measure=measure,
                    fact="outcome",
                    happened_on=day + timedelta(days=200),
                    note="It helped.",
                    recorded_by=case.owner,
                )
            )
    Step.objects.bulk_create(rows)


def _fill_events(cases: list[Case], days: dict[Any, datetime]) -> None:
    verbs = (
        Event.Verb.CASE_LOGGED,
        Event.Verb.ASSESSMENT_STARTED,
        Event.Verb.ASSESSMENT_SUBMITTED,
        Event.Verb.STEP_RECORDED,
    )
    EventChain.objects.bulk_create(EventChain(case=case, length=len(verbs)) for case in cases)
    Event.objects.bulk_create(
        Event(case=case, actor=case.owner, verb=verb, at=days[case.pk], data={}, digest="d")
        for verb in verbs
        for case in cases
    )


def often_assessed(draft: Assessment) -> Case:
    """Submit many assessments of the case of a draft."""
    case = draft.case
    shown = case.assessments.exclude(packed=b"").filter(snapshot__isnull=False)
    model = shown.select_related("snapshot", "edition").order_by("-edition")[0]
    for number in range(ASSESSED - case.assessments.count()):
        copy = Assessment.objects.create(
            case=case,
            edition=model.edition,
            as_of=date(2014, 1, 1) + timedelta(days=30 * number),
            author=model.author,
            status="submitted",
            review_state="pending",
            submitted_at=model.submitted_at,
            packed=model.packed,
        )
        Snapshot.objects.create(
            assessment=copy,
            content=model.snapshot.content,
            digest=model.snapshot.digest,
            taken_at=model.snapshot.taken_at,
            taken_by=model.snapshot.taken_by,
        )
    return case


def long_case(case: Case) -> None:
    """Give a case a long history of steps and events."""
    measures, actors = _codes()
    owner = case.owner
    other = Case.objects.exclude(pk=case.pk).filter(owner=owner, confidentiality="open")[0]
    Step.objects.bulk_create(
        Step(
            case=other,
            measure=measures[number % len(measures)],
            fact="done",
            actors=[actors[number % len(actors)]],
            happened_on=date(2000, 1, 1) + timedelta(days=number),
            note="What was done.",
            recorded_by=owner,
        )
        for number in range(EVENTS)
    )
    Event.objects.bulk_create(
        Event(
            case=other,
            actor=owner,
            verb=Event.Verb.STEP_RECORDED,
            at=datetime(2020, 1, 1, tzinfo=UTC),
            data={},
            digest="d",
        )
        for _number in range(EVENTS)
    )
