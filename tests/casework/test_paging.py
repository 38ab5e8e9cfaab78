"""Long lists: a page begins after a row, and says so where it does not count every row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Assessment, Case, Edition, Step, User
from cases.queries.casework.cases import countries_of_cases, drafts_of, listed_cases
from cases.queries.paging import LAST, Page, Total, keyset_page, total_of
from cases.text_folding import InOrder
from cases.workflows.casework import set_member, set_team
from cases.workflows.followup import record_step, remove_step
from cases.workflows.people.accounts import save_team
from tests.making import make_case

ORDERS = [("changed_at", "pk"), ("-sort_assessed", "-pk"), ("in_order", "pk"), ("-owner_id", "pk")]


@pytest.fixture
def many(analyst: User) -> list[Case]:
    return [
        make_case(analyst, f"{'Éé'[number % 2]}vent {number % 3}", "MLI") for number in range(11)
    ]


def page(keys: tuple[str, ...], position: str = "", most: int = 1_000) -> Page[Any]:
    cases = Case.objects.annotate(in_order=InOrder("sort_title"))
    return keyset_page(cases, keys, position, 4, most)


@pytest.mark.parametrize("keys", ORDERS)
def test_the_pages_of_a_list_hold_each_row_once_in_its_order(
    many: list[Case], keys: tuple[str, ...]
) -> None:
    whole = list(Case.objects.annotate(in_order=InOrder("sort_title")).order_by(*keys))
    there: list[Case] = []
    current = page(keys)
    assert current.previous == ""
    while True:
        there += current
        if not current.next:
            break
        current = page(keys, current.next)
    assert there == whole
    assert list(current) == whole[8:]
    back = list(current)
    while current.previous:
        current = page(keys, current.previous)
        back = [*current, *back]
    assert back == whole
    assert list(page(keys, LAST)) == whole[-4:]
    assert page(keys, LAST).next == ""


def test_a_row_that_left_the_list_leads_to_its_beginning(many: list[Case]) -> None:
    for asked in ("after-", "after-no-key", f"before-{many[0].pk}0", f"after-{many[0].pk}\x00"):
        assert list(page(("changed_at", "pk"), asked)) == list(page(("changed_at", "pk")))
    others = Case.objects.exclude(pk=many[5].pk)
    gone = keyset_page(others, ("changed_at", "pk"), f"after-{many[5].pk}", 4)
    assert list(gone) == many[:4]


def test_a_row_comes_once_where_a_condition_joins_several_rows_to_it(many: list[Case]) -> None:
    many[4].countries.create(code="NER")
    joined = Case.objects.filter(countries__code="MLI")
    keys, there = ("-changed_at", "-pk"), list[Case]()
    current = keyset_page(joined, keys, "", 4)
    assert current.total == Total(11)
    there += current
    while current.next:
        current = keyset_page(joined, keys, current.next, 4)
        there += current
    assert there == list(Case.objects.order_by(*keys))


@pytest.mark.parametrize(("number", "says"), [(100, ">100<"), (101, "more than 100")])
def test_the_lists_of_home_are_counted_up_to_a_hundred_and_read_to_their_end(
    number: int, says: str, client: Client, analyst: User
) -> None:
    client.force_login(analyst)
    Case.objects.bulk_create(Case(title=f"Case {row}", owner=analyst) for row in range(number))
    assert says in client.get(reverse("home")).content.decode()
    address, asked, there = reverse("home_list", args=["unassessed"]), "", list[Case]()
    while True:
        page = client.get(address, {"page": asked})
        assert says in page.content.decode()
        there += page.context["page"]
        asked = page.context["page"].next
        if not asked:
            break
    assert there == list(Case.objects.order_by("-changed_at", "-pk"))


def test_drafts_are_listed_for_all_who_work_on_their_case_and_for_nobody_else(
    draft: Assessment, case: Case, analyst: User, person: Callable[..., User]
) -> None:
    alone, by_team, reader, stranger = (person(name, "analyst") for name in ("a", "t", "r", "s"))
    set_member(case, alone, "contributor", by=analyst)
    set_member(case, reader, "reader", by=analyst)
    team = save_team(None, by=analyst, name="Team", members=[by_team])
    set_team(case, team, "contributor", by=analyst)
    for user in (analyst, alone, by_team):
        assert list(drafts_of(user)) == [draft]
    for user in (reader, stranger, person("rosa", "reviewer")):
        assert list(drafts_of(user)) == []


def test_whoever_holds_no_role_finds_the_cases_of_their_own_part_alone(
    many: list[Case], analyst: User, person: Callable[..., User]
) -> None:
    without_role, sofia = person("nora"), person("sofia", "site_admin")
    set_member(many[2], without_role, "reader", by=analyst)
    for user, seen in ((without_role, [many[2]]), (sofia, []), (analyst, many)):
        assert set(Case.objects.visible_to(user)) == set(seen)


def test_rows_are_counted_up_to_a_number_and_more_are_said_to_be_more(many: list[Case]) -> None:
    assert str(total_of(Case.objects.all(), 11)) == "11"
    assert total_of(Case.objects.all(), 10) == Total(10, is_more=True)
    assert str(Total(1_000, is_more=True)) == "more than 1000"


def test_the_list_of_cases_offers_the_countries_of_the_cases_that_one_may_see(
    analyst: User, reviewer: User, many: list[Case]
) -> None:
    for country, level in (("NER", "open"), ("TCD", "restricted")):
        make_case(analyst, "A", country, confidentiality=level)
    assert countries_of_cases(analyst) == ["MLI", "NER", "TCD"]
    assert countries_of_cases(reviewer) == ["MLI", "NER"]
    assert countries_of_cases(User.objects.create(username="no.role")) == []


def test_the_step_that_is_awaited_is_the_last_one_by_its_day(analyst: User, case: Case) -> None:
    def record(day: int, due: date | None) -> Step:
        on = date(2020, 1, day)
        return record_step(
            case,
            by=analyst,
            measure="enc.remind",
            fact="done",
            actors=[],
            happened_on=on,
            due_on=due,
        )

    def awaited() -> list[Step]:
        return list(case.steps.filter(awaited=True))

    first = record(5, date(2020, 2, 1))
    assert awaited() == [first]
    record(3, date(2020, 3, 1))
    assert awaited() == [first]
    last = record(9, None)
    assert awaited() == []
    remove_step(last, by=analyst)
    assert awaited() == [first]


def test_a_long_timeline_comes_in_pages_and_loses_nothing(
    client: Client, analyst: User, edition: Edition, case: Case
) -> None:
    client.force_login(analyst)
    Step.objects.bulk_create(
        Step(
            case=case,
            measure="enc.remind",
            fact="done",
            happened_on=date(2000, 1, 1) + timedelta(days=number),
            note=f"<note {number}>",
            recorded_by=analyst,
        )
        for number in range(450)
    )
    address = reverse("case_timeline", args=[case.pk])
    pages = [client.get(address, {"moments": number}).content.decode() for number in (1, 2, 3)]
    notes = [sum(f"&lt;note {number}&gt;" in text for text in pages) for number in range(450)]
    assert notes == [1] * 450
    assert "moments=2" in pages[0]
    of_case = client.get(case.get_absolute_url()).content.decode()
    assert "Show 447 earlier steps" in of_case
    whole = client.get(case.get_absolute_url(), {"measure": "enc.remind"}).content.decode()
    assert "&lt;note 0&gt;" in whole


def test_sorting_by_the_last_assessment_puts_cases_without_one_at_the_end(
    many: list[Case], analyst: User
) -> None:
    Case.objects.filter(pk=many[3].pk).update(sort_assessed=date(2020, 1, 1))
    rows = listed_cases(analyst).order_by("-sort_assessed", "-pk")
    assert [row.assessed_on for row in rows][:2] == [date(2020, 1, 1), None]
