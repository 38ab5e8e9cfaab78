"""Answering: a page for each section, and an address that saves one answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cases.forms.assessing.answering import QuestionFields, SectionForm
from cases.models import Answer, Assessment
from cases.permissions import may
from cases.queries.assessing.advice import shown_answer
from cases.queries.assessing.answering import (
    QuestionnaireState,
    QuestionToAnswer,
    questionnaire_state,
    questions_to_answer,
)
from cases.queries.assessing.answers import ANSWER_FILTERS, all_answers
from cases.queries.assessing.carried_over import number_to_place
from cases.queries.assessing.content import RecordedAnswer, content_for
from cases.queries.assessing.live_advice import live_advice
from cases.queries.editions.rulebooks import rulebook_of
from cases.rulebook.entries.questions import Question, QuestionTable, Section
from cases.views.access import SignedInRequest, get_object
from cases.views.list_address import report_repeats
from cases.workflows.assessing.answering import (
    SavedAnswer,
    confirm_carried_over,
    save_answer,
    save_answers,
)
from cases.workflows.errors import StaleError

ASSESSMENTS = Assessment.objects.select_related("case", "author")
# For saving one answer: only what the permission check needs.
DRAFTS = Assessment.objects.select_related("case").only(
    "status",
    "author_id",
    "blind",
    "as_of",
    "edition_id",
    "packed",
    "case__owner_id",
    "case__confidentiality",
)


def draft_of(request: SignedInRequest, pk: UUID) -> Assessment:
    return get_object(request, "cases.change_assessment", ASSESSMENTS, pk=pk)


def assessment_answer(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Redirect to the first section that is not finished."""
    assessment = draft_of(request, pk)
    return redirect(
        "assessment_section", assessment.pk, questionnaire_state(assessment).first_unfinished.code
    )


def assessment_section(request: SignedInRequest, pk: UUID, section: str) -> HttpResponse:
    assessment = draft_of(request, pk)
    state = questionnaire_state(assessment)
    part = _section_or_404(state, section)
    rows = questions_to_answer(
        assessment, state, state.rulebook.questionnaire.in_section(part.code)
    )
    form = _form(request, assessment, rows, part.tables)
    if not form.is_bound:
        return _section_page(request, assessment, state, part, form)
    form.is_valid()
    stale = save_answers(assessment, form.answers(), by=request.user)
    was_shown = {row.question.code for row in rows if row.shown}
    state = questionnaire_state(assessment)
    if form.errors or stale:
        return _section_page(request, assessment, state, part, form, stale)
    questions = state.rulebook.questionnaire.in_section(part.code)
    appeared = [
        item.code for item in questions if state.is_shown(item.code) and item.code not in was_shown
    ]
    if appeared:
        messages.info(
            request, _("Saved. Your answers call for a further question in this section.")
        )
        return redirect(request.path + f"#q-{appeared[0]}")
    if "confirm" in request.POST:
        number = sum(row.is_carried_over for row in rows)
        said = ngettext(
            "Saved. %(number)s carried-over answer is confirmed or changed.",
            "Saved. %(number)s carried-over answers are confirmed or changed.",
            number,
        )
        messages.success(request, said % {"number": number} if number else _("Saved."))
        return redirect(_next_to_confirm(assessment, part))
    messages.success(request, _("Saved."))
    table = _table_to_fill(request, part.tables)
    if table is not None:
        return redirect(request.path + f"#table-{table.code}")
    following = _following(state, part)
    if following is None:
        return redirect("assessment_submit", assessment.pk)
    return redirect("assessment_section", assessment.pk, following.code)


def assessment_answers(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """All answers on one page, before and after submission."""
    assessment = get_object(request, "cases.view_assessment", ASSESSMENTS, pk=pk)
    content = content_for(request.user, assessment)
    report_repeats(request, {"only": _("Filter")})
    only = request.GET.get("only", "")
    if only not in ANSWER_FILTERS:
        if only:
            messages.warning(request, _("There is no such filter. All answers are shown."))
        only = ""
    context = {
        "assessment": assessment,
        "case": assessment.case,
        "answers": all_answers(rulebook_of(assessment.edition_id), content, only),
        "only": only,
        "may_change": may(request.user, "cases.change_assessment", assessment),
        "versions": dict(assessment.answers.values_list("question", "version")),
    }
    return render(request, "assessing/answers.html", context)


@require_POST
def section_confirm(request: SignedInRequest, pk: UUID, section: str) -> HttpResponse:
    """Confirm the carried-over answers of a section as the page of all answers showed them."""
    assessment = draft_of(request, pk)
    part = _section_or_404(questionnaire_state(assessment), section)
    versions = {}
    for seen in request.POST.getlist("seen"):
        code, _colon, version = seen.partition(":")
        if version.isdecimal():
            versions[code] = int(version[:9])
    confirmed, left = confirm_carried_over(assessment, versions, by=request.user)
    said = ngettext(
        "%(number)s answer is confirmed.", "%(number)s answers are confirmed.", confirmed
    )
    messages.success(request, said % {"number": confirmed})
    if left:
        said = ngettext(
            "%(number)s answer is not confirmed: it has changed in the meantime, or its day is "
            "after the assessment's. Check it separately.",
            "%(number)s answers are not confirmed: they have changed in the meantime, or their "
            "days are after the assessment's. Check each separately.",
            left,
        )
        messages.warning(request, said % {"number": left})
        return redirect("assessment_section", assessment.pk, part.code)
    # Back to the list with its filter.
    only = request.POST.get("only", "")
    query = {"only": only} if only else {}
    address = reverse("assessment_answers", args=[assessment.pk], query=query)
    return redirect(f"{address}#section-{part.code}")


def _next_to_confirm(assessment: Assessment, section: Section) -> str:
    """The next section with answers to confirm; the page before submission if there is none."""
    state = questionnaire_state(assessment)
    sections = [part.section for part in state.outline if part.carried]
    later = [item for item in sections if item.code != section.code]
    if not later:
        return reverse("assessment_submit", args=[assessment.pk])
    order = [item.code for item in state.rulebook.questionnaire.sections]
    after = [item for item in later if order.index(item.code) > order.index(section.code)]
    return reverse("assessment_section", args=[assessment.pk, (after or later)[0].code])


@require_POST
def answer_save(request: SignedInRequest, pk: UUID, question: str) -> HttpResponse:
    """Save one answer and return the parts of the page that it changes, in a fixed number of
    statements.

    The header `X-Saved` tells a page that was offline whether the answer arrived.
    """
    assessment = get_object(request, "cases.change_assessment", DRAFTS, pk=pk)
    item = rulebook_of(assessment.edition_id).questionnaire.by_code.get(question)
    if item is None:
        raise Http404(_("The questionnaire has no such question."))
    form = _form(
        request, assessment, [QuestionToAnswer(item, shown=True, condition="", answer=None)]
    )
    form.is_valid()
    stale: dict[str, Answer | None] = {}
    saved: SavedAnswer | None = None
    for answer_input, version in form.answers():
        try:
            saved = save_answer(assessment, answer_input, by=request.user, version=version)
        except StaleError as error:
            stale[question] = error.current
    before = saved.before if saved else questionnaire_state(assessment)
    state = saved.after if saved else before
    answer = saved.answer if saved else None
    turned = [
        other
        for other in state.rulebook.questionnaire.questions
        if other.show_if and state.is_shown(other.code) != before.is_shown(other.code)
    ]
    touched = {item.section, *(other.section for other in turned)} if state is not before else ()
    was = before.answers.get(question)
    context = {
        "assessment": assessment,
        "state": state,
        "parts": [
            part
            for part in state.outline
            if part.section.code in touched and part != before.progress(part.section)
        ],
        "stale": given_stale(state, stale),
        "saved_at": timezone.now(),
        "code": question,
        "version": answer.version if answer else None,
        "confirmed": was and was.carried_over and answer and not answer.carried_over,
        "errors": [(code, form[name].errors) for code, name in form.error_places()],
        "has_errors": bool(form.errors),
        "blocks": _blocks(
            assessment, state, [other for other in turned if other.section == item.section]
        ),
        "live": live_advice(state, before),
        "changed": True,
    }
    response = render(request, "assessing/saved.html", context)
    response["X-Saved"] = "0" if form.errors or stale else "1"
    return response


def _blocks(
    assessment: Assessment, state: QuestionnaireState, questions: list[Question]
) -> list[QuestionFields]:
    """The questions that an answer shows or hides."""
    if not questions:
        return []
    rows = questions_to_answer(assessment, state, questions)
    form = SectionForm(
        items=rows,
        sources=assessment.case.sources.all(),
        assessment=assessment,
        tables=_section_or_404(state, questions[0].section).tables,
    )
    return [form.block(row) for row in rows]


def _form(
    request: SignedInRequest,
    assessment: Assessment,
    rows: list[QuestionToAnswer],
    tables: Sequence[QuestionTable] = (),
) -> SectionForm:
    """The form of some questions. Sources of the case are read only if a question names them."""
    data: QueryDict | None = request.POST if request.method == "POST" else None
    named = data is None or any(key.endswith("__sources") for key in data) or len(rows) > 1
    sources = assessment.case.sources.all() if named else ()
    table = _table_to_fill(request, tables)
    if data is not None and table is not None:
        filled = data.copy()
        for code in table.questions:
            filled[code] = data.get(f"same__{table.code}", "")
        data = filled
    if data is not None and "confirm" in data:
        # Everything in the section that was carried over and that nobody changes is still correct.
        filled = data.copy()
        for row in rows:
            if row.is_carried_over:
                filled[SectionForm.confirmation_of(row.question.code)] = "on"
        data = filled
    return SectionForm(data, items=rows, sources=sources, assessment=assessment, tables=tables)


def _table_to_fill(
    request: SignedInRequest, tables: Sequence[QuestionTable]
) -> QuestionTable | None:
    """The table whose rows are all to get one answer, if its button was pressed with an answer."""
    pressed = request.POST.get("same")
    for table in tables:
        if table.code == pressed and request.POST.get(f"same__{table.code}"):
            return table
    return None


def _section_or_404(state: QuestionnaireState, code: str) -> Section:
    for section in state.rulebook.questionnaire.sections:
        if section.code == code:
            return section
    raise Http404(_("The questionnaire has no such section."))


def _following(state: QuestionnaireState, section: Section, step: int = 1) -> Section | None:
    sections = state.rulebook.questionnaire.sections
    index = sections.index(section) + step
    return sections[index] if 0 <= index < len(sections) else None


def given_stale(state: QuestionnaireState, stale: dict[str, Answer | None]) -> list[dict[str, Any]]:
    """Each question whose answer someone else has saved since the page was opened, with that
    answer.
    """
    rows = {code: row for code, row in stale.items() if row is not None}
    shown: list[dict[str, Any]] = []
    for question in state.rulebook.questionnaire.questions:
        row = rows.get(question.code)
        if row is not None:
            recorded = RecordedAnswer(row.state, question.read(row.value), note=row.note)
            answer = shown_answer(question, recorded)
            shown.append({"answer": answer, "by": row.answered_by, "version": row.version})
    return shown


def _section_page(
    request: SignedInRequest,
    assessment: Assessment,
    state: QuestionnaireState,
    section: Section,
    form: SectionForm,
    stale: dict[str, Answer | None] | None = None,
) -> HttpResponse:
    both = given_stale(state, stale or {})
    if stale:
        form.set_versions(stale)
        form.stale = {item["answer"].question.code: item for item in both}
    context = {
        "assessment": assessment,
        "case": assessment.case,
        "state": state,
        "section": section,
        "form": form,
        "stale": both,
        "previous": _following(state, section, -1),
        "following": _following(state, section),
        "live": live_advice(state),
        "changed": False,
        "to_place": number_to_place(assessment) if assessment.carried_from_id else 0,
        "carried": [row for row in form.items if row.is_carried_over],
    }
    return render(
        request, "assessing/section.html", context, status=422 if form.errors or stale else 200
    )
