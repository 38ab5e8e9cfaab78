"""Accounts, roles and teams. Each change is an event."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q

from cases.models import Case, CaseTeam, Event, Team, User
from cases.models.notification import NotificationKind
from cases.models.user import ROLES, SITE_ADMIN
from cases.workflows.errors import LastSiteAdminError
from cases.workflows.locking import lock_cases
from cases.workflows.notifications import notify, notify_new_reviewers
from cases.workflows.people.access import end_access
from cases.workflows.people.account_record import mail_about_account, record_about_account
from cases.workflows.people.leaving import return_work_of
from cases.workflows.record import record_event

# The same rule as the predicate `is_site_admin`.
_GIVES_ROLES = Q(is_superuser=True) | Q(groups__name=SITE_ADMIN)
FIELDS = ("first_name", "last_name", "email", "is_active")


@transaction.atomic
def add_person(*, by: User, username: str, roles: Iterable[str], **fields: Any) -> User:
    """Make an account without a password. The person chooses one by the link that is mailed."""
    user = User(username=username, **fields)
    user.set_unusable_password()
    user.save()
    new_roles = _set_roles(user, roles)
    record_event(
        Event.Verb.PERSON_ADDED,
        by=by,
        person=user.pk,
        name=str(user),
        username=username,
        roles=new_roles,
    )
    return user


@transaction.atomic
def change_person(user: User, *, by: User, roles: Iterable[str], **fields: Any) -> User:
    """Change an account and its roles. Raises LastSiteAdminError if no site admin would be left.

    A new address or a closed account ends all access that was given before.
    """
    current = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    before = {name: getattr(current, name) for name in FIELDS} | {"roles": _role_names(current)}
    for name, value in fields.items():
        setattr(current, name, value)
    current.save()
    after = {name: getattr(current, name) for name in FIELDS} | {
        "roles": _set_roles(current, roles)
    }
    if not User.objects.filter(is_active=True).filter(_GIVES_ROLES).exists():
        raise LastSiteAdminError
    if before["email"] != current.email:
        # allauth keeps every address that it wrote to, and accepts each of them.
        EmailAddress.objects.filter(user=current).delete()
        mail_about_account(current, Event.Verb.PERSON_CHANGED, address=before["email"])
    if before["email"] != current.email or not current.is_active:
        end_access(current, by=by)
    changed = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    if changed:
        event = record_event(
            Event.Verb.PERSON_CHANGED, by=by, person=current.pk, name=str(current), changed=changed
        )
        if {"roles", "is_active"} & set(changed):
            for case in Case.objects.reviewed_by(current):
                notify_new_reviewers(event, case, [current])
            return_work_of(current, by=by)
    return current


@transaction.atomic
def sign_out_everywhere(user: User, *, by: User) -> None:
    """End every session of another person, links that were sent to them, and their token."""
    end_access(user, by=by)
    record_about_account(Event.Verb.SESSIONS_ENDED, user, by=by)


@transaction.atomic
def save_team(
    team: Team | None, *, by: User, name: str, members: Iterable[User], our_part: str = ""
) -> Team:
    """Make a team, or change its name, its members and which actor it is.

    Whoever joins takes part in a case of the team once its owner confirms it.
    """
    people = {person.pk: person for person in members}
    before = {} if team is None else {person.pk: str(person) for person in team.members.all()}
    saved = team or Team()
    saved.name, saved.our_part = name, our_part
    saved.save()
    saved.members.set(people.values())
    event = record_event(
        Event.Verb.TEAM_CHANGED,
        by=by,
        team=saved.pk,
        name=name,
        our_part=our_part,
        joined=sorted(str(person) for pk, person in people.items() if pk not in before),
        left=sorted(label for pk, label in before.items() if pk not in people),
    )
    new = [person for pk, person in people.items() if pk not in before]
    gone = [pk for pk in before if pk not in people]
    rows = list(saved.cases.select_related("case__owner"))
    lock_cases(row.case_id for row in rows)
    for row in rows:
        _change_members_in_case(row, new, gone, event, by=by)
    return saved


def _change_members_in_case(
    row: CaseTeam, new: list[User], gone: list[int], event: Event, *, by: User
) -> None:
    """Record in a case who joined and left one of its teams, and ask its owner to confirm."""
    if not new and not gone:
        return
    row.unconfirmed.remove(*gone)
    row.unconfirmed.add(*new)
    said = record_event(
        Event.Verb.TEAM_MEMBERS_CHANGED,
        by=by,
        case=row.case,
        team=row.team_id,
        name=event.data["name"],
        joined=event.data["joined"],
        left=event.data["left"],
    )
    if new:
        notify(said, NotificationKind.ACCESS_CHANGED, [row.case.owner], row.case)
    for person in User.objects.filter(pk__in=gone):
        return_work_of(person, by=by, case=row.case)


def _role_names(user: User) -> list[str]:
    return sorted(user.groups.values_list("name", flat=True))


def _set_roles(user: User, roles: Iterable[str]) -> list[str]:
    """Set the roles of a person; groups that are no role of the product are left as they are."""
    new_roles = sorted(set(roles))
    others = user.groups.exclude(name__in=ROLES)
    user.groups.set([*others, *(Group.objects.get_or_create(name=role)[0] for role in new_roles)])
    return new_roles
