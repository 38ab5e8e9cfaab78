"""Each page gives each person what the table of permissions says."""

from __future__ import annotations

import html
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse
from django.urls.resolvers import RegexPattern

from cases import urls
from cases.models import (
    Assessment,
    Case,
    Comment,
    Draft,
    Edition,
    MeasureDecision,
    Notification,
    ReviewDecision,
    StepDocument,
    Team,
    User,
)
from cases.permissions import analysts_of, reviewers_of
from cases.views.access import REFUSALS
from cases.views.casework import home
from cases.workflows.casework import close_case
from cases.workflows.people.tokens import make_token, revoke_token
from tests.conftest import with_second_factor
from tests.permission_table import ALIKE, PEOPLE, POSTS, SENT_ONLY, TABLE, TEAM_ROLES, WRITES
from tests.permission_world import World


def outcome(response: Any) -> str:
    if response.status_code == 302 and "/accounts/login/" in response["Location"]:
        return "in"
    if response.status_code == 409 and "This case is closed" in response.content.decode():
        return "closed"
    return {404: "no", 403: "role", 401: "token"}.get(response.status_code, "ok")


def named_urls(resolver: URLResolver) -> set[str]:
    found = set()
    for item in resolver.url_patterns:
        if isinstance(item, URLPattern) and item.callback.__module__.startswith("cases."):
            found.add(str(item.name))
        elif isinstance(item, URLResolver):
            found |= named_urls(item)
    return found


def test_the_table_covers_every_page_of_the_product() -> None:
    assert named_urls(get_resolver()) == set(TABLE) | {"healthz", "not_here"}


def test_a_page_that_is_planted_beside_the_table_is_noticed() -> None:
    planted = [*urls.urlpatterns, path("planted/", home.method, name="planted")]
    assert named_urls(URLResolver(RegexPattern(r"^"), planted)) - set(TABLE) == {"planted"}


@pytest.mark.urls("tests.bare_urls")
def test_a_view_without_any_guard_of_its_own_still_asks_for_a_signed_in_person(
    client: Client, db: None
) -> None:
    response = client.get("/bare/")
    assert outcome(response) == "in"


def test_every_page_that_a_role_opens_says_what_to_do_without_the_role(
    person: Callable[..., User], edition: Edition
) -> None:
    client = Client()
    client.force_login(person("norole"))
    pages = {
        "case_new": "cases.add_case",
        "catalogue": "cases.view_catalogue",
        "draft": "cases.edit_catalogue",
        "record": "cases.view_record",
        "people": "cases.manage_people",
    }
    assert set(pages.values()) == set(REFUSALS)
    for name, permission in pages.items():
        response = client.get(reverse(name))
        assert response.status_code == 403
        assert str(REFUSALS[permission]) in html.unescape(response.content.decode())


@pytest.mark.parametrize(
    ("name", "state"), [(name, state) for name, states in TABLE.items() for state in states]
)
def test_each_person_gets_what_the_table_says(
    name: str, state: str, person: Callable[..., User], edition: Edition
) -> None:
    world = World(person, edition, state)
    expected = dict(zip(PEOPLE, TABLE[name][state].split(), strict=True))
    expected |= {f"team_{part}": expected[part] for part in TEAM_ROLES}
    expected |= {who: expected[as_who] for who, as_who in ALIKE.items()}
    found = {}
    teammates = {f"team_{part}": mate for part, mate in world.teammates.items()}
    for who, user in {**world.people, **teammates, **world.alike}.items():
        client = Client()
        if user is not None:
            client.force_login(user)
        if name in SENT_ONLY:
            # What is sent changes the world, so it is made again for each person.
            with transaction.atomic():
                found[who] = outcome(client.post(world.address(name), world.post(name)))
                transaction.set_rollback(True)
        else:
            found[who] = outcome(client.get(world.address(name)))
    assert found == expected


@pytest.mark.parametrize("name", POSTS)
def test_writing_is_refused_to_everyone_who_may_not_open_the_page(
    name: str, person: Callable[..., User], edition: Edition
) -> None:
    state = (
        "carried_over"
        if name == "unplaced_settle"
        else "paired"
        if name == "assessment_reconcile"
        else "blind"
        if name == "assessment_unpair"
        else next(iter(TABLE[name]))
    )
    world = World(person, edition, state)
    before = _written(world)
    for who, says in zip(PEOPLE, WRITES.get(name, TABLE[name][state]).split(), strict=True):
        if says == "ok":
            continue
        client = Client()
        user = world.people[who]
        if user is not None:
            client.force_login(user)
        response = client.post(world.address(name), world.post(name))
        assert outcome(response) == says, who
        assert _written(world) == before, who


def _written(world: World) -> tuple[Any, ...]:
    case = Case.objects.get(pk=world.case.pk)
    return (
        case.title,
        case.sources.count(),
        case.memberships.count(),
        case.assessments.count(),
        case.events.count(),
        list(case.assessments.values_list("status", "blind", "packed")),
        case.steps.count(),
        StepDocument.objects.count(),
        case.teams.count(),
        list(User.objects.order_by("pk").values_list("username", "email", "is_active")),
        Draft.objects.count(),
        list(Team.objects.order_by("pk").values_list("name")),
        Comment.objects.count() + MeasureDecision.objects.count() + ReviewDecision.objects.count(),
    )


# What its owner may do in a closed case: decide who reads it, and reopen it.
IN_A_CLOSED_CASE = {
    "case_members",
    "case_transfer",
    "case_reopen",
    "case_close",
    "member_remove",
    "team_remove",
    "team_confirm",
}


@pytest.mark.parametrize("state", ["carried_over", "submitted", "returned", "paired"])
def test_nothing_is_written_in_a_closed_case_and_all_of_it_can_be_read(
    state: str, person: Callable[..., User], edition: Edition
) -> None:
    world = World(person, edition, state)
    owner = world.people["owner"]
    assert owner is not None
    client = Client()
    client.force_login(owner)
    reading = [name for name in OF_A_CASE if name not in SENT_ONLY]
    opened = {name: outcome(client.get(world.address(name))) for name in reading}
    close_case(world.case, by=owner, reason="It is over")
    found = {name: outcome(client.get(world.address(name))) for name in reading}
    for name in reading:
        assert found[name] in (opened[name], "closed"), name
    for name in ("case_detail", "case_timeline", "assessment_answers", "assessment_advice"):
        assert found[name] == "ok", "a closed case can be read"
    before, refused = _written(world), set()
    for name in set(OF_A_CASE) & set(POSTS) - IN_A_CLOSED_CASE:
        for who in ("owner", "contributor", "reviewer"):
            user = world.people[who]
            assert user is not None
            client.force_login(user)
            if outcome(client.post(world.address(name), world.post(name))) == "closed":
                refused.add(name)
            assert _written(world) == before, (name, who)
    assert len(refused) > 5, "pages say that the case is closed"


def test_lists_show_exactly_the_cases_that_can_be_opened(
    person: Callable[..., User], edition: Edition
) -> None:
    world = World(person, edition, "restricted")
    for who, user in world.people.items():
        if user is None:
            continue
        client = Client()
        client.force_login(user)
        listed = world.case in list(client.get(reverse("case_list")).context["page"])
        opened = outcome(client.get(world.address("case_detail"))) == "ok"
        assert listed == opened, who


def test_nobody_can_make_an_account_for_themselves(client: Client, db: None) -> None:
    data = {
        "username": "eve",
        "email": "eve@example.org",
        "password1": "a long password",
        "password2": "a long password",
    }
    client.post(reverse("account_signup"), data)
    assert not User.objects.exists()


def test_until_both_are_in_each_of_two_assessments_is_listed_for_its_author_alone(
    person: Callable[..., User], edition: Edition
) -> None:
    world = World(person, edition, "blind")
    first, second = Assessment.objects.order_by("started_at")
    owner, contributor = world.people["owner"], world.people["contributor"]
    assert owner is not None
    assert contributor is not None
    assert list(Assessment.objects.visible_to(owner)) == [first]
    assert list(Assessment.objects.visible_to(contributor)) == [second]


def test_only_those_who_are_active_and_hold_the_role_are_asked_for_work_on_a_case(
    person: Callable[..., User], edition: Edition
) -> None:
    world = World(person, edition, "submitted")
    names = {
        "analysts": {user.username for user in analysts_of(world.case)},
        "reviewers": {user.username for user in reviewers_of(world.assessment)},
    }
    assert names == {
        "analysts": {"owner", "contributor", "team_contributor"},
        "reviewers": {"reviewer", "team_reviewer"},
    }
    User.objects.filter(username__in=("owner", "reviewer")).update(is_active=False)
    assert "owner" not in {user.username for user in analysts_of(world.case)}
    assert "reviewer" not in {user.username for user in reviewers_of(world.assessment)}


# Beside the person: strength of the session, tokens, answers to a POST, notifications ------------

# The pages of one case, and what each person gets there in a state.
OF_A_CASE = [name for name, states in TABLE.items() if not {"any"} & set(states)]
OF_A_CASE.remove("record_chain")


def sensitive(person: Callable[..., User], edition: Edition, state: str) -> World:
    """The world in a state, once its case has become sensitive."""
    world = World(person, edition, state)
    Case.objects.update(confidentiality="sensitive")
    world.case.refresh_from_db()
    return world


def expected(name: str, state: str) -> dict[str, str]:
    """What each person gets at a page of a case in a state; nothing if the table does not say."""
    states = TABLE[name]
    says = states.get(state) or states.get("restricted")
    return dict(zip(PEOPLE, says.split(), strict=True)) if says else {}


def asked_of(world: World, name: str, client: Client) -> Any:
    """The answer to what is asked of a page, with nothing of it kept."""
    with transaction.atomic():
        if name in SENT_ONLY:
            answer = client.post(world.address(name), world.post(name))
        else:
            answer = client.get(world.address(name))
        transaction.set_rollback(True)
    return answer


@pytest.mark.parametrize("state", ["draft", "submitted"])
def test_a_session_without_a_second_factor_opens_no_page_of_a_sensitive_case(
    person: Callable[..., User], edition: Edition, state: str
) -> None:
    world = sensitive(person, edition, state)
    asked = 0
    for who, user in world.people.items():
        if user is None:
            continue
        client = Client()
        client.force_login(user)
        for name in OF_A_CASE:
            answer = asked_of(world, name, client)
            assert outcome(answer) != "ok", (who, name)
            if expected(name, state).get(who) == "ok":
                assert "second factor" in answer.content.decode(), (who, name)
                asked += 1
    assert asked > 50, "members were asked for a factor"


def test_a_session_from_before_the_second_factor_opens_nothing(
    person: Callable[..., User], edition: Edition
) -> None:
    world = sensitive(person, edition, "submitted")
    owner = world.people["owner"]
    assert owner is not None
    with_second_factor(owner)
    for name in OF_A_CASE:
        client = Client()
        client.force_login(owner)
        session = client.session
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time()}]
        session.save()
        assert outcome(asked_of(world, name, client)) == "in", name


def test_a_token_of_a_program_opens_no_page(person: Callable[..., User], edition: Edition) -> None:
    world = World(person, edition, "submitted")
    owner = world.people["owner"]
    assert owner is not None
    client = Client(headers={"Authorization": f"Token {make_token(by=owner)}"})
    for name in OF_A_CASE:
        assert outcome(asked_of(world, name, client)) == "in", name
    assert outcome(client.get(reverse("api_editions"))) == "ok"
    revoke_token(owner, by=owner)
    assert outcome(client.get(reverse("api_editions"))) == "token"


@pytest.mark.parametrize("state", ["draft", "submitted"])
def test_each_answer_to_a_post_that_shows_a_sensitive_case_is_recorded(
    person: Callable[..., User], edition: Edition, state: str
) -> None:
    world = sensitive(person, edition, state)
    owner = world.people["owner"]
    assert owner is not None
    with_second_factor(owner)
    client = Client()
    client.force_login(owner)
    reads = world.case.events.filter(verb="case_read")
    shown = 0
    for name in OF_A_CASE:
        if name not in POSTS:
            continue
        with transaction.atomic():
            before = reads.count()
            answer = client.post(world.address(name), world.post(name))
            if answer.status_code in (200, 409, 422) and answer.get("X-Saved") != "1":
                assert reads.count() > before, name
                shown += 1
            transaction.set_rollback(True)
    assert shown > 3, "forms that were refused show the case"


def test_notifications_name_a_case_to_exactly_those_who_may_see_it(
    person: Callable[..., User], edition: Edition
) -> None:
    world = World(person, edition, "restricted")
    Case.objects.update(title="Violence in Zanzibar")
    event = world.case.events.latest("pk")
    for who, user in world.people.items():
        if user is None:
            continue
        Notification.objects.create(person=user, event=event, kind="submitted")
        client = Client()
        client.force_login(user)
        named = "Zanzibar" in client.get(reverse("notification_list")).content.decode()
        assert named == (outcome(client.get(world.address("case_detail"))) == "ok"), who
