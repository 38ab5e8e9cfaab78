"""After signing out, neither the back button nor the profile on disk shows a case."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Playwright, expect

from cases.models import Case
from tests.browser.conftest import CHROMIUM, sign_in

SECRET = "seen only by the witness of Wajir market"


def test_back_after_signing_out_and_the_disk_show_nothing_of_a_case(
    playwright: Playwright, site: str, tmp_path: Path
) -> None:
    # A browser stores the text as it was sent, so it can be found only if it is not compressed.
    Case.objects.filter(title__icontains="Kenya").update(summary=SECRET * 200)
    with playwright.chromium.launch_persistent_context(
        tmp_path,
        executable_path=CHROMIUM,
        args=["--no-sandbox", "--disable-gpu"],
        # As people's browsers do, this one keeps pages for its back button.
        ignore_default_args=["--disable-back-forward-cache"],
    ) as browser:
        page = sign_in(browser, site, "amina.analyst")
        page.goto(f"{site}/cases/?q=Kenya")
        page.locator("tbody a.row-link").first.click()
        expect(page.locator("body")).to_contain_text(SECRET)
        page.evaluate("localStorage.setItem('answers:1', 'x')")
        page.goto(f"{site}/accounts/logout/")
        page.locator("main").get_by_role("button", name="Sign out").click()
        expect(page.get_by_label("Password")).to_be_visible()
        assert page.evaluate("localStorage.length") == 0
        for _step in range(2):
            page.go_back()
        expect(page.get_by_label("Password")).to_be_visible()
        assert SECRET not in page.content()
    found = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert found
    assert [str(file) for file in found if SECRET.encode() in file.read_bytes()] == []
