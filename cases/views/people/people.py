"""People, roles and teams, for site admins. Every change asks for a fresh password, code or
passkey.
"""

from __future__ import annotations

from functools import partial

from allauth.account.decorators import reauthentication_required
from allauth.account.forms import ResetPasswordForm
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from cases import labels
from cases.forms.people import PersonForm, TeamForm
from cases.models import Team, User
from cases.queries.people import listed_people, listed_teams
from cases.views.access import SignedInRequest, requires
from cases.workflows.errors import LastSiteAdminError
from cases.workflows.people.accounts import add_person, change_person, save_team

PAGE_SIZE = 50


# What is sent takes effect once the person has proved again who they are; reading needs no proof.
_reauthenticated = partial(reauthentication_required, allow_get=True)


@requires("cases.manage_people")
@_reauthenticated
def people(request: SignedInRequest) -> HttpResponse:
    page = Paginator(listed_people(), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "teams": listed_teams(), "roles": labels.USER_ROLE}
    return render(request, "people/list.html", context)


@requires("cases.manage_people")
@_reauthenticated
def person_new(request: SignedInRequest) -> HttpResponse:
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = add_person(by=request.user, **form.cleaned_data)
        invitation = ResetPasswordForm({"email": person.email})
        if invitation.is_valid():
            invitation.save(request)
        sent = _("%(name)s has an account. A link to choose a password is on its way to %(email)s.")
        messages.success(request, sent % {"name": person, "email": person.email})
        return redirect("people")
    return _page(request, form, _("Add a person"))


@requires("cases.manage_people")
@_reauthenticated
def person_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    title = str(person)
    form = PersonForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        try:
            change_person(person, by=request.user, **form.cleaned_data)
        except LastSiteAdminError:
            form.add_error(
                "roles",
                _("Nobody else can give roles. Make someone else a site admin first."),
            )
        else:
            messages.success(request, _("The account of %(name)s is changed.") % {"name": person})
            return redirect("people")
    return _page(request, form, title, username=person.username)


@requires("cases.manage_people")
@_reauthenticated
def team_new(request: SignedInRequest) -> HttpResponse:
    return _team(request, None)


@requires("cases.manage_people")
@_reauthenticated
def team_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    return _team(request, get_object_or_404(Team, pk=pk))


def _team(request: SignedInRequest, team: Team | None) -> HttpResponse:
    title = str(team) if team else _("Add a team")
    form = TeamForm(request.POST or None, instance=team)
    if request.method == "POST" and form.is_valid():
        saved = save_team(team, by=request.user, **form.cleaned_data)
        messages.success(request, _("The team %(name)s is saved.") % {"name": saved})
        return redirect("people")
    return _page(request, form, title)


def _page(
    request: SignedInRequest, form: PersonForm | TeamForm, title: str, **context: str
) -> HttpResponse:
    context = {"title": title, **context}
    return render(
        request, "people/edit.html", {"form": form, **context}, status=422 if form.errors else 200
    )
