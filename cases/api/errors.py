"""What is wrong with a request, as JSON, in the words of the pages and at the same places."""

from __future__ import annotations

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler

from cases.queries.editions.rulebooks import NoEditionError
from cases.rulebook.entries.issues import Issue, RulebookError
from cases.workflows.errors import EditingError, StaleError


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """422 for what the loader or verification refuses, 409 for what does not fit the state of the
    draft.
    """
    if isinstance(error, RulebookError):
        problems = list(map(_issue_data, error.issues))
        return Response({"problems": problems}, status=422)
    if isinstance(error, StaleError):
        detail = "someone else has saved this entry since that version: 'current' is its latest one"
        return Response({"code": "stale", "detail": detail, "current": error.current}, status=409)
    if isinstance(error, EditingError):
        return Response({"code": error.code, "detail": error.says}, status=409)
    if isinstance(error, NoEditionError):
        return Response({"detail": "no edition is published yet"}, status=503)
    if isinstance(error, RecursionError):
        return Response({"detail": "the data sent is nested too deeply"}, status=400)
    return exception_handler(error, context)


def _issue_data(item: Issue) -> dict[str, str]:
    return {
        "kind": item.location.kind,
        "entry": item.location.entry,
        "field": item.location.field,
        "message": item.message,
    }
