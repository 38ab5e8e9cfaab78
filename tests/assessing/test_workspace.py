"""The analyst's workspace: files, what if, pictures, precedents, and two analysts apart."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.models import Assessment, Attachment, Case, Edition, Event, Step, User
from cases.queries.assessing.agreement import agreement
from cases.queries.assessing.charts import flow, pressing, risk_profile
from cases.queries.assessing.content import RecordedAnswer, content_of
from cases.queries.assessing.precedents import precedents
from cases.rulebook.entries.questions import Question, Value
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.bitplanes import CODE_TYPE, pack, unpack
from cases.rulebook.reasoning.similarity import likeness
from cases.upload_types import FILE_TYPES, LIMIT
from cases.workflows.assessing.answering import (
    AnswerInput,
    discard_draft,
    save_answer,
    start_assessment,
)
from cases.workflows.assessing.attachments import add_attachment
from cases.workflows.assessing.second_assessment import (
    reconcile_assessments,
    start_second_assessment,
    unpair,
)
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import add_source, log_case, set_member
from tests.conftest import FIXTURES
from tests.rulebook.worlds import answers_to

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
    b"\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
)


@pytest.fixture
def signed_in(client: Client, analyst: User) -> Client:
    client.force_login(analyst)
    return client


@pytest.fixture
def colleague(person: Callable[..., User], case: Case, analyst: User) -> User:
    other = person("bea", "analyst")
    set_member(case, other, "contributor", by=analyst)
    return other


PEOPLE_HAVE = FIXTURES.parent / "tests" / "data" / "files"


def archive(*names: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        for name in names:
            file.writestr(name, "<x/>")
    return held.getvalue()


def send(client: Client, draft: Assessment, name: str, content: bytes) -> Any:
    upload = SimpleUploadedFile(name, content, content_type="image/png")
    return client.post(reverse("attachment_new", args=[draft.pk, "phase"]), {"file": upload})


# Files


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("picture.png", PNG),
        ("REPORT.PDF", b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n%%EOF"),
        ("ملاحظة.txt", "شهادة – é".encode()),
        ("figures.csv", b"day,number\n2012-12-20,3\n"),
        ("note.docx", archive("[Content_Types].xml", "word/document.xml")),
        ("sheet.xlsx", archive("[Content_Types].xml", "xl/workbook.xml")),
        ("text.odt", archive("mimetype", "content.xml")),
    ],
)
def test_a_file_is_kept_and_given_back_as_a_download_that_a_browser_does_not_open(
    signed_in: Client, draft: Assessment, name: str, content: bytes
) -> None:
    assert send(signed_in, draft, name, content).status_code == 302
    kept = draft.attachments.get()
    assert (kept.name, kept.size) == (name, len(content))
    assert kept.content_type == FILE_TYPES[Path(name).suffix.lower()]
    assert kept.file.name
    assert name not in kept.file.name
    response = signed_in.get(reverse("attachment", args=[draft.pk, kept.pk]))
    assert response.getvalue() == content
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert (
        name
        in signed_in.get(
            reverse("assessment_section", args=[draft.pk, "situation"])
        ).content.decode()
    )


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        (
            "picture.png",
            b"<html><script>alert(1)</script></html>",
            "The content does not match the file name",
        ),
        ("picture.jpg", PNG, "The content does not match the file name"),
        ("report.pdf", b"MZ\x90\x00" + b"\x00" * 100, "The content does not match the file name"),
        ("note.docx", archive("something.else"), "The content does not match the file name"),
        ("note.docx", b"PK no archive", "The content does not match the file name"),
        ("text.txt", b"\xff\xfe\x00binary\x00", "The content does not match the file name"),
        ("page.html", b"<html></html>", "Files of this kind are not accepted"),
        (
            "drawing.svg",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            "Files of this kind are not accepted",
        ),
        ("empty.png", b"", "The file is empty"),
        ("large.png", PNG + b"\x00" * LIMIT, "The limit is"),
        ("no-ending", PNG, "Files of this kind are not accepted"),
    ],
)
def test_a_file_is_refused_with_the_reason(
    signed_in: Client, draft: Assessment, name: str, content: bytes, says: str
) -> None:
    response = send(signed_in, draft, name, content)
    assert response.status_code == 422
    assert says in response.content.decode()
    assert not Attachment.objects.exists()


@pytest.mark.parametrize("name", [file.name for file in sorted(PEOPLE_HAVE.iterdir())])
def test_a_file_that_another_program_saved_is_taken_as_it_is(
    signed_in: Client, draft: Assessment, name: str
) -> None:
    content = (PEOPLE_HAVE / name).read_bytes()
    assert send(signed_in, draft, name, content).status_code == 302
    kept = draft.attachments.get()
    assert signed_in.get(reverse("attachment", args=[draft.pk, kept.pk])).getvalue() == content


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ansi.csv", "Ort;Tote\r\nKöln;3\r\nMünchen;2\r\n".encode("cp1252")),
        ("arabic.csv", "المكان;العدد\r\nغاو;12\r\nتمبكتو;3\r\n".encode("cp1256")),
        ("russian.txt", "место\tубито\r\nГао\t12\r\n".encode("utf-16")),
        ("marked.csv", "place;killed\r\nGao;12\r\n".encode("utf-8-sig")),
    ],
)
def test_a_text_is_taken_in_the_encoding_that_excel_gave_it(
    signed_in: Client, draft: Assessment, name: str, content: bytes
) -> None:
    assert send(signed_in, draft, name, content).status_code == 302


@pytest.mark.parametrize(
    ("name", "does"),
    [
        ("letter.doc", "Save it as DOCX or PDF"),
        ("table.ods", "Save it as XLSX or CSV"),
        ("photo.heic", "Save it as JPEG or PNG"),
        ("slides.pptx", "Save it as PDF"),
        ("all.zip", "Unpack the archive and attach each file separately"),
    ],
)
def test_a_refusal_says_what_to_do_instead(
    signed_in: Client, draft: Assessment, name: str, does: str
) -> None:
    assert does in send(signed_in, draft, name, b"anything").content.decode()


def test_a_form_without_a_file_asks_for_one(signed_in: Client, draft: Assessment) -> None:
    response = signed_in.post(reverse("attachment_new", args=[draft.pk, "phase"]))
    assert response.status_code == 422
    assert "Choose a file." in response.content.decode()


def test_a_file_goes_with_its_draft_and_is_named_in_what_was_submitted(
    signed_in: Client, draft: Assessment, analyst: User, django_capture_on_commit_callbacks: Any
) -> None:
    send(signed_in, draft, "one.png", PNG)
    send(signed_in, draft, "two.png", PNG)
    one, two = draft.attachments.all()
    assert one.file.name
    assert two.file.name
    page = reverse("attachment_remove", args=[draft.pk, one.pk])
    assert "Remove this file?" in signed_in.get(page).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        signed_in.post(page)
    assert not one.file.storage.exists(one.file.name)
    assert Event.objects.get(verb="attachment_removed").data["name"] == "one.png"
    held = content_of(draft).files["phase"][0]
    assert (held.name, held.digest) == ("two.png", two.digest)
    with django_capture_on_commit_callbacks(execute=True):
        discard_draft(draft, by=analyst)
    assert not two.file.storage.exists(two.file.name)


def test_files_of_what_was_submitted_stay_as_they_are(
    signed_in: Client, draft: Assessment, analyst: User
) -> None:
    send(signed_in, draft, "one.png", PNG)
    save_answer(draft, AnswerInput("phase", "known", "ongoing"), by=analyst, version=0)
    submit(draft, by=analyst)
    kept = draft.attachments.get()
    address = reverse("attachment", args=[draft.pk, kept.pk])
    assert signed_in.get(address).status_code == 200
    assert (
        address
        in signed_in.get(
            reverse("measure_in_advice", args=[draft.pk, "enc.remind"])
        ).content.decode()
    )
    assert signed_in.post(reverse("attachment_remove", args=[draft.pk, kept.pk])).status_code == 404
    assert send(signed_in, draft, "late.png", PNG).status_code == 404


def test_a_file_of_another_assessment_is_not_given_out(
    signed_in: Client, draft: Assessment, person: Callable[..., User], edition: Edition
) -> None:
    stranger = person("eve", "analyst")
    fields = {
        "title": "t",
        "place": "",
        "populations": "p",
        "summary": "s",
        "confidentiality": "restricted",
    }
    theirs = start_assessment(
        log_case(by=stranger, countries=["NER"], **fields),
        by=stranger,
        as_of=date(2020, 1, 1),
        edition=edition,
    )
    upload = SimpleUploadedFile("secret.txt", b"secret")
    file = add_attachment(
        theirs, "phase", upload, name="secret.txt", content_type="text/plain", by=stranger
    )
    assert signed_in.get(reverse("attachment", args=[draft.pk, file.pk])).status_code == 404
    assert signed_in.get(reverse("attachment", args=[theirs.pk, file.pk])).status_code == 404


# What if


def test_what_is_tried_shows_what_would_be_added_and_removed_and_leaves_no_trace(
    signed_in: Client, draft: Assessment, analyst: User
) -> None:
    save_answer(draft, AnswerInput("displacement", "known", "both"), by=analyst, version=0)
    before = (
        Assessment.objects.values().get(pk=draft.pk),
        list(draft.answers.values()),
        Event.objects.count(),
    )
    data = {"displacement": "none", "displacement__on": "1", "phase": "ongoing", "phase__on": "1"}
    page = signed_in.post(reverse("what_if", args=[draft.pk]), data)
    assert page.status_code == 200
    result = page.context["result"]
    assert "pro.asylum" in {row.measure.code for row in result.removed}
    assert "enc.remind" in {row.measure.code for row in result.added}
    assert {question.code for question, _, _ in page.context["tried"]} == {"displacement", "phase"}
    assert before == (
        Assessment.objects.values().get(pk=draft.pk),
        list(draft.answers.values()),
        Event.objects.count(),
    )


def test_what_is_tried_is_kept_in_the_draft_with_its_notes(
    signed_in: Client, draft: Assessment, case: Case, analyst: User
) -> None:
    source = add_source(case, by=analyst, title="Report", publisher="OHCHR", reliability="A")
    given_before = AnswerInput(
        "displacement", "known", "both", "high", "as reported", frozenset([source.pk])
    )
    save_answer(draft, given_before, by=analyst, version=0)
    data = {
        "displacement": "localised",
        "displacement__on": "1",
        "triggers": ["coup"],
        "triggers__on": "1",
        "keep": "1",
    }
    assert signed_in.post(reverse("what_if", args=[draft.pk]), data).status_code == 302
    kept = draft.answers.get(question="displacement")
    assert (kept.value, kept.note, kept.confidence) == ("localised", "as reported", "")
    assert list(kept.sources.all()) == [source]
    assert draft.answers.get(question="triggers").value == ["coup"]


def test_what_is_tried_on_a_submitted_assessment_is_kept_as_a_new_draft_by_those_who_may_write(
    signed_in: Client, draft: Assessment, analyst: User, person: Callable[..., User]
) -> None:
    save_answer(draft, AnswerInput("displacement", "known", "both"), by=analyst, version=0)
    submit(draft, by=analyst)
    data = {"displacement": "none", "displacement__on": "1", "keep": "1", "as_of": "2013-01-10"}
    reader = person("rea", "reviewer")
    set_member(draft.case, reader, "reader", by=analyst)
    theirs = Client()
    theirs.force_login(reader)
    assert theirs.post(reverse("what_if", args=[draft.pk]), data).status_code == 200
    assert draft.case.assessments.count() == 1
    late = signed_in.post(reverse("what_if", args=[draft.pk]), data | {"as_of": "2999-01-01"})
    assert late.status_code == 422
    assert "is in the future" in late.content.decode()
    assert signed_in.post(reverse("what_if", args=[draft.pk]), data).status_code == 302
    new = draft.case.assessments.get(status="draft")
    assert (new.as_of, new.answers.get().value) == (date(2013, 1, 10), "none")
    draft.refresh_from_db()
    assert draft.snapshot.content["answers"]["displacement"]["value"] == "both"


@pytest.mark.parametrize(
    "wrong",
    [
        {"phase": "tomorrow", "phase__on": "1"},
        {"hate_speech": "5", "hate_speech__on": "1"},
        {"triggers": ["\x00"], "triggers__on": "1"},
    ],
)
def test_what_cannot_be_answered_cannot_be_tried(
    signed_in: Client, draft: Assessment, wrong: dict[str, Any]
) -> None:
    response = signed_in.post(reverse("what_if", args=[draft.pk]), wrong | {"keep": "1"})
    assert response.status_code == 422
    assert not draft.answers.exists()


def test_a_value_that_is_tried_clears_unknown(signed_in: Client, draft: Assessment) -> None:
    tried = {"triggers": ["coup", "unknown"], "triggers__on": "1"}
    page = signed_in.post(reverse("what_if", args=[draft.pk]), tried)
    assert page.status_code == 200
    signed_in.post(reverse("what_if", args=[draft.pk]), tried | {"keep": "1"})
    kept = draft.case.assessments.exclude(pk=draft.pk).first() or draft
    assert kept.answers.get(question="triggers").value == ["coup"]


def test_the_fewest_changes_of_a_measure_can_be_tried_out_and_do_what_they_say(
    signed_in: Client, draft: Assessment, analyst: User
) -> None:
    save_answer(draft, AnswerInput("displacement", "known", "both"), by=analyst, version=0)
    page = signed_in.get(reverse("measure_in_advice", args=[draft.pk, "pro.asylum"]))
    way = page.context["ways_out"][0]
    data: dict[str, Any] = {}
    for code, value in way.preset:
        data.setdefault(code, []).append(value)
        data[f"{code}__on"] = "1"
    result = signed_in.post(reverse("what_if", args=[draft.pk]), data).context["result"]
    assert {row.measure.code: row.after for row in result.removed}["pro.asylum"] == "not_indicated"


# Pictures


@given(st.data())
@settings(max_examples=25)
def test_the_risk_profile_shows_every_risk_factor_and_no_level_that_no_answer_gives(
    first_edition: Rulebook, data: st.DataObject
) -> None:
    answers = data.draw(answers_to(first_edition.questionnaire))
    factors = risk_profile(first_edition, answers)
    assert [factor.code for factor in factors] == [f"RF{number}" for number in range(1, 15)]
    for factor in factors:
        assert factor.answers
        assert all(0 <= level <= 4 for level in factor.levels)
        assert (factor.highest is None) == (not factor.levels)
        assert len(factor.levels) <= factor.known <= len(factor.answers)


def test_every_answer_that_bears_on_a_risk_factor_says_how_far(first_edition: Rulebook) -> None:
    for question in first_edition.questionnaire.questions:
        if question.risk_factors:
            assert all(option.level is not None for option in question.options), question.code


def test_the_picture_draws_exactly_the_lines_that_its_table_names(
    signed_in: Client, draft: Assessment, analyst: User, first_edition: Rulebook
) -> None:
    for code, value in (("phase", "ongoing"), ("displacement", "both"), ("hate_speech", 4)):
        save_answer(draft, AnswerInput(code, "known", value), by=analyst, version=0)
    draft.refresh_from_db()
    content = content_of(draft)
    drawn = flow(draft, first_edition, content, pressing(content.advice))
    assert drawn.rows
    assert len(drawn.lines) == sum(len(row.answers) + len(row.actors) for row in drawn.rows)
    assert {row.status for row in drawn.rows} <= {"recommended", "conditional"}
    for form in ("", "ENC", "CAP", "PRO", "nonsense"):
        assert signed_in.get(reverse("flow", args=[draft.pk]), {"form": form}).status_code == 200


def test_pictures_of_an_empty_assessment_say_that_there_is_nothing_to_draw(
    signed_in: Client, draft: Assessment
) -> None:
    assert "nothing to draw" in signed_in.get(reverse("flow", args=[draft.pk])).content.decode()
    assert (
        "nothing known" in signed_in.get(reverse("risk_profile", args=[draft.pk])).content.decode()
    )
    assert (
        "No earlier case" in signed_in.get(reverse("precedents", args=[draft.pk])).content.decode()
    )


# Precedents


def naive_likeness(question: Question, one: Value, other: Value) -> float:
    if isinstance(one, frozenset) and isinstance(other, frozenset):
        return len(one & other) / len(one | other) if one | other else 1.0
    if question.kind == "scale":
        return 1 - abs(int(str(one)) - int(str(other))) / 4
    return float(one == other)


@given(st.data())
@settings(max_examples=40)
def test_the_likeness_is_the_stated_mean_over_what_both_know(
    first_edition: Rulebook, data: st.DataObject
) -> None:
    questionnaire = first_edition.questionnaire
    situations = [data.draw(answers_to(questionnaire)) for _ in range(3)]
    codes = [
        np.frombuffer(pack(questionnaire, answers), CODE_TYPE).astype(np.uint16)
        for answers in situations
    ]
    degree, shared = likeness(questionnaire, codes[0], np.stack(codes, axis=1))
    for place, other in enumerate(situations):
        both = [
            naive_likeness(questionnaire[code], mine, theirs)
            for code, mine in situations[0].items()
            for theirs in [other.get(code)]
            if mine is not None and theirs is not None
        ]
        assert shared[place] == len(both)
        assert degree[place] == pytest.approx(sum(both) / len(both) if both else 0)
    assert unpack(questionnaire, pack(questionnaire, situations[0])) == {
        code: value for code, value in situations[0].items() if value is not None
    }


def test_precedents_are_earlier_cases_that_one_may_see_with_what_was_done(
    edition: Edition, db: None
) -> None:
    with override_settings(DEMO=True):
        call_command("load_demo", verbosity=0)
    amina, rosa = (User.objects.get(username=name) for name in ("amina.analyst", "rosa.reviewer"))
    assert Step.objects.count() > 100
    mali = Assessment.objects.get(case__title__icontains="north of Mali", as_of=date(2012, 12, 20))
    answers = content_of(mali).values
    for user in (amina, rosa):
        found = precedents(user, mali, answers)
        assert found
        assert [item.likeness for item in found] == sorted(
            (item.likeness for item in found), reverse=True
        )
        for item in found:
            assert item.assessment.case_id != mali.case_id
            assert item.assessment.as_of <= mali.as_of
            assert (
                item.assessment.case.confidentiality == "open"
                or user.member_cases.filter(pk=item.assessment.case_id).exists()
                or item.assessment.case.owner_id == user.pk
            )
    assert any(item.done for item in precedents(amina, mali, answers))


def test_what_was_done_is_recorded_shown_and_taken_back(
    signed_in: Client, case: Case, analyst: User, edition: Edition
) -> None:
    page = reverse("step_new", args=[case.pk])
    wrong = signed_in.post(
        page, {"measure": "cap.ssr", "fact": "done", "happened_on": "2999-01-01", "note": "kept"}
    )
    assert wrong.status_code == 422
    assert "is in the future" in wrong.content.decode()
    assert "Say who did it" in wrong.content.decode()
    assert "kept" in wrong.content.decode()
    data = {
        "measure": "cap.ssr",
        "fact": "refused",
        "actors": ["host_state"],
        "happened_on": "2012-10-01",
    }
    assert signed_in.post(page, data).status_code == 302
    shown = signed_in.get(case.get_absolute_url()).content.decode()
    assert "Security sector reform" in shown
    assert (
        "Refused"
        in signed_in.get(reverse("case_timeline", args=[case.pk])).content.decode().title()
    )
    step = Step.objects.get()
    signed_in.post(reverse("step_remove", args=[case.pk, step.pk]))
    assert not Step.objects.exists()
    assert Event.objects.get(verb="step_removed").data["fact"] == "refused"


# Two analysts


def test_two_analysts_see_nothing_of_each_other_until_both_are_in(
    signed_in: Client, draft: Assessment, case: Case, analyst: User, colleague: User
) -> None:
    page = reverse("assessment_second", args=[draft.pk])
    assert signed_in.post(page, {"analyst": str(analyst.pk)}).status_code == 422
    assert signed_in.post(page, {"analyst": str(colleague.pk)}).status_code == 302
    second = draft.second
    save_answer(
        draft, AnswerInput("phase", "known", "ongoing", note="mine alone"), by=analyst, version=0
    )
    save_answer(
        second, AnswerInput("phase", "known", "latent", note="hers alone"), by=colleague, version=0
    )
    hers = Client()
    hers.force_login(colleague)
    submit(draft, by=analyst)
    for client, other in ((signed_in, second), (hers, draft)):
        for name in ("assessment_advice", "flow", "what_if", "risk_profile", "precedents"):
            assert client.get(reverse(name, args=[other.pk])).status_code == 404
        assert str(other.pk) not in client.get(case.get_absolute_url()).content.decode()
        assert (
            str(other.pk)
            not in client.get(reverse("case_timeline", args=[case.pk])).content.decode()
        )
        assert (
            str(other.pk)
            not in client.get(reverse("assessment_new", args=[case.pk])).content.decode()
        )
        assert client.get(reverse("assessment_agreement", args=[draft.pk])).status_code == 404
    submit(second, by=colleague)
    page = reverse("assessment_agreement", args=[second.pk])
    for client in (signed_in, hers):
        shown = client.get(page)
        assert shown.status_code == 200
        assert [pair.question.code for pair in shown.context["agreement"].differing] == ["phase"]
        assert "Answered differently" in shown.content.decode()
        assert (
            page.replace(str(second.pk), str(draft.pk))
            in client.get(case.get_absolute_url()).content.decode()
        )


def test_a_second_assessment_is_asked_for_once_and_only_before_others_have_seen_the_first(
    signed_in: Client, draft: Assessment, analyst: User, colleague: User
) -> None:
    page = reverse("assessment_second", args=[draft.pk])
    signed_in.post(page, {"analyst": str(colleague.pk)})
    signed_in.post(page, {"analyst": str(colleague.pk)})
    assert draft.case.assessments.count() == 2
    assert "Stop waiting" in signed_in.get(page).content.decode()
    signed_in.post(reverse("assessment_unpair", args=[draft.pk]))
    assert not Assessment.objects.filter(blind=True).exists()
    submit(draft, by=analyst)
    assert signed_in.post(page, {"analyst": str(colleague.pk)}).status_code == 404


def test_discarding_one_of_two_sets_the_other_free(
    draft: Assessment, analyst: User, colleague: User
) -> None:
    second = start_second_assessment(draft, colleague, by=analyst)
    discard_draft(second, by=colleague)
    draft.refresh_from_db()
    assert (draft.blind, draft.partner) == (False, None)


def test_a_reconciled_assessment_takes_what_is_alike_and_leaves_the_rest_open_with_both(
    signed_in: Client, draft: Assessment, case: Case, analyst: User, colleague: User
) -> None:
    source = add_source(case, by=analyst, title="Report", publisher="OHCHR", reliability="A")
    second = start_second_assessment(draft, colleague, by=analyst)
    alike = AnswerInput("consent", "known", "given", "high", "on paper", frozenset([source.pk]))
    save_answer(draft, alike, by=analyst, version=0)
    save_answer(second, AnswerInput("consent", "known", "given", "low"), by=colleague, version=0)
    save_answer(
        draft, AnswerInput("phase", "known", "ongoing", note="attacks"), by=analyst, version=0
    )
    save_answer(second, AnswerInput("phase", "known", "latent"), by=colleague, version=0)
    save_answer(second, AnswerInput("triggers", "known", ["coup"]), by=colleague, version=0)
    submit(draft, by=analyst)
    submit(second, by=colleague)
    assert signed_in.post(reverse("assessment_reconcile", args=[second.pk])).status_code == 302
    made = Assessment.objects.get(reconciles=draft)
    assert (made.as_of, made.author, made.status) == (draft.as_of, analyst, "draft")
    rows = {row.question: row for row in made.answers.all()}
    assert (rows["consent"].value, rows["consent"].confidence) == ("given", "low")
    assert list(rows["consent"].sources.all()) == [source]
    assert (rows["phase"].state, rows["phase"].value) == ("open", None)
    assert "Ada: ongoing – attacks" in rows["phase"].note
    assert "Bea: latent" in rows["phase"].note
    assert rows["triggers"].state == "open"


def answered(**values: Any) -> dict[str, RecordedAnswer]:
    return {
        code: RecordedAnswer("unknown" if value is None else "known", value)
        for code, value in values.items()
    }


def test_agreement_is_one_if_all_answers_agree_and_unknown_for_too_few(
    first_edition: Rulebook,
) -> None:
    same = answered(phase="ongoing", hate_speech=4, group_tensions=1, triggers=frozenset({"coup"}))
    whole = agreement(first_edition, same, same)
    assert (whole.overall.value, whole.scales.value, whole.differing) == (1.0, 1.0, [])
    nothing = agreement(first_edition, {}, {})
    assert (nothing.overall.value, nothing.pairs) == (None, ())
    alone = agreement(first_edition, answered(phase=None), answered(phase="latent"))
    assert alone.overall.value is None
    assert alone.known_to_one[0].both_known is False
    assert alone.differing == []


def test_agreement_counts_apart_what_only_one_of_the_two_knows(first_edition: Rulebook) -> None:
    both = {"media_gap": 1, "inequality": 2}
    one = answered(**both, phase="ongoing", hate_speech=4, group_tensions=1)
    other = answered(**both, phase="latent", triggers=frozenset({"coup"}))
    found = agreement(first_edition, one, other)
    assert (found.known_alike, found.known_to_both) == (2, 3)
    assert [pair.question.code for pair in found.differing] == ["phase"]
    codes = {pair.question.code for pair in found.known_to_one}
    assert codes == {"hate_speech", "group_tensions", "triggers"}


def test_alpha_over_scales_is_the_published_ordinal_figure(first_edition: Rulebook) -> None:
    """Worked by hand: five scales, coincidences of (0,0) (1,1) (2,3) (4,4) (1,1) with the ordinal
    metric.
    """
    scales = ["rule_of_law_gap", "media_gap", "inequality", "group_tensions", "hate_speech"]
    one = answered(**dict(zip(scales, [0, 1, 2, 4, 1], strict=True)))
    other = answered(**dict(zip(scales, [0, 1, 3, 4, 1], strict=True)))
    found = agreement(first_edition, one, other).scales
    counts = {0: 2, 1: 4, 2: 1, 3: 1, 4: 2}

    def apart(low: int, high: int) -> float:
        low, high = sorted((low, high))
        return (
            sum(counts[level] for level in range(low, high + 1)) - (counts[low] + counts[high]) / 2
        ) ** 2

    seen = 2 * apart(2, 3)
    expected = sum(
        counts[a] * counts[b] * apart(a, b) for a in counts for b in counts if a != b
    ) / (10 - 1)
    assert found.units == 5
    assert found.value == pytest.approx(1 - seen / expected)


def test_two_that_were_opened_to_each_other_before_both_were_in_are_no_pair_any_more(
    draft: Assessment, analyst: User, colleague: User
) -> None:
    second = start_second_assessment(draft, colleague, by=analyst)
    assert Assessment.objects.get(pk=draft.pk).partner == second
    unpair(Assessment.objects.get(pk=draft.pk), by=analyst)
    for one in (draft, second):
        one.refresh_from_db()
        assert (one.partner, one.second_to, one.blind) == (None, None, False)


def test_what_two_say_alike_has_held_since_the_later_of_their_days(
    draft: Assessment, analyst: User, colleague: User
) -> None:
    second = start_second_assessment(draft, colleague, by=analyst)
    days = (date(2012, 3, 1), date(2012, 6, 1))
    for one, by, day in ((draft, analyst, days[1]), (second, colleague, days[0])):
        given = AnswerInput("consent", "known", "given", "high", effective_on=day)
        save_answer(one, given, by=by, version=0)
        submit(one, by=by)
    made = reconcile_assessments(draft, second, by=analyst)
    assert made.answers.get(question="consent").effective_on == days[1]
