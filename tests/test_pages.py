"""Pages: what they show, how many statements they take, and what they say when something fails."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from cases.labels import STATUS_ICON
from cases.models import Assessment, Case, Edition, User
from cases.queries.paging import Total
from cases.workflows.assessing.answering import AnswerInput, save_answer, start_assessment
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import add_source
from tests.conftest import FIXTURES
from tests.making import make_case


@pytest.fixture
def signed_in(client: Client, analyst: User, edition: Edition) -> Client:
    client.force_login(analyst)
    return client


def make_cases(analyst: User, edition: Edition, number: int) -> list[Case]:
    made = []
    for index in range(number):
        case = make_case(analyst, f"Case {index}", "MLI", "NER")
        assessment = start_assessment(
            case, by=analyst, as_of=date(2020, 1, 1 + index % 28), edition=edition
        )
        if index % 2:
            submit(assessment, by=analyst)
        made.append(case)
    return made


@pytest.mark.parametrize("name", ["home", "case_list"])
def test_a_list_takes_the_same_number_of_statements_however_long_it_is(
    name: str,
    signed_in: Client,
    analyst: User,
    edition: Edition,
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    make_cases(analyst, edition, 2)
    with django_assert_max_num_queries(40) as few:
        signed_in.get(reverse(name))
    make_cases(analyst, edition, 20)
    with django_assert_max_num_queries(len(few.captured_queries)):
        assert signed_in.get(reverse(name)).status_code == 200
    assert len(few.captured_queries) <= 20


def test_a_case_page_takes_the_same_number_of_statements_however_much_it_holds(
    signed_in: Client,
    analyst: User,
    edition: Edition,
    case: Case,
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    submit(start_assessment(case, by=analyst, as_of=date(2020, 1, 1), edition=edition), by=analyst)
    add_source(case, by=analyst, title="One", publisher="Someone", reliability="A")
    with django_assert_max_num_queries(40) as few:
        signed_in.get(case.get_absolute_url())
    for index in range(10):
        add_source(case, by=analyst, title=f"Source {index}", publisher="Someone", reliability="B")
        submit(
            start_assessment(case, by=analyst, as_of=date(2021, 1, 1 + index), edition=edition),
            by=analyst,
        )
    with django_assert_max_num_queries(len(few.captured_queries)):
        assert signed_in.get(case.get_absolute_url()).status_code == 200


def test_the_list_of_cases_filters_sorts_and_pages_by_its_address(
    signed_in: Client, analyst: User, edition: Edition, case: Case
) -> None:
    make_cases(analyst, edition, 30)
    everything = signed_in.get(reverse("case_list"))
    assert everything.context["page"].total == Total(31)
    second = signed_in.get(reverse("case_list"), {"page": everything.context["page"].next})
    assert len(second.context["page"]) == 31 - len(everything.context["page"])
    assert second.context["page"].next == ""
    found = signed_in.get(reverse("case_list"), {"q": "armed towns"})
    assert [item.title for item in found.context["page"]] == [case.title]
    assert "q=" not in found.content.decode().split('class="chip"')[1].split('"')[1]
    of_niger = {"country": "NER"}
    first = signed_in.get(reverse("case_list"), of_niger).context["page"]
    rest = signed_in.get(reverse("case_list"), of_niger | {"page": first.next}).context["page"]
    assert len(rest) == 5
    titles = [
        item.title
        for item in signed_in.get(reverse("case_list"), {"sort": "title"}).context["page"]
    ]
    assert titles == sorted(titles)
    empty = signed_in.get(reverse("case_list"), {"q": "nothing like this"})
    assert "No case matches these filters" in empty.content.decode()
    for odd in (
        {"page": "x"},
        {"page": "after-x"},
        {"page": "after-\x00"},
        {"page": f"before-{case.pk}\x00"},
        {"sort": "'"},
        {"country": "Z\x00Z"},
        {"q": "\x00"},
        {"confidentiality": "no"},
    ):
        assert signed_in.get(reverse("case_list"), odd).status_code == 200


def test_every_entry_of_the_catalogue_has_its_page(signed_in: Client, first_edition: Any) -> None:
    for name, codes in (
        ("measure_detail", first_edition.measures),
        ("actor_detail", first_edition.actors),
        ("question_detail", [question.code for question in first_edition.questionnaire.questions]),
    ):
        for code in codes:
            assert signed_in.get(reverse(name, args=[code])).status_code == 200, code


def test_the_organisations_are_those_of_the_day_that_is_asked(signed_in: Client) -> None:
    def members(day: str) -> dict[str, list[str]]:
        rows = signed_in.get(reverse("organisation_list"), {"on": day}).context["rows"]
        return {
            organisation.code: [country for country, _ in found] for organisation, _, found in rows
        }

    assert "Mali" in members("2025-01-28")["ECOWAS"]
    assert "Mali" not in members("2025-01-29")["ECOWAS"]
    wrong = signed_in.get(reverse("organisation_list"), {"on": "yesterday"})
    assert "Enter a date such as 2012-12-20." in wrong.content.decode()


def test_what_is_typed_is_kept_when_a_case_cannot_be_logged(signed_in: Client) -> None:
    long = "مرحبا " * 2000
    response = signed_in.post(
        reverse("case_new"),
        {"title": "", "populations": long, "summary": "s", "confidentiality": "open"},
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert "Enter a title for the case." in page
    assert "Choose at least one country." in page
    assert long.strip() in page
    assert Case.objects.count() == 0


def test_two_people_who_edit_a_case_both_keep_their_text(signed_in: Client, case: Case) -> None:
    data = {
        "title": "First",
        "countries": ["MLI"],
        "populations": "p",
        "summary": "first text",
        "confidentiality": case.confidentiality,
        "version": "1",
    }
    assert signed_in.post(reverse("case_edit", args=[case.pk]), data).status_code == 302
    second = signed_in.post(
        reverse("case_edit", args=[case.pk]), data | {"title": "Second", "summary": "second text"}
    )
    page = second.content.decode()
    assert second.status_code == 422
    assert "first text" in page
    assert "second text" in page
    case.refresh_from_db()
    assert case.title == "First"


def test_the_advice_page_shows_three_forms_and_what_is_not_known(
    signed_in: Client, draft: Assessment, analyst: User
) -> None:
    save_answer(draft, AnswerInput("phase", "known", "ongoing"), by=analyst, version=0)
    save_answer(
        draft,
        AnswerInput("state_involvement", "known", "leadership_directing"),
        by=analyst,
        version=0,
    )
    page = signed_in.get(reverse("assessment_advice", args=[draft.pk])).content.decode()
    for words in (
        "Encouragement",
        "Capacity building",
        "Protection assistance",
        "Beyond Pillar Two",
        "What is not known",
    ):
        assert words in page
    for code in ("cap.ssr", "pro.peacekeeping", "enc.norms"):
        found = signed_in.get(reverse("measure_in_advice", args=[draft.pk, code]))
        assert found.status_code == 200
    assert (
        signed_in.get(reverse("measure_in_advice", args=[draft.pk, "no.such"])).status_code == 404
    )


def test_the_way_to_a_page_of_a_case_names_no_page_twice(signed_in: Client, case: Case) -> None:
    names = ["case_edit", "case_members", "case_timeline", "step_new", "source_new", "case_close"]
    for name in (*names, "assessment_new"):
        page = signed_in.get(reverse(name, args=[case.pk])).content.decode()
        way = page.split('class="crumbs"')[1].split("</nav>")[0]
        assert way.count(f'href="{reverse("case_list")}"') == 1, name
        assert way.count(f'href="{case.get_absolute_url()}"') == 1, name


def test_a_missing_page_says_so_in_words(signed_in: Client) -> None:
    response = signed_in.get("/nothing/here/")
    assert response.status_code == 404
    assert "There is nothing at this address" in response.content.decode()


def test_without_an_edition_pages_say_how_to_publish_one(client: Client, analyst: User) -> None:
    client.force_login(analyst)
    response = client.get(reverse("catalogue"))
    assert response.status_code == 503
    assert "load_rulebook" in response.content.decode()


def test_every_page_forbids_scripts_and_styles_from_anywhere_else(signed_in: Client) -> None:
    response = signed_in.get(reverse("home"))
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    page = response.content.decode()
    assert "<style" not in page
    assert " style=" not in page
    assert "onclick" not in page


def test_every_icon_that_a_page_names_is_in_the_one_file_of_icons() -> None:
    sprite = (settings.BASE_DIR / "static" / "img" / "icons.svg").read_text()
    drawn = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    named = set(STATUS_ICON.values())
    for template in (settings.BASE_DIR / "templates").rglob("*.html"):
        named |= set(re.findall(r'{% icon "([^"]+)"', template.read_text()))
    assert named == drawn, "each has its drawing, and none is there for nothing"


def test_the_product_tells_the_machine_that_watches_it_whether_it_is_well(
    client: Client, db: None
) -> None:
    assert client.get("/healthz").content == b"ok\n"


def test_two_assessments_are_compared_with_the_answers_that_caused_each_change(
    signed_in: Client, case: Case, analyst: User, edition: Edition
) -> None:
    first = start_assessment(case, by=analyst, as_of=date(2012, 12, 20), edition=edition)
    save_answer(first, AnswerInput("displacement", "known", "none"), by=analyst, version=0)
    save_answer(first, AnswerInput("phase", "known", "latent"), by=analyst, version=0)
    submit(first, by=analyst)
    second = start_assessment(
        case, by=analyst, as_of=date(2013, 6, 1), edition=edition, earlier=first
    )
    save_answer(second, AnswerInput("displacement", "known", "both"), by=analyst, version=1)
    assert "What changed" in signed_in.get(case.get_absolute_url()).content.decode()
    response = signed_in.get(reverse("assessment_compare", args=[second.pk, first.pk]))
    comparison = response.context["comparison"]
    assert [(item.question.code, item.before, item.after) for item in comparison.answers] == [
        ("displacement", "none", comparison.answers[0].after)
    ]
    asylum = next(item for item in comparison.statuses if item.measure.code == "pro.asylum")
    assert (asylum.before, asylum.after) == ("not_indicated", "recommended")
    assert [question.code for question in asylum.because] == ["displacement"]


def test_assessments_of_different_cases_are_not_compared(
    signed_in: Client, analyst: User, edition: Edition, draft: Assessment
) -> None:
    other = make_cases(analyst, edition, 1)[0].assessments.get()
    assert (
        signed_in.get(reverse("assessment_compare", args=[draft.pk, other.pk])).status_code == 404
    )


CUT = re.compile(r'([\w.]+)\|slice:":(\d+)"')
# What is cut short and no list: digests, keys, and the first reason of several.
NO_LISTS = {"decision.digest", "kept.token_key", "pair.after.why"}


def test_no_list_is_cut_without_its_rest_or_its_number() -> None:
    templates = FIXTURES.parent / "templates"
    silent = []
    for path in templates.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for name, number in CUT.findall(text):
            said = (f'{name}|slice:"{number}:"', f"{name}|length", f"more_{name.split('.')[-1]}")
            if not any(words in text for words in said) and name not in NO_LISTS:
                silent.append(f"{path.name}: {name}")
    assert silent == []


CASE_TITLE = re.compile(r"<bdi\s*>\{\{ *(?:[\w.]+\.)?case\.title")
# The tag that shows the marks of a case, or its confidentiality by its own field.
MARKS = re.compile(r"\{% case_marks |confidentiality")
# A heading and a choice, which name one case.
ONE_CASE = {"casework/detail.html", "editor/try.html", "editor/outcome.html"}


def test_every_list_that_names_a_case_says_how_confidential_it_is() -> None:
    templates = FIXTURES.parent / "templates"
    naming = {
        str(path.relative_to(templates)): path.read_text(encoding="utf-8")
        for path in templates.rglob("*.html")
    }
    silent = {
        path for path, text in naming.items() if CASE_TITLE.search(text) and not MARKS.search(text)
    }
    assert silent - ONE_CASE == set()
    assert sum(bool(CASE_TITLE.search(text)) for text in naming.values()) > 15


# A text that a person wrote, with the tag it is in or whatever else comes directly before it.
PEOPLES_WORDS = re.compile(
    r"(<[^>]*>|[^\s>])\s*\{\{ *((?:[\w.]+(?:\|markdown|\.note|\.comment|\.reason|file\.name)"
    r"|file\.name|content\.title|row\.team|note|reason|word)) *\}\}"
)
# Words of the product itself, by their name or by the folder of the template.
COMPUTED = {"line.reason", "errors"}
# What only the bar of the browser shows or a screen reader says has no other text beside it.
UNSEEN = re.compile(r"block title|visually-hidden|<textarea|<title>")


def test_what_people_write_has_its_own_direction() -> None:
    templates = FIXTURES.parent / "templates"
    found, others = 0, []
    for path in templates.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for match in PEOPLES_WORDS.finditer(text):
            line = text[text.rfind("\n", 0, match.start()) + 1 : match.end()]
            if UNSEEN.search(line + match[0]) or {match[2], path.parent.name} & COMPUTED:
                continue
            found += 1
            if 'dir="auto"' not in match[1] and not match[1].startswith("<bdi"):
                others.append((path.name, match[0]))
    assert others == []
    assert found > 20
