"""Who takes part in a case: people and teams."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.forms.casework import MemberForm
from cases.models import Case, User
from cases.queries.leaving import blind_drafts_of
from cases.views.access import SignedInRequest, get_case
from cases.views.casework.missing_factors import warn_of_missing_factors
from cases.workflows import casework


def members(request: SignedInRequest, pk: UUID) -> HttpResponse:
    case = get_case(request, "cases.manage_members", pk)
    form = MemberForm(request.POST or None, owner=case.owner)
    if request.method == "POST" and form.is_valid():
        who = form.cleaned_data["user"] or form.cleaned_data["team"]
        give = casework.set_member if form.cleaned_data["user"] else casework.set_team
        give(case, who, form.cleaned_data["role"], by=request.user)
        messages.success(request, _("%(name)s now takes part in this case.") % {"name": who})
        warn_of_missing_factors(request, case.pk)
        return redirect("case_members", case.pk)
    context = {
        "form": form,
        "case": case,
        "members": list(case.memberships.select_related("user")),
        "teams": list(
            case.teams.select_related("team").prefetch_related("team__members", "unconfirmed")
        ),
    }
    return render(request, "casework/members.html", context, status=422 if form.errors else 200)


def member_remove(request: SignedInRequest, pk: UUID, member: int) -> HttpResponse:
    case = get_case(request, "cases.manage_members", pk)
    membership = case.memberships.filter(pk=member).select_related("user").first()
    return _take_out(
        request,
        case,
        membership,
        membership and membership.user.name_and_username,
        [membership.user] if membership else [],
        casework.remove_member,
    )


@require_POST
def team_confirm(request: SignedInRequest, pk: UUID, team: int) -> HttpResponse:
    """Let people who joined a team later take part in the case."""
    case = get_case(request, "cases.manage_members", pk)
    row = get_object_or_404(case.teams.select_related("team"), pk=team)
    casework.confirm_team_members(row, by=request.user)
    messages.success(request, _("The new members of %(name)s now take part.") % {"name": row.team})
    return redirect("case_members", case.pk)


def team_remove(request: SignedInRequest, pk: UUID, team: int) -> HttpResponse:
    case = get_case(request, "cases.manage_members", pk)
    membership = case.teams.filter(pk=team).select_related("team").first()
    return _take_out(
        request,
        case,
        membership,
        membership and membership.team,
        list(membership.team.members.all()) if membership else [],
        casework.remove_team,
    )


def _take_out(
    request: SignedInRequest,
    case: Case,
    membership: Model | None,
    who: object,
    people: list[User],
    remove: Callable[..., None],
) -> HttpResponse:
    """Ask before a person or a team is removed from a case.

    `membership` is None if it was removed in another window.
    """
    pairs = blind_drafts_of(people, case)
    if membership is not None and request.method != "POST":
        context = {"case": case, "who": who, "is_blind": pairs.exists()}
        return render(request, "casework/member_remove.html", context)
    if membership is not None:
        before = pairs.count()
        remove(membership, by=request.user)
        messages.success(request, _("%(name)s no longer takes part in this case.") % {"name": who})
        if pairs.count() < before:
            messages.info(
                request,
                _(
                    "Two independent assessments can now be seen by everyone who works on the case "
                    "and are no longer independent."
                ),
            )
    return redirect("case_members", case.pk)
