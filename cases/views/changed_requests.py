"""Saying what an act changes in the requests to actors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import ngettext

from cases.queries.followup import asked_in_case


@contextmanager
def saying_changed_requests(request: HttpRequest, case: UUID) -> Iterator[None]:
    """Say afterwards how many requests of a case have ended and how many are open again."""
    before = asked_in_case(case)
    yield
    after = asked_in_case(case)
    ended, opened = len(before - after), len(after - before)
    if ended:
        message = ngettext(
            "%(number)s request to an actor ends with this.",
            "%(number)s requests to actors end with this.",
            ended,
        )
        messages.info(request, message % {"number": ended})
    if opened:
        message = ngettext(
            "%(number)s request to an actor is open now.",
            "%(number)s requests to actors are open now.",
            opened,
        )
        messages.info(request, message % {"number": opened})
