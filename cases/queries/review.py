"""The review of a submitted assessment as its pages show it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cases import labels
from cases.models import (
    Assessment,
    Case,
    CaseMember,
    Comment,
    MeasureDecision,
    ReviewDecision,
    Thread,
    User,
)
from cases.models.review import SIGN_OFFS_NEEDED, TRANSITIONS
from cases.permissions import (
    REVIEWER,
    assessments_visible_to,
    cases_visible_to,
    roles_of,
    with_part_in,
)
from cases.queries.assessing.assessments import content_of
from cases.rulebook.entries.catalogue import Measure
from cases.rulebook.entries.rules import PRIORITIES, Rulebook

Json = Mapping[str, Any]
# What a reviewer decides on: what the rulebook would have done, or would have if a gate were open.
DECIDED_ON = ("recommended", "conditional", "deferred", "blocked")


@dataclass(frozen=True)
class Row:
    """One recommendation with what each reviewer decided last."""

    measure: Measure
    status: str
    decisions: tuple[MeasureDecision, ...]
    open_threads: int


@dataclass(frozen=True)
class Change:
    """Something under a snapshot that is other now: as it was seen, as it is, and the answers that
    it stands under.
    """

    what: labels.Label
    then: str
    now: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Review:
    rows: tuple[Row, ...]
    verdicts: tuple[ReviewDecision, ...]
    needed: int
    possible: tuple[str, ...]
    changes: tuple[Change, ...]

    @property
    def signed(self) -> int:
        return sum(verdict.kind == ReviewDecision.Kind.SIGN_OFF for verdict in self.verdicts)

    @property
    def undecided(self) -> int:
        return sum(not row.decisions for row in self.rows)


def review_of(assessment: Assessment, rulebook: Rulebook) -> Review:
    """How the review of a submitted assessment stands, and what has changed under what was seen."""
    content = assessment.snapshot.content
    latest: dict[tuple[str, int], MeasureDecision] = {}
    for decision in assessment.measure_decisions.select_related("reviewer"):
        latest[decision.measure, decision.reviewer_id] = decision
    threads: dict[str, int] = {}
    for code in assessment.threads.filter(
        anchor=Thread.Anchor.MEASURE, resolved_at=None
    ).values_list("code", flat=True):
        threads[code] = threads.get(code, 0) + 1
    ranks = {priority: rank for rank, priority in enumerate(PRIORITIES)}
    stand = [
        (code, row)
        for code, row in content["advice"]["measures"].items()
        if row["status"] in DECIDED_ON
    ]
    stand.sort(
        key=lambda pair: (
            DECIDED_ON.index(pair[1]["status"]),
            ranks.get(pair[1]["priority"], len(ranks)),
        )
    )
    return Review(
        tuple(
            Row(
                rulebook.measures[code],
                row["status"],
                tuple(
                    decision for (measure, _reviewer), decision in latest.items() if measure == code
                ),
                threads.get(code, 0),
            )
            for code, row in stand
        ),
        tuple(assessment.review_decisions.select_related("reviewer")),
        SIGN_OFFS_NEEDED[Case.Confidentiality(assessment.case.confidentiality)],
        tuple(verdict for (state, verdict) in TRANSITIONS if state == assessment.review_state),
        tuple(changes_under(assessment, rulebook)),
    )


# What a reader calls the parts of a snapshot.
_PARTS: dict[str, labels.Label] = {
    "case": _("The case's title"),
    "countries": _("The countries"),
    "as_of": _("The date"),
    "edition": _("The edition"),
    "value": _("An answer"),
    "state": _("Whether it is known"),
    "confidence": _("A confidence"),
    "note": _("A note"),
    "sources": _("The sources of an answer"),
    "attachments": _("The files"),
    "title": _("A source's title"),
    "publisher": _("A source's publisher"),
    "published_on": _("A source's date"),
    "url": _("A source's address"),
    "reliability": _("A source's reliability"),
}


def changes_under(assessment: Assessment, rulebook: Rulebook) -> list[Change]:
    """What is other now than in the snapshot: what a sign-off that names its digest no longer
    covers.

    The same change under several answers, as when a source is revised, is told once.
    """
    then: Json = assessment.snapshot.content
    now = json.loads(json.dumps(content_of(assessment)))
    found: dict[tuple[str, str, str], list[str]] = {}
    for key in then:
        if key not in ("word", "advice"):
            for path, before, after in _changes((key,), then[key], now.get(key)):
                part = next((name for name in reversed(path) if name in _PARTS), key)
                places = found.setdefault(
                    (part if path[0] != "case" else "case", before, after), []
                )
                if path[0] in ("answers", "attachments") and len(path) > 1:
                    places.append(rulebook.questionnaire[path[1]].title)
    rows = [
        Change(_PARTS.get(part, part), before, after, tuple(dict.fromkeys(places)))
        for (part, before, after), places in found.items()
    ]
    statuses = now["advice"]["measures"]
    for code, row in then["advice"]["measures"].items():
        status = statuses.get(code, {}).get("status")
        if status != row["status"]:
            title = rulebook.measures[code].title
            rows.append(
                Change(
                    title,
                    str(labels.STATUS[row["status"]]),
                    str(labels.STATUS.get(status, "–")),
                    (),
                )
            )
    return rows


def _changes(
    path: tuple[str, ...], then: Any, now: Any
) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Differences of two JSON values; of an object only what was there then, so that newer fields
    count for nothing.
    """
    if isinstance(then, dict) and isinstance(now, dict):
        for key, value in then.items():
            yield from _changes((*path, key), value, now.get(key))
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for before, after in zip(then, now, strict=True):
            yield from _changes(path, before, after)
    elif then != now:
        yield path, _plain(then), _plain(now)


def _plain(value: Any) -> str:
    if value is None or value == "":
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def threads_about(assessment: Assessment, anchor: str, code: str) -> list[Thread]:
    """The threads anchored to one recommendation or answer, with their comments: two statements."""
    threads = assessment.threads.filter(anchor=anchor, code=code).select_related("resolved_by")
    return list(threads.prefetch_related("comments__author"))


def quoted_in(assessment: Assessment, given: str) -> Comment | None:
    """The comment that a reply is to quote, if it stands in a thread of this assessment."""
    if not given.isdecimal() or len(given) > 18:
        return None
    return (
        Comment.objects.filter(thread__assessment=assessment, pk=int(given))
        .select_related("author")
        .first()
    )


def asked_of(user: User) -> QuerySet[Assessment]:
    """What waits for a person's review, the oldest first: submitted by others in the cases that the
    person reviews.

    What is asked of others is left out.
    """
    if REVIEWER not in roles_of(user):
        return Assessment.objects.none()
    reviewed = cases_visible_to(user).filter(with_part_in(user, CaseMember.Role.REVIEWER))
    waiting = (Assessment.ReviewState.PENDING, Assessment.ReviewState.REFERRED)
    signed = ReviewDecision.objects.filter(reviewer=user, kind=ReviewDecision.Kind.SIGN_OFF).values(
        "assessment"
    )
    found = Assessment.objects.filter(case__in=reviewed, review_state__in=waiting, blind=False)
    found = (
        found.filter(Q(reviewers=None) | Q(reviewers=user))
        .exclude(author=user)
        .exclude(pk__in=signed)
    )
    found = found.select_related("case", "author")
    return found.order_by("submitted_at")


def returned_to(user: User) -> QuerySet[Assessment]:
    """What was returned to a person as its author and is not taken up yet."""
    found = assessments_visible_to(user).filter(
        author=user, review_state=Assessment.ReviewState.RETURNED, amended_by=None
    )
    return found.select_related("case").order_by("-submitted_at")


def mentions_of(user: User) -> QuerySet[Comment]:
    """Comments in open threads that mention a person, of assessments that the person may see, the
    newest first.
    """
    seen = assessments_visible_to(user).values("pk")
    found = Comment.objects.filter(
        mentions=user, thread__resolved_at=None, thread__assessment__in=seen
    )
    return found.select_related("author", "thread__assessment__case").order_by("-pk")
