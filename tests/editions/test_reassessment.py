"""Assessing again with a newer edition: proposed, never automatic."""

from __future__ import annotations

import copy
import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from cases.models import (
    Assessment,
    Draft,
    Edition,
    Event,
    Notification,
    ReassessmentProposal,
    Snapshot,
    User,
)
from cases.queries.editions.reassessment import proposals_for
from cases.rulebook.editions.yaml_files import write_yaml
from cases.workflows.assessing.answering import AnswerInput, discard_draft, save_answer
from cases.workflows.assessing.submitting import submit
from cases.workflows.editor import editing
from tests.conftest import FIXTURES
from tests.editor.drafts import entry_of, first_rule, of, published, stricter, unsafe


@pytest.fixture
def overtaken(
    draft: Assessment, analyst: User, working: Draft, chen: User, clara: User
) -> Assessment:
    """A submitted assessment in an open case, and a newer edition in which asylum is called for by
    something else.
    """
    draft.case.confidentiality = "open"
    draft.case.save()
    save_answer(
        draft, AnswerInput("phase", "known", "ongoing", "high", "seen"), by=analyst, version=0
    )
    submit(draft, by=analyst)
    rule = entry_of(working, "rules", "pro.asylum.fled") | {
        "when": {"question": "phase", "in": ["ongoing"]},
        "rationale": "Said.",
    }
    editing.save_entry(working, "rules", rule, code=rule["code"], by=chen, version=0)
    published(working, by=chen, second=clara)
    return Assessment.objects.get(pk=draft.pk)


def test_many_cases_are_proposed_and_analysts_notified_and_nothing_changes_automatically(
    overtaken: Assessment, analyst: User, chen: User
) -> None:
    client = of(chen)
    page = client.get(reverse("reassess_many")).content.decode()
    assert overtaken.case.title in page
    assert (
        "Choose at least one case."
        in client.post(reverse("reassess_many"), follow=True).content.decode()
    )
    client.post(reverse("reassess_many"), {"assessment": [str(overtaken.pk), "nonsense"]})
    assert "There is nothing to propose" in client.get(reverse("reassess_many")).content.decode()
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
    assert 'value="decline"' not in page, "nobody proposed it: there is nothing to decline"
    client.post(address, {"act": "accept"})
    made = overtaken.case.assessments.get(status="draft")
    assert (made.as_of, made.edition.number) == (overtaken.as_of, 2)
    answer = made.answers.get(question="phase")
    assert (answer.value, answer.note, answer.carried_over) == ("ongoing", "seen", False)
    assert Snapshot.objects.get(assessment=overtaken).digest == before
    again = client.post(address, {"act": "accept"}, follow=True).content.decode()
    assert "Someone else has already decided on it" in again
    submit(made, by=analyst)
    assert made.snapshot.content["advice"]["measures"]["pro.asylum"]["status"] == "recommended"


def test_a_proposal_is_declined_with_a_reason(
    overtaken: Assessment, analyst: User, chen: User
) -> None:
    of(chen).post(reverse("reassess_many"), {"assessment": str(overtaken.pk)})
    twice = of(chen).post(reverse("reassess_many"), {"assessment": str(overtaken.pk)}, follow=True)
    assert "These are already proposed" in twice.content.decode()
    client, address = of(analyst), reverse("assessment_reassess", args=[overtaken.pk])
    silent = client.post(address, {"act": "decline", "reason": ""})
    assert silent.status_code == 422
    client.post(address, {"act": "decline", "reason": "The case is closed."})
    proposal = ReassessmentProposal.objects.get()
    assert (proposal.state, proposal.reason, proposal.decided_by) == (
        "declined",
        "The case is closed.",
        analyst,
    )
    assert Event.objects.get(verb="reassessment_declined").data["text"] == "The case is closed."
    assert "The case is closed." in client.get(address).content.decode()
    assert not proposals_for(analyst).exists()


def test_the_command_does_not_publish_an_unsafe_rulebook_either(
    working: Draft, tmp_path: Path
) -> None:
    document = copy.deepcopy(working.document)
    _kind, gate = unsafe(working)
    place = next(
        place for place, item in enumerate(document["gates"]) if item["code"] == gate["code"]
    )
    document["gates"][place] = gate | {"says": dict.fromkeys(gate["says"], "Said.")}
    (tmp_path / "rulebook.yaml").write_text(write_yaml(document), encoding="utf-8")
    with pytest.raises(CommandError, match="invariant-broken"):
        call_command("load_rulebook", str(tmp_path))
    assert Edition.objects.count() == 1


def test_the_command_cannot_put_an_invariant_aside(working: Draft, tmp_path: Path) -> None:
    """Otherwise one person could publish an unsafe rule without the invariant that refuses it."""
    document = copy.deepcopy(working.document)
    gone = document["invariants"].pop()
    (tmp_path / "rulebook.yaml").write_text(write_yaml(document), encoding="utf-8")
    with pytest.raises(
        CommandError, match=f"{gone['code']} would change, and an invariant is changed only by two"
    ):
        call_command("load_rulebook", str(tmp_path))
    assert Edition.objects.count() == 1


def test_what_comes_with_the_product_never_takes_the_place_of_what_admins_published(
    working: Draft, chen: User, clara: User
) -> None:
    editing.save_entry(
        working, "rules", stricter(working), code=first_rule(working)["code"], by=chen, version=0
    )
    newest = published(working, by=chen, second=clara)
    out = io.StringIO()
    call_command("load_rulebook", "--shipped", str(FIXTURES / "rulebook"), stdout=out)
    assert "Edition 2 was published here by Clara; it stays." in out.getvalue()
    assert Edition.objects.order_by("-number", "-revision")[0] == newest


def test_a_proposal_goes_on_in_a_revision_and_is_decided_there(
    overtaken: Assessment, analyst: User, chen: User, clara: User
) -> None:
    of(chen).post(reverse("reassess_many"), {"assessment": [str(overtaken.pk)]})
    draft = editing.start_draft(by=chen)
    reworded = first_rule(draft) | {"rationale": "Said better."}
    editing.save_entry(
        draft,
        "rules",
        reworded,
        code=reworded["code"],
        by=chen,
        version=draft.version_of("rules", reworded["code"]),
    )
    revision = published(draft, by=chen, second=clara)
    assert revision.revision == 1
    assert "There is nothing to propose" in of(chen).get(reverse("reassess_many")).content.decode()
    client = of(analyst)
    address = reverse("assessment_reassess", args=[overtaken.pk])
    client.post(address, {"act": "decline", "reason": "The situation has changed since."})
    proposal = ReassessmentProposal.objects.get()
    assert (proposal.state, proposal.edition) == ("declined", revision)
    assert not proposals_for(analyst).exists()


def test_who_discards_what_was_begun_can_take_the_proposal_again(
    overtaken: Assessment, analyst: User
) -> None:
    client = of(analyst)
    address = reverse("assessment_reassess", args=[overtaken.pk])
    client.post(address, {"act": "accept"})
    begun = overtaken.case.assessments.exclude(pk=overtaken.pk).get()
    assert (
        "has already decided on it"
        in client.post(address, {"act": "accept"}, follow=True).content.decode()
    )
    discard_draft(begun, by=analyst)
    client.post(address, {"act": "accept"})
    assert overtaken.case.assessments.exclude(pk=overtaken.pk).count() == 1
