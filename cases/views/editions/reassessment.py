"""Assessing again with a newer edition, as a proposal."""

from __future__ import annotations

from itertools import chain
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.forms.editor.drafts import DeclineForm
from cases.queries.editions.reassessment import (
    assessments_of_older_editions,
    newer_than,
    proposal_for,
    to_propose,
)
from cases.queries.editions.rulebook_comparison import answers_under, compare_rulebooks
from cases.queries.editions.rulebooks import current_edition, rulebook_of
from cases.views.access import SignedInRequest, get_object, parse_uuids, requires
from cases.views.assessing.answering import ASSESSMENTS
from cases.views.assessing.carried_over import go_on
from cases.workflows.editions.reassessment import (
    accept_reassessment,
    decline_reassessment,
    propose_reassessments,
)
from cases.workflows.errors import AlreadyDecidedError


def assessment_reassess(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What the newest edition would say of an assessment. Accepting starts a draft and changes
    nothing else.
    """
    assessment = get_object(request, "cases.reassess", ASSESSMENTS, pk=pk)
    edition = newer_than(assessment)
    form = DeclineForm(request.POST if request.POST.get("act") == "decline" else None)
    if edition is not None and request.method == "POST":
        try:
            if request.POST.get("act") == "accept":
                draft = accept_reassessment(assessment, edition, by=request.user)
                message = _("The draft has every answer. Read it, change it and submit it.")
                return go_on(request, draft, message)
            if form.is_valid():
                decline_reassessment(
                    assessment, edition, by=request.user, reason=form.cleaned_data["reason"]
                )
                messages.success(
                    request,
                    _("The assessment keeps its edition. The reason is in the record."),
                )
                return redirect(assessment)
        except AlreadyDecidedError:
            messages.warning(request, _("Someone else has already decided on it."))
            return redirect("assessment_reassess", pk)
    context: dict[str, Any] = {
        "assessment": assessment,
        "case": assessment.case,
        "edition": edition,
        "form": form,
    }
    if edition is not None:
        new = rulebook_of(edition.pk)
        countries, day = assessment.case.country_codes, assessment.as_of
        answers = answers_under(assessment, new.questionnaire)
        context["beside"] = compare_rulebooks(
            rulebook_of(assessment.edition_id), new, answers, countries=countries, as_of=day
        )
        context["proposal"] = proposal_for(assessment, edition)
    return render(request, "editions/reassess.html", context, status=422 if form.errors else 200)


@requires("cases.edit_catalogue")
def reassess_many(request: SignedInRequest) -> HttpResponse:
    """The cases for which the newest edition would say something else, to propose it to their
    analysts.
    """
    edition = current_edition()
    if request.method == "POST":
        keys = request.POST.getlist("assessment")
        chosen = list(chain.from_iterable(parse_uuids(text) for text in keys))
        rows = (
            assessments_of_older_editions(request.user, edition)
            .filter(pk__in=chosen)
            .select_related("case")
        )
        made = propose_reassessments(rows, edition, by=request.user)
        if made:
            message = ngettext(
                "%(number)s proposal is made.", "%(number)s proposals are made.", made
            ) % {"number": made}
            messages.success(request, message)
        elif chosen:
            messages.warning(request, _("Nothing is new. These are already proposed."))
        else:
            messages.warning(request, _("Choose at least one case."))
        return redirect("reassess_many")
    found = to_propose(request.user, edition)
    return render(request, "editions/reassess_cases.html", {"found": found, "edition": edition})
