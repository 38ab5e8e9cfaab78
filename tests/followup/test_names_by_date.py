"""Actors and countries have the names that they had on the day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cases.country_names import country_name
from cases.models import Case, Edition, User
from cases.queries.assessing.precedents import what_was_done
from cases.rulebook.entries.catalogue import Actor, Name
from cases.workflows.followup import record_step
from tests.clients import of, shown


def test_an_actor_is_named_by_date_wherever_the_name_is_in_its_list(
    first_edition: Any,
) -> None:
    for actor in first_edition.actors.values():
        turned = Actor(
            **{
                name: getattr(actor, name) for name in actor.__dataclass_fields__ if name != "names"
            },
            names=tuple(reversed(actor.names)),
        )
        for year in range(1985, 2027):
            day = date(year, 7, 1)
            assert turned.name_for(day) == actor.name_for(day), actor.code


def test_a_day_on_which_an_actor_had_no_name_takes_the_nearest(first_edition: Any) -> None:
    actor = next(iter(first_edition.actors.values()))
    names = (
        Name(name="New", first=date(2010, 1, 1), last=date(2015, 1, 1)),
        Name(name="Old", first=date(1990, 1, 1), last=date(2000, 1, 1)),
    )
    fields = {name: getattr(actor, name) for name in actor.__dataclass_fields__}
    bearer = Actor(**(fields | {"names": names}))
    days = (date(1980, 1, 1), date(2005, 1, 1), date(2020, 1, 1))
    assert [bearer.name_for(day).name for day in days] == ["Old", "Old", "New"]


def test_a_step_is_shown_with_its_day_and_the_names_of_that_day(
    case: Case, edition: Edition, analyst: User
) -> None:
    given: Any = {"by": analyst, "measure": "pro.peacekeeping", "actors": ["dpo"]}
    record_step(case, fact="requested", happened_on=date(2010, 5, 1), **given)
    record_step(case, fact="done", happened_on=date(2024, 5, 1), **given)
    page = shown(of(analyst), case.get_absolute_url())
    assert page.index("1 May 2010") < page.index("DPKO") < page.index("1 May 2024")
    (done,) = what_was_done([case.pk])[case.pk]
    assert [line.actors for line in done.lines] == [("DPKO",), ("DPO",)]


@pytest.mark.parametrize(
    ("code", "day", "name"),
    [
        ("SWZ", date(2010, 1, 1), "Swaziland"),
        ("SWZ", date(2020, 1, 1), "Eswatini"),
        ("MKD", date(1999, 3, 1), "The former Yugoslav Republic of Macedonia"),
        ("COD", date(1996, 10, 1), "Zaire"),
        ("SRB", date(1999, 3, 1), "Yugoslavia"),
        ("SRB", date(2004, 3, 1), "Serbia and Montenegro"),
        ("SRB", date(2008, 3, 1), "Serbia"),
        ("MLI", date(1999, 3, 1), "Mali"),
    ],
)
def test_a_country_has_the_name_of_the_day(code: str, day: date, name: str) -> None:
    assert country_name(code, day) == name
