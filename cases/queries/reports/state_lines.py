"""How far an assessment may be relied on, in words."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from cases import labels
from cases.models import Assessment, Case
from cases.queries.assessing.state import AssessmentState
from cases.queries.casework.closing import how_closed
from cases.queries.reports.values import StateLine
from cases.queries.reports.wording import day


def state_line(state: AssessmentState) -> StateLine:
    """How far an assessment may be relied on, in words."""
    names = tuple(str(person) for person in state.people)
    signed = state.code in (Assessment.ReviewState.SIGNED_OFF, Assessment.ReviewState.PENDING)
    return StateLine(
        code=state.mark,
        mark=str(labels.REVIEW_MARK[state.mark]),
        sentences=(*state_sentences(state), *_closing_sentences(state.assessment.case)),
        signed_by=names if signed else (),
        since=state.since,
        is_valid=state.is_valid,
        is_stale=state.is_stale,
    )


def state_sentences(state: AssessmentState) -> Iterable[str]:
    """Who decided what and when, what replaced the assessment, and whether it is stale."""
    names = ", ".join(str(person) for person in state.people)
    slots = {"names": names, "date": day(state.since)}
    if state.code == "draft":
        yield _("A draft: it was not submitted, and it may still change.")
    elif state.code == Assessment.ReviewState.PENDING:
        yield _("It was submitted and awaits review.")
        if names:
            yield _("Signed off so far by %(names)s.") % slots
    elif state.code == Assessment.ReviewState.REFERRED:
        if state.referred_to:
            to = {**slots, "to": str(state.referred_to)}
            yield _("Referred to %(to)s by %(names)s on %(date)s; not decided yet.") % to
        else:
            yield _("Referred by %(names)s on %(date)s; not decided yet.") % slots
    elif state.code == Assessment.ReviewState.RETURNED:
        yield _("Returned to its author by %(names)s on %(date)s. Do not act on it.") % slots
    elif state.code == Assessment.ReviewState.SIGNED_OFF:
        yield _("Signed off by %(names)s on %(date)s.") % slots
    if state.superseded_by:
        if state.superseded_by.as_of == state.assessment.as_of:
            yield _("Superseded by a later assessment of the same day.")
        else:
            later = {"date": day(state.superseded_by.as_of)}
            yield _("Superseded by the assessment of %(date)s.") % later
    if state.amended_by and state.amended_by.submitted_at:
        yield _("Amended on %(date)s.") % {"date": day(state.amended_by.submitted_at)}
    if state.is_stale:
        yield _("Something under it has changed since it was submitted.")


def _closing_sentences(case: Case) -> Iterable[str]:
    if case.is_closed:
        yield _("The case is closed. %(how)s") % {"how": how_closed(case)}
