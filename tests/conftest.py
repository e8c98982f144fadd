from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.chromium import FLAGS, chromium
from tests.browser.server import ROOT, Server

# A shared machine is slow at times: time is measured in benchmarks, never in tests.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with Server(ROOT / "app.py", tmp_path_factory.mktemp("app")) as server:
        yield server.url


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    script = Path(__file__).parent / "browser" / "apps" / "demo_app.py"
    quiet = ("--browser.gatherUsageStats=false", "--server.showEmailPrompt=false")
    with Server(script, tmp_path_factory.mktemp("demo"), options=quiet) as server:
        yield server.url


def watched(context: BrowserContext) -> tuple[Page, list[str]]:
    """A page, and a list that fills with what must not happen: errors, requests to elsewhere."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    page.on(
        "console",
        lambda message: (
            complaints.append(f"console: {message.text} {message.location}")
            if message.type == "error"
            else None
        ),
    )
    page.on(
        "request",
        lambda request: (
            complaints.append(f"left the machine: {request.url}")
            if urlparse(request.url).hostname not in (None, "localhost", "")
            else None
        ),
    )
    return page, complaints


# The pulse of a hint takes a third of a core for seconds: only tests of motion look at it.
STILL: dict[str, Any] = {"reduced_motion": "reduce"}
DESK: dict[str, Any] = {"viewport": {"width": 1366, "height": 900}, **STILL}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    **STILL,
    "has_touch": True,
    "is_mobile": True,
}

# A page that has loaded the app before loads it again in less than half the time.
Kept = tuple[Page, list[str]]


def kept(browser: Browser, settings: dict[str, Any]) -> Iterator[Kept]:
    context = browser.new_context(**settings, locale="en-US")
    context.set_default_timeout(90_000)
    yield watched(context)
    context.close()


def as_new(page: Page, complaints: list[str], settings: dict[str, Any]) -> Iterator[Page]:
    """Lend a page that is kept; nothing that a test does to it is left for the next."""
    yield page
    page.mouse.up()
    page.mouse.move(0, 0)
    if page.url != "about:blank":
        page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
    page.goto("about:blank")
    page.emulate_media(media="null", color_scheme="null", reduced_motion="reduce")
    page.set_viewport_size(settings["viewport"])
    page.context.clear_cookies()
    found = complaints.copy()
    complaints.clear()
    assert found == []


@pytest.fixture(scope="session")
def desk(browser: Browser) -> Iterator[Kept]:
    yield from kept(browser, DESK)


@pytest.fixture
def page(desk: Kept) -> Iterator[Page]:
    yield from as_new(*desk, DESK)


@pytest.fixture(scope="session")
def hand_held(browser: Browser) -> Iterator[Kept]:
    yield from kept(browser, PHONE)


@pytest.fixture
def phone(hand_held: Kept) -> Iterator[Page]:
    yield from as_new(*hand_held, PHONE)
