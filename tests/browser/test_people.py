"""A site admin gives a role and makes a team; an analyst sets up a passkey and opens a sensitive
case with it.
"""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from cases.models import Case, Team, User
from cases.workflows.demo import PASSWORD
from tests.browser.conftest import DESK, PHONE, fits, picture, sign_in
from tests.browser.steps import violations


def test_a_passkey_opens_a_sensitive_case_and_signs_in_without_a_password(
    page: Page, site: str, complaints: list[str]
) -> None:
    case = Case.objects.get(confidentiality="sensitive")
    owner = case.owner
    # A security key of the browser's own, as its developers' tools offer it for tests.
    keys = page.context.new_cdp_session(page)
    keys.send("WebAuthn.enable")
    key = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
    }
    options = {"options": {**key, "isUserVerified": True, "automaticPresenceSimulation": True}}
    keys.send("WebAuthn.addVirtualAuthenticator", options)

    sign_in(page, site, owner.username)
    page.goto(f"{site}{case.get_absolute_url()}")
    expect(page.get_by_role("heading", level=1)).to_have_text("A second factor is needed")
    assert fits(page)
    page.get_by_role("link", name="Set up a second factor").click()
    picture(page, "second-factor")
    page.goto(f"{site}/accounts/second-factor/webauthn/add/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm that it is you")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name").fill("My laptop")
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    expect(page.locator("main")).to_contain_text("ecovery")
    page.goto(f"{site}{case.get_absolute_url()}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(case.title)

    page.get_by_text(str(owner), exact=False).first.click()
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{site}/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{site}/")
    page.goto(f"{site}{case.get_absolute_url()}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(case.title)
    assert [text for text in complaints if "403" not in text] == []


def test_a_token_for_programs_is_made_shown_once_and_revoked(
    page: Page, site: str, complaints: list[str]
) -> None:
    sign_in(page, site, "chen.catalogue")
    page.get_by_text("Chen Wei").first.click()
    page.get_by_role("link", name="API token").click()
    assert violations(page) == []
    page.get_by_role("button", name="Create a token").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    token = page.locator("code.token").inner_text()
    assert violations(page) == []
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        assert fits(page)
    caller = {"Authorization": f"Token {token}"}
    assert page.request.get(f"{site}/api/editions/", headers=caller).json()[0]["number"] == 1
    page.get_by_role("button", name="Revoke it").click()
    expect(page.locator("main")).to_contain_text("The token is revoked")
    assert page.request.get(f"{site}/api/editions/", headers=caller).status == 401
    assert complaints == []


def test_a_site_admin_gives_a_role_and_makes_a_team(
    page: Page, site: str, complaints: list[str]
) -> None:
    sign_in(page, site, "sofia.siteadmin")
    page.get_by_text("Sofia Haddad").first.click()
    page.get_by_role("link", name="People and teams").click()
    picture(page, "people")
    page.get_by_role("link", name="Rosa Marchetti").click()
    page.get_by_label("Auditor").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm that it is you")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("main")).to_contain_text("The account of Rosa Marchetti is changed")
    assert User.objects.get(username="rosa.reviewer").groups.filter(name="auditor").exists()
    page.get_by_role("link", name="Add a team").click()
    page.get_by_label("Name").fill("Sahel desk")
    page.get_by_label("Amina Okoye").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("Sahel desk")
    assert [str(user) for user in Team.objects.get().members.all()] == ["Amina Okoye"]
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_people_and_second_factors_has_an_accessibility_violation(
    page: Page, site: str, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme)
    sign_in(page, site, "sofia.siteadmin")
    sofia = User.objects.get(username="sofia.siteadmin")
    page.goto(f"{site}/accounts/reauthenticate/")
    found = violations(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    of_accounts = ["", "totp/activate/", "webauthn/add/", "webauthn/"]
    addresses = [f"/accounts/second-factor/{part}" for part in of_accounts]
    addresses += ["/people/", "/people/new/", f"/people/{sofia.pk}/", "/people/teams/new/"]
    for address in addresses:
        page.goto(site + address)
        found += violations(page)
        page.set_viewport_size(PHONE)
        assert fits(page), address
        page.set_viewport_size(DESK)
    assert found == []
