"""Home: what waits for the reader. And the method page."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from cases import labels
from cases.permissions import is_analyst
from cases.queries.casework.cases import drafts_of, listed_cases
from cases.queries.editions.reassessment import proposals_for
from cases.queries.editions.rulebooks import current_edition, current_rulebook
from cases.queries.editor.drafts import waiting_for
from cases.queries.followup import overdue_for
from cases.queries.review import asked_of, mentions_of, returned_to
from cases.views.access import SignedInRequest

# Older assessments are listed as possibly out of date.
STALE_AFTER = timedelta(days=180)
SHOWN = 8


def home(request: SignedInRequest) -> HttpResponse:
    cases = listed_cases(request.user)
    mine = cases.filter(owner=request.user)
    old = timezone.localdate() - STALE_AFTER
    return render(
        request,
        "casework/home.html",
        {
            "overdue": overdue_for(request.user)[:SHOWN],
            "measures": current_rulebook().measures,
            "asked": asked_of(request.user)[:SHOWN],
            "returned": returned_to(request.user)[:SHOWN],
            "proposals": proposals_for(request.user)[:SHOWN],
            "mentions": mentions_of(request.user)[:SHOWN],
            "catalogue": waiting_for(request.user),
            "drafts": drafts_of(request.user)[:SHOWN],
            "never_assessed": mine.filter(assessed_on__isnull=True).order_by("-changed_at")[:SHOWN],
            "old": mine.filter(assessed_on__lt=old).order_by(F("assessed_on").asc())[:SHOWN],
            "recent": cases.order_by("-changed_at")[:SHOWN],
            "can_log": is_analyst(request.user),
        },
    )


def method(request: SignedInRequest) -> HttpResponse:
    return render(
        request,
        "casework/method.html",
        {
            "edition": current_edition(),
            "statuses": labels.STATUS,
            "forms": labels.FORM,
            "forms_say": labels.FORM_SAYS,
        },
    )
