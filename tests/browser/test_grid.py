"""A point in the plane whose table is a grid: looked up while it moves, as NumPy computed it."""

from __future__ import annotations

import math

import pytest
from playwright.sync_api import Page

from tests.browser.hand import (
    RECORD,
    centre,
    handle,
    open_stage,
    readouts,
    settle,
    shown,
    until,
    value,
)


def told(page: Page, name: str) -> str | None:
    return handle(page, name).get_attribute("aria-valuetext")


def spot(page: Page, name: str) -> tuple[float, float]:
    """Where a handle is drawn, in units of the axes."""
    found = page.evaluate(
        """(name) => {
          const grip = document.querySelector(`[data-handle=${name}]`);
          const { xaxis, yaxis } = document.querySelector('.stage-plot')._fullLayout;
          const [x, y] = grip.style.transform.match(/-?[\\d.]+/g).map(Number);
          return [xaxis.p2d(x - xaxis._offset), yaxis.p2d(y - yaxis._offset)];
        }""",
        name,
    )
    return found[0], found[1]


def test_every_frame_of_a_drag_is_a_row_of_the_table(page: Page, demo: str) -> None:
    open_stage(page, f"{demo}/grid")
    page.evaluate(RECORD)
    x, y = centre(page, "hand")
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(120):
        turn = 2 * math.pi * step / 40
        page.mouse.move(x + 160 * math.sin(turn), y + 50 * math.sin(2.3 * turn + 0.2))
    page.mouse.up()
    settle(page)
    record = page.evaluate("() => window.record")
    moved = {tuple(frame["values"]["hand"]) for frame in record}
    assert len(moved) > 20
    for frame in record:
        across, up = frame["values"]["hand"]
        assert shown(frame["readouts"]["product"], math.exp(across) * math.cos(up))
        assert frame["readouts"]["side"] == ("below" if across > up else "above")
    assert record[0]["readouts"]["messages"] == "0"
    assert readouts(page)["messages"] == "1"  # only the release was told


def test_where_it_cannot_be_it_stands_at_the_nearest_place(page: Page, demo: str) -> None:
    open_stage(page, f"{demo}/grid")
    x, y = centre(page, "disc")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 300, y - 200, steps=8)
    page.wait_for_timeout(100)
    assert value(page, "disc") == [1, 1]  # the hand is at the corner of the square
    stands = spot(page, "disc")
    assert math.hypot(*stands) == pytest.approx(0.95, abs=0.07)
    assert stands[0] == pytest.approx(stands[1], abs=0.15)
    assert shown(readouts(page)["product"], math.exp(stands[0]) * math.cos(stands[1]))
    assert spot(page, "hand") == pytest.approx(stands, abs=0.01)  # the other one follows
    page.mouse.up()
    settle(page)
    assert value(page, "hand") == pytest.approx(stands, abs=0.01)
    assert spot(page, "disc") == pytest.approx(stands, abs=0.01)


def test_arrows_move_it_in_both_directions_and_each_coordinate_is_spoken(
    page: Page, demo: str
) -> None:
    open_stage(page, f"{demo}/grid")
    grip = handle(page, "hand")
    grip.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "PageUp"):
        page.keyboard.press(key)
    assert told(page, "hand") == "across 0.60, up 0.70"
    until(page, lambda: told(page, "disc") == "x 0.60, y 0.70")  # with the next paint
    settle(page)
    page.wait_for_timeout(500)
    settle(page)
    assert value(page, "hand") == [0.6, 0.7]
    assert shown(readouts(page)["product"], math.exp(0.6) * math.cos(0.7))


def test_an_arrow_follows(page: Page, demo: str) -> None:
    open_stage(page, f"{demo}/grid")
    line = page.locator("[data-kind=arrow] line")
    before = [float(line.get_attribute(name) or "nan") for name in ("x2", "y2")]
    handle(page, "hand").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(100)
    after = [float(line.get_attribute(name) or "nan") for name in ("x2", "y2")]
    assert before[0] > after[0] > 0
    assert before[1] < after[1] < 0  # upwards, and exp(x) has become less
