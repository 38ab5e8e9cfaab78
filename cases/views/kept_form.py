"""Forms that were sent after their session had ended: shown to their person, to be sent again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.sent_forms import SESSION_KEY, kept_page
from cases.views.access import SignedInRequest


def kept_form(request: SignedInRequest) -> HttpResponse:
    """What its person typed before signing in again. Nobody else who signs in here sees it."""
    kept = request.session.get(SESSION_KEY)
    if kept and kept["user"] != request.user.pk:
        del request.session[SESSION_KEY]
        kept = None
    if kept is None:
        messages.info(request, _("No text is kept here for you."))
        return redirect("home")
    says = _("You had been signed out when you sent this form, so it was not saved.")
    return render(request, "errors/kept_form.html", kept_page(kept["forms"], says))
