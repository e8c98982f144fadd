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
