"""Cases: the list, one case, logging and revising, sources and members."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from django_countries import countries

from cases import labels
from cases.exports.formats import CASE_LIST_FORMATS
from cases.forms.casework import CaseForm, MemberForm, ReasonForm, SourceForm, TransferForm
from cases.forms.followup import StepForm
from cases.models import Assessment, Case, Source, User
from cases.permissions import lets_more_people_see, may
from cases.queries.assessing.precedents import shortened, what_was_done
from cases.queries.casework.activity import activities
from cases.queries.casework.cases import (
    assessments_of,
    countries_of_cases,
    latest_advice,
    listed_cases,
    search,
    states_of_latest,
    timeline,
)
from cases.queries.casework.closing import how_closed, open_work
from cases.queries.casework.timeline import bars, dated_rows, moments
from cases.queries.editions.rulebooks import (
    actors_of_all_editions,
    current_rulebook,
    measures_of_all_editions,
)
from cases.queries.leaving import blind_drafts_of, possible_owners, transfer_to_confirm
from cases.queries.paging import Page, Total, total_of
from cases.queries.people import without_second_factor
from cases.queries.waiting_reviews import signed_once
from cases.text_folding import InOrder, fold
from cases.views.access import SignedInRequest, get_case, requires
from cases.views.changed_requests import saying_changed_requests
from cases.views.list_address import ListAddress, listed_page, report_lost_place
from cases.workflows import casework
from cases.workflows.errors import StaleError, TransferError
from cases.workflows.followup import record_step, remove_step
from cases.workflows.people.leaving import confirm_transfer, refuse_transfer, transfer_case

PAGE_SIZE = 25
# Up to how many sensitive cases that a second factor would show are counted.
LOCKED_COUNTED = 100
# How many moments of the situation a page of its timeline shows.
MOMENTS = 200
LATEST_CHANGE = "-changed"
SORTS: dict[str, tuple[str, str]] = {
    "title": ("in_order", "pk"),
    "-title": ("-in_order", "-pk"),
    "assessed": ("sort_assessed", "pk"),
    "-assessed": ("-sort_assessed", "-pk"),
    "changed": ("changed_at", "pk"),
    LATEST_CHANGE: ("-changed_at", "-pk"),
}

# Which cases a list shows; the first is shown unless another is chosen.
CASE_STATES: dict[str, labels.Label] = {
    "current": gettext_lazy("Current cases"),
    "closed": gettext_lazy("Closed cases"),
    "all": gettext_lazy("All cases"),
}


@dataclass(frozen=True, slots=True)
class CaseFilters:
    """The filters of a list of cases, read from its address."""

    text: str
    country: str
    confidentiality: str
    mine: bool
    state: str
    sort: str
    # What of the address cannot be used, in sentences.
    refused: tuple[str, ...]

    @classmethod
    def of(cls, data: QueryDict) -> CaseFilters:
        address = ListAddress(data)
        known = {countries.alpha3(code) for code, _name in countries}
        return cls(
            text=address.words("q", _("Search")),
            country=address.choice("country", _("Country"), known),
            confidentiality=address.choice(
                "confidentiality", _("Confidentiality"), Case.Confidentiality.values
            ),
            mine=bool(address.choice("mine", _("Only mine"), {"1"})),
            state=address.choice("state", _("Current or closed"), CASE_STATES, "current"),
            sort=address.order("sort", SORTS, LATEST_CHANGE),
            refused=tuple(address.refused),
        )

    @property
    def sort_keys(self) -> tuple[str, str]:
        return SORTS[self.sort]

    def found(self, user: User) -> QuerySet[Any]:
        """The cases that fit, of those that the person may see, in order."""
        cases = self.narrow(listed_cases(user), user)
        found: QuerySet[Any] = cases.annotate(in_order=InOrder("sort_title"))
        return found.order_by(*self.sort_keys)

    def report(self, request: SignedInRequest) -> None:
        """Say what of the address cannot be used."""
        for sentence in self.refused:
            messages.warning(request, sentence)

    def narrow(self, cases: QuerySet[Any], user: User) -> QuerySet[Any]:
        cases = self.narrow_but_state(cases, user)
        if self.state == "all":
            return cases
        return cases.filter(closed_at__isnull=self.state == "current")

    def narrow_but_state(self, cases: QuerySet[Any], user: User) -> QuerySet[Any]:
        """The cases that fit these filters, closed or not."""
        cases = search(cases, self.text)
        if self.country:
            cases = cases.filter(countries__code=self.country)
        if self.confidentiality:
            cases = cases.filter(confidentiality=self.confidentiality)
        return cases.filter(owner=user) if self.mine else cases

    def __bool__(self) -> bool:
        chosen = self.text or self.country or self.confidentiality or self.mine
        return bool(chosen) or self.state != "current"


def case_list(request: SignedInRequest) -> HttpResponse:
    filters = CaseFilters.of(request.GET)
    filters.report(request)
    found = filters.found(request.user)
    page: Page[Any] = listed_page(request, found, filters.sort_keys, PAGE_SIZE)
    locked = Case.objects.locked_without_second_factor(request.user)
    return render(
        request,
        "casework/list.html",
        {
            "page": page,
            "states": states_of_latest(page),
            "text": filters.text,
            "sort": filters.sort,
            "country": filters.country,
            "confidentiality": filters.confidentiality,
            "mine": filters.mine,
            "countries": _offered_countries(request.user, filters.country),
            "country_name": str(countries.name(filters.country)) if filters.country else "",
            "confidentialities": Case.Confidentiality.choices,
            "state": filters.state,
            "state_name": CASE_STATES[filters.state],
            "case_states": CASE_STATES,
            "closed": _closed(filters.narrow_but_state(listed_cases(request.user), request.user)),
            "locked": total_of(locked, LOCKED_COUNTED),
            "is_filtered": bool(filters),
            "can_log": may(request.user, "cases.add_case"),
            "formats": CASE_LIST_FORMATS,
        },
    )


def _offered_countries(user: User, chosen: str) -> list[tuple[str, str]]:
    """The countries of the cases that a person may see, and the one that is chosen."""
    codes = {*countries_of_cases(user), *filter(None, [chosen])}
    return sorted(
        ((code, str(countries.name(code))) for code in codes), key=lambda pair: fold(pair[1])
    )


def _closed(cases: QuerySet[Any]) -> Total:
    """How many of some cases are closed."""
    return total_of(cases.filter(closed_at__isnull=False))


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


def case_close(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Close a case for a reason, once the person has read what is still open in it."""
    case = get_case(request, "cases.close_case", pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            casework.close_case(case, by=request.user, reason=form.cleaned_data["reason"])
        except StaleError:
            messages.info(request, _("This case is already closed."))
        else:
            messages.success(request, _("The case is closed. It can be reopened at any time."))
        return redirect(case)
    if case.is_closed:
        return redirect(case)
    context = {"form": form, "case": case, "work": open_work(case, request.user)}
    return render(request, "casework/close.html", context, status=422 if form.errors else 200)


def case_reopen(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Let work on a closed case go on, for a reason."""
    case = get_case(request, "cases.close_case", pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            casework.reopen_case(case, by=request.user, reason=form.cleaned_data["reason"])
        except StaleError:
            messages.info(request, _("This case has already been reopened."))
        else:
            messages.success(request, _("The case is reopened. Work on it can continue."))
        return redirect(case)
    if not case.is_closed:
        return redirect(case)
    context = {"form": form, "case": case, "how_closed": how_closed(case)}
    return render(request, "casework/reopen.html", context, status=422 if form.errors else 200)


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
                _warn_of_missing_factors(request, case.pk)
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


def _warn_of_missing_factors(request: SignedInRequest, pk: UUID) -> None:
    """Say who takes part in a sensitive case and cannot open it yet."""
    case = Case.objects.get(pk=pk)
    if case.confidentiality != Case.Confidentiality.SENSITIVE:
        return
    people = [person.name_and_username for person in without_second_factor(case)]
    if people:
        warning = ngettext(
            "%(names)s has no second factor and cannot open this sensitive case until one is set "
            "up. A notification says so.",
            "%(names)s have no second factor and cannot open this sensitive case until they set "
            "one up. A notification tells them.",
            len(people),
        )
        messages.warning(request, warning % {"names": ", ".join(people)})


def source_new(request: SignedInRequest, pk: UUID) -> HttpResponse:
    case = get_case(request, "cases.change_case", pk)
    return _source_page(request, case, None)


def source_edit(request: SignedInRequest, pk: UUID, source: int) -> HttpResponse:
    case = get_case(request, "cases.change_case", pk)
    return _source_page(request, case, _source_of(case, source))


def _source_of(case: Case, pk: int) -> Source:
    return get_object_or_404(case.sources, pk=pk)


def _source_page(request: SignedInRequest, case: Case, source: Source | None) -> HttpResponse:
    form = SourceForm(request.POST or None, instance=source)
    theirs: Source | None = None
    if request.method == "POST" and form.is_valid():
        try:
            _save_source(request, case, source, form)
        except StaleError as stale:
            theirs = stale.current
            form.add_error(
                None,
                _(
                    "Someone else has changed this source since you opened it. Their text is shown "
                    "below. Combine the two and save again."
                ),
            )
            form.set_read(theirs.text_digest)
        else:
            messages.success(request, _("The source is saved."))
            return redirect(f"{case.get_absolute_url()}#sources")
    context = {"form": form, "case": case, "source": source, "theirs": theirs}
    return render(request, "casework/source_form.html", context, status=422 if form.errors else 200)


def _save_source(
    request: SignedInRequest, case: Case, source: Source | None, form: SourceForm
) -> None:
    fields: dict[str, Any] = casework.source_fields(form.cleaned_data)
    if source is None:
        casework.add_source(case, by=request.user, **fields)
    else:
        kept, read = _source_of(case, source.pk), form.cleaned_data["read"]
        casework.revise_source(kept, by=request.user, read=read, **fields)


def members(request: SignedInRequest, pk: UUID) -> HttpResponse:
    case = get_case(request, "cases.manage_members", pk)
    form = MemberForm(request.POST or None, owner=case.owner)
    if request.method == "POST" and form.is_valid():
        who = form.cleaned_data["user"] or form.cleaned_data["team"]
        give = casework.set_member if form.cleaned_data["user"] else casework.set_team
        give(case, who, form.cleaned_data["role"], by=request.user)
        messages.success(request, _("%(name)s now takes part in this case.") % {"name": who})
        _warn_of_missing_factors(request, case.pk)
        return redirect("case_members", case.pk)
    context = {
        "form": form,
        "case": case,
        "members": list(case.memberships.select_related("user")),
        "teams": list(
            case.teams.select_related("team").prefetch_related("team__members", "unconfirmed")
        ),
    }
    return render(request, "casework/members.html", context, status=422 if form.errors else 200)


def case_transfer(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Hand a case over to another owner."""
    case = get_case(request, "cases.manage_members", pk)
    form = TransferForm(request.POST or None, owners=possible_owners(case))
    if request.method == "POST" and form.is_valid():
        to = form.cleaned_data["to"]
        try:
            transfer_case(case, to, by=request.user)
        except TransferError as error:
            form.add_error("to", error.says)
        else:
            messages.success(request, _("%(name)s owns this case now.") % {"name": to})
            _warn_of_missing_factors(request, case.pk)
            return redirect(case)
    context = {"form": form, "case": case}
    return render(request, "casework/transfer.html", context, status=422 if form.errors else 200)


@require_POST
def transfer_confirm(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Confirm or refuse the person to whom a case is proposed whose owner has left."""
    case = get_case(request, "cases.confirm_owner", pk)
    proposal = transfer_to_confirm(case, request.user)
    confirms = request.POST.get("act") == "confirm"
    try:
        if proposal is None:
            raise TransferError("gone")
        (confirm_transfer if confirms else refuse_transfer)(proposal, by=request.user)
    except TransferError as error:
        messages.warning(request, error.says)
        return redirect(case)
    if confirms:
        says = _("%(name)s can take this case over now.")
    else:
        says = _("%(name)s does not take this case over.")
    messages.success(request, says % {"name": proposal.to})
    return redirect(case)


def member_remove(request: SignedInRequest, pk: UUID, member: int) -> HttpResponse:
    case = get_case(request, "cases.manage_members", pk)
    membership = case.memberships.filter(pk=member).select_related("user").first()
    return _take_out(
        request,
        case,
        membership,
        membership and membership.user.name_and_username,
        [membership.user] if membership else [],
        casework.remove_member,
    )


@require_POST
def team_confirm(request: SignedInRequest, pk: UUID, team: int) -> HttpResponse:
    """Let people who joined a team later take part in the case."""
    case = get_case(request, "cases.manage_members", pk)
    row = get_object_or_404(case.teams.select_related("team"), pk=team)
    casework.confirm_team_members(row, by=request.user)
    messages.success(request, _("The new members of %(name)s now take part.") % {"name": row.team})
    return redirect("case_members", case.pk)


def team_remove(request: SignedInRequest, pk: UUID, team: int) -> HttpResponse:
    case = get_case(request, "cases.manage_members", pk)
    membership = case.teams.filter(pk=team).select_related("team").first()
    return _take_out(
        request,
        case,
        membership,
        membership and membership.team,
        list(membership.team.members.all()) if membership else [],
        casework.remove_team,
    )


def _take_out(
    request: SignedInRequest,
    case: Case,
    membership: Model | None,
    who: object,
    people: list[User],
    remove: Callable[..., None],
) -> HttpResponse:
    """Ask before a person or a team is removed from a case.

    `membership` is None if it was removed in another window.
    """
    pairs = blind_drafts_of(people, case)
    if membership is not None and request.method != "POST":
        context = {"case": case, "who": who, "is_blind": pairs.exists()}
        return render(request, "casework/member_remove.html", context)
    if membership is not None:
        before = pairs.count()
        remove(membership, by=request.user)
        messages.success(request, _("%(name)s no longer takes part in this case.") % {"name": who})
        if pairs.count() < before:
            messages.info(
                request,
                _(
                    "Two independent assessments can now be seen by everyone who works on the case "
                    "and are no longer independent."
                ),
            )
    return redirect("case_members", case.pk)


def case_timeline(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The situation by its own dates, and the events of the case."""
    case = get_case(request, "cases.view_case", pk)
    events = case.events.select_related("actor")
    page = listed_page(request, events, ("-pk",), PAGE_SIZE * 2)
    moment_pages = Paginator(dated_rows(case, request.user), MOMENTS)
    asked = request.GET.get("moments", "1")
    happened = moment_pages.get_page(asked)
    if str(happened.number) != asked:
        report_lost_place(request)
    context = {
        "case": case,
        "bars": bars(case, request.user),
        "years": moments(happened),
        "happened": happened,
        "undated": case.sources.filter(published_on=None).count(),
        "sees_sources": may(request.user, "cases.view_sources", case),
        "page": page,
        "activities": activities(page),
    }
    return render(request, "casework/timeline.html", context)


def step_new(request: SignedInRequest, pk: UUID) -> HttpResponse:
    case = get_case(request, "cases.change_case", pk)
    initial = {"measure": request.GET.get("measure", "")}
    form = StepForm(
        request.POST or None,
        rulebook=current_rulebook(),
        measures=measures_of_all_editions(),
        actors=actors_of_all_editions(),
        sources=case.sources.all(),
        initial=initial,
    )
    if request.method == "POST" and form.is_valid():
        with saying_changed_requests(request, case.pk):
            record_step(case, by=request.user, **form.cleaned_data)
            messages.success(request, _("What was done is recorded."))
        return redirect(f"{case.get_absolute_url()}#done")
    context = {"form": form, "case": case}
    return render(request, "followup/step_form.html", context, status=422 if form.errors else 200)


def step_remove(request: SignedInRequest, pk: UUID, step: int) -> HttpResponse:
    case = get_case(request, "cases.change_case", pk)
    recorded = get_object_or_404(case.steps.select_related("case"), pk=step)
    if request.method == "POST":
        with saying_changed_requests(request, case.pk):
            remove_step(recorded, by=request.user)
            messages.success(request, _("The record is removed."))
        return redirect(f"{case.get_absolute_url()}#done")
    measure = measures_of_all_editions().get(recorded.measure)
    return render(
        request, "followup/step_remove.html", {"case": case, "step": recorded, "measure": measure}
    )
