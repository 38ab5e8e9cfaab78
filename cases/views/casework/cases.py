"""One case: its page, logging it, revising it."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cases.forms.casework import CaseForm
from cases.models import Assessment, Case
from cases.permissions import lets_more_people_see, may
from cases.queries.assessing.precedents import shortened, what_was_done
from cases.queries.casework.activity import activities
from cases.queries.casework.cases import assessments_of, latest_advice, timeline
from cases.queries.casework.closing import how_closed
from cases.queries.leaving import transfer_to_confirm
from cases.queries.waiting_reviews import signed_once
from cases.views.access import SignedInRequest, get_case, requires
from cases.views.casework.missing_factors import warn_of_missing_factors
from cases.workflows import casework
from cases.workflows.errors import StaleError


def _compared(assessments: Iterable[Assessment]) -> set[UUID]:
    """The keys of assessments that are one of two independent ones which are both submitted: each
    leads to the page that compares them.
    """
    keys = set[UUID]()
    for item in assessments:
        if item.second_to_id and not item.blind and not item.is_draft:
            keys |= {item.pk, item.second_to_id}
    return keys


def case_detail(request: SignedInRequest, pk: UUID) -> HttpResponse:
    case = get_case(request, "cases.view_case", pk)
    listed = assessments_of(case, request.user)
    whole = request.GET.get("measure", "")
    return render(
        request,
        "casework/detail.html",
        {
            "case": case,
            "latest": latest_advice(listed),
            "assessments": listed,
            # Independent assessments that are both submitted link to their agreement.
            "agreements": _compared(row.assessment for row in listed),
            "sources": list(case.sources.all()),
            "sees_sources": may(request.user, "cases.view_sources", case),
            "members": list(case.memberships.select_related("user")),
            "teams": list(case.teams.select_related("team")),
            "timeline": activities(timeline(case)),
            "timeline_total": case.events.count(),
            "done": shortened(what_was_done([case.pk]).get(case.pk, ()), whole),
            "can_change": may(request.user, "cases.change_case", case),
            "can_manage": may(request.user, "cases.manage_members", case),
            "how_closed": how_closed(case),
            "can_close": may(request.user, "cases.close_case", case),
            "transfer": transfer_to_confirm(case, request.user),
        },
    )


@requires("cases.add_case")
def case_new(request: SignedInRequest) -> HttpResponse:
    form = CaseForm(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        case = casework.log_case(by=request.user, **form.fields_for_workflow())
        messages.success(request, _("The case is logged. Add its sources, or start an assessment."))
        return redirect(case)
    return render(request, "casework/form.html", {"form": form}, status=422 if form.errors else 200)


def case_edit(request: SignedInRequest, pk: UUID) -> HttpResponse:
    case = get_case(request, "cases.change_case", pk)
    level = case.confidentiality
    form = CaseForm(
        request.POST or None, by=request.user, instance=case, initial={"version": case.version}
    )
    theirs: Case | None = None
    if request.method == "POST" and form.is_valid():
        if lets_more_people_see(form.cleaned_data["confidentiality"], level):
            raise_if_reauthentication_required(request, app="account")
        try:
            casework.revise_case(
                case, by=request.user, version=form.version_read, **form.fields_for_workflow()
            )
        except StaleError as stale:
            theirs = stale.current
            form.add_error(
                None,
                _(
                    "Someone else has changed this case since you opened it. Their text is shown"
                    " below. Combine the two and save again."
                ),
            )
            form.set_version(stale.current.version)
        else:
            messages.success(request, _("Saved."))
            if "confidentiality" in form.changed_data:
                warn_of_missing_factors(request, case.pk)
                _say_what_still_needs_two(request, Case.objects.get(pk=case.pk))
            return redirect(case)
    context = {
        "form": form,
        "case": case,
        "theirs": theirs,
        "signed_once": signed_once(case, request.user),
    }
    return render(request, "casework/form.html", context, status=422 if form.errors else 200)


def _say_what_still_needs_two(request: SignedInRequest, case: Case) -> None:
    """Say which assessments of a case that is no longer sensitive still need a second sign-off."""
    if case.confidentiality == Case.Confidentiality.SENSITIVE:
        return
    for assessment in signed_once(case, request.user):
        text = _(
            "The assessment of %(date)s still needs a second sign-off: the case was sensitive when "
            "the first one was given."
        )
        messages.info(request, text % {"date": date_format(assessment.as_of)})
