"""The list of reviews that wait."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from cases.forms.review import ReviewFilters
from cases.models import Case
from cases.queries.casework.cases import search
from cases.queries.waiting_reviews import (
    listed_reviews,
    reviews_asked_of,
    waiting_reviews,
    with_marks,
)
from cases.views.access import SignedInRequest
from cases.views.list_address import listed_page, report_repeats

PAGE_SIZE = 25


def review_list(request: SignedInRequest) -> HttpResponse:
    """Every review that waits, of the assessments that the person may see."""
    form = ReviewFilters(request.GET)
    form.is_valid()
    report_repeats(request, {name: field.label or name for name, field in form.fields.items()})
    # A filter that is not on the list is reported beside its field; the others count.
    filters = form.cleaned_data
    mine = filters.get("who") == "me"
    waiting = with_marks((reviews_asked_of if mine else waiting_reviews)(request.user))
    if filters.get("who") == "nobody":
        waiting = waiting.filter(can_review=False)
    if filters.get("state"):
        waiting = waiting.filter(review_state=filters["state"])
    if filters.get("confidentiality"):
        waiting = waiting.filter(case__confidentiality=filters["confidentiality"])
    if filters.get("q"):
        cases = search(Case.objects.visible_to(request.user), filters["q"].replace("\x00", " "))
        waiting = waiting.filter(case__in=cases)
    page = listed_page(request, waiting, ("submitted_at", "pk"), PAGE_SIZE)
    context = {
        "form": form,
        "page": page,
        "reviews": listed_reviews(page),
        "is_filtered": any(filters.values()),
    }
    return render(request, "review/list.html", context)
