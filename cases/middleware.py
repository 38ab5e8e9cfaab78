"""Errors of the workflows that any page may meet, as pages that say what to do."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cases.queries.editions import NoEditionError
from cases.workflows.answering import NotADraftError


class PlainErrors:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.htmx and not request.user.is_authenticated and response.status_code == 302:  # type: ignore[attr-defined]
            # The session has ended: a page that saves in passing must not take the sign-in page for its answer.
            return HttpResponse(status=401)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, NoEditionError):
            return render(request, "errors/no_edition.html", status=503)
        if isinstance(error, NotADraftError):
            return render(request, "errors/submitted_meanwhile.html", status=409)
        return None
