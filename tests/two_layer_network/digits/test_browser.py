"""The hand on the digits view: drawn with mouse, keyboard and finger; a mistake is chosen."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlparse

import numpy as np
from playwright.sync_api import Page

from pages.two_layer_network.digits.drawn_digits import drawn_digit
from pages.two_layer_network.digits.pad.component import PEN_RADIUS, SHEET_SIZE
from pages.two_layer_network.written_drawing import EMPTY, parse_drawing, write_drawing
from tests.browser.hand import open_stage, readouts, settle, touch, until

VIEW = "two-layer-network?data=digits&look=digits&trained=8"
SEVEN = [(0.2, 0.2), (0.75, 0.2), (0.4, 0.85)]


def view(page: Page, app: str, more: str) -> None:
    open_stage(page, f"{app}/{VIEW}&{more}")
    until(page, lambda: page.locator("text=/^Step 8 of 8/").count())
    settle(page)


def sheet(page: Page) -> list[tuple[float, float]]:
    """Where the corners of a seven are on the screen."""
    pad = page.locator(".pad-ink")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in SEVEN]


def address(page: Page) -> str:
    return parse_qs(urlparse(page.url).query).get("drawing", [""])[0]


def read_as(page: Page) -> str:
    return readouts(page)["verdict"]


def inked(corners: list[tuple[float, float]]) -> np.ndarray:
    """What a round pen along these corners, in pixels of the sheet, leaves: computed anew."""
    ends = np.array(corners)
    along = np.linspace(0, len(ends) - 1, 1000)
    path = np.stack([np.interp(along, range(len(ends)), ends[:, k]) for k in (0, 1)], axis=1)
    down, across = np.mgrid[:SHEET_SIZE, :SHEET_SIZE] + 0.5
    gaps = np.hypot(across[..., None] - path[:, 0], down[..., None] - path[:, 1])
    return gaps.min(axis=-1) <= PEN_RADIUS


def assert_near(drawing: str, corners: list[tuple[float, float]]) -> None:
    """The hand's steps and the screen's pixels round a little."""
    counts, problems = parse_drawing(drawing)
    assert problems == ()
    expected = drawn_digit(inked(corners)).counts.ravel()
    assert np.abs(np.array(counts) - expected).mean() < 0.6


def test_a_digit_drawn_with_the_mouse_is_read_while_it_is_drawn(page: Page, app: str) -> None:
    view(page, app, f"drawing={write_drawing(EMPTY)}")
    assert read_as(page).startswith("The sheet is empty")
    start, corner, end = sheet(page)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*corner, steps=8)
    until(page, lambda: read_as(page).startswith("The network recognises your drawing"))
    assert address(page) == write_drawing(EMPTY)  # the pen is still down
    page.mouse.move(*end, steps=8)
    page.mouse.up()
    until(page, lambda: address(page) != write_drawing(EMPTY))
    settle(page)
    assert_near(address(page), [(64 * x, 64 * y) for x, y in SEVEN])
    assert re.search(r"as a \d with p = [\d.]+\.$", read_as(page))
    picture = page.locator('[data-picture$=" of image"]')
    assert picture.count() == 2  # the normalised drawing beside its 8 x 8 counts
    page.locator(".pad-clear").click()
    until(page, lambda: read_as(page).startswith("The sheet is empty"))
    assert address(page) == write_drawing(EMPTY)
    # What was drawn is one step back, as with every other change.
    page.go_back()
    until(page, lambda: read_as(page).startswith("The network recognises your drawing"))


def test_a_digit_drawn_with_the_keyboard(page: Page, app: str) -> None:
    view(page, app, f"drawing={write_drawing(EMPTY)}")
    page.locator(".pad-sheet").focus()  # the pen waits at (32, 16)
    for _ in range(2):
        page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Space")
    assert page.locator(".pad-told").text_content() == "Pen down: the arrows draw."
    for _ in range(4):
        page.keyboard.press("Shift+ArrowRight")
    for _ in range(18):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    until(page, lambda: address(page) != write_drawing(EMPTY))
    assert_near(address(page), [(16, 16), (48, 16), (48, 52)])
    settle(page)
    page.keyboard.press("Delete")
    until(page, lambda: address(page) == write_drawing(EMPTY))
    assert page.locator(".pad-told").text_content() == "The sheet is empty."


def test_a_digit_drawn_with_a_finger(phone: Page, app: str) -> None:
    view(phone, app, f"drawing={write_drawing(EMPTY)}")
    start, corner, end = sheet(phone)
    scrolled = "() => document.querySelector('[data-testid=stMain]').scrollTop"
    before = phone.evaluate(scrolled)
    session = phone.context.new_cdp_session(phone)
    touch(session, "touchStart", start)
    for first, last in ((start, corner), (corner, end)):
        for step in range(1, 9):
            share = step / 8
            spot = [a + share * (b - a) for a, b in zip(first, last, strict=True)]
            touch(session, "touchMove", (spot[0], spot[1]))
            phone.wait_for_timeout(16)
    touch(session, "touchEnd")
    until(phone, lambda: address(phone) not in ("", write_drawing(EMPTY)))
    assert phone.evaluate(scrolled) == before  # the page does not scroll under the finger
    assert_near(address(phone), [(64 * x, 64 * y) for x, y in SEVEN])


def test_a_mistake_of_the_gallery_is_chosen(page: Page, app: str) -> None:
    view(page, app, "digit=0")
    choice = page.locator(".gallery-choice").nth(1)
    name, caption = choice.get_attribute("data-name"), choice.locator(".gallery-caption")
    truth, prediction = (caption.text_content() or "").split(" → ")
    choice.focus()
    page.keyboard.press("Enter")
    until(page, lambda: f"digit={name}" in page.url)
    settle(page)
    assert f"recognises a {prediction} " in read_as(page)
    assert f"this is a {truth}," in read_as(page)
    until(page, lambda: page.locator('.gallery-choice[aria-pressed="true"]').count() == 1)
    marked = page.locator('.gallery-choice[aria-pressed="true"]')
    assert marked.get_attribute("data-name") == name
