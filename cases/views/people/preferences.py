"""A person's own preferences."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.forms.preferences import PreferencesForm
from cases.views.access import SignedInRequest
from cases.workflows.people.preferences import save_preferences


def preferences(request: SignedInRequest) -> HttpResponse:
    form = PreferencesForm(
        request.POST if request.method == "POST" else None, instance=request.user
    )
    if form.is_valid():
        save_preferences(request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("preferences")
    return render(
        request, "people/preferences.html", {"form": form}, status=422 if form.errors else 200
    )
