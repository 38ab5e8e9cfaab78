"""The record as JSON lines, and the heads of its chains that were exported before.

docs/record.md describes the lines and has a program that verifies them without the product.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from django.db.models import F

from cases.models import Event, EventChain
from cases.queries.record import ChainKey, RecordFault, covered_by_digest

HEADS = "heads-*.jsonl"


class UnreadableHeadsError(Exception):
    """A file of exported heads is damaged, or may not be read."""


def exported_events() -> Iterator[dict[str, object]]:
    """Every event with what its digest covers, a chain at a time, then the head of each chain.

    The heads are read first, and what people do meanwhile is left out: each chain ends with its
    head.
    """
    chains = list(EventChain.objects.order_by("pk"))
    left = {ChainKey(chain.case_id, chain.access): chain.length for chain in chains}
    order = (F("case_id").asc(nulls_first=True), "access", "pk")
    for event in Event.objects.order_by(*order).iterator(chunk_size=2_000):
        key = ChainKey(event.case_id, event.access)
        if not left.get(key):
            continue
        left[key] -= 1
        about = {"event": event.pk, "access": event.access, "version": event.version}
        yield about | covered_by_digest(event) | {"digest": event.digest}
    yield from map(_head, chains)


def exported_heads() -> Iterator[dict[str, object]]:
    """The end of each chain: its length, the digest of its last event, and its seal."""
    return map(_head, EventChain.objects.order_by("pk").iterator())


def _head(chain: EventChain) -> dict[str, object]:
    return {
        "case": str(chain.case_id) if chain.case_id else None,
        "access": chain.access,
        "length": chain.length,
        "head": chain.head,
        "seal": chain.seal,
    }


def json_line(row: dict[str, object]) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"


def faults_since_export(folder: Path) -> Iterator[RecordFault]:
    """A fault for every chain that no longer contains a head that was exported to a folder.

    Raises UnreadableHeadsError if a file of heads is damaged or cannot be read.
    """
    heads: dict[ChainKey, set[tuple[int, str]]] = defaultdict(set)
    for path in sorted(folder.glob(HEADS)):
        try:
            for line in path.read_text().splitlines():
                row = json.loads(line)
                key = ChainKey(UUID(row["case"]) if row["case"] else None, row["access"])
                heads[key].add((row["length"], row["head"]))
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise UnreadableHeadsError(f"{path} cannot be read: {error}") from error
    for key, exported in heads.items():
        events = Event.objects.filter(case=key.case, access=key.access).order_by("pk")
        digests = list(events.values_list("digest", flat=True))
        for length, head in sorted(exported):
            if length and digests[length - 1 : length] != [head]:
                what = f"event {length} of the chain is not the one that was exported"
                yield RecordFault("rewritten", key, 0, what)
                break
