"""Asking people to review an assessment."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.forms.review import ReviewersForm
from cases.models import User
from cases.models.user import distinct_names
from cases.permissions import may, possible_reviewers, reviewers_of
from cases.queries.review import in_effect
from cases.views.access import SignedInRequest, get_object
from cases.views.review.access import REVIEWED
from cases.workflows import review
from cases.workflows.casework import add_reviewer
from cases.workflows.errors import ReviewError


def assessment_reviewers(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Ask people to review an assessment."""
    assessment = get_object(request, "cases.assign_reviewers", REVIEWED, pk=pk)
    initial = {"reviewers": assessment.reviewers.all()}
    signed = {row.reviewer_id for row in in_effect(assessment.review_decisions.all())}
    able = reviewers_of(assessment)
    left = able.exclude(pk__in=signed)
    kept = able.filter(reviews_asked=assessment).exclude(pk__in=left.order_by().values("pk"))
    data = request.POST if request.method == "POST" else None
    may_add = may(request.user, "cases.manage_members", assessment.case)
    others = possible_reviewers(assessment.case).exclude(pk=assessment.author_id)
    form = ReviewersForm(
        data,
        # A page that was opened earlier may still name someone who has signed off since.
        reviewers=left if data is None else able,
        to_add=others if may_add else User.objects.none(),
        initial=initial,
    )
    if form.is_valid():
        people = [person for person in form.cleaned_data["reviewers"] if person.pk not in signed]
        new = form.cleaned_data["new_reviewer"]
        try:
            with transaction.atomic():
                if new:
                    add_reviewer(assessment.case, new, by=request.user)
                    people.append(new)
                review.assign_reviewers(assessment, [*people, *kept], by=request.user)
        except ReviewError as error:
            form.add_error(None, error.says)
        else:
            messages.success(request, _asked_now(left, people))
            return redirect("assessment_review", assessment.pk)
    context = {
        "assessment": assessment,
        "case": assessment.case,
        "form": form,
        "can_review": left.exists(),
        "is_signed": bool(signed),
        "may_add": may_add,
    }
    return render(request, "review/reviewers.html", context, status=422 if form.errors else 200)


def _asked_now(left: QuerySet[User], named: list[User]) -> str:
    """Say who is asked to review an assessment, after a change: the people named or, if there are
    none, all who are left to review it.
    """
    if named:
        return _("Asked to review it: %(names)s.") % {"names": ", ".join(distinct_names(named))}
    able = ", ".join(distinct_names(left))
    if able:
        return _("Every reviewer of the case is asked to review it: %(names)s.") % {"names": able}
    return _("Nobody can review this yet.")
