"""What became of the answers of an earlier assessment, and where those without a place belong."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.forms.assessing.carried_over import PlaceForm, PutAsideForm
from cases.models import Assessment, UnplacedAnswer
from cases.permissions import may
from cases.queries.assessing.carried_over import carried_over, number_to_place
from cases.queries.editions.rulebooks import rulebook_of
from cases.views.access import SignedInRequest, get_object
from cases.views.assessing.answering import ASSESSMENTS, draft_of
from cases.workflows.assessing.placing import place, put_aside
from cases.workflows.errors import NotADraftError, SettledError


def assessment_carried_over(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What was kept, what moved to other questions, and what has to be placed by hand."""
    assessment = get_object(request, "cases.view_assessment", ASSESSMENTS, pk=pk)
    return _render_page(request, assessment)


def unplaced_settle(request: SignedInRequest, pk: UUID, unplaced: int) -> HttpResponse:
    """Place an answer with a question of the draft's edition, or put it aside with a reason."""
    assessment = draft_of(request, pk)
    kept = get_object_or_404(UnplacedAnswer, pk=unplaced, assessment=assessment)
    questionnaire = rulebook_of(assessment.edition_id).questionnaire
    if request.method != "POST":
        return redirect("assessment_carried_over", assessment.pk)
    is_aside = request.POST.get("act") == "aside"
    form = (
        PutAsideForm(kept, request.POST)
        if is_aside
        else PlaceForm(kept, questionnaire, request.POST)
    )
    if not form.is_valid():
        return _render_page(request, assessment, form)
    try:
        if is_aside:
            put_aside(kept, form.cleaned_data["reason"], by=request.user)
            messages.success(request, _("The answer is put aside. You can still read it here."))
            return redirect("assessment_carried_over", assessment.pk)
        question = questionnaire[form.cleaned_data["question"]]
        place(kept, question.code, by=request.user)
    except (SettledError, NotADraftError):
        messages.warning(request, _("Someone else has settled this answer. Nothing was changed."))
        return redirect("assessment_carried_over", assessment.pk)
    message = _("The note and the sources are now with “%(title)s”. Check its answer.")
    messages.success(request, message % {"title": question.title})
    address = reverse("assessment_section", args=[assessment.pk, question.section])
    return redirect(f"{address}#q-{question.code}")


def go_on(request: SignedInRequest, draft: Assessment, message: str = "") -> HttpResponse:
    """Redirect to a new draft: first to the answers that have no place in it, if there are any.

    `message` is shown if everything was carried over.
    """
    number = number_to_place(draft)
    if not number:
        if message:
            messages.success(request, message)
        return redirect("assessment_answer", draft.pk)
    warning = ngettext(
        "The draft is started. %(number)s answer has no place in the newer edition. Place it.",
        "The draft is started. %(number)s answers have no place in the newer edition. Place them.",
        number,
    )
    messages.warning(request, warning % {"number": number})
    return redirect("assessment_carried_over", draft.pk)


def _render_page(
    request: SignedInRequest, assessment: Assessment, bound: PlaceForm | PutAsideForm | None = None
) -> HttpResponse:
    report = carried_over(assessment)
    if report is None:
        raise Http404(_("This assessment was not started from an earlier one."))
    can_change = may(request.user, "cases.change_assessment", assessment)
    questionnaire = rulebook_of(assessment.edition_id).questionnaire
    rows = []
    for row in report.to_place if can_change else ():
        place_form: PlaceForm = PlaceForm(row.answer, questionnaire)
        aside_form = PutAsideForm(row.answer)
        if bound is not None and bound.kept == row.answer:
            place_form = bound if isinstance(bound, PlaceForm) else place_form
            aside_form = bound if isinstance(bound, PutAsideForm) else aside_form
        rows.append((row, place_form, aside_form))
    context: dict[str, Any] = {
        "assessment": assessment,
        "case": assessment.case,
        "report": report,
        "rows": rows,
        "can_change": can_change,
        "names_sources": may(request.user, "cases.view_sources", assessment),
        "form": bound,
    }
    invalid = bound is not None and bool(bound.errors)
    return render(request, "assessing/carried_over.html", context, status=422 if invalid else 200)
