"""The timeline of a case."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from cases.permissions import may
from cases.queries.casework.activity import activities
from cases.queries.casework.timeline import bars, dated_rows, moments
from cases.views.access import SignedInRequest, get_case
from cases.views.list_address import listed_page, report_lost_place

PAGE_SIZE = 50
# How many moments of the situation a page of its timeline shows.
MOMENTS = 200


def case_timeline(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The situation by its own dates, and the events of the case."""
    case = get_case(request, "cases.view_case", pk)
    events = case.events.select_related("actor")
    page = listed_page(request, events, ("-pk",), PAGE_SIZE)
    moment_pages = Paginator(dated_rows(case, request.user), MOMENTS)
    asked = request.GET.get("moments", "1")
    happened = moment_pages.get_page(asked)
    if str(happened.number) != asked:
        report_lost_place(request)
    context = {
        "case": case,
        "bars": bars(case, request.user),
        "years": moments(happened),
        "happened": happened,
        "undated": case.sources.filter(published_on=None).count(),
        "sees_sources": may(request.user, "cases.view_sources", case),
        "page": page,
        "activities": activities(page),
    }
    return render(request, "casework/timeline.html", context)
