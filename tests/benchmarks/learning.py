"""How closely the lessons that learn follow: scrubbing two runs, dragging a point, the digits.

Run ``python -m tests.benchmarks.learning``. Hand, paints and latencies are those of
``tests.benchmarks.drag``: 150 mouse moves on a fixed timetable, one each 16 ms.

- *Scrubbing* drags the timeline of the linear classifier's two runs, side by side. A paint is a
  frame in which the stage has counted another paint.
- *Dragging a point* of the same page: a paint is a frame in which the point has moved. An *update*
  is an answer of Python with losses and gradients during the drag.
- *The digits* are trained for 20 epochs. A progress update is any change of the progress bar or of
  its text; the longest time between two of them counts, from the press of the button to the end.
  Then the run is started again and stopped in its midst: what counts is the time from the press of
  the button until the page has settled, and whether it then stands still.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import statistics
import time
from collections.abc import Sequence

from playwright.async_api import Browser, Page, async_playwright

from tests.benchmarks._browser import LAUNCH, ROOT, VIEWPORT, machine, serve, table
from tests.benchmarks.drag import (
    MOVES,
    PROBE,
    STAGE,
    Result,
    Scene,
    drag,
    measure,
    path_of_hand,
    release,
)

LINEAR = "linear-classifier"
DIGITS = "two-layer-network?data=digits&look=train&hidden=64"
TRAINED_STEPS = 200

UPDATES = """() => {
  const stage = document.querySelector(".stage");
  window.updates = [];
  new MutationObserver(() => updates.push(performance.now())).observe(stage, {
    attributes: true, attributeFilter: ["data-answers"],
  });
}"""


def scenes(lab: str) -> tuple[Scene, Scene]:
    """Return the timeline and the point of the linear classifier."""
    page = f"{lab}/{LINEAR}?trained={TRAINED_STEPS}"

    def scene(name: str, mark: str, target: str, *, vertical: bool) -> Scene:
        return Scene(
            name,
            page,
            root=".stage",
            ready=STAGE,
            grip=f'.stage-handle[data-mark="{mark}"]',
            bar=None,
            vertical=vertical,
            target=target,
        )

    return (
        scene("(a) scrubbing two runs side by side", "timeline", ">= 30 paints/s", vertical=False),
        scene("(b) dragging a data point", "point", "display rate; >= 8 updates/s", vertical=True),
    )


async def measure_point(
    browser: Browser, scene: Scene, result: Result, updates: list[float]
) -> None:
    """Drag a point; add its paints, and how often Python's numbers came meanwhile."""
    page = await browser.new_page(viewport=VIEWPORT)
    try:
        await page.goto(scene.url)
        await page.wait_for_selector(scene.ready)
        await page.locator(scene.grip).first.scroll_into_view_if_needed()
        await asyncio.sleep(3)
        await page.evaluate(PROBE, [scene.root, scene.grip, "style"])
        await page.evaluate(UPDATES)
        await drag(page, scene, [path_of_hand(move) for move in range(MOVES)])
        await asyncio.sleep(0.1)
        moves, paints, answers = await page.evaluate("[probe.moves, probe.paints, updates]")
        result.add_drag(moves, [(at, count) for at, count in paints])
        during = [at for at in answers if moves[0] <= at <= moves[-1]]
        updates.append(1000.0 * len(during) / (moves[-1] - moves[0]))
        result.releases.append(await release(page, scene))
    finally:
        await page.close()
