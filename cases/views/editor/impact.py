"""What the draft edition would do: to every case as a job, to one case or to made-up answers at
once.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.forms.assessing.what_if import WhatIfForm
from cases.forms.editor.conditions import code_in
from cases.models import Assessment
from cases.queries.editions.rulebook_comparison import (
    answers_in_words,
    answers_under,
    compare_rulebooks,
)
from cases.queries.editions.rulebooks import kept_rulebook
from cases.queries.editor.drafts import draft_edition
from cases.queries.editor.impact import shown_impact
from cases.queries.editor.jobs import job_of
from cases.rulebook.entries.questions import Questionnaire, Value
from cases.views.access import SignedInRequest, get_object, parse_uuids, requires
from cases.views.assessing.answering import ASSESSMENTS
from cases.views.editor.access import the_draft
from cases.views.job_page import job_page
from cases.workflows.editor import impact_jobs


@requires("cases.edit_catalogue")
def draft_impact(request: SignedInRequest) -> HttpResponse:
    """How far the job is, and what it found; it is begun and cancelled here too."""
    draft = the_draft()
    if request.method == "POST":
        if request.POST.get("act") == "cancel":
            impact_jobs.cancel_impact_job(by=request.user)
            messages.success(request, _("Stopped. You can start again at any time."))
        else:
            impact_jobs.start_impact_job(draft, by=request.user)
        return redirect("draft_impact")
    edition = draft_edition(draft)
    progress = job_of(request.user, draft)
    running = progress is not None and progress.state == "running"
    if progress is not None and running:
        impact_jobs.requeue_stalled_parts(progress.job)
    old, new = kept_rulebook(draft.base_id, ""), edition.rulebook
    change = (
        shown_impact(progress.found, old, new, Assessment.objects.visible_to(request.user))
        if progress and progress.found
        else None
    )
    context = {"draft": draft, "edition": edition, "progress": progress, "impact": change}
    return job_page(request, "editor/impact.html", "editor/progress.html", context, running=running)


@requires("cases.edit_catalogue")
def draft_try(request: SignedInRequest) -> HttpResponse:
    """The draft beside the published edition under the same answers.

    They are those of an assessment (`of`), or those that the address gives (`a=QUESTION:OPTION`, as
    a link to a counterexample does), each changed as one likes; nothing is written.
    """
    draft = the_draft()
    # Both in their original language, whatever language the reader chose, because they are
    # compared.
    old, new = kept_rulebook(draft.base_id, ""), draft_edition(draft).rulebook
    data = request.GET if request.method == "GET" else request.POST
    assessment = _assessment(request, data.get("of", ""))
    base: dict[str, Value | None] = (
        answers_under(assessment, new.questionnaire) if assessment else {}
    )
    preset, left = _preset_answers(data.getlist("a"), new.questionnaire)
    base |= preset
    if left and request.method == "GET":
        said_left = ngettext(
            "%(number)s answer that this address gives does not exist in the draft and is left "
            "out: %(answers)s",
            "%(number)s answers that this address gives do not exist in the draft and are left "
            "out: %(answers)s",
            len(left),
        )
        names = {"number": len(left), "answers": ", ".join(left[:10])}
        messages.warning(request, said_left % names)
    form = WhatIfForm(
        request.POST if request.method == "POST" else None,
        questionnaire=new.questionnaire,
        base=base,
    )
    form.full_clean()
    tried = form.tried() if form.is_bound else {}
    answers = {**base, **tried}
    known = {code: value for code, value in answers.items() if value is not None}
    countries = assessment.case.country_codes if assessment else []
    as_of = assessment.as_of if assessment else timezone.localdate()
    context: dict[str, Any] = {
        "draft": draft,
        "assessment": assessment,
        "form": form
        if form.errors
        else WhatIfForm(questionnaire=new.questionnaire, base=base, tried=tried),
        "given": answers_in_words(known, new.questionnaire),
        "preset": data.getlist("a"),
        "beside": compare_rulebooks(old, new, known, countries=countries, as_of=as_of),
        "errors": [(code, form[code].errors) for code in new.questionnaire.by_code]
        if form.is_bound
        else [],
    }
    template = "editor/try_outcome.html" if request.htmx else "editor/try.html"
    return render(
        request, template, context, status=422 if form.errors and not request.htmx else 200
    )


def _assessment(request: SignedInRequest, text: str) -> Assessment | None:
    if not text:
        return None
    for key in parse_uuids(text):
        return get_object(request, "cases.view_assessment", ASSESSMENTS, pk=key, shows=True)
    raise Http404(_("There is no such assessment."))


def _preset_answers(
    pairs: list[str], questionnaire: Questionnaire
) -> tuple[dict[str, Value | None], list[str]]:
    """Answers as `QUESTION:OPTION`, one for each option, and the questions whose answers the
    questionnaire does not allow. `QUESTION:` alone is none of them.
    """
    raw: dict[str, list[str]] = {}
    for pair in pairs:
        code, _colon, option = pair.partition(":")
        raw.setdefault(code, []).extend([option] if option else [])
    values: dict[str, Any] = {}
    for code, options in raw.items():
        question = questionnaire.by_code.get(code)
        if question is not None and (options or question.kind == "multiple"):
            one = options[0] if options else ""
            value = code_in(one) if question.kind == "scale" else one
            values[code] = options if question.kind == "multiple" else value
    readable = questionnaire.readable(values)
    by_code = questionnaire.by_code
    left = [code for code in raw if code and code not in readable]
    return readable, [by_code[code].title if code in by_code else code[:60] for code in left]
