"""No page stays in a browser, and signing out clears what did."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Assessment, Case, User
from tests.conftest import with_second_factor
from tests.people.signing_in import add_app, prove


@pytest.mark.parametrize(
    "name",
    [
        "home",
        "case_list",
        "notification_list",
        "token",
        "mfa_index",
        "mfa_activate_totp",
        "account_logout",
        "account_change_password",
    ],
)
def test_no_page_is_kept_by_the_browser(client: Client, analyst: User, name: str) -> None:
    client.force_login(analyst)
    assert "no-store" in client.get(reverse(name))["Cache-Control"]


def test_no_page_of_a_case_is_kept_whatever_it_answers(
    client: Client, analyst: User, draft: Assessment, case: Case
) -> None:
    client.force_login(analyst)
    addresses = [
        reverse("case_detail", args=[case.pk]),
        reverse("case_timeline", args=[case.pk]),
        reverse("assessment_advice", args=[draft.pk]),
        reverse("assessment_section", args=[draft.pk, "situation"]),
    ]
    answers = [client.get(address) for address in addresses]
    answers += [client.post(reverse("case_edit", args=[case.pk]), {"title": "x"})]
    answers += [client.get("/no-such-page/"), client.get("/accounts/login/")]
    assert {answer.status_code for answer in answers} >= {200, 404, 422}
    for answer in answers:
        assert "no-store" in answer["Cache-Control"], answer.request["PATH_INFO"]


def test_no_secret_of_a_second_factor_is_kept(client: Client, analyst: User) -> None:
    client.force_login(analyst)
    prove(client)
    shown = [client.get(reverse("mfa_activate_totp"))]
    add_app(client)
    shown += [client.get(reverse(f"mfa_{act}_recovery_codes")) for act in ("view", "download")]
    for page in shown:
        assert page.status_code == 200
        assert "no-store" in page["Cache-Control"], page.request["PATH_INFO"]


def test_signing_out_clears_what_the_browser_keeps(client: Client, analyst: User) -> None:
    client.force_login(analyst)
    page = client.get(reverse("account_logout"))
    assert "Clear-Site-Data" not in page
    gone = client.post(reverse("account_logout"))
    assert gone["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get(reverse("home")).status_code == 302


# The pages of an assessment and its case that show the title of the case.
PAGES_OF_CASE = ["case_detail", "case_timeline", "case_edit", "source_new", "case_members"]
PAGES_OF_ASSESSMENT = [
    "assessment_advice",
    "plan_edit",
    "assessment_measures",
    "assessment_answer",
    "assessment_answers",
    "assessment_date",
    "assessment_discard",
    "assessment_submit",
    "assessment_second",
    "flow",
    "precedents",
    "risk_profile",
    "what_if",
]


def test_the_history_of_a_browser_does_not_name_a_sensitive_case(
    client: Client, analyst: User, draft: Assessment, case: Case
) -> None:
    """A browser keeps the titles of its pages, and prints them on paper."""
    with_second_factor(analyst)
    client.force_login(analyst)
    addresses = [reverse(name, args=[case.pk]) for name in PAGES_OF_CASE]
    addresses += [reverse(name, args=[draft.pk]) for name in PAGES_OF_ASSESSMENT]
    addresses += [reverse("assessment_section", args=[draft.pk, "situation"])]
    addresses += [reverse("attachment_new", args=[draft.pk, "phase"])]
    named = 0
    for level in ("restricted", "sensitive"):
        Case.objects.update(confidentiality=level)
        for address in addresses:
            page = client.get(address, follow=True)
            assert page.status_code == 200, address
            shown = page.content.decode()
            title = shown.partition("<title>")[2].partition("</title>")[0]
            named += case.title in title
            assert level == "restricted" or case.title not in title, address
            # What is typed on such a page is not put aside in the browser either.
            assert ("data-private" in shown) == (level == "sensitive"), address
    assert named > 10, "the pages of other cases are named after them"


def test_a_downloaded_file_does_not_name_a_sensitive_case(
    client: Client, analyst: User, draft: Assessment, case: Case
) -> None:
    with_second_factor(analyst)
    client.force_login(analyst)
    address = reverse("assessment_download", args=[draft.pk, "answers.csv"])
    word = case.title.split()[0].lower()
    assert word in client.get(address)["Content-Disposition"].lower()
    Case.objects.update(confidentiality="sensitive")
    name = client.get(address)["Content-Disposition"]
    assert word not in name.lower()
    assert str(case.pk)[:8] in name


def test_no_message_stays_in_the_browser_for_the_next_person(
    client: Client, person: Callable[..., User]
) -> None:
    client.force_login(person("sofia", "site_admin"))
    prove(client)
    sent = {"username": "new", "first_name": "Nadia", "last_name": "N", "email": "new@example.org"}
    assert client.post(reverse("person_new"), sent).status_code == 302
    assert "messages" not in client.cookies
    client.post(reverse("account_logout"))
    client.force_login(person("olga", "analyst"))
    assert "Nadia" not in client.get(reverse("home")).content.decode()


def test_every_cookie_of_a_deployment_goes_over_tls_alone(
    client: Client, analyst: User, draft: Assessment, case: Case
) -> None:
    client.force_login(analyst)
    address = reverse("source_new", args=[case.pk])
    token = re.search(r'name="form_token" value="([^"]+)"', client.get(address).content.decode())
    assert token
    sent = {"form_token": token[1], "title": "T", "publisher": "P", "reliability": "A"}
    assert client.post(address, sent, secure=True).status_code == 302
    assert client.cookies["sent"]["secure"]


def test_a_browser_is_asked_to_remember_nothing_that_is_typed_into_a_field(
    client: Client, analyst: User, draft: Assessment, case: Case
) -> None:
    """It would offer titles and the names of sources to whoever uses it next."""
    client.force_login(analyst)
    addresses = [
        *map(reverse, ("case_list", "case_new", "review_list", "preferences")),
        *(reverse(name, args=[case.pk]) for name in ("case_edit", "source_new", "step_new")),
        *(reverse(name, args=[case.pk]) for name in ("case_close", "case_members")),
        reverse("assessment_new", args=[case.pk]),
        reverse("assessment_section", args=[draft.pk, "situation"]),
        reverse("what_if", args=[draft.pk]),
    ]
    seen = 0
    for address in addresses:
        page = client.get(address).content.decode()
        for field in re.findall(r"<input\b[^>]*>", page):
            kind = re.search(r'type="(\w+)"', field)
            if kind and kind[1] in ("text", "search", "email", "url"):
                assert "autocomplete=" in field, (address, field)
                seen += 1
    assert seen > 8
