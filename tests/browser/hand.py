"""What a person does with a stage, and what they see."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import CDPSession, Locator, Page

STAGE = ".stage[data-ready]"

# Panels whose figure is of another size than their box, or what is drawn than its axes.
UNFILLED = """() => [...document.querySelectorAll('.stage-plot')].filter((node) => {
  const drawn = node.querySelector('.main-svg');
  if (!drawn || !node.checkVisibility()) return false;
  const off = (sizes, others) => sizes.some((size, i) => Math.abs(size - others[i]) > 2);
  const area = node.querySelector('clipPath.plotclip rect');
  const {xaxis, yaxis} = node._fullLayout;
  return off([drawn.clientWidth, drawn.clientHeight], [node.clientWidth, node.clientHeight])
    || (area && off(['width', 'height'].map((side) => Number(area.getAttribute(side))), [xaxis._length, yaxis._length]));
}).map((node) => node.closest('.stage-panel').dataset.panel)"""


def open_stage(page: Page, url: str, *, stages: int = 1) -> None:
    page.goto(url)
    until(page, lambda: page.locator(STAGE).count() == stages)
    settle(page)


def until(page: Page, condition: Callable[[], Any], seconds: float = 60) -> Any:
    """Wait for a condition; the page's policy forbids Playwright's own way, which is eval."""
    deadline = time.monotonic() + seconds
    pause = 20.0
    while not (result := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        page.wait_for_timeout(pause)
        pause = min(1.5 * pause, 50.0)  # to look costs time, too
    return result


def settle(page: Page) -> None:
    """Wait until Python has answered the last message and the script has come to rest."""
    until(
        page,
        lambda: page.evaluate(
            """() => document.querySelector('[data-test-script-state="notRunning"]') !== null
              && [...document.querySelectorAll('.stage')].every((stage) => stage.dataset.ready
                && (!stage.dataset.sent || stage.dataset.sent === stage.dataset.answers))"""
        ),
    )
    page.wait_for_timeout(60)


def handle(page: Page, name: str, stage: int = 0) -> Locator:
    return page.locator(".stage").nth(stage).locator(f'[data-handle="{name}"]')


def value(page: Page, name: str, stage: int = 0) -> Any:
    return json.loads(handle(page, name, stage).get_attribute("data-value") or "null")


def values(page: Page) -> dict[str, Any]:
    found = page.locator("[data-handle]").evaluate_all(
        "nodes => nodes.map((node) => [node.dataset.handle, JSON.parse(node.dataset.value)])"
    )
    return dict(found)


def readouts(page: Page) -> dict[str, str]:
    found = page.locator("[data-readout]").evaluate_all(
        "nodes => nodes.map((node) => [node.dataset.readout, node.textContent])"
    )
    return dict(found)


def centre(page: Page, name: str, stage: int = 0) -> tuple[float, float]:
    pill = handle(page, name, stage).locator(".stage-pill")
    pill.scroll_into_view_if_needed()
    box = pill.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, name: str, dx: float, dy: float, *, moves: int = 10, stage: int = 0) -> None:
    """Take a handle with the mouse, move it, and let go."""
    x, y = centre(page, name, stage)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx, y + dy, steps=moves)
    page.mouse.up()


def touch(session: CDPSession, kind: str, *points: tuple[float, float]) -> None:
    session.send(
        "Input.dispatchTouchEvent",
        {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]},
    )


def touch_drag(page: Page, start: tuple[float, float], dx: float, dy: float) -> None:
    session = page.context.new_cdp_session(page)
    touch(session, "touchStart", start)
    for step in range(1, 16):
        share = step / 15
        touch(session, "touchMove", (start[0] + dx * share, start[1] + dy * share))
        page.wait_for_timeout(16)
    touch(session, "touchEnd")


def sway(
    page: Page, name: str, *, moves: int = 20, reach: float = 55.0, across: bool = False
) -> None:
    """Take a handle, move it to both sides and back, and let go."""
    x, y = centre(page, name)
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(moves):
        # A quarter of a step late, so that the way back does not stop at the same places.
        way = reach * math.sin(2 * math.pi * (step + 0.25) / moves)
        page.mouse.move(x + way * across, y + way * (not across))
    page.mouse.up()
    settle(page)


def shown(text: str, expected: float) -> bool:
    """Whether a printed number is the expected one at the precision that it shows."""
    mantissa, _, exponent = text.partition("e")
    unit = 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
    return abs(float(text) - expected) <= 0.5 * unit * (1 + 1e-6)


# Everything that is drawn, read from the page itself right after each paint.
RECORD = """() => {
  window.record = [];
  const stage = document.querySelector('.stage');
  const number = (text) => text.replaceAll('−', '-');
  new MutationObserver(() => {
    const frame = {values: {}, readouts: {}, marks: {}, bars: {}};
    for (const node of stage.querySelectorAll('[data-handle]'))
      frame.values[node.dataset.handle] = JSON.parse(node.dataset.value);
    for (const node of stage.querySelectorAll('[data-readout]'))
      frame.readouts[node.dataset.readout] = number(node.textContent);
    for (const panel of stage.querySelectorAll('.stage-panel')) {
      const id = panel.dataset.panel;
      frame.marks[id] = [...panel.querySelectorAll('.stage-mark')].map((n) => number(n.textContent));
      const plot = panel.querySelector('.stage-plot');
      const axis = plot._fullLayout.yaxis;
      frame.bars[id] = [...plot.querySelectorAll('.barlayer .point > path')].map((path) => {
        const found = path.getAttribute('d').match(/^M[^,]+,([^V]+)V([^H]+)H/);
        return found && found.slice(1).map((pixel) => axis.p2c(Number(pixel)));
      });
    }
    window.record.push(frame);
  }).observe(stage, {attributes: true, attributeFilter: ['data-painted']});
}"""
