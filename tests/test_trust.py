"""After any sequence of actions, what the pages say agrees with a simple model."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from cases.models import Assessment, Edition, User
from cases.queries.editions.rulebooks import current_edition, kept_rulebook
from cases.rulebook.editions.builder import Document, build
from cases.rulebook.entries.rulebook import Rulebook
from cases.workflows import review
from cases.workflows.assessing.answering import AnswerInput, save_answer, start_assessment
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import close_case, reopen_case, set_member
from cases.workflows.followup import record_step
from cases.workflows.people.accounts import change_person
from tests.making import make_case, publish_unchecked

FIRST_DAY = date(2015, 1, 1)
# Encouragement is recommended in every phase, and this measure goes with the next edition.
MEASURE, DROPPED = "enc.remind", "cap.ssr"
ENDING = {"delivered", "refused", "outcome"}
STATE_WORDS = {
    "pending": "Submitted, awaiting review",
    "returned": "Returned by",
    "signed_off": "Signed off by",
}
PICK = st.integers(0, 1_000)


@dataclass
class Model:
    """What is known of one submitted assessment, or of a draft, without the product's queries."""

    row: Assessment
    as_of: date
    actor: str = ""
    place: int = 0
    state: str = "draft"
    decided: dict[str, str] = field(default_factory=dict)
    named: frozenset[str] = frozenset()
    amended: bool = False

    @property
    def newness(self) -> tuple[date, int]:
        return self.as_of, self.place


class Trust(RuleBasedStateMachine):
    """Analysts and reviewers work on one case; editions are published meanwhile."""

    document: Document

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        kept_rulebook.cache_clear()
        publish_unchecked(self.document, build(self.document))
        self.ada, self.sofia = self.someone("ada", "analyst"), self.someone("sofia", "site_admin")
        self.reviewers = {name: self.someone(name, "reviewer") for name in ("rosa", "ravi")}
        self.active = set(self.reviewers)
        title = "Violence in the north"
        self.case = make_case(self.ada, title, "MLI", confidentiality="restricted")
        for reviewer in self.reviewers.values():
            set_member(self.case, reviewer, "reviewer", by=self.ada)
        self.assessments: list[Model] = []
        self.steps: list[tuple[str, str, str, date]] = []
        self.submitted = 0
        self.editions = 1
        self.closed = ""

    def someone(self, username: str, role: str) -> User:
        user = User.objects.create_user(username, f"{username}@example.org", first_name=username)
        user.groups.set([Group.objects.get_or_create(name=role)[0]])
        return user

    def teardown(self) -> None:
        try:
            self.pages_agree()
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def of(self, state: str) -> list[Model]:
        return [item for item in self.assessments if item.state == state]

    def waiting(self, state: str) -> list[Model]:
        """The assessments in a state that give anybody something to do."""
        return [] if self.closed else self.of(state)

    # Actions --------------------------------------------------------------------------------------

    @precondition(lambda self: not self.closed)
    @rule(reason=st.sampled_from(["It is over", "Others follow it"]))
    def close(self, reason: str) -> None:
        close_case(self.case, by=self.ada, reason=reason)
        self.closed = reason

    @precondition(lambda self: self.closed)
    @rule()
    def reopen(self) -> None:
        reopen_case(self.case, by=self.ada, reason="It began again")
        self.closed = ""

    @precondition(lambda self: not self.closed)
    @rule(days=st.integers(0, 4))
    def begin(self, days: int) -> None:
        day = FIRST_DAY + timedelta(days=days)
        row = start_assessment(self.case, by=self.ada, as_of=day, edition=current_edition())
        given = AnswerInput("phase", "known", "ongoing")
        save_answer(row, given, by=self.ada, version=0)
        self.assessments.append(Model(row, day))

    @precondition(lambda self: self.waiting("draft"))
    @rule(pick=PICK, named=st.sampled_from([(), ("rosa",), ("ravi",)]))
    def submit(self, pick: int, named: tuple[str, ...]) -> None:
        model = self.of("draft")[pick % len(self.of("draft"))]
        asked = [self.reviewers[name] for name in named if name in self.active]
        snapshot = submit(Assessment.objects.get(pk=model.row.pk), by=self.ada, reviewers=asked)
        model.row = Assessment.objects.get(pk=model.row.pk)
        model.actor = snapshot.content["advice"]["measures"][MEASURE]["actors"][0]["actor"]
        self.submitted += 1
        model.place, model.state = self.submitted, "pending"
        model.named = frozenset(person.username for person in asked)

    @precondition(lambda self: self.active and any(self.waiting(s) for s in STATE_WORDS))
    @rule(pick=PICK, kind=st.sampled_from(["endorse", "reject"]), who=PICK)
    def decide(self, pick: int, kind: str, who: int) -> None:
        models = [item for item in self.assessments if item.state != "draft"]
        model, name = models[pick % len(models)], sorted(self.active)[who % len(self.active)]
        review.decide_on_measure(
            model.row,
            MEASURE,
            kind,
            by=self.reviewers[name],
            text="Because." if kind == "reject" else "",
            seen=model.row.snapshot.digest,
        )
        model.decided[name] = kind

    @precondition(lambda self: self.active and self.waiting("pending"))
    @rule(pick=PICK, kind=st.sampled_from(["sign_off", "sign_off", "return"]), who=PICK)
    def conclude(self, pick: int, kind: str, who: int) -> None:
        model = self.of("pending")[pick % len(self.of("pending"))]
        name = sorted(self.active)[who % len(self.active)]
        review.decide_on_review(
            model.row,
            kind,
            by=self.reviewers[name],
            text="Because.",
            seen=model.row.snapshot.digest,
        )
        model.state = "signed_off" if kind == "sign_off" else "returned"

    @precondition(lambda self: any(not item.amended for item in self.waiting("returned")))
    @rule(pick=PICK)
    def amend(self, pick: int) -> None:
        models = [item for item in self.of("returned") if not item.amended]
        model = models[pick % len(models)]
        returned = Assessment.objects.get(pk=model.row.pk)
        row = review.amend(returned, by=self.ada, edition=current_edition())
        model.amended = True
        self.assessments.append(Model(row, model.as_of))

    @precondition(lambda self: not self.closed)
    @rule(
        measure=st.sampled_from([MEASURE, DROPPED]),
        fact=st.sampled_from(["requested", "delivered", "refused"]),
        days=st.integers(-400, 400),
        actor=st.sampled_from(["asked", "dppa"]),
    )
    def step(self, measure: str, fact: str, days: int, actor: str) -> None:
        asked = [item.actor for item in self.assessments if item.actor]
        code = asked[0] if actor == "asked" and asked else "dppa"
        day = FIRST_DAY + timedelta(days=days)
        record_step(
            self.case, by=self.ada, measure=measure, fact=fact, actors=[code], happened_on=day
        )
        self.steps.append((measure, fact, code, day))

    @precondition(lambda self: self.active)
    @rule(who=PICK)
    def deactivate(self, who: int) -> None:
        name = sorted(self.active)[who % len(self.active)]
        change_person(self.reviewers[name], by=self.sofia, roles=["reviewer"], is_active=False)
        self.active.remove(name)

    @precondition(lambda self: self.editions == 1)
    @rule()
    def publish_an_edition(self) -> None:
        """Without one of the measures, and with everything that speaks of it."""
        made = deepcopy(self.document)
        made["measures"] = [row for row in made["measures"] if row["code"] != DROPPED]
        made["rules"] = [row for row in made["rules"] if row["measure"] != DROPPED]
        for actor in made["actors"]:
            actor["can"] = [row for row in actor["can"] if row["measure"] != DROPPED]
        for flag in made["flags"]:
            flag["still"] = [code for code in flag.get("still", []) if code != DROPPED]
        made["edition"] = {**made["edition"], "note": "One measure fewer."}
        publish_unchecked(made, build(made))
        self.editions = Edition.objects.count()

    # What the pages say ---------------------------------------------------------------------------

    def pages_agree(self) -> None:
        self.home_agrees()
        self.case_agrees()
        self.actor_agrees()
        self.advice_agrees()

    def client(self, user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    def page(self, user: User, address: str) -> Any:
        return self.client(user).get(address)

    def home_agrees(self) -> None:
        """A reviewer is asked where named, and where nobody who is named can still review it."""
        for name in self.active:
            expected = {
                item.row.pk
                for item in self.waiting("pending")
                if name in item.named or not item.named & self.active
            }
            lists = self.page(self.reviewers[name], reverse("home_list", args=["reviews"]))
            assert {row.pk for row in lists.context["list"].items} == expected
        returned = {item.row.pk for item in self.waiting("returned") if not item.amended}
        lists = self.page(self.ada, reverse("home_list", args=["returned"]))
        assert {row.pk for row in lists.context["list"].items} == returned
        drafts = {item.row.pk for item in self.waiting("draft")}
        lists = self.page(self.ada, reverse("home_list", args=["drafts"]))
        assert {row.pk for row in lists.context["list"].items} == drafts
        lost = {
            item.row.pk
            for item in self.waiting("pending")
            if not self.active or (item.named and not item.named & self.active)
        }
        lists = self.page(self.ada, reverse("home_list", args=["assign"]))
        assert {row.pk for row in lists.context["list"].items} == lost
        for number, state in ((not self.closed, ""), (bool(self.closed), "closed"), (True, "all")):
            listed = self.page(self.ada, reverse("case_list") + f"?state={state}")
            assert listed.context["page"].total.number == int(number)

    def valid(self) -> Model | None:
        return max(self.of("signed_off"), key=lambda item: item.newness, default=None)

    def case_agrees(self) -> None:
        """The latest advice is the newest that is signed off, else the newest that is awaited."""
        awaited = max(self.of("pending"), key=lambda item: item.newness, default=None)
        expected = self.valid() or awaited
        page = self.page(self.ada, self.case.get_absolute_url())
        assert ("Closed on" in page.content.decode()) == bool(self.closed)
        assert self.closed in page.content.decode()
        assert ("Start an assessment" in page.content.decode()) == (not self.closed)
        latest = page.context["latest"]
        if expected is None:
            assert latest is None
        else:
            newer = {
                item.row.pk
                for item in [*self.of("pending"), *self.of("returned"), *self.of("signed_off")]
                if item.newness > expected.newness
            }
            assert latest.assessment.pk == expected.row.pk
            assert {state.assessment.pk for state in latest.newer} == newer
        facts = [
            (done.measure.code, line.step.fact, line.step.happened_on)
            for done in page.context["done"]
            for line in done.lines
        ]
        assert len(facts) == len(self.steps), "no edition and no order of entry loses a step"
        for measure in {code for code, _fact, _day in facts}:
            days = [day for code, _fact, day in facts if code == measure]
            assert days == sorted(days)

    def actor_agrees(self) -> None:
        """An actor is asked by the valid assessment alone, until it has delivered or refused."""
        valid = self.valid()
        for actor in {item.actor for item in self.assessments if item.actor}:
            expected = set()
            if valid is not None and actor == valid.actor:
                decided = set(valid.decided.values())
                ended = any(
                    measure == MEASURE and fact in ENDING and code == actor and day >= valid.as_of
                    for measure, fact, code, day in self.steps
                )
                if decided == {"endorse"} and not ended and not self.closed:
                    expected = {(valid.row.pk, MEASURE)}
            page = self.page(self.ada, reverse("actor_detail", args=[actor]))
            asked = {(row.assessment_id, row.measure) for row in page.context["page"]}
            assert asked == expected

    def advice_agrees(self) -> None:
        """The advice says how far its review is, and whether another has taken its place."""
        valid = self.valid()
        for item in self.assessments:
            said = self.page(self.ada, item.row.get_absolute_url()).content.decode()
            assert ("Case closed" in said) == bool(self.closed)
            if item.state == "draft":
                assert "Draft" in said
                continue
            for state, words in STATE_WORDS.items():
                assert (words in said) == (state == item.state), (state, item.state)
            superseded = valid is not None and valid.newness > item.newness
            assert ("Superseded by" in said) == superseded


def test_after_any_sequence_of_actions_the_pages_agree_with_a_simple_model(
    db: None, first_document: tuple[Document, Rulebook]
) -> None:
    machine: type[Trust] = type("TrustOfFirstEdition", (Trust,), {"document": first_document[0]})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=10,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
