"""Threads about recommendations and answers."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.forms.review import CommentForm
from cases.models import Assessment, Thread
from cases.permissions import may
from cases.queries.assessing.advice import shown_answers
from cases.queries.assessing.content import content_for
from cases.queries.editions.rulebooks import rulebook_of
from cases.queries.review import quoted_in, threads_about
from cases.views.access import SignedInRequest, get_object
from cases.views.review.access import REVIEWED, submitted_assessment
from cases.workflows import review


def begin_thread(
    request: SignedInRequest, assessment: Assessment, anchor: str, code: str, form: CommentForm
) -> None:
    text = form.cleaned_data["text"]
    review.start_thread(
        assessment, by=request.user, anchor=anchor, code=code, text=text, mentions=form.mentions
    )


def thread_address(thread: Thread) -> str:
    """The address of a thread."""
    page = "measure_review" if thread.anchor == Thread.Anchor.MEASURE else "answer_review"
    return reverse(page, args=[thread.assessment_id, thread.code]) + f"#thread-{thread.pk}"


def answer_review(request: SignedInRequest, pk: UUID, code: str) -> HttpResponse:
    """One submitted answer with its threads."""
    assessment = submitted_assessment(request, pk)
    rulebook = rulebook_of(assessment.edition_id)
    answers = content_for(request.user, assessment).answers
    if code not in rulebook.questionnaire.by_code:
        raise Http404(_("The questionnaire has no such question."))
    form = CommentForm(request.POST if request.method == "POST" else None, assessment=assessment)
    if request.method == "POST":
        assessment = get_object(request, "cases.comment_assessment", REVIEWED, pk=pk)
        if form.is_valid():
            begin_thread(request, assessment, Thread.Anchor.QUESTION, code, form)
            return redirect("answer_review", assessment.pk, code)
    context = {
        "assessment": assessment,
        "case": assessment.case,
        "answer": shown_answers(rulebook, [code], answers)[0],
        "threads": threads_about(assessment, Thread.Anchor.QUESTION, code),
        "quoted": quoted_in(assessment, request.GET.get("quote", "")),
        "remark": form,
        "may_comment": may(request.user, "cases.comment_assessment", assessment),
    }
    return render(request, "review/answer.html", context, status=422 if form.errors else 200)


@require_POST
def thread_act(request: SignedInRequest, pk: UUID, thread: int) -> HttpResponse:
    """Reply to a thread, resolve it or open it again."""
    assessment = get_object(request, "cases.comment_assessment", REVIEWED, pk=pk)
    row = get_object_or_404(assessment.threads.select_related("assessment__case"), pk=thread)
    act = request.POST.get("act")
    if act == "resolve":
        review.resolve_thread(row, by=request.user)
    elif act == "reopen":
        review.reopen_thread(row, by=request.user)
    else:
        form = CommentForm(request.POST, assessment=assessment)
        if not form.is_valid():
            context = {
                "form": form,
                "thread": row,
                "assessment": assessment,
                "case": assessment.case,
            }
            context["back"] = thread_address(row)
            return render(request, "review/reply.html", context, status=422)
        review.reply(row, by=request.user, text=form.cleaned_data["text"], mentions=form.mentions)
    return redirect(thread_address(row))
