"""What a person has to do, as lists that say how many items there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypedDict, TypeVar, cast

from django.db.models import Count, Model, QuerySet, Window
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases import labels
from cases.models import Case, User
from cases.queries.casework.cases import drafts_of, listed_cases
from cases.queries.editions.reassessment import proposals_for
from cases.queries.followup import overdue_for
from cases.queries.leaving import transfers_waiting_for
from cases.queries.paging import Total, with_keys
from cases.queries.review import mentions_of, returned_to
from cases.queries.waiting_reviews import reviews_asked_of, to_assign

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

# Older assessments are listed as possibly out of date.
OLD_AFTER = timedelta(days=180)
# How many rows of each list the home page shows.
SHOWN = 8
# Up to how many rows each list is counted.
HOME_COUNTED = 100
M = TypeVar("M", bound=Model)


class Counted(TypedDict):
    """The annotation of each object of a shortened list."""

    total: int


def _not_assessed(user: User) -> QuerySet[Case]:
    mine = listed_cases(user).filter(owner=user, closed_at=None)
    return mine.filter(sort_assessed=date.min)


def _old(user: User) -> QuerySet[Case]:
    before = timezone.localdate() - OLD_AFTER
    mine = listed_cases(user).filter(owner=user, closed_at=None, sort_assessed__gt=date.min)
    return mine.filter(sort_assessed__lt=before)


@dataclass(frozen=True)
class ListKind:
    """One of the lists: its title, its query for a person, the fields that it is sorted by, and a
    hint to show above it.
    """

    title: labels.Label
    query: Callable[[User], QuerySet[Model]]
    keys: tuple[str, ...]
    hint: labels.Label = ""


# In the order of the page. The template of an item has the name of its list, in `casework/home`.
LISTS: dict[str, ListKind] = {
    "transfers": ListKind(_("New owners to agree on"), transfers_waiting_for, ("pk",)),
    "reviews": ListKind(_("Reviews asked of you"), reviews_asked_of, ("submitted_at", "pk")),
    "assign": ListKind(_("Reviews that need a reviewer"), to_assign, ("submitted_at", "pk")),
    "returned": ListKind(_("Returned to you"), returned_to, ("-submitted_at", "-pk")),
    "proposals": ListKind(_("Assess again with a newer edition"), proposals_for, ("-pk",)),
    "overdue": ListKind(_("Overdue"), overdue_for, ("due_on", "pk")),
    "mentions": ListKind(_("You are mentioned"), mentions_of, ("-pk",)),
    "drafts": ListKind(_("Drafts to finish"), drafts_of, ("-changed_at", "-pk")),
    "unassessed": ListKind(
        _("Your cases without an assessment"), _not_assessed, ("-changed_at", "-pk")
    ),
    "old": ListKind(
        _("Cases due for reassessment"),
        _old,
        ("sort_assessed", "pk"),
        _(
            "The last assessment is more than six months old and may no longer describe the "
            "situation."
        ),
    ),
}


@dataclass(frozen=True)
class HomeList:
    """The first items of a list and how many it has in all."""

    code: str
    kind: ListKind
    items: tuple[Model, ...]
    total: Total

    @property
    def item_template(self) -> str:
        return f"casework/home/{self.code}.html"

    @property
    def is_cut(self) -> bool:
        return self.total.number > len(self.items)


def home_lists(user: User) -> tuple[HomeList, ...]:
    """The lists that are not empty, each cut to what fits on the page: one statement each."""
    lists = (_home_list(code, kind, user) for code, kind in LISTS.items())
    return tuple(item for item in lists if item.items)


def _home_list(code: str, kind: ListKind, user: User) -> HomeList:
    items, total = first_and_total(kind.query(user), kind.keys)
    return HomeList(code, kind, items, total)


def first_and_total(objects: QuerySet[M], keys: tuple[str, ...]) -> tuple[tuple[M, ...], Total]:
    """The first of a list and how many it has, counted up to `HOME_COUNTED`: one statement.

    The rows that are counted are the first ones, so that the database reads the list once, in its
    order, and stops as soon as it has enough of them. No condition of the list may join several
    rows to one of its own: they would be counted.
    """
    counted = objects.order_by(*keys).values("pk")[: HOME_COUNTED + 1]
    rows = with_keys(objects, counted).annotate(total=Window(Count("*"))).order_by(*keys)
    shown = tuple(cast("Iterable[WithAnnotations[M, Counted]]", rows[:SHOWN]))
    total = Total.of(shown[0].total if shown else 0, HOME_COUNTED)
    return cast("tuple[M, ...]", shown), total
