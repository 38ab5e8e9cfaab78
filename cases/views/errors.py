"""Pages for what goes wrong. None shows more than the reader needs to go on."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/403.html", {"reason": str(exception)}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    # A Http404 of ours carries a sentence; one of the URL resolver carries a structure that nobody
    # should read.
    reason = (
        str(exception)
        if isinstance(exception, Http404) and isinstance(_first(exception), str)
        else ""
    )
    return render(request, "errors/404.html", {"reason": reason}, status=404)


def _first(exception: Exception) -> Any:
    return exception.args[0] if exception.args else None


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    if "HX-Request" in request.headers and not request.user.is_authenticated:
        # A page that saves in passing, whose session has ended: it says so itself and keeps what
        # was typed.
        return HttpResponse(status=401)
    message = _(
        "This form was opened before you signed in or too long ago, so it could not be sent "
        "safely. Go back, reload the page and send it again: your browser keeps what you typed."
    )
    return render(request, "errors/403.html", {"reason": message}, status=403)


def failure(request: HttpRequest) -> HttpResponse:
    return render(request, "errors/500.html", status=500)
