"""Functions to call once a transaction is committed. If one fails, the committed change stays, and
the request does not fail.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import structlog
from django.db import transaction

log = structlog.get_logger("rtop_assist.after_commit")
# After a failure the queue is not tried for this time, so that requests do not wait for it again.
PAUSE = 10


class _Queue:
    """When the queue may be asked again."""

    away_until = 0.0


def after_commit(act: Callable[..., Any], *given: Any, **named: Any) -> None:
    """Do something once the transaction is committed. A failure is logged."""

    def do() -> None:
        try:
            act(*given, **named)
        except Exception:
            log.exception("not done after the commit")

    transaction.on_commit(do)


def queue(task: Any, *given: Any) -> bool:
    """Queue a task for the worker; returns whether that succeeded. A failure is logged. A periodic
    task picks up what could not be queued.
    """
    if time.monotonic() < _Queue.away_until:
        return False
    try:
        task.delay(*given)
    except Exception:
        log.exception("the queue is away")
        _Queue.away_until = time.monotonic() + PAUSE
        return False
    return True


def queue_after_commit(task: Any, *given: Any) -> None:
    """Queue a task for the worker once the transaction is committed."""
    transaction.on_commit(lambda: queue(task, *given))
