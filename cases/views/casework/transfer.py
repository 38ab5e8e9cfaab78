"""Handing a case over to another owner."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.forms.casework import TransferForm
from cases.queries.leaving import possible_owners, transfer_to_confirm
from cases.views.access import SignedInRequest, get_case
from cases.views.casework.missing_factors import warn_of_missing_factors
from cases.workflows.errors import TransferError
from cases.workflows.people.leaving import confirm_transfer, refuse_transfer, transfer_case


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
            warn_of_missing_factors(request, case.pk)
            return redirect(case)
    context = {"form": form, "case": case}
    return render(request, "casework/transfer.html", context, status=422 if form.errors else 200)


@require_POST
def transfer_confirm(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Confirm or refuse the person to whom a case is proposed whose owner has left."""
    case = get_case(request, "cases.confirm_owner", pk)
    proposal = transfer_to_confirm(case, request.user)
    act = request.POST.get("act")
    if act not in ("confirm", "refuse"):
        messages.warning(request, _("Nothing was decided. Choose one of the buttons."))
        return redirect(case)
    confirms = act == "confirm"
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
