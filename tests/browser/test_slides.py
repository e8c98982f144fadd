"""Within slides: a real reveal.js deck from the npm registry, on another origin, and as a file."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Frame, Page

from tests.browser.chromium import install
from tests.browser.hand import until
from tests.browser.server import ROOT, Server

DECK = """<!doctype html><meta charset="utf-8">
<link rel="stylesheet" href="node_modules/reveal.js/dist/reveal.css">
<div class="reveal"><div class="slides">
  <section><iframe id="stage" width="640" height="360" style="border: 0" allow="fullscreen"
    src="{app}/hinge?embed=true&amp;dark=1&amp;panels=scores,margins&amp;hide=hinge"></iframe></section>
  <section><h2>Second</h2></section>
  <section><h2>Third</h2></section>
</div></div>
<script src="node_modules/reveal.js/dist/reveal.js"></script>
<script>
  const heard = [];
  addEventListener("message", ({{data, origin}}) => heard.push([origin, data]));
  Reveal.initialize({{width: 640, height: 360, margin: 0, transition: "none"}});
</script>"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reveal.js as a lecturer has it: installed by npm, as package-lock.json says."""
    folder = tmp_path_factory.mktemp("slides")
    if shutil.which("npm") is None:
        install("npm")
    npm = shutil.which("npm")
    assert npm is not None, (
        "The test of slides needs npm: install Node.js (Debian: apt-get install npm)."
    )
    for name in ("package.json", "package-lock.json"):
        shutil.copy(Path(__file__).parent / "slides" / name, folder)
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund")
    subprocess.run([npm, "ci", *quiet], cwd=folder, check=True, capture_output=True, timeout=300)
    return folder


@pytest.fixture(scope="module")
def slides(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The origin of the slides, and the app, which may be shown in them and in files."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as http:
        origin = f"http://127.0.0.1:{http.server_port}"
        threading.Thread(target=http.serve_forever, daemon=True).start()
        patch = pytest.MonkeyPatch()
        patch.setenv("LOGIT_LAB_FRAME_ANCESTORS", f"{origin} file:")
        with Server(ROOT / "app.py", tmp_path_factory.mktemp("framed")) as server:
            patch.undo()  # not for other servers
            (folder / "deck.html").write_text(DECK.format(app=server.url), encoding="utf-8")
            yield origin, server.url
        http.shutdown()


@pytest.fixture
def deck(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 720}, locale="en-US")
    yield context.new_page()
    context.close()


def embedded(page: Page) -> Frame:
    def found() -> Frame | None:
        return next((frame for frame in page.frames if "embed=true" in frame.url), None)

    frame: Frame = until(page, found, 60)
    until(page, lambda: frame.locator(".stage[data-ready]").count() == 1, 60)
    until(page, lambda: frame.locator('[data-test-script-state="notRunning"]').count() == 1, 60)
    return frame


def slide(page: Page) -> int:
    return int(page.evaluate("() => Reveal.getIndices().h"))


def drag_up(page: Page, frame: Frame) -> float:
    """Drag the score of the cat; the deck scales its frame."""
    x, y = frame.locator("[data-handle=score0] .stage-pill").evaluate(
        "node => { const {x, y, width, height} = node.getBoundingClientRect(); return [x + width / 2, y + height / 2]; }"
    )
    left, top, scale = page.locator("#stage").evaluate(
        "node => { const {x, y, width} = node.getBoundingClientRect(); return [x, y, width / node.offsetWidth]; }"
    )
    x, y = left + x * scale, top + y * scale
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 60, steps=6)
    page.mouse.up()
    until(page, lambda: frame.locator("[data-handle=score0]").get_attribute("data-value") != "3.2")
    return value(frame)


def value(frame: Frame) -> float:
    return float(frame.locator("[data-handle=score0]").get_attribute("data-value") or "nan")


def test_after_a_drag_the_remote_goes_on_with_the_slides(
    deck: Page, slides: tuple[str, str]
) -> None:
    origin, app = slides
    deck.goto(f"{origin}/deck.html")
    frame = embedded(deck)
    assert frame.locator(".stage").get_attribute("data-theme") == "dark"
    assert frame.locator("[data-testid=stSidebar], h1, .present-button").count() == 0
    assert frame.evaluate("() => [innerWidth, innerHeight]") == [640, 360]
    moved = drag_up(deck, frame)
    assert moved > 3.2
    until(deck, lambda: frame.evaluate("() => document.activeElement === document.body"))
    hinge = frame.locator("[data-readout=hinge]")
    assert hinge.text_content() == "?"
    deck.keyboard.press("PageDown")  # first what is hidden on this slide, then the next
    until(deck, lambda: hinge.text_content() != "?")
    assert slide(deck) == 0
    for key, expected in (("PageDown", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("PageUp", 0)):
        deck.keyboard.press(key)
        until(deck, lambda expected=expected: slide(deck) == expected)
    drag_up(deck, frame)
    deck.keyboard.press("Shift+ ")
    until(deck, lambda: hinge.text_content() == "?")
    assert slide(deck) == 0
    moved = value(frame)
    deck.keyboard.press("b")
    until(deck, lambda: deck.evaluate("() => Reveal.isPaused()"))
    assert value(frame) == moved
    heard = deck.evaluate(
        "() => heard.filter(([, data]) => typeof data === 'string' && data.includes('method'))"
    )
    assert heard[0] == [app, '{"method":"next","args":[]}']


def test_slides_that_are_a_file(deck: Page, folder: Path, slides: tuple[str, str]) -> None:
    assert slides
    deck.goto((folder / "deck.html").as_uri())
    frame = embedded(deck)
    drag_up(deck, frame)
    deck.keyboard.press("ArrowRight")
    until(deck, lambda: frame.locator("[data-readout=hinge]").text_content() != "?")
    deck.keyboard.press("ArrowRight")
    until(deck, lambda: slide(deck) == 1)


def test_in_a_page_that_nobody_allowed_a_sentence_says_why(
    slides: tuple[str, str], folder: Path, app: str, deck: Page
) -> None:
    html = f"<iframe src='{app}/hinge?embed=true'></iframe>"
    (folder / "foreign.html").write_text(html, encoding="utf-8")
    deck.goto(f"{slides[0]}/foreign.html")
    told = deck.frame_locator("iframe").locator("body")
    until(deck, lambda: "may not be shown in this page" in (told.text_content() or ""))
