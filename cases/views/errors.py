"""Error pages. None shows more than the reader needs."""

from __future__ import annotations

import sys
from typing import Any

import structlog
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.sent_forms import as_json, form_token_of, is_own, keep_in_session, kept_page

log = structlog.get_logger("rtop_assist.errors")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/403.html", {"reason": str(exception)}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    # Our own Http404 carries a sentence; that of the URL resolver carries a structure.
    reason = (
        str(exception)
        if isinstance(exception, Http404) and isinstance(_first_error(exception), str)
        else ""
    )
    return render(request, "errors/404.html", {"reason": reason}, status=404)


@login_not_required
def not_here(request: HttpRequest, **_address: str) -> HttpResponse:
    """The answer at an address of a library's page that the product does not offer."""
    raise Http404


def _first_error(exception: Exception) -> Any:
    return exception.args[0] if exception.args else None


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form that was refused, to be sent again by the person who opened it."""
    if "HX-Request" in request.headers and not request.user.is_authenticated:
        # The session of a page that saves as people go has ended: the page itself says so and keeps
        # the text.
        return HttpResponse(status=401)
    token = form_token_of(request)
    if token is not None and not request.user.is_authenticated:
        keep_in_session(request, token)
        return redirect_to_login(reverse("kept_form"))
    if is_own(request, token):
        says = _("This page was opened before you signed in again, so it was not saved.")
        context = kept_page([as_json(request)], says)
        return render(request, "errors/kept_form.html", context, status=403)
    if token is not None:
        message = _(
            "Someone else was signed in when this page was opened. Nothing was saved. Open the "
            "page again to continue as yourself."
        )
    else:
        message = _(
            "This form was opened before you signed in, or your browser does not accept cookies "
            "from this site. Reload the page and send the form again."
        )
    refusal = {"reason": message, "hides_typed": token is not None}
    return render(request, "errors/403.html", refusal, status=403)


def _may_be_saved(error: BaseException | None) -> bool:
    """Whether a form may have been saved before this error. What the database refused was not, but
    a connection can break before the database has confirmed what it has saved.
    """
    if not isinstance(error, DatabaseError):
        return True
    return connection.connection is not None and not connection.is_usable()


def failure(request: HttpRequest) -> HttpResponse:
    """The page for a fault. While the database is away, it shows nothing of the request.

    The header `X-Saved` is "unknown" if the form that was sent may have been saved.
    """
    may_be_saved = request.method == "POST" and _may_be_saved(sys.exc_info()[1])
    context = {"may_be_saved": may_be_saved}
    try:
        response = render(request, "errors/500.html", context, status=500)
    except Exception:
        log.exception("the page for a fault could not show what was typed")
        response = HttpResponse(render_to_string("errors/500.html", context), status=500)
    if may_be_saved:
        response["X-Saved"] = "unknown"
    return response
