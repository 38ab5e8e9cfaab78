"""An admin changes a threshold, reads the finding and the impact and corrects it; a second admin
publishes, and an analyst accepts.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from cases.models import Assessment, Draft, Edition
from cases.rulebook.editions.yaml_files import write_yaml
from cases.workflows.demo import PASSWORD
from tests.browser.conftest import DESK, PHONE, fits, picture, sign_in
from tests.browser.steps import violations


def test_a_threshold_is_changed_found_unsafe_mended_published_by_another_admin_and_taken_up(
    page: Page, site: str, browser: Browser, complaints: list[str]
) -> None:
    sign_in(page, site, "chen.catalogue")
    page.get_by_role("link", name="Catalogue").click()
    page.get_by_role("link", name="Draft edition").click()
    page.get_by_role("button", name="Start a draft").click()
    page.get_by_role("link", name="Rules", exact=True).click()
    page.locator('a[href*="cap.media.hate"]').first.click()
    main, outcome = page.locator("main"), page.locator("#outcome")
    page.wait_for_load_state()
    level = page.get_by_label(re.compile(r"level$")).first
    # Every level counts: the rule would be true wherever the question is answered at all.
    level.select_option("0")
    expect(outcome).to_contain_text("is none or higher")
    page.get_by_label("Find a case").fill("Solomon")
    expect(page.get_by_label("Case", exact=True).locator("option")).to_have_count(2)
    page.get_by_label("Case", exact=True).select_option(index=1)
    expect(outcome).to_contain_text("It is true in this case.")
    page.get_by_role("button", name="Calculate it for every case").click()
    expect(outcome).to_contain_text("3 of 10 cases would get different advice")
    page.get_by_role("button", name="Save in the draft").click()
    expect(main).to_contain_text("Saved in the draft")
    expect(main).to_contain_text("Differs from the published edition in: calls for it where")
    page.get_by_role("link", name="Draft edition").click()
    expect(main).to_contain_text("cannot be published while verification finds an error")
    expect(main).to_contain_text("It changes what is advised")
    picture(page, "draft")
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        assert fits(page)
    changes = page.locator("section", has=page.get_by_role("heading", name="What it changes"))
    changes.get_by_role("link").first.click()
    page.get_by_label(re.compile(r"level$")).first.select_option("1")
    page.get_by_role("button", name="Save in the draft").click()
    page.get_by_role("link", name="Draft edition").click()
    expect(main).to_contain_text("Nothing is wrong with it")
    page.get_by_role("button", name="Calculate it for every case").click()
    expect(page.get_by_role("heading", name="What the draft would do")).to_be_visible()
    expect(main).to_contain_text("2 of 10 cases would get different advice")
    picture(page, "impact")
    page.get_by_role("listitem").filter(has_text="Solomon Islands").get_by_role(
        "link"
    ).first.click()
    expect(page.get_by_role("heading", name="What differs 1")).to_be_visible()
    picture(page, "beside")
    page.get_by_role("link", name="Draft edition").click()
    page.get_by_label("What this edition changes").fill(
        "Media that spread hate are answered sooner."
    )
    page.get_by_role("button", name="Propose it").click()
    expect(main).to_contain_text("Another catalogue admin publishes it")

    context = browser.new_context(viewport=DESK)
    hers = sign_in(context, site, "clara.catalogue")
    hers.get_by_role("link", name="A draft edition to publish").click()
    hers.get_by_role("button", name="Publish it as the next edition").click()
    hers.get_by_label("Password").fill(PASSWORD)
    hers.get_by_role("button", name="Confirm").click()
    expect(hers.locator("main")).to_contain_text("Edition 2")
    hers.get_by_role("link", name="All editions and their differences").click()
    hers.get_by_role("link", name="What differs from Edition 1").click()
    expect(hers.locator("main")).to_contain_text("cap.media.hate")
    picture(hers, "differences")
    assert violations(hers) == []
    context.close()
    assert Edition.objects.count() == 2
    assert not Draft.objects.exists()

    context = browser.new_context(viewport=DESK)
    analyst = sign_in(context, site, "amina.analyst")
    latest = Assessment.objects.filter(
        case__title__contains="Solomon Islands", status="submitted"
    ).latest("as_of")
    analyst.goto(f"{site}{latest.get_absolute_url()}")
    expect(analyst.locator("main")).to_contain_text("Edition 2 is newer than")
    analyst.get_by_role("link", name="See what the newer edition would advise").click()
    expect(analyst.get_by_role("heading", name="What differs 1")).to_be_visible()
    picture(analyst, "reassess")
    assert violations(analyst) == []
    assert fits(analyst)
    analyst.get_by_role("button", name="Accept and start a draft").click()
    expect(analyst.locator("main")).to_contain_text("The draft has every answer")
    context.close()
    assert latest.case.assessments.get(status="draft").edition.number == 2
    assert [text for text in complaints if "422" not in text] == []


def test_a_rule_is_made_and_tried_with_the_keyboard_alone(
    page: Page, site: str, complaints: list[str]
) -> None:
    """Every control is reached by Tab and worked by keys; after each step the focus is where it
    was.
    """
    sign_in(page, site, "chen.catalogue")
    page.goto(f"{site}/catalogue/draft/")
    page.get_by_role("button", name="Start a draft").press("Enter")
    page.wait_for_url(f"{site}/catalogue/draft/")
    page.goto(f"{site}/catalogue/draft/rules/pro.asylum.fled/")
    add = page.get_by_role("button", name="Add a group")
    add.focus()
    page.keyboard.press("Enter")
    question = page.get_by_label("Line 2.1: question")
    expect(question).to_be_visible()
    question.focus()
    # Step by step through the list, as the arrow keys do, faster than the page can answer.
    for _ in range(70):
        page.keyboard.press("ArrowDown")
        if question.input_value() == "hate_speech":
            break
    level = page.get_by_label("Line 2.1: level")
    expect(level).to_be_visible()
    level.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#outcome")).to_contain_text("hate speech is")
    expect(level).to_be_focused()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "Save in the draft":
            break
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Saved in the draft")
    assert Draft.objects.get().document != Edition.objects.get().document
    assert complaints == []


def test_enter_in_a_field_saves_and_takes_nothing_out(
    page: Page, site: str, complaints: list[str]
) -> None:
    sign_in(page, site, "chen.catalogue")
    page.goto(f"{site}/catalogue/draft/")
    page.get_by_role("button", name="Start a draft").click()
    page.goto(f"{site}/catalogue/draft/gates/consent.capacity/")
    page.get_by_label("Title").fill("Consent that covers institutions")
    page.get_by_label("Title").press("Enter")
    expect(page.locator("main")).to_contain_text("Saved in the draft")
    gate = next(
        item
        for item in Edition.objects.get().document["gates"]
        if item["code"] == "consent.capacity"
    )
    saved = next(
        item for item in Draft.objects.get().document["gates"] if item["code"] == "consent.capacity"
    )
    assert saved == gate | {"title": "Consent that covers institutions"}
    page.goto(f"{site}/catalogue/draft/questions/phase/")
    page.get_by_label("Why it matters").fill("Because it does.")
    page.get_by_role("button", name="Save in the draft").last.click()
    expect(page.locator("main")).to_contain_text("Saved in the draft")
    assert complaints == []


def test_a_file_is_looked_at_and_then_written_into_the_draft(
    page: Page, site: str, complaints: list[str]
) -> None:
    sign_in(page, site, "chen.catalogue")
    page.goto(f"{site}/catalogue/draft/")
    page.get_by_role("button", name="Start a draft").click()
    with page.expect_download() as exported:
        page.get_by_role("link", name="Export as YAML").click()
    text = Path(exported.value.path()).read_text(encoding="utf-8")
    page.get_by_role("link", name="Import").click()
    changed = text.replace("priority: high", "priority: medium", 1).encode()
    page.get_by_label("File").set_input_files(
        {"name": "r.yaml", "mimeType": "text/yaml", "buffer": changed}
    )
    page.get_by_role("button", name="Look at what it changes").click()
    expect(page.locator("main")).to_contain_text("Priority")
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
    page.get_by_role("button", name="Start a draft").click()
    entries = (
        "rules/pro.mediation.crisis/",
        "rules/pro.mediation.crisis/?as=yaml",
        "questions/phase/",
        "actors/ohchr/",
    )
    tables = (
        "table/measures/pro.mediation/",
        "table/questions/phase/",
        "try/?a=phase:ongoing",
        "impact/",
    )
    forms = (
        "measures/cap.ssr/",
        "gates/consent.capacity/",
        "invariants/consent_experts/",
        "organisations/AU/",
    )
    others = ("", "import/", "rules/", "rules/new/", "measures/cap.ssr/remove/", "discard/")
    beside = ("../editions/", "../reassess/", "..", "../measures/pro.peacekeeping/", "../measures/")
    tongues = ("translations/", "translations/fr/", "translations/fr/measures/pro.mediation/")
    for address in (*others, *entries, *tables, *forms, *beside, *tongues):
        page.goto(f"{site}/catalogue/draft/{address}")
        found += violations(page)
        page.set_viewport_size(PHONE)
        assert fits(page), address
        page.set_viewport_size(DESK)
    assert found == []


def test_pictures_of_the_editor(page: Page, site: str, complaints: list[str]) -> None:
    sign_in(page, site, "chen.catalogue")
    page.goto(f"{site}/catalogue/draft/")
    page.get_by_role("button", name="Start a draft").click()
    page.goto(f"{site}/catalogue/draft/rules/cap.media.hate/")
    page.get_by_label(re.compile(r"level$")).first.select_option("1")
    page.get_by_label("Find a case").fill("Solomon")
    expect(page.get_by_label("Case", exact=True).locator("option")).to_have_count(2)
    page.get_by_label("Case", exact=True).select_option(index=1)
    expect(page.locator("#outcome")).to_contain_text("It is true in this case.")
    page.get_by_role("button", name="Calculate it for every case").click()
    expect(page.locator("#outcome")).to_contain_text("cases would get different advice")
    page.evaluate("scrollTo(0, 0)")
    picture(page, "entry")
    assert complaints == []


@pytest.mark.parametrize("kind", ["measures", "rules", "questions"])
def test_the_click_that_closes_a_list_still_saves(page: Page, site: str, kind: str) -> None:
    """Closing the list of passages moves the button, but the first click still counts."""
    sign_in(page, site, "chen.catalogue")
    page.goto(f"{site}/catalogue/draft/")
    page.get_by_role("button", name="Start a draft").click()
    page.goto(f"{site}/catalogue/draft/{kind}/new/")
    page.wait_for_load_state("load")
    picker = page.locator(".ts-control").last
    picker.scroll_into_view_if_needed()
    picker.click()
    page.locator(".ts-dropdown .option").first.click()
    button = page.locator(".footer-acts button[type=submit]")
    box = button.bounding_box()
    assert box
    methods: list[str] = []
    page.on("request", lambda request: methods.append(request.method))
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.wait_for_timeout(200)
    page.mouse.up()
    expect(page.get_by_role("alert").first).to_be_visible()
    assert "POST" in methods
