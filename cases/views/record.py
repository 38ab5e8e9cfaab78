"""The record of events, for auditors."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from cases.forms.record import RecordForm
from cases.queries.record import (
    case_with_chain,
    events_matching,
    faults,
    number_of_chains,
)
from cases.views.access import SignedInRequest, requires

PAGE_SIZE = 50


@requires("cases.view_record")
def record_page(request: SignedInRequest) -> HttpResponse:
    form = RecordForm(request.GET or None)
    filters = (
        {name: value for name, value in form.cleaned_data.items() if value}
        if form.is_valid()
        else {}
    )
    if "person" in filters:
        filters["person"] = filters["person"].username
    page = Paginator(events_matching(**filters), PAGE_SIZE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "form": form,
        "page": page,
        "chains": number_of_chains(),
        "query": query.urlencode(),
    }
    return render(request, "record/list.html", context, status=422 if form.errors else 200)


@requires("cases.view_record")
def chain_page(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """One case's chain of events from its beginning, and the faults found in it."""
    case = case_with_chain(pk)
    if case is None:
        raise Http404(_("There is no such chain of events."))
    events = case.events.select_related("actor").order_by("pk")
    page = Paginator(events, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"case": case, "page": page, "faults": list(faults(case.pk))}
    return render(request, "record/chain.html", context)
