"""The catalogue for programs: read and edited by the same workflows as on its pages, published only
there.
"""

from __future__ import annotations

import copy
import json
import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from cases.models import Draft, Edition, Event, User
from cases.rulebook.editions.builder import digest_of
from cases.workflows.people.tokens import make_token
from tests.editor.drafts import of, stricter, unsafe


class Program:
    """What calls the API with a person's token."""

    def __init__(self, user: User) -> None:
        self.client = Client(headers={"Authorization": f"Token {make_token(by=user)}"})

    def call(self, method: str, name: str, *args: Any, data: Any = None, query: str = "") -> Any:
        address = reverse(name, args=args) + query
        sent = {} if data is None else {"data": data, "content_type": "application/json"}
        return getattr(self.client, method)(address, **sent)


@pytest.fixture
def program(chen: User) -> Program:
    return Program(chen)


def rule_address(entry: dict[str, Any]) -> tuple[str, str]:
    return "rules", entry["code"]


# Signing in ---------------------------------------------------------------------------------------


def test_a_token_is_shown_once_works_until_it_is_revoked_and_both_are_in_the_record(
    edition: Edition, chen: User
) -> None:
    client = of(chen)
    shown = client.post(reverse("token_new"))
    token = shown.context["made"]
    assert token in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert token not in client.get(reverse("token")).content.decode()
    caller = Client(headers={"Authorization": f"Token {token}"})
    assert caller.get(reverse("api_editions")).json()[0]["digest"] == edition.digest
    client.post(reverse("token_revoke"))
    assert caller.get(reverse("api_editions")).status_code == 401
    assert list(Event.objects.order_by("pk").values_list("verb", flat=True))[-2:] == [
        "token_made",
        "token_revoked",
    ]


def test_making_a_token_asks_for_a_fresh_proof(edition: Edition, chen: User) -> None:
    client = Client()
    client.force_login(chen)
    answer = client.post(reverse("token_new"))
    assert answer.status_code == 302
    assert "reauthenticate" in answer["Location"]
    assert not Event.objects.filter(verb="token_made").exists()


def test_a_new_token_takes_the_place_of_the_one_before(edition: Edition, chen: User) -> None:
    first, second = Program(chen), Program(chen)
    assert first.call("get", "api_editions").status_code == 401
    assert second.call("get", "api_editions").status_code == 200


def test_a_token_ends_and_is_nothing_without_its_account_and_role(
    edition: Edition, chen: User
) -> None:
    program = Program(chen)
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert program.call("get", "api_editions").status_code == 401
    program = Program(chen)
    chen.groups.clear()
    assert program.call("get", "api_draft").status_code == 403
    chen.is_active = False
    chen.save()
    assert program.call("get", "api_draft").status_code == 401


def test_another_site_cannot_write_through_a_session(working: Draft, chen: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(chen)
    sent = {"note": "x", "seen": "x"}
    answer = client.post(reverse("api_proposal"), sent, content_type="application/json")
    assert answer.status_code == 403
    assert "CSRF" in answer.json()["detail"]


# Reading and editing ------------------------------------------------------------------------------


def test_an_edition_is_read_as_it_was_published(edition: Edition, program: Program) -> None:
    assert program.call("get", "api_edition", 1, 0).json()["document"] == edition.document
    assert program.call("get", "api_edition", 2, 0).status_code == 404


def test_an_entry_is_saved_under_its_version_and_a_stale_one_gets_the_entry_as_it_is(
    working: Draft, program: Program, chen: User
) -> None:
    rule = stricter(working)
    where = rule_address(rule)
    assert program.call("get", "api_entry", *where).json()["version"] == 0
    saved = program.call("put", "api_entry", *where, data={"entry": rule, "version": 0}).json()
    assert saved["version"] == 1
    assert [(item["code"], item["weight"]) for item in saved["changed"]] == [
        (rule["code"], "meaning")
    ]
    assert Event.objects.get(verb="entry_changed").actor == chen
    late = program.call(
        "put", "api_entry", *where, data={"entry": rule | {"priority": "low"}, "version": 0}
    )
    assert late.status_code == 409
    assert late.json()["current"] == rule
    assert program.call("delete", "api_entry", *where, query="?version=0").status_code == 409
    removed = program.call("delete", "api_entry", *where, query="?version=1")
    assert removed.json()["entry"] is None
    again = program.call(
        "put", "api_entry", *where, data={"entry": rule, "version": removed.json()["version"]}
    )
    assert again.status_code == 200


def test_what_the_loader_refuses_is_reported_with_its_place_and_nothing_is_written(
    working: Draft, program: Program
) -> None:
    rule = stricter(working)
    before = Draft.objects.get().document
    wrong = rule | {"citation": ["nowhere"]}
    answer = program.call(
        "put", "api_entry", *rule_address(rule), data={"entry": wrong, "version": 0}
    )
    assert answer.status_code == 422
    problem = answer.json()["problems"][0]
    assert (problem["kind"], problem["entry"], problem["field"]) == (
        "rules",
        rule["code"],
        "citation",
    )
    assert Draft.objects.get().document == before


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"entry": [], "version": 0},
        {"entry": {"code": "other"}, "version": 0},
        {"entry": {}, "version": "x"},
        {"entry": {}, "version": -1},
        [],
        '"text"',
    ],
)
def test_a_request_of_the_wrong_shape_is_reported_field_by_field(
    working: Draft, program: Program, sent: Any
) -> None:
    answer = program.call(
        "put", "api_entry", *rule_address(working.document["rules"][0]), data=sent
    )
    assert answer.status_code == 400
    assert set(answer.json()) <= {"entry", "version", "non_field_errors"}


def test_what_is_not_json_or_nowhere_is_refused(working: Draft, program: Program) -> None:
    address = reverse("api_draft")
    assert program.client.put(address, b"{", content_type="application/json").status_code == 400
    assert program.client.put(address, b"{}", content_type="text/plain").status_code == 415
    assert program.client.patch(address).status_code == 405
    assert program.call("get", "api_entry", "planets", "mars").status_code == 404
    assert program.call("get", "api_entry", "rules", "pro.nothing").status_code == 404
    Draft.objects.all().delete()
    assert program.call("get", "api_draft").json()["code"] == "no-draft"


@pytest.mark.parametrize(("levels", "status"), [(300, 422), (100_000, 400)])
def test_what_is_nested_too_deeply_is_refused(
    working: Draft, program: Program, levels: int, status: int
) -> None:
    rule = working.document["rules"][0]
    deep = '{"all": [' * levels + '{"question": "phase", "in": ["latent"]}' + "]}" * levels
    sent = json.dumps({"entry": rule | {"when": "X"}, "version": 0}).replace('"X"', deep)
    address = reverse("api_entry", args=rule_address(rule))
    assert program.client.put(address, sent, content_type="application/json").status_code == status


def test_a_second_draft_is_not_begun(edition: Edition, program: Program) -> None:
    assert program.call("post", "api_draft").status_code == 201
    second = program.call("post", "api_draft")
    assert (second.status_code, second.json()["code"]) == (409, "draft-exists")


def test_a_document_is_put_in_the_place_of_the_one_that_was_read(
    working: Draft, program: Program
) -> None:
    read = program.call("get", "api_draft").json()
    document = copy.deepcopy(read["document"])
    document["rules"][0] = stricter(working)
    sent = {"document": document, "seen": read["digest"]}
    put = program.call("put", "api_draft", data=sent)
    assert put.json()["document"] == document
    late = program.call("put", "api_draft", data=sent)
    assert (late.status_code, late.json()["code"]) == (409, "other-digest")


def test_a_change_of_an_invariant_waits_for_another_admin_here_too(
    working: Draft, program: Program
) -> None:
    invariant = working.document["invariants"][0]
    sent = {"entry": invariant | {"says": "Whatever."}, "version": 0}
    answer = program.call("put", "api_entry", "invariants", invariant["code"], data=sent).json()
    assert answer["invariants_asked"] == [invariant["code"]]
    assert answer["entry"] == invariant


# Publishing ---------------------------------------------------------------------------------------


def test_a_program_proposes_and_another_admin_publishes_on_the_page(
    working: Draft, program: Program, clara: User
) -> None:
    rule = stricter(working)
    saved = program.call(
        "put", "api_entry", *rule_address(rule), data={"entry": rule, "version": 0}
    ).json()
    proposed = program.call(
        "post", "api_proposal", data={"note": "Stricter.", "seen": saved["digest"]}
    )
    assert proposed.status_code == 201
    of(clara).post(reverse("draft_publish"), {"seen": proposed.json()["proposed_digest"]})
    assert Edition.objects.count() == 2


def test_an_unsafe_rulebook_is_neither_proposed_nor_published_by_the_api(
    working: Draft, program: Program
) -> None:
    kind, gate = unsafe(working)
    gate["says"] = dict.fromkeys(gate["says"], "Said.")
    document = copy.deepcopy(working.document)
    document[kind] = [gate if item["code"] == gate["code"] else item for item in document[kind]]
    read = program.call("get", "api_draft").json()
    by_document = program.call(
        "put", "api_draft", data={"document": document, "seen": read["digest"]}
    ).json()
    assert "invariant-broken" in {item["code"] for item in by_document["findings"]}
    by_entry = program.call(
        "put", "api_entry", kind, gate["code"], data={"entry": gate | {"title": "T"}, "version": 1}
    )
    assert "invariant-broken" in {item["code"] for item in by_entry.json()["findings"]}
    refused = program.call(
        "post", "api_proposal", data={"note": "x", "seen": by_entry.json()["digest"]}
    )
    assert refused.status_code == 422
    assert any("invariant-broken" in item["message"] for item in refused.json()["problems"])
    assert Draft.objects.get().proposed_by is None
    # No address of the API publishes: what publishes on the pages takes no token.
    assert (
        program.client.post(
            reverse("draft_publish"), {"seen": by_entry.json()["digest"]}
        ).status_code
        == 302
    )
    assert Edition.objects.count() == 1


def test_a_token_does_not_replace_the_second_factor_that_a_role_requires(
    program: Program, edition: Edition
) -> None:
    with override_settings(SECOND_FACTOR_ROLES={"catalogue_admin"}):
        refused = program.call("get", "api_editions")
        assert refused.status_code == 403
        assert "needs a second factor" in refused.json()["detail"]
        assert program.call("post", "api_draft").status_code == 403
    assert not Draft.objects.exists()


@pytest.mark.parametrize("text", ["a\ud800b", "a\x00b", "a\x85b"])
def test_what_no_file_keeps_is_refused_with_its_place(
    program: Program, working: Draft, text: str
) -> None:
    rule = dict(working.document["rules"][0]) | {"rationale": text}
    answer = program.call(
        "put", "api_entry", *rule_address(rule), data={"entry": rule, "version": 0}
    )
    assert answer.status_code == 422
    (problem,) = answer.json()["problems"]
    assert problem["field"] == "rationale"
    whole = {"document": {"edition": {"title": "x", "language": "en"}}, "seen": "x"}
    answer = program.call("put", "api_draft", data=whole)
    assert answer.status_code in (409, 422)


# How much a program may send ----------------------------------------------------------------------


def test_a_document_with_more_values_than_a_file_may_have_is_refused_soon(
    program: Program, working: Draft
) -> None:
    sent = {"seen": "x", "document": {"rules": [{"code": "a"}] * 60_000}}
    began = time.monotonic()
    refused = program.call("put", "api_draft", data=sent)
    # It took three minutes to find a million and a half problems.
    assert time.monotonic() - began < 10
    assert refused.status_code == 400
    assert "more than 100000 values" in refused.json()["detail"]


def test_a_request_that_is_longer_than_a_file_may_be_is_refused(
    program: Program, working: Draft
) -> None:
    sent = {"seen": "x", "document": {"rules": ["a" * 6_000_000]}}
    refused = program.call("put", "api_draft", data=sent)
    assert refused.status_code == 413
    assert refused.json()["detail"] == "the data sent is longer than 5 MB"


def test_a_document_in_which_everything_is_wrong_is_refused_soon(
    program: Program, working: Draft
) -> None:
    entries = [{"code": f"r{number}", "x": 1} for number in range(30_000)]
    sent = {"seen": digest_of(working.document), "document": {"rules": entries}}
    began = time.monotonic()
    problems = program.call("put", "api_draft", data=sent).json()["problems"]
    assert time.monotonic() - began < 10
    assert len(problems) == 501
    assert "these are the first 500 problems" in problems[-1]["message"]
