"""The request that a view gets behind `login_required`."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from cases.models import User


class SignedInRequest(HttpRequest):
    """For type checkers: what the middleware makes of a request before a view sees it."""

    user: User
    htmx: HtmxDetails
