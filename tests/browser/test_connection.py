"""The way to the server and back: lost, slow, and taken quickly."""

from __future__ import annotations

import signal
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute

from tests.browser.hand import (
    centre,
    drag,
    handle,
    open_stage,
    readouts,
    settle,
    until,
    value,
    values,
)
from tests.browser.server import ROOT, Server, free_port
from tests.conftest import DESK, watched

LESSON = "/svm-against-softmax?names=x,y&z=1,2&y=1"


def scores(page: Page) -> list[float]:
    """What the address holds."""
    (written,) = parse_qs(urlsplit(page.url).query)["z"]
    return [float(score) for score in written.split(",")]


def is_connected(page: Page) -> bool:
    return page.locator('[data-test-connection-state="CONNECTED"]').count() == 1


@pytest.fixture
def lonely(browser: Browser) -> Page:
    """A page that may complain: a lost connection is logged as an error, rightly."""
    context = browser.new_context(**DESK, locale="en-US")
    yield watched(context)[0]
    context.close()


class Line:
    """The websocket of a page, which can be cut; messages that are on their way are lost."""

    def __init__(self, page: Page) -> None:
        self.is_cut = False
        self.swallows = False
        self._open: list[WebSocketRoute] = []
        page.route_web_socket("**/_stcore/stream", self._connect)

    def _connect(self, route: WebSocketRoute) -> None:
        if self.is_cut:
            route.close()
            return
        server = route.connect_to_server()
        route.on_message(lambda message: self.swallows or server.send(message))
        self._open += [route, server]

    def cut(self) -> None:
        self.is_cut = True
        for end in self._open:
            end.close()
        self._open.clear()


def test_a_release_while_the_connection_is_down_arrives(lonely: Page, app: str) -> None:
    line = Line(lonely)
    open_stage(lonely, app + LESSON)
    line.cut()
    until(lonely, lambda: not is_connected(lonely))
    drag(lonely, "score0", 0, -30)
    moved = value(lonely, "score0")
    lonely.wait_for_timeout(1500)
    assert scores(lonely) == [1, 2]
    line.is_cut = False
    until(lonely, lambda: is_connected(lonely), 30)
    settle(lonely)
    assert moved > 1
    assert scores(lonely) == [moved, 2]
    # One that gets lost on the way, too.
    line.swallows = True
    drag(lonely, "score1", 0, 20)
    lonely.wait_for_timeout(300)
    line.cut()
    line.is_cut = line.swallows = False
    until(lonely, lambda: scores(lonely)[1] < 2, 30)
    settle(lonely)
    assert scores(lonely) == [moved, value(lonely, "score1")]


def test_what_was_answered_is_not_done_again(lonely: Page, app: str) -> None:
    line = Line(lonely)
    open_stage(lonely, app + LESSON)
    drag(lonely, "score0", 0, -30)
    settle(lonely)
    lonely.locator(".st-key-settings summary").click()
    lonely.get_by_label("Scores, separated by commas").fill("-3, 4")
    lonely.keyboard.press("Enter")
    until(lonely, lambda: scores(lonely) == [-3, 4])
    line.cut()
    until(lonely, lambda: not is_connected(lonely))
    line.is_cut = False
    until(lonely, lambda: is_connected(lonely), 30)
    lonely.wait_for_timeout(1500)
    settle(lonely)
    assert scores(lonely) == [-3, 4]


def test_back_and_forward_quickly(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    visited = [scores(page)]
    for name in ("score0", "score1", "score0"):
        drag(page, name, 0, -25)
        settle(page)
        visited.append(scores(page))
    for go in ("back", "back", "forward", "back", "forward", "forward") * 7:
        page.evaluate(f"history.{go}()")
        page.wait_for_timeout(20)
    until(page, lambda: scores(page) == visited[-1])
    until(page, lambda: [value(page, "score0"), value(page, "score1")] == visited[-1])
    drag(page, "score1", 0, 30)
    settle(page)
    assert scores(page) == [value(page, "score0"), value(page, "score1")] != visited[-1]


def test_a_server_that_sleeps_and_dies_in_a_drag(lonely: Page, tmp_path: Path) -> None:
    page, port = lonely, free_port()
    with Server(ROOT / "app.py", tmp_path, port) as server:
        open_stage(page, server.url + LESSON)
        x, y = centre(page, "score0")
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x, y - 10)
        server.process.send_signal(signal.SIGSTOP)
        page.mouse.move(x, y - 30, steps=5)
        page.mouse.up()
        page.wait_for_timeout(3000)
        server.process.send_signal(signal.SIGCONT)
        settle(page)
        first = value(page, "score0")
        assert scores(page) == [first, 2]
        assert first > 1
        x, y = centre(page, "score1")
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x, y + 10)
        server.process.kill()
        page.mouse.move(x, y + 30, steps=5)
        page.mouse.up()
    second = value(page, "score1")
    until(page, lambda: not is_connected(page))
    with Server(ROOT / "app.py", tmp_path, port):
        until(page, lambda: is_connected(page), 60)
        until(page, lambda: scores(page) == [first, second])
        settle(page)
        assert values(page) == {"score0": first, "score1": second, "label": 1}
        assert second < 2
        assert handle(page, "score1").get_attribute("aria-valuetext") == f"{second:.1f}".replace(
            "-", "−"
        )


def test_a_server_that_dies_in_a_training(lonely: Page, tmp_path: Path) -> None:
    """Another one trains the run that the address names, and the page shows its end."""
    page, port = lonely, free_port()

    def step() -> int:
        return int(readouts(page).get("net_step", "0"))

    with Server(ROOT / "app.py", tmp_path, port) as server:
        page.goto(f"{server.url}/two-layer-network?data=digits&trained=9000")
        until(page, lambda: 0 < step() < 9000, 60)
        server.process.kill()
    until(page, lambda: not is_connected(page))
    with Server(ROOT / "app.py", tmp_path, port):
        until(page, lambda: is_connected(page), 60)
        until(page, lambda: step() == 9000, 90)
        settle(page)
    assert "trained=9000" in page.url
