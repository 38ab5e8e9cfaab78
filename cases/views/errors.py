"""Error pages. None shows more than the reader needs."""

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
    # Our own Http404 carries a sentence; that of the URL resolver carries a structure.
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
        # The session of a page that saves as people go has ended: the page itself says so and keeps
        # the text.
        return HttpResponse(status=401)
    message = _(
        "This form was opened before you signed in or too long ago, so it could not be sent "
        "safely. Go back, reload the page and send it again: your browser keeps what you typed."
    )
    return render(request, "errors/403.html", {"reason": message}, status=403)


def failure(request: HttpRequest) -> HttpResponse:
    return render(request, "errors/500.html", status=500)
