"""The home page with what the reader has to do, and the page on the method."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from cases import labels
from cases.permissions import is_analyst
from cases.queries.casework.cases import listed_cases
from cases.queries.casework.home import (
    HOME_COUNTED,
    LISTS,
    HomeList,
    first_and_total,
    home_lists,
)
from cases.queries.editions.rulebooks import current_edition, measures_of_all_editions
from cases.queries.editor.drafts import waiting_for
from cases.views.access import SignedInRequest
from cases.views.list_address import listed_page

PAGE_SIZE = 25


def home(request: SignedInRequest) -> HttpResponse:
    lists = home_lists(request.user)
    current = listed_cases(request.user).filter(closed_at=None)
    recent, number_of_cases = first_and_total(current, ("-changed_at", "-pk"))
    return render(
        request,
        "casework/home.html",
        {
            "lists": lists,
            "measures": _titles(lists),
            "catalogue": waiting_for(request.user),
            "recent": recent,
            "number_of_cases": number_of_cases if recent else None,
            "can_log": is_analyst(request.user),
        },
    )


def home_list(request: SignedInRequest, code: str) -> HttpResponse:
    """One of the lists in full, page by page."""
    kind = LISTS.get(code)
    if kind is None:
        raise Http404(_("There is no such list."))
    rows = kind.query(request.user)
    page = listed_page(request, rows, kind.keys, PAGE_SIZE, most=HOME_COUNTED)
    full_list = HomeList(code, kind, tuple(page), page.total)
    context = {"list": full_list, "page": page, "measures": _titles((full_list,))}
    return render(request, "casework/home_list.html", context)


def _titles(lists: tuple[HomeList, ...]) -> dict[str, str]:
    """The titles of measures, also of those that only an earlier edition has."""
    if not any(item.code == "overdue" for item in lists):
        return {}
    return {code: measure.title for code, measure in measures_of_all_editions().items()}


def method(request: SignedInRequest) -> HttpResponse:
    return render(
        request,
        "casework/method.html",
        {
            "edition": current_edition(),
            "statuses": labels.STATUS,
            "forms": labels.FORM,
            "forms_say": labels.FORM_SAYS,
        },
    )
