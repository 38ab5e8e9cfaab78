"""Logging and revising cases, their sources and their members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from cases.models import Case, CaseCountry, CaseMember, CaseTeam, Event, Source, Team, User
from cases.models.notification import NotificationKind
from cases.permissions import (
    analysts_of,
    lets_more_people_see,
    may_set_confidentiality,
    members_of,
    participants,
)
from cases.workflows.errors import StaleError
from cases.workflows.locking import lock_case
from cases.workflows.notifications import (
    notify,
    notify_new_reviewers,
    notify_of_missing_factors,
)
from cases.workflows.people.leaving import return_work_of
from cases.workflows.record import record_event

SOURCE_FIELDS = ("title", "publisher", "published_on", "url", "reliability", "note")


@transaction.atomic
def log_case(*, by: User, countries: Sequence[str], **fields: str) -> Case:
    """Log a situation of concern. The person who logs it owns it. `countries` are ISO 3166-1
    alpha-3 codes.
    """
    case = Case.objects.create(owner=by, **fields)
    _set_countries(case, countries)
    record_event(
        Event.Verb.CASE_LOGGED, by=by, case=case, title=case.title, countries=list(countries)
    )
    return case


@transaction.atomic
def revise_case(
    case: Case, *, by: User, version: int, countries: Sequence[str], **fields: str
) -> Case:
    """Change a case that was read at `version`. Raises StaleError if someone else has changed it
    since, and PermissionDenied if someone but the owner lets more people see it.
    """
    current = lock_case(case)
    if current.version != version:
        raise StaleError(current)
    chosen = fields.get("confidentiality", current.confidentiality)
    if not may_set_confidentiality(by, current, chosen):
        raise PermissionDenied
    changed = {
        name: [getattr(current, name), value]
        for name, value in fields.items()
        if getattr(current, name) != value
    }
    if list(countries) != current.country_codes:
        changed["countries"] = [current.country_codes, list(countries)]
        _set_countries(current, countries)
    if changed:
        for name, value in fields.items():
            setattr(current, name, value)
        current.version += 1
        current.save()
        event = record_event(Event.Verb.CASE_REVISED, by=by, case=current, changed=changed)
        if "confidentiality" in changed:
            notify_of_missing_factors(event, current)
            before, after = changed["confidentiality"]
            if lets_more_people_see(after, before):
                people = [current.owner, *members_of(current)]
                notify(event, NotificationKind.ACCESS_CHANGED, people, current)
    return current


@transaction.atomic
def close_case(case: Case, *, by: User, reason: str) -> None:
    """Close a case, so that nothing more is asked of anyone in it until it is reopened.

    Raises StaleError if someone else has closed it already.
    """
    current = lock_case(case)
    if current.is_closed:
        raise StaleError(current)
    current.closed_at, current.closed_by, current.closing_reason = timezone.now(), by, reason
    _save_and_notify(Event.Verb.CASE_CLOSED, current, by=by, reason=reason)


@transaction.atomic
def reopen_case(case: Case, *, by: User, reason: str) -> None:
    """Reopen a closed case, so that work on it can continue.

    Raises StaleError if someone else has reopened it already.
    """
    current = lock_case(case)
    if not current.is_closed:
        raise StaleError(current)
    current.closed_at, current.closed_by, current.closing_reason = None, None, ""
    _save_and_notify(Event.Verb.CASE_REOPENED, current, by=by, reason=reason)


def _save_and_notify(verb: Event.Verb, case: Case, *, by: User, reason: str) -> None:
    """Save a case that is closed or reopened, and notify its analysts and reviewers."""
    case.version += 1
    case.save()
    event = record_event(verb, by=by, case=case, reason=reason)
    people = [*analysts_of(case), *participants(case, CaseMember.Role.REVIEWER)]
    notify(event, NotificationKind.CLOSED, people, case)


def _set_countries(case: Case, countries: Sequence[str]) -> None:
    case.countries.all().delete()
    CaseCountry.objects.bulk_create(CaseCountry(case=case, code=code) for code in countries)


@transaction.atomic
def add_source(case: Case, *, by: User, **fields: Any) -> Source:
    source = Source.objects.create(case=case, **fields)
    record_event(Event.Verb.SOURCE_ADDED, by=by, case=case, source=source.pk, title=source.title)
    return source


@transaction.atomic
def revise_source(source: Source, *, by: User, read: str = "", **fields: Any) -> Source:
    """Change a source. Raises StaleError if it no longer has the `text_digest` that was read."""
    lock_case(source.case)
    current = Source.objects.select_for_update(no_key=True).get(pk=source.pk)
    if read and current.text_digest != read:
        raise StaleError(current)
    changed = {
        name: [_for_json(getattr(source, name)), _for_json(value)]
        for name, value in fields.items()
        if getattr(source, name) != value
    }
    if changed:
        for name, value in fields.items():
            setattr(source, name, value)
        source.save()
        record_event(
            Event.Verb.SOURCE_REVISED, by=by, case=source.case, source=source.pk, changed=changed
        )
    return source


@transaction.atomic
def set_member(case: Case, user: User, role: str, *, by: User) -> CaseMember:
    lock_case(case)
    member, _ = CaseMember.objects.update_or_create(case=case, user=user, defaults={"role": role})
    event = record_event(
        Event.Verb.MEMBER_SET, by=by, case=case, member=user.pk, name=str(user), role=role
    )
    notify_of_missing_factors(event, case, [user])
    if role == CaseMember.Role.REVIEWER:
        notify_new_reviewers(event, case, [user])
    return_work_of(user, by=by, case=case)
    return member


def add_reviewer(case: Case, user: User, *, by: User) -> CaseMember:
    """Make someone a reviewer of a case, whatever part they had in it so far."""
    return set_member(case, user, CaseMember.Role.REVIEWER, by=by)


@transaction.atomic
def remove_member(member: CaseMember, *, by: User) -> None:
    lock_case(member.case)
    record_event(
        Event.Verb.MEMBER_REMOVED,
        by=by,
        case=member.case,
        member=member.user_id,
        name=str(member.user),
    )
    member.delete()
    return_work_of(member.user, by=by, case=member.case)


@transaction.atomic
def set_team(case: Case, team: Team, role: str, *, by: User) -> CaseTeam:
    """Give the members of a team a role in a case, for as long as they are members."""
    lock_case(case)
    row, _ = CaseTeam.objects.update_or_create(case=case, team=team, defaults={"role": role})
    event = record_event(
        Event.Verb.TEAM_SET, by=by, case=case, team=team.pk, name=team.name, role=role
    )
    notify_of_missing_factors(event, case, team.members.all())
    if role == CaseMember.Role.REVIEWER:
        notify_new_reviewers(event, case, team.members.all())
    for person in team.members.all():
        return_work_of(person, by=by, case=case)
    return row


@transaction.atomic
def confirm_team_members(row: CaseTeam, *, by: User) -> None:
    """Let those who joined a team later take its part in a case."""
    lock_case(row.case)
    new = list(row.unconfirmed.all())
    if not new:
        return
    row.unconfirmed.clear()
    event = record_event(
        Event.Verb.TEAM_MEMBERS_CONFIRMED,
        by=by,
        case=row.case,
        team=row.team_id,
        name=row.team.name,
        joined=sorted(str(person) for person in new),
    )
    notify_of_missing_factors(event, row.case, new)
    if row.role == CaseMember.Role.REVIEWER:
        notify_new_reviewers(event, row.case, new)


@transaction.atomic
def remove_team(row: CaseTeam, *, by: User) -> None:
    lock_case(row.case)
    record_event(
        Event.Verb.TEAM_REMOVED, by=by, case=row.case, team=row.team_id, name=row.team.name
    )
    row.delete()
    for person in row.team.members.all():
        return_work_of(person, by=by, case=row.case)


def _for_json(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int) else str(value)


def source_fields(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in SOURCE_FIELDS}
