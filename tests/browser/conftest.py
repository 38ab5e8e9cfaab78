"""A real Chromium, the product served from this process, and the demonstration in its database."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import override_settings
from playwright.sync_api import BrowserContext, Locator, Page, ViewportSize

from cases.models import Edition
from cases.workflows.demo import PASSWORD

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}
SENT = "() => !document.querySelector('form[data-sending]')"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session", autouse=True)
def _loop_of_playwright() -> Iterator[None]:
    """Playwright runs a loop in this thread, which Django would take for asynchronous code. Only
    tests in a browser run so: `check --deploy`, which other tests start, refuses this variable.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    return {
        "executable_path": CHROMIUM,
        "args": [*flags, "--disable-background-networking", "--disable-component-update"],
    }


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    return {"viewport": DESK, "locale": "en-GB", "timezone_id": "UTC"}


@pytest.fixture(autouse=True)
def _forms_arrive(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step ends when the form that it sent has been answered, as with a form that the browser
    sends itself. Tests of what happens in between do not wait.
    """
    if request.module.__name__.endswith("test_forms"):
        return

    for name in ("click", "press"):
        act = getattr(Locator, name)

        def act_and_wait(
            self: Locator, *args: Any, act: Callable[..., None] = act, **kwargs: Any
        ) -> None:
            act(self, *args, **kwargs)
            if not self.page.is_closed():
                self.page.wait_for_function(SENT)

        monkeypatch.setattr(Locator, name, act_and_wait)


@pytest.fixture
def site(live_server: Any, transactional_db: None, edition: Edition) -> Iterator[str]:
    """The address of a product that holds the demonstration."""
    with override_settings(DEMO=True):
        call_command("load_demo", verbosity=0, stdout=StringIO())
        yield live_server.url


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser complains of: errors of scripts and of the Content-Security-Policy."""
    found: list[str] = []
    page.on(
        "console", lambda message: found.append(message.text) if message.type == "error" else None
    )
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def sign_in(page: Page | BrowserContext, site: str, username: str) -> Page:
    opened = page if isinstance(page, Page) else page.new_page()
    opened.goto(f"{site}/accounts/login/")
    opened.get_by_label("User name or e-mail address").fill(username)
    opened.get_by_label("Password").fill(PASSWORD)
    opened.get_by_role("button", name="Sign in", exact=True).click()
    opened.wait_for_url(f"{site}/")
    return opened


def picture(page: Page, name: str) -> None:
    """Keep a picture at both widths where SCREENSHOTS names a folder."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        for size in (PHONE, DESK):
            page.set_viewport_size(size)
            page.screenshot(path=Path(folder) / f"{name}-{size['width']}.png", full_page=False)


def fits(page: Page) -> bool:
    """Whether nothing sticks out of the page sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
