"""Saying which actor one acts for."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.forms.people import OurPartForm
from cases.queries.assessing.our_part import our_part_choices
from cases.views.access import SignedInRequest, requires
from cases.workflows.people.our_part import say_our_part


@requires("cases.view_catalogue")
def our_part(request: SignedInRequest) -> HttpResponse:
    choices = our_part_choices(timezone.localdate())
    initial = {"our_part": request.user.our_part}
    form = OurPartForm(
        request.POST if request.method == "POST" else None, choices=choices, initial=initial
    )
    if form.is_valid():
        say_our_part(request.user, form.cleaned_data["our_part"])
        messages.success(request, _("Saved. Plans now begin with what you can do."))
        return redirect("our_part")
    return render(
        request, "people/our_part.html", {"form": form}, status=422 if form.errors else 200
    )
