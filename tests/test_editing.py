"""The draft edition: edited with care, proved, and published by two people."""

from __future__ import annotations

import copy
import html
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from cases.forms.entries import ENTRY_FORMS
from cases.models import Assessment, Draft, Edition, Event, Notification, Proposal, Snapshot, User
from cases.queries.editing import rulebook_of_draft, state_of
from cases.queries.reassessing import proposals_for
from cases.rulebook.document import comments_in, digest_of, read_yaml, write_entry, write_yaml
from cases.rulebook.problems import RulebookError
from cases.workflows import editing
from cases.workflows.answering import Given, save_answer, start_assessment
from cases.workflows.filing import StaleError
from cases.workflows.submitting import submit
from tests.conftest import FIXTURES
from tests.test_entry_forms import as_sent

RULE = "pro.peacekeeping"


def of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    client.post(reverse("account_reauthenticate"), {"password": "a long password"})
    return client


def entry_of(draft: Draft, kind: str, code: str) -> dict[str, Any]:
    return dict(next(item for item in Draft.objects.get(pk=draft.pk).document[kind] if item["code"] == code))


def first_rule(draft: Draft) -> dict[str, Any]:
    return dict(draft.document["rules"][0])


def reworded(draft: Draft) -> dict[str, Any]:
    return first_rule(draft) | {"rationale": "Said better."}


def stricter(draft: Draft) -> dict[str, Any]:
    """The first rule with another priority: a change of what is advised."""
    rule = first_rule(draft)
    return rule | {"priority": "low" if rule["priority"] != "low" else "medium"}


def published(draft: Draft, *, by: User, second: User, note: str = "Better.") -> Edition:
    editing.propose(draft, by=by, note=note, seen=state_of(Draft.objects.get()).digest)
    return editing.publish_draft(draft, by=second, seen=state_of(Draft.objects.get()).digest)


def save(client: Client, kind: str, entry: dict[str, Any], version: int = 0) -> Any:
    data = {"yaml": write_entry(kind, entry), "version": version}
    return client.post(reverse("entry_edit", args=[kind, entry["code"]]), data)


# Editing ------------------------------------------------------------------------------------------------------------


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
    assert "rationale" in page


def test_every_entry_comes_out_as_yaml_and_in_again_the_same(working: Draft) -> None:
    for kind, entries in working.document.items():
        if kind != "edition":
            for entry in entries:
                assert read_yaml(write_entry(kind, entry)) == entry


def test_the_draft_is_exported_as_yaml_without_loss(working: Draft, chen: User) -> None:
    exported = of(chen).get(reverse("draft_export")).content.decode()
    assert read_yaml(exported) == working.document
    assert write_yaml(read_yaml(exported)) == exported


def test_of_two_admins_who_edit_one_rule_the_later_sees_both(working: Draft, chen: User, clara: User) -> None:
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
        ({"when": {"question": "phase", "in": ["yesterday"]}}, "has no option &#x27;yesterday&#x27;"),
        ({"when": {"question": "weather", "in": ["fine"]}}, "there is no question &#x27;weather&#x27;"),
        ({"when": {"question": "phase", "at_least": 2}}, "needs a scale"),
        ({"when": {"every": []}}, "neither a group"),
        ({"measure": "pro.magic"}, "there is no &#x27;pro.magic&#x27; among the measures"),
        ({"priority": "extreme"}, "is not one of urgent"),
        ({"rationale": "Because {nothing}"}, "is no question of this entry"),
        ({"citation": ["NOWHERE"]}, "among the passages"),
        ({"actors": {"support": ["ohchr"]}}, "at least one actor must lead"),
        ({"surprise": 1}, "a field that is not known here"),
        ({"code": "other.code"}, "the code of an entry stays"),
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
        ("a: 1\na: 2\n", "stands twice"),
        ("", "Write the entry"),
    ],
)
def test_yaml_that_is_broken_is_told_with_its_line(working: Draft, chen: User, text: str, says: str) -> None:
    code = first_rule(working)["code"]
    refused = of(chen).post(reverse("entry_edit", args=["rules", code]), {"yaml": text, "version": 0})
    assert refused.status_code == 422
    assert says in refused.content.decode()


def sent_by(page: Any) -> Any:
    """What a browser would send of an entry's page, with the button “Save in the draft”."""
    text = page.content.decode()
    return as_sent(text[text.index('id="entry-form"') :].split("</form>")[0])


def send(client: Client, address: str, sent: Any) -> Any:
    return client.post(address, sent.urlencode(), content_type="application/x-www-form-urlencoded")


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
    sent[field] = entry[field] + " Said anew."
    answer = send(client, address, sent)
    assert answer.status_code == 302, answer.content.decode()
    assert entry_of(working, kind, entry["code"]) == entry | {field: entry[field] + " Said anew."}


def test_the_form_of_an_invariant_asks_for_the_change(working: Draft, chen: User) -> None:
    client, entry = of(chen), working.document["invariants"][0]
    address = reverse("entry_edit", args=["invariants", entry["code"]])
    sent = sent_by(client.get(address))
    sent["says"] = "Said anew."
    assert send(client, address, sent).status_code == 302
    assert Draft.objects.get().asked[entry["code"]]["entry"] == entry | {"says": "Said anew."}


def nested(levels: int) -> str:
    return "{all: [" * levels + "{question: phase, in: [latent]}" + "]}" * levels


@pytest.mark.parametrize("levels", [30, 300, 3000])
def test_a_condition_that_is_nested_without_end_is_refused(working: Draft, chen: User, levels: int) -> None:
    client, rule = of(chen), first_rule(working) | {"when": "X"}
    text = write_entry("rules", rule).replace("when: X", f"when: {nested(levels)}")
    refused = client.post(reverse("entry_edit", args=["rules", rule["code"]]), {"yaml": text, "version": 0})
    assert refused.status_code == 422
    assert "deep in one another" in refused.content.decode()
    file = write_yaml(working.document | {"rules": [rule]}).replace("when: X", f"when: {nested(levels)}")
    assert "deep in one another" in import_of(client, file).content.decode()


def test_an_alias_that_would_grow_without_end_is_refused_with_its_line(working: Draft, chen: User) -> None:
    page = import_of(of(chen), "a: &a [x, x]\nb: [*a, *a]\n").content.decode()
    assert "line 2" in page
    assert "write out what it stands for" in page


def test_an_entry_that_others_name_is_not_removed_and_they_are_named(working: Draft, chen: User) -> None:
    client = of(chen)
    refused = client.post(reverse("entry_remove", args=["measures", RULE]), {"version": "0"})
    assert refused.status_code == 422
    assert f"there is no &#x27;{RULE}&#x27; among the measures" in refused.content.decode()
    rule = first_rule(working)["code"]
    assert client.post(reverse("entry_remove", args=["rules", rule]), {"version": "0"}).status_code == 302
    assert rule not in {entry["code"] for entry in Draft.objects.get().document["rules"]}
    assert Event.objects.get(verb="entry_removed").data["before"]["code"] == rule


def test_only_one_draft_is_worked_on_at_a_time(working: Draft, clara: User) -> None:
    with pytest.raises(editing.EditingError, match="draft-exists"):
        editing.start_draft(by=clara)
    with pytest.raises(IntegrityError), transaction.atomic():
        Draft.objects.create(base=working.base, document={}, started_by=clara)
    assert of(clara).post(reverse("draft_start")).status_code == 302
    assert Draft.objects.count() == 1


# Proof and impact ---------------------------------------------------------------------------------------------------


def unsafe(draft: Draft) -> tuple[str, dict[str, Any]]:
    """The gate of the mandate, opened for everything: peacekeeping could be recommended without a mandate."""
    gate = next(item for item in draft.document["gates"] if item["kind"] == "mandate")
    return "gates", dict(gate) | {"holds": {"question": "phase", "none_of": ["latent"]}, "on_condition": []}


def test_an_unsafe_gate_is_found_at_its_entry_and_by_no_path_published(
    working: Draft, chen: User, clara: User, edition: Edition
) -> None:
    kind, gate = unsafe(working)
    gate["says"] = dict.fromkeys(gate["says"], "Said.")
    client = of(chen)
    assert save(client, kind, gate).status_code == 302
    page = client.get(reverse("draft")).content.decode()
    assert "But take:" in page
    assert "cannot be published while verification finds an error" in page
    draft = Draft.objects.get()
    state = state_of(draft)
    assert any(remark.code == "invariant-broken" for remark in state.verdict.errors)
    refused = client.post(reverse("draft_propose"), {"note": "Faster.", "seen": state.digest})
    assert refused.status_code == 422
    assert "cannot be published while verification finds an error" in refused.content.decode()
    # Even a proposal that got past that is not published.
    proposed = state.digest
    Draft.objects.update(proposed_by=chen, proposed_digest=proposed)
    with pytest.raises(RulebookError, match="invariant-broken"):
        editing.publish_draft(draft, by=clara, seen=proposed)
    answer = of(clara).post(reverse("draft_publish"), {"seen": proposed}, follow=True)
    assert "It is not published" in answer.content.decode()
    assert Edition.objects.count() == 1


def test_the_draft_tells_what_it_would_do_to_cases_that_one_may_see(
    draft: Assessment, analyst: User, working: Draft, chen: User, django_capture_on_commit_callbacks: Any
) -> None:
    save_answer(draft, Given("phase", "known", "ongoing"), by=analyst, version=0)
    save_answer(draft, Given("state_incitement", "known", "systematic"), by=analyst, version=0)
    submit(draft, by=analyst)
    rules = [entry for entry in working.document["rules"] if entry["measure"] == "enc.condemnation"]
    for entry in rules[1:]:
        editing.remove_entry(working, "rules", entry["code"], by=chen, version=0)
    last = dict(rules[0]) | {"when": {"question": "phase", "in": ["latent"]}, "rationale": "Said."}
    editing.save_entry(working, "rules", last, code=last["code"], by=chen, version=0)
    client = of(chen)
    with django_capture_on_commit_callbacks(execute=True):
        shown = client.post(reverse("draft_impact"), follow=True).content.decode()
    assert "is being worked out" in shown
    assert "0 of 0 cases" in client.get(reverse("draft_impact")).content.decode()
    draft.case.confidentiality = "open"
    draft.case.save()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("draft_impact"))
    page = client.get(reverse("draft_impact")).content.decode()
    assert "1 of 1 cases would read differently" in page
    assert draft.case.title in page
    assert "Mali" in page
    assert f"{reverse('draft_try')}?of={draft.pk}" in page
    assert "1 of 1 cases would read differently" in client.get(reverse("draft")).content.decode()
    side_by_side = client.get(reverse("draft_try"), {"of": draft.pk}).content.decode()
    assert "Recommended" in side_by_side
    assert "Not indicated" in side_by_side


# Publishing ---------------------------------------------------------------------------------------------------------


def test_one_admin_proposes_and_another_publishes_with_a_fresh_password(
    working: Draft, chen: User, clara: User, edition: Edition
) -> None:
    hers, his = of(clara), of(chen)
    save(his, "rules", stricter(working))
    seen = state_of(Draft.objects.get()).digest
    silent = his.post(reverse("draft_propose"), {"note": "", "seen": seen})
    assert silent.status_code == 422
    assert his.post(reverse("draft_propose"), {"note": "Clearer words.", "seen": seen}).status_code == 302
    proposed = state_of(Draft.objects.get()).digest
    own = his.post(reverse("draft_publish"), {"seen": proposed}, follow=True)
    assert "another catalogue admin publishes it" in own.content.decode()
    stranger = Client()
    stranger.force_login(clara)
    asked = stranger.post(reverse("draft_publish"), {"seen": proposed})
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert Edition.objects.count() == 1
    hers.post(reverse("draft_publish"), {"seen": proposed})
    newest = Edition.objects.order_by("-number")[0]
    assert (newest.number, newest.digest, newest.published_by) == (edition.number + 1, proposed, clara)
    assert newest.note == "Clearer words."
    assert not Draft.objects.exists()


def test_of_two_who_publish_at_once_one_wins_and_the_other_is_told(
    working: Draft, chen: User, clara: User, person: Callable[..., User]
) -> None:
    third = person("cleo", "catalogue_admin")
    editing.save_entry(working, "rules", reworded(working), code=first_rule(working)["code"], by=chen, version=0)
    editing.propose(working, by=chen, note="x", seen=state_of(Draft.objects.get()).digest)
    proposed = state_of(Draft.objects.get()).digest
    of(clara).post(reverse("draft_publish"), {"seen": proposed})
    with pytest.raises(editing.EditingError, match="gone"):
        editing.publish_draft(working, by=third, seen=proposed)
    told = of(third).post(reverse("draft_publish"), {"seen": proposed}, follow=True)
    assert "published or discarded meanwhile" in told.content.decode()
    assert Edition.objects.count() == 2


def test_a_change_takes_the_proposal_back(working: Draft, chen: User, clara: User) -> None:
    code = first_rule(working)["code"]
    editing.save_entry(working, "rules", reworded(working), code=code, by=chen, version=0)
    editing.propose(working, by=chen, note="x", seen=state_of(Draft.objects.get()).digest)
    old = state_of(Draft.objects.get()).digest
    again = first_rule(working) | {"rationale": "Other words."}
    editing.save_entry(working, "rules", again, code=code, by=chen, version=1)
    with pytest.raises(editing.EditingError, match="not-proposed"):
        editing.publish_draft(working, by=clara, seen=old)


@pytest.mark.parametrize("seen", ["", "x" * 64])
def test_what_was_not_seen_is_neither_proposed_nor_published(
    working: Draft, chen: User, clara: User, seen: str
) -> None:
    code = first_rule(working)["code"]
    editing.save_entry(working, "rules", reworded(working), code=code, by=chen, version=0)
    with pytest.raises(editing.EditingError, match="other-digest"):
        editing.propose(working, by=chen, note="x", seen=seen)
    editing.propose(working, by=chen, note="x", seen=state_of(Draft.objects.get()).digest)
    with pytest.raises(editing.EditingError, match="other-digest"):
        editing.publish_draft(working, by=clara, seen=seen)


def test_the_note_of_a_proposal_is_kept_where_the_draft_has_changed_meanwhile(working: Draft, chen: User) -> None:
    seen = state_of(working).digest
    editing.save_entry(working, "rules", reworded(working), code=first_rule(working)["code"], by=chen, version=0)
    answer = of(chen).post(reverse("draft_propose"), {"note": "A long note.", "seen": seen})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "The draft has changed since you read it" in page
    assert "A long note." in page
    again = {"note": "A long note.", "seen": answer.context["form"]["seen"].value()}
    of(chen).post(reverse("draft_propose"), again)
    assert Draft.objects.get().proposed_by == chen


def test_a_draft_that_says_nothing_new_is_not_proposed(working: Draft, chen: User) -> None:
    with pytest.raises(editing.EditingError, match="no-change"):
        editing.propose(working, by=chen, note="x", seen=working.base.digest)


def test_a_draft_is_discarded_after_a_question(working: Draft, chen: User) -> None:
    client = of(chen)
    assert "Discard the draft?" in client.get(reverse("draft_discard")).content.decode()
    assert Draft.objects.exists()
    client.post(reverse("draft_discard"))
    assert not Draft.objects.exists()
    assert "No draft is worked on" in client.get(reverse("draft")).content.decode()


# Nothing is lost or undone ------------------------------------------------------------------------------------------


def test_a_form_of_an_earlier_draft_undoes_nothing(working: Draft, chen: User, clara: User) -> None:
    entry = stricter(working)
    published(
        editing.save_entry(working, "rules", entry, code=entry["code"], by=clara, version=0), by=chen, second=clara
    )
    editing.start_draft(by=chen)
    for version in (0, 1):
        stale = save(of(chen), "rules", first_rule(working) | {"rationale": "Old."}, version=version)
        assert stale.status_code == 422
        assert "Old." in stale.content.decode()
    assert Draft.objects.get().document == Edition.objects.latest("number").document


def test_what_was_typed_is_kept_where_the_entry_was_removed_meanwhile(working: Draft, chen: User, clara: User) -> None:
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


def test_what_was_typed_is_shown_where_the_draft_is_gone(working: Draft, chen: User, clara: User) -> None:
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


def test_an_entry_made_in_the_draft_and_taken_out_again_can_be_put_back(working: Draft, chen: User) -> None:
    client = of(chen)
    made = first_rule(working) | {"code": "cap.education.anew", "rationale": "Made here."}
    editing.save_entry(working, "rules", made, code="", by=chen, version=0)
    editing.remove_entry(working, "rules", made["code"], by=chen, version=1)
    page = client.get(reverse("entry_list", args=["rules"])).content.decode()
    back = f"{reverse('entry_new', args=['rules'])}?back=cap.education.anew"
    assert back in page
    assert send(client, back, sent_by(client.get(back))).status_code == 302
    assert entry_of(working, "rules", made["code"]) == made
    assert back not in client.get(reverse("entry_list", args=["rules"])).content.decode()


def test_the_sentence_beside_a_refused_form_is_not_that_of_what_is_saved(working: Draft, chen: User) -> None:
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
    editing.propose(working, by=chen, note="x", seen=state_of(Draft.objects.get()).digest)
    editing.save_entry(working, "rules", entry, code=entry["code"], by=chen, version=1)
    with pytest.raises(editing.EditingError, match="no-change"):
        editing.propose(working, by=chen, note="y", seen=state_of(Draft.objects.get()).digest)


def test_a_proposal_leaves_what_was_worked_out(
    working: Draft, chen: User, django_capture_on_commit_callbacks: Any
) -> None:
    entry = stricter(working)
    editing.save_entry(working, "rules", entry, code=entry["code"], by=chen, version=0)
    client = of(chen)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("draft_impact"))
    client.post(reverse("draft_propose"), {"note": "x", "seen": state_of(Draft.objects.get()).digest})
    assert Draft.objects.get().proposed_by == chen
    assert client.get(reverse("draft")).context["progress"].state == "done"


@pytest.mark.parametrize("code", ["new", "a/remove"])
def test_a_code_that_names_a_page_of_the_editor_is_refused(working: Draft, chen: User, code: str) -> None:
    source = dict(working.document["sources"][0]) | {"code": code}
    with pytest.raises(RulebookError, match="name pages of the editor"):
        editing.save_entry(working, "sources", source, code="", by=chen, version=0)


# In and out ---------------------------------------------------------------------------------------------------------


def import_of(client: Client, content: str | bytes) -> Any:
    raw = content.encode() if isinstance(content, str) else content
    return client.post(reverse("draft_import"), {"file": SimpleUploadedFile("rulebook.yaml", raw)})


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


def test_yaml_edition_yaml_is_the_same_to_the_letter(working: Draft, chen: User) -> None:
    client = of(chen)
    exported = client.get(reverse("draft_export")).content
    assert "the draft says the same" in import_of(client, exported).content.decode()
    assert write_yaml(read_yaml(exported.decode())).encode() == exported


def test_a_document_is_written_the_same_however_its_fields_are_kept(working: Draft) -> None:
    """A database may keep the fields of a document in an order of its own."""
    shuffled = json.loads(json.dumps(working.document, sort_keys=True))
    assert write_yaml(shuffled) == write_yaml(working.document)
    lines = write_yaml(shuffled).splitlines()
    start = lines.index("rules:")
    fields = [line[4:].split(":")[0] for line in lines[start : start + 40] if re.match(r"  [- ] [a-z]", line)]
    assert fields[:7] == ["code", "measure", "when", "priority", "rationale", "actors", "citation"]


def test_a_comment_goes_out_with_its_entry_and_back_and_changes_nothing_else(
    working: Draft, chen: User, clara: User
) -> None:
    client = of(chen)
    rule = first_rule(working) | {"comment": "Asked for by the desk.\nSee the minutes."}
    assert save(client, "rules", rule).status_code == 302
    assert state_of(Draft.objects.get()).is_editorial
    exported = client.get(reverse("draft_export")).content
    editing.discard_draft_edition(Draft.objects.get(), by=chen)
    editing.start_draft(by=chen)
    looked = import_of(client, exported)
    client.post(reverse("draft_import"), {"text": looked.context["text"], "seen": looked.context["digest"]})
    assert client.get(reverse("draft_export")).content == exported
    assert "See the minutes." in client.get(reverse("entry_edit", args=["rules", rule["code"]])).content.decode()


def test_a_file_says_which_of_its_comments_no_entry_keeps(working: Draft, chen: User) -> None:
    text = "# By hand.\n" + write_yaml(working.document).replace("priority: high", "priority: high  # why?", 1)
    line = text[: text.index("# why?")].count("\n") + 1
    page = import_of(of(chen), text).content.decode()
    assert f"2 comments of the file are not kept, the first on lines 1, {line}:" in page
    assert comments_in("a: |\n  # a text\n# a comment\nb: 'it # is'  #x\n") == [3, 4]
    assert comments_in("a: b#c\n") == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("code: cap.education.tension", "code: [", "line"),
        ("priority: high", "priority: extreme", "rules cap.education.tension: priority"),
        ("measure: cap.education", "measure: cap.magic", "rules cap.education.tension: measure"),
        ("question: group_tensions", "question: weather", "there is no question &#x27;weather&#x27;"),
        ("at_least: 3", "at_least: 9", "rules cap.education.tension: when"),
        ("at_least: 3", "at_leest: 3", "rules cap.education.tension: when"),
        ("- aag.i.education", "- nowhere", "there is no &#x27;nowhere&#x27; among the passages"),
        ("code: cap.education.prevention", "code: cap.education.tension", "this code stands twice"),
        ("rationale:", "reason:", "a field that is not known here"),
        ("form: ENC", "form: XYZ", "is not one of ENC"),
        ("\nrules:", "\nrulez:", "rulez"),
    ],
)
def test_a_faulty_file_is_refused_with_the_place(working: Draft, chen: User, old: str, new: str, says: str) -> None:
    text = write_yaml(working.document)
    head, rules = text.split("\nrules:", 1)
    faulty = (head + "\nrules:" + rules.replace(old, new, 1)) if old in rules else text.replace(old, new, 1)
    assert faulty != text
    refused = import_of(of(chen), faulty)
    assert refused.status_code == 422
    assert says in refused.content.decode()
    assert Draft.objects.get().document == working.document


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"- 1", b"x" * (5 * 1024 * 1024 + 1)])
def test_what_is_no_rulebook_at_all_is_refused_too(working: Draft, chen: User, content: bytes) -> None:
    assert import_of(of(chen), content).status_code == 422


def test_an_unsafe_file_is_told_and_cannot_be_published(working: Draft, chen: User, clara: User) -> None:
    kind, gate = unsafe(working)
    document = copy.deepcopy(working.document)
    place = next(place for place, item in enumerate(document[kind]) if item["code"] == gate["code"])
    document[kind][place] = gate | {"says": dict.fromkeys(gate["says"], "Said.")}
    client = of(chen)
    looked = import_of(client, write_yaml(document))
    assert "But take:" in looked.content.decode()
    client.post(reverse("draft_import"), {"text": looked.context["text"], "seen": looked.context["digest"]})
    seen = state_of(Draft.objects.get()).digest
    with pytest.raises(RulebookError, match="invariant-broken"):
        editing.propose(working, by=chen, note="x", seen=seen)
    Draft.objects.update(proposed_by=chen, proposed_digest=seen)
    with pytest.raises(RulebookError, match="invariant-broken"):
        editing.publish_draft(working, by=clara, seen=seen)
    assert Edition.objects.count() == 1


def test_an_assessment_keeps_its_edition_and_says_that_a_newer_one_exists(
    draft: Assessment, analyst: User, working: Draft, chen: User, clara: User
) -> None:
    save_answer(draft, Given("phase", "known", "ongoing"), by=analyst, version=0)
    submit(draft, by=analyst)
    page = reverse("assessment_advice", args=[draft.pk])
    client = of(analyst)
    assert "is newer than" not in client.get(page).content.decode()
    editing.save_entry(working, "rules", stricter(working), code=first_rule(working)["code"], by=chen, version=0)
    published(working, by=chen, second=clara, note="Clearer words.")
    shown = client.get(page).content.decode()
    assert "Edition 2 is newer than" in shown
    assert "Clearer words." in shown
    assert reverse("assessment_reassess", args=[draft.pk]) in shown
    draft.refresh_from_db()
    assert draft.edition.number == 1


# Words and meaning --------------------------------------------------------------------------------------------------


def test_a_fix_of_words_becomes_a_revision_and_touches_nothing(
    draft: Assessment, analyst: User, working: Draft, chen: User, clara: User, edition: Edition
) -> None:
    other = start_assessment(draft.case, by=analyst, as_of=draft.as_of, edition=edition)
    save_answer(draft, Given("phase", "known", "ongoing"), by=analyst, version=0)
    submit(draft, by=analyst)
    frozen = Snapshot.objects.get(assessment=draft).digest
    client = of(chen)
    save(client, "rules", reworded(working))
    page = client.get(reverse("draft")).content.decode()
    assert "Only words differ: it will be a revision of Edition 1" in page
    newest = published(working, by=chen, second=clara)
    assert (newest.number, newest.revision, str(newest)) == (1, 1, "Edition 1, revision 1")
    assert "is newer than" not in of(analyst).get(reverse("assessment_advice", args=[draft.pk])).content.decode()
    draft.refresh_from_db()
    other.refresh_from_db()
    assert (draft.edition, Snapshot.objects.get(assessment=draft).digest) == (edition, frozen)
    assert other.edition == newest, "a draft is gone on with in the better words"


def test_the_product_says_which_changes_are_of_meaning_and_why(working: Draft, chen: User) -> None:
    client = of(chen)
    save(client, "rules", stricter(working))
    page = client.get(reverse("draft")).content.decode()
    assert "It changes what is advised: it will be a new edition." in page
    assert "is part of what is advised" in page


def test_any_two_editions_are_compared_entry_by_entry(
    working: Draft, chen: User, clara: User, edition: Edition
) -> None:
    rule = first_rule(working) | {"when": {"question": "phase", "in": ["ongoing"]}, "rationale": "Said."}
    editing.save_entry(working, "rules", rule, code=rule["code"], by=chen, version=0)
    newest = published(working, by=chen, second=clara)
    client = of(chen)
    assert (
        reverse("edition_differences", args=[edition.pk, newest.pk])
        in client.get(reverse("edition_list")).content.decode()
    )
    page = client.get(reverse("edition_differences", args=[edition.pk, newest.pk])).content.decode()
    assert rule["code"] in page
    assert "phase of the risk is ongoing" in page, "a condition is a sentence"
    assert "decides what is advised" in page
    same = client.get(reverse("edition_differences", args=[edition.pk, edition.pk])).content.decode()
    assert "they say the same" in same
    assert client.get(reverse("edition_differences", args=[edition.pk, 0])).status_code == 404


def test_who_changed_an_entry_is_told_and_it_goes_back_to_what_it_was(working: Draft, chen: User) -> None:
    client = of(chen)
    before = first_rule(working)
    save(client, "rules", stricter(working))
    address = reverse("entry_edit", args=["rules", before["code"]])
    page = client.get(address).content.decode()
    event = Event.objects.get(verb="entry_changed")
    assert f"?version={event.pk}" in page
    earlier = client.get(address, {"version": event.pk}).content.decode()
    assert "Saving it puts it back" in earlier
    save(client, "rules", before, version=1)
    assert entry_of(working, "rules", before["code"]) == before
    client.post(reverse("entry_remove", args=["rules", before["code"]]), {"version": "2"})
    assert f"?back={before['code']}" in client.get(reverse("draft")).content.decode()
    again = client.get(reverse("entry_new", args=["rules"]), {"back": before["code"]}).content.decode()
    assert before["rationale"].split("{")[0] in again


# Invariants ---------------------------------------------------------------------------------------------------------


def weaker(draft: Draft) -> dict[str, Any]:
    """An invariant that says nothing any more."""
    invariant = dict(draft.document["invariants"][0])
    return invariant | {"then": {"question": "phase", "in": ["latent", "rising", "imminent", "ongoing", "aftermath"]}}


def test_an_invariant_is_changed_only_once_a_second_admin_agrees(working: Draft, chen: User, clara: User) -> None:
    his, hers = of(chen), of(clara)
    changed = weaker(working)
    code = changed["code"]
    save(his, "invariants", changed)
    assert entry_of(working, "invariants", code) == working.document["invariants"][0]
    decide = reverse("invariant_decide", args=[code])
    assert "asks to change what must hold" in hers.get(reverse("draft")).content.decode()
    asked = digest_of(changed)
    own = his.post(decide, {"act": "agree", "seen": asked}, follow=True).content.decode()
    assert "You asked for it yourself" in own
    seen = state_of(Draft.objects.get()).digest
    with pytest.raises(editing.EditingError, match="invariants-asked"):
        editing.propose(working, by=chen, note="x", seen=seen)
    assert f'name="seen" value="{asked}"' in hers.get(reverse("draft")).content.decode()
    hers.post(decide, {"act": "agree", "seen": asked})
    assert entry_of(working, "invariants", code) == changed
    said = Event.objects.filter(verb="entry_changed").latest("pk")
    assert (said.actor, said.data["asked_by"]) == (clara, str(chen))
    assert "was removed, published or discarded" in hers.post(decide, {"act": "agree"}, follow=True).content.decode()


def test_nobody_agrees_to_a_change_of_an_invariant_that_was_exchanged_after_it_was_read(
    working: Draft, chen: User, clara: User
) -> None:
    changed = weaker(working)
    decide = reverse("invariant_decide", args=[changed["code"]])
    save(of(chen), "invariants", changed | {"says": "Harmless."})
    read = digest_of(changed | {"says": "Harmless."})
    save(of(chen), "invariants", changed)
    said = of(clara).post(decide, {"act": "agree", "seen": read}, follow=True).content.decode()
    assert "has changed since you read it" in said
    assert Draft.objects.get().document == working.document
    hers = save(of(clara), "invariants", changed | {"says": "Mine."})
    assert hers.status_code == 422
    assert "asks for another change of it" in hers.content.decode()
    assert "Mine." in hers.content.decode()
    assert Draft.objects.get().asked[changed["code"]]["entry"] == changed


def test_a_file_that_does_not_fit_the_invariants_of_the_draft_is_told_at_the_look(working: Draft, chen: User) -> None:
    renamed = write_yaml(working.document).replace("pillar_three", "beyond_two")
    looked = import_of(of(chen), renamed)
    assert looked.status_code == 422
    assert "the rest does not fit those of the draft" in looked.content.decode()
    sent = {"text": renamed, "seen": digest_of(working.document)}
    assert of(chen).post(reverse("draft_import"), sent).status_code == 422


@pytest.mark.parametrize(
    "address", ["rulez/", "edition/", "edition/x/", "edition/x/remove/", "rulez/new/", "translations/fr/edition/x/"]
)
def test_a_list_that_there_is_not_is_told(working: Draft, chen: User, address: str) -> None:
    assert of(chen).get(f"{reverse('draft')}{address}").status_code == 404


def test_numbers_without_end_are_refused(working: Draft, chen: User) -> None:
    client, many = of(chen), "9" * 5_000
    address = reverse("entry_edit", args=["questions", "phase"])
    sent = sent_by(client.get(address))
    sent["options-0-code"] = many
    assert send(client, address, sent).status_code == 422
    sent = sent_by(client.get(reverse("entry_edit", args=["rules", first_rule(working)["code"]])))
    sent["when-count"] = many
    # Lines that were never sent are blank, and blank lines do not count.
    assert send(client, reverse("entry_edit", args=["rules", first_rule(working)["code"]]), sent).status_code == 302
    assert Draft.objects.get().document == working.document
    assert client.post(address, {"yaml": f"code: {many}", "version": "0"}).status_code == 422
    assert client.get(reverse("draft_try"), {"a": f"hate_speech:{many}"}).status_code == 200


def test_whoever_asked_takes_it_back_and_another_may_refuse_it(working: Draft, chen: User, clara: User) -> None:
    code = weaker(working)["code"]
    for client in (of(chen), of(clara)):
        save(of(chen), "invariants", weaker(working))
        client.post(reverse("invariant_decide", args=[code]), {"act": "refuse"})
        draft = Draft.objects.get()
        assert draft.asked == {}
        assert draft.document == working.document
    of(chen).post(reverse("entry_remove", args=["invariants", code]), {"version": "0"})
    assert Draft.objects.get().asked[code]["entry"] is None
    assert Draft.objects.get().document == working.document


def test_a_file_cannot_change_an_invariant_past_the_second_admin(working: Draft, chen: User) -> None:
    document = copy.deepcopy(working.document)
    document["invariants"][0] = weaker(working)
    document["rules"][0]["rationale"] = "From a file."
    editing.import_document(working, document, by=chen, seen=state_of(working).digest)
    draft = Draft.objects.get()
    assert draft.document["rules"][0]["rationale"] == "From a file."
    assert draft.document["invariants"] == working.document["invariants"]
    assert set(draft.asked) == {document["invariants"][0]["code"]}


# Trying it ----------------------------------------------------------------------------------------------------------


def typed(draft: Draft, kind: str, entry: dict[str, Any], **more: Any) -> Any:
    """What a browser would send of the form of an entry."""
    options: dict[str, Any] = {"document": draft.document, "questionnaire": rulebook_of_draft(draft).questionnaire}
    form = ENTRY_FORMS[kind](entry=entry, initial={"version": 0}, **options)
    data = as_sent("".join(str(field) for field in form))
    return {**dict(data.lists()), **more}


def test_a_rule_is_tried_on_a_case_before_it_is_saved(
    draft: Assessment, analyst: User, working: Draft, chen: User
) -> None:
    draft.case.confidentiality = "open"
    draft.case.save()
    save_answer(draft, Given("phase", "known", "ongoing"), by=analyst, version=0)
    submit(draft, by=analyst)
    rule = entry_of(working, "rules", "pro.asylum.fled")
    address = reverse("entry_edit", args=["rules", rule["code"]])

    def outcome(when: dict[str, Any]) -> str:
        data = typed(
            working, "rules", rule | {"when": when, "rationale": "Said."}, case=str(draft.case_id), **{"try": "impact"}
        )
        response = of(chen).post(address, data, headers={"HX-Request": "true"})
        assert response.status_code == 200
        text: str = response.content.decode()
        return text

    fires = outcome({"question": "phase", "in": ["ongoing"]})
    assert "It is true there." in fires
    assert "Phase of the risk: <strong>ongoing</strong>" in fires
    assert "1 of 1 cases would read differently" in fires
    assert "It is not true there." in outcome({"question": "phase", "in": ["latent"]})
    assert "an answer is missing" in outcome({"question": "hate_speech", "at_least": 2})
    assert Draft.objects.get().document == working.document
    data = typed(working, "rules", rule, case="", **{"try": "1", "when-0-0-question": ""})
    assert "Not complete yet" in of(chen).post(address, data, headers={"HX-Request": "true"}).content.decode()


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("line:when", "when-2-0-question"),
        ("group:when", "when-2-0-question"),
        ("inner:when-1", "when-1-7-question"),
    ],
)
def test_a_form_grows_by_a_line_or_a_group_and_keeps_what_was_typed(
    working: Draft, chen: User, command: str, says: str
) -> None:
    rule = entry_of(working, "rules", "pro.human_rights_experts.alleged")
    address = reverse("entry_edit", args=["rules", rule["code"]])
    data = typed(working, "rules", rule, rationale="Half a thou", redraw=command)
    page = of(chen).post(address, data)
    assert page.status_code == 200
    assert says in page.content.decode()
    assert "Half a thou" in page.content.decode()
    assert Draft.objects.get().document == working.document


def test_a_rule_is_edited_in_its_form_and_a_fault_stands_at_its_field(working: Draft, chen: User) -> None:
    rule = entry_of(working, "rules", "pro.asylum.fled")
    address = reverse("entry_edit", args=["rules", rule["code"]])
    client = of(chen)
    faulty = typed(working, "rules", rule, rationale="Because {nothing}", **{"when-0-0-value": "nonsense"})
    refused = client.post(address, faulty)
    assert refused.status_code == 422
    assert "Choose at least one answer." in refused.content.decode()
    unfit = client.post(address, typed(working, "rules", rule, rationale="Because {nothing}"))
    assert unfit.status_code == 422
    assert "is no question of this entry" in unfit.content.decode()
    assert client.post(address, typed(working, "rules", rule, rationale="Said.")).status_code == 302
    assert entry_of(working, "rules", rule["code"]) == rule | {"rationale": "Said."}


def test_a_counterexample_opens_as_a_what_if_of_the_draft(working: Draft, chen: User) -> None:
    kind, gate = unsafe(working)
    client = of(chen)
    save(client, kind, gate | {"says": dict.fromkeys(gate["says"], "Said.")})
    page = client.get(reverse("draft")).content.decode()
    address = html.unescape(re.findall(r'href="([^"]*/try/\?a=[^"]*)"', page)[0])
    shown = client.get(address).content.decode()
    assert "What differs" in shown
    assert "Every other answer is not known" in shown
    assert client.get(reverse("draft_try"), {"a": ["phase:nonsense", "weather:fine"]}).status_code == 200
    assert client.get(reverse("draft_try"), {"of": "nonsense"}).status_code == 404


def test_the_rules_of_a_measure_and_the_uses_of_a_question_stand_beside_each_other(working: Draft, chen: User) -> None:
    client = of(chen)
    table = client.get(reverse("rules_of_measure", args=["pro.mediation"])).content.decode()
    assert "pro.mediation.crisis" in table
    assert "or: is one of disputed or violent" in table
    uses = client.get(reverse("rules_of_question", args=["electoral_risk"])).content.decode()
    assert "pro.mediation.crisis" in uses
    assert client.get(reverse("rules_of_measure", args=["nothing"])).status_code == 404
    assert client.get(reverse("rules_of_question", args=["nothing"])).status_code == 404


# Assessing again ----------------------------------------------------------------------------------------------------


@pytest.fixture
def overtaken(draft: Assessment, analyst: User, working: Draft, chen: User, clara: User) -> Assessment:
    """A submitted assessment in an open case, and a newer edition in which asylum is called for by something else."""
    draft.case.confidentiality = "open"
    draft.case.save()
    save_answer(draft, Given("phase", "known", "ongoing", "high", "seen"), by=analyst, version=0)
    submit(draft, by=analyst)
    rule = entry_of(working, "rules", "pro.asylum.fled") | {
        "when": {"question": "phase", "in": ["ongoing"]},
        "rationale": "Said.",
    }
    editing.save_entry(working, "rules", rule, code=rule["code"], by=chen, version=0)
    published(working, by=chen, second=clara)
    return Assessment.objects.get(pk=draft.pk)


def test_many_cases_are_proposed_and_their_analysts_told_and_nothing_changes_by_itself(
    overtaken: Assessment, analyst: User, chen: User
) -> None:
    client = of(chen)
    page = client.get(reverse("reassess_many")).content.decode()
    assert overtaken.case.title in page
    assert "Choose at least one case." in client.post(reverse("reassess_many"), follow=True).content.decode()
    client.post(reverse("reassess_many"), {"assessment": [str(overtaken.pk), "nonsense"]})
    assert "No case waits for a proposal" in client.get(reverse("reassess_many")).content.decode()
    assert Notification.objects.get(person=analyst, kind="proposed")
    assert overtaken.case.assessments.count() == 1
    home = of(analyst).get(reverse("home")).content.decode()
    assert reverse("assessment_reassess", args=[overtaken.pk]) in home


def test_an_analyst_sees_both_side_by_side_and_takes_the_proposal(
    overtaken: Assessment, analyst: User, chen: User
) -> None:
    before = Snapshot.objects.get(assessment=overtaken).digest
    client, address = of(analyst), reverse("assessment_reassess", args=[overtaken.pk])
    page = client.get(address).content.decode()
    assert "Grants of asylum" in page
    assert "Leave it as it is" not in page, "nobody proposed it: there is nothing to decline"
    client.post(address, {"act": "take"})
    made = overtaken.case.assessments.get(status="draft")
    assert (made.as_of, made.edition.number) == (overtaken.as_of, 2)
    answer = made.answers.get(question="phase")
    assert (answer.value, answer.note, answer.carried_over) == ("ongoing", "seen", False)
    assert Snapshot.objects.get(assessment=overtaken).digest == before
    again = client.post(address, {"act": "take"}, follow=True).content.decode()
    assert "Someone has decided on it meanwhile" in again
    submit(made, by=analyst)
    assert made.snapshot.content["advice"]["measures"]["pro.asylum"]["status"] == "recommended"


def test_a_proposal_is_declined_with_a_word(overtaken: Assessment, analyst: User, chen: User) -> None:
    of(chen).post(reverse("reassess_many"), {"assessment": str(overtaken.pk)})
    twice = of(chen).post(reverse("reassess_many"), {"assessment": str(overtaken.pk)}, follow=True)
    assert "these are proposed already" in twice.content.decode()
    client, address = of(analyst), reverse("assessment_reassess", args=[overtaken.pk])
    silent = client.post(address, {"act": "decline", "word": ""})
    assert silent.status_code == 422
    client.post(address, {"act": "decline", "word": "The case is closed."})
    proposal = Proposal.objects.get()
    assert (proposal.state, proposal.word, proposal.decided_by) == ("declined", "The case is closed.", analyst)
    assert Event.objects.get(verb="reassessment_declined").data["text"] == "The case is closed."
    assert "The case is closed." in client.get(address).content.decode()
    assert not proposals_for(analyst).exists()


def test_an_unsafe_rulebook_is_published_by_the_command_neither(working: Draft, tmp_path: Path) -> None:
    document = copy.deepcopy(working.document)
    _kind, gate = unsafe(working)
    place = next(place for place, item in enumerate(document["gates"]) if item["code"] == gate["code"])
    document["gates"][place] = gate | {"says": dict.fromkeys(gate["says"], "Said.")}
    (tmp_path / "rulebook.yaml").write_text(write_yaml(document), encoding="utf-8")
    with pytest.raises(CommandError, match="invariant-broken"):
        call_command("load_rulebook", str(tmp_path))
    assert Edition.objects.count() == 1


def test_the_command_cannot_put_an_invariant_aside(working: Draft, tmp_path: Path) -> None:
    """Otherwise one person could publish an unsafe rule together with what would have refused it."""
    document = copy.deepcopy(working.document)
    gone = document["invariants"].pop()
    (tmp_path / "rulebook.yaml").write_text(write_yaml(document), encoding="utf-8")
    with pytest.raises(CommandError, match=f"{gone['code']} would change, and an invariant is changed only by two"):
        call_command("load_rulebook", str(tmp_path))
    assert Edition.objects.count() == 1


def test_what_comes_with_the_product_never_takes_the_place_of_what_admins_published(
    working: Draft, chen: User, clara: User
) -> None:
    editing.save_entry(working, "rules", stricter(working), code=first_rule(working)["code"], by=chen, version=0)
    newest = published(working, by=chen, second=clara)
    out = io.StringIO()
    call_command("load_rulebook", "--shipped", str(FIXTURES / "rulebook"), stdout=out)
    assert "Edition 2 was published here by Clara; it stays." in out.getvalue()
    assert Edition.objects.order_by("-number", "-revision")[0] == newest
