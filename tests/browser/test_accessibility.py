"""axe-core finds nothing on the main pages, in light and in dark."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import sign_in
from tests.browser.steps import start, violations


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_main_page_has_an_accessibility_violation(
    page: Page, site: str, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{site}/accounts/login/")
    found = violations(page)
    sign_in(page, site, "amina.analyst")
    addresses = ["/", "/cases/", "/cases/new/", "/method/", "/catalogue/", "/catalogue/measures/"]
    addresses += [
        "/catalogue/measures/pro.peacekeeping/",
        "/catalogue/actors/dppa/",
        "/catalogue/questions/phase/",
    ]
    addresses += ["/catalogue/organisations/", "/catalogue/sources/", "/nothing/"]
    page.goto(f"{site}/cases/?q=north+of+Mali")
    page.locator("tbody a.row-link").first.click()
    case = page.url
    page.get_by_role("link", name="What changed").first.click()
    compared = page.url
    advice = compared.split("since/")[0]
    start(page, site)
    draft = page.url.split("answer/")[0]
    of_drafts = [page.url, f"{draft}answer/consent/", draft, f"{draft}submit/", f"{draft}discard/"]
    of_cases = [case, f"{case}members/", f"{case}sources/new/", f"{case}assessments/new/"]
    of_advice = [compared, advice, f"{advice}measures/pro.mediation/"]
    for address in [*(site + part for part in addresses), *of_cases, *of_advice, *of_drafts]:
        page.goto(address)
        found += violations(page)
    assert not found, "\n" + "\n".join(found)
