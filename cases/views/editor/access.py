"""How the pages of the draft edition reach the draft and its entries."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from cases.models import Draft
from cases.rulebook.editions.documents import EditionDocument
from cases.workflows.errors import EditingError


def the_draft() -> Draft:
    found = Draft.objects.select_related("base", "started_by", "proposed_by").first()
    if found is None:
        raise EditingError("gone")
    return found


def the_entry(draft: Draft, kind: str, code: str) -> dict[str, Any]:
    found = EditionDocument(draft.document).entry(kind, code)
    if found is None:
        raise Http404(_("The draft has no such entry."))
    return found
