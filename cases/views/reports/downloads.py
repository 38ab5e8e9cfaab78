"""Files of assessments, as downloads."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _

from cases.exports.formats import ACTOR_FORMATS, ASSESSMENT_FORMATS, CASE_LIST_FORMATS, Made
from cases.exports.json_file import KINDS, json_schema
from cases.queries.reports.context import ASSESSMENTS, report_for
from cases.queries.reports.organisation import organisation
from cases.views.access import SignedInRequest, get_object, record_others_shown, requires
from cases.views.casework.case_list import CaseFilters
from cases.views.list_address import redirect_with_filters
from cases.workflows.reports import record_download


def assessment_download(request: SignedInRequest, pk: UUID, name: str) -> HttpResponse:
    """A file of an assessment; each is an event, and of a sensitive case a recorded read, too."""
    assessment = get_object(request, "cases.view_assessment", ASSESSMENTS, pk=pk)
    kind = ASSESSMENT_FORMATS.get(name)
    if kind is None:
        raise Http404(_("There is no such file."))
    content = kind.make(report_for(request.user, assessment), organisation())
    record_download(name, content, [assessment], by=request.user)
    about = f"{assessment.case.discreet_title[:60]} {assessment.as_of}"
    return download(content, f"{slugify(about, allow_unicode=True)}-{name}", kind.content_type)


def cases_download(request: SignedInRequest, name: str) -> HttpResponse:
    """A file of the cases that the list shows under the same address."""
    kind = CASE_LIST_FORMATS.get(name)
    if kind is None:
        raise Http404(_("There is no such file."))
    filters = CaseFilters.of(request.GET)
    if filters.refused:
        # A file must not hold more than its reader asked for. The list says what is wrong.
        return redirect_with_filters(request, "case_list")
    cases = filters.found(request.user)
    number = cases.count()
    if number > kind.most:
        messages.error(
            request,
            _("These are %(number)s cases, and a file holds up to %(most)s: filter the list first.")
            % {"number": number, "most": kind.most},
        )
        return redirect_with_filters(request, "case_list")
    made = kind.make(request.user, cases, organisation())
    return _handed_out(request, made, name, name, kind.content_type)


@requires("cases.view_catalogue")
def actor_download(request: SignedInRequest, code: str, name: str) -> HttpResponse:
    """A file about what is asked of an actor, over all cases that the person may see."""
    kind = ACTOR_FORMATS.get(name)
    if kind is None:
        raise Http404(_("There is no such file."))
    try:
        made = kind.make(request.user, code, organisation())
    except LookupError as error:
        raise Http404(_("There is no such actor.")) from error
    return _handed_out(request, made, name, f"{code}-{name}", kind.content_type)


def _handed_out(
    request: SignedInRequest, made: Made, name: str, file: str, content_type: str
) -> HttpResponse:
    """A file that spans cases, recorded in the chain of each."""
    record_others_shown(request, made.assessments)
    record_download(name, made.content, made.assessments, by=request.user)
    return download(made.content, file, content_type)


@login_not_required
def file_schema(request: HttpRequest, kind: str) -> HttpResponse:
    """The JSON Schema of a kind of file, which holds nothing that anybody entered."""
    if kind not in KINDS:
        raise Http404(_("There is no such schema."))
    return JsonResponse(json_schema(kind), json_dumps_params={"indent": 2})


@login_not_required
def organisation_logo(request: HttpRequest) -> HttpResponse:
    """The logo of the organisation, for the head of every page, the sign-in page too."""
    logo = organisation().logo
    if not logo.content:
        raise Http404(_("There is no logo."))
    response = HttpResponse(logo.content, content_type=logo.content_type)
    response["X-Content-Type-Options"] = "nosniff"
    # An image that is opened on its own may not run scripts.
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


def download(content: bytes, name: str, content_type: str) -> HttpResponse:
    """A file that the browser saves and never displays."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response
