"""Finding and sorting: by what people mean, whatever keyboard and database they use."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.country_names import country_choices, names_of
from cases.forms.review import CommentForm
from cases.models import Case, User
from cases.permissions import reviewers_of
from cases.queries.assessing.our_part import our_part_choices
from cases.text_folding import fold, in_order
from cases.workflows.assessing.answering import start_assessment
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import add_source, log_case, revise_case, set_member
from cases.workflows.people.accounts import save_team


def log(by: User, title: str, *countries: str, **fields: str) -> Case:
    given: dict[str, Any] = {
        "place": "",
        "populations": "civilians",
        "summary": "as reported",
        "confidentiality": "open",
    }
    return log_case(by=by, countries=countries or ("MLI",), title=title, **given | fields)


def found(client: Client, text: str) -> bool:
    page = client.get(reverse("case_list"), {"q": text}).content.decode()
    return "row-link" in page


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("RÉGION DE L’ÉLAN: attaques", "région"),
        ("RÉGION DE L’ÉLAN: attaques", "l'elan"),
        ("Violences à Côte-Sud", "Cote"),
        (unicodedata.normalize("NFD", "Kidal: été"), unicodedata.normalize("NFC", "été")),
        ("ВИСОКИ ДЕЧАНИ", "високи"),
        ("Straße nach Łódź", "STRASSE"),
        ("Straße nach Łódź", "lodz"),
        ("İstanbul’da", "istanbul"),
        ("أحداث في غزّة", "احداث"),
        ("أحداث في غزّة", "غزه"),
        ("إسكان الفاشـــر", "اسكان الفاشر"),
        ("مصطفى", "مصطفي"),
        ("کودکان در کابل", "كودكان"),
        ("Ψάρά", "ψαρα"),
    ],
)
def test_a_search_finds_what_a_reader_takes_for_the_same(
    his: Client, analyst: User, title: str, text: str
) -> None:
    log(analyst, title)
    assert found(his, text)
    assert not found(his, f"{text}x")


def test_a_case_is_found_in_all_its_texts_and_after_it_is_revised(
    his: Client, analyst: User
) -> None:
    case = log(analyst, "One", place="Ménaka", populations="Touaregs", summary="Récit")
    assert all(found(his, text) for text in ("menaka", "TOUAREGS", "recit", "menaka recit"))
    fields = {"title": "Two", "place": "", "populations": "x", "summary": "Übergriffe"}
    revise_case(case, by=analyst, version=1, countries=["MLI"], confidentiality="open", **fields)
    assert found(his, "ubergriffe")
    assert not found(his, "menaka")


def test_sorting_ignores_case_and_accents(his: Client, analyst: User) -> None:
    for title in ("zebra", "Élan", "Zulu", "apple", "Éclair", "Banana", "أمل"):
        log(analyst, title)
    page = his.get(reverse("case_list"), {"sort": "title"}).context["page"]
    assert [case.title for case in page] == [
        "apple",
        "Banana",
        "Éclair",
        "Élan",
        "zebra",
        "Zulu",
        "أمل",
    ]


def test_people_are_listed_by_name_without_regard_to_case_and_accents(
    case: Case, analyst: User, draft: Any, person: Callable[..., User]
) -> None:
    for username, last in (("r1", "zora"), ("r2", "Émile"), ("r3", "Adams"), ("r4", "de Groot")):
        someone = person(username, "reviewer")
        someone.last_name = last
        someone.save()
        set_member(case, someone, "reviewer", by=analyst)
    submit(draft, by=analyst)
    draft.refresh_from_db()
    names = [someone.last_name for someone in reviewers_of(draft)]
    assert names == ["Adams", "de Groot", "Émile", "zora"]
    assert [
        row.last_name
        for row in User.objects.exclude(last_name="").order_by(in_order("sort_name", down=True))
    ] == names[::-1]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("XKX", "Kosovo"),
        ("TUR", "Turkey"),
        ("TUR", "Türkiye"),
        ("CIV", "Ivory Coast"),
        ("CIV", "Cote d'Ivoire"),
        ("MMR", "Burma"),
        ("COD", "DRC"),
        ("SWZ", "Swaziland"),
        ("CZE", "Czech Republic"),
        ("PSE", "Gaza"),
    ],
)
def test_a_place_is_found_under_the_names_that_people_use(
    his: Client, analyst: User, code: str, text: str
) -> None:
    labels = [label for _group, rows in country_choices() for key, label in rows if key == code]
    assert any(fold(text) in fold(label) for label in labels), labels
    log(analyst, "Untitled", code)
    assert found(his, text)


def test_members_of_the_united_nations_come_first() -> None:
    (_members, first), (_others, then) = country_choices()
    assert len(first) == 193
    assert {"SYR", "TUR", "SSD"} <= {code for code, _label in first}
    assert {"XKX", "PSE", "ESH", "TWN", "ATA"} <= {code for code, _label in then}
    assert names_of("DE") == ("Germany",)


def test_a_case_about_kosovo_can_be_logged(his: Client, edition: Any) -> None:
    data = {
        "title": "Kosovo",
        "countries": ["XKX"],
        "populations": "x",
        "summary": "y",
        "confidentiality": "open",
    }
    assert his.post(reverse("case_new"), data).status_code == 302
    page = his.get(Case.objects.get().get_absolute_url()).content.decode()
    assert "Kosovo" in page


def test_teams_and_choices_are_listed_without_regard_to_case_and_accents(
    his: Client, case: Case, analyst: User, edition: Any
) -> None:
    for name in ("zulu", "Éclair", "apple", "Banana"):
        save_team(None, by=analyst, name=name, members=[])
    page = his.get(reverse("case_members", args=[case.pk])).content.decode()
    places = [page.index(f">{name}<") for name in ("apple", "Banana", "Éclair", "zulu")]
    assert places == sorted(places)
    (_group, states), *_others = our_part_choices(date(2026, 1, 1))
    names = [name for _code, name in states]
    assert names.index("Côte d'Ivoire") < names.index("Cuba") < names.index("Türkiye")


def test_sources_and_cases_without_a_date_have_the_same_place_on_every_database(
    his: Client, analyst: User, edition: Any
) -> None:
    undated, dated = log(analyst, "Never assessed"), log(analyst, "Assessed")
    draft = start_assessment(dated, by=analyst, as_of=date(2013, 1, 1), edition=edition)
    submit(draft, by=analyst)
    for sort, expected in (("assessed", [undated, dated]), ("-assessed", [dated, undated])):
        assert list(his.get(reverse("case_list"), {"sort": sort}).context["page"]) == expected
    without = add_source(dated, by=analyst, title="Undated", publisher="x")
    latest = add_source(
        dated, by=analyst, title="Dated", publisher="x", published_on=date(2013, 1, 1)
    )
    assert list(dated.sources.all()) == [latest, without]


def test_a_mention_reaches_its_person_in_capitals_of_any_script(
    draft: Any, analyst: User, person: Callable[..., User]
) -> None:
    reviewer = person("émile", "reviewer")
    set_member(draft.case, reviewer, "reviewer", by=analyst)
    submit(draft, by=analyst)
    draft.refresh_from_db()
    form = CommentForm({"text": "What do you think, @ÉMILE?"}, assessment=draft)
    assert form.is_valid(), form.errors
    assert form.mentions == [reviewer]
