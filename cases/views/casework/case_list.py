"""The list of cases, and the filters that its address carries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from cases import labels
from cases.exports.formats import CASE_LIST_FORMATS
from cases.models import Case, User
from cases.models.case import number_locked_without_second_factor
from cases.permissions import may
from cases.queries.casework.cases import countries_of_cases, listed_cases, search, states_of_latest
from cases.queries.paging import Page, Total, total_of
from cases.text_folding import InOrder, fold
from cases.views.access import SignedInRequest
from cases.views.list_address import ListAddress, listed_page

PAGE_SIZE = 25
# Up to how many sensitive cases that a second factor would show are counted.
LOCKED_COUNTED = 100
LATEST_CHANGE = "-changed"
SORTS: dict[str, tuple[str, str]] = {
    "title": ("in_order", "pk"),
    "-title": ("-in_order", "-pk"),
    "assessed": ("sort_assessed", "pk"),
    "-assessed": ("-sort_assessed", "-pk"),
    "changed": ("changed_at", "pk"),
    LATEST_CHANGE: ("-changed_at", "-pk"),
}

# Which cases a list shows; the first is shown unless another is chosen.
CASE_STATES: dict[str, labels.Label] = {
    "current": gettext_lazy("Current cases"),
    "closed": gettext_lazy("Closed cases"),
    "all": gettext_lazy("All cases"),
}


@dataclass(frozen=True, slots=True)
class CaseFilters:
    """The filters of a list of cases, read from its address."""

    text: str
    country: str
    confidentiality: str
    mine: bool
    state: str
    sort: str
    # What of the address cannot be used, in sentences.
    refused: tuple[str, ...]

    @classmethod
    def of(cls, data: QueryDict) -> CaseFilters:
        address = ListAddress(data)
        known = {countries.alpha3(code) for code, _name in countries}
        return cls(
            text=address.words("q", _("Search")),
            country=address.choice("country", _("Country"), known),
            confidentiality=address.choice(
                "confidentiality", _("Confidentiality"), Case.Confidentiality.values
            ),
            mine=bool(address.choice("mine", _("Only mine"), {"1"})),
            state=address.choice("state", _("Current or closed"), CASE_STATES, "current"),
            sort=address.order("sort", SORTS, LATEST_CHANGE),
            refused=tuple(address.refused),
        )

    @property
    def sort_keys(self) -> tuple[str, str]:
        return SORTS[self.sort]

    def found(self, user: User) -> QuerySet[Any]:
        """The cases that fit, of those that the person may see, in order."""
        cases = self.narrow(listed_cases(user), user)
        found: QuerySet[Any] = cases.annotate(in_order=InOrder("sort_title"))
        return found.order_by(*self.sort_keys)

    def report(self, request: SignedInRequest) -> None:
        """Say what of the address cannot be used."""
        for sentence in self.refused:
            messages.warning(request, sentence)

    def narrow(self, cases: QuerySet[Any], user: User) -> QuerySet[Any]:
        cases = self.narrow_but_state(cases, user)
        if self.state == "all":
            return cases
        return cases.filter(closed_at__isnull=self.state == "current")

    def narrow_but_state(self, cases: QuerySet[Any], user: User) -> QuerySet[Any]:
        """The cases that fit these filters, closed or not."""
        cases = search(cases, self.text)
        if self.country:
            cases = cases.filter(countries__code=self.country)
        if self.confidentiality:
            cases = cases.filter(confidentiality=self.confidentiality)
        return cases.filter(owner=user) if self.mine else cases

    def __bool__(self) -> bool:
        chosen = self.text or self.country or self.confidentiality or self.mine
        return bool(chosen) or self.state != "current"


def case_list(request: SignedInRequest) -> HttpResponse:
    filters = CaseFilters.of(request.GET)
    filters.report(request)
    found = filters.found(request.user)
    page: Page[Any] = listed_page(request, found, filters.sort_keys, PAGE_SIZE)
    locked = number_locked_without_second_factor(request.user, LOCKED_COUNTED)
    return render(
        request,
        "casework/list.html",
        {
            "page": page,
            "states": states_of_latest(page),
            "text": filters.text,
            "sort": filters.sort,
            "country": filters.country,
            "confidentiality": filters.confidentiality,
            "mine": filters.mine,
            "countries": _offered_countries(request.user, filters.country),
            "country_name": str(countries.name(filters.country)) if filters.country else "",
            "confidentialities": Case.Confidentiality.choices,
            "state": filters.state,
            "state_name": CASE_STATES[filters.state],
            "case_states": CASE_STATES,
            "closed": _closed(filters.narrow_but_state(listed_cases(request.user), request.user)),
            "locked": Total.of(locked, LOCKED_COUNTED),
            "is_filtered": bool(filters),
            "can_log": may(request.user, "cases.add_case"),
            "formats": CASE_LIST_FORMATS,
        },
    )


def _offered_countries(user: User, chosen: str) -> list[tuple[str, str]]:
    """The countries of the cases that a person may see, and the one that is chosen."""
    codes = {*countries_of_cases(user), *filter(None, [chosen])}
    return sorted(
        ((code, str(countries.name(code))) for code in codes), key=lambda pair: fold(pair[1])
    )


def _closed(cases: QuerySet[Any]) -> Total:
    """How many of some cases are closed."""
    return total_of(cases.filter(closed_at__isnull=False))
