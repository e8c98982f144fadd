"""The hand on the inspector: the numbers in the cells are those of core."""

from __future__ import annotations

import math
import re
from typing import Final

import numpy as np
from playwright.sync_api import Page

from core.learning.models import TwoLayerNet
from pages.two_layer_network import TwoLayerNetworkState
from pages.two_layer_network.inspector.inspection import Inspection, inspect
from pages.ui.learning.setups import setup
from pages.ui.state.state import decode
from tests.browser.hand import (
    centre,
    drag,
    handle,
    open_stage,
    readouts,
    settle,
    touch_drag,
    until,
    value,
)

QUERY: Final = "look=inspect&data=moons&batch=8&hidden=8&trained=40&at=3"
LESSON: Final = f"/two-layer-network?{QUERY}"
ARRAYS: Final = (
    ("X", "targets"),
    ("X", "W1", "b1", "a1"),
    ("a1", "mask", "h"),
    ("h", "W2", "b2", "scores"),
    ("scores", "probabilities"),
    ("probabilities", "targets", "losses", "loss"),
    ("probabilities", "targets", "dscores"),
    ("h.T", "dscores", "dW2"),
    ("dscores", "db2"),
    ("dscores", "W2.T", "dh"),
    ("dh", "mask", "da1"),
    ("X.T", "da1", "dW1"),
    ("da1", "db1"),
    ("dW2", "penalty_W2", "total_W2"),
    ("dW1", "penalty_W1", "total_W1"),
)
"""What stands in the close-up at each step."""
PICTURED: Final = (
    *("X", "W1", "b1", "dW1", "db1", "a1", "da1", "mask", "h", "dh", "W2", "b2", "dW2", "db2"),
    *("scores", "dscores", "probabilities", "targets", "losses"),
)
"""The pictures of the map, in their order."""
SAMPLE = re.compile(r"sample (\d+), unit 1:")
CELLS = """() => [...document.querySelectorAll('[data-panel=close_up] .stage-mark[data-kind=cell]')]
  .filter((node) => !node.hidden).map((node) => node.textContent.replaceAll('−', '-'))"""
BEGINNING = """(node) => {
  const first = node.querySelector('.stage-mark[data-kind=cell]:not([hidden])');
  const { left, right } = node.getBoundingClientRect();
  const { x } = first.getBoundingClientRect();
  return left < x && x < (left + right) / 2;
}"""
"""Whether the first cell of a panel is in the left half of what is seen of it."""
DRAWN = """(number) => {
  const canvas = document.querySelectorAll('[data-picture$=" of map"]')[number];
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return data.some((byte) => byte > 0);
}"""


def expected_pass(steps: int = 3) -> Inspection:
    state, _ = decode(TwoLayerNetworkState, dict(part.split("=") for part in QUERY.split("&")))
    known = setup(state, state.loss)
    training = known.training()
    for _ in training.advance(steps):
        pass
    batch, model = training.records[-1].batch, training.model
    assert isinstance(model, TwoLayerNet)
    return inspect(model, known.train.points[batch], known.train.labels[batch])


def check_cells(page: Page, found: Inspection, step: int) -> None:
    """Compare every number that is seen with core, at the digits that it shows."""
    texts = page.evaluate(CELLS)
    numbers: list[float] = []
    for name in ARRAYS[step]:
        table = np.asarray(found.arrays[name.removesuffix(".T")], dtype=float)
        largest = np.abs(table).max()
        unit = 10.0 ** math.floor(math.log10(largest)) if 0 < largest < 0.02 else 1.0
        numbers += ((table.T if name.endswith(".T") else table) / unit).ravel().tolist()
    assert len(texts) == len(numbers)
    for text, number in zip(texts, numbers, strict=True):
        # Two digits or four decimals, whatever is coarser.
        last = 10.0 ** (math.floor(math.log10(abs(number) or 1)) - 1)
        assert abs(float(text) - number) <= 0.5 * max(last, 1e-4) * (1 + 1e-9), (text, number)


def test_step_by_step_there_and_back_with_the_keyboard(page: Page, app: str) -> None:
    found = expected_pass()
    open_stage(page, app + LESSON)
    check_cells(page, found, 0)
    handle(page, "pass").focus()
    last = len(ARRAYS) - 1
    sentences, formulas = {readouts(page)["sentence"]}, [shown_formula(page)]
    for step in [*range(1, last + 1), *range(last - 1, -1, -1)]:
        page.keyboard.press("ArrowRight" if len(sentences) <= step else "ArrowLeft")
        until(page, lambda step=step: value(page, "pass") == step)
        until(page, lambda told=formulas[-1]: shown_formula(page) != told)
        formulas.append(shown_formula(page))
        check_cells(page, found, step)
        sentences.add(readouts(page)["sentence"])
        known_from = found.known_from
        for name in ("a1", "scores", "dscores", "dW1"):
            number = PICTURED.index(name)
            assert page.evaluate(DRAWN, number) == (step >= known_from[name]), (name, step)
    assert len(sentences) == len(ARRAYS)
    until(page, lambda: "pass=" not in page.url)  # back where nothing is known
    settle(page)


def shown_formula(page: Page) -> str:
    return page.locator("[data-panel=close_up] .stage-title").inner_text()


def test_the_timeline_and_the_sample_are_dragged(page: Page, app: str) -> None:
    found = expected_pass()
    open_stage(page, f"{app}{LESSON}&pass=1")
    track = page.locator(".stage-track").first.bounding_box()
    assert track is not None
    drag(page, "pass", track["width"] * 6 / 14, 0)
    settle(page)
    assert value(page, "pass") == 7
    assert "pass=7" in page.url
    check_cells(page, found, 7)
    page.go_back()
    until(page, lambda: value(page, "pass") == 1)
    settle(page)

    # The sample's row times the unit's column, for every sample that the hand passes.
    x, y = centre(page, "sample")
    page.mouse.move(x, y)
    page.mouse.down()
    told: set[str] = set()
    for step in range(1, 60):
        page.mouse.move(x + 3 * step, y)
        page.wait_for_timeout(25)
        told.add(readouts(page)["sentence"].replace("−", "-"))
    page.mouse.up()
    settle(page)
    seen = {int(found_in[1]) - 1: text for text in told if (found_in := SAMPLE.search(text))}
    assert len(seen) == len(told) >= 4
    for sample, sentence in seen.items():
        result = found.arrays["a1"][sample, 0]
        assert sentence.endswith(f" {result:.4g}".replace("e-0", "e-")), sentence
    assert f"follow={value(page, 'sample')}" in page.url


def test_another_training_step_is_looked_at_during_the_drag(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}&pass=1")
    address = page.url
    x, y = centre(page, "at")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y, steps=8)
    until(page, lambda: "Training step 3:" not in page.locator(".stage-title").first.inner_text())
    assert page.url == address  # only the release is an entry of the browser's history
    page.mouse.move(x + 300, y, steps=4)
    page.mouse.up()
    settle(page)
    until(page, lambda: "Training step 40:" in page.locator(".stage-title").first.inner_text())
    assert "at=" not in page.url  # who looks at the last step follows the training
    check_cells(page, expected_pass(40), 1)


def test_a_finger_steps_on_a_phone_and_the_numbers_scroll(phone: Page, app: str) -> None:
    found = expected_pass()
    open_stage(phone, f"{app}{LESSON}&pass=3")
    check_cells(phone, found, 3)
    scrolling = phone.locator("[data-panel=close_up] .stage-scroll")
    wide, seen = scrolling.evaluate("node => [node.scrollWidth, node.clientWidth]")
    assert wide > 2 * seen  # numbers that can be read, not all of them at once
    x, y = centre(phone, "pass")
    track = phone.locator(".stage-track").first.bounding_box()
    assert track is not None
    grip = handle(phone, "pass").locator(".stage-pill").bounding_box()
    assert grip is not None
    touch_drag(phone, (x, y), (track["width"] - grip["width"]) * 3 / 14, 0)
    until(phone, lambda: value(phone, "pass") == 6)
    settle(phone)
    check_cells(phone, found, 6)
    # The close-up is read from its beginning.
    until(phone, lambda: scrolling.evaluate(BEGINNING))
