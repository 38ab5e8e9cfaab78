"""Accounts, cases and assessments for the people of a soak."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from django.contrib.auth.models import Group

from bench.soak.people import PASSWORD, SCALES, Person, Place
from cases.models import Assessment, Case, User
from cases.queries.editions.rulebooks import current_edition
from cases.workflows.assessing.answering import AnswerInput, save_answer, start_assessment
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import log_case, set_member

# People who share a case.
TOGETHER = 5


def prepare(people: Sequence[Person], catalogue_admin: Person) -> None:
    """Give each person an account and a draft of their own, in a case that a few share. All who
    share a case comment on its one submitted assessment.
    """
    accounts = [_account(person.name) for person in people]
    _account(catalogue_admin.name, "catalogue_admin")
    chief = _account("chief")
    cases = math.ceil(len(people) / TOGETHER)
    for first in range(cases):
        _share_case(people, accounts, range(first, len(people), cases), reviewer=chief)


def _account(name: str, *roles: str) -> User:
    user = User.objects.create_user(name, f"{name}@example.org", PASSWORD)
    for role in roles or ("analyst", "reviewer"):
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


def _case(owner: User, title: str) -> Case:
    return log_case(
        by=owner,
        countries=["MLI"],
        title=title,
        place="Gao",
        populations="Civilians",
        summary="Armed groups hold the towns.",
        confidentiality="open",
    )


def _share_case(
    people: Sequence[Person], accounts: Sequence[User], who: range, reviewer: User
) -> None:
    owner = accounts[who[0]]
    case = _case(owner, f"Soak {who[0]}")
    set_member(case, reviewer, "reviewer", by=owner)
    submitted = _start(case, owner)
    for code in SCALES:
        save_answer(submitted, AnswerInput(code, "known", 3), by=owner, version=0)
    submit(submitted, by=owner)
    for number, follower in zip(who, [*who[1:], who[0]], strict=True):
        if number != who[0]:
            set_member(case, accounts[number], "contributor", by=owner)
        draft = _start(case, accounts[number])
        colleague = accounts[follower].username
        people[number].place = Place(str(case.pk), str(draft.pk), str(submitted.pk), colleague)


def _start(case: Case, author: User) -> Assessment:
    return start_assessment(case, by=author, as_of=date(2012, 1, 1), edition=current_edition())
