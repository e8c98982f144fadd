"""The hand on the lesson: the point in plane and simplex, and every number that is painted."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from playwright.sync_api import Page

from core.losses.activations import softmax
from core.losses.comparison import compare_losses
from pages.geometry.plane import POINT, PROBABILITIES
from tests.browser.hand import (
    RECORD,
    centre,
    handle,
    open_stage,
    readouts,
    settle,
    shown,
    touch_drag,
    until,
    value,
)

LESSON = "/geometry"
FRAMES = 300


def numbers_of(sentence: str) -> list[str]:
    return re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", sentence)


def differs(frame: dict) -> bool:
    """Whether a frame tells anything else than the core does of where its point is."""
    d = np.round(frame["values"][POINT], 9)
    scores = [0.0, *d]
    both, p = compare_losses(scores, 0), softmax(scores)
    told = frame["readouts"]
    soft_and_svm = numbers_of(told["gradients"])[:6]
    expected = [
        *zip(
            (told[name] for name in ("cross_entropy", "hinge", "true_probability")),
            (both.cross_entropy, both.hinge, p[0]),
            strict=True,
        ),
        *zip(
            soft_and_svm,
            (*both.cross_entropy_gradient, *both.hinge_gradient),
            strict=True,
        ),
        *zip(
            [text.split()[-1] for text in frame["marks"]["simplex"][:3]],
            p,
            strict=True,
        ),
    ]
    return not all(shown(text, float(number)) for text, number in expected)


def circle(page: Page, name: str, *, moves: int) -> None:
    x, y = centre(page, name)
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(moves):
        turn = 2 * math.pi * (step + 0.25) / 61
        page.mouse.move(x - 70 + 90 * math.cos(turn), y - 90 + 80 * math.sin(1.7 * turn))
    page.mouse.up()
    settle(page)


def test_of_300_frames_of_a_drag_none_differs_from_the_core(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    page.evaluate(RECORD)
    found: list[dict] = []
    while len(found) < FRAMES:
        circle(page, POINT, moves=200)
        record = page.evaluate("() => window.record.splice(0)")
        found += [frame for frame in record if frame["values"][POINT] is not None]
    frames = found[:FRAMES]
    assert len({tuple(frame["values"][POINT]) for frame in frames}) > 50
    assert [frame for frame in frames if differs(frame)] == []


def test_a_release_brings_no_table_that_is_here_already(page: Page, app: str) -> None:
    brought: list[int] = []
    page.on("websocket", lambda ws: ws.on("framereceived", lambda got: brought.append(len(got))))
    open_stage(page, f"{app}{LESSON}?z=1,0.5,0")
    opened = len(brought)
    assert max(brought) > 1_000_000
    circle(page, POINT, moves=5)
    assert max(brought[opened:]) < 200_000
    page.evaluate(RECORD)
    circle(page, POINT, moves=40)
    frames = [frame for frame in page.evaluate("() => window.record") if frame["values"][POINT]]
    assert len({tuple(frame["values"][POINT]) for frame in frames}) > 5
    assert [frame for frame in frames if differs(frame)] == []


def test_in_the_simplex_every_frame_is_a_distribution_with_its_losses(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?z=1,0,0")
    page.evaluate(RECORD)
    circle(page, PROBABILITIES, moves=80)
    frames = page.evaluate("() => window.record")
    assert len({tuple(frame["values"][POINT]) for frame in frames}) > 15
    for frame in frames:
        p = [float(text.split()[-1]) for text in frame["marks"]["simplex"][:3]]
        assert sum(p) == pytest.approx(1, abs=2e-3)
        exact = softmax([0.0, *frame["values"][POINT]])  # as float32 places it
        assert p == pytest.approx(exact.tolist(), abs=6e-4)
        assert float(frame["readouts"]["cross_entropy"]) == pytest.approx(
            -math.log(exact[0]), abs=1e-3
        )


def test_keys_move_the_point_and_each_coordinate_is_spoken(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    grip = handle(page, POINT)
    assert grip.get_attribute("aria-valuetext") == "car − cat 1.9, frog − cat −4.9"
    grip.focus()
    for key in ("ArrowLeft", "ArrowLeft", "ArrowUp", "PageUp"):
        page.keyboard.press(key)
    assert grip.get_attribute("aria-valuetext") == "car − cat 1.7, frog − cat −3.8"
    until(page, lambda: "z=3.2%2C4.9%2C-0.6" in page.url)
    settle(page)
    told = handle(page, PROBABILITIES).get_attribute("aria-valuetext") or ""
    p = softmax([0.0, 1.7, -3.8])
    assert told == f"cat {p[0]:.3f}, car {p[1]:.3f}, frog {p[2]:.3f}"
    assert shown(readouts(page)["cross_entropy"], -math.log(p[0]))


def test_a_finger_drags_it_and_the_runs_come_back(phone: Page, app: str) -> None:
    open_stage(phone, f"{app}{LESSON}?z=1,0,0")
    centred = "node => node.scrollIntoView({ block: 'center' })"
    handle(phone, POINT).evaluate(centred)
    paths = "() => [...document.querySelectorAll('[data-panel=plane] .scatterlayer .js-line')].at(-1).getAttribute('d').length"
    assert phone.evaluate(paths) > 20
    before = value(phone, POINT)
    touch_drag(phone, centre(phone, POINT), 40, -30)
    settle(phone)
    after = value(phone, POINT)
    assert after[0] > before[0]
    assert after[1] > before[1]
    assert phone.evaluate(paths) > 20
    # One picture at a time: the triangle is behind its own button, and as large.
    panel = phone.locator("[data-panel=simplex]")
    assert not panel.is_visible()
    phone.locator("[data-turn=simplex]").tap()
    until(phone, panel.is_visible)
    assert not phone.locator("[data-panel=plane]").is_visible()
    grip = handle(phone, PROBABILITIES)
    grip.evaluate(centred)
    phone.wait_for_timeout(300)
    box = panel.locator(".stage-plot").bounding_box()
    assert box is not None
    assert box["width"] > 250
    x, y = centre(phone, PROBABILITIES)
    assert box["x"] < x < box["x"] + box["width"]
    touch_drag(phone, (x, y), 40, -30)
    settle(phone)
    assert value(phone, POINT) != after


CAMERAS = """() => ['softmax', 'svm'].map((name) => {
  const { eye } = document.querySelector(`[data-panel=${name}_surface] .stage-plot`)._fullLayout.scene._scene.getCamera();
  return [eye.x, eye.y, eye.z];
})"""
POINTS = """() => ['softmax', 'svm'].map((name) => {
  const { x, y, z } = document.querySelector(`[data-panel=${name}_surface] .stage-plot`).data[1];
  return [x[0], y[0], z[0]];
})"""
AXES = """() => { const { xaxis, yaxis } = document.querySelector('[data-panel=plane] .stage-plot')._fullLayout;
  return [xaxis.range, yaxis.range, xaxis._offset, yaxis._offset, xaxis._length]; }"""


def cameras_at_rest(page: Page) -> list[list[float]] | None:
    """Where both cameras are when they have come to rest at the same place."""
    first = page.evaluate(CAMERAS)
    page.wait_for_timeout(2000)  # a frame in three dimensions takes long without a GPU
    second: list[list[float]] = page.evaluate(CAMERAS)
    is_same = second == first and second[0] == pytest.approx(second[1], abs=1e-6)
    return second if is_same else None


def test_surfaces_turn_together_and_keep_their_camera(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?look=surfaces&z=1,0,0")
    before, axes = page.evaluate(CAMERAS), page.evaluate(AXES)
    assert before[0] == pytest.approx(before[1])
    box = page.locator("[data-panel=softmax_surface] .stage-plot").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 70, y + 10, steps=6)
    page.mouse.up()
    until(page, lambda: page.evaluate(CAMERAS)[1] != pytest.approx(before[1], abs=0.05))
    turned = until(page, lambda: cameras_at_rest(page))
    assert turned[0] != pytest.approx(before[0], abs=0.05)
    assert page.evaluate(AXES) == axes  # nothing else has moved
    grip = handle(page, POINT)
    grip.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    until(page, lambda: page.evaluate(POINTS)[0][0] == pytest.approx(-0.5, abs=1e-6))
    settle(page)
    page.wait_for_timeout(500)
    settle(page)
    loss = compare_losses([0.0, -0.5, -1.0], 0)
    until(page, lambda: page.evaluate(POINTS)[1][2] == pytest.approx(float(loss.hinge), abs=1e-6))
    assert page.evaluate(POINTS)[0][2] == pytest.approx(float(loss.cross_entropy), abs=1e-6)
    for camera in page.evaluate(CAMERAS):
        assert camera == pytest.approx(turned[0], abs=1e-6)


GLIDE_ON = """(eye) => {
  const node = document.querySelector('[data-panel=softmax_surface] .stage-plot');
  const { scene } = node._fullLayout;
  const told = scene._scene.getCamera();
  scene._scene.setViewport({ ...scene, camera: { ...told, eye } });
  node.emit('plotly_relayout', { 'scene.camera': told });
}"""


def test_a_camera_that_glides_on_after_plotly_told_of_it_is_followed_to_its_rest(
    page: Page, app: str
) -> None:
    open_stage(page, f"{app}{LESSON}?look=surfaces&z=1,0,0")
    page.evaluate(GLIDE_ON, {"x": 1.0, "y": 1.5, "z": 0.5})
    rest = until(page, lambda: cameras_at_rest(page))
    assert rest[0] == pytest.approx([1.0, 1.5, 0.5], abs=0.05)


def test_the_knob_goes_from_softmax_to_the_svm(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?look=knob&margin=0")
    assert "to the last digit" in readouts(page)["member"]
    handle(page, "temperature").focus()
    page.keyboard.press("Home")
    until(page, lambda: "hinge loss of Crammer and Singer" in readouts(page)["member"])
    assert float(readouts(page)["knob_loss"]) == 1.9
    page.keyboard.press("ArrowRight")
    until(page, lambda: "below 5e−324" in readouts(page)["member"])
    until(page, lambda: "T=1e-06" in page.url)


def test_q_is_dragged_and_the_losses_answer(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?look=uncertain")
    assert "neither SVM" in readouts(page)["svms"]
    name = "label_distribution"
    x, y = centre(page, name)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y + 40, steps=8)
    until(page, lambda: "both multi-class SVMs decide" in readouts(page)["svms"])
    spoken = handle(page, name).get_attribute("aria-valuetext") or ""
    q = [float(part.split()[-1]) for part in spoken.split(",")]
    assert q[0] > 0.5
    assert sum(q) == pytest.approx(1, abs=2e-3)
    page.mouse.up()
    until(page, lambda: "q=0." in page.url)
