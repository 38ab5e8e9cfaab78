"""What the address of a list asks for. Whatever of it cannot be used is reported on the page, so
that a list is never taken for another one.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from cases.labels import Label
from cases.queries.paging import COUNTED, M, Page, keyset_page

LONGEST_SEARCH = 200


class ListAddress:
    """The filters that the address of a list gives. `refused` says what of them cannot be used."""

    def __init__(self, data: QueryDict) -> None:
        self.data = data
        self.refused: list[str] = []

    def choice(self, name: str, label: Label, choices: Container[str], default: str = "") -> str:
        """The value of a filter if it is one of its choices, or else `default`."""
        self._refuse_repeats(name, label)
        value = self.data.get(name, "")
        if value in choices:
            return value
        if value:
            self.refused.append(
                _(
                    "“%(value)s” is not a choice for “%(filter)s”. The list is shown without this "
                    "filter."
                )
                % {"value": _shortened(value), "filter": label}
            )
        return default

    def words(self, name: str, label: Label) -> str:
        """A text to search for."""
        self._refuse_repeats(name, label)
        # PostgreSQL refuses NUL in a text.
        text = self.data.get(name, "").replace("\x00", " ").strip()
        if len(text) > LONGEST_SEARCH:
            self.refused.append(
                _("Only the first %(number)s characters are searched for.")
                % {"number": LONGEST_SEARCH}
            )
        return text[:LONGEST_SEARCH]

    def order(self, name: str, orders: Container[str], default: str) -> str:
        """The order of the list if there is such an order, or else `default`."""
        value = self.data.get(name) or default
        if value in orders:
            return value
        self.refused.append(
            _("The list cannot be sorted by “%(value)s”. It is in its usual order.")
            % {"value": _shortened(value)}
        )
        return default

    def _refuse_repeats(self, name: str, label: Label) -> None:
        self.refused += repeats(self.data, {name: label})

    def report(self, request: HttpRequest) -> None:
        for sentence in self.refused:
            messages.warning(request, sentence)


def repeats(data: QueryDict, labels: Mapping[str, Label]) -> list[str]:
    """A sentence on each filter for which an address gives several values: the last one counts."""
    return [
        _("The address gives several values for “%(filter)s”. Only the last one is used.")
        % {"filter": label}
        for name, label in labels.items()
        if len(set(data.getlist(name))) > 1
    ]


def report_repeats(request: HttpRequest, labels: Mapping[str, Label]) -> None:
    for sentence in repeats(request.GET, labels):
        messages.warning(request, sentence)


def _shortened(value: str) -> str:
    return Truncator(value.replace("\x00", " ")).chars(60)


def listed_page(
    request: HttpRequest,
    rows: QuerySet[M],
    keys: Sequence[str],
    size: int,
    *,
    most: int = COUNTED,
    position: str | None = None,
) -> Page[M]:
    """The page of a list that the address asks for. If its place is gone, the first page, and a
    message says so.
    """
    at = request.GET.get("page") if position is None else position
    page = keyset_page(rows, keys, at, size, most)
    if page.is_lost:
        report_lost_place(request)
    return page


def report_lost_place(request: HttpRequest) -> None:
    messages.info(
        request,
        _("The page that you asked for is no longer in this list. The list starts again here."),
    )


def redirect_with_filters(request: HttpRequest, name: str) -> HttpResponse:
    """Lead to the page with this name, with the filters of the present address."""
    response = redirect(name)
    response["Location"] += f"?{request.GET.urlencode()}"
    return response
