"""How the pages of the draft edition reach the draft and its entries."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from cases.models import Draft
from cases.queries.editor.drafts import current_draft
from cases.rulebook.editions.documents import EditionDocument
from cases.workflows.errors import EditingError


def the_draft() -> Draft:
    """The draft edition. Raises EditingError if there is none."""
    draft = current_draft()
    if draft is None:
        raise EditingError("gone")
    return draft


def the_entry(draft: Draft, kind: str, code: str) -> dict[str, Any]:
    entry = EditionDocument(draft.document).entry(kind, code)
    if entry is None:
        raise Http404(_("The draft has no such entry."))
    return entry
