"""Every file says what the report says, whatever people wrote, and nothing that its reader may not
know.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from docx import Document
from docx.oxml.ns import qn
from jsonschema import Draft202012Validator

from cases.country_names import country_name
from cases.exports.formats import ASSESSMENT_FORMATS, CASE_LIST_FORMATS
from cases.exports.json_file import KINDS, json_schema
from cases.exports.spreadsheets import MOST
from cases.exports.tables import answers_table, tables
from cases.models import Answer, Assessment, Case, Event, User
from cases.queries.reports.context import report_for
from cases.queries.reports.texts import visible
from cases.queries.reports.values import PlanLines
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import add_source, set_member
from tests.conftest import make_sensitive, with_second_factor
from tests.reports.poison import make, poisoned, squeezed
from tests.reports.reading import cells_of, rendered, rows_of, text_of, unpacked

SECRET = "Zeugin Ypsilantidou"
# The files that hold the notes of answers, and with them the names of sources.
WITH_NOTES = ("report.docx", "report.md", "data.xlsx", "data.json", "answers.csv")


@pytest.fixture
def submitted(draft: Assessment, analyst: User) -> Assessment:
    submit(draft, by=analyst)
    return Assessment.objects.get(pk=draft.pk)


@pytest.mark.parametrize("name", ASSESSMENT_FORMATS)
def test_whatever_people_wrote_every_file_is_made_in_seconds(
    noted: Assessment, analyst: User, name: str
) -> None:
    report = poisoned(report_for(analyst, noted))
    began = time.process_time()
    content = make(name, report)
    assert time.process_time() - began < 10
    assert make(name, report) == content


@pytest.mark.parametrize(
    "name", ["report.docx", "report.md", "data.xlsx", "data.json", "answers.csv"]
)
def test_what_people_wrote_is_read_in_the_files_as_they_wrote_it(
    noted: Assessment, analyst: User, name: str
) -> None:
    report = poisoned(report_for(analyst, noted))
    text = squeezed(text_of(name, make(name, report)))
    notes = [line.note for section in report.sections for line in section.answers]
    # A cell of a Markdown table is one line.
    between = " / " if name == "report.md" else "\n"
    for note in notes:
        lines = (line.strip() for line in visible(note).split("\n"))
        assert squeezed(between.join(lines)) in text


@pytest.mark.parametrize("name", ASSESSMENT_FORMATS)
def test_no_file_names_a_source_to_a_reader_who_may_not_know_it(
    case: Case, draft: Assessment, analyst: User, person: Callable[..., User], name: str
) -> None:
    source = add_source(case, by=analyst, title=SECRET, publisher=f"{SECRET} & co", reliability="A")
    answer = Answer.objects.create(
        assessment=draft, question="phase", state="known", value="ongoing", answered_by=analyst
    )
    answer.sources.add(source)
    reader = person("reader", "reviewer")
    set_member(case, reader, "reader", by=analyst)
    submit(draft, by=analyst)
    make_sensitive()
    assessment = Assessment.objects.get(pk=draft.pk)
    for who, knows in ((analyst, True), (reader, False)):
        user = User.objects.get(pk=who.pk)
        content = make(name, report_for(user, assessment))
        found = SECRET in text_of(name, content) or SECRET.encode() in unpacked(content)
        assert found == (knows and name in (*WITH_NOTES, "report.pdf")), who


@pytest.mark.parametrize("name", ASSESSMENT_FORMATS)
def test_a_file_is_for_those_who_may_see_the_assessment(
    client: Client, draft: Assessment, person: Callable[..., User], name: str
) -> None:
    address = reverse("assessment_download", args=[draft.pk, name])
    assert client.get(address).status_code == 302
    client.force_login(person("outsider", "analyst"))
    assert client.get(address).status_code == 404
    assert not Event.objects.filter(verb=Event.Verb.FILE_DOWNLOADED).exists()


@pytest.mark.parametrize("name", ASSESSMENT_FORMATS)
def test_a_file_of_a_sensitive_case_asks_for_a_second_factor(
    client: Client, draft: Assessment, analyst: User, name: str
) -> None:
    Case.objects.update(confidentiality="sensitive")
    address = reverse("assessment_download", args=[draft.pk, name])
    client.force_login(analyst)
    assert client.get(address).status_code == 403
    with_second_factor(analyst)
    client.force_login(analyst)
    assert client.get(address).status_code == 200
    verbs = set(Event.objects.filter(case=draft.case).values_list("verb", flat=True))
    assert {Event.Verb.CASE_READ, Event.Verb.FILE_DOWNLOADED} <= verbs


def test_a_workbook_holds_texts_and_numbers_alone(noted: Assessment, analyst: User) -> None:
    report = poisoned(report_for(analyst, noted))
    content = make("data.xlsx", report)
    kinds = {cell.data_type for cell in cells_of(content)}
    assert kinds == {"s", "n"}
    with ZipFile(BytesIO(content)) as packed:
        sheets = [packed.read(name) for name in packed.namelist() if "/worksheets/" in name]
    assert len(sheets) == 1 + len(tables(report))
    assert not any(b"<f>" in sheet or b"hyperlink" in sheet for sheet in sheets)


def test_a_text_too_long_for_a_cell_is_cut_and_says_so(draft: Assessment, analyst: User) -> None:
    report = report_for(analyst, draft)
    section = report.sections[0]
    line = replace(section.answers[0], note="😀" * MOST)
    changed = replace(section, answers=(line, *section.answers[1:]))
    content = make("data.xlsx", replace(report, sections=(changed, *report.sections[1:])))
    longest = max((str(cell.value) for cell in cells_of(content)), key=len)
    assert longest.startswith("😀" * 1000)
    assert longest.endswith("[cut here: Excel keeps no more than 32767 characters in a cell]")
    assert len(longest.encode("utf-16-le")) // 2 <= MOST


def test_a_csv_file_opens_in_excels_dialect_with_equal_rows(
    noted: Assessment, analyst: User
) -> None:
    report = poisoned(report_for(analyst, noted))
    content = make("answers.csv", report)
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")
    table, (headings, *rows) = answers_table(report), rows_of(content)
    assert headings == list(table.headings)
    for read, written in zip(rows, table.rows, strict=True):
        assert [cell.removeprefix("'") for cell in read] == [
            str(cell if cell is not None else "").removeprefix("'") for cell in written
        ]
    for cell in (cell for row in rows for cell in row):
        assert not cell.lstrip().startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize("name", ["brief.pdf", "brief.docx", "brief.md"])
def test_a_brief_says_how_many_measures_come_next_that_it_does_not_name(
    draft: Assessment, analyst: User, name: str
) -> None:
    report = report_for(analyst, draft)
    codes = tuple(line.code for line in report.measures)
    nothing: tuple[str, ...] = ()
    plan = PlanLines(
        first=codes[:3],
        computed=codes[:3],
        next=codes[3:15],
        later=nothing,
        closed=nothing,
        is_chosen=False,
        choices=(),
        unanswered=nothing,
        unknown=nothing,
        weak=nothing,
        left_out="",
    )
    report = replace(report, plan=plan, gaps=report.gaps[:1])
    text = " ".join(text_of(name, make(name, report)).split())
    assert "8 more in the report." in text
    assert text.count("more in the report.") == 1


def test_markdown_holds_no_markup_of_what_people_wrote(noted: Assessment, analyst: User) -> None:
    for name in ("brief.md", "report.md"):
        shown = rendered(make(name, poisoned(report_for(analyst, noted))))
        tags = set(re.findall(r"<([a-z]+\d?)", shown))
        ours = {"h", "p", "ul", "ol", "li", "strong", "table", "thead", "tbody", "tr", "th", "td"}
        assert {tag.rstrip("1234") for tag in tags} <= ours | {"br", "blockquote"}
        assert shown.count("<h1>") == 1


def test_a_word_file_has_its_headings_in_order_and_tables_with_headings(
    submitted: Assessment, analyst: User
) -> None:
    report = report_for(analyst, submitted)
    for name in ("brief.docx", "report.docx"):
        document = Document(BytesIO(make(name, report)))
        styles = [paragraph.style.name for paragraph in document.paragraphs if paragraph.style]
        levels = [int(style[-1]) for style in styles if style.startswith("Heading ")]
        assert styles[0] == "Title"
        assert levels[0] == 1
        assert len(levels) >= 3
        assert all(after <= before + 1 for before, after in pairwise(levels))
        assert document.tables or name == "brief.docx"
        for table in document.tables:
            marked = [row._tr.find(f".//{qn('w:tblHeader')}") is not None for row in table.rows]
            assert marked == [True] + [False] * (len(marked) - 1)
        properties = document.core_properties
        assert (properties.title, properties.author) == (report.case.title, report.author)
        assert properties.language == report.language
        header = document.sections[0].header.paragraphs[0].text
        assert header == "Restricted · Awaiting review"


def test_a_word_file_says_which_texts_are_in_another_language(
    draft: Assessment, analyst: User
) -> None:
    report = report_for(analyst, draft)
    texts = {"ar": "حماية المدنيين", "ru": "Защита мирных жителей", "zh": "保护平民"}
    case = replace(report.case, summary="\n".join(texts.values()), populations=texts["ar"])
    body = Document(BytesIO(make("report.docx", replace(report, case=case)))).element.body
    arabic = next(node for node in body.iter(qn("w:t")) if node.text == texts["ar"])
    properties = arabic.getparent().find(qn("w:rPr"))
    assert properties.find(qn("w:lang")).get(qn("w:val")) == "ar"
    assert properties.find(qn("w:rtl")) is not None
    assert arabic.getparent().getparent().find(f"{qn('w:pPr')}/{qn('w:bidi')}") is not None


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_is_published_at_its_address_and_in_the_documents(
    client: Client, kind: str
) -> None:
    Draft202012Validator.check_schema(json_schema(kind))
    published = client.get(reverse("export_schema", args=[kind]))
    assert published.json() == json_schema(kind)
    documented = settings.BASE_DIR / "docs" / "schemas" / f"{kind}.json"
    assert json.loads(documented.read_text(encoding="utf-8")) == json_schema(kind)


def test_there_is_no_schema_of_an_unknown_kind(client: Client) -> None:
    assert client.get(reverse("export_schema", args=["secrets"])).status_code == 404


def test_a_report_as_json_fits_its_schema(
    submitted: Assessment, noted: Assessment, analyst: User
) -> None:
    for said in (report_for(analyst, submitted), poisoned(report_for(analyst, noted))):
        document = json.loads(make("data.json", said))
        checker = Draft202012Validator.FORMAT_CHECKER
        Draft202012Validator(json_schema("report"), format_checker=checker).validate(document)
        assert document["$schema"] == settings.SITE_URL + reverse("export_schema", args=["report"])
        assert document["digest"] == said.digest
        assert len(document["measures"]) == len(said.measures)


@pytest.mark.parametrize("name", ["cases.xlsx", "cases.csv", "cases.json"])
def test_the_list_of_cases_is_a_file_of_what_the_person_may_see(
    client: Client,
    case: Case,
    submitted: Assessment,
    analyst: User,
    person: Callable[..., User],
    name: str,
) -> None:
    Case.objects.filter(pk=case.pk).update(title="=1+1 in the north")
    address = reverse("cases_download", args=[name])
    client.force_login(analyst)
    content = client.get(address).content
    text = text_of(name, content)
    assert "=1+1 in the north" in text
    assert "Awaiting review" in text
    assert client.get(address).content == content
    assert "in the north" not in text_of(name, client.get(f"{address}?q=elsewhere").content)
    if name == "cases.json":
        Draft202012Validator(json_schema("cases")).validate(json.loads(content))
    event = Event.objects.filter(verb=Event.Verb.FILE_DOWNLOADED).earliest("pk")
    assert (event.case, event.actor, event.data["name"]) == (None, analyst, name)
    client.force_login(person("outsider", "analyst"))
    assert "in the north" not in text_of(name, client.get(address).content)


@pytest.mark.parametrize("name", ["cases.xlsx", "cases.csv", "cases.json"])
def test_the_list_of_cases_gives_countries_their_names_of_today_on_the_page_and_in_files(
    client: Client, case: Case, analyst: User, submitted: Assessment, name: str
) -> None:
    case.countries.create(code="SWZ")
    assert country_name("SWZ", submitted.as_of) == "Swaziland"
    client.force_login(analyst)
    page = client.get(reverse("case_list")).content.decode()
    file = text_of(name, client.get(reverse("cases_download", args=[name])).content)
    for shown in (page, file):
        assert "Eswatini" in shown
        assert "Swaziland" not in shown


def test_the_list_of_cases_offers_its_files_with_its_filters(
    client: Client, case: Case, analyst: User
) -> None:
    client.force_login(analyst)
    page = client.get(f"{reverse('case_list')}?q=north").content.decode()
    for name in CASE_LIST_FORMATS:
        assert f'href="{reverse("cases_download", args=[name])}?q=north"' in page
    assert client.get(reverse("cases_download", args=["cases.exe"])).status_code == 404
