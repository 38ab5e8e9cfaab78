"""Closing a case, and reopening it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.forms.casework import ReasonForm
from cases.queries.casework.closing import how_closed, open_work
from cases.views.access import SignedInRequest, get_case
from cases.workflows import casework
from cases.workflows.errors import StaleError


def case_close(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Close a case for a reason, once the person has read what is still open in it."""
    case = get_case(request, "cases.close_case", pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            casework.close_case(case, by=request.user, reason=form.cleaned_data["reason"])
        except StaleError:
            messages.info(request, _("This case is already closed."))
        else:
            messages.success(request, _("The case is closed. It can be reopened at any time."))
        return redirect(case)
    if case.is_closed:
        return redirect(case)
    context = {"form": form, "case": case, "work": open_work(case, request.user)}
    return render(request, "casework/close.html", context, status=422 if form.errors else 200)


def case_reopen(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Let work on a closed case go on, for a reason."""
    case = get_case(request, "cases.close_case", pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            casework.reopen_case(case, by=request.user, reason=form.cleaned_data["reason"])
        except StaleError:
            messages.info(request, _("This case has already been reopened."))
        else:
            messages.success(request, _("The case is reopened. Work on it can continue."))
        return redirect(case)
    if not case.is_closed:
        return redirect(case)
    context = {"form": form, "case": case, "how_closed": how_closed(case)}
    return render(request, "casework/reopen.html", context, status=422 if form.errors else 200)
