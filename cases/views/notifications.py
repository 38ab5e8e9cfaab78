"""A person's notifications and mail preferences."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.forms.notifications import PreferencesForm
from cases.queries.notifications import address_of, notifications_of
from cases.views.access import SignedInRequest
from cases.workflows.notifications import mark_read, set_mail_preferences

PAGE_SIZE = 25


def notification_list(request: SignedInRequest) -> HttpResponse:
    if request.method == "POST":
        mark_read(request.user)
        return redirect("notification_list")
    page = Paginator(notifications_of(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [(row, address_of(row.event)) for row in page]
    return render(request, "notifications/list.html", {"page": page, "rows": rows})


def notification_preferences(request: SignedInRequest) -> HttpResponse:
    form = PreferencesForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        set_mail_preferences(request.user, form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("notification_list")
    return render(
        request,
        "notifications/preferences.html",
        {"form": form},
        status=422 if form.errors else 200,
    )
