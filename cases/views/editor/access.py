"""What the pages of the draft edition share: who may edit, which draft, and what an act that does
not fit says.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases import labels
from cases.models import Draft
from cases.permissions import may
from cases.views.access import SignedInRequest
from cases.workflows.editor import editing

View = Callable[..., HttpResponse]


def _typed(request: SignedInRequest) -> list[tuple[str, str]]:
    """The words that were typed into a form, by its fields: they are shown where the form has
    nowhere to go.
    """
    return [
        (name, text)
        for name, texts in request.POST.lists()
        for text in texts
        if name != "csrfmiddlewaretoken" and (" " in text.strip() or "\n" in text.strip())
    ]


def editor(view: View) -> View:
    @wraps(view)
    def checked(request: SignedInRequest, **kwargs: Any) -> HttpResponse:
        if not may(request.user, "cases.edit_catalogue"):
            raise PermissionDenied(
                _("The catalogue is edited by catalogue admins: ask a site admin for the role.")
            )
        try:
            return view(request, **kwargs)
        except editing.EditingError as error:
            typed = _typed(request)
            if error.code == "gone" and typed:
                return render(
                    request, "editor/kept.html", {"says": error.says, "typed": typed}, status=409
                )
            messages.warning(request, error.says)
            return redirect("draft")

    return login_required(checked)


def the_draft() -> Draft:
    found = Draft.objects.select_related("base", "started_by", "proposed_by").first()
    if found is None:
        raise editing.EditingError("gone")
    return found


def the_entry(draft: Draft, kind: str, code: str) -> dict[str, Any]:
    entries = draft.document[kind] if kind in labels.ENTRY_KIND else []
    found: dict[str, Any] | None = next((item for item in entries if item["code"] == code), None)
    if found is None:
        raise Http404(_("The draft has no such entry."))
    return found
