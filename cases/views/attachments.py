"""Files attached to the questions of an assessment: added and removed while it is a draft, given out as downloads."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from cases.forms.answering import AttachmentForm
from cases.models import Assessment, Event
from cases.permissions import may
from cases.queries.editions import rulebook_of
from cases.rulebook.questions import Question
from cases.views.answering import ASSESSMENTS, draft_of
from cases.views.request import SignedInRequest, reach
from cases.workflows.attaching import attach, detach
from cases.workflows.events import record


@login_required
def attachment_new(request: SignedInRequest, pk: UUID, question: str) -> HttpResponse:
    assessment = draft_of(request, pk)
    asked = _question(assessment, question)
    form = AttachmentForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form = AttachmentForm(request.POST, request.FILES)
        if form.is_valid():
            upload = form.cleaned_data["file"]
            attach(assessment, asked.code, upload, name=form.name, content_type=form.kind, by=request.user)
            messages.success(request, _("The file is attached."))
            return _back(assessment, asked)
    context = {"form": form, "assessment": assessment, "case": assessment.case, "question": asked}
    return render(request, "answering/attach.html", context, status=422 if form.errors else 200)


@login_required
def attachment(request: SignedInRequest, pk: UUID, file: int) -> FileResponse:
    """A file as a download: the browser is told to keep it and to guess nothing."""
    assessment = reach(request, "cases.view_assessment", ASSESSMENTS, pk=pk)
    if not may(request.user, "cases.view_sources", assessment):
        raise Http404(_("There is nothing here that you can open."))
    found = get_object_or_404(assessment.attachments, pk=file)
    try:
        content = found.file.open("rb")
    except FileNotFoundError as error:
        raise Http404(_("This file is missing from the store: ask those who run the product.")) from error
    about = {"assessment": str(assessment.pk), "name": found.name, "digest": found.digest}
    record(Event.Verb.FILE_DOWNLOADED, by=request.user, case=assessment.case, **about)
    response = FileResponse(content, as_attachment=True, filename=found.name, content_type=found.content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@login_required
def attachment_remove(request: SignedInRequest, pk: UUID, file: int) -> HttpResponse:
    assessment = draft_of(request, pk)
    found = get_object_or_404(assessment.attachments, pk=file)
    asked = _question(assessment, found.question)
    if request.method == "POST":
        detach(found, by=request.user)
        messages.success(request, _("The file is removed."))
        return _back(assessment, asked)
    context = {"file": found, "assessment": assessment, "case": assessment.case, "question": asked}
    return render(request, "answering/detach.html", context)


def _question(assessment: Assessment, code: str) -> Question:
    question = rulebook_of(assessment.edition_id).questionnaire.by_code.get(code)
    if question is None:
        raise Http404(_("The questionnaire has no such question."))
    return question


def _back(assessment: Assessment, question: Question) -> HttpResponse:
    there = redirect("assessment_section", assessment.pk, question.section)
    there["Location"] += f"#q-{question.code}"
    return there
