"""Loading the demonstration: accounts for all roles and cases of the past. Never in production."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import chain
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction

from cases import demo
from cases.models import Answer, Assessment, Case, Edition, Source, User
from cases.models.user import ROLES
from cases.queries.editions.rulebooks import current_edition, rulebook_of
from cases.workflows.assessing.answering import (
    AnswerInput,
    confirm_carried_over,
    save_answer,
    start_assessment,
)
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import add_source, log_case, set_member
from cases.workflows.editions.reassessment import accept_reassessment
from cases.workflows.followup import record_step

# Public, since the README names it: it opens only the accounts of the demonstration.
PASSWORD = "protect-populations"  # noqa: S105


def load_users() -> dict[str, User]:
    """The accounts of the demonstration. Those that exist keep their password."""
    groups = {role: Group.objects.get_or_create(name=role)[0] for role in ROLES}
    users = {}
    for row in demo.demo_users():
        names = {name: row[name] for name in ("first_name", "last_name", "email")}
        user, is_new = User.objects.get_or_create(username=row["username"], defaults=names)
        if is_new:
            user.set_password(PASSWORD)
            user.save()
            user.groups.set([groups[role] for role in row["groups"]])
        users[user.username] = user
    return users


class NoFirstEditionError(LookupError):
    """No published edition asks the questions that the demonstration answers."""


def load_cases(users: dict[str, User]) -> int:
    """Log the missing situations, each in the name of its owner.

    They are assessed with the first edition and, where a newer one is published, assessed again
    with that. Returns how many situations were new. Raises NoFirstEditionError.
    """
    items = list(demo.demo_cases())
    assessments = list(chain.from_iterable(item.assessments for item in items))
    codes = set(chain.from_iterable(dated.answers for dated in assessments))
    editions = Edition.objects.defer("document").order_by("number", "-revision")
    first = next(
        (
            edition
            for edition in editions
            if codes <= rulebook_of(edition.pk).questionnaire.by_code.keys()
        ),
        None,
    )
    if first is None:
        raise NoFirstEditionError
    current = current_edition()
    new = 0
    for item in items:
        owner = users[item.owner]
        if not Case.objects.filter(owner=owner, title=item.fields["title"]).exists():
            _load_case(item, owner, users, first, current)
            new += 1
    return new


@transaction.atomic
def _load_case(
    item: demo.DemoCase, owner: User, users: dict[str, User], first: Edition, current: Edition
) -> None:
    case = log_case(by=owner, countries=item.countries, **item.fields)
    for username, role in item.members:
        set_member(case, users[username], role, by=owner)
    sources = {row["key"]: _add_source(case, owner, row) for row in item.sources}
    keys = {key: source.pk for key, source in sources.items()}
    for dated in item.assessments:
        assessment = start_assessment(case, by=owner, as_of=dated.as_of, edition=first)
        _enter_answer(assessment, dated.answers, keys, by=owner)
        submit(assessment, by=owner)
        if current.number != first.number:
            again = accept_reassessment(assessment, current, by=owner)
            # An organisation's own edition may lack questions of the newest one that is shipped.
            known = rulebook_of(current.pk).questionnaire.by_code.keys()
            rows = {code: row for code, row in dated.again.items() if code in known}
            _enter_answer(again, rows, keys, by=owner)
            _confirm(again, by=owner)
            submit(again, by=owner)
    for deed in item.record:
        for fact, day in deed.facts:
            record_step(
                case,
                by=owner,
                measure=deed.measure,
                fact=fact,
                actors=deed.actors,
                happened_on=day,
                note=deed.note,
            )


def _add_source(case: Case, owner: User, row: Mapping[str, Any]) -> Source:
    return add_source(
        case,
        by=owner,
        title=row["title"],
        publisher=row["publisher"],
        published_on=date.fromisoformat(row["published_on"]) if row.get("published_on") else None,
        url=row.get("url") or "",
        reliability=row["reliability"],
        note=row.get("note") or "",
    )


def _enter_answer(
    assessment: Assessment,
    rows: Mapping[str, Mapping[str, Any]],
    keys: Mapping[str, int],
    *,
    by: User,
) -> None:
    """Record answers as a file gives them, each in place of what was carried over."""
    versions = dict(assessment.answers.values_list("question", "version"))
    for code, row in rows.items():
        answer_input = AnswerInput(
            code,
            Answer.State.UNKNOWN if row.get("unknown") else Answer.State.KNOWN,
            row.get("value"),
            row.get("confidence") or "",
            row.get("note") or "",
            frozenset(keys[key] for key in row.get("sources") or ()),
        )
        save_answer(assessment, answer_input, by=by, version=versions.get(code, 0))


def _confirm(assessment: Assessment, *, by: User) -> None:
    """Confirm each answer that the newer edition changed."""
    carried = assessment.answers.filter(carried_over=True)
    confirm_carried_over(assessment, dict(carried.values_list("question", "version")), by=by)
