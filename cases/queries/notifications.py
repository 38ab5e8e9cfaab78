"""The notifications of a person."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from cases.models import Case, Event, Notification, User


def notifications_of(user: User) -> QuerySet[Any]:
    """All notifications of a person, the newest first.

    Each says whether its case may be named to the person now: `names_case`.
    """
    visible = Case.objects.visible_to(user).filter(pk=OuterRef("event__case"))
    return (
        Notification.objects.filter(person=user)
        .select_related("event__actor", "event__case")
        .annotate(names_case=Exists(visible))
        .order_by("-pk")
    )


def unread_by(user: User) -> int:
    return Notification.objects.filter(person=user, read_at=None).count()


# Acts that make someone a reviewer of cases in which reviews wait.
_MAKES_REVIEWERS = (
    Event.Verb.MEMBER_SET,
    Event.Verb.TEAM_SET,
    Event.Verb.TEAM_CHANGED,
    Event.Verb.PERSON_CHANGED,
)


def link_of(notification: Notification) -> str:
    """The address that opens what a notification is about, and marks it as read."""
    return reverse("notification_open", args=[notification.pk])


def address_of(event: Event) -> str:
    """Where what an event tells of is read: the permission of that page holds, whatever a message
    said.
    """
    assessment, code = event.data.get("assessment"), event.data.get("code")
    if assessment and event.verb == Event.Verb.REASSESSMENT_PROPOSED:
        return reverse("assessment_reassess", args=[assessment])
    if assessment and code:
        page = "measure_review" if event.data.get("anchor") == "measure" else "answer_review"
        return reverse(page, args=[assessment, code]) + f"#thread-{event.data['thread']}"
    if assessment:
        return reverse("assessment_review", args=[assessment])
    if event.verb in _MAKES_REVIEWERS:
        return reverse("review_list") + "?who=me"
    return reverse("case_detail", args=[event.case_id]) if event.case_id else reverse("home")
