"""No page stays in a browser, and signing out clears what did."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Assessment, Case, User


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


def test_signing_out_clears_what_the_browser_keeps(client: Client, analyst: User) -> None:
    client.force_login(analyst)
    page = client.get(reverse("account_logout"))
    assert "Clear-Site-Data" not in page
    gone = client.post(reverse("account_logout"))
    assert gone["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get(reverse("home")).status_code == 302
