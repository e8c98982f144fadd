"""The two-layer network under the hand: training that can be stopped, a run that can be scrubbed."""

from __future__ import annotations

import math
from urllib.parse import parse_qs, urlparse

import numpy as np
from playwright.sync_api import Page

from core.learning.training import Training
from pages.two_layer_network import TwoLayerNetworkState
from pages.two_layer_network.training.numbers import RESOLUTION
from pages.ui.kit.theme import CLASS_COLORS
from pages.ui.learning.plane import square_box
from pages.ui.learning.setups import setup
from pages.ui.state.state import decode
from tests.browser.hand import (
    RECORD,
    centre,
    drag,
    open_stage,
    readouts,
    settle,
    shown,
    until,
    value,
)

LESSON = "/two-layer-network"

# What the bar tells.
WATCH = """() => {
  window.told = [];
  const look = () => {
    const text = document.querySelector('[data-testid="stProgress"]')?.textContent;
    if (text && window.told.at(-1) !== text) window.told.push(text);
  };
  new MutationObserver(look).observe(document.body, {subtree: true, childList: true, characterData: true});
  look();
}"""

PIXELS = """() => {
  const canvas = document.querySelector('[data-picture$=" of net_plane"]');
  return [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data];
}"""


def trained(state: TwoLayerNetworkState, steps: int) -> Training:
    training = setup(state, state.loss).training()
    for _ in training.advance(steps):
        pass
    return training


def trained_steps(page: Page) -> int:
    return int(parse_qs(urlparse(page.url).query)["trained"][0])


def test_training_tells_how_far_it_is_stops_and_goes_on(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?data=digits&trained=0")
    page.evaluate(WATCH)
    main = page.get_by_test_id("stMain")
    main.get_by_role("button", name="Train 860 steps").click()
    until(page, lambda: readouts(page)["net_step"] == "860", 60)
    settle(page)
    # The next 19,140 steps take a while: they are stopped on the way.
    steps = page.get_by_label("Steps trained")
    steps.fill("20000")
    steps.press("Enter")
    stop = main.get_by_role("button", name="Stop")
    stop.wait_for()
    before = len(page.evaluate("window.told"))
    until(page, lambda: len(page.evaluate("window.told")) > before + 8, 60)
    told = page.evaluate("window.told")
    stop.click()
    until(page, lambda: trained_steps(page) < 20_000, 30)
    settle(page)
    stopped = trained_steps(page)
    assert 860 < stopped < 20_000
    until(page, lambda: readouts(page)["net_step"] == str(stopped))

    taken = [int(text.split()[1].strip(":,")) for text in told]
    assert taken == sorted(taken)

    main.get_by_role("button", name="One step").click()
    until(page, lambda: readouts(page)["net_step"] == str(stopped + 1))
    settle(page)
    now, record = (
        readouts(page),
        trained(TwoLayerNetworkState(data="digits"), stopped + 1).records[-1],
    )
    assert shown(now["net_total"], record.total)
    assert shown(now["net_accuracy"], 100 * record.accuracy)
    assert record.held_out_accuracy is not None
    assert shown(now["net_held_out_accuracy"], 100 * record.held_out_accuracy)


def test_the_timeline_scrubs_what_core_has_computed(page: Page, app: str) -> None:
    state = TwoLayerNetworkState(data="spiral", hidden=12, trained=300)
    training = trained(state, 300)
    history, steps = training.history, training.history.steps.tolist()
    open_stage(page, f"{app}{LESSON}?data=spiral&hidden=12&trained=300")
    page.evaluate(RECORD)
    x, y = centre(page, "step")
    page.mouse.move(x, y)
    page.mouse.down()
    for move in range(60):
        page.mouse.move(x - 260 * (1 - math.cos(move / 12)), y)
    page.mouse.up()
    settle(page)
    seen = set()
    for frame in page.evaluate("window.record"):
        now = frame["readouts"]
        record = steps.index(int(now["net_step"]))
        seen.add(record)
        assert shown(now["net_total"], float(history.total[record]))
        assert shown(now["net_accuracy"], 100 * float(history.accuracy[record]))
        assert f"total is {float(history.total[record]):.4f}" in now["net_verdict"] or record == 0
        counts = [int(text) for text in frame["marks"]["net_confusion"]]
        assert sum(counts) == 75
        held_out = 100 * sum(counts[::4]) / 75
        assert shown(now["net_held_out_accuracy"], held_out)
    assert len(seen) >= 8

    at = int(value(page, "step"))
    assert f"at={at}" in page.url
    colors = np.array(page.evaluate(PIXELS)).reshape(-1, 4)[:, :3]
    box = square_box(setup(state, state.loss).data.points)
    model = training.model_at(steps.index(at))
    scores = model.scores(box.pixels(RESOLUTION))
    palette = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in CLASS_COLORS[:3]])
    nearest = np.linalg.norm(colors[:, None] - palette, axis=2).argmin(axis=1)
    leads = np.sort(scores, axis=1)
    is_clear = leads[:, 2] - leads[:, 1] > 0.5  # a faint colour is not exact
    assert is_clear.mean() > 0.3
    assert (nearest == scores.argmax(axis=1))[is_clear].all()
    rings = page.locator("[data-panel=net_plane] .scatterlayer .trace").nth(2).locator("path.point")
    assert rings.count() == 32


def test_on_a_phone_the_timeline_stays_in_reach(phone: Page, app: str) -> None:
    open_stage(phone, f"{app}{LESSON}?data=digits&trained=100")
    width = phone.evaluate("""() => {
      const main = document.querySelector('[data-testid="stMain"]');
      return main.scrollWidth - main.clientWidth;
    }""")
    assert width <= 0
    track = phone.locator(".stage-timeline").bounding_box()
    assert track is not None
    viewport = phone.viewport_size
    assert viewport is not None
    assert track["y"] + track["height"] <= viewport["height"]
    phone.locator(".stage-play").tap()
    until(phone, lambda: value(phone, "step") != 100)


def test_a_scene_asks_by_a_ghost_and_shows_the_gap(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?scene=5&lang=en")
    panel = page.locator("[data-panel=net_accuracy]")
    assert panel.locator(".scatterlayer .trace").count() == 0
    drag(page, "guess5", 0, -60)
    settle(page)
    guess = value(page, "guess5")
    assert guess > 20
    page.locator(".st-key-guess_check button").click()
    until(page, lambda: f"guess={guess:g}" in page.url)
    settle(page)
    told = page.locator(".st-key-guide").inner_text()
    state, _ = decode(TwoLayerNetworkState, {"scene": "5"})
    record = trained(state, 600).records[-1]
    assert record.held_out_accuracy is not None
    held_out = 100 * record.held_out_accuracy
    assert f"{held_out:g}" in told
    gap = panel.locator(".stage-mark .stage-gap").text_content() or ""
    assert float(gap) == abs(guess - held_out)


def test_a_drawing_in_a_scene_is_read_beside_it(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?scene=9&lang=en")
    assert readouts(page)["verdict"].startswith("The sheet is empty")
    box = page.locator(".pad-ink").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.8 * box["height"], steps=8)
    page.mouse.up()
    until(page, lambda: readouts(page)["verdict"].startswith("The network recognises"))
    settle(page)
    assert "scene=9" in page.url
