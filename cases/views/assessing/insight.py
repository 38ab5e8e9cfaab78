"""Insight into the advice: what if, charts with their tables, precedents."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import labels
from cases.forms.assessing.assessments import KeepForm
from cases.forms.assessing.what_if import WhatIfForm
from cases.models import Assessment
from cases.permissions import may
from cases.queries.assessing.charts import (
    RISK_AXIS,
    flow,
    measures_to_draw,
    risk_profile,
    risk_rows,
)
from cases.queries.assessing.content import content_for
from cases.queries.assessing.precedents import COMPARED, precedents
from cases.queries.assessing.state import states_of
from cases.queries.assessing.what_if import Tried, what_if
from cases.queries.editions.rulebooks import current_edition, rulebook_of
from cases.rulebook.entries.questions import Question, Value
from cases.rulebook.reasoning.similarity import ENOUGH
from cases.rulebook.wording.sentences import say_value
from cases.rulebook_phrases import phrases
from cases.views.access import SignedInRequest, get_object, record_others_shown
from cases.views.assessing.answering import ASSESSMENTS
from cases.views.assessing.carried_over import go_on
from cases.views.list_address import ListAddress
from cases.workflows.assessing.answering import save_what_if_answers, start_assessment


def _seen(request: SignedInRequest, pk: UUID) -> Assessment:
    return get_object(request, "cases.view_assessment", ASSESSMENTS, pk=pk)


def _values_in_words(question: Question, *values: Value | None) -> tuple[str, ...]:
    """Values of a question in words, each as it is said on a page."""
    return tuple(say_value(question, value, phrases()) for value in values)


def what_if_page(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Other answers tried out. Nothing is stored unless the person keeps them."""
    assessment = _seen(request, pk)
    content = content_for(request.user, assessment)
    questionnaire = rulebook_of(assessment.edition_id).questionnaire
    base = content.values
    form = WhatIfForm(
        request.POST if request.method == "POST" else None, questionnaire=questionnaire, base=base
    )
    form.full_clean()
    tried = form.tried() if form.is_bound else {}
    may_keep = may(request.user, "cases.add_assessment", assessment.case)
    if "keep" in request.POST:
        _refuse_what_others_answered(form)
    keeping = "keep" in request.POST and may_keep and bool(tried) and not form.errors
    keep = KeepForm(request.POST if keeping else None, initial={"as_of": assessment.as_of})
    if keeping and (assessment.is_draft or keep.is_valid()):
        return _keep_in_draft(request, assessment, tried, keep)
    context = {
        "assessment": assessment,
        "case": assessment.case,
        "form": form
        if form.errors
        else WhatIfForm(questionnaire=questionnaire, base=base, tried=tried),
        "result": what_if(assessment, content, tried) if tried else None,
        "tried": [
            (questionnaire[code], *_values_in_words(questionnaire[code], base.get(code), value))
            for code, value in tried.items()
        ],
        "keep": keep,
        "may_keep": may_keep,
        "errors": [(code, form[code].errors) for code in questionnaire.by_code]
        if form.is_bound
        else [],
    }
    if request.htmx:
        return render(request, "assessing/what_if_outcome.html", context)
    refused = bool(form.errors or keep.errors)
    return render(request, "assessing/what_if.html", context, status=422 if refused else 200)


def _refuse_what_others_answered(form: WhatIfForm) -> None:
    """Give each question that someone else has answered since the page was opened an error, so that
    their answer is not replaced unseen.
    """
    message = _(
        "Someone else has recorded “%(answer)s” since you opened this page. Check your choice, "
        "then keep it again."
    )
    for question in form.recorded_since():
        (answer,) = _values_in_words(question, form.base.get(question.code))
        form.add_error(question.code, message % {"answer": answer})


def _keep_in_draft(
    request: SignedInRequest, assessment: Assessment, tried: Tried, keep: KeepForm
) -> HttpResponse:
    """Save what was tried in the draft, or in a new draft if the assessment is submitted."""
    if assessment.is_draft:
        draft = get_object(request, "cases.change_assessment", ASSESSMENTS, pk=assessment.pk)
    else:
        day, edition = keep.cleaned_data["as_of"], current_edition()
        draft = start_assessment(
            assessment.case, by=request.user, as_of=day, edition=edition, earlier=assessment
        )
    known = rulebook_of(draft.edition_id).questionnaire.by_code
    fitting = {
        code: value
        for code, value in tried.items()
        if code in known and (value is None or known[code].allows(value))
    }
    save_what_if_answers(draft, fitting, by=request.user)
    left = len(tried) - len(fitting)
    if left:
        warning = ngettext(
            "%(number)s answer that you tried does not exist in the newer edition. It is not in "
            "the draft.",
            "%(number)s answers that you tried do not exist in the newer edition. They are not in "
            "the draft.",
            left,
        )
        messages.warning(request, warning % {"number": left})
    if fitting:
        said = _("What you tried is in the draft. Give each answer its confidence and sources.")
        messages.success(request, said)
    return go_on(request, draft)


def flow_page(request: SignedInRequest, pk: UUID) -> HttpResponse:
    assessment = _seen(request, pk)
    content = content_for(request.user, assessment)
    rulebook = rulebook_of(assessment.edition_id)
    address = ListAddress(request.GET)
    form = address.choice("form", _("Form"), labels.FORM)
    address.report(request)
    context = {
        "assessment": assessment,
        "case": assessment.case,
        "form": form,
        "forms": labels.FORM,
        "flow": flow(assessment, rulebook, content, measures_to_draw(content.advice, form)),
    }
    return render(request, "assessing/flow.html", context)


def risk_page(request: SignedInRequest, pk: UUID) -> HttpResponse:
    assessment = _seen(request, pk)
    rulebook = rulebook_of(assessment.edition_id)
    factors = risk_profile(rulebook, content_for(request.user, assessment).values)
    context = {
        "assessment": assessment,
        "case": assessment.case,
        "factors": factors,
        "rows": risk_rows(factors),
        "axis": RISK_AXIS,
    }
    return render(request, "assessing/risk.html", context)


def precedents_page(request: SignedInRequest, pk: UUID) -> HttpResponse:
    assessment = _seen(request, pk)
    answers = content_for(request.user, assessment).values
    listed = precedents(request.user, assessment, answers)
    record_others_shown(request, (item.assessment for item in listed))
    context = {
        "assessment": assessment,
        "case": assessment.case,
        "precedents": listed,
        "compared": COMPARED,
        "states": states_of(item.assessment for item in listed),
        "enough": ENOUGH,
    }
    return render(request, "assessing/precedents.html", context)
