"""Loading the demonstration: accounts for each role and the situations from the record. Never in
production.
"""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import Group
from django.db import transaction

from cases import demo
from cases.models import Answer, Assessment, Case, Edition, User
from cases.permissions import ROLES
from cases.workflows.assessing.answering import AnswerInput, save_answer, start_assessment
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import add_source, log_case, set_member
from cases.workflows.followup import record_step

# Known to everyone who reads the README: for a demonstration on one's own machine only.
PASSWORD = "protect-populations"  # noqa: S105


def load_users() -> dict[str, User]:
    """The demonstration's accounts; those that exist keep their password."""
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


def load_cases(users: dict[str, User], edition: Edition) -> int:
    """Log the situations that are not there yet, each as its owner would have; returns how many
    were new.
    """
    new = 0
    for item in demo.demo_cases():
        owner = users[item.owner]
        if not Case.objects.filter(owner=owner, title=item.fields["title"]).exists():
            _load_case(item, owner, users, edition)
            new += 1
    return new


@transaction.atomic
def _load_case(item: demo.DemoCase, owner: User, users: dict[str, User], edition: Edition) -> None:
    case = log_case(by=owner, countries=item.countries, **item.fields)
    for username, role in item.members:
        set_member(case, users[username], role, by=owner)
    sources = {
        row["key"]: add_source(
            case,
            by=owner,
            title=row["title"],
            publisher=row["publisher"],
            published_on=date.fromisoformat(row["published_on"])
            if row.get("published_on")
            else None,
            url=row.get("url") or "",
            reliability=row["reliability"],
            note=row.get("note") or "",
        )
        for row in item.sources
    }
    for dated in item.assessments:
        assessment: Assessment = start_assessment(
            case, by=owner, as_of=dated.as_of, edition=edition
        )
        for code, row in dated.answers.items():
            given = AnswerInput(
                code,
                Answer.State.UNKNOWN if row.get("unknown") else Answer.State.KNOWN,
                row.get("value"),
                row.get("confidence") or "",
                row.get("note") or "",
                frozenset(sources[key].pk for key in row.get("sources") or ()),
            )
            save_answer(assessment, given, by=owner, version=0)
        submit(assessment, by=owner)
    for deed in item.record:
        for fact in deed.facts:
            record_step(
                case, by=owner, measure=deed.measure, fact=fact, actors=deed.actors, note=deed.note
            )
