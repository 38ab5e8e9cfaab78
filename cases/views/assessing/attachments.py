"""Attachments of answers and documents of steps: adding, removing, downloading."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from cases.forms.assessing.attachments import AttachmentForm
from cases.models import Assessment, Case, Event, Step, StepDocument
from cases.models.file import StoredFile
from cases.permissions import may
from cases.queries.editions.rulebooks import measures_of_all_editions, rulebook_of
from cases.rulebook.entries.questions import Question
from cases.views.access import SignedInRequest, get_case, get_object
from cases.views.assessing.answering import ASSESSMENTS, draft_of
from cases.workflows.assessing.attachments import (
    add_attachment,
    add_step_document,
    remove_attachment,
    remove_step_document,
)
from cases.workflows.record import record_event


def attachment_new(request: SignedInRequest, pk: UUID, question: str) -> HttpResponse:
    assessment = draft_of(request, pk)
    item = _question_or_404(assessment, question)
    form = AttachmentForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form = AttachmentForm(request.POST, request.FILES)
        if form.is_valid():
            with form.refusing_full_disk():
                add_attachment(
                    assessment,
                    item.code,
                    form.cleaned_data["file"],
                    name=form.name,
                    content_type=form.kind,
                    by=request.user,
                )
                messages.success(request, _("The file is attached."))
                return _back(assessment, item)
    context = {"form": form, "assessment": assessment, "case": assessment.case, "question": item}
    return render(request, "assessing/attach.html", context, status=422 if form.errors else 200)


def attachment(request: SignedInRequest, pk: UUID, file: int) -> FileResponse:
    """A file as a download, which the browser never displays."""
    assessment = get_object(request, "cases.view_assessment", ASSESSMENTS, pk=pk)
    if not may(request.user, "cases.view_sources", assessment):
        raise Http404(_("There is nothing here that you can open."))
    stored = get_object_or_404(assessment.attachments, pk=file)
    return _download(request, stored, assessment.case, assessment=str(assessment.pk))


def _download(
    request: SignedInRequest, stored: StoredFile, case: Case, **about: str
) -> FileResponse:
    """A file as a download, recorded as an event."""
    try:
        content = stored.file.open("rb")
    except FileNotFoundError as error:
        raise Http404(_("This file is missing from the store. Ask your site admin.")) from error
    record_event(
        Event.Verb.FILE_DOWNLOADED,
        by=request.user,
        case=case,
        **about,
        name=stored.name,
        digest=stored.digest,
    )
    response = FileResponse(
        content, as_attachment=True, filename=stored.name, content_type=stored.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


def attachment_remove(request: SignedInRequest, pk: UUID, file: int) -> HttpResponse:
    assessment = draft_of(request, pk)
    stored = get_object_or_404(assessment.attachments, pk=file)
    question = _question_or_404(assessment, stored.question)
    if request.method == "POST":
        remove_attachment(stored, by=request.user)
        messages.success(request, _("The file is removed."))
        return _back(assessment, question)
    context = {
        "file": stored,
        "assessment": assessment,
        "case": assessment.case,
        "question": question,
    }
    return render(request, "assessing/detach.html", context)


def _step_or_404(request: SignedInRequest, pk: UUID, step: int) -> Step:
    case = get_case(request, "cases.change_case", pk)
    return get_object_or_404(case.steps.select_related("case"), pk=step)


def document_new(request: SignedInRequest, pk: UUID, step: int) -> HttpResponse:
    """Add a document to a step."""
    target = _step_or_404(request, pk, step)
    sent = request.method == "POST"
    form = AttachmentForm(request.POST if sent else None, request.FILES if sent else None)
    if sent and form.is_valid():
        with form.refusing_full_disk():
            add_step_document(
                target,
                form.cleaned_data["file"],
                name=form.name,
                content_type=form.kind,
                by=request.user,
            )
            messages.success(request, _("The document is added."))
            return redirect(f"{target.case.get_absolute_url()}#done")
    context = {
        "form": form,
        "case": target.case,
        "step": target,
        "measure": _measure_or_404(target),
    }
    return render(
        request, "followup/document_form.html", context, status=422 if form.errors else 200
    )


def document(request: SignedInRequest, pk: UUID, step: int, file: int) -> FileResponse:
    """A document of a step as a download."""
    case = get_case(request, "cases.view_case", pk)
    if not may(request.user, "cases.view_sources", case):
        raise Http404(_("There is nothing here that you can open."))
    stored = get_object_or_404(StepDocument, step__case=case, step=step, pk=file)
    return _download(request, stored, case, measure=stored.step.measure)


def document_remove(request: SignedInRequest, pk: UUID, step: int, file: int) -> HttpResponse:
    stored = get_object_or_404(
        _step_or_404(request, pk, step).documents.select_related("step__case"), pk=file
    )
    case = stored.step.case
    if request.method == "POST":
        remove_step_document(stored, by=request.user)
        messages.success(request, _("The document is removed."))
        return redirect(f"{case.get_absolute_url()}#done")
    context = {"file": stored, "case": case, "measure": _measure_or_404(stored.step)}
    return render(request, "followup/document_remove.html", context)


def _measure_or_404(step: Step) -> str:
    known = measures_of_all_editions().get(step.measure)
    return known.title if known else step.measure


def _question_or_404(assessment: Assessment, code: str) -> Question:
    question = rulebook_of(assessment.edition_id).questionnaire.by_code.get(code)
    if question is None:
        raise Http404(_("The questionnaire has no such question."))
    return question


def _back(assessment: Assessment, question: Question) -> HttpResponse:
    there = redirect("assessment_section", assessment.pk, question.section)
    there["Location"] += f"#q-{question.code}"
    return there
