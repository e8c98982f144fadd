"""How closely the lessons that learn follow: scrubbing two runs, dragging a point, the digits.

Run ``python -m tests.benchmarks.learning``. Hand, paints and latencies are those of
``tests.benchmarks.drag``: 150 mouse moves on a fixed timetable, one each 16 ms.

- *Scrubbing* drags the timeline of the linear classifier's two runs, side by side. A paint is a
  frame in which the stage has counted another paint.
- *Dragging a point* of the same page: a paint is a frame in which the point has moved. An *update*
  is an answer of Python with losses and gradients while the hand moves.
- *The digits* are trained for 20 epochs. A progress update is a frame in which the text of the
  progress bar is another; the longest time between two of them counts, from the press of the button
  on. Then a long training is begun, and stopped on the way: from the press of the button until no
  button says Stop any more and the script has ended. That the run stands still then is checked.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import re
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from pages.ui.learning.state import MOST_TRAINED
from pages.ui.text import text_in
from tests.benchmarks._browser import LAUNCH, ROOT, VIEWPORT, machine, serve, table
from tests.benchmarks.drag import (
    DEADLINE_SECONDS,
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

LINEAR = "linear-classifier?trained=200&at=100&lang=en"
DIGITS = "two-layer-network?data=digits&trained=0&lang=en"
EPOCHS = 20
TIMELINE = '.stage-handle[data-mark="timeline"]'
POINT = '.stage-handle[data-handle="softmax_point0"]'
PROGRESS = '[data-testid="stProgress"]'
STILL_SECONDS = 1.0

UPDATES = """() => {
  window.updates = [];
  new MutationObserver(() => updates.push(performance.now())).observe(
    document.querySelector(".stage"), { attributes: true, attributeFilter: ["data-answers"] });
}"""

WATCH = """([progress, stop]) => {
  const watch = (window.watch = { pressed: null, told: [], stopped: null });
  const written = () => document.querySelector(progress)?.textContent ?? null;
  const isTraining = () =>
    [...document.querySelectorAll("button")].some((button) => button.textContent.includes(stop)) ||
    document.querySelector("[data-test-script-state]").dataset.testScriptState !== "notRunning";
  addEventListener("click", (event) => {
    Object.assign(watch, { pressed: event.timeStamp, told: [], stopped: null });
  }, true);
  let shown = written();
  const tick = () => {
    const text = written();
    if (text !== null && text !== shown) watch.told.push([performance.now(), (shown = text)]);
    if (isTraining()) watch.stopped = null;
    else watch.stopped ??= performance.now();
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}"""


@dataclass
class DigitsResult:
    """What was measured while the digits were trained: milliseconds, one number a repetition."""

    longest: list[float] = field(default_factory=list)
    updates: list[int] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    stopping: list[float] = field(default_factory=list)


def scenes(lab: str) -> tuple[Scene, Scene]:
    """Return the timeline and a point of the linear classifier."""

    def scene(name: str, grip: str, target: str, *, vertical: bool) -> Scene:
        return Scene(
            name,
            f"{lab}/{LINEAR}",
            root=".stage",
            ready=STAGE,
            grip=grip,
            bar=None,
            vertical=vertical,
            target=target,
        )

    return (
        scene("(a) scrubbing two runs side by side", TIMELINE, ">= 30 paints/s", vertical=False),
        scene("(b) dragging a data point", POINT, ">= 30 paints/s, 8 updates/s", vertical=True),
    )


async def measure_point(
    browser: Browser, scene: Scene, result: Result, updates: list[float]
) -> None:
    """Drag a point; add its paints, and how often Python's numbers came meanwhile."""
    page = await browser.new_page(viewport=VIEWPORT)
    try:
        await page.goto(scene.url)
        await page.wait_for_selector(scene.ready)
        await page.locator(scene.grip).scroll_into_view_if_needed()
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


def step_in(told: str) -> tuple[int, int]:
    """Return the step that the progress bar tells, and where it is to end."""
    step, target = map(int, re.findall(r"\d+", told)[:2])
    return step, target


async def watched(page: Page) -> dict[str, Any]:
    """Return what was seen since the last press of a button."""
    seen: dict[str, Any] = await page.evaluate("watch")
    return seen


async def wait_for_step(page: Page, least: float) -> None:
    """Wait until a part of the way is trained."""
    deadline = time.monotonic() + 6 * DEADLINE_SECONDS
    while time.monotonic() < deadline:
        told = (await watched(page))["told"]
        if told:
            step, target = step_in(told[-1][1])
            if target and step >= least * target:
                return
        await asyncio.sleep(0.02)
    raise TimeoutError("the digits are not trained")


async def wait_for_rest(page: Page) -> dict[str, Any]:
    """Wait until nothing is trained; return what was seen."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        seen = await watched(page)
        if seen["stopped"] is not None and seen["stopped"] > seen["pressed"]:
            await asyncio.sleep(STILL_SECONDS)
            later = await watched(page)
            if later["stopped"] == seen["stopped"]:
                return later
        await asyncio.sleep(0.05)
    raise TimeoutError("training does not come to rest")


async def measure_digits(browser: Browser, url: str, result: DigitsResult) -> None:
    """Train 20 epochs; then begin a long training, and stop it on the way."""
    t = text_in("en")
    page = await browser.new_page(viewport=VIEWPORT)
    main = page.get_by_test_id("stMain")  # Streamlit has a Stop of its own, above it
    train = main.get_by_role("button", name=re.compile(r"^Train \d+ steps$"))
    stop = main.get_by_role("button", name=t("learning.control.stop"))
    try:
        await page.goto(url)
        await page.wait_for_selector(STAGE)
        await asyncio.sleep(3)
        await page.evaluate(WATCH, [PROGRESS, t("learning.control.stop")])
        await train.click()
        await wait_for_step(page, 1.0)
        seen = await wait_for_rest(page)
        times = [seen["pressed"], *(at for at, _ in seen["told"])]
        result.longest.append(max(b - a for a, b in itertools.pairwise(times)))
        result.updates.append(len(seen["told"]))
        result.whole.append(times[-1] - times[0])

        # 20 epochs are over before a hand is at Stop.
        await page.goto(url.replace("trained=0", f"trained={MOST_TRAINED}"))
        await page.wait_for_selector(STAGE)
        await page.evaluate(WATCH, [PROGRESS, t("learning.control.stop")])
        await wait_for_step(page, 0.1)
        await stop.click()
        seen = await wait_for_rest(page)
        told = await page.locator(PROGRESS).text_content()
        step, target = step_in(told or "")
        if step != target:
            raise RuntimeError(f"after Stop the page goes on towards {target}, from {step}")
        result.stopping.append(seen["stopped"] - seen["pressed"])
    finally:
        await page.close()


def cell(values: Sequence[float], digits: int = 0) -> str:
    """Return the median, or that there is none."""
    return f"{statistics.median(values):.{digits}f}" if values else "none"


def report(
    pages: Sequence[Scene],
    results: Sequence[Result],
    updates: Sequence[float],
    digits: DigitsResult,
) -> str:
    """Return both tables."""
    is_met = [
        statistics.median(results[0].rate) >= 30,
        statistics.median(results[1].rate) >= 30 and statistics.median(updates) >= 8,
    ]
    hands = table(
        [
            "page",
            "paints/s",
            "latency p50 / p95, ms",
            "gap p95, ms",
            "updates/s",
            "release to settled, ms",
            "target",
            "met",
        ],
        [
            [
                scene.name,
                cell(result.rate, 1),
                f"{cell(result.latency_p50, 1)} / {cell(result.latency_p95, 1)}",
                cell(result.gap_p95, 1),
                cell(updates, 1) if scene is pages[1] else "",
                cell(result.releases),
                scene.target,
                "yes" if met else "**no**",
            ]
            for scene, result, met in zip(pages, results, is_met, strict=True)
        ],
    )
    longest = max(digits.longest)
    training = table(
        [
            f"(c) digits, {EPOCHS} epochs",
            "longest time between updates, ms",
            "updates",
            "press to end, ms",
            "Stop to stopped, ms",
            "target",
            "met",
        ],
        [
            [
                "median (worst)",
                f"{cell(digits.longest)} ({longest:.0f})",
                cell(digits.updates),
                cell(digits.whole),
                f"{cell(digits.stopping)} ({max(digits.stopping):.0f})",
                "<= 200 ms between updates",
                "yes" if longest <= 200 else "**no**",
            ]
        ],
    )
    return f"{hands}\n\n{training}"


async def run(repetitions: int) -> str:
    """Measure the pages in turns; return the section of ``RESULTS.md``."""
    with serve(ROOT / "app.py") as lab:
        pages = scenes(lab)
        results, updates, digits = [Result(), Result()], list[float](), DigitsResult()
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(**LAUNCH)
            about = machine(browser.version)
            for _ in range(repetitions):
                await measure(browser, pages[0], results[0])
                await measure_point(browser, pages[1], results[1], updates)
                await measure_digits(browser, f"{lab}/{DIGITS}", digits)
            await browser.close()
    return "\n".join(
        [
            "## Learning",
            "",
            f"`python -m tests.benchmarks.learning`: {MOVES} mouse moves each; "
            f"median of {repetitions} repetitions, the pages taking turns. {about}.",
            "",
            report(pages, results, updates, digits),
        ]
    )


def main() -> None:
    """Print the section of ``RESULTS.md``."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=3)
    given = parser.parse_args()
    print(asyncio.run(run(given.repetitions)))


if __name__ == "__main__":
    main()
