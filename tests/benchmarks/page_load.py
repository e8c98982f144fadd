"""How soon a handle can be dragged, against a bare Streamlit page with one chart.

Run ``python -m tests.benchmarks.page_load``. The servers are warm: each page is visited once before
the measurement. Every visit has its own new browser process with an empty cache; the pages take
turns. All times are the page's own, from the start of the navigation:

- A lesson is ready when a frame has shown it with ``data-ready`` on the stage and the first handle
  inside its panel; the bare page when a frame has shown a visible bar in its chart.
- The second table tells where the time goes. ``script`` runs from the request over the websocket to
  the last message before the page is ready, as the page's main thread sees them. Plotly's ``script
  tag`` is in the page; ``evaluated`` is when it has run (Streamlit loads its own Plotly as a module,
  which does not tell). ``lost to 404`` runs from the first request for ``_stcore`` below the path of
  a page, which Streamlit does not serve there, to the first one that it serves. ``moved`` is what
  the server sent.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from playwright.sync_api import BrowserType, sync_playwright

from pages.ui.lessons import lessons
from tests.benchmarks._browser import APPS, LAUNCH, ROOT, VIEWPORT, machine, serve, table

TARGET = 1.2
DEADLINE_MS = 30_000

STAGE_READY = """
  const handle = document.querySelector(".stage[data-ready] .stage-pill");
  if (!handle) return false;
  const inner = handle.getBoundingClientRect();
  const outer = handle.closest(".stage-panel, .stage-timeline").getBoundingClientRect();
  return inner.width > 0 && inner.left >= outer.left && inner.right <= outer.right
    && inner.top >= outer.top && inner.bottom <= outer.bottom;
"""
CHART_READY = """
  const bar = document.querySelector(".barlayer path");
  return bar !== null && bar.getBoundingClientRect().height > 0
    && bar.checkVisibility({ opacityProperty: true, visibilityProperty: true });
"""

PROBE = """(() => {
  const isReady = () => { %s };
  const times = (window.loadTimes = {});
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener("open", () => (times.connected = performance.now()));
      this.addEventListener("message", () => {
        if (times.ready === undefined) times.answered = performance.now();
      });
    }
    send(message) {
      times.asked ??= performance.now();
      super.send(message);
    }
  };
  const isPlotly = (node) => node.src?.includes("/plotly.min.js");
  new MutationObserver((changes) => {
    const added = changes.flatMap(({ addedNodes }) => [...addedNodes]);
    if (added.some(isPlotly)) times.inserted = performance.now();
  }).observe(document, { subtree: true, childList: true });
  document.addEventListener("load", ({ target }) => {
    if (isPlotly(target)) times.evaluated = performance.now();
  }, true);
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    times.ready = performance.now();
    const entries = performance.getEntriesByType("resource");
    const plotly = entries.filter(({ name }) => /plotly[^/]*[.]js/i.test(name));
    times.plotlyAsked = Math.min(...plotly.map(({ startTime }) => startTime));
    times.plotly = Math.max(...plotly.map(({ responseEnd }) => responseEnd));
    const probes = entries.filter(({ name }) => name.includes("/_stcore/"));
    const served = probes.filter(({ responseStatus }) => responseStatus < 400);
    const first = (given) => Math.min(...given.map(({ startTime }) => startTime));
    if (served.length) times.lost = first(served) - first(probes);
    times.moved = entries.reduce((sum, { transferSize }) => sum + transferSize, 0) / 1e6;
    document.documentElement.dataset.loaded = "true";
  };
  const tick = () => {
    if (isReady()) port2.postMessage(null);
    else requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
})()"""


@dataclass(frozen=True)
class Target:
    """A page and what makes it ready."""

    name: str
    url: str
    ready: str


def visit(chromium: BrowserType, target: Target) -> tuple[dict[str, float], str]:
    """Open the page in a new browser; return its times and the browser's version."""
    browser = chromium.launch(**LAUNCH)
    try:
        page = browser.new_page(viewport=VIEWPORT)
        page.add_init_script(PROBE % target.ready)
        page.goto(target.url, wait_until="commit")
        page.wait_for_selector("html[data-loaded]", state="attached", timeout=DEADLINE_MS)
        return dict(page.evaluate("loadTimes")), browser.version
    finally:
        browser.close()


def report(targets: Sequence[Target], visits: Mapping[str, Sequence[Mapping[str, float]]]) -> str:
    """Return both tables; the last target is the one to compare with."""

    def middle(target: Target, *names: str) -> str:
        """Median of a time, or of the difference of two."""
        times = [
            [float(one[name]) for name in names] for one in visits[target.name] if names[0] in one
        ]
        return f"{statistics.median(t[0] - sum(t[1:]) for t in times):.0f}" if times else "–"

    bare = statistics.median(one["ready"] for one in visits[targets[-1].name])
    summary, parts = [], []
    for target in targets:
        ready = [one["ready"] for one in visits[target.name]]
        ratio = statistics.median(ready) / bare
        is_bare = target is targets[-1]
        verdict = "" if is_bare else "yes" if ratio <= TARGET else "**no**"
        summary.append(
            [
                target.name,
                f"{statistics.median(ready):.0f} ({min(ready):.0f}–{max(ready):.0f})",
                f"{ratio:.2f}",
                "" if is_bare else f"<= {TARGET}",
                verdict,
            ]
        )
        parts.append(
            [
                target.name,
                middle(target, "lost"),
                middle(target, "connected"),
                middle(target, "answered", "asked"),
                middle(target, "answered"),
                middle(target, "plotlyAsked"),
                middle(target, "plotly"),
                middle(target, "inserted"),
                middle(target, "evaluated"),
                middle(target, "ready"),
                f"{statistics.median(one['moved'] for one in visits[target.name]):.1f}",
            ]
        )
    return "\n".join(
        [
            table(["page", "ready, ms (range)", "of the bare page", "target", "met"], summary),
            "",
            "Where the time goes, ms from the start of the navigation (*durations*):",
            "",
            table(
                [
                    "page",
                    "*lost to 404*",
                    "websocket open",
                    "*script*",
                    "last message",
                    "Plotly asked for",
                    "Plotly downloaded",
                    "script tag",
                    "evaluated",
                    "ready",
                    "moved, MB",
                ],
                parts,
            ),
        ]
    )


def run(repetitions: int) -> str:
    """Visit every page in turns; return the section of ``RESULTS.md``."""
    with ExitStack() as servers, sync_playwright() as playwright:
        lab, bare = (
            servers.enter_context(serve(script)) for script in (ROOT / "app.py", APPS / "chart.py")
        )
        targets = [
            Target("`/`", f"{lab}/", STAGE_READY),
            *(
                Target(f"`/{path}`", f"{lab}/{path}", STAGE_READY)
                for path in (lesson.path for lesson in lessons().values() if lesson.part)
            ),
            Target("bare Streamlit page, one `st.plotly_chart`", f"{bare}/", CHART_READY),
        ]
        visits: dict[str, list[dict[str, float]]] = {target.name: [] for target in targets}
        for target in targets:
            _, version = visit(playwright.chromium, target)
        about = machine(version)
        for _ in range(repetitions):
            for target in targets:
                times, _ = visit(playwright.chromium, target)
                visits[target.name].append(times)
    return "\n".join(
        [
            "## Loading",
            "",
            f"`python -m tests.benchmarks.page_load`: navigation to draggable, a new browser "
            f"each time; median of {repetitions}, the pages taking turns. {about}.",
            "",
            report(targets, visits),
        ]
    )


def main() -> None:
    """Print the section of ``RESULTS.md``."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=5)
    print(run(parser.parse_args().repetitions))


if __name__ == "__main__":
    main()
