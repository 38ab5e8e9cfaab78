"""Starting a new draft from an assessment that was returned."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.queries.editions.rulebooks import current_edition
from cases.views.access import SignedInRequest, get_object
from cases.views.assessing.carried_over import go_on
from cases.views.review.access import REVIEWED
from cases.workflows import review
from cases.workflows.errors import ReviewError


@require_POST
def assessment_amend(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Start a draft from an assessment that was returned. What was submitted stays as it was."""
    assessment = get_object(request, "cases.amend_assessment", REVIEWED, pk=pk)
    try:
        draft = review.amend(assessment, by=request.user, edition=current_edition())
    except ReviewError as error:
        messages.warning(request, error.says)
        return redirect("assessment_review", assessment.pk)
    message = _(
        "The new draft has everything from the returned assessment. Make the changes that were "
        "asked for."
    )
    return go_on(request, draft, message)
