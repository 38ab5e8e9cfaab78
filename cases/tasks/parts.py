"""The parts of long jobs: a worker claims a part, and a part that a stopped worker left is queued
again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from cases.after_commit import queue
from cases.models.job import TRIES


def free_parts(parts: QuerySet[Any], lease: timedelta) -> QuerySet[Any]:
    """The parts that nobody has claimed or whose claim is older than a lease, of jobs that were not
    cancelled.
    """
    free = Q(claimed_at=None) | Q(claimed_at__lt=timezone.now() - lease)
    return parts.filter(free, failures__lt=TRIES, job__cancelled_at=None)


def queue_again(parts: QuerySet[Any], task: Callable[[int], bool], lease: timedelta) -> int:
    """Queue the parts that were queued longer ago than a lease; returns their number."""
    now = timezone.now()
    waiting = parts.filter(queued_at__lt=now - lease)
    queued = 0
    for part in list(waiting.values_list("pk", flat=True)):
        # Only the first to mark it queues it, so that several readers do not fill the queue.
        marked = waiting.model.objects.filter(pk=part, queued_at__lt=now - lease)
        if marked.update(queued_at=now) and queue(task, part):
            queued += 1
    return queued
