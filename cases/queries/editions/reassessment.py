"""Assessments that a newer edition would judge differently, and proposals to make them again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add

from django.db.models import Exists, OuterRef, QuerySet

from cases.models import Assessment, Edition, ReassessmentProposal, User
from cases.models.assessment import assessment_seen_by
from cases.models.case import case_worked_on_by
from cases.queries.editions.rulebooks import rulebook_of
from cases.queries.editor.impact import Impact, impact


def newer_than(assessment: Assessment) -> Edition | None:
    """The newest edition, where its rules are newer than those of an assessment; without its
    document.
    """
    newest = Edition.objects.newest()
    if (
        newest is None
        or newest.pk == assessment.edition_id
        or newest.number == assessment.edition_number
    ):
        return None
    return newest


@dataclass(frozen=True)
class ToPropose:
    """The latest assessments of older editions: how many there are, how many would read
    differently, and those with the most changes.
    """

    edition: Edition
    found: Impact
    rows: tuple[tuple[Assessment, int], ...]
    proposed: int


def assessments_of_older_editions(user: User, edition: Edition) -> QuerySet[Assessment]:
    """The latest assessments that a person may see, of cases that are not closed, and that were
    made with the rules of an older edition.
    """
    return (
        Assessment.objects.visible_to(user)
        .in_cases_not_closed()
        .latest_of_each_case()
        .filter(edition__number__lt=edition.number)
    )


def proposal_for(assessment: Assessment, edition: Edition) -> ReassessmentProposal | None:
    """The proposal to make an assessment again with an edition, if there is one."""
    return ReassessmentProposal.objects.filter(assessment=assessment, edition=edition).first()


def to_propose(user: User, edition: Edition) -> ToPropose:
    """What an edition would change in the latest assessments that a person may see and that are not
    proposed yet.
    """
    older = assessments_of_older_editions(user, edition)
    proposed = ReassessmentProposal.objects.filter(assessment=OuterRef("pk"), edition=edition)
    waiting = older.filter(~Exists(proposed))
    editions = list(waiting.order_by().values_list("edition_id", flat=True).distinct())
    parts = [
        impact(
            waiting.filter(edition=pk), rulebook_of(pk), rulebook_of(edition.pk), with_plans=False
        )
        for pk in editions
    ]
    change = reduce(add, parts, Impact())
    by_key = {
        row.pk.hex: row
        for row in Assessment.objects.visible_to(user)
        .filter(pk__in=[key for _number, key in change.foremost])
        .select_related("case")
    }
    rows = tuple((by_key[key], number) for number, key in change.foremost if key in by_key)
    return ToPropose(edition, change, rows, older.filter(Exists(proposed)).count())


def proposals_for(user: User) -> QuerySet[ReassessmentProposal]:
    """The open proposals about cases that a person works on, the newest first."""
    seen = assessment_seen_by(user, "assessment__")
    worked_on = case_worked_on_by(user, "assessment__case__")
    proposals = ReassessmentProposal.objects.filter(
        seen,
        worked_on,
        state=ReassessmentProposal.State.OPEN,
        assessment__case__closed_at=None,
    )
    return proposals.select_related("assessment__case", "edition").defer("edition__document")
