"""A search for a part of a word by an index says what reading every text would say."""

from __future__ import annotations

from unittest import mock

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import text_index
from cases.models import Case, User
from cases.queries.casework.cases import with_text
from cases.text_folding import fold

on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has pg_trgm")
TEXTS = st.text("abÉ'\"%_Жıß -\\*", max_size=9)


def log(owner: User, title: str) -> Case:
    return Case.objects.create(title=title, populations="x", summary="Gao", owner=owner)


def found(text: str) -> set[str]:
    return set(Case.objects.filter(with_text(fold(text))).values_list("title", flat=True))


def few(text: str, field: str = "search_text") -> set[str] | None:
    keys = text_index.few_cases_with(fold(text), field)
    if keys is None:
        return None
    return set(Case.objects.filter(pk__in=keys).values_list("title", flat=True))


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    titles=st.lists(TEXTS, min_size=3, max_size=6, unique=True),
    revised=TEXTS,
    sought=TEXTS,
    few=st.booleans(),
)
def test_a_search_finds_the_cases_that_contain_a_text_and_no_others(
    analyst: User, titles: list[str], revised: str, sought: str, few: bool
) -> None:
    Case.objects.all().delete()
    cases = [log(analyst, title) for title in titles]
    cases[0].title = revised
    cases[0].save()
    cases.pop(1).delete()
    with mock.patch.object(text_index, "FEW", 1_000 if few else 1):
        for text in (sought, revised[1:6], titles[1], titles[2][:4]):
            containing = {case.title for case in cases if fold(text) in case.search_text}
            assert found(text) == containing


@on_sqlite
def test_the_index_says_which_few_cases_may_contain_a_text(analyst: User) -> None:
    for title in ("Armed groups in Ménaka", "Armed towns", "Harvest"):
        log(analyst, title)
    assert few("menaka") == {"Armed groups in Ménaka"}
    assert few("ARMED") == {"Armed groups in Ménaka", "Armed towns"}
    assert few("xylophone") == set()
    assert few("gao") == {"Armed groups in Ménaka", "Armed towns", "Harvest"}
    assert few("gao", "sort_title") == set()
    assert few("harv", "sort_title") == {"Harvest"}
    # Two letters are in no group of three.
    assert few("me") is None
    with mock.patch.object(text_index, "FEW", 1):
        assert few("armed") is None


@on_sqlite
def test_a_text_that_was_replaced_or_removed_is_not_in_the_index(analyst: User) -> None:
    first, second = log(analyst, "The baker of Gao"), log(analyst, "The baker of Timbuktu")
    first.title = "The market"
    first.save()
    assert few("baker") == {"The baker of Timbuktu"}
    second.delete()
    assert few("baker") == few("timbuktu") == set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM cases_number")
        assert cursor.fetchone() == (Case.objects.count(),)


@on_sqlite
def test_migrating_makes_the_index_again_where_a_table_was_rebuilt(analyst: User) -> None:
    log(analyst, "Before")
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER cases_indexed_insert")
    log(analyst, "Unnoticed")
    assert few("unnoticed") == set()
    text_index.install(connection)
    log(analyst, "After")
    assert [few(word) for word in ("before", "unnoticed", "after")] == [
        {"Before"},
        {"Unnoticed"},
        {"After"},
    ]


@on_sqlite
def test_an_sqlite_without_the_index_reads_the_texts(analyst: User) -> None:
    with mock.patch.object(text_index, "is_supported", return_value=False):
        text_index.install(connection)
        log(analyst, "Armed towns")
        assert few("armed") is None
        assert found("armed") == {"Armed towns"}
    text_index.install(connection)
    assert few("armed") == {"Armed towns"}
