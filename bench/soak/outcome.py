"""What became of what people sent, found in the database by its marks, and the table of results."""

from __future__ import annotations

import re
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.soak.faults import Fault
from bench.soak.people import Asked, Person, Told, Write
from cases.models import Answer, Event, Notification

# Nobody waits longer while the database is there.
LONGEST = 5.0
# Seconds after which mail has to arrive again.
MAIL_AGAIN = 60
# How much longer people may wait because of one odd client.
RATIO = 1.5
# The beat looks every two minutes for mail that is older than two minutes.
CATCHES_UP = 300
HOLDS_MARKS = (
    Event.Verb.COMMENTED,
    Event.Verb.STEP_RECORDED,
    Event.Verb.ATTACHMENT_ADDED,
    Event.Verb.ASSESSMENT_SUBMITTED,
)
COLUMNS = (
    "requests",
    "sent",
    "acknowledged",
    "found",
    "lost",
    "twice",
    "reported falsely",
    "no answer",
    "p50",
    "p95",
    "p95 / undisturbed",
    "longest wait",
    "outage",
    "mail again",
)


@dataclass(frozen=True)
class Found:
    """Where marks are in the database: how often, and since when if an event says so."""

    times: Counter[str]
    since: dict[str, float]

    def is_lost(self, write: Write) -> bool:
        return write.acknowledged and not self.times[write.mark]

    def is_reported_falsely(self, write: Write) -> bool:
        """Whether a failure was reported for something that had already been saved."""
        if not self.times[write.mark]:
            return False
        failures = [reply.at for reply in write.replies if reply.told is Told.FAILED]
        if not write.acknowledged:
            return bool(failures)
        return any(self.since.get(write.mark, at) < at for at in failures)


def look_up(run: str) -> Found:
    """All marks of a run, from the events and answers that hold what people sent."""
    mark = re.compile(rf"{run}-\d+-\d+")
    times: Counter[str] = Counter()
    since: dict[str, float] = {}
    events = Event.objects.filter(verb__in=HOLDS_MARKS).order_by("pk")
    for event in events.iterator():
        for found in set(mark.findall(str(event.data))):
            times[found] += 1
            since.setdefault(found, event.at.timestamp())
    for note in Answer.objects.filter(note__contains=run).values_list("note", flat=True):
        times.update(mark.findall(note))
    return Found(times, since)


def wait_for_mail(folder: Path) -> tuple[int, int, int]:
    """Wait until all mail has been sent; returns how many notifications have to be mailed, how many
    messages arrived, and how many of these more than once.
    """
    deadline = time.monotonic() + CATCHES_UP
    waiting = Notification.objects.filter(mail="now", mailed_at=None, read_at=None)
    while waiting.exists() and time.monotonic() < deadline:
        time.sleep(2)
    messages = [_addressed(path) for path in folder.glob("*.eml")]
    to_mail = Notification.objects.filter(mail="now", read_at=None).exclude(person__email="")
    return to_mail.count(), len(messages), len(messages) - len(set(messages))


def _addressed(path: Path) -> str:
    """The notification that a message links to, and so its one person."""
    found = re.search(r"/notifications/(\d+)/", path.read_text(encoding="utf-8"))
    return found[1] if found else path.name


def mail_again(fault: Fault, folder: Path) -> float | None:
    """Seconds from the end of a fault until the first mail about something that happened after it.

    None if none came.
    """
    arrived: dict[str, float] = {}
    for path in folder.glob("*.eml"):
        arrived[_addressed(path)] = path.stat().st_mtime
    after = Notification.objects.filter(created_at__gt=datetime.fromtimestamp(fault.ended, UTC))
    times = [arrived[str(key)] for key in after.values_list("pk", flat=True) if str(key) in arrived]
    return min(times) - fault.ended if times else None


def longest_outage(people: Sequence[Person], fault: Fault) -> float:
    """The longest time in which everything that one person tried failed."""
    longest = 0.0
    for person in people:
        failing_since: float | None = None
        for asked in person.asked:
            if not asked.succeeded:
                failing_since = asked.began if failing_since is None else failing_since
            elif failing_since is not None:
                if fault.began <= failing_since < fault.over:
                    longest = max(longest, asked.ended - failing_since)
                failing_since = None
    return longest


@dataclass(frozen=True)
class Row:
    """What one fault cost."""

    fault: Fault
    asked: list[Asked]
    writes: list[Write]
    outage: float
    found: Found
    again: float | None
    undisturbed: float

    @property
    def p95(self) -> float:
        return _p95(self.asked)

    @property
    def ratio(self) -> float:
        """How much slower the slowest answers are than before anything happened."""
        return self.p95 / self.undisturbed if self.undisturbed else 0.0

    @property
    def slowest(self) -> Asked | None:
        return max(self.asked, key=lambda asked: asked.took, default=None)

    def failures(self) -> list[str]:
        """What should not have happened, in sentences."""
        lost = [write for write in self.writes if self.found.is_lost(write)]
        falsely = [write for write in self.writes if self.found.is_reported_falsely(write)]
        twice = [write for write in self.writes if self.found.times[write.mark] > 1]
        says = [
            f"{what}: {'; '.join(map(str, writes))}"
            for what, writes in (("lost", lost), ("reported falsely", falsely), ("twice", twice))
            if writes
        ]
        slowest = self.slowest
        if slowest and slowest.took > LONGEST and not self.fault.database_away:
            since = slowest.began - self.fault.began
            says.append(
                f"somebody waited {slowest.took:.1f} s ({slowest.kind}, answered {slowest.status},"
                f" {since:.1f} s after it began)"
            )
        if self.fault.is_nuisance and self.ratio > RATIO:
            says.append(f"others waited {self.ratio:.2f} times as long")
        says += [f"{name} ended by itself" for name in self.fault.ended_services]
        if self.fault.concerns_mail and (self.again is None or self.again > MAIL_AGAIN):
            says.append("no mail came soon afterwards")
        return [f"{self.fault.name}: {sentence}" for sentence in says]

    def cells(self) -> list[str]:
        times = [asked.took for asked in self.asked]
        lost = sum(map(self.found.is_lost, self.writes))
        falsely = sum(map(self.found.is_reported_falsely, self.writes))
        counts = [
            len(self.asked),
            len(self.writes),
            sum(write.acknowledged for write in self.writes),
            sum(bool(self.found.times[write.mark]) for write in self.writes),
            lost,
            sum(self.found.times[write.mark] > 1 for write in self.writes),
            falsely,
            sum(asked.status in (0, 502, 504) for asked in self.asked),
        ]
        median = statistics.median(times) if times else 0.0
        return [
            *map(str, counts),
            f"{median:.2f} s",
            f"{self.p95:.2f} s",
            f"{self.ratio:.2f}",
            f"{self.slowest.took:.2f} s" if self.slowest else "-",
            f"{self.outage:.2f} s",
            f"{self.again:.1f} s" if self.again is not None else "-",
        ]


def _p95(asked: Sequence[Asked]) -> float:
    times = [one.took for one in asked]
    return statistics.quantiles(times, n=20)[-1] if len(times) > 1 else 0.0


def rows_of(
    faults: Sequence[Fault], people: Sequence[Person], found: Found, mail: Path
) -> list[Row]:
    """What each fault cost, by what began while it lasted and until the next."""
    rows = []
    asked = [one for person in people for one in person.asked]
    writes = [one for person in people for one in person.writes]
    calm = [
        one
        for fault in faults
        if fault.is_undisturbed
        for one in asked
        if fault.began <= one.began < fault.over
    ]
    for fault in faults:
        rows.append(
            Row(
                fault,
                [one for one in asked if fault.began <= one.began < fault.over],
                [one for one in writes if fault.began <= one.began < fault.over],
                longest_outage(people, fault),
                found,
                mail_again(fault, mail) if fault.concerns_mail else None,
                _p95(calm),
            )
        )
    return rows


def table(rows: Sequence[Row]) -> str:
    """The table of all faults, in Markdown."""
    lines = [f"| fault | {' | '.join(COLUMNS)} |", "|---" * (len(COLUMNS) + 1) + "|"]
    lines += [f"| {row.fault.name} | {' | '.join(row.cells())} |" for row in rows]
    return "\n".join(lines)
