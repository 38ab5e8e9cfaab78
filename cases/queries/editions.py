"""Editions of the rulebook, parsed once in a process: they never change."""

from __future__ import annotations

from functools import lru_cache

from cases.models import Edition
from cases.rulebook.document import build
from cases.rulebook.rules import Rulebook


class NoEditionError(LookupError):
    """No edition is published yet: `manage.py load_rulebook` publishes the first."""


def current_edition() -> Edition:
    """The newest edition, without its document."""
    edition = Edition.objects.defer("document").order_by("-number", "-revision").first()
    if edition is None:
        raise NoEditionError
    return edition


@lru_cache(maxsize=8)
def rulebook_of(edition_id: int) -> Rulebook:
    """The rulebook of an edition. The document was checked when it was published, so it is only parsed here."""
    return build(Edition.objects.values_list("document", flat=True).get(pk=edition_id))


def current_rulebook() -> Rulebook:
    return rulebook_of(current_edition().pk)
