"""Two independent assessments: asking for the second, waiting, agreement, reconciling."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.forms.assessing.assessments import SecondForm
from cases.models import Assessment
from cases.permissions import analysts_of, may
from cases.queries.assessing.agreement import agreement
from cases.queries.assessing.content import content_for
from cases.queries.editions.rulebooks import rulebook_of
from cases.views.access import SignedInRequest, get_object
from cases.views.assessing.answering import ASSESSMENTS
from cases.workflows.assessing.second_assessment import (
    reconcile_assessments,
    start_second_assessment,
    stop_waiting,
)
from cases.workflows.errors import NotADraftError, PairingError


def assessment_second(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Ask another analyst for an independent assessment, or show that it is not submitted yet."""
    assessment = get_object(request, "cases.pair_assessment", ASSESSMENTS, pk=pk)
    analysts = analysts_of(assessment.case).exclude(pk=request.user.pk)
    form = SecondForm(request.POST or None, analysts=analysts)
    if request.method == "POST" and form.is_valid():
        second = form.cleaned_data["analyst"]
        try:
            start_second_assessment(assessment, second, by=request.user)
        except (PairingError, NotADraftError):
            messages.warning(request, _("A second assessment has been asked for already."))
        else:
            messages.success(
                request,
                _(
                    "%(name)s will find a draft of the same date on the home page. Until both are "
                    "submitted, neither of you sees the other's."
                )
                % {"name": second},
            )
        return redirect("assessment_answer", assessment.pk)
    context = {
        "form": form,
        "assessment": assessment,
        "case": assessment.case,
        "analysts": analysts.exists(),
    }
    context["partner"] = assessment.partner
    return render(request, "assessing/second.html", context, status=422 if form.errors else 200)


@require_POST
def assessment_unpair(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Stop waiting for the other assessment: both are shown and are no longer independent."""
    assessment = get_object(request, "cases.unpair_assessment", ASSESSMENTS, pk=pk)
    try:
        stop_waiting(assessment, by=request.user)
    except PairingError:
        messages.warning(request, _("There is no second assessment to wait for."))
    else:
        messages.success(
            request,
            _("The two assessments can now be seen by both authors and are no longer independent."),
        )
    return redirect(assessment.case)


def assessment_agreement(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """How far two independent assessments agree, disagreements first."""
    first, second = _pair_or_404(request, pk)
    contents = [content_for(request.user, item) for item in (first, second)]
    rulebook = rulebook_of(first.edition_id)
    context = {
        "assessment": first,
        "case": first.case,
        "first": first,
        "second": second,
        "agreement": agreement(rulebook, contents[0].answers, contents[1].answers),
        "answers": contents,
        "reconciled": [
            item
            for item in first.reconciled.all()
            if may(request.user, "cases.view_assessment", item)
        ],
        "may_reconcile": may(request.user, "cases.add_assessment", first.case),
    }
    return render(request, "assessing/agreement.html", context)


@require_POST
def assessment_reconcile(request: SignedInRequest, pk: UUID) -> HttpResponse:
    first, second = _pair_or_404(request, pk, "cases.reconcile_assessment")
    started = reconcile_assessments(first, second, by=request.user)
    messages.success(
        request,
        _(
            "The new draft has the answers that both share. Questions that they answered "
            "differently are left open."
        ),
    )
    return redirect("assessment_answer", started.pk)


def _pair_or_404(
    request: SignedInRequest, pk: UUID, permission: str = "cases.view_assessment"
) -> tuple[Assessment, Assessment]:
    """Two independent assessments that are both submitted, the first one first."""
    assessment = get_object(request, permission, ASSESSMENTS, pk=pk)
    partner = assessment.partner
    if partner is None or assessment.is_draft or partner.is_draft:
        raise Http404(_("There are not two independent assessments to compare."))
    return (partner, assessment) if assessment.second_to_id else (assessment, partner)
