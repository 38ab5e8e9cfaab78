"""One recommendation under review: its threads and decisions."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.forms.review import CommentForm, DecisionForm
from cases.models import Assessment, Thread
from cases.permissions import may
from cases.queries.assessing.advice import grounds_of
from cases.queries.assessing.content import content_for, submitted_content
from cases.queries.editions.rulebooks import rulebook_of
from cases.queries.review import next_undecided, quoted_in, threads_about
from cases.rulebook.entries.catalogue import Measure
from cases.views.access import SignedInRequest, get_object
from cases.views.changed_requests import saying_changed_requests
from cases.views.review.access import REVIEWED, submitted_assessment
from cases.views.review.threads import begin_thread
from cases.workflows import review
from cases.workflows.errors import ReviewError


def measure_review(request: SignedInRequest, pk: UUID, code: str) -> HttpResponse:
    """One recommendation: its threads and decisions."""
    assessment = submitted_assessment(request, pk)
    measure = _measure_of(assessment, code)
    row = submitted_content(assessment).advice.measures[code]
    act = request.POST.get("act", "")
    decision = DecisionForm(
        request.POST if act == "decide" else None,
        status=row.status,
        initial={"seen": assessment.snapshot.digest},
    )
    remark = CommentForm(request.POST if act == "comment" else None, assessment=assessment)
    if request.method == "POST":
        done = (
            _decide(request, pk, code, decision)
            if act == "decide"
            else _comment(request, pk, code, remark)
        )
        if done is not None:
            return done
    context = {
        "assessment": assessment,
        "case": assessment.case,
        "measure": measure,
        "row": row,
        "grounds": grounds_of(
            rulebook_of(assessment.edition_id), content_for(request.user, assessment), code
        ),
        "following": next_undecided(assessment, code),
        "threads": threads_about(assessment, Thread.Anchor.MEASURE, code),
        "quoted": quoted_in(assessment, request.GET.get("quote", "")),
        "decisions": assessment.measure_decisions.filter(measure=code).select_related("reviewer"),
        "decision": decision,
        "remark": remark,
        "may_comment": may(request.user, "cases.comment_assessment", assessment),
        "may_review": may(request.user, "cases.review_assessment", assessment),
        "may_follow": may(request.user, "cases.change_case", assessment.case),
    }
    return render(
        request,
        "review/measure.html",
        context,
        status=422 if decision.errors or remark.errors else 200,
    )


def _decide(
    request: SignedInRequest, pk: UUID, code: str, form: DecisionForm
) -> HttpResponse | None:
    """Record a decision and go on; None where the form has to be shown again."""
    assessment = get_object(request, "cases.review_assessment", REVIEWED, pk=pk)
    if not form.is_valid():
        return None
    data = form.cleaned_data
    try:
        with saying_changed_requests(request, assessment.case_id):
            review.decide_on_measure(
                assessment,
                code,
                data["kind"],
                by=request.user,
                text=data["text"],
                seen=data["seen"],
            )
    except ReviewError as error:
        form.add_error(None, error.says)
        return None
    messages.success(request, _("Your decision is recorded."))
    following = next_undecided(assessment, code) if "next" in request.POST else None
    if following is not None:
        return redirect("measure_review", assessment.pk, following)
    return redirect("assessment_review", assessment.pk)


def _comment(
    request: SignedInRequest, pk: UUID, code: str, form: CommentForm
) -> HttpResponse | None:
    """Begin a thread and go on; None where the form has to be shown again."""
    assessment = get_object(request, "cases.comment_assessment", REVIEWED, pk=pk)
    if not form.is_valid():
        return None
    begin_thread(request, assessment, Thread.Anchor.MEASURE, code, form)
    return redirect("measure_review", assessment.pk, code)


def _measure_of(assessment: Assessment, code: str) -> Measure:
    measure = rulebook_of(assessment.edition_id).measures.get(code)
    if measure is None:
        raise Http404(_("The edition of this assessment has no such measure."))
    return measure
