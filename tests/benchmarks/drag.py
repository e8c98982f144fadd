"""How closely the picture follows the hand: the stage, the lesson, Streamlit's slider, a ceiling.

Run ``python -m tests.benchmarks.drag``. All pages are measured in one run and take turns. In each
turn 150 mouse moves are sent on a fixed timetable, one each 16 ms, whether or not the page keeps
up; every one of them changes the value. All pages are measured in the same way:

- A *paint* is an animation frame that shows another ``d`` of the dragged bar's path than the last
  one: at most one a frame. Where a lesson's handle is not a bar, a paint is a frame in which the
  stage has counted another paint of its own.
- The *latency* of a pointermove runs from its ``timeStamp`` to the end of the first frame that
  shows a path changed after the move was dispatched. A frame's end is approximated by a message
  that is posted in its ``requestAnimationFrame`` callback: it is delivered after rendering.
- A *gap* is the time between two paints that follow each other.
- A release is *settled* when Python has answered it (``data-answers`` equals ``data-sent`` on a
  stage) and the last paint after it has been shown.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import math
import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from tests.benchmarks._browser import (
    APPS,
    LAUNCH,
    ROOT,
    VIEWPORT,
    machine,
    percentile,
    serve,
    table,
)
from tests.benchmarks.apps.ten_bars import DRAGGED

MOVES, INTERVAL = 150, 0.016
REACH = 40.0
RELEASES = 7
"""Releases a repetition: that of the timed drag, and those of short drags after it."""

QUIET_SECONDS = 0.5
"""A page that painted nothing for so long has settled."""

DEADLINE_SECONDS = 10.0
MAIN = '[data-testid="stMain"]'
STAGE = ".stage[data-ready]"

PROBE = """([root, bar, attribute]) => {
  const drawn = () => document.querySelector(bar)?.getAttribute(attribute) ?? null;
  const answered = () => {
    const stage = document.querySelector(".stage");
    return !stage || stage.dataset.answers === stage.dataset.sent;
  };
  const probe = (window.probe = { moves: [], paints: [], released: null, answered: null });
  let shown = drawn();
  let seen = null; // moves dispatched before the newest change that is not shown yet
  addEventListener("pointermove", (event) => probe.moves.push(event.timeStamp), true);
  addEventListener("pointerup", (event) => {
    probe.released = event.timeStamp;
    probe.answered = null;
  }, true);
  new MutationObserver(() => {
    const path = drawn();
    if (path === null || path === shown) return;
    shown = path;
    seen = probe.moves.length;
  }).observe(document.querySelector(root), {
    subtree: true, childList: true, attributes: true, attributeFilter: [attribute],
  });
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    const now = performance.now();
    if (seen !== null) probe.paints.push([now, seen]);
    seen = null;
    if (probe.released !== null && answered()) probe.answered ??= now;
  };
  const tick = () => {
    port2.postMessage(null);
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}"""


@dataclass(frozen=True)
class Scene:
    """A page, where to take hold of it, and which bar follows."""

    name: str
    url: str
    root: str
    ready: str
    grip: str
    bar: int | None
    panel: str = ""
    vertical: bool = True
    answers: bool = True
    target: str = ""
    reach: float = 1.0
    """How many times as far the hand goes, where a handle's steps are far apart."""

    @property
    def drawn(self) -> tuple[str, str]:
        """Selector and attribute of what follows the hand: the path of a bar, or the paints."""
        if self.bar is None:
            return self.root, "data-painted"
        place = f".barlayer > .trace:nth-child(1) .point:nth-child({self.bar + 1}) > path"
        return f"{self.root} {self.panel} {place}", "d"


@dataclass
class Result:
    """What was measured on one page: one number a repetition, and all releases."""

    rate: list[float] = field(default_factory=list)
    latency_p50: list[float] = field(default_factory=list)
    latency_p95: list[float] = field(default_factory=list)
    gap_p95: list[float] = field(default_factory=list)
    releases: list[float] = field(default_factory=list)

    def add_drag(self, moves: Sequence[float], paints: Sequence[tuple[float, int]]) -> None:
        """Add what the probe saw during the timed drag: paints with how many moves they show."""
        first, last = moves[0], moves[-1]
        times = [at for at, _ in paints if first <= at <= last]
        self.rate.append(1000.0 * len(times) / (last - first))
        if len(times) < 2:
            return
        latencies = [
            next(at for at, count in paints if count > index) - move
            for index, move in enumerate(moves)
            if paints[-1][1] > index
        ]
        self.latency_p50.append(percentile(latencies, 50))
        self.latency_p95.append(percentile(latencies, 95))
        self.gap_p95.append(percentile([b - a for a, b in itertools.pairwise(times)], 95))


def path_of_hand(move: int) -> float:
    """Return the distance from the start: a sine that no two moves within a frame can cancel.

    Its phase keeps the turning points a quarter of an interval away from the moves: there, too,
    one move and two moves together change the value by more than a step of a handle.
    """
    return REACH * math.sin(math.pi * (move + 0.25) / 10)


async def centre(page: Page, selector: str) -> tuple[float, float]:
    """Return the middle of an element."""
    box = await page.locator(selector).bounding_box()
    if box is None:
        raise RuntimeError(f"{selector} is not on the page")
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


async def drag(page: Page, scene: Scene, distances: Sequence[float]) -> None:
    """Take the grip, send the moves on their timetable without awaiting them, and hold it."""
    x, y = await centre(page, scene.grip)
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.evaluate("probe.moves = []; probe.paints = [];")
    start = time.perf_counter()
    sent = []
    for number, distance in enumerate(distances):
        await asyncio.sleep(max(0.0, start + number * INTERVAL - time.perf_counter()))
        place = (x, y + distance) if scene.vertical else (x + distance, y)
        sent.append(asyncio.create_task(page.mouse.move(*place)))
    await asyncio.gather(*sent)


async def release(page: Page, scene: Scene) -> float:
    """Let go; return the milliseconds until the page has settled."""
    await page.mouse.up()
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        released, answered, paints = await page.evaluate(
            "[probe.released, probe.answered, probe.paints.map(([at]) => at)]"
        )
        after = [at for at in paints if at > released]
        if answered is not None and (after or scene.vertical or scene.bar is None):
            break
        if time.monotonic() > deadline:
            raise TimeoutError(f"{scene.name}: not settled after the release")
        await asyncio.sleep(0.05)
    await asyncio.sleep(QUIET_SECONDS)
    paints = await page.evaluate("probe.paints.map(([at]) => at)")
    after = [at for at in paints if at > released]
    return float(max([*after, *([answered] if scene.answers else []), released]) - released)


async def measure(browser: Browser, scene: Scene, result: Result) -> None:
    """Open the page, make the timed drag and the short ones."""
    page = await browser.new_page(viewport=VIEWPORT)
    try:
        await page.goto(scene.url)
        await page.wait_for_selector(scene.ready)
        await page.locator(scene.grip).scroll_into_view_if_needed()
        await asyncio.sleep(1.5)
        await page.evaluate(PROBE, [scene.root, *scene.drawn])
        await drag(page, scene, [scene.reach * path_of_hand(move) for move in range(MOVES)])
        await asyncio.sleep(0.1)
        seen: dict[str, Any] = await page.evaluate("({moves: probe.moves, paints: probe.paints})")
        result.add_drag(seen["moves"], [(at, count) for at, count in seen["paints"]])
        result.releases.append(await release(page, scene))
        for number in range(RELEASES - 1):
            direction = 1 if number % 2 else -1
            await drag(page, scene, [4.0 * scene.reach * direction * move for move in range(1, 9)])
            await asyncio.sleep(0.1)
            result.releases.append(await release(page, scene))
    finally:
        await page.close()


LESSONS = (
    ("softmax", "score0", "logits"),
    ("softmax", "temperature", None),
    ("cross-entropy", "score0", "scores"),
    ("cross-entropy", "target0", None, "t=0.5,0.3,0.2"),
    ("hinge", "score0", "scores"),
    ("hinge", "margin_line", None, "margin=5"),
    ("svm-against-softmax", "score2", "scores"),
    ("softmax-with-loss-graph", "score1", None, "node=0"),
    ("softmax-with-loss-graph", "node", None, "node=16"),
    ("numerical-stability", "scale", None),
    ("gradient-check", "score0", "scores"),
    ("gradient-check", "h", None),
    ("batch-lab", "score0", "scores"),
    ("regularization", "weight0", None),
)
"""Each lesson's handles: path, handle, the panel of bars of which it is one, and an address.

In the middle of its range, as all are: where a hand has gone beyond the end, nothing is painted.
"""

SIDEWAYS = {"temperature", "score1", "node", "scale", "h"}
REACHES = {"node": 3.0, "margin_line": 0.5, "point": 3.5, "probabilities": 2.0}
TEN_CLASSES = "z=1,2,3,4,5,6,0,-1,-2,-3"
TARGET = ">= 30 paints/s, settled < 300 ms"
IN_THE_PLANE = ("point", "probabilities")
"""Handles of the lesson on geometry whose table is a grid."""
PLANE_TARGET = ">= 55 paints/s, settled <= 250 ms"


def lesson_scene(lab: str, lesson: str, handle: str, panel: str | None, query: str = "") -> Scene:
    """Return the scene of a lesson's handle."""
    return Scene(
        f"/{lesson}{f'?{query}' if query else ''}: `{handle}`",
        f"{lab}/{lesson}?{query}",
        root=".stage",
        ready=STAGE,
        grip=f'.stage-handle[data-handle="{handle}"] .stage-pill',
        bar=None if panel is None else int(handle.removeprefix("score")),
        panel=f'[data-panel="{panel}"]',
        vertical=handle not in SIDEWAYS or panel is not None,
        target=TARGET,
        reach=REACHES.get(handle, 1.0),
    )


def lessons(lab: str, ceiling: Scene) -> list[Scene]:
    """Return every lesson with each kind of handle, and the ceiling."""
    return [
        *(lesson_scene(lab, *entry) for entry in LESSONS),
        *(
            replace(lesson_scene(lab, "geometry", name, None, "z=1,0.5,0"), target=PLANE_TARGET)
            for name in IN_THE_PLANE
        ),
        *(
            lesson_scene(lab, lesson, "score0", panel, TEN_CLASSES)
            for lesson, panel in (
                ("softmax", "logits"),
                ("cross-entropy", "scores"),
                ("hinge", "scores"),
                ("gradient-check", "scores"),
            )
        ),
        ceiling,
    ]


def scenes(lab: str, stage: str, slider: str) -> list[Scene]:
    """Return the pages in the order of the table."""
    lesson = f"{lab}/svm-against-softmax"

    def four_panels(classes: int, url: str, index: int) -> Scene:
        return Scene(
            f"(b) lesson, four panels, {classes} classes",
            url,
            root=".stage",
            ready=STAGE,
            grip=f'.stage-handle[data-handle="score{index}"] .stage-pill',
            bar=index,
            panel='[data-panel="scores"]',
            target=">= 40 paints/s, 95 % of gaps < 40 ms, settled < 250 ms",
        )

    return [
        Scene(
            "(a) stage, one panel, ten bars",
            stage,
            root=".stage",
            ready=STAGE,
            grip=f'.stage-handle[data-handle="bar{DRAGGED}"] .stage-pill',
            bar=DRAGGED,
            target=">= 0.95 of (d), p50/p95 < 20/30 ms",
        ),
        four_panels(3, lesson, 2),
        four_panels(10, f"{lesson}?z=1,2,3,4,5,6,0,-1,-2,-3", 0),
        Scene(
            "(c) `st.slider` + `st.plotly_chart`",
            slider,
            root=MAIN,
            ready=f"{MAIN} .barlayer path",
            grip='[data-testid="stSlider"] :has(> [data-testid="stSliderThumbValue"])',
            bar=DRAGGED,
            vertical=False,
        ),
        Scene(
            "(d) plain JavaScript, `Plotly.animate`: the ceiling",
            f"{stage}/plain",
            root="#plot",
            ready="#grip[data-ready]",
            grip="#grip",
            bar=DRAGGED,
            answers=False,
        ),
    ]


def is_met(scene: Scene, result: Result, ceiling: Result) -> str:
    """Say whether the page reaches its target."""
    middle = statistics.median
    if scene.name.startswith("(a)"):
        met = (
            middle(result.rate) >= 0.95 * middle(ceiling.rate)
            and middle(result.latency_p50) < 20
            and middle(result.latency_p95) < 30
        )
    elif scene.target == TARGET:
        met = statistics.median(result.rate) >= 30 and statistics.median(result.releases) < 300
    elif scene.target == PLANE_TARGET:
        met = middle(result.rate) >= 55 and middle(result.releases) <= 250
    elif scene.name.startswith("(b)"):
        met = (
            middle(result.rate) >= 40
            and middle(result.gap_p95) < 40
            and middle(result.releases) < 250
        )
    else:
        return ""
    return "yes" if met else "**no**"


def report(pages: Sequence[Scene], results: Sequence[Result]) -> str:
    """Return the table."""

    def cell(values: Sequence[float], digits: int = 0) -> str:
        return f"{statistics.median(values):.{digits}f}" if values else "none"

    rows = [
        [
            scene.name,
            cell(result.rate, 1),
            f"{statistics.median(result.rate) / statistics.median(results[-1].rate):.2f}",
            f"{cell(result.latency_p50, 1)} / {cell(result.latency_p95, 1)}",
            cell(result.gap_p95, 1),
            f"{cell(result.releases)} (of {len(result.releases)})",
            scene.target,
            is_met(scene, result, results[-1]),
        ]
        for scene, result in zip(pages, results, strict=True)
    ]
    header = [
        "page",
        "paints/s",
        "of (d)",
        "latency p50 / p95, ms",
        "gap p95, ms",
        "release to settled, ms",
        "target",
        "met",
    ]
    return table(header, rows)


async def run(repetitions: int, *, every_lesson: bool, only: str = "") -> str:
    """Measure every page in turns; return the section of ``RESULTS.md``."""
    with ExitStack() as servers:
        lab, stage, slider = (
            servers.enter_context(serve(script))
            for script in (ROOT / "app.py", APPS / "stage_app.py", APPS / "slider.py")
        )
        pages = scenes(lab, stage, slider)
        if every_lesson:
            *found, ceiling = lessons(lab, pages[-1])
            pages = [*(scene for scene in found if only in scene.name), ceiling]
        results = [Result() for _ in pages]
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(**LAUNCH)
            about = machine(browser.version)
            for _ in range(repetitions):
                for scene, result in zip(pages, results, strict=True):
                    await measure(browser, scene, result)
            await browser.close()
    return "\n".join(
        [
            "## Dragging, every lesson" if every_lesson else "## Dragging",
            "",
            f"`python -m tests.benchmarks.drag{' --lessons' if every_lesson else ''}`: {MOVES} mouse moves in {MOVES * INTERVAL:g} s; "
            f"median of {repetitions} repetitions, the pages taking turns. {about}.",
            "",
            report(pages, results),
        ]
    )


def main() -> None:
    """Print the section of ``RESULTS.md``."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--lessons", action="store_true", help="every lesson instead")
    parser.add_argument("--only", default="", help="of every lesson those with this in their name")
    given = parser.parse_args()
    every_lesson = given.lessons or bool(given.only)
    print(asyncio.run(run(given.repetitions, every_lesson=every_lesson, only=given.only)))


if __name__ == "__main__":
    main()
