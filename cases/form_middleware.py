"""Forms that are sent twice, sent after the session has ended, or sent by a script."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import structlog
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.addresses import accounts_prefix, api_prefix
from cases.models import SentForm
from cases.sent_forms import (
    forget_kept,
    form_digest,
    form_token_of,
    is_longer,
    is_own,
    keep_in_session,
)

log = structlog.get_logger("rtop_assist.forms")
# How long a second click waits for the first, and after how long a form counts as abandoned.
PATIENCE = 4.0
BROKEN_OFF = timedelta(seconds=60)
KEPT_FOR = timedelta(days=1)
# More bytes than the texts of a page need. A form that arrives after its person's session has ended
# is kept for them.
ANONYMOUS_FORM_LIMIT = 2 * 1024 * 1024
# The header of forms that are sent by a script, which cannot see where a redirect leads.
BY_SCRIPT = "X-Form"


class FormRequest(HttpRequest):
    """The type of a request whose form is processed once."""

    sent_form: SentForm


class FormMiddleware:
    """Processes each form once, and keeps the text of people whose session has ended."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse
        if _is_unread(request):
            response = redirect_to_login(request.path)
        else:
            response = self.get_response(request)
        sent: SentForm | None = getattr(request, "sent_form", None)
        if sent is not None:
            try:
                _note_outcome(request, sent, response)
            except DatabaseError:
                # The form itself succeeded, so its response is returned.
                log.exception("the outcome of a form could not be noted")
        if BY_SCRIPT in request.headers and isinstance(response, HttpResponseRedirect):
            answer = HttpResponse(status=204, headers={"X-Location": response.url})
            answer.cookies = response.cookies
            return answer
        return response

    def process_view(self, request: HttpRequest, view: Any, *_args: Any) -> HttpResponse | None:
        # A page that saves automatically resends its requests itself.
        if request.method != "POST" or "HX-Request" in request.headers:
            return None
        token = form_token_of(request)
        if token is None:
            return None
        if not request.user.is_authenticated:
            if not getattr(view, "login_required", True):
                return None
            keep_in_session(request, token)
            return redirect_to_login(reverse("kept_form"))
        return _process_once(request) if is_own(request, token) else None


def _is_unread(request: HttpRequest) -> bool:
    """Whether to answer a request without reading it: nobody is signed in, and it sends more than
    any page needs. Programs are refused before what they send is read.
    """
    if request.user.is_authenticated or request.path.startswith(api_prefix()):
        return False
    return is_longer(request, ANONYMOUS_FORM_LIMIT)


def _process_once(request: HttpRequest) -> HttpResponse | None:
    """None if the form has to be processed, or the response to one that was sent before."""
    key, now = form_digest(request), timezone.now()
    deadline = time.monotonic() + PATIENCE
    while True:
        sent, is_new = SentForm.objects.get_or_create(key=key, defaults={"sent_at": now})
        if not is_new and not sent.location and sent.sent_at < now - BROKEN_OFF:
            stale = SentForm.objects.filter(pk=sent.pk, sent_at=sent.sent_at)
            is_new = bool(stale.update(sent_at=now))
        if is_new:
            cast("FormRequest", request).sent_form = sent
            return None
        if sent.location:
            messages.info(request, _("This form was sent before. It was saved once."))
            return redirect(sent.location)
        if time.monotonic() > deadline:
            return render(request, "errors/still_saving.html", status=409)
        time.sleep(0.1)


def _note_outcome(request: HttpRequest, sent: SentForm, response: HttpResponse) -> None:
    """Note where a form led; forget it if it did not succeed, so that it can be sent again.

    A form that may have been saved is kept as one that is still being processed, so that sending it
    again at once does not save it twice.
    """
    if response.get("X-Saved") == "unknown":
        return
    leads_to = response.url if isinstance(response, HttpResponseRedirect) else ""
    # Some acts ask the person to sign in again first, and are then sent once more.
    if not leads_to or leads_to.startswith(accounts_prefix()):
        SentForm.objects.filter(pk=sent.pk).delete()
        return
    SentForm.objects.filter(pk=sent.pk).update(location=leads_to[:500])
    SentForm.objects.filter(sent_at__lt=timezone.now() - KEPT_FOR).delete()
    if token := form_token_of(request):
        if forget_kept(request, token):
            # The next of the forms that were sent while their person was signed out.
            response["Location"] = reverse("kept_form")
        # Tells the script that keeps what was typed that this form has arrived.
        response.set_cookie(
            "sent", token.nonce, max_age=600, samesite="Lax", secure=request.is_secure()
        )
