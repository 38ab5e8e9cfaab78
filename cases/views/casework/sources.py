"""The sources of a case: adding one, revising one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from cases.forms.casework import SourceForm
from cases.models import Case, Source
from cases.views.access import SignedInRequest, get_case
from cases.workflows import casework
from cases.workflows.errors import StaleError


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
