"""The health check, for monitoring."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("database away\n", status=503, content_type="text/plain")
    try:
        staticfiles_storage.url("css/tokens.css")
    except ValueError:
        message = "the static files are not those of this version\n"
        return HttpResponse(message, status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")
