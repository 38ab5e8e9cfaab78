"""Proved, proposed and published by two people; wording is distinguished from meaning."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Assessment, Draft, Edition, Event, Snapshot, User
from cases.queries.editor.drafts import draft_edition
from cases.rulebook.entries.issues import RulebookError
from cases.workflows.assessing.answering import AnswerInput, save_answer, start_assessment
from cases.workflows.assessing.submitting import submit
from cases.workflows.editor import editing
from cases.workflows.errors import EditingError
from tests.editor.drafts import (
    entry_of,
    first_rule,
    of,
    published,
    reworded,
    save,
    stricter,
    unsafe,
)


def test_an_unsafe_gate_is_found_at_its_entry_and_by_no_path_published(
    working: Draft, chen: User, clara: User, edition: Edition
) -> None:
    kind, gate = unsafe(working)
    gate["says"] = dict.fromkeys(gate["says"], "Said.")
    client = of(chen)
    assert save(client, kind, gate).status_code == 302
    page = client.get(reverse("draft")).content.decode()
    assert "Take: " in page
    assert "cannot be published while verification finds an error" in page
    draft = Draft.objects.get()
    state = draft_edition(draft)
    assert any(issue.code == "invariant-broken" for issue in state.report.errors)
    refused = client.post(reverse("draft_propose"), {"note": "Faster.", "seen": state.digest})
    assert refused.status_code == 422
    assert "cannot be published while verification finds an error" in refused.content.decode()
    # Even a proposal that got past that is not published.
    proposed = state.digest
    Draft.objects.update(proposed_by=chen, proposed_digest=proposed)
    with pytest.raises(RulebookError, match="invariant-broken"):
        editing.publish_draft(draft, by=clara, seen=proposed)
    answer = of(clara).post(reverse("draft_publish"), {"seen": proposed}, follow=True)
    assert "The draft is not published" in answer.content.decode()
    assert Edition.objects.count() == 1


def test_the_draft_tells_what_it_would_do_to_cases_that_one_may_see(
    draft: Assessment,
    analyst: User,
    working: Draft,
    chen: User,
    django_capture_on_commit_callbacks: Any,
) -> None:
    save_answer(draft, AnswerInput("phase", "known", "ongoing"), by=analyst, version=0)
    save_answer(
        draft, AnswerInput("state_incitement", "known", "systematic"), by=analyst, version=0
    )
    submit(draft, by=analyst)
    rules = [entry for entry in working.document["rules"] if entry["measure"] == "enc.condemnation"]
    for entry in rules[1:]:
        editing.remove_entry(working, "rules", entry["code"], by=chen, version=0)
    last = dict(rules[0]) | {"when": {"question": "phase", "in": ["latent"]}, "rationale": "Said."}
    editing.save_entry(working, "rules", last, code=last["code"], by=chen, version=0)
    client = of(chen)
    with django_capture_on_commit_callbacks(execute=True):
        shown = client.post(reverse("draft_impact"), follow=True).content.decode()
    assert "Calculating what the draft would do" in shown
    assert "0 of 0 cases" in client.get(reverse("draft_impact")).content.decode()
    draft.case.confidentiality = "open"
    draft.case.save()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("draft_impact"))
    page = client.get(reverse("draft_impact")).content.decode()
    assert "1 of 1 case would get different advice" in page
    assert draft.case.title in page
    assert "Mali" in page
    assert f"{reverse('draft_try')}?of={draft.pk}" in page
    assert "1 of 1 case would get different advice" in client.get(reverse("draft")).content.decode()
    side_by_side = client.get(reverse("draft_try"), {"of": str(draft.pk)}).content.decode()
    assert "Recommended" in side_by_side
    assert "Not indicated" in side_by_side


def test_one_admin_proposes_and_another_publishes_with_a_fresh_password(
    working: Draft, chen: User, clara: User, edition: Edition
) -> None:
    hers, his = of(clara), of(chen)
    save(his, "rules", stricter(working))
    seen = draft_edition(Draft.objects.get()).digest
    silent = his.post(reverse("draft_propose"), {"note": "", "seen": seen})
    assert silent.status_code == 422
    assert (
        his.post(reverse("draft_propose"), {"note": "Clearer words.", "seen": seen}).status_code
        == 302
    )
    proposed = draft_edition(Draft.objects.get()).digest
    own = his.post(reverse("draft_publish"), {"seen": proposed}, follow=True)
    assert "another catalogue admin has to publish it" in own.content.decode()
    stranger = Client()
    stranger.force_login(clara)
    asked = stranger.post(reverse("draft_publish"), {"seen": proposed})
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert Edition.objects.count() == 1
    hers.post(reverse("draft_publish"), {"seen": proposed})
    newest = Edition.objects.order_by("-number")[0]
    assert (newest.number, newest.digest, newest.published_by) == (
        edition.number + 1,
        proposed,
        clara,
    )
    assert newest.note == "Clearer words."
    assert not Draft.objects.exists()


def test_of_two_who_publish_at_once_one_wins_and_the_other_is_informed(
    working: Draft, chen: User, clara: User, person: Callable[..., User]
) -> None:
    third = person("cleo", "catalogue_admin")
    editing.save_entry(
        working, "rules", reworded(working), code=first_rule(working)["code"], by=chen, version=0
    )
    editing.propose(working, by=chen, note="x", seen=draft_edition(Draft.objects.get()).digest)
    proposed = draft_edition(Draft.objects.get()).digest
    of(clara).post(reverse("draft_publish"), {"seen": proposed})
    with pytest.raises(EditingError, match="gone"):
        editing.publish_draft(working, by=third, seen=proposed)
    told = of(third).post(reverse("draft_publish"), {"seen": proposed}, follow=True)
    assert "has been removed, published or discarded" in told.content.decode()
    assert Edition.objects.count() == 2


def test_a_change_withdraws_the_proposal(working: Draft, chen: User, clara: User) -> None:
    code = first_rule(working)["code"]
    editing.save_entry(working, "rules", reworded(working), code=code, by=chen, version=0)
    editing.propose(working, by=chen, note="x", seen=draft_edition(Draft.objects.get()).digest)
    old = draft_edition(Draft.objects.get()).digest
    again = first_rule(working) | {"rationale": "Other words."}
    editing.save_entry(working, "rules", again, code=code, by=chen, version=1)
    with pytest.raises(EditingError, match="not-proposed"):
        editing.publish_draft(working, by=clara, seen=old)


def test_another_admin_sends_a_proposal_back_with_a_reason(
    working: Draft, chen: User, clara: User
) -> None:
    code = first_rule(working)["code"]
    editing.save_entry(working, "rules", reworded(working), code=code, by=chen, version=0)
    editing.propose(
        working, by=chen, note="Said better.", seen=draft_edition(Draft.objects.get()).digest
    )
    seen = Draft.objects.get().proposed_digest
    hers, his = of(clara), of(chen)
    assert "A draft edition to publish" in hers.get(reverse("home")).content.decode()
    assert "A draft edition to publish" not in his.get(reverse("home")).content.decode()
    silent = hers.post(reverse("proposal_end"), {"reason": "", "seen": seen})
    assert silent.status_code == 422
    assert "Say in a sentence what has to be corrected" in silent.content.decode()
    hers.post(reverse("proposal_end"), {"reason": "The source is missing.", "seen": seen})
    assert Draft.objects.get().proposed_by is None
    page = his.get(reverse("draft")).content.decode()
    assert "The source is missing." in page
    assert "Said better." in page, "the note stays for the next proposal"
    assert "A draft edition to publish" not in hers.get(reverse("home")).content.decode()
    late = hers.post(reverse("draft_publish"), {"seen": seen}, follow=True)
    assert "Nobody has proposed to publish the current draft" in late.content.decode()
    editing.propose(
        Draft.objects.get(),
        by=chen,
        note="Said better.",
        seen=draft_edition(Draft.objects.get()).digest,
    )
    assert "The source is missing." not in his.get(reverse("draft")).content.decode()


def test_the_person_who_proposed_withdraws_it_and_only_what_was_seen_is_withdrawn(
    working: Draft, chen: User
) -> None:
    code = first_rule(working)["code"]
    editing.save_entry(working, "rules", reworded(working), code=code, by=chen, version=0)
    with pytest.raises(EditingError, match="not-proposed"):
        editing.end_proposal(working, by=chen, reason="x", seen="")
    editing.propose(working, by=chen, note="x", seen=draft_edition(Draft.objects.get()).digest)
    with pytest.raises(EditingError, match="other-digest"):
        editing.end_proposal(working, by=chen, reason="x", seen=draft_edition(working).digest)
    editing.end_proposal(
        working, by=chen, reason="Too early.", seen=Draft.objects.get().proposed_digest
    )
    assert Draft.objects.get().proposed_by is None
    assert Event.objects.get(verb="proposal_ended").data["word"] == "Too early."


@pytest.mark.parametrize("seen", ["", "x" * 64])
def test_what_was_not_seen_is_neither_proposed_nor_published(
    working: Draft, chen: User, clara: User, seen: str
) -> None:
    code = first_rule(working)["code"]
    editing.save_entry(working, "rules", reworded(working), code=code, by=chen, version=0)
    with pytest.raises(EditingError, match="other-digest"):
        editing.propose(working, by=chen, note="x", seen=seen)
    editing.propose(working, by=chen, note="x", seen=draft_edition(Draft.objects.get()).digest)
    with pytest.raises(EditingError, match="other-digest"):
        editing.publish_draft(working, by=clara, seen=seen)


def test_the_note_of_a_proposal_is_kept_where_the_draft_has_changed_meanwhile(
    working: Draft, chen: User
) -> None:
    seen = draft_edition(working).digest
    editing.save_entry(
        working, "rules", reworded(working), code=first_rule(working)["code"], by=chen, version=0
    )
    answer = of(chen).post(reverse("draft_propose"), {"note": "A long note.", "seen": seen})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "The draft has changed since you read it" in page
    assert "A long note." in page
    again = {"note": "A long note.", "seen": answer.context["form"]["seen"].value()}
    of(chen).post(reverse("draft_propose"), again)
    assert Draft.objects.get().proposed_by == chen


def test_a_draft_that_says_nothing_new_is_not_proposed(working: Draft, chen: User) -> None:
    with pytest.raises(EditingError, match="no-change"):
        editing.propose(working, by=chen, note="x", seen=working.base.digest)


def test_a_draft_is_discarded_after_a_question(working: Draft, chen: User) -> None:
    client = of(chen)
    assert "Discard the draft?" in client.get(reverse("draft_discard")).content.decode()
    assert Draft.objects.exists()
    client.post(reverse("draft_discard"))
    assert not Draft.objects.exists()
    assert "There is no draft" in client.get(reverse("draft")).content.decode()


def test_a_fix_of_words_becomes_a_revision_and_touches_nothing(
    draft: Assessment, analyst: User, working: Draft, chen: User, clara: User, edition: Edition
) -> None:
    other = start_assessment(draft.case, by=analyst, as_of=draft.as_of, edition=edition)
    save_answer(draft, AnswerInput("phase", "known", "ongoing"), by=analyst, version=0)
    submit(draft, by=analyst)
    frozen = Snapshot.objects.get(assessment=draft).digest
    client = of(chen)
    save(client, "rules", reworded(working))
    page = client.get(reverse("draft")).content.decode()
    assert "Only the wording differs. It will be a revision of Edition 1" in page
    newest = published(working, by=chen, second=clara)
    assert (newest.number, newest.revision, str(newest)) == (1, 1, "Edition 1, revision 1")
    assert (
        "is newer than"
        not in of(analyst).get(reverse("assessment_advice", args=[draft.pk])).content.decode()
    )
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
    rule = first_rule(working) | {
        "when": {"question": "phase", "in": ["ongoing"]},
        "rationale": "Said.",
    }
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
    same = client.get(
        reverse("edition_differences", args=[edition.pk, edition.pk])
    ).content.decode()
    assert "The two are the same" in same
    assert client.get(reverse("edition_differences", args=[edition.pk, 0])).status_code == 404


def test_an_entry_shows_who_changed_it_and_can_be_put_back(working: Draft, chen: User) -> None:
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
    again = client.get(
        reverse("entry_new", args=["rules"]), {"back": before["code"]}
    ).content.decode()
    assert before["rationale"].split("{")[0] in again
