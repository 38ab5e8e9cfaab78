"""Files of many cases at once, made by the worker: starting, progress, and all of them as one."""

from __future__ import annotations

import io
import zipfile

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from cases.exports.formats import ASSESSMENT_FORMATS
from cases.permissions import may
from cases.queries.reports.context import report_for
from cases.queries.reports.jobs import made_files, report_job_of
from cases.queries.reports.organisation import organisation
from cases.queries.reports.several import counting_assessments
from cases.views.access import SignedInRequest, record_others_shown
from cases.views.casework.case_list import CaseFilters
from cases.views.job_page import job_page
from cases.views.list_address import redirect_with_filters
from cases.views.reports.downloads import download
from cases.workflows.report_jobs import (
    cancel_report_job,
    requeue_stalled_files,
    start_report_job,
)
from cases.workflows.reports import record_download

# Every file in an archive bears this date, so that the same files give the same archive.
DATE = (1980, 1, 1, 0, 0, 0)


def cases_files(request: SignedInRequest) -> HttpResponse:
    """The progress of a person's job that makes files. A POST starts a job for the cases that the
    address selects, or cancels it.
    """
    filters = CaseFilters.of(request.GET)
    assessments = [
        state.assessment
        for state in counting_assessments(request.user, list(filters.found(request.user))).values()
    ]
    if request.method == "POST":
        if request.POST.get("act") == "cancel":
            cancel_report_job(by=request.user)
            messages.success(request, _("Stopped. You can start again at any time."))
        elif (name := request.POST.get("name", "")) not in ASSESSMENT_FORMATS:
            messages.error(request, _("Choose a kind of file from the list."))
        elif not filters.refused:
            # Otherwise there would be files of more cases than were asked for; the page says why.
            start_report_job(name, assessments, by=request.user)
        return redirect_with_filters(request, "cases_files")
    if not request.htmx:
        filters.report(request)
    progress = report_job_of(request.user)
    running = progress is not None and progress.state == "running"
    if progress is not None and running:
        requeue_stalled_files(progress.job)
    context = {
        "progress": progress,
        "kind": ASSESSMENT_FORMATS.get(progress.job.name) if progress else None,
        "formats": ASSESSMENT_FORMATS,
        "number": len(assessments),
    }
    return job_page(
        request, "reports/files.html", "reports/progress.html", context, running=running
    )


def cases_archive(request: SignedInRequest) -> HttpResponse:
    """The files that the job has made, in one archive; each is an event of its case."""
    progress = report_job_of(request.user)
    if progress is None or not progress.done:
        raise Http404(_("There are no files yet."))
    name = progress.job.name
    archive, used = io.BytesIO(), set[str]()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as opened:
        for assessment, content in made_files(request.user, progress.job):
            about = f"{assessment.case.discreet_title[:60]} {assessment.as_of}"
            file = f"{slugify(about, allow_unicode=True)}-{name}"
            if file in used:
                file = f"{str(assessment.pk)[:8]}-{file}"
            used.add(file)
            if not may(request.user, "cases.view_sources", assessment):
                # It may have been made while the person still knew who the sources are.
                report = report_for(request.user, assessment)
                content = ASSESSMENT_FORMATS[name].make(report, organisation())
            opened.writestr(zipfile.ZipInfo(file, DATE), content)
            record_others_shown(request, [assessment])
            record_download(name, content, [assessment], by=request.user)
    return download(archive.getvalue(), f"{name.replace('.', '-')}.zip", "application/zip")
