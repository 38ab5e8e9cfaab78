"""How the pages of a review reach the assessment that is reviewed."""

from __future__ import annotations

from uuid import UUID

from cases.models import Assessment
from cases.views.access import SignedInRequest, get_object
from cases.views.assessing.answering import ASSESSMENTS

REVIEWED = ASSESSMENTS.select_related("snapshot")


def submitted_assessment(request: SignedInRequest, pk: UUID) -> Assessment:
    return get_object(
        request, "cases.view_assessment", REVIEWED.exclude(status=Assessment.Status.DRAFT), pk=pk
    )
