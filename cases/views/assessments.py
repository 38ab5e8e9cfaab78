"""Assessments: starting, answering, submitting, and the advice that follows."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.forms.answering import SectionForm
from cases.forms.cases import StartForm, SubmitForm
from cases.models import Answer, Assessment, Case
from cases.permissions import may, obtain
from cases.queries.advice import card, given_answers, idle_rules, reasons, sheet, ways_out
from cases.queries.answering import Questioning, questioning
from cases.queries.assessments import standing_content
from cases.queries.checks import checks
from cases.queries.compare import compare
from cases.queries.editions import current_edition, rulebook_of
from cases.queries.live import live
from cases.rulebook.questions import Section
from cases.views.request import SignedInRequest
from cases.workflows.answering import discard_draft, save_answers, start_assessment
from cases.workflows.submitting import submit

ASSESSMENTS = Assessment.objects.select_related("case", "author")


def _draft(request: SignedInRequest, pk: UUID) -> Assessment:
    return obtain(request.user, "cases.change_assessment", ASSESSMENTS, pk=pk)


@login_required
def assessment_new(request: SignedInRequest, pk: UUID) -> HttpResponse:
    case = obtain(request.user, "cases.add_assessment", Case.objects.all(), pk=pk)
    last = case.assessments.filter(status=Assessment.Status.SUBMITTED).order_by("-as_of", "-submitted_at").first()
    form = StartForm(request.POST or None, case=case, initial={"as_of": timezone.localdate(), "earlier": last})
    if request.method == "POST" and form.is_valid():
        edition = current_edition()
        assessment = start_assessment(case, by=request.user, edition=edition, **form.cleaned_data)
        return redirect("assessment_answer", assessment.pk)
    context = {"form": form, "case": case, "edition": current_edition()}
    return render(request, "answering/start.html", context, status=422 if form.errors else 200)


@login_required
def assessment_answer(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Where someone goes on answering: the first section that is not finished."""
    assessment = _draft(request, pk)
    return redirect("assessment_section", assessment.pk, questioning(assessment).first_unfinished.code)


@login_required
def assessment_section(request: SignedInRequest, pk: UUID, section: str) -> HttpResponse:
    assessment = _draft(request, pk)
    state = questioning(assessment)
    asked = _section(state, section)
    sources = list(assessment.case.sources.all())
    if request.method != "POST":
        form = SectionForm(asked=state.asked_in(asked), sources=sources)
        return _section_page(request, assessment, state, asked, form)
    form = SectionForm(request.POST, asked=state.asked_in(asked), sources=sources)
    form.is_valid()
    before = state
    stale = save_answers(assessment, form.given(), by=request.user)
    state = questioning(assessment)
    if request.htmx:
        return _saved(request, assessment, state, before, asked, form, stale)
    if form.errors or stale:
        return _section_page(request, assessment, state, asked, form, stale)
    was_shown = {item.question.code for item in form.asked if item.shown}
    appeared = [item for item in state.asked_in(asked) if item.shown and item.question.code not in was_shown]
    if appeared:
        messages.info(request, _("Saved. Your answers call for a further question in this section."))
        return redirect(request.path + f"#q-{appeared[0].question.code}")
    messages.success(request, _("Saved."))
    following = _following(state, asked)
    if following is None:
        return redirect("assessment_submit", assessment.pk)
    return redirect("assessment_section", assessment.pk, following.code)


def _section(state: Questioning, code: str) -> Section:
    for section in state.rulebook.questionnaire.sections:
        if section.code == code:
            return section
    raise Http404(_("The questionnaire has no such section."))


def _following(state: Questioning, section: Section, step: int = 1) -> Section | None:
    sections = state.rulebook.questionnaire.sections
    index = sections.index(section) + step
    return sections[index] if 0 <= index < len(sections) else None


def _context(
    assessment: Assessment,
    state: Questioning,
    section: Section,
    form: SectionForm,
    stale: dict[str, Answer | None],
    before: Questioning | None = None,
) -> dict[str, Any]:
    return {
        "assessment": assessment,
        "case": assessment.case,
        "state": state,
        "section": section,
        "form": form,
        "stale": given_stale(state, stale),
        "previous": _following(state, section, -1),
        "following": _following(state, section),
        "saved_at": timezone.now(),
        "live": live(assessment, state, before),
        "changed": before is not None,
    }


def given_stale(state: Questioning, stale: dict[str, Answer | None]) -> list[dict[str, Any]]:
    """For each answer that someone else has recorded meanwhile: the question, and what stands now."""
    content = {code: {"state": row.state, "value": row.value} for code, row in stale.items() if row is not None}
    return [
        {"answer": answer, "by": state.answers[answer.question.code].answered_by}
        for answer in given_answers(state.rulebook, content, content)
    ]


def _section_page(
    request: SignedInRequest,
    assessment: Assessment,
    state: Questioning,
    section: Section,
    form: SectionForm,
    stale: dict[str, Answer | None] | None = None,
) -> HttpResponse:
    if stale:
        _take_up_versions(form, stale)
    context = _context(assessment, state, section, form, stale or {})
    return render(request, "answering/section.html", context, status=422 if form.errors or stale else 200)


def _take_up_versions(form: SectionForm, stale: dict[str, Answer | None]) -> None:
    """Let the next save of a question that was stale follow what stands now, once both have been seen."""
    form.data = form.data.copy()  # type: ignore[attr-defined]
    for code, answer in stale.items():
        form.data[f"{code}__version"] = str(answer.version if answer else 0)  # type: ignore[index]


def _saved(
    request: SignedInRequest,
    assessment: Assessment,
    state: Questioning,
    earlier: Questioning,
    section: Section,
    form: SectionForm,
    stale: dict[str, Answer | None],
) -> HttpResponse:
    """What changes on the page after a save in passing: the line that says so, the outline, questions that appear."""
    before = {item.question.code: item.shown for item in form.asked}
    now = state.asked_in(section)
    fresh = SectionForm(asked=now, sources=assessment.case.sources.all())
    carried = {item.question.code for item in form.asked if item.answer and item.answer.carried_over}
    turned = [
        item
        for item in now
        if item.shown != before[item.question.code]
        or (item.question.code in carried and item.answer and not item.answer.carried_over)
    ]
    context = _context(assessment, state, section, form, stale, earlier) | {
        "blocks": [fresh.block(item) for item in turned],
        "versions": [
            (item.question.code, item.answer.version)
            for item in now
            if item.answer and item.shown and item not in turned
        ],
        "errors": [(code, form[name].errors) for code, name in form.error_places()],
        "has_errors": bool(form.errors),
    }
    return render(request, "answering/saved.html", context)


@login_required
def assessment_submit(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What is left open, then freezing: errors stop it, warnings ask for a word."""
    assessment = _draft(request, pk)
    state = questioning(assessment)
    found = checks(state, assessment.as_of)
    by_level = {level: [item for item in found if item.level == level] for level in ("error", "warning", "info")}
    form = SubmitForm(request.POST if request.method == "POST" else None, warned=bool(by_level["warning"]))
    if request.method == "POST" and not by_level["error"] and form.is_valid():
        submit(assessment, by=request.user, word=form.cleaned_data["word"])
        messages.success(
            request, _("The assessment is submitted: its answers and its advice are frozen as they stand.")
        )
        return redirect("assessment_advice", assessment.pk)
    left = [
        (part, [item for item in state.asked_in(part.section) if item.shown and _is_left(item.answer)])
        for part in state.outline
        if part.left
    ]
    context = {
        "assessment": assessment,
        "case": assessment.case,
        "state": state,
        "left": left,
        "checks": by_level,
        "form": form,
    }
    refused = request.method == "POST"
    return render(request, "answering/submit.html", context, status=422 if refused else 200)


def _is_left(answer: Answer | None) -> bool:
    return answer is None or answer.state == Answer.State.OPEN


@login_required
def assessment_discard(request: SignedInRequest, pk: UUID) -> HttpResponse:
    assessment = _draft(request, pk)
    if request.method == "POST":
        case = assessment.case
        discard_draft(assessment, by=request.user)
        messages.success(request, _("The draft is discarded. What it held stays in the record of the case."))
        return redirect(case)
    context = {"assessment": assessment, "case": assessment.case, "state": questioning(assessment)}
    return render(request, "answering/discard.html", context)


@login_required
def assessment_advice(request: SignedInRequest, pk: UUID) -> HttpResponse:
    assessment = obtain(request.user, "cases.view_assessment", ASSESSMENTS, pk=pk)
    content = standing_content(assessment)
    rulebook = rulebook_of(assessment.edition_id)
    return render(
        request,
        "advice/sheet.html",
        {
            "assessment": assessment,
            "case": assessment.case,
            "sheet": sheet(rulebook, content["advice"]),
            "content": content,
            "titles": {code: measure.title for code, measure in rulebook.measures.items()},
            "edition": assessment.edition_number,
            "digest": None if assessment.is_draft else assessment.snapshot.digest,
            "can_change": may(request.user, "cases.change_assessment", assessment),
        },
    )


@login_required
def measure_in_advice(request: SignedInRequest, pk: UUID, code: str) -> HttpResponse:
    assessment = obtain(request.user, "cases.view_assessment", ASSESSMENTS, pk=pk)
    content = standing_content(assessment)
    rulebook = rulebook_of(assessment.edition_id)
    row = content["advice"]["measures"].get(code)
    if row is None:
        raise Http404(_("The edition of this assessment has no such measure."))
    return render(
        request,
        "advice/measure.html",
        {
            "assessment": assessment,
            "case": assessment.case,
            "card": card(rulebook, code, row),
            "reasons": reasons(rulebook, row, content["answers"]),
            "idle": idle_rules(rulebook, code, row),
            "ways_out": ways_out(rulebook, code, row, content["answers"]),
            "rests_on": given_answers(rulebook, row["rests_on"], content["answers"]),
            "edition": assessment.edition_number,
            "can_change": may(request.user, "cases.change_assessment", assessment),
        },
    )


@login_required
def assessment_compare(request: SignedInRequest, pk: UUID, earlier: UUID) -> HttpResponse:
    """Two assessments of one case side by side, changed answers first."""
    assessment = obtain(request.user, "cases.view_assessment", ASSESSMENTS, pk=pk)
    other = obtain(request.user, "cases.view_assessment", ASSESSMENTS, pk=earlier, case=assessment.case)
    before, after = standing_content(other), standing_content(assessment)
    comparison = compare(rulebook_of(assessment.edition_id), before, after)
    context = {"assessment": assessment, "earlier": other, "case": assessment.case, "comparison": comparison}
    return render(request, "advice/compare.html", context)
