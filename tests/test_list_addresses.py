"""Addresses of lists that ask for what there is not: the page says so, and shows no other list as
the one that was asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Assessment, Case, Draft, ReportJob, User
from cases.workflows.assessing.submitting import submit
from tests.making import make_case

LOST = "The page that you asked for is no longer in this list. The list starts again here."
ODD = ("\x00", "²", "٣", "-1", "9" * 40, "2026-13-45", "0001-01-01", "😀", "'\"<b>", "x" * 5_000)


def messages_of(response: Any) -> list[str]:
    return [str(item) for item in response.context["messages"]]


@pytest.fixture
def his(client: Client, analyst: User, case: Case) -> Client:
    client.force_login(analyst)
    return client


@pytest.fixture
def measures(his: Client, draft: Assessment) -> str:
    return reverse("assessment_measures", args=[draft.pk])


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("country", "Country"),
        ("confidentiality", "Confidentiality"),
        ("mine", "Only mine"),
        ("state", "Current or closed"),
    ],
)
@pytest.mark.parametrize("value", ODD)
def test_a_filter_of_cases_that_does_not_exist_is_reported_and_filters_nothing(
    his: Client, case: Case, name: str, label: str, value: str
) -> None:
    page = his.get(reverse("case_list"), {name: value})
    assert page.status_code == 200
    assert [row.pk for row in page.context["page"]] == [case.pk]
    assert not page.context["is_filtered"]
    (said,) = messages_of(page)
    assert f"is not a choice for “{label}”. The list is shown without this filter." in said
    assert len(said) < 160


def test_an_order_that_does_not_exist_is_reported_and_not_carried_on(his: Client) -> None:
    page = his.get(reverse("case_list"), {"sort": "owner", "q": "north"})
    text = page.content.decode()
    assert "The list cannot be sorted by “owner”. It is in its usual order." in text
    assert 'name="sort"' not in text


def test_a_search_that_is_cut_says_so(his: Client) -> None:
    page = his.get(reverse("case_list"), {"q": "a" * 201})
    assert "Only the first 200 characters are searched for." in page.content.decode()
    assert (
        "are searched for" not in his.get(reverse("case_list"), {"q": "a" * 200}).content.decode()
    )


def test_a_country_of_which_no_case_is_seen_stays_chosen_in_the_form(his: Client) -> None:
    page = his.get(reverse("case_list"), {"country": "FRA"})
    text = " ".join(page.content.decode().split())
    assert '<option value="FRA" selected> France </option>' in text
    assert "No case matches these filters." in text


@pytest.mark.parametrize("page", ["case_list", "review_list"])
def test_a_filter_that_is_given_twice_is_reported(his: Client, page: str) -> None:
    address = f"{reverse(page)}?confidentiality=open&confidentiality=restricted"
    said = "The address gives several values for “Confidentiality”. Only the last one is used."
    assert said in his.get(address).content.decode()
    once = f"{reverse(page)}?confidentiality=open&confidentiality=open"
    assert said not in his.get(once).content.decode()


def test_a_filter_of_the_record_or_of_answers_that_is_given_twice_is_reported(
    his: Client, draft: Assessment, person: Callable[..., User]
) -> None:
    address = reverse("assessment_answers", args=[draft.pk])
    said = "Only the last one is used."
    assert said in his.get(f"{address}?only=unknown&only=no_source").content.decode()
    his.force_login(person("alma", "auditor"))
    assert said in his.get(f"{reverse('record')}?verb=a&verb=b").content.decode()


@pytest.mark.parametrize("query", ["country=XX", "confidentiality=secret", "state=x", "sort=x"])
def test_no_file_is_made_of_other_cases_than_were_asked_for(
    his: Client, case: Case, draft: Assessment, analyst: User, query: str
) -> None:
    file = f"{reverse('cases_download', args=['cases.csv'])}?{query}"
    refused = his.get(file)
    assert refused.headers["Location"] == f"{reverse('case_list')}?{query}"
    assert his.get(file.partition("?")[0]).status_code == 200
    submit(draft, by=analyst)
    files = f"{reverse('cases_files')}?{query}"
    page = his.post(files, {"name": "report.pdf"}, follow=True)
    assert not ReportJob.objects.exists()
    assert "“" in messages_of(page)[0]


def test_a_kind_of_file_that_does_not_exist_is_reported(his: Client) -> None:
    page = his.post(reverse("cases_files"), {"name": "report.xyz"}, follow=True)
    assert "Choose a kind of file from the list." in page.content.decode()


@pytest.mark.parametrize(
    ("name", "label"),
    [("status", "Status"), ("form", "Form"), ("actor", "Actor"), ("problem", "Problem")],
)
def test_a_filter_of_measures_that_does_not_exist_is_reported_and_filters_nothing(
    his: Client, measures: str, name: str, label: str
) -> None:
    whole = his.get(measures).context["table"].number
    assert whole
    for value in ("zzz", *ODD):
        page = his.get(measures, {name: value})
        assert page.context["table"].number == whole
        assert not page.context["table"].filters.are_set
        assert f"is not a choice for “{label}”" in messages_of(page)[0]


def test_a_form_that_does_not_exist_is_reported_beside_the_picture(
    his: Client, draft: Assessment
) -> None:
    page = his.get(reverse("flow", args=[draft.pk]), {"form": "zzz"})
    assert "“zzz” is not a choice for “Form”." in page.content.decode()


@pytest.mark.parametrize("position", ["after-0", "before-zzz", "-1", "2", "LAST", "after-\x00"])
def test_a_place_that_has_left_its_list_is_reported(
    his: Client, analyst: User, case: Case, position: str
) -> None:
    addresses = [
        reverse("case_list"),
        reverse("review_list"),
        reverse("notification_list"),
        reverse("home_list", args=["drafts"]),
        reverse("case_timeline", args=[case.pk]),
    ]
    for address in addresses:
        assert LOST in his.get(address, {"page": position}).content.decode(), address
        assert LOST not in his.get(address).content.decode()
        assert LOST not in his.get(address, {"page": "last"}).content.decode()


def test_a_place_in_the_moments_of_a_timeline_that_is_gone_is_reported(
    his: Client, case: Case
) -> None:
    address = reverse("case_timeline", args=[case.pk])
    assert LOST not in his.get(address, {"moments": "1"}).content.decode()
    for number in ("2", "-1", "zzz", "9" * 40):
        assert LOST in his.get(address, {"moments": number}).content.decode()


def test_the_place_of_a_case_that_no_longer_fits_the_filters_is_reported(
    his: Client, analyst: User, case: Case
) -> None:
    other = make_case(analyst, "Other", "MLI")
    query = urlencode({"page": f"after-{other.pk}", "q": case.title})
    assert LOST in his.get(f"{reverse('case_list')}?{query}").content.decode()


def test_an_entry_or_a_version_that_cannot_be_put_back_is_reported(
    working: Draft, chen: User, client: Client
) -> None:
    client.force_login(chen)
    new = client.get(reverse("entry_new", args=["measures"]), {"back": "pro.gone"})
    assert "not among those that the draft has removed" in new.content.decode()
    code = working.document["measures"][0]["code"]
    edit = reverse("entry_edit", args=["measures", code])
    assert (
        "There is no such earlier version." in client.get(edit, {"version": "0"}).content.decode()
    )
    assert "There is no such earlier version." not in client.get(edit).content.decode()
