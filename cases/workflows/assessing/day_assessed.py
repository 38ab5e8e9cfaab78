"""Keeping on each case the day of its latest assessment, which lists are sorted by."""

from __future__ import annotations

from datetime import date

from django.db.models import Max

from cases.models import Assessment, Case


def update_day_assessed(case: Case) -> None:
    """Store the latest day for which a case was assessed, by assessments that are submitted, not
    returned and not hidden from others. This does not count as a change to the case.
    """
    counted = (
        Assessment.objects.submitted()
        .filter(case=case, blind=False)
        .exclude(review_state=Assessment.ReviewState.RETURNED)
    )
    latest = counted.aggregate(latest=Max("as_of"))["latest"]
    Case.objects.filter(pk=case.pk).update(sort_assessed=latest or date.min)
