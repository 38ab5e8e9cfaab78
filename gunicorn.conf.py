"""How gunicorn serves and logs. Threads, so that a slow client holds one of them and no process."""

import gc
import os
from typing import Any

import structlog
from django.db import DatabaseError, connections

from rtop_assist.logs import logging_config

logconfig_dict = logging_config(os.environ.get("LOG_LEVEL", "INFO"))
# The product logs each request itself.
accesslog = "/dev/null"
worker_class = "gthread"
workers = 3
threads = 8
# A process that gives no sign of life for so long is killed and replaced. It says nothing about how
# long a request may take.
timeout = 3
# Seconds that an idle connection is kept: longer than the proxy keeps it (proxy/Caddyfile).
# Otherwise a form may be sent into a connection that is just being closed, and the person reads
# that it has failed.
keepalive = 75
# Loaded once, so that the process that replaces another one works at once, and so that nobody is
# connected to a server that is not ready yet.
preload_app = True
# Seconds that a request waits for a row that somebody else is writing.
os.environ.setdefault("DATABASE_LOCK_TIMEOUT", "4")
# It would write a socket to a read-only file system.
control_socket_disable = True


def on_starting(_server: Any) -> None:
    """Read what each process needs for its first pages, once for all of them. In a process that
    replaces another one, eight threads would otherwise each read the same templates.
    """
    from django.conf import settings
    from django.template.loader import get_template
    from django.urls import reverse

    from cases.queries.editions.rulebooks import NoEditionError, current_edition, rulebook_of

    reverse("home")
    folder = settings.BASE_DIR / "templates"
    for path in folder.rglob("*.html"):
        get_template(str(path.relative_to(folder)))
    try:
        rulebook_of(current_edition().pk)
    except (NoEditionError, DatabaseError):
        structlog.get_logger("rtop_assist.web").warning("the catalogue is read later")
    finally:
        # Processes share no connection.
        connections.close_all()
    # All this is kept, so the search for garbage while a long page is made need not go through it.
    gc.collect()
    gc.freeze()
