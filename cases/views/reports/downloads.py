"""Files of assessments, as downloads."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _

from cases.exports.formats import ASSESSMENT_FORMATS
from cases.queries.reports.context import ASSESSMENTS, report_for
from cases.queries.reports.organisation import organisation
from cases.views.access import SignedInRequest, get_object
from cases.workflows.reports import record_download


def assessment_download(request: SignedInRequest, pk: UUID, name: str) -> HttpResponse:
    """A file of an assessment; each is an event, and of a sensitive case a recorded read, too."""
    assessment = get_object(request, "cases.view_assessment", ASSESSMENTS, pk=pk)
    kind = ASSESSMENT_FORMATS.get(name)
    if kind is None:
        raise Http404(_("There is no such file."))
    content = kind.make(report_for(request.user, assessment), organisation())
    record_download(name, content, [assessment], by=request.user)
    about = f"{assessment.case.title[:60]} {assessment.as_of}"
    return download(content, f"{slugify(about, allow_unicode=True)}-{name}", kind.content_type)


def download(content: bytes, name: str, content_type: str) -> HttpResponse:
    """A file that the browser saves and never displays."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response
