"""An admin changes one threshold, reads the finding and the impact, mends it; a second admin publishes."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from cases.models import Draft, Edition
from cases.rulebook.document import write_yaml
from cases.workflows.demo import PASSWORD
from tests.browser.conftest import DESK, PHONE, fits, picture, sign_in
from tests.browser.test_accessibility import violations


def test_a_threshold_is_changed_found_unsafe_mended_and_published_by_a_second_admin(
    page: Page, site: str, browser: Browser, complaints: list[str]
) -> None:
    sign_in(page, site, "chen.catalogue")
    page.get_by_role("link", name="Catalogue").click()
    page.get_by_role("link", name="Draft edition").click()
    page.get_by_role("button", name="Begin a draft").click()
    page.get_by_role("link", name="Rules", exact=True).click()
    page.locator('a[href*="cap.education."]').first.click()
    entry = page.get_by_label("The entry")
    before = entry.input_value()
    # Every level counts: the rule would be true wherever the question is answered at all.
    changed = before.replace("at_least: 2", "at_least: 0", 1)
    assert changed != before
    entry.fill(changed)
    page.get_by_role("button", name="Save in the draft").click()
    expect(page.locator("main")).to_contain_text("Saved in the draft")
    expect(page.locator("main")).to_contain_text("Differs from the published edition in: when")
    picture(page, "entry")
    page.get_by_role("link", name="Draft edition").click()
    expect(page.get_by_role("heading", name="What it would do")).to_be_visible()
    expect(page.locator("main")).to_contain_text("submitted assessments would read differently")
    picture(page, "draft")
    for size in (PHONE, DESK):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert fits(page)
    expect(page.locator("main")).to_contain_text("cannot be published while verification finds an error")
    changes = page.locator("section", has=page.get_by_role("heading", name="What it changes"))
    changes.get_by_role("link").first.click()
    page.get_by_label("The entry").fill(before.replace("at_least: 2", "at_least: 1", 1))
    page.get_by_role("button", name="Save in the draft").click()
    page.get_by_role("link", name="Draft edition").click()
    expect(page.locator("main")).to_contain_text("Nothing is wrong with it")
    page.get_by_role("link", name="Gates", exact=True).click()
    page.locator('ul.rows a[href*="/gates/"]').first.click()
    gate = page.get_by_label("The entry")
    kept = gate.input_value()
    gate.fill(kept.split("applies_to:")[0] + "applies_to: {form: XYZ}\n" + "holds:" + kept.split("holds:", 1)[1])
    page.get_by_role("button", name="Save in the draft").click()
    expect(page.get_by_role("alert")).to_contain_text("applies_to")
    page.get_by_role("link", name="Draft edition").click()
    page.get_by_label("What this edition changes").fill("Education answers every tension.")
    page.get_by_role("button", name="Propose it").click()
    expect(page.locator("main")).to_contain_text("Another catalogue admin publishes it")

    context = browser.new_context(viewport=DESK)  # type: ignore[arg-type]
    hers = sign_in(context, site, "clara.catalogue")
    hers.goto(f"{site}/catalogue/draft/")
    hers.get_by_role("button", name="Publish it as the next edition").click()
    hers.get_by_label("Password").fill(PASSWORD)
    hers.get_by_role("button", name="Confirm").click()
    expect(hers.locator("main")).to_contain_text("Edition 2")
    assert Edition.objects.count() == 2
    assert not Draft.objects.exists()
    context.close()
    assert [text for text in complaints if "422" not in text] == []


def test_a_file_is_looked_at_and_then_written_into_the_draft(page: Page, site: str, complaints: list[str]) -> None:
    sign_in(page, site, "chen.catalogue")
    page.goto(f"{site}/catalogue/draft/")
    page.get_by_role("button", name="Begin a draft").click()
    with page.expect_download() as exported:
        page.get_by_role("link", name="Export as YAML").click()
    text = Path(exported.value.path()).read_text(encoding="utf-8")
    page.get_by_role("link", name="Import").click()
    changed = text.replace("priority: high", "priority: medium", 1).encode()
    page.get_by_label("File").set_input_files({"name": "r.yaml", "mimeType": "text/yaml", "buffer": changed})
    page.get_by_role("button", name="Look at what it changes").click()
    expect(page.locator("main")).to_contain_text("priority")
    picture(page, "import")
    page.get_by_role("button", name="Write it into the draft").click()
    expect(page.locator("main")).to_contain_text("The file is in the draft")
    assert write_yaml(Draft.objects.get().document).encode() == changed
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_the_draft_edition_has_an_accessibility_violation(
    page: Page, site: str, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme)
    sign_in(page, site, "chen.catalogue")
    page.goto(f"{site}/catalogue/draft/")
    found = violations(page)
    page.get_by_role("button", name="Begin a draft").click()
    for address in ("", "import/", "rules/", "rules/new/", "measures/cap.ssr/", "measures/cap.ssr/remove/", "discard/"):
        page.goto(f"{site}/catalogue/draft/{address}")
        found += violations(page)
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        assert fits(page), address
        page.set_viewport_size(DESK)  # type: ignore[arg-type]
    assert found == []
