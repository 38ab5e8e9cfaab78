"""The advice of an assessment: its plan, all its measures, and choosing in the plan of a draft."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.forms.assessing.plan import (
    AddMeasureForm,
    ChoiceForm,
    MeasureChoiceForm,
    NumberForm,
    UndoForm,
)
from cases.models import Assessment, ChosenPlan
from cases.permissions import may
from cases.queries.assessing.advice import sheet
from cases.queries.assessing.content import AssessmentContent, content_for
from cases.queries.assessing.measure_table import Filters, filter_choices, measure_table
from cases.queries.assessing.our_part import our_part_of, our_share
from cases.queries.assessing.plan import PlanLine, PlanPage, plan_page
from cases.queries.assessing.state import decisions_on
from cases.queries.editions.reassessment import newer_than
from cases.queries.editions.rulebooks import rulebook_of
from cases.queries.followup import withdrawn_in
from cases.rulebook.reasoning.adviser import leads_for
from cases.rulebook.reasoning.plan import MOST
from cases.rulebook_phrases import phrases
from cases.views.access import SignedInRequest, get_object
from cases.views.assessing.answering import ASSESSMENTS, draft_of
from cases.views.list_address import ListAddress
from cases.workflows.assessing.planning import choose_in_plan
from cases.workflows.errors import StaleError


def assessment_advice(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The plan. Where the edition makes none, all measures."""
    assessment = get_object(request, "cases.view_assessment", ASSESSMENTS, pk=pk)
    content = content_for(request.user, assessment)
    if content.advice.plan is None:
        return _measures_page(request, assessment, content)
    rulebook = rulebook_of(assessment.edition_id)
    plan = plan_page(rulebook, content)
    part = our_part_of(request.user)
    rows = [line.row for line in (*plan.first, *plan.next)]
    context = _context(request, assessment, content) | {
        "plan": plan,
        "ours": our_share(rulebook, part, rows, content.countries, content.as_of) if part else None,
    }
    return render(request, "assessing/plan.html", context)


def assessment_measures(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """All measures as a table."""
    assessment = get_object(request, "cases.view_assessment", ASSESSMENTS, pk=pk)
    return _measures_page(request, assessment, content_for(request.user, assessment))


def _measures_page(
    request: SignedInRequest, assessment: Assessment, content: AssessmentContent
) -> HttpResponse:
    rulebook = rulebook_of(assessment.edition_id)
    words = {
        "status": _("Status"),
        "form": _("Form"),
        "actor": _("Actor"),
        "problem": _("Problem"),
    }
    choices = filter_choices(rulebook, content.advice)
    address = ListAddress(request.GET)
    filters = Filters(
        **{name: address.choice(name, words[name], dict(choices[name])) for name in words}
    )
    address.report(request)
    plan = content.advice.plan
    order = plan_page(rulebook, content).first if plan else ()
    table = measure_table(rulebook, content, filters, [line.measure.code for line in order])
    offered = [
        {"name": name, "label": words[name], "choices": listed, "value": getattr(filters, name)}
        for name, listed in choices.items()
        if listed
    ]
    context = _context(request, assessment, content) | {"table": table, "filters": offered}
    return render(request, "assessing/measures.html", context)


def _context(
    request: SignedInRequest, assessment: Assessment, content: AssessmentContent
) -> dict[str, Any]:
    """What every page of the advice shows."""
    rulebook = rulebook_of(assessment.edition_id)
    return {
        "assessment": assessment,
        "case": assessment.case,
        "content": content,
        "sheet": sheet(rulebook, content),
        "titles": {code: measure.title for code, measure in rulebook.measures.items()},
        "edition": assessment.edition_number,
        "digest": None if assessment.is_draft else assessment.snapshot.digest,
        "newer": newer_than(assessment),
        "may_reassess": may(request.user, "cases.reassess", assessment),
        "can_change": may(request.user, "cases.change_assessment", assessment),
        "decided": decisions_on(assessment),
        "withdrawn": withdrawn_in(assessment),
    }


def plan_edit(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Choose in the plan of a draft: one form for each measure, one to add, one for the number."""
    assessment = draft_of(request, pk)
    content = content_for(request.user, assessment)
    if content.advice.plan is None:
        messages.info(request, _("The edition of this assessment makes no plan."))
        return redirect(assessment)
    page = plan_page(rulebook_of(assessment.edition_id), content)
    editing = _Editing(request, assessment, content, page)
    status = 200
    if request.method == "POST":
        form = editing.sent()
        if form is None:
            raise Http404(_("There is nothing to choose here."))
        if form.is_valid() and editing.save(form):
            messages.success(request, _("Saved."))
            return redirect("plan_edit", assessment.pk)
        status = 422
    return render(request, "assessing/plan_edit.html", editing.context(), status=status)


class _Editing:
    """The forms of one request, of which at most one is sent."""

    def __init__(
        self,
        request: SignedInRequest,
        assessment: Assessment,
        content: AssessmentContent,
        page: PlanPage,
    ) -> None:
        self.request, self.assessment, self.content, self.page = request, assessment, content, page
        self.rulebook = rulebook_of(assessment.edition_id)
        plan = ChosenPlan.objects.filter(assessment=assessment).first()
        self.initial = {"version": plan.version if plan else 0}
        act = request.POST.get("act", "")
        self.by_measure = {
            line.measure.code: self._measure_form(line, self._data(act, line.measure.code))
            for line in page.first
        }
        self.add = AddMeasureForm(
            self._data(act, "add"),
            initial=self.initial,
            measures=self._addable(),
            is_full=len(page.first) >= MOST,
        )
        self.number = NumberForm(
            self._data(act, "number"), initial=self.initial, number=page.number
        )
        self.undo = UndoForm(self._data(act, "undo"), initial=self.initial)

    def sent(self) -> ChoiceForm | None:
        """The form that was sent; None where what was sent fits none."""
        forms: list[ChoiceForm] = [*self.by_measure.values(), self.add, self.number, self.undo]
        return next((form for form in forms if form.is_bound), None)

    def save(self, form: ChoiceForm) -> bool:
        """Keep what a form chose. False where someone else has changed the plan since."""
        try:
            choose_in_plan(
                self.assessment,
                form.chosen(),
                by=self.request.user,
                reason=form.cleaned_data.get("reason", ""),
                version=form.version_read,
            )
        except StaleError as stale:
            form.add_error(
                None,
                _("Someone else has changed the plan. Check it, then save yours again."),
            )
            form.set_version(stale.current.version if stale.current else 0)
            return False
        return True

    def context(self) -> dict[str, Any]:
        sent = self.sent()
        return {
            "assessment": self.assessment,
            "case": self.assessment.case,
            "content": self.content,
            "plan": self.page,
            "lines": [(line, self.by_measure[line.measure.code]) for line in self.page.first],
            "add": self.add,
            "number": self.number,
            "version": self.initial["version"],
            "form": sent,
            "titles": {
                code: row.measure.title for code, row in self.content.advice.measures.items()
            },
        }

    def _data(self, act: str, name: str) -> Any:
        return self.request.POST if self.request.method == "POST" and act == name else None

    def _measure_form(self, line: PlanLine, data: Any) -> MeasureChoiceForm:
        return MeasureChoiceForm(
            data,
            initial=self.initial,
            measure=line.measure.code,
            place=line.place,
            places=len(self.page.first),
            lead=line.lead.actor if line.lead else "",
            computed_lead=line.row.lead.actor if line.row.lead else "",
            leads=self._leads(line),
        )

    def _leads(self, line: PlanLine) -> list[tuple[str, str]]:
        """Everybody who can lead a measure: the best placed first, the unsuitable last and so
        called.
        """
        found = leads_for(
            self.rulebook,
            self.content.values,
            line.measure.code,
            countries=self.content.countries,
            as_of=self.content.as_of,
            phrases=phrases(),
        )
        offered = {item.actor: item.name for item in (*found.suitable, *found.partners)}
        unsuitable = _("%(name)s – unsuitable: %(why)s")
        for item in found.unsuitable:
            offered[item.actor] = unsuitable % {"name": item.name, "why": item.why}
        if line.lead:
            offered.setdefault(line.lead.actor, line.lead.name)
        return list(offered.items())

    def _addable(self) -> list[tuple[str, str]]:
        """The measures that are advised and not in the plan, those that come next first."""
        within = {line.measure.code for line in self.page.first}
        lines = (*self.page.left_out_by_choice, *self.page.next, *self.page.later)
        return [
            (line.measure.code, line.measure.title)
            for line in lines
            if line.measure.code not in within and line.row.is_shown
        ]
