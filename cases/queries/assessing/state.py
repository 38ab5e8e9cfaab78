"""What a reader must know of an assessment before relying on it: how far its review is, what
replaced it, and whether something under it has changed since.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cases.models import Assessment, Case, Event, MeasureDecision, ReviewDecision, User
from cases.models.review import SIGN_OFFS_NEEDED
from cases.queries.editions.rulebooks import rulebook_of
from cases.queries.review import changes_under, in_effect

# The events after which a submitted assessment may no longer be what its case says.
CHANGING = (Event.Verb.CASE_REVISED, Event.Verb.SOURCE_REVISED)


@dataclass(frozen=True)
class AssessmentState:
    """The state of an assessment: of its review, and whether another one has taken its place.

    `decisions` are those that led to the present state of the review, the earliest first.
    """

    assessment: Assessment
    decisions: tuple[ReviewDecision, ...]
    amended_by: Assessment | None
    superseded_by: Assessment | None
    is_stale: bool

    @property
    def code(self) -> str:
        """`draft`, or the state of the review."""
        return "draft" if self.assessment.is_draft else str(self.assessment.review_state)

    @property
    def mark(self) -> str:
        """The `code`, or `superseded` where a later assessment has taken its place."""
        return "superseded" if self.superseded_by else self.code

    @property
    def people(self) -> list[User]:
        return [decision.reviewer for decision in self.decisions]

    @property
    def since(self) -> datetime | None:
        """When the last decision was given that led to this state."""
        return self.decisions[-1].given_at if self.decisions else None

    @property
    def referred_to(self) -> User | None:
        return self.decisions[-1].referred_to if self.code == "referred" else None

    @property
    def keeps_needing_two(self) -> bool:
        """Whether it awaits a second sign-off only because its case was sensitive at the first."""
        asked = SIGN_OFFS_NEEDED[Case.Confidentiality(self.assessment.case.confidentiality)]
        return self.code == Assessment.ReviewState.PENDING and len(self.decisions) >= asked

    @property
    def awaits_review(self) -> bool:
        return self.code in (Assessment.ReviewState.PENDING, Assessment.ReviewState.REFERRED)

    @property
    def is_valid(self) -> bool:
        """Whether it is signed off and no later one has superseded it."""
        signed_off = self.code == Assessment.ReviewState.SIGNED_OFF
        return signed_off and self.superseded_by is None


def states_of(assessments: Iterable[Assessment]) -> dict[UUID, AssessmentState]:
    """The state of each assessment, by its key: a fixed number of statements.

    Only where the case or a source was revised after submission is the content compared, too.
    """
    listed = list(assessments)
    submitted = [row for row in listed if not row.is_draft]
    decisions: dict[UUID, list[ReviewDecision]] = {}
    for decision in ReviewDecision.objects.filter(assessment__in=submitted).select_related(
        "reviewer", "referred_to"
    ):
        decisions.setdefault(decision.assessment_id, []).append(decision)
    amending = {
        row.amends_id: row for row in Assessment.objects.filter(amends__in=submitted).order_by()
    }
    later = _signed_off_in_cases_of(submitted)
    revised = _last_revision_in_cases_of(submitted)
    states = {}
    for row in listed:
        states[row.pk] = AssessmentState(
            row,
            _deciding(row, decisions.get(row.pk, [])),
            amending.get(row.pk),
            _superseding(row, later.get(row.case_id, [])),
            _is_stale(row, revised.get(row.case_id)),
        )
    return states


def state_of(assessment: Assessment) -> AssessmentState:
    return states_of([assessment])[assessment.pk]


def _deciding(
    assessment: Assessment, decisions: list[ReviewDecision]
) -> tuple[ReviewDecision, ...]:
    kind = _DECIDED_BY.get(assessment.review_state)
    if kind == ReviewDecision.Kind.SIGN_OFF:
        return tuple(in_effect(decisions))
    return tuple([decision for decision in decisions if decision.kind == kind][-1:])


# Which decision led to a state of the review. While it is awaited, the sign-offs so far count.
_DECIDED_BY: dict[str, str] = {
    Assessment.ReviewState.PENDING: ReviewDecision.Kind.SIGN_OFF,
    Assessment.ReviewState.SIGNED_OFF: ReviewDecision.Kind.SIGN_OFF,
    Assessment.ReviewState.RETURNED: ReviewDecision.Kind.RETURN,
    Assessment.ReviewState.REFERRED: ReviewDecision.Kind.REFER,
}


def _signed_off_in_cases_of(assessments: list[Assessment]) -> dict[UUID, list[Assessment]]:
    """The assessments that are signed off in each case, the newest situation first."""
    cases = {row.case_id for row in assessments}
    signed: dict[UUID, list[Assessment]] = {}
    for row in Assessment.objects.signed_off().filter(case__in=cases).newest_first():
        signed.setdefault(row.case_id, []).append(row)
    return signed


def _superseding(assessment: Assessment, signed: list[Assessment]) -> Assessment | None:
    """The newest assessment that is signed off, where it is newer than this one."""
    if assessment.is_draft or not signed:
        return None
    newest = signed[0]
    if (newest.as_of, newest.submitted_at) > (assessment.as_of, assessment.submitted_at):
        return newest
    return None


def _last_revision_in_cases_of(assessments: list[Assessment]) -> dict[UUID | None, datetime]:
    cases = {row.case_id for row in assessments}
    events = Event.objects.filter(case__in=cases, verb__in=CHANGING).order_by("at")
    return dict(events.values_list("case_id", "at"))


def _is_stale(assessment: Assessment, revised_at: datetime | None) -> bool:
    if assessment.is_draft or revised_at is None or assessment.submitted_at is None:
        return False
    if revised_at < assessment.submitted_at:
        return False
    return bool(changes_under(assessment, rulebook_of(assessment.edition_id)))


def decisions_on(assessment: Assessment) -> dict[str, tuple[MeasureDecision, ...]]:
    """The last decision of each reviewer, by measure; none for a draft."""
    if assessment.is_draft:
        return {}
    latest: dict[tuple[str, int], MeasureDecision] = {}
    for decision in assessment.measure_decisions.select_related("reviewer"):
        latest[decision.measure, decision.reviewer_id] = decision
    by_measure: dict[str, tuple[MeasureDecision, ...]] = {}
    for (measure, _reviewer), decision in latest.items():
        by_measure[measure] = (*by_measure.get(measure, ()), decision)
    return by_measure
