"""Assessments: starting, submitting, and the advice that follows."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.forms.assessing.assessments import DateForm, StartForm, SubmitForm
from cases.models import Assessment, Case, User
from cases.models.review import SIGN_OFFS_NEEDED
from cases.permissions import may, possible_reviewers, reviewers_of
from cases.queries.assessing.advice import (
    card,
    idle_rules,
    reasons,
    shown_answers,
)
from cases.queries.assessing.answering import questionnaire_state
from cases.queries.assessing.assessment_comparison import compare
from cases.queries.assessing.charts import flow
from cases.queries.assessing.checks import checks
from cases.queries.assessing.content import content_for
from cases.queries.assessing.plan_comparison import compare_plans
from cases.queries.assessing.precedents import done_with, precedents
from cases.queries.assessing.state import decisions_on, states_of
from cases.queries.assessing.ways_out import consent_lines, ways_out
from cases.queries.editions.catalogue import weighed_evidence
from cases.queries.editions.rulebooks import current_edition, rulebook_of, rulebooks_between
from cases.rulebook.reasoning.consent import SEEK_CONSENT
from cases.views.access import SignedInRequest, get_case, get_object
from cases.views.assessing.answering import ASSESSMENTS, draft_of
from cases.views.assessing.carried_over import go_on
from cases.workflows.assessing.answering import correct_date, discard_draft, start_assessment
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import add_reviewer
from cases.workflows.errors import PairingError


def assessment_new(request: SignedInRequest, pk: UUID) -> HttpResponse:
    case = get_case(request, "cases.add_assessment", pk)
    seen = Assessment.objects.visible_to(request.user).filter(case=case)
    earlier = seen.submitted().newest_first()
    initial = {"as_of": timezone.localdate(), "earlier": earlier.first()}
    form = StartForm(request.POST or None, earlier=earlier, initial=initial)
    if request.method == "POST" and form.is_valid():
        edition = current_edition()
        assessment = start_assessment(case, by=request.user, edition=edition, **form.cleaned_data)
        return go_on(request, assessment)
    context = {"form": form, "case": case, "edition": current_edition()}
    return render(request, "assessing/start.html", context, status=422 if form.errors else 200)


def assessment_submit(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What is left open, then submitting: errors stop it, warnings ask for a comment."""
    assessment = draft_of(request, pk)
    state = questionnaire_state(assessment)
    found = checks(assessment, state)
    by_level = {
        level: [item for item in found if item.level == level]
        for level in ("error", "warning", "info")
    }
    reviewers = reviewers_of(assessment)
    form = SubmitForm(
        request.POST if request.method == "POST" else None,
        warned=bool(by_level["warning"]),
        reviewers=reviewers,
        to_add=_to_add(request, assessment),
    )
    if request.method == "POST" and not by_level["error"] and form.is_valid():
        data = form.cleaned_data
        asked = list(data["reviewers"])
        if data["new_reviewer"]:
            add_reviewer(assessment.case, data["new_reviewer"], by=request.user)
            asked.append(data["new_reviewer"])
        submit(assessment, by=request.user, comment=data["comment"], reviewers=asked)
        messages.success(
            request,
            _("The assessment is submitted. Its answers and advice are frozen."),
        )
        if not reviewers.exists():
            messages.warning(request, _("Nobody can review this yet. Add a reviewer."))
            return redirect("assessment_reviewers", assessment.pk)
        return redirect("assessment_advice", assessment.pk)
    left = [(part, state.left_in(part.section)) for part in state.outline if part.left]
    context = {
        "assessment": assessment,
        "case": assessment.case,
        "state": state,
        "left": left,
        "checks": by_level,
        "form": form,
        "can_review": reviewers.exists(),
        "only_reviewer": _only_reviewer(assessment.case, reviewers),
    }
    refused = request.method == "POST"
    return render(request, "assessing/submit.html", context, status=422 if refused else 200)


def _only_reviewer(case: Case, reviewers: QuerySet[User]) -> User | None:
    """The one person who can review, where one sign-off is not enough."""
    able = list(reviewers[:2])
    needed = SIGN_OFFS_NEEDED[Case.Confidentiality(case.confidentiality)]
    return able[0] if len(able) == 1 < needed else None


def _to_add(request: SignedInRequest, assessment: Assessment) -> QuerySet[User]:
    """Whom the person may add as a reviewer of the case: only its owner may."""
    if not may(request.user, "cases.manage_members", assessment.case):
        return User.objects.none()
    return possible_reviewers(assessment.case).exclude(pk=assessment.author_id)


def assessment_date(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Correct the date of a draft."""
    assessment = draft_of(request, pk)
    data = request.POST if request.method == "POST" else None
    form = DateForm(data, initial={"as_of": assessment.as_of})
    if form.is_valid():
        try:
            correct_date(assessment, form.cleaned_data["as_of"], by=request.user)
        except PairingError:
            form.add_error(
                "as_of",
                _("The date cannot change, because the two independent assessments share it."),
            )
        else:
            messages.success(request, _("The date is corrected."))
            return redirect("assessment_answer", assessment.pk)
    context = {"assessment": assessment, "case": assessment.case, "form": form}
    return render(request, "assessing/date.html", context, status=422 if form.errors else 200)


def assessment_discard(request: SignedInRequest, pk: UUID) -> HttpResponse:
    assessment = draft_of(request, pk)
    if request.method == "POST":
        case = assessment.case
        discard_draft(assessment, by=request.user)
        messages.success(
            request, _("The draft is discarded. Its answers stay in the record of the case.")
        )
        return redirect(case)
    context = {
        "assessment": assessment,
        "case": assessment.case,
        "state": questionnaire_state(assessment),
    }
    return render(request, "assessing/discard.html", context)


def measure_in_advice(request: SignedInRequest, pk: UUID, code: str) -> HttpResponse:
    assessment = get_object(request, "cases.view_assessment", ASSESSMENTS, pk=pk)
    content = content_for(request.user, assessment)
    rulebook = rulebook_of(assessment.edition_id)
    row = content.advice.measures.get(code)
    if row is None:
        raise Http404(_("The edition of this assessment has no such measure."))
    done = done_with(code, precedents(request.user, assessment, content.values))
    return render(
        request,
        "assessing/measure.html",
        {
            "assessment": assessment,
            "case": assessment.case,
            "card": card(rulebook, content, row),
            "evidence": weighed_evidence(rulebook, code, timezone.localdate()),
            "reasons": reasons(rulebook, row, content.answers),
            "idle": idle_rules(rulebook, row),
            "consents": consent_lines(rulebook, content) if code == SEEK_CONSENT else (),
            "files": content.files,
            "flow": flow(assessment, rulebook, content, [code]),
            "precedents": done,
            "states": states_of(item.assessment for item, _done in done),
            "ways_out": ways_out(rulebook, row, content.answers),
            "rests_on": shown_answers(rulebook, row.rests_on, content.answers),
            "edition": assessment.edition_number,
            "can_change": may(request.user, "cases.change_assessment", assessment),
            "decided": decisions_on(assessment),
        },
    )


def assessment_compare(request: SignedInRequest, pk: UUID, earlier: UUID) -> HttpResponse:
    """Two assessments of one case side by side, changed answers first."""
    assessment = get_object(request, "cases.view_assessment", ASSESSMENTS, pk=pk)
    other = get_object(
        request, "cases.view_assessment", ASSESSMENTS, pk=earlier, case=assessment.case
    )
    before, after = content_for(request.user, other), content_for(request.user, assessment)
    editions = [rulebook_of(other.edition_id)]
    if other.edition_id != assessment.edition_id:
        editions += rulebooks_between(other.edition_id, assessment.edition_id)
    comparison = compare(editions, before, after)
    context = {
        "plans": compare_plans(editions[0], before, editions[-1], after),
        "assessment": assessment,
        "earlier": other,
        "case": assessment.case,
        "comparison": comparison,
    }
    return render(request, "assessing/compare.html", context)
