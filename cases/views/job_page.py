"""The page of a job, which asks for its progress while the job runs."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from cases.views.access import SignedInRequest


def job_page(
    request: SignedInRequest, page: str, progress: str, context: dict[str, Any], *, running: bool
) -> HttpResponse:
    """The whole page or, if the page asks for the progress alone while the job runs, only that.
    Once the job is done, the page is loaded again. `page` and `progress` are the templates.
    """
    if request.htmx and running:
        return render(request, progress, context)
    response = render(request, page, context)
    if request.htmx:
        response["HX-Refresh"] = "true"
    return response
