"""The record of events, for auditors."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from cases.forms.record import RecordForm
from cases.models import Case, Event
from cases.permissions import SecondFactorNeededError
from cases.queries.record import (
    as_auditors_see,
    auditors_may_read,
    case_with_chain,
    events_matching,
    faults,
    number_of_chains,
    title_for_auditors,
)
from cases.views.access import SignedInRequest, requires
from cases.views.list_address import listed_page, report_repeats
from cases.workflows.record import record_event

PAGE_SIZE = 50


@requires("cases.view_record")
def record_page(request: SignedInRequest) -> HttpResponse:
    form = RecordForm(request.GET or None)
    if form.is_bound:
        form.is_valid()
    report_repeats(request, {name: field.label or name for name, field in form.fields.items()})
    filters = {name: value for name, value in getattr(form, "cleaned_data", {}).items() if value}
    if "person" in filters:
        filters["person"] = filters["person"].username
    page = listed_page(request, events_matching(**filters), ("-pk",), PAGE_SIZE)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "form": form,
        "page": page,
        "acts": as_auditors_see(page),
        "chains": number_of_chains(),
        "query": query.urlencode(),
    }
    return render(request, "record/list.html", context, status=422 if form.errors else 200)


@requires("cases.view_record")
def chain_page(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """One case's chain of events from its beginning, and the faults found in it.

    What its events say is shown by a POST, which is recorded, unless the case is open. A sensitive
    case asks for a second factor.
    """
    case = case_with_chain(pk)
    if case is None:
        raise Http404(_("There is no such chain of events."))
    events = case.events.select_related("actor", "case")
    with_details = request.method == "POST"
    if with_details:
        if (
            case.confidentiality == Case.Confidentiality.SENSITIVE
            and not request.user.has_second_factor
        ):
            raise SecondFactorNeededError
        record_event(Event.Verb.RECORD_READ, by=request.user, case=case)
    position = (request.POST if with_details else request.GET).get("page")
    page = listed_page(request, events, ("pk",), PAGE_SIZE, position=position or "")
    context = {
        "title": title_for_auditors(case),
        "page": page,
        "position": position or "",
        "length": events.count(),
        "acts": as_auditors_see(page, with_details=with_details),
        "withheld": not with_details and not auditors_may_read(case),
        "faults": list(faults(case.pk)),
    }
    return render(request, "record/chain.html", context)
