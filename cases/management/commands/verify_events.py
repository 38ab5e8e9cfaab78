"""Check that the record of events is intact."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cases.models import Event, EventChain
from cases.queries.exported_record import HEADS, UnreadableHeadsError, faults_since_export
from cases.queries.record import faults


class Command(BaseCommand):
    help = (
        "Find every altered, missing or reordered event, in every case's chain. Exits with 1 if "
        "it finds one."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        folder = Path(settings.HEADS_DIR)
        for fault in faults():
            count += 1
            self.stdout.write(str(fault))
        try:
            for fault in faults_since_export(folder):
                count += 1
                self.stdout.write(str(fault))
        except UnreadableHeadsError as error:
            found = f"{count} found" if count else "nothing else found"
            raise CommandError(f"{error} ({found})", returncode=1) from None
        if count:
            raise CommandError(f"the record is not intact: {count} found", returncode=1)
        events, chains = Event.objects.count(), EventChain.objects.count()
        self.stdout.write(f"{events} events in {chains} chains: the record is intact")
        exports = len(list(folder.glob(HEADS)))
        self.stdout.write(f"compared with {exports} exports of heads in {folder}")
