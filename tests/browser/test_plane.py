"""Points that are dragged, added and removed, and a picture whose frames a timeline shows."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.hand import (
    centre,
    drag,
    handle,
    open_stage,
    readouts,
    settle,
    touch,
    until,
    value,
)

PIXEL = """([row, column]) => {
  const canvas = document.querySelector('[data-panel=plane] [data-picture]');
  return [...canvas.getContext('2d').getImageData(column, row, 1, 1).data];
}"""
RED, GREEN = [255, 0, 0, 255], [0, 255, 0, 128]
MARKER = "() => document.querySelector('.scatterlayer path.point').getAttribute('transform')"


def positions(page: Page) -> list[tuple[float, float]]:
    names = [f"point{i}" for i in range(page.locator("[data-handle^=point]").count())]
    return [tuple(value(page, name)) for name in names]


def test_python_is_asked_during_the_drag_of_a_point(page: Page, demo: str) -> None:
    open_stage(page, f"{demo}/plane")
    x, y = centre(page, "point0")
    page.mouse.move(x, y)
    page.mouse.down()
    before = page.evaluate(MARKER)
    page.mouse.move(x + 60, y, steps=6)
    until(page, lambda: page.evaluate(MARKER) != before)  # the point is drawn where the hand is
    until(page, lambda: readouts(page)["updates"] != "0")
    moved = value(page, "point0")
    assert moved[0] > -0.45
    until(page, lambda: float(readouts(page)["sum"]) == pytest.approx(moved[0] + 0.5, abs=0.005))
    page.mouse.move(x, y, steps=6)  # back to where it began: Python has to hear of that, too
    page.mouse.up()
    settle(page)
    assert value(page, "point0") == [-0.5, 0.5]
    assert readouts(page)["sum"] == "0.00"


def test_escape_takes_a_live_drag_back(page: Page, demo: str) -> None:
    open_stage(page, f"{demo}/plane")
    before = value(page, "point1")
    x, y = centre(page, "point1")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y, steps=4)
    until(page, lambda: readouts(page)["updates"] != "0")
    assert value(page, "point1") != before
    page.keyboard.press("Escape")
    page.mouse.up()
    settle(page)
    assert value(page, "point1") == before == [0.5, 0.5]
    assert readouts(page)["sum"] == "0.00"


def test_points_are_added_and_removed(page: Page, demo: str) -> None:
    open_stage(page, f"{demo}/plane")
    plane = page.locator("[data-panel=plane] .stage-plot").bounding_box()
    assert plane is not None
    page.mouse.click(plane["x"] + plane["width"] / 2, plane["y"] + plane["height"] / 2 - 12)
    until(page, lambda: readouts(page)["count"] == "4")
    x, y = positions(page)[3]
    assert max(abs(x), abs(y)) < 0.2  # the middle of the panel, but for its margins
    handle(page, "point3").focus()
    page.keyboard.press("Delete")
    until(page, lambda: readouts(page)["count"] == "3")
    page.mouse.dblclick(*centre(page, "point0"))
    until(page, lambda: readouts(page)["count"] == "2")
    assert positions(page) == [(0.5, 0.5), (0.0, -0.5)]
    drag(page, "point0", 30, 0)  # a drag ends with a click, too, which adds nothing
    settle(page)
    assert readouts(page)["count"] == "2"


def test_a_finger_adds_and_removes_points(phone: Page, demo: str) -> None:
    open_stage(phone, f"{demo}/plane")
    session = phone.context.new_cdp_session(phone)
    plane = phone.locator("[data-panel=plane] .stage-plot").bounding_box()
    assert plane is not None
    phone.touchscreen.tap(plane["x"] + plane["width"] / 2, plane["y"] + plane["height"] / 2)
    until(phone, lambda: readouts(phone)["count"] == "4")
    spot = centre(phone, "point2")
    for kind in ("touchStart", "touchEnd") * 2:
        touch(session, kind, *([spot] if kind == "touchStart" else []))
    until(phone, lambda: readouts(phone)["count"] == "3")
    assert (0.0, -0.5) not in positions(phone)


def test_a_picture_is_painted_frame_by_frame(page: Page, demo: str) -> None:
    open_stage(page, f"{demo}/plane")
    ink = page.evaluate(PIXEL, [2, 5])
    assert page.evaluate(PIXEL, [0, 0]) == RED
    assert page.evaluate(PIXEL, [1, 3]) == GREEN
    assert ink == page.evaluate(PIXEL, [2, 0])
    assert ink not in (RED, GREEN)
    handle(page, "step").focus()
    page.keyboard.press("ArrowRight")
    until(page, lambda: page.evaluate(PIXEL, [0, 0]) == GREEN)
    assert page.evaluate(PIXEL, [2, 0]) == RED
    settle(page)
    assert page.evaluate(PIXEL, [0, 0]) == GREEN
    canvas = page.locator("[data-panel=plane] canvas[data-picture]").bounding_box()
    plot = page.locator("[data-panel=plane] .nsewdrag").bounding_box()
    assert canvas == pytest.approx(plot, abs=1.5)
