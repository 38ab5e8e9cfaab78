"""The draft edition out as YAML and in again."""

from __future__ import annotations

import copy
import json
import re

import pytest
from django.urls import reverse

from cases.forms.editor.drafts import FILE_LIMIT
from cases.models import Assessment, Draft, Edition, Event, User
from cases.queries.editor.drafts import draft_edition
from cases.rulebook.editions.yaml_files import comments_in, read_yaml, write_yaml
from cases.rulebook.entries.issues import RulebookError
from cases.workflows.assessing.answering import AnswerInput, save_answer
from cases.workflows.assessing.submitting import submit
from cases.workflows.editor import editing
from tests.editor.drafts import first_rule, import_of, of, published, save, stricter, unsafe


def test_a_file_shows_what_it_changes_before_it_is_written(working: Draft, chen: User) -> None:
    client = of(chen)
    document = copy.deepcopy(working.document)
    document["rules"][0]["rationale"] = "From a file."
    text = "# A comment of whoever wrote it.\n" + write_yaml(document)
    looked = import_of(client, text)
    page = looked.content.decode()
    assert document["rules"][0]["code"] in page
    assert "rationale" in page
    assert Draft.objects.get().document == working.document, "looking writes nothing"
    sent = {"text": looked.context["text"], "seen": looked.context["digest"]}
    assert client.post(reverse("draft_import"), sent).status_code == 302
    assert Draft.objects.get().document == document
    assert Draft.objects.get().version_of("rules", document["rules"][0]["code"]) == 1
    assert [row["entry"] for row in Event.objects.get(verb="draft_imported").data["changed"]] == [
        document["rules"][0]["code"]
    ]
    again = client.post(reverse("draft_import"), sent, follow=True)
    assert "has changed since you read it" in again.content.decode()


def test_a_text_that_was_looked_at_is_no_larger_than_a_file(working: Draft, chen: User) -> None:
    sent = {"text": "#" * (FILE_LIMIT + 1), "seen": "x"}
    page = of(chen).post(reverse("draft_import"), sent)
    assert page.status_code == 422
    assert "text" in page.context["form"].errors


def test_yaml_edition_yaml_is_the_same_to_the_letter(working: Draft, chen: User) -> None:
    client = of(chen)
    exported = client.get(reverse("draft_export")).content
    assert "The draft is the same" in import_of(client, exported).content.decode()
    assert write_yaml(read_yaml(exported.decode())).encode() == exported


def test_a_file_with_the_invariants_in_another_order_asks_for_nothing(
    working: Draft, chen: User
) -> None:
    client = of(chen)
    document = {**working.document, "invariants": working.document["invariants"][::-1]}
    looked = import_of(client, write_yaml(document))
    assert "only asked for" not in looked.content.decode()
    client.post(
        reverse("draft_import"), {"text": looked.context["text"], "seen": looked.context["digest"]}
    )
    assert Draft.objects.get().pending_invariants == {}


def test_a_document_is_written_the_same_however_its_fields_are_kept(working: Draft) -> None:
    """A database may keep the fields of a document in an order of its own."""
    shuffled = json.loads(json.dumps(working.document, sort_keys=True))
    assert write_yaml(shuffled) == write_yaml(working.document)
    lines = write_yaml(shuffled).splitlines()
    start = lines.index("rules:")
    fields = [
        line[4:].split(":")[0]
        for line in lines[start : start + 40]
        if re.match(r"  [- ] [a-z]", line)
    ]
    assert fields[:7] == ["code", "measure", "when", "priority", "rationale", "actors", "citation"]


def test_a_comment_goes_out_with_its_entry_and_back_and_changes_nothing_else(
    working: Draft, chen: User, clara: User
) -> None:
    client = of(chen)
    rule = first_rule(working) | {"comment": "Asked for by the desk.\nSee the minutes."}
    assert save(client, "rules", rule).status_code == 302
    assert draft_edition(Draft.objects.get()).is_editorial
    exported = client.get(reverse("draft_export")).content
    editing.discard_draft_edition(Draft.objects.get(), by=chen)
    editing.start_draft(by=chen)
    looked = import_of(client, exported)
    client.post(
        reverse("draft_import"), {"text": looked.context["text"], "seen": looked.context["digest"]}
    )
    assert client.get(reverse("draft_export")).content == exported
    assert Event.objects.filter(verb="catalogue_exported", access=True).count() == 2
    assert (
        "See the minutes."
        in client.get(reverse("entry_edit", args=["rules", rule["code"]])).content.decode()
    )


def test_a_file_says_which_of_its_comments_no_entry_keeps(working: Draft, chen: User) -> None:
    text = "# By hand.\n" + write_yaml(working.document).replace(
        "priority: high", "priority: high  # why?", 1
    )
    line = text[: text.index("# why?")].count("\n") + 1
    page = import_of(of(chen), text).content.decode()
    assert f"2 comments in the file are not kept. The first are on lines 1, {line}." in page
    assert comments_in("a: |\n  # a text\n# a comment\nb: 'it # is'  #x\n") == [3, 4]
    assert comments_in("a: b#c\n") == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("code: cap.education.tension", "code: [", "line"),
        ("priority: high", "priority: extreme", "(cap.education.tension): Priority: "),
        ("measure: cap.education", "measure: cap.magic", "(cap.education.tension): Measure: "),
        (
            "question: group_tensions",
            "question: weather",
            "There is no question &#x27;weather&#x27;",
        ),
        ("at_least: 3", "at_least: 9", "(cap.education.tension): Calls for it where"),
        ("at_least: 3", "at_leest: 3", "(cap.education.tension): Calls for it where"),
        ("- aag.i.education", "- nowhere", "There is no &#x27;nowhere&#x27; among the passages"),
        ("code: cap.education.prevention", "code: cap.education.tension", "This code occurs twice"),
        ("rationale:", "reason:", "Unknown field: &#x27;reason&#x27; (known: "),
        ("form: ENC", "form: XYZ", "is not one of ENC"),
        ("\nrules:", "\nrulez:", "rulez"),
    ],
)
def test_a_faulty_file_is_refused_with_the_place(
    working: Draft, chen: User, old: str, new: str, says: str
) -> None:
    text = write_yaml(working.document)
    head, rules = text.split("\nrules:", 1)
    faulty = (
        (head + "\nrules:" + rules.replace(old, new, 1))
        if old in rules
        else text.replace(old, new, 1)
    )
    assert faulty != text
    refused = import_of(of(chen), faulty)
    assert refused.status_code == 422
    assert says in refused.content.decode()
    assert Draft.objects.get().document == working.document


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"- 1", b"x" * (5 * 1024 * 1024 + 1)])
def test_a_file_that_is_not_a_rulebook_is_refused_too(
    working: Draft, chen: User, content: bytes
) -> None:
    assert import_of(of(chen), content).status_code == 422


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty. Choose one that was exported."),
        (b"# nothing but a comment\n", "This file holds no rulebook"),
        (b"- 1", "This file holds no rulebook"),
        (b"edition:\n\ttitle: x\n", "Check the indentation, which takes spaces only"),
    ],
)
def test_a_file_that_is_no_rulebook_is_refused_in_the_reader_s_words(
    working: Draft, chen: User, content: bytes, says: str
) -> None:
    page = import_of(of(chen), content).content.decode()
    assert says in page
    assert "must be a mapping" not in page


def test_a_problem_in_a_file_names_the_entry_by_its_title_and_the_row(
    working: Draft, chen: User
) -> None:
    document = copy.deepcopy(working.document)
    document["measures"][0]["title"] = ""
    members = document["organisations"][0]["members"]
    members[2]["country"] = "Mali"
    page = import_of(of(chen), write_yaml(document)).content.decode()
    assert "Enter a three-letter country code, such as MLI." in page
    assert ", 3: " in page
    assert f"({document['organisations'][0]['code']})" in page
    assert "members[2]" not in page
    assert "Measures, " in page


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_is_read_in_the_encoding_that_an_editor_gave_it(
    working: Draft, chen: User, encoding: str
) -> None:
    document = copy.deepcopy(working.document)
    document["rules"][0]["rationale"] = "From a file: é."
    looked = import_of(of(chen), write_yaml(document).encode(encoding))
    assert "From a file: é." in looked.content.decode()


def test_an_unsafe_file_is_reported_and_cannot_be_published(
    working: Draft, chen: User, clara: User
) -> None:
    kind, gate = unsafe(working)
    document = copy.deepcopy(working.document)
    place = next(place for place, item in enumerate(document[kind]) if item["code"] == gate["code"])
    document[kind][place] = gate | {"says": dict.fromkeys(gate["says"], "Said.")}
    client = of(chen)
    looked = import_of(client, write_yaml(document))
    assert "Take: " in looked.content.decode()
    client.post(
        reverse("draft_import"), {"text": looked.context["text"], "seen": looked.context["digest"]}
    )
    seen = draft_edition(Draft.objects.get()).digest
    with pytest.raises(RulebookError, match="invariant-broken"):
        editing.propose(working, by=chen, note="x", seen=seen)
    Draft.objects.update(proposed_by=chen, proposed_digest=seen)
    with pytest.raises(RulebookError, match="invariant-broken"):
        editing.publish_draft(working, by=clara, seen=seen)
    assert Edition.objects.count() == 1


def test_an_assessment_keeps_its_edition_and_says_that_a_newer_one_exists(
    draft: Assessment, analyst: User, working: Draft, chen: User, clara: User
) -> None:
    save_answer(draft, AnswerInput("phase", "known", "ongoing"), by=analyst, version=0)
    submit(draft, by=analyst)
    page = reverse("assessment_advice", args=[draft.pk])
    client = of(analyst)
    assert "is newer than" not in client.get(page).content.decode()
    editing.save_entry(
        working, "rules", stricter(working), code=first_rule(working)["code"], by=chen, version=0
    )
    published(working, by=chen, second=clara, note="Clearer words.")
    shown = client.get(page).content.decode()
    assert "Edition 2 is newer than" in shown
    assert "Clearer words." in shown
    assert reverse("assessment_reassess", args=[draft.pk]) in shown
    draft.refresh_from_db()
    assert draft.edition.number == 1


def test_what_a_file_leaves_out_can_be_put_back(working: Draft, chen: User) -> None:
    """Also where it was made in the draft and is in no edition."""
    client = of(chen)
    made = first_rule(working) | {"code": "cap.education.again", "rationale": "Made here."}
    exported = client.get(reverse("draft_export")).content
    editing.save_entry(working, "rules", made, code="", by=chen, version=0)
    looked = import_of(client, exported)
    client.post(
        reverse("draft_import"), {"text": looked.context["text"], "seen": looked.context["digest"]}
    )
    assert Draft.objects.get().document == working.document
    assert (
        "cap.education.again" in client.get(reverse("entry_list", args=["rules"])).content.decode()
    )
