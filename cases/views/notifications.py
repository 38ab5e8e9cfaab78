"""A person's notifications and mail preferences."""

from __future__ import annotations

import structlog
from django.contrib import messages
from django.db import DatabaseError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from cases.forms.notifications import MailPreferencesForm
from cases.queries.notifications import address_of, notifications_of
from cases.views.access import SignedInRequest
from cases.views.list_address import listed_page
from cases.workflows.notifications import mark_one_read, mark_read, set_mail_preferences

log = structlog.get_logger("rtop_assist.notifications")
PAGE_SIZE = 25


def notification_list(request: SignedInRequest) -> HttpResponse:
    if request.method == "POST":
        mark_read(request.user)
        return redirect("notification_list")
    notices = notifications_of(request.user)
    page = listed_page(request, notices, ("-pk",), PAGE_SIZE)
    return render(request, "notifications/list.html", {"page": page})


def notification_open(request: SignedInRequest, pk: int) -> HttpResponse:
    """Lead to what a notification is about. Whoever opens it has read it. If the database takes no
    changes, it stays unread.
    """
    notification = get_object_or_404(notifications_of(request.user), pk=pk)
    try:
        mark_one_read(notification)
    except DatabaseError:
        log.exception("a notification could not be marked as read")
    return redirect(address_of(notification))


def notification_preferences(request: SignedInRequest) -> HttpResponse:
    form = MailPreferencesForm(request.POST or None, user=request.user)
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
