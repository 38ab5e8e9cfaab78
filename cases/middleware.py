"""What every request passes through: the log, what a browser may keep, the language of the
catalogue, the second factor, and pages for errors of workflows.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, cast
from uuid import uuid4
from zoneinfo import ZoneInfo, available_timezones

import structlog
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from cases import sessions
from cases.addresses import accounts_prefix, api_prefix
from cases.catalogue_language import CATALOGUE_LANGUAGE, reading_in
from cases.permissions import CaseClosedError, SecondFactorNeededError, lacks_second_factor
from cases.queries.editions.rulebooks import NoEditionError
from cases.sent_forms import is_longer, typed_texts
from cases.workflows.errors import EditingError, NotADraftError
from cases.workflows.record import record_read

log = structlog.get_logger("rtop_assist.requests")


class RequestLogMiddleware:
    """Logs each request with its id, its person and the view, and no address.

    All lines that are logged during the request carry the same ids. An address can hold what was
    searched for.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Cleared here and not at the end: Django logs a failed request after this returns.
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=uuid4().hex)
        began = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        log.info(
            "request",
            view=match.view_name if match else None,
            method=request.method,
            status=response.status_code,
            ms=round((time.perf_counter() - began) * 1000),
        )
        return response

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        if request.user.is_authenticated:
            structlog.contextvars.bind_contextvars(person=request.user.pk)


class NothingKeptMiddleware:
    """Tells the browser to keep no page, and to clear everything when a person signs out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "no-store" not in response.get("Cache-Control", ""):
            response["Cache-Control"] = "private, no-store"
        match = request.resolver_match
        if match and match.view_name == "account_logout" and request.method == "POST":
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response


# More bytes than a form for signing in or for an account needs.
ACCOUNT_FORM_LIMIT = 64 * 1024
# Django shows a page for any other method that is called safe, such as TRACE, as for GET.
METHODS = ("GET", "HEAD", "POST")


class OddRequestMiddleware:
    """Refuses requests that no browser sends, before they reach the database: huge forms from
    people who are not signed in, forged session cookies, and methods that no page has. The API
    refuses its own.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS and not request.path.startswith(api_prefix()):
            return HttpResponseNotAllowed(METHODS)
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        if key is not None and not (key.isascii() and key.isalnum()):
            del request.COOKIES[settings.SESSION_COOKIE_NAME]
        if is_longer(request, ACCOUNT_FORM_LIMIT) and request.path.startswith(accounts_prefix()):
            return HttpResponse(status=413)
        return self.get_response(request)


class SavedSessionMiddleware(DjangoSessionMiddleware):
    """Django's sessions, except that a page that only shows something is shown even if the database
    takes no changes: its disk is full, or it is read-only. A form that was saved is not reported as
    failed because the session could not be saved after it: only a message is lost.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        try:
            return super().process_response(request, response)
        except (DatabaseError, SessionInterrupted):
            if not _was_saved(request, response):
                # A session that has ended meanwhile cannot be saved either.
                goes_on = request.session.exists(request.session.session_key or "")
                if request.method not in ("GET", "HEAD") or not goes_on:
                    raise
            log.exception("the session could not be saved")
            return response


def _was_saved(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether a request is a form that succeeded, of a person who was signed in and still is."""
    is_known = request.session.session_key == request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    succeeded = response.status_code in (204, 302) or response.get("X-Saved") == "1"
    return request.method == "POST" and is_known and succeeded and request.user.is_authenticated


class SessionMiddleware:
    """Signs a person out whose session is over, before anything else is asked of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            if sessions.is_over(request, request.user):
                logout(request)
            else:
                sessions.note_request(request)
        return self.get_response(request)


class HtmxRequest(HttpRequest):
    """The type of a request once the htmx middleware has run."""

    htmx: HtmxDetails


class WorkflowErrorsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_htmx = bool(cast("HtmxRequest", request).htmx)
        if is_htmx and not request.user.is_authenticated and response.status_code == 302:
            # The session has ended: a page that saves automatically must not mistake the sign-in
            # page for its response.
            return HttpResponse(status=401)
        if response.status_code == 405 and not response.content:
            page = render(request, "errors/405.html", status=405)
            page.headers["Allow"] = response.headers["Allow"]
            return page
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, NoEditionError):
            return render(request, "errors/no_edition.html", status=503)
        if isinstance(error, SecondFactorNeededError):
            return render(request, "errors/second_factor.html", status=403)
        if isinstance(error, CaseClosedError):
            context = {"closed_case": error.case}
            return render(request, "errors/case_closed.html", context, status=409)
        if isinstance(error, NotADraftError):
            return render(request, "errors/submitted_meanwhile.html", status=409)
        if isinstance(error, EditingError):
            return _draft_page(request, error)
        return None


def _draft_page(request: HttpRequest, error: EditingError) -> HttpResponse:
    """The draft's page with the reason, or the typed text where there is no draft left to save it
    in.
    """
    if error.code == "gone" and typed_texts(request):
        return render(request, "editor/kept.html", {"says": error.says}, status=409)
    messages.warning(request, error.says)
    return redirect("draft")


# The cookie in which a page's script names the time zone of the browser.
TIME_ZONE = "timezone"
_ZONES = available_timezones()


class TimeZoneMiddleware:
    """Shows days and times where the person is: in the zone they chose, else in their browser's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.user.time_zone if request.user.is_authenticated else ""
        zone = chosen or request.COOKIES.get(TIME_ZONE, "").replace("%2F", "/")
        with timezone.override(ZoneInfo(zone) if zone in _ZONES else None):
            return self.get_response(request)


class RecordReadsMiddleware:
    """Records that a response to a POST showed a sensitive case.

    A redirect shows nothing, and a saved answer is itself recorded.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        shows = response.status_code in (200, 409, 422) and response.get("X-Saved") != "1"
        if shows and request.user.is_authenticated:
            for read in request.__dict__.get("unrecorded_reads", []):
                record_read(read, by=request.user)
        return response


class CatalogueLanguageMiddleware:
    """Shows the texts of the catalogue in the language that the reader chose, where they are
    translated.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with reading_in(request.COOKIES.get(CATALOGUE_LANGUAGE, "")[:2]):
            return self.get_response(request)


class SecondFactorMiddleware:
    """Sends people whose role asks for a second factor to set one up before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        # Setting it up, and signing out, lie under the accounts' own addresses.
        if (
            user.is_authenticated
            and not request.path.startswith(accounts_prefix())
            and lacks_second_factor(user)
        ):
            messages.warning(request, _("Your role needs a second factor. Set one up to continue."))
            return redirect("mfa_index")
        return self.get_response(request)
