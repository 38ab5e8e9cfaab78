"""The request that a view gets behind `login_required`, and how it reaches what it works on."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from cases.models import Case, Event, User
from cases.permissions import SecondFactorNeededError, case_of, has_second_factor, obtain
from cases.workflows.record import record

M = TypeVar("M", bound=Model)


class SignedInRequest(HttpRequest):
    """For type checkers: what the middleware makes of a request before a view sees it."""

    user: User
    htmx: HtmxDetails


def reach(
    request: SignedInRequest,
    permission: str,
    objects: QuerySet[M],
    *,
    shows: bool = False,
    **lookup: object,
) -> M:
    """What a view works on, through the permission check (404 otherwise).

    A sensitive case opens only for those who have a second factor (SecondFactorNeededError), and
    every look into it is recorded: each GET, and what is sent to a page that `shows` the case in
    its answer.
    """
    found = obtain(request.user, permission, objects, **lookup)
    case = case_of(found)  # type: ignore[arg-type]
    if case.confidentiality != Case.Confidentiality.SENSITIVE:
        return found
    if not has_second_factor(request.user):
        raise SecondFactorNeededError
    if shows or request.method == "GET":
        match = request.resolver_match
        record(
            Event.Verb.CASE_READ,
            by=request.user,
            case=case,
            page=match.url_name if match else "",
            of=str(found.pk),
        )
    return found


def keys_in(text: str) -> list[UUID]:
    """The key that a text is, if it is one."""
    try:
        return [UUID(text)]
    except ValueError:
        return []
