"""Where the catalogue shows what a measure acts on, its line in each phase and what comes first."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Edition, User
from tests.rulebook.shipped import publish_shipped


@pytest.fixture
def reader(client: Client, analyst: User) -> Client:
    publish_shipped()
    client.force_login(analyst)
    return client


def _page(client: Client, name: str, *args: object) -> str:
    """The text of a page; a line break in its source counts as a space."""
    return " ".join(client.get(reverse(name, args=args)).content.decode().split())


def test_the_page_of_a_measure_says_what_it_acts_on_and_when_it_is_first(reader: Client) -> None:
    page = _page(reader, "measure_detail", "pro.mediation")
    effects = page.index("What it acts on")
    lines = page.index("When it comes first")
    assert effects < page.index("Armed groups threaten the population") < lines
    assert page.index(">directly<") < page.index(">indirectly<")
    assert lines < page.index("Second line") < page.index("First line")
    assert "A/47/277, Paragraphs 20 and 21" in page


def test_the_page_of_a_measure_says_what_comes_first_and_why(reader: Client) -> None:
    page = _page(reader, "measure_detail", "cap.ddr")
    assert page.index("What comes first") < page.index("Support to disarmament")
    assert "Reintegration begins once weapons have been handed in." in page


def test_a_gate_and_a_deferral_name_the_measures_that_open_and_end_them(reader: Client) -> None:
    page = _page(reader, "measure_detail", "pro.peacekeeping")
    opened = page.index("Consent of the main parties to a peacekeeping operation")
    assert (
        "Dialogue and mediation assistance" in page[page.index("Measures that can open", opened) :]
    )
    page = _page(reader, "measure_detail", "cap.elections")
    ended = page.index("The result is settled first")
    assert "Settling an electoral dispute" in page[page.index("Measures that can end it", ended) :]


def test_the_list_of_measures_sets_each_against_the_phases(reader: Client) -> None:
    page = _page(reader, "measure_list")
    table = page[page.index("First line, second line and background, by phase") :]
    assert table.count('<th scope="row">') == 70
    assert table.count("data-label=") == 70 * 5


def test_the_page_of_a_question_names_the_problem_and_what_reduces_it(reader: Client) -> None:
    page = _page(reader, "question_detail", "hate_speech")
    assert "Hate speech against a group is widespread" in page
    reducing = page[page.index("Measures that reduce it") :]
    assert reducing.index("Countering hate speech online") < reducing.index("A functioning media")


def test_a_passage_lists_the_measures_whose_effects_rest_on_it(reader: Client) -> None:
    page = _page(reader, "source_list")
    passage = page[page.index('id="study.local"') :]
    assert "Peacekeeping operation" in passage[: passage.index('<li id="')]


def test_the_page_of_an_actor_says_where_it_is_well_placed_and_where_unsuitable(
    reader: Client,
) -> None:
    page = _page(reader, "actor_detail", "dpo")
    placed = page[page.index('id="placed"') :]
    present = placed.index("Already present, engaged or mandated")
    assert present < placed.index("It directs an operation in the country already.")
    unsuitable = placed.index("Unsuitable", present)
    assert unsuitable < placed.index("It has neither an operation nor a mandate here.")
    assert "everything that it can do" in placed


def test_the_page_of_a_question_names_the_actors_that_its_answer_places(reader: Client) -> None:
    page = _page(reader, "question_detail", "icc_jurisdiction")
    placed = page[page.index("Actors that are well placed or unsuitable by its answer") :]
    assert ">ICC<" in placed


def test_a_passage_lists_the_actors_that_it_places(reader: Client) -> None:
    page = _page(reader, "source_list")
    passage = page[page.index('id="mediation.impartial"') :]
    assert "Neighbouring States" in passage[: passage.index('<li id="')]


def test_an_edition_that_says_nothing_of_plans_shows_no_empty_headings(
    client: Client, analyst: User, edition: Edition
) -> None:
    client.force_login(analyst)
    page = _page(client, "measure_detail", "pro.mediation")
    assert "What it acts on" not in page
    assert "What comes first" not in page
    assert "by phase" not in _page(client, "measure_list")
    assert 'id="placed"' not in _page(client, "actor_detail", "dppa")
