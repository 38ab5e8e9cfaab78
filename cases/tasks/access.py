"""What is left of access that has ended."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from celery import shared_task
from django.contrib.sessions.models import Session
from django.utils import timezone
from knox.models import AuthToken


@shared_task
def remove_expired() -> int:
    """Remove expired sessions, with their content and the list of where they were opened, and
    expired API tokens; returns the number of sessions.
    """
    now = timezone.now()
    removed, _rows = Session.objects.filter(expire_date__lt=now).delete()
    alive = Session.objects.values("session_key")
    UserSession.objects.exclude(session_key__in=alive).delete()
    AuthToken.objects.filter(expiry__lt=now).delete()
    return removed
