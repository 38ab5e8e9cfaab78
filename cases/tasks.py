"""What the worker does outside of requests."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from cases.models import Assessment, CaseMember, User


@shared_task  # type: ignore[untyped-decorator]
def tell_of_submission(assessment_id: str) -> int:
    """Write to the case's owner and reviewers, save whoever submitted; returns how many were written to.

    A message leaves the product's protection, so it names neither the case nor its country: it only links to the page.
    """
    assessment = Assessment.objects.select_related("case", "snapshot").get(pk=assessment_id)
    reviewers = CaseMember.objects.filter(case=assessment.case, role=CaseMember.Role.REVIEWER).values("user")
    people = User.objects.filter(pk__in=[assessment.case.owner_id, *reviewers.values_list("user", flat=True)])
    told = 0
    for person in people.filter(is_active=True).exclude(email="").exclude(pk=assessment.snapshot.taken_by_id):
        EmailMessage(
            subject=_("An assessment is submitted"),
            body=_("An assessment in one of your cases is submitted and can be read:\n\n%(address)s\n")
            % {"address": settings.SITE_URL.rstrip("/") + assessment.get_absolute_url()},
            to=[person.email],
        ).send()
        told += 1
    return told
