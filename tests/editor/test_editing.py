"""The draft edition: edited entry by entry, with nothing lost and nothing undone."""

from __future__ import annotations

import re
from typing import Any
from unittest import mock

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from cases.models import Draft, Edition, Event, User
from cases.queries.editor.drafts import draft_edition
from cases.rulebook.editions.yaml_files import read_yaml, write_entry, write_yaml
from cases.rulebook.entries.issues import RulebookError
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.verification import VerificationReport
from cases.rulebook.wording.sentences import Phrases
from cases.workflows.editor import editing
from cases.workflows.errors import EditingError, StaleError
from tests.editor.drafts import (
    entry_of,
    first_rule,
    import_of,
    nested,
    of,
    published,
    reworded,
    save,
    send,
    sent_by,
    stricter,
)


def test_an_entry_is_changed_in_the_draft_alone_and_the_change_is_an_event(
    working: Draft, chen: User, edition: Edition
) -> None:
    client = of(chen)
    entry = reworded(working)
    assert save(client, "rules", entry).status_code == 302
    assert entry_of(working, "rules", entry["code"])["rationale"] == "Said better."
    assert Edition.objects.get().document == edition.document
    event = Event.objects.get(verb="entry_changed")
    assert (event.actor, event.data["entry"]) == (chen, entry["code"])
    assert event.data["before"]["rationale"] != event.data["after"]["rationale"]
    page = client.get(reverse("draft")).content.decode()
    assert entry["code"] in page
    assert re.search(r"<dt>\s*Why ", page), "fields have the names that their form gives them"
    assert "Said better." in page


def test_every_entry_comes_out_as_yaml_and_in_again_the_same(working: Draft) -> None:
    for kind, entries in working.document.items():
        if kind != "edition":
            for entry in entries:
                assert read_yaml(write_entry(kind, entry)) == entry


def test_the_draft_is_exported_as_yaml_without_loss(working: Draft, chen: User) -> None:
    exported = of(chen).get(reverse("draft_export")).content.decode()
    assert read_yaml(exported) == working.document
    assert write_yaml(read_yaml(exported)) == exported


def test_of_two_admins_who_edit_one_rule_the_later_sees_both(
    working: Draft, chen: User, clara: User
) -> None:
    entry = first_rule(working)
    assert save(of(chen), "rules", entry | {"rationale": "Chen says."}).status_code == 302
    later = save(of(clara), "rules", entry | {"rationale": "Clara says."})
    page = later.content.decode()
    assert later.status_code == 422
    assert "Chen says." in page
    assert "Clara says." in page
    assert entry_of(working, "rules", entry["code"])["rationale"] == "Chen says."
    again = save(of(clara), "rules", entry | {"rationale": "Clara says."}, version=1)
    assert again.status_code == 302
    with pytest.raises(StaleError):
        editing.save_entry(working, "rules", entry, code=entry["code"], by=chen, version=0)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            {"when": {"question": "phase", "in": ["yesterday"]}},
            "has no option &#x27;yesterday&#x27;",
        ),
        (
            {"when": {"question": "weather", "in": ["fine"]}},
            "There is no question &#x27;weather&#x27;",
        ),
        ({"when": {"question": "phase", "at_least": 2}}, "needs a scale"),
        ({"when": {"every": []}}, "is neither a line nor a group"),
        ({"measure": "pro.magic"}, "There is no &#x27;pro.magic&#x27; among the measures"),
        ({"priority": "extreme"}, "is not one of urgent"),
        ({"rationale": "Because {nothing}"}, "is not a question in this entry"),
        ({"citation": ["NOWHERE"]}, "among the passages"),
        ({"actors": {"support": ["ohchr"]}}, "at least one actor must lead"),
        ({"surprise": 1}, "Unknown field"),
        ({"code": "other.code"}, "The code must stay"),
    ],
)
def test_an_entry_that_contradicts_the_rest_is_refused_at_its_place_and_kept_as_typed(
    working: Draft, chen: User, change: dict[str, Any], says: str
) -> None:
    entry = first_rule(working)
    data = {"yaml": write_entry("rules", entry | change), "version": 0}
    refused = of(chen).post(reverse("entry_edit", args=["rules", entry["code"]]), data)
    assert refused.status_code == 422
    assert says in refused.content.decode()
    assert next(iter(map(str, change))) in refused.content.decode()
    assert Draft.objects.get().document == working.document


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("code: x\nwhen: {a", "line 2"),
        ("- a\n- b\n", "is a mapping"),
        ("a: 1\na: 2\n", "occurs twice"),
        ("", "Write the entry"),
    ],
)
def test_broken_yaml_is_reported_with_its_line(
    working: Draft, chen: User, text: str, says: str
) -> None:
    code = first_rule(working)["code"]
    refused = of(chen).post(
        reverse("entry_edit", args=["rules", code]), {"yaml": text, "version": 0}
    )
    assert refused.status_code == 422
    assert says in refused.content.decode()


# Of each kind a text that is changed in its form.
TEXTS = {
    "sources": "publisher",
    "passages": "says",
    "sections": "intro",
    "questions": "text",
    "measures": "what",
    "actors": "mandate",
    "countries": "name",
    "organisations": "citation",
    "rules": "rationale",
    "gates": "opens",
    "flags": "notice",
}


@pytest.mark.parametrize("kind", TEXTS)
def test_an_entry_of_each_kind_is_changed_on_its_page_and_nothing_else_changes(
    working: Draft, chen: User, kind: str
) -> None:
    client, entry, field = of(chen), dict(working.document[kind][0]), TEXTS[kind]
    address = reverse("entry_edit", args=[kind, entry["code"]])
    sent = sent_by(client.get(address))
    assert send(client, address, sent).status_code == 302
    assert entry_of(working, kind, entry["code"]) == entry
    sent[field] = entry[field] + " Said again."
    answer = send(client, address, sent)
    assert answer.status_code == 302, answer.content.decode()
    assert entry_of(working, kind, entry["code"]) == entry | {field: entry[field] + " Said again."}


def test_the_form_of_an_invariant_asks_for_the_change(working: Draft, chen: User) -> None:
    client, entry = of(chen), working.document["invariants"][0]
    address = reverse("entry_edit", args=["invariants", entry["code"]])
    sent = sent_by(client.get(address))
    sent["says"] = "Said again."
    assert send(client, address, sent).status_code == 302
    assert Draft.objects.get().pending_invariants[entry["code"]]["entry"] == entry | {
        "says": "Said again."
    }


@pytest.mark.parametrize("levels", [30, 300, 3000])
def test_a_condition_that_is_nested_without_end_is_refused(
    working: Draft, chen: User, levels: int
) -> None:
    client, rule = of(chen), first_rule(working) | {"when": "X"}
    text = write_entry("rules", rule).replace("when: X", f"when: {nested(levels)}")
    refused = client.post(
        reverse("entry_edit", args=["rules", rule["code"]]), {"yaml": text, "version": 0}
    )
    assert refused.status_code == 422
    assert "nested more than" in refused.content.decode()
    file = write_yaml(working.document | {"rules": [rule]}).replace(
        "when: X", f"when: {nested(levels)}"
    )
    assert "nested more than" in import_of(client, file).content.decode()


def test_an_alias_that_would_grow_without_end_is_refused_with_its_line(
    working: Draft, chen: User
) -> None:
    page = import_of(of(chen), "a: &a [x, x]\nb: [*a, *a]\n").content.decode()
    assert "line 2" in page
    assert "write out what it refers to" in page


def test_an_entry_that_others_name_is_not_removed_and_they_are_named(
    working: Draft, chen: User
) -> None:
    client = of(chen)
    refused = client.post(
        reverse("entry_remove", args=["measures", "pro.peacekeeping"]), {"version": "0"}
    )
    assert refused.status_code == 422
    assert "There is no “Peacekeeping operation” among the measures" in refused.content.decode()
    rule = first_rule(working)["code"]
    assert (
        client.post(reverse("entry_remove", args=["rules", rule]), {"version": "0"}).status_code
        == 302
    )
    assert rule not in {entry["code"] for entry in Draft.objects.get().document["rules"]}
    assert Event.objects.get(verb="entry_removed").data["before"]["code"] == rule


def test_only_one_draft_is_worked_on_at_a_time(working: Draft, clara: User) -> None:
    with pytest.raises(EditingError, match="draft-exists"):
        editing.start_draft(by=clara)
    with pytest.raises(IntegrityError), transaction.atomic():
        Draft.objects.create(base=working.base, document={}, started_by=clara)
    assert of(clara).post(reverse("draft_start")).status_code == 302
    assert Draft.objects.count() == 1


def test_a_form_of_an_earlier_draft_undoes_nothing(working: Draft, chen: User, clara: User) -> None:
    entry = stricter(working)
    published(
        editing.save_entry(working, "rules", entry, code=entry["code"], by=clara, version=0),
        by=chen,
        second=clara,
    )
    editing.start_draft(by=chen)
    for version in (0, 1):
        stale = save(
            of(chen), "rules", first_rule(working) | {"rationale": "Old."}, version=version
        )
        assert stale.status_code == 422
        assert "Old." in stale.content.decode()
    assert Draft.objects.get().document == Edition.objects.latest("number").document


def test_what_was_typed_is_kept_where_the_entry_was_removed_meanwhile(
    working: Draft, chen: User, clara: User
) -> None:
    client, entry = of(chen), first_rule(working)
    address = reverse("entry_edit", args=["rules", entry["code"]])
    sent = sent_by(client.get(address))
    sent["rationale"] = "Typed with care."
    editing.remove_entry(working, "rules", entry["code"], by=clara, version=0)
    answer = send(client, address, sent)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Typed with care." in page
    assert "Saving it now adds it again" in page
    action = f"{reverse('entry_new', args=['rules'])}?back={entry['code']}"
    assert f'action="{action}"' in page
    assert send(client, action, sent_by(answer)).status_code == 302
    assert entry_of(working, "rules", entry["code"]) == entry | {"rationale": "Typed with care."}


def test_what_was_typed_is_shown_where_the_draft_is_gone(
    working: Draft, chen: User, clara: User
) -> None:
    client, entry = of(chen), first_rule(working)
    address = reverse("entry_edit", args=["rules", entry["code"]])
    sent = sent_by(client.get(address))
    sent["rationale"] = "Typed with care."
    editing.discard_draft_edition(working, by=clara)
    answer = send(client, address, sent)
    assert answer.status_code == 409
    assert "Typed with care." in answer.content.decode()


def test_what_is_taken_out_goes_back_to_its_place(working: Draft, chen: User) -> None:
    entry = working.document["rules"][3]
    editing.remove_entry(working, "rules", entry["code"], by=chen, version=0)
    editing.remove_entry(working, "rules", working.document["rules"][2]["code"], by=chen, version=0)
    editing.save_entry(working, "rules", entry, code="", by=chen, version=0)
    editing.save_entry(working, "rules", working.document["rules"][2], code="", by=chen, version=0)
    assert Draft.objects.get().document == working.document


def test_an_entry_made_in_the_draft_and_taken_out_again_can_be_put_back(
    working: Draft, chen: User
) -> None:
    client = of(chen)
    made = first_rule(working) | {"code": "cap.education.again", "rationale": "Made here."}
    editing.save_entry(working, "rules", made, code="", by=chen, version=0)
    editing.remove_entry(working, "rules", made["code"], by=chen, version=1)
    page = client.get(reverse("entry_list", args=["rules"])).content.decode()
    back = f"{reverse('entry_new', args=['rules'])}?back=cap.education.again"
    assert back in page
    assert send(client, back, sent_by(client.get(back))).status_code == 302
    assert entry_of(working, "rules", made["code"]) == made
    assert back not in client.get(reverse("entry_list", args=["rules"])).content.decode()


def test_the_sentence_beside_a_refused_form_is_not_that_of_what_is_saved(
    working: Draft, chen: User
) -> None:
    client, entry = of(chen), first_rule(working)
    address = reverse("entry_edit", args=["rules", entry["code"]])
    page = client.get(address)
    assert page.context["outcome"].sentence
    sent = sent_by(page)
    sent["rationale"] = ""
    assert send(client, address, sent).context["outcome"].sentence == ""


def test_a_draft_that_was_changed_back_is_not_proposed_again(working: Draft, chen: User) -> None:
    entry = first_rule(working)
    editing.save_entry(working, "rules", stricter(working), code=entry["code"], by=chen, version=0)
    editing.propose(working, by=chen, note="x", seen=draft_edition(Draft.objects.get()).digest)
    editing.save_entry(working, "rules", entry, code=entry["code"], by=chen, version=1)
    with pytest.raises(EditingError, match="no-change"):
        editing.propose(working, by=chen, note="y", seen=draft_edition(Draft.objects.get()).digest)


def test_a_proposal_leaves_what_was_worked_out(
    working: Draft, chen: User, django_capture_on_commit_callbacks: Any
) -> None:
    entry = stricter(working)
    editing.save_entry(working, "rules", entry, code=entry["code"], by=chen, version=0)
    client = of(chen)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("draft_impact"))
    client.post(
        reverse("draft_propose"), {"note": "x", "seen": draft_edition(Draft.objects.get()).digest}
    )
    assert Draft.objects.get().proposed_by == chen
    assert client.get(reverse("draft")).context["progress"].state == "done"


@pytest.mark.parametrize("code", ["new", "a/remove"])
def test_a_code_that_names_a_page_of_the_editor_is_refused(
    working: Draft, chen: User, code: str
) -> None:
    source = dict(working.document["sources"][0]) | {"code": code}
    with pytest.raises(RulebookError, match="name pages of the editor"):
        editing.save_entry(working, "sources", source, code="", by=chen, version=0)


def test_a_text_with_line_breaks_is_saved_as_it_was_where_nobody_touches_it(
    working: Draft, chen: User
) -> None:
    client = of(chen)
    passage = dict(working.document["passages"][0]) | {"says": "Line one.\nLine two.\n\nThree  "}
    measure = entry_of(working, "measures", "cap.ssr")
    evidence = {
        "strength": "limited",
        "direct": False,
        "says": "x",
        "design": [],
        "reviewed_on": "2026-01-01",
        "review": "desk",
    }
    measure["evidence"] = evidence | {
        "contextual": ["a\nb", " c "],
        "sources": [working.document["sources"][0]["code"]],
    }
    for kind, entry in (("passages", passage), ("measures", measure)):
        assert save(client, kind, entry).status_code == 302
        address = reverse("entry_edit", args=[kind, entry["code"]])
        events = Event.objects.count()
        sent = sent_by(client.get(address))
        as_browsers_do = {
            name: [text.replace("\n", "\r\n") for text in texts] for name, texts in sent.lists()
        }
        assert client.post(address, as_browsers_do).status_code == 302
        assert entry_of(working, kind, entry["code"]) == entry
        assert Event.objects.count() == events


def test_how_a_source_is_known_is_saved_from_its_form(working: Draft, chen: User) -> None:
    client = of(chen)
    source = dict(working.document["sources"][0]) | {"basis": "general_knowledge"}
    assert save(client, "sources", source).status_code == 302
    address = reverse("entry_edit", args=["sources", source["code"]])
    assert client.post(address, sent_by(client.get(address))).status_code == 302
    assert entry_of(working, "sources", source["code"]) == source


def test_translations_go_with_their_texts_where_the_form_moves_these(
    working: Draft, chen: User
) -> None:
    client = of(chen)
    measure = entry_of(working, "measures", "cap.ssr")
    measure["cautions"] = [{"text": text} for text in ("First.", "Second.", "Third.")]
    measure["translations"] = {
        "fr": {"cautions[1].text": "Un.", "cautions[2].text": "Deux.", "title": "Titre."}
    }
    assert save(client, "measures", measure).status_code == 302
    address = reverse("entry_edit", args=["measures", "cap.ssr"])
    sent = sent_by(client.get(address)).copy()
    sent["cautions-0-gone"] = "1"
    sent["cautions-count"] = "4"
    sent["cautions-3-text"] = "Fourth."
    assert client.post(address, sent).status_code == 302
    saved = entry_of(working, "measures", "cap.ssr")
    assert [row["text"] for row in saved["cautions"]] == ["Second.", "Third.", "Fourth."]
    assert saved["translations"] == {"fr": {"cautions[1].text": "Deux.", "title": "Titre."}}


def test_an_organisation_with_more_members_than_the_world_has_states_is_saved_from_its_form(
    working: Draft, chen: User
) -> None:
    client = of(chen)
    organisation = dict(working.document["organisations"][0])
    codes = [item["code"] for item in working.document["countries"]]
    rows = [{"country": code, "from": "2000-01-01", "to": "2001-01-01"} for code in codes]
    organisation["members"] = [
        *rows,
        *({"country": code, "from": "2002-01-01"} for code in codes[:30]),
    ]
    assert save(client, "organisations", organisation).status_code == 302
    address = reverse("entry_edit", args=["organisations", organisation["code"]])
    sent = sent_by(client.get(address)).copy()
    sent["as_of"] = "2026-02-02"
    assert client.post(address, sent).status_code == 302
    assert entry_of(working, "organisations", organisation["code"]) == organisation | {
        "as_of": "2026-02-02"
    }


def test_an_entry_is_found_in_its_list_by_words_of_its_title_or_code(
    working: Draft, chen: User
) -> None:
    client = of(chen)
    address = reverse("entry_list", args=["rules"])
    page = client.get(address, {"words": "Media HATE"}).content.decode()
    assert "cap.media.hate" in page
    assert "cap.media.gap" not in page
    assert f"1 of {len(working.document['rules'])}" in page
    assert (
        "No entry has these words." in client.get(address, {"words": "nonsense"}).content.decode()
    )


def test_what_verification_found_is_said_in_the_language_of_each_reader(working: Draft) -> None:
    languages = [Phrases(either="{first} or {last}"), Phrases(either="{first} ou {last}")]
    read_in, reports = [], []

    def verified(rulebook: Rulebook, words: Phrases) -> VerificationReport:
        read_in.append(words)
        return VerificationReport((), ())

    title = working.document["edition"] | {"title": "Another title"}
    document = working.document | {"edition": title}
    with mock.patch("cases.queries.editor.drafts.verify", verified):
        for words in (*languages, *languages):
            with mock.patch("cases.queries.editor.drafts.phrases", return_value=words):
                reports.append(draft_edition(working).with_document(document).report)
    assert (read_in, len(reports)) == (languages, 4)
