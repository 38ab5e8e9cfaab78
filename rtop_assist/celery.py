"""The worker's application: long work and messages are done outside of requests."""

from __future__ import annotations

import logging
import os
from typing import Any

import structlog
from celery import Celery
from celery.signals import before_task_publish, setup_logging, task_prerun

from rtop_assist.redis_queue import use_for_redis

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rtop_assist.settings")

use_for_redis()
app = Celery("rtop_assist")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_as_the_product_does(loglevel: int | None = None, **_kwargs: Any) -> None:
    """Keep the logging of the settings; the level of the command line counts."""
    if loglevel is not None:
        logging.getLogger().setLevel(loglevel)


@before_task_publish.connect
def send_request_id(headers: dict[str, Any], **_kwargs: Any) -> None:
    """Send the id of the request that asks for a task along with it."""
    request = structlog.contextvars.get_contextvars().get("request")
    if request is not None:
        headers["asked_by_request"] = request


@task_prerun.connect
def bind_task(task_id: str, task: Any, **_kwargs: Any) -> None:
    """Log a task's lines with its name and id, and the id of the request that asked for it."""
    if task.request.is_eager:
        return
    structlog.contextvars.clear_contextvars()
    request = task.request.get("asked_by_request")
    structlog.contextvars.bind_contextvars(
        task=task.name, task_id=task_id, **({"request": request} if request else {})
    )
