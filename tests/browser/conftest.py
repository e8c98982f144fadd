from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.chromium import FLAGS, chromium
from tests.browser.server import ROOT, Server

# Streamlit looks for its base path when the first page is not the root; the misses are its own.
PROBES = ("/_stcore/health", "/_stcore/host-config")


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
    script = Path(__file__).parent / "apps" / "demo_app.py"
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
            and not any(probe in str(message.location) for probe in PROBES)
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


# One context a device: what the browser has read of Plotly's script serves every test.
@pytest.fixture(scope="session")
def laptop(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1366, "height": 900}, locale="en-US")
    yield context
    context.close()


@pytest.fixture(scope="session")
def handset(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="en-US"
    )
    yield context
    context.close()


@pytest.fixture
def page(laptop: BrowserContext) -> Iterator[Page]:
    page, complaints = watched(laptop)
    yield page
    page.close()
    assert complaints == []


@pytest.fixture
def phone(handset: BrowserContext) -> Iterator[Page]:
    page, complaints = watched(handset)
    yield page
    page.close()
    assert complaints == []
