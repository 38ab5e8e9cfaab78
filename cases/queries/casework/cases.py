"""Cases for lists and for their own page."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery

from cases import labels
from cases.models import Assessment, Case, Event, User
from cases.queries.assessing.advice import sheet
from cases.queries.assessing.content import submitted_content
from cases.queries.editions.rulebooks import rulebook_of
from cases.rulebook.entries.catalogue import FORMS


def listed_cases(user: User) -> QuerySet[Any]:
    """The cases that a person may see, each with its countries, owner and the date of its latest
    submission.
    """
    latest = Assessment.objects.submitted().filter(case=OuterRef("pk"), blind=False)
    return (
        Case.objects.visible_to(user)
        .select_related("owner")
        .prefetch_related("countries")
        .annotate(assessed_on=Subquery(latest.order_by("-as_of").values("as_of")[:1]))
    )


def search(cases: QuerySet[Case], text: str) -> QuerySet[Case]:
    """The cases in which every word of a text occurs in title, place, populations or summary."""
    for word in text.split():
        cases = cases.filter(
            Q(title__icontains=word)
            | Q(place__icontains=word)
            | Q(populations__icontains=word)
            | Q(summary__icontains=word)
        )
    return cases


@dataclass(frozen=True)
class FormLine:
    """The latest advice on a case in one sentence for one form."""

    title: labels.Label
    recommended: tuple[str, ...]
    sentence: str


@dataclass(frozen=True)
class LatestAdvice:
    assessment: Assessment
    lines: tuple[FormLine, ...]
    flags: tuple[str, ...]


def assessments_of(case: Case, user: User) -> list[tuple[Assessment, Assessment | None]]:
    """The case's assessments that a person may see, the newest situation first, each with the one
    before it.
    """
    seen = Assessment.objects.visible_to(user).filter(case=case)
    found = list(seen.select_related("author", "edition").defer("edition__document"))
    return list(zip_longest(found, found[1:]))


def latest_advice(case: Case, user: User) -> LatestAdvice | None:
    """What the newest submitted assessment of a case advises, or None where there is none that a
    person may see.
    """
    latest = (
        Assessment.objects.visible_to(user)
        .submitted()
        .filter(case=case)
        .select_related("snapshot")
        .newest_first()
        .first()
    )
    if latest is None:
        return None
    whole = sheet(rulebook_of(latest.edition_id), submitted_content(latest))
    lines = tuple(
        FormLine(
            column.title,
            tuple(
                card.measure.title
                for group in column.groups
                if group.status == "recommended"
                for card in group.cards
            ),
            column.sentence,
        )
        for column in whole.columns
    )
    assert len(lines) == len(FORMS)
    return LatestAdvice(latest, lines, tuple(flag.title for flag in whole.flags))


def timeline(case: Case, limit: int = 20) -> list[Event]:
    """The last acts on a case, the newest first."""
    return list(case.events.select_related("actor").order_by("-pk")[:limit])


def drafts_of(user: User) -> QuerySet[Assessment]:
    """The drafts that a person works on, the last touched first."""
    return (
        Assessment.objects.visible_to(user)
        .drafts()
        .select_related("case")
        .prefetch_related(Prefetch("case__countries"))
        .order_by("-changed_at")
    )
