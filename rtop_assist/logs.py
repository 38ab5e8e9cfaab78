"""Logs: one JSON object a line, with the ids of what happened and nothing of its content.

A log leaves the product's protection, as mail does. So an exception is logged by its class and
place, without its message: messages of a database or a parser quote what was typed.
structlog renders the lines of every library through the standard `logging` module, and keeps the
ids of a request or a task for all lines that are logged during it.
"""

from __future__ import annotations

import logging
from typing import Any

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.types import EventDict, ExcInfo

_transform = ExceptionDictTransformer(show_locals=False)
# What Celery puts into the messages of its own lines, besides names and ids.
_CONTENT_OF_TASKS = ("args", "kwargs", "return_value", "exc", "traceback")


def exception_without_message(exc_info: ExcInfo) -> list[dict[str, Any]]:
    """Each exception of a chain: its class, and its frames from the outermost to the innermost.

    Frames of libraries are left out, except for the innermost, because an unavailable service would
    fill the disk with them.
    """
    return [
        {"class": stack["exc_type"], "frames": _frames_to_log(stack["frames"])}
        for stack in _transform(exc_info)
    ]


def _frames_to_log(frames: list[dict[str, Any]]) -> list[str]:
    outer, innermost = frames[:-1], frames[-1:]
    kept = [frame for frame in outer if not _is_library(frame)] + innermost
    return [f"{frame['filename']}:{frame['lineno']} {frame['name']}" for frame in kept]


def _is_library(frame: dict[str, Any]) -> bool:
    return "site-packages" in frame["filename"] or "/lib/python" in frame["filename"]


class WithoutContent(logging.Filter):
    """Takes arguments, results and errors of tasks out of the messages that Celery logs, and
    addresses out of those of Django and gunicorn: one may be a link to choose a password.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        path = getattr(getattr(record, "request", None), "path", None)
        if record.name == "gunicorn.error" and str(record.msg).endswith("request %s"):
            record.args = ("…",)
        elif path is not None and isinstance(record.args, tuple):
            record.args = tuple("…" if item == path else item for item in record.args)
        elif isinstance(record.args, dict):
            record.args = {
                name: "…" if name in _CONTENT_OF_TASKS else value
                for name, value in record.args.items()
            }
        return True


def add_status(logger: Any, method: str, event: EventDict) -> EventDict:
    """Django's lines about a request carry its status."""
    status = getattr(event.get("_record"), "status_code", None)
    if status is not None:
        event["status"] = status
    return event


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]

structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_SHARED,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)


def logging_config(level: str) -> dict[str, Any]:
    """The configuration of `logging` for the web server, the worker and commands."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"without_content": {"()": WithoutContent}},
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [*_SHARED, add_status],
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.ExceptionRenderer(exception_without_message),
                    structlog.processors.JSONRenderer(ensure_ascii=False),
                ],
            }
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "json",
                "filters": ["without_content"],
            }
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Its mail to admins would carry the settings and what was sent.
            "django": {"handlers": [], "level": "NOTSET", "propagate": True},
            # The development server writes whole addresses, with what was searched for.
            "django.server": {"handlers": [], "level": "ERROR", "propagate": True},
            "gunicorn.error": {"handlers": [], "propagate": True},
            # The file-system transport has no host, which is worth no warning.
            "kombu.connection": {"level": "ERROR"},
        },
    }
