"""Invariants, which protect against unsafe rules, are changed by two people."""

from __future__ import annotations

import copy

import pytest
from django.urls import reverse

from cases.models import Draft, Event, User
from cases.queries.editor.drafts import draft_edition
from cases.rulebook.editions.builder import digest_of
from cases.rulebook.editions.yaml_files import write_entry, write_yaml
from cases.workflows.editor import editing
from cases.workflows.errors import EditingError
from tests.editor.drafts import entry_of, first_rule, import_of, of, save, send, sent_by, weaker


def test_an_invariant_is_changed_only_once_a_second_admin_agrees(
    working: Draft, chen: User, clara: User
) -> None:
    his, hers = of(chen), of(clara)
    changed = weaker(working)
    code = changed["code"]
    save(his, "invariants", changed)
    assert entry_of(working, "invariants", code) == working.document["invariants"][0]
    decide = reverse("invariant_decide", args=[code])
    asking = hers.get(reverse("draft")).content.decode()
    assert "wants to change what must hold" in asking
    assert "wherever the measure is recommended, " in asking, "it is said in words"
    asked = digest_of(changed)
    own = his.post(decide, {"act": "agree", "seen": asked}, follow=True).content.decode()
    assert "You asked for it yourself" in own
    seen = draft_edition(Draft.objects.get()).digest
    with pytest.raises(EditingError, match="invariants-asked"):
        editing.propose(working, by=chen, note="x", seen=seen)
    for act in ({}, {"act": "yes"}):
        nothing = hers.post(decide, act, follow=True).content.decode()
        assert "Nothing was decided. Choose one of the buttons." in nothing
    page = " ".join(hers.get(reverse("draft")).content.decode().split())
    assert f'name="seen" value="{asked}"' in page
    hers.post(decide, {"act": "agree", "seen": asked})
    assert entry_of(working, "invariants", code) == changed
    said = Event.objects.filter(verb="entry_changed").latest("pk")
    assert (said.actor, said.data["asked_by"]) == (clara, str(chen))
    assert (
        "has been removed, published or discarded"
        in hers.post(decide, {"act": "agree"}, follow=True).content.decode()
    )


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
    assert "has asked for another change to it" in hers.content.decode()
    assert "Mine." in hers.content.decode()
    assert Draft.objects.get().pending_invariants[changed["code"]]["entry"] == changed


def test_a_file_that_does_not_fit_the_invariants_of_the_draft_is_reported_at_the_check(
    working: Draft, chen: User
) -> None:
    renamed = write_yaml(working.document).replace("pillar_three", "beyond_two")
    looked = import_of(of(chen), renamed)
    assert looked.status_code == 422
    assert "the rest does not fit the invariants of the draft" in looked.content.decode()
    sent = {"text": renamed, "seen": digest_of(working.document)}
    assert of(chen).post(reverse("draft_import"), sent).status_code == 422


@pytest.mark.parametrize(
    "address",
    [
        "rulez/",
        "edition/",
        "edition/x/",
        "edition/x/remove/",
        "rulez/new/",
        "translations/fr/edition/x/",
    ],
)
def test_a_list_that_does_not_exist_is_reported(working: Draft, chen: User, address: str) -> None:
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
    assert (
        send(
            client, reverse("entry_edit", args=["rules", first_rule(working)["code"]]), sent
        ).status_code
        == 302
    )
    assert Draft.objects.get().document == working.document
    assert client.post(address, {"yaml": f"code: {many}", "version": "0"}).status_code == 422
    assert client.get(reverse("draft_try"), {"a": f"hate_speech:{many}"}).status_code == 200


def test_the_person_who_asked_withdraws_it_and_another_may_refuse_it(
    working: Draft, chen: User, clara: User
) -> None:
    code = weaker(working)["code"]
    for client in (of(chen), of(clara)):
        save(of(chen), "invariants", weaker(working))
        client.post(reverse("invariant_decide", args=[code]), {"act": "refuse"})
        draft = Draft.objects.get()
        assert draft.pending_invariants == {}
        assert draft.document == working.document
    of(chen).post(reverse("entry_remove", args=["invariants", code]), {"version": "0"})
    assert Draft.objects.get().pending_invariants[code]["entry"] is None
    assert Draft.objects.get().document == working.document


def test_a_file_cannot_change_an_invariant_past_the_second_admin(
    working: Draft, chen: User
) -> None:
    document = copy.deepcopy(working.document)
    document["invariants"][0] = weaker(working)
    document["rules"][0]["rationale"] = "From a file."
    editing.import_document(working, document, by=chen, seen=draft_edition(working).digest)
    draft = Draft.objects.get()
    assert draft.document["rules"][0]["rationale"] == "From a file."
    assert draft.document["invariants"] == working.document["invariants"]
    assert set(draft.pending_invariants) == {document["invariants"][0]["code"]}


def test_whoever_agrees_sees_which_measures_an_invariant_would_no_longer_cover(
    working: Draft, chen: User, clara: User
) -> None:
    """Also if a field of the measure was changed earlier, so that the measure has already left it
    in the draft.
    """
    his, hers = of(chen), of(clara)
    save(his, "measures", entry_of(working, "measures", "cap.ssr") | {"coercive": False})
    assert "would leave invariants that protect" in his.get(reverse("draft")).content.decode()
    others = [
        item["code"]
        for item in working.document["measures"]
        if item["coercive"] and item["code"] != "cap.ssr"
    ]
    invariant = entry_of(working, "invariants", "no_coercive_means") | {
        "for_each": {"measures": others}
    }
    save(hers, "invariants", invariant)
    pending = his.get(reverse("draft")).context["pending"][0]
    assert (pending.left, pending.joined) == (["Security sector reform"], [])
    assert "No longer for:" in his.get(reverse("draft")).content.decode()


def test_an_invariant_that_no_longer_fits_the_draft_can_be_left_as_it_is(
    working: Draft, chen: User, clara: User
) -> None:
    his, hers = of(chen), of(clara)
    new = entry_of(working, "flags", "pillar_three") | {"code": "another"}
    his.post(
        reverse("entry_new", args=["flags"]), {"yaml": write_entry("flags", new), "version": "0"}
    )
    save(
        hers,
        "invariants",
        entry_of(working, "invariants", "pillar_three_told") | {"then": {"flag": "another"}},
    )
    his.post(reverse("entry_remove", args=["flags", "another"]), {"version": "1"})
    page = his.get(reverse("draft"))
    assert page.status_code == 200
    assert "no longer fits the draft" in page.content.decode()
    his.post(reverse("invariant_decide", args=["pillar_three_told"]), {"act": "refuse"})
    assert Draft.objects.get().pending_invariants == {}


def test_asking_for_a_change_of_an_invariant_withdraws_what_was_proposed(
    working: Draft, chen: User, clara: User
) -> None:
    rule = first_rule(working) | {"rationale": "Said better."}
    editing.save_entry(working, "rules", rule, code=rule["code"], by=chen, version=0)
    seen = draft_edition(Draft.objects.get()).digest
    editing.propose(working, by=chen, note="Better.", seen=seen)
    asked = weaker(working)
    editing.save_entry(working, "invariants", asked, code=asked["code"], by=chen, version=0)
    after = Draft.objects.get()
    assert (after.proposed_by, after.proposed_digest) == (None, "")
    with pytest.raises(EditingError, match="not-proposed"):
        editing.publish_draft(working, by=clara, seen=seen)
