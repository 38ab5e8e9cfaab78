"""Published editions, and the differences between any two."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from cases import labels
from cases.queries.editions.edition_changes import changes_in_words
from cases.queries.editions.rulebooks import edition_or_none, editions_newest_first
from cases.rulebook.editions.document_diff import weight_of
from cases.views.access import SignedInRequest, requires
from cases.views.editions.catalogue import page_of


@requires("cases.view_catalogue")
def edition_list(request: SignedInRequest) -> HttpResponse:
    """Every edition, newest first, each with the one before it."""
    editions = list(editions_newest_first())
    rows = list(zip(editions, [*editions[1:], None], strict=True))
    return page_of(request, "editions/editions.html", rows=rows, editions=editions)


@requires("cases.view_catalogue")
def edition_differences(request: SignedInRequest, first: int, second: int) -> HttpResponse:
    """The differences between two editions, entry by entry."""
    before, after = (edition_or_none(key) for key in (first, second))
    if before is None or after is None:
        raise Http404(_("There is no such edition."))
    changes = changes_in_words(before.document, after.document)
    weight = weight_of(tuple(item.change for item in changes))
    context = {
        "before": before,
        "after": after,
        "readings": changes,
        "weight": weight,
        "labels": labels.ENTRY_KIND,
    }
    return page_of(request, "editions/differences.html", **context)
