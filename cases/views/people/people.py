"""People, roles and teams, for site admins. Every change asks for a fresh password, code or
passkey.
"""

from __future__ import annotations

from functools import partial

from allauth.account.decorators import reauthentication_required
from allauth.account.forms import ResetPasswordForm
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cases import labels
from cases.forms.people import HandOverForm, PersonForm, TeamForm, label_without_title
from cases.models import Case, Team, TransferProposal, User
from cases.queries.assessing.our_part import our_part_choices
from cases.queries.leaving import (
    can_be_taken_from,
    can_hand_over,
    cases_to_hand_over,
    dependents_of,
    needs_confirmation,
    possible_owners,
    transfers_to,
    with_seen_cases,
)
from cases.queries.people import listed_people, listed_teams, no_links_until
from cases.views.access import SignedInRequest, requires
from cases.views.list_address import listed_page
from cases.workflows.errors import LastSiteAdminError, TransferError
from cases.workflows.people.accounts import (
    add_person,
    change_person,
    save_team,
    sign_out_everywhere,
)
from cases.workflows.people.leaving import agree_to_transfer, decline_transfer, propose_transfer

PAGE_SIZE = 50


# Changes require that the person has confirmed recently who they are. Reading does not.
_reauthenticated = partial(reauthentication_required, allow_get=True)


@requires("cases.manage_people")
@_reauthenticated
def people(request: SignedInRequest) -> HttpResponse:
    keys = ("-is_active", "in_order", "pk")
    page = listed_page(request, listed_people(), keys, PAGE_SIZE)
    context = {"page": page, "teams": listed_teams(), "roles": labels.USER_ROLE}
    return render(request, "people/list.html", context)


@requires("cases.manage_people")
@_reauthenticated
def person_new(request: SignedInRequest) -> HttpResponse:
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = add_person(by=request.user, **form.cleaned_data)
        _send_link(request, person)
        sent = _("%(name)s has an account. A link to choose a password is on its way to %(email)s.")
        messages.success(request, sent % {"name": person, "email": person.email})
        return redirect("people")
    return _page(request, form, _("Add a person"))


def _send_link(request: SignedInRequest, person: User) -> None:
    """Send a person a link to choose a password."""
    invitation = ResetPasswordForm({"email": person.email})
    if invitation.is_valid():
        invitation.save(request)


@requires("cases.manage_people")
@_reauthenticated
@require_POST
def person_link(request: SignedInRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk, is_active=True)
    if until := no_links_until(person):
        waits = _(
            "The address of this account was changed recently. You can send a link to it from "
            "%(day)s. Until then, the person can sign in with their password."
        )
        messages.warning(request, waits % {"day": date_format(timezone.localtime(until))})
        return redirect("person_edit", pk=pk)
    _send_link(request, person)
    sent = _("A link to choose a password is on its way to %(email)s.") % {"email": person.email}
    messages.success(request, sent)
    return redirect("person_edit", pk=pk)


@requires("cases.manage_people")
@_reauthenticated
@require_POST
def person_sign_out(request: SignedInRequest, pk: int) -> HttpResponse:
    """End all sessions of another person."""
    person = get_object_or_404(User, pk=pk)
    sign_out_everywhere(person, by=request.user)
    messages.success(request, _("%(name)s is signed out everywhere.") % {"name": person})
    return redirect("person_edit", pk=pk)


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
            if not form.cleaned_data["is_active"] and dependents_of(person):
                return redirect("person_leaving", person.pk)
            return redirect("people")
    depends = dependents_of(person)
    return _page(
        request,
        form,
        title,
        username=person.username,
        person=person,
        depends=depends,
        invite=reverse("person_link", args=[pk]) if person.is_active else "",
    )


@requires("cases.manage_people")
@_reauthenticated
def person_leaving(request: SignedInRequest, pk: int) -> HttpResponse:
    """What depends on a person, and handing their cases over to someone who has to agree."""
    person = get_object_or_404(User, pk=pk)
    to_hand_over = cases_to_hand_over(person)
    form = HandOverForm(
        request.POST or None,
        cases=to_hand_over,
        visible=Case.objects.visible_to(request.user),
        owners=possible_owners().exclude(pk__in=[person.pk, request.user.pk]),
    )
    if request.method == "POST" and form.is_valid():
        to, chosen = form.cleaned_data["to"], form.cleaned_data["cases"]
        try:
            with transaction.atomic():
                for case in chosen:
                    propose_transfer(case, to, by=request.user)
        except TransferError as error:
            form.add_error(None, error.says)
        else:
            message = ngettext(
                "%(name)s is asked to take over %(number)s case.",
                "%(name)s is asked to take over %(number)s cases.",
                len(chosen),
            )
            messages.success(request, message % {"name": to, "number": len(chosen)})
            return redirect("person_leaving", person.pk)
    open_ones = TransferProposal.objects.filter(
        case__owner=person, state=TransferProposal.State.OPEN
    ).select_related("to", "case")
    proposed = [
        (item.case.title if item.seen else label_without_title(item.case), item)
        for item in with_seen_cases(open_ones, request.user).order_by("pk")
    ]
    context = {
        "person": person,
        "depends": dependents_of(person),
        "form": form,
        "to_hand_over": to_hand_over.count(),
        "does_it_themselves": can_hand_over(person),
        "proposed": proposed,
    }
    return render(request, "people/leaving.html", context, status=422 if form.errors else 200)


def transfer_decide(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a case over, or decline to."""
    proposal = get_object_or_404(transfers_to(request.user), pk=pk)
    if request.method == "POST":
        act = request.POST.get("act")
        if act not in ("agree", "decline"):
            messages.warning(request, _("Nothing was decided. Choose one of the buttons."))
            return redirect("transfer_decide", proposal.pk)
        agrees = act == "agree"
        try:
            (agree_to_transfer if agrees else decline_transfer)(proposal, by=request.user)
        except TransferError as error:
            messages.warning(request, error.says)
            return redirect("home")
        if agrees:
            messages.success(request, _("The case is yours now."))
            return redirect(proposal.case)
        messages.success(request, _("The case stays with its owner."))
        return redirect("home")
    possible_from = can_be_taken_from(proposal)
    context = {
        "proposal": proposal,
        "unconfirmed": needs_confirmation(proposal),
        "possible_from": possible_from if timezone.now() < possible_from else None,
        "seen": Case.objects.visible_to(request.user).filter(pk=proposal.case_id).exists(),
        "needs_factor": proposal.case.confidentiality == Case.Confidentiality.SENSITIVE
        and not request.user.has_second_factor,
    }
    return render(request, "people/transfer.html", context)


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
    choices = our_part_choices(timezone.localdate())
    form = TeamForm(request.POST or None, instance=team, choices=choices)
    if request.method == "POST" and form.is_valid():
        saved = save_team(team, by=request.user, **form.cleaned_data)
        messages.success(request, _("The team %(name)s is saved.") % {"name": saved})
        return redirect("people")
    return _page(request, form, title)


def _page(
    request: SignedInRequest, form: PersonForm | TeamForm, title: str, **context: object
) -> HttpResponse:
    context = {"title": title, **context}
    return render(
        request, "people/edit.html", {"form": form, **context}, status=422 if form.errors else 200
    )
