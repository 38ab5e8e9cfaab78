"""The notifications of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from cases.models import Assessment, Case, Event, Notification, User
from cases.models.notification import NotificationKind
from cases.permissions import may

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class Named(TypedDict):
    """The annotations of a notification."""

    names_case: bool


def notifications_of(user: User) -> QuerySet[WithAnnotations[Notification, Named]]:
    """All notifications of a person, the newest first.

    Each says whether its case may be named to the person now: `names_case`; and whether it opens
    once the person has a second factor: `needs_factor`.
    """
    visible = Case.objects.visible_to(user).filter(pk=OuterRef("event__case"))
    locked = Case.objects.locked_without_second_factor(user).filter(pk=OuterRef("event__case"))
    return (
        Notification.objects.filter(person=user)
        .select_related("event__actor", "event__case")
        .annotate(names_case=Exists(visible), needs_factor=Exists(locked))
        .order_by("-pk")
    )


def still_concerns(notification: Notification) -> bool:
    """Whether the person of a notification may still see what it is about.

    Access may have been lost since it was written, and the account closed.
    """
    person = User.objects.get(pk=notification.person_id)
    case, key = notification.event.case, _assessment_of(notification.event)
    if not person.is_active or (case is not None and not may(person, "cases.view_case", case)):
        return False
    if not key:
        return True
    assessment = Assessment.objects.filter(pk=key).select_related("case").first()
    return assessment is not None and may(person, "cases.view_assessment", assessment)


# Where an event names several assessments, the one that the people notified of it may open.
_NAMED_AS = {Event.Verb.SECOND_ASKED: "second", Event.Verb.ASSESSMENT_DISCARDED: "partner"}


def _assessment_of(event: Event) -> str | None:
    """The key of the assessment that an event is about for the people who are notified of it."""
    key: str | None = event.data.get(_NAMED_AS.get(Event.Verb(event.verb), "assessment"))
    return key


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


def address_of(notification: Notification) -> str:
    """The page that a notification is about. That page checks its own permission."""
    event = notification.event
    if notification.kind == NotificationKind.FACTOR_NEEDED:
        return reverse("case_detail", args=[event.case_id])
    assessment, code = _assessment_of(event), event.data.get("code")
    if assessment and event.verb == Event.Verb.REASSESSMENT_PROPOSED:
        return reverse("assessment_reassess", args=[assessment])
    if assessment and code:
        page = "measure_review" if event.data.get("anchor") == "measure" else "answer_review"
        return reverse(page, args=[assessment, code]) + f"#thread-{event.data['thread']}"
    if assessment and Assessment.objects.drafts().filter(pk=assessment).exists():
        return reverse("assessment_answer", args=[assessment])
    if assessment:
        return reverse("assessment_review", args=[assessment])
    if event.verb in _MAKES_REVIEWERS:
        return reverse("review_list") + "?who=me"
    return reverse("case_detail", args=[event.case_id]) if event.case_id else reverse("home")
