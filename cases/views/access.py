"""Who may open a page, and the object that a view works on.

Django's LoginRequiredMiddleware makes every view ask for a signed-in person. A view that is open to
anybody says so with `login_not_required`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast
from uuid import UUID

import structlog
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django_htmx.middleware import HtmxDetails

from cases.models import Assessment, Case, Step, User
from cases.permissions import (
    NOT_WHEN_CLOSED,
    CaseClosedError,
    SecondFactorNeededError,
    case_of,
    get_permitted_or_404,
    may,
)
from cases.workflows.record import Read, record_read

M = TypeVar("M", bound=Model)
P = ParamSpec("P")

# What the page says to a person who lacks a permission that a role gives.
REFUSALS = {
    "cases.add_case": _("Only analysts can log cases. Ask a site admin for the role."),
    "cases.view_catalogue": _("Only people with a role can read the catalogue. Ask a site admin."),
    "cases.edit_catalogue": _(
        "Only catalogue admins can edit the catalogue. Ask a site admin for the role."
    ),
    "cases.view_record": _("Only auditors can read the record. Ask a site admin for the role."),
    "cases.manage_people": _("Only site admins can change accounts, roles and teams."),
}


class SignedInRequest(HttpRequest):
    """The type of a request after the middleware."""

    user: User
    htmx: HtmxDetails


View = Callable[Concatenate[SignedInRequest, P], HttpResponse]


def requires(permission: str) -> Callable[[View[P]], View[P]]:
    """Open a view only to people who hold a permission by their role (403 with the reason
    otherwise).

    What depends on a single object is checked by `get_object`.
    """
    refusal = REFUSALS[permission]

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def checked(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not may(request.user, permission):
                raise PermissionDenied(refusal)
            return view(request, *args, **kwargs)

        return checked

    return decorate


def get_object(
    request: SignedInRequest,
    permission: str,
    objects: QuerySet[M],
    *,
    shows: bool = False,
    **lookup: object,
) -> M:
    """The object that a view works on, if the person holds the permission for it (404 otherwise).

    Raises SecondFactorNeededError for a sensitive case if the person has no second factor, and
    CaseClosedError for what nobody may do in a closed case. Every look into a sensitive case is
    recorded: each GET, each POST to a page that `shows` the case in its answer, and each other POST
    whose answer is a page (by RecordReadsMiddleware).
    """
    instance = get_permitted_or_404(request.user, permission, objects, **lookup)
    case = case_of(cast("Case | Assessment", instance))
    structlog.contextvars.bind_contextvars(case=str(case.pk))
    is_sensitive = case.confidentiality == Case.Confidentiality.SENSITIVE
    if is_sensitive and not request.user.has_second_factor:
        raise SecondFactorNeededError
    if permission in NOT_WHEN_CLOSED and case.is_closed:
        raise CaseClosedError(case)
    if not is_sensitive:
        return instance
    match = request.resolver_match
    read = Read(case, match.url_name or "" if match else "", str(instance.pk))
    if shows or request.method == "GET":
        record_read(read, by=request.user)
    else:
        request.__dict__.setdefault("unrecorded_reads", []).append(read)
    return instance


def record_others_shown(request: SignedInRequest, shown: Iterable[Assessment | Step]) -> None:
    """Record a read of each sensitive case whose assessments or steps are shown on a page that is
    not its own.
    """
    match = request.resolver_match
    for item in shown:
        if item.case.confidentiality == Case.Confidentiality.SENSITIVE:
            page = match.url_name or "" if match else ""
            record_read(Read(item.case, page, str(item.pk)), by=request.user)


CASES = Case.objects.select_related("owner", "closed_by")


def get_case(request: SignedInRequest, permission: str, pk: UUID) -> Case:
    """The case that a page works on, through the permission check (404 otherwise)."""
    return get_object(request, permission, CASES, pk=pk)


def parse_uuids(text: str) -> list[UUID]:
    """The UUID that a text holds, in a list; an empty list for any other text."""
    try:
        return [UUID(text)]
    except ValueError:
        return []
