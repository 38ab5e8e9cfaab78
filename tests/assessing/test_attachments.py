"""Files that people attach to answers."""

from __future__ import annotations

import errno
import io
import zipfile
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases.models import Assessment, Attachment, Event, User
from cases.queries.assessing.content import content_of
from cases.upload_types import FILE_TYPES, LIMIT
from cases.workflows.assessing.answering import (
    AnswerInput,
    discard_draft,
    save_answer,
)
from cases.workflows.assessing.attachments import add_attachment
from cases.workflows.assessing.submitting import submit
from tests.conftest import FIXTURES

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
    b"\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
)


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


CYRILLIC = "место\tубито\r\nГао\t12\r\n"
LEGACY_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("unmarked.csv", "place;killed\r\nGao;12\r\n".encode("utf-16-le")),
        ("unmarked.txt", CYRILLIC.encode("utf-16-be")),
        ("dos.csv", "Ort;Tote\r\nKöln;3\r\n\x1a".encode("cp850")),
        ("from-word.txt", b"First line\x0bsecond line\x0c\x1enext page"),
        ("mac.csv", "lieu;tués\rBéni;3\rGoma;2\r".encode("mac-roman")),
        ("long.csv", b"x" + ("場所;死亡\r\nガオ;12\r\n" * 20_000).encode("shift_jis")),
        ("one-word.txt", b"\xff\xfe" + "Tombouctou".encode("utf-16-le")),
        ("heading.csv", "Prénom;Âge".encode("utf-16")),
        ("separator.CSV", "sep=;\rPaís;Número\rMalí;3\r".encode("mac-roman")),
        ("from-a-page.jfif", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01" + b"\x00" * 64),
    ],
)
def test_what_other_systems_save_is_taken(
    signed_in: Client, draft: Assessment, name: str, content: bytes
) -> None:
    assert send(signed_in, draft, name, content).status_code == 302


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("invoice\u202egnp.png", "invoicegnp.png"),
        ("Re\u0301gion.png", "Re\u0301gion.png"),
        ("a" * 240 + ".png", "a" * 240 + ".png"),
        ("report.png ", "report.png"),
    ],
)
def test_a_file_keeps_its_own_name(
    signed_in: Client, draft: Assessment, name: str, kept: str
) -> None:
    assert send(signed_in, draft, name, PNG).status_code == 302
    assert draft.attachments.get().name == kept


def damaged() -> bytes:
    """A document whose list of parts cannot be unpacked."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", "<x/>" * 100)
    content = bytearray(held.getvalue())
    start = content.index(b".xml") + len(".xml")
    content[start : start + 8] = b"\xff" * 8
    return bytes(content)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("secret.docx", LEGACY_OFFICE, "protected by a password"),
        ("old.xlsx", LEGACY_OFFICE, "save it as XLSX"),
        ("damaged.docx", damaged(), "save it again as DOCX"),
        ("witness.mp4", b"anything", "add a source that says where it is"),
        ("report", b"%PDF-1.7", "the name has no ending"),
        ("map.kml", b"<kml/>", "Save it as one of these: csv"),
        ("noise.txt", b"\xff\xfe" + bytes(range(256)), "The content does not match"),
        ("private.csv", b"\xff\xfe" + "\ue000\ue001".encode("utf-16-le"), "save it again as CSV"),
        ("~$report.docx", b"\x05Amina", "Attach the document itself."),
        (".~lock.figures.csv", b",amina,desk,", "Attach the document itself."),
        ("report.pdf.crdownload", b"%PDF-1.7", "attach the finished file"),
        ("report.pdf.lnk", b"L", "only a shortcut"),
        ("report.docx.gpg", b"\x85", "Decrypt it"),
        ("letter.ott", b"PK", "Save it as DOCX or PDF"),
        ("talk.ppsx", b"PK", "Save it as PDF"),
    ],
)
def test_a_refusal_fits_what_is_wrong_with_the_file(
    signed_in: Client, draft: Assessment, name: str, content: bytes, says: str
) -> None:
    response = send(signed_in, draft, name, content)
    assert response.status_code == 422
    assert says in response.content.decode()


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


def test_a_file_that_a_full_disk_does_not_take_is_refused_in_its_form(
    signed_in: Client, draft: Assessment
) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    with mock.patch.object(FileSystemStorage, "_save", side_effect=full):
        refused = send(signed_in, draft, "photo.png", PNG)
    assert refused.status_code == 422
    assert "cannot write to its disk now" in refused.content.decode()
    assert not Attachment.objects.exists()
    assert send(signed_in, draft, "photo.png", PNG).status_code == 302


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
    signed_in: Client, draft: Assessment, draft_of_a_stranger: Assessment
) -> None:
    stranger = draft_of_a_stranger.author
    upload = SimpleUploadedFile("secret.txt", b"secret")
    file = add_attachment(
        draft_of_a_stranger,
        "phase",
        upload,
        name="secret.txt",
        content_type="text/plain",
        by=stranger,
    )
    assert signed_in.get(reverse("attachment", args=[draft.pk, file.pk])).status_code == 404
    assert (
        signed_in.get(reverse("attachment", args=[draft_of_a_stranger.pk, file.pk])).status_code
        == 404
    )
