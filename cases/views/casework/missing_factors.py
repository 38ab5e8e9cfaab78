"""Saying who cannot open a sensitive case yet."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.utils.translation import ngettext

from cases.models import Case
from cases.queries.people import without_second_factor
from cases.views.access import SignedInRequest


def warn_of_missing_factors(request: SignedInRequest, pk: UUID) -> None:
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
