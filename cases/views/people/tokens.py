"""A person's API token."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.queries.people import api_token_of
from cases.views.access import SignedInRequest
from cases.workflows.people.tokens import make_token, revoke_token


def token_page(request: SignedInRequest, made: str = "") -> HttpResponse:
    return render(request, "account/token.html", {"kept": api_token_of(request.user), "made": made})


@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]  # of allauth
def token_new(request: SignedInRequest) -> HttpResponse:
    return token_page(request, made=make_token(by=request.user))


@require_POST
def token_revoke(request: SignedInRequest) -> HttpResponse:
    if revoke_token(request.user, by=request.user):
        messages.success(
            request, _("The token is revoked. Programs that use it are refused from now on.")
        )
    return redirect("token")
