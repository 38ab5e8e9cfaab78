"""How a case was closed, and what is still open in one that somebody wants to close."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from cases.models import Assessment, Case, User
from cases.queries.followup import open_requests, steps_due
from cases.queries.waiting_reviews import WAITING


def how_closed(case: Case) -> str:
    """When a case was closed, by whom and why; empty while it is open."""
    if case.closed_at is None:
        return ""
    return _("Closed on %(date)s by %(name)s: %(reason)s") % {
        "date": formats.date_format(timezone.localtime(case.closed_at), "j F Y"),
        "name": case.closed_by,
        "reason": case.closing_reason,
    }


@dataclass(frozen=True)
class OpenWork:
    """What people still have to do in a case. `blind` counts the assessments that only their author
    may see yet.
    """

    drafts: tuple[Assessment, ...]
    reviews: tuple[Assessment, ...]
    returned: tuple[Assessment, ...]
    blind: int
    requests: int
    steps: int

    def __bool__(self) -> bool:
        listed = self.drafts or self.reviews or self.returned
        return bool(listed or self.blind or self.requests or self.steps)


def open_work(case: Case, user: User) -> OpenWork:
    """What is still open in a case, as a person who may close it sees it."""
    rows = Assessment.objects.filter(case=case).select_related("author", "edition")
    rows = rows.defer("edition__document")
    seen = rows.visible_to(user)
    returned = seen.filter(review_state=Assessment.ReviewState.RETURNED, amended_by=None)
    return OpenWork(
        drafts=tuple(seen.drafts()),
        reviews=tuple(seen.filter(review_state__in=WAITING)),
        returned=tuple(returned),
        blind=rows.exclude(pk__in=seen.values("pk")).count(),
        requests=open_requests(Assessment.objects.all()).filter(assessment__case=case).count(),
        steps=steps_due().filter(case=case).count(),
    )
