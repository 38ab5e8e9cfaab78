"""Export the record as JSON lines."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from cases.models import Event
from cases.queries.exported_record import exported_events, json_line
from cases.workflows.record import record_event


class Command(BaseCommand):
    help = (
        "Write every event and the heads of all chains as JSON lines. They contain what people "
        "wrote, including in sensitive cases. The export is recorded as an event."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        # Committed before anything is written, so that an export that is broken off is recorded.
        record_event(Event.Verb.RECORD_EXPORTED, by=None)
        for row in exported_events():
            self.stdout.write(json_line(row), ending="")
