"""What holds in every lesson, whatever it shows."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.hand import drag, open_stage, settle, values

DRAGS = {
    "/": [("score0", 0, -30)],
    "/softmax": [("score0", 0, -30), ("temperature", 40, 0), ("constant", 40, 0)],
    "/cross-entropy": [("score0", 0, -30), ("target1", 0, -40)],
    "/hinge": [("score1", 0, 25), ("margin_line", 0, 20)],
    "/svm-against-softmax": [("score0", 0, -30), ("label", 260, 0)],
    "/softmax-with-loss-graph": [("score0", 25, 0)],
    "/numerical-stability": [("scale", 60, 0), ("shift", 60, 0)],
    "/gradient-check": [("score0", 0, -30), ("h", -50, 0)],
    "/batch-lab": [("score0", 0, -30)],
    "/two-layer-network?data=moons": [("step", -300, 0)],
}

# Paths and places to a tenth of a pixel: an animated path may be written in other words.
PICTURE = """() => {
  const rounded = (text) => text.replace(/-?\\d+\\.?\\d*(e-?\\d+)?/g, (n) => String(Math.round(n * 5) / 5 || 0));
  return Object.fromEntries([...document.querySelectorAll('.stage-panel')].map((panel) => [
    panel.dataset.panel,
    {
      title: panel.querySelector('.stage-title').textContent,
      lines: [...panel.querySelectorAll('.js-line')].map((n) => n.getAttribute('d') ? n.getBoundingClientRect() : null)
        .map((box) => box && [box.x, box.y, box.width, box.height].map((n) => Math.round(n))),
      bars: [...panel.querySelectorAll('.barlayer .point > path')].map((n) => rounded(n.getAttribute('d'))),
      points: [...panel.querySelectorAll('.scatterlayer .points path')].filter((n) => n.style.display !== 'none')
        .map((n) => rounded(n.getAttribute('transform') ?? '')),
      marks: [...panel.querySelectorAll('.stage-mark')].filter((n) => !n.hidden).map((n) => n.textContent),
    },
  ]));
}"""


def picture(page: Page) -> dict[str, Any]:
    page.evaluate("() => document.querySelector('[data-testid=\"stMain\"]').scrollTo(0, 0)")
    page.wait_for_timeout(150)
    return page.evaluate(PICTURE)


@pytest.mark.parametrize("path", DRAGS)
def test_after_drags_the_picture_is_that_of_its_address(page: Page, app: str, path: str) -> None:
    open_stage(page, app + path)
    dragged = picture(page)
    for name, dx, dy in DRAGS[path]:
        before, value = dragged, values(page)[name]
        drag(page, name, dx, dy, moves=8)
        settle(page)
        assert values(page)[name] != value
        dragged = picture(page)
        assert dragged != before
    open_stage(page, page.url)
    fresh = picture(page)
    assert dragged.keys() == fresh.keys()
    for panel, shown in fresh.items():
        for part, expected in shown.items():
            assert dragged[panel][part] == expected, (panel, part)
