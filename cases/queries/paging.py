"""Long lists, a page at a time, at a cost that does not grow with the list.

A page begins after a row, not after a number of rows; and rows are counted up to a limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext as _

# Rows are counted up to this number. A longer list says "more than".
COUNTED = 1_000
LAST = "last"
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Total:
    """How many rows a list has, or that they are more than `number`."""

    number: int
    is_more: bool = False

    @classmethod
    def of(cls, counted: int, most: int = COUNTED) -> Total:
        """The total of rows that were counted up to one more than `most`."""
        return cls(min(counted, most), counted > most)

    def __str__(self) -> str:
        number = number_format(self.number)
        return _("more than %(number)s") % {"number": number} if self.is_more else number


def total_of(rows: QuerySet[M], most: int = COUNTED) -> Total:
    """How many rows a list has, counted up to one more than `most`."""
    return Total.of(rows.order_by().values("pk")[: most + 1].count(), most)


@dataclass(frozen=True)
class Page(Generic[M]):
    """Some rows of a list, and how the addresses of the pages around it end."""

    object_list: Sequence[M]
    total: Total
    previous: str = ""
    next: str = ""
    # Whether this is the first page because the place that was asked for is not in the list.
    is_lost: bool = False

    def __iter__(self) -> Iterator[M]:
        return iter(self.object_list)

    def __len__(self) -> int:
        return len(self.object_list)

    @property
    def has_other_pages(self) -> bool:
        return bool(self.previous or self.next)


def keyset_page(
    rows: QuerySet[M], keys: Sequence[str], position: str | None, size: int, most: int = COUNTED
) -> Page[M]:
    """A page of a list; the first one if `position` names nothing that is in the list.

    `keys` are the fields that the list is sorted by, as for `order_by`, none of them null and the
    last one unique. `position` is `after-` or `before-` with the key of a row, or `last`.
    """
    ahead, edge = _edge(rows, keys, position or "")
    order = list(keys) if ahead else [_reversed(key) for key in keys]
    ordered = rows.order_by(*order)
    found: Iterable[object]
    if edge is None:
        # Read from its end, the list is counted in the same pass.
        counted = list(ordered.values_list("pk", flat=True)[: max(most, size) + 1])
        total, found = Total.of(len(counted), most), counted[: size + 1]
    else:
        total = total_of(rows, most)
        found = ordered.filter(_rows_after(order, edge)).values("pk")[: size + 1]
    # Where a condition joins several rows to one, that one comes as often.
    listed = list(dict.fromkeys(with_keys(rows, found).order_by(*order)))
    more, shown = len(listed) > size, listed[:size]
    if not ahead:
        shown.reverse()
    is_first, is_last = (edge is None, not more) if ahead else (not more, edge is None)
    return Page(
        shown,
        total,
        "" if is_first or not shown else f"before-{shown[0].pk}",
        "" if is_last or not shown else f"after-{shown[-1].pk}",
        is_lost=edge is None and position not in (None, "", LAST),
    )


def with_keys(rows: QuerySet[M], keys: Iterable[object]) -> QuerySet[M]:
    """The rows of a list that have some of its keys, with all that the list reads along with them.

    The database finds the keys first, without reading anything along, and looks up the rest for
    them alone. The conditions of the list are not asked a second time.
    """
    again = rows.order_by()
    again.query.clear_where()
    return again.filter(pk__in=keys)


def _edge(
    rows: QuerySet[M], keys: Sequence[str], position: str
) -> tuple[bool, tuple[object, ...] | None]:
    """Whether a page is read forwards, and the keys of the row that it begins after; None for a
    page at an end of the list.
    """
    if position == LAST:
        return False, None
    side, _dash, key = position.partition("-")
    if side not in ("after", "before") or len(key) > 36 or "\x00" in key:
        return True, None
    try:
        edge = rows.filter(pk=key).values_list(*(name.lstrip("-") for name in keys)).first()
    except (ValueError, ValidationError, OverflowError):
        edge = None
    return (side == "after" or edge is None), edge


def _reversed(key: str) -> str:
    return key[1:] if key.startswith("-") else f"-{key}"


def _rows_after(keys: Sequence[str], edge: tuple[object, ...]) -> Q:
    """The rows after one whose keys have the values of `edge`.

    The first part alone is a range of the first key, for which an index serves.
    """
    same, beyond = Q(), Q()
    for key, value in zip(keys, edge, strict=True):
        name, sign = key.lstrip("-"), "lt" if key.startswith("-") else "gt"
        beyond |= same & Q((f"{name}__{sign}", value))
        same &= Q((name, value))
    first, sign = keys[0].lstrip("-"), "lt" if keys[0].startswith("-") else "gt"
    return Q((f"{first}__{sign}e", edge[0])) & beyond
