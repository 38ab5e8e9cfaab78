"""Recording what was done about a case."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from cases.forms.followup import StepForm
from cases.queries.editions.rulebooks import (
    actors_of_all_editions,
    current_rulebook,
    measures_of_all_editions,
)
from cases.views.access import SignedInRequest, get_case
from cases.views.changed_requests import saying_changed_requests
from cases.workflows.followup import record_step, remove_step


def step_new(request: SignedInRequest, pk: UUID) -> HttpResponse:
    case = get_case(request, "cases.change_case", pk)
    initial = {"measure": request.GET.get("measure", "")}
    form = StepForm(
        request.POST or None,
        rulebook=current_rulebook(),
        measures=measures_of_all_editions(),
        actors=actors_of_all_editions(),
        sources=case.sources.all(),
        initial=initial,
    )
    if request.method == "POST" and form.is_valid():
        with saying_changed_requests(request, case.pk):
            record_step(case, by=request.user, **form.cleaned_data)
            messages.success(request, _("What was done is recorded."))
        return redirect(f"{case.get_absolute_url()}#done")
    context = {"form": form, "case": case}
    return render(request, "followup/step_form.html", context, status=422 if form.errors else 200)


def step_remove(request: SignedInRequest, pk: UUID, step: int) -> HttpResponse:
    case = get_case(request, "cases.change_case", pk)
    recorded = get_object_or_404(case.steps.select_related("case"), pk=step)
    if request.method == "POST":
        with saying_changed_requests(request, case.pk):
            remove_step(recorded, by=request.user)
            messages.success(request, _("The record is removed."))
        return redirect(f"{case.get_absolute_url()}#done")
    measure = measures_of_all_editions().get(recorded.measure)
    return render(
        request, "followup/step_remove.html", {"case": case, "step": recorded, "measure": measure}
    )
