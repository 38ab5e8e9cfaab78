"""Reads a migrated database in a process of its own and prints what it finds as JSON."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rtop_assist.settings")
django.setup()

from allauth.mfa.models import Authenticator
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from cases import models
from cases.models import Assessment, ReassessmentProposal, Snapshot, User
from cases.rulebook.editions.builder import digest_of
from tests.factors import prove_by_factor

PAGES_OF_AN_ASSESSMENT = (
    "assessment_advice",
    "assessment_review",
    "assessment_reassess",
    "flow",
    "risk_profile",
    "precedents",
    "what_if",
)
PAGES_OF_THE_CATALOGUE = ("catalogue", "measure_list", "edition_list", "draft", "draft_impact")
PAGES_OF_ALL = ("home", "case_list", "notification_list")


def rows() -> dict[str, Any]:
    """How many rows there are of each kind, and in which states."""
    names = (
        "Assessment",
        "Snapshot",
        "MeasureDecision",
        "ReviewDecision",
        "ActorRequest",
        "Edition",
        "Draft",
        "Notification",
    )
    kinds: dict[str, type[Model]] = {name: getattr(models, name) for name in names}
    found: dict[str, Any] = {name: kind._default_manager.count() for name, kind in kinds.items()}
    found["reassessments"] = sorted(ReassessmentProposal.objects.values_list("state", flat=True))
    found["review_states"] = sorted(set(Assessment.objects.values_list("review_state", flat=True)))
    return found


def snapshots() -> dict[str, Any]:
    """How many snapshots hold what their digest covers."""
    intact = [row for row in Snapshot.objects.all() if digest_of(row.content) == row.digest]
    return {"intact": len(intact)}


def sign_in(client: Client, user: User) -> None:
    client.force_login(user)
    session = client.session
    prove_by_factor(session, str(user.pk))
    session.save()


def pages() -> dict[str, Any]:
    """The status of each page that shows what was kept, by its address."""
    # Sensitive cases open only to people with a second factor.
    Authenticator.objects.bulk_create(
        Authenticator(user=user, type=Authenticator.Type.TOTP, data={})
        for user in User.objects.exclude(authenticator__type=Authenticator.Type.TOTP)
    )
    found = {}
    client = Client()
    submitted = Assessment.objects.filter(status="submitted").select_related("case", "author")
    for assessment in submitted:
        sign_in(client, assessment.author)
        addresses = [reverse(name, args=[assessment.pk]) for name in PAGES_OF_AN_ASSESSMENT]
        addresses += [
            reverse("measure_in_advice", args=[assessment.pk, "enc.awareness"]),
            reverse("measure_review", args=[assessment.pk, "enc.awareness"]),
            assessment.case.get_absolute_url(),
            reverse("case_timeline", args=[assessment.case_id]),
        ]
        found.update({address: client.get(address).status_code for address in addresses})
    sign_in(client, User.objects.get(username="chen.catalogue"))
    for name in PAGES_OF_THE_CATALOGUE + PAGES_OF_ALL:
        found[reverse(name)] = client.get(reverse(name)).status_code
    sign_in(client, User.objects.get(username="alma.auditor"))
    found[reverse("record")] = client.get(reverse("record")).status_code
    return found


if __name__ == "__main__":
    print(json.dumps({"rows": rows, "snapshots": snapshots, "pages": pages}[sys.argv[1]]()))
