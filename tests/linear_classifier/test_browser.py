"""The linear classifier under the hand: what is painted while points, steps and weights move."""

from __future__ import annotations

import json

import numpy as np
import pytest
from playwright.sync_api import Page

from core.learning.datasets import nine_points
from core.learning.models import LinearClassifier
from core.learning.objective import Objective
from core.learning.published_runs import published_classifier
from pages.linear_classifier import LinearClassifierState
from pages.ui.learning.setups import setup
from tests.browser.hand import (
    RECORD,
    centre,
    drag,
    handle,
    open_stage,
    readouts,
    settle,
    shown,
    until,
    value,
)

LESSON = "/linear-classifier"
DATA = nine_points()
PIXELS = """() => {
  const canvas = document.querySelector('[data-panel=svm_plane] canvas');
  const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return JSON.stringify([...data]);
}"""


def hinge_with(points: np.ndarray) -> float:
    return published_classifier().loss(points, DATA.labels).data_loss


def test_a_point_is_dragged_and_the_losses_follow(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?start=demo&trained=0")
    x, y = centre(page, "softmax_point2")
    page.mouse.move(x, y)
    page.mouse.down()
    before = readouts(page)["svm_data"]
    assert shown(before, hinge_with(DATA.points))
    page.mouse.move(x - 60, y + 80, steps=8)
    # The point is drawn in both planes where the hand is, and Python's answer comes meanwhile.
    place = until(page, lambda: value(page, "softmax_point2"))
    until(page, lambda: value(page, "svm_point2") == value(page, "softmax_point2"))
    assert place[0] < 0.0
    points = DATA.points.copy()
    points[2] = value(page, "softmax_point2")
    until(page, lambda: shown(readouts(page)["svm_data"], hinge_with(points)))
    assert "points=" not in page.url
    # From the other plane, too; what is held in between is not lost.
    page.mouse.up()
    settle(page)
    assert "points=" in page.url
    drag(page, "svm_point2", 40, 0)
    settle(page)
    points[2] = value(page, "svm_point2")
    assert points[2, 0] > place[0] + 0.1
    until(page, lambda: shown(readouts(page)["svm_data"], hinge_with(points)))
    # What is taken back was only held.
    address = page.url
    x, y = centre(page, "svm_point2")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 50, steps=4)
    until(page, lambda: not shown(readouts(page)["svm_data"], hinge_with(points)))
    page.keyboard.press("Escape")
    page.mouse.up()
    until(page, lambda: shown(readouts(page)["svm_data"], hinge_with(points)))
    settle(page)
    assert page.url == address
    page.go_back()
    until(page, lambda: value(page, "svm_point2") == place)


def test_points_are_added_and_removed(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?trained=10")
    page.get_by_role("radio", name="B").click()
    settle(page)
    page.locator("[data-panel=svm_plane]").scroll_into_view_if_needed()
    plane = page.locator("[data-panel=svm_plane] .nsewdrag").bounding_box()
    assert plane is not None
    page.mouse.click(plane["x"] + 0.15 * plane["width"], plane["y"] + 0.85 * plane["height"])
    until(page, lambda: handle(page, "softmax_point9").count() == 1)
    settle(page)
    spot = value(page, "svm_point9")
    assert spot == pytest.approx([-0.77, -0.77], abs=0.03)
    assert f"{spot[0]},{spot[1]},1" in page.url.replace("%2C", ",")
    handle(page, "svm_point9").focus()
    page.keyboard.press("Delete")
    until(page, lambda: handle(page, "svm_point9").count() == 0)
    settle(page)
    page.mouse.dblclick(*centre(page, "softmax_point8"))
    until(page, lambda: handle(page, "softmax_point8").count() == 0)
    page.go_back()
    until(page, lambda: handle(page, "softmax_point8").count() == 1)


def test_the_timeline_scrubs_both_runs(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?seed=1")
    runs = {}
    for name, loss in (("softmax", "cross_entropy"), ("svm", "hinge")):
        runs[name] = setup(LinearClassifierState(seed=1), loss).training()
        for _ in runs[name].advance(100):
            pass
    page.evaluate(RECORD)
    width = page.locator(".stage-track").bounding_box()["width"]
    drag(page, "step", -0.6 * width, 0, moves=40)
    settle(page)
    step = value(page, "step")
    assert 35 <= step <= 45
    assert f"at={step}" in page.url
    frames = page.evaluate("window.record")
    seen = set()
    for frame in frames:
        painted = int(frame["readouts"]["standing"].split(":")[0].removeprefix("Step "))
        seen.add(painted)
        for name, run in runs.items():
            record = run.records[painted]
            assert shown(frame["readouts"][f"{name}_total"], record.total), frame
            assert shown(frame["readouts"][f"{name}_accuracy"], 100 * record.accuracy)
            entries = [float(text) for text in frame["marks"][f"{name}_weights"][:9]]
            W, b = record.parameters["W1"], record.parameters["b1"]
            expected = np.concatenate([W, b[None]]).T.ravel()
            np.testing.assert_allclose(entries, expected, atol=5e-3, rtol=5e-3)
    assert len(seen) >= 10
    # What the hand painted is what Python paints of this step.
    painted = page.evaluate(PIXELS)
    page.reload()
    until(page, lambda: page.locator(".stage[data-ready]").count() == 1)
    settle(page)
    assert value(page, "step") == step
    assert page.evaluate(PIXELS) == painted
    assert len(set(json.loads(painted)[::4])) > 2


def test_a_weight_is_dragged_and_both_runs_start_there(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?start=demo&trained=0&reg=0")
    x, y = centre(page, "svm_entry0")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y, steps=5)
    until(page, lambda: value(page, "svm_entry0") == 3.05)
    until(page, lambda: value(page, "softmax_entry0") == 3.05)
    page.mouse.up()
    settle(page)
    W = published_classifier().W1.copy()
    W[0, 0] = 3.05
    bias = published_classifier().b1

    def total(W: np.ndarray, bias: np.ndarray) -> float:
        loss = LinearClassifier(W, bias, Objective("hinge")).loss(DATA.points, DATA.labels)
        return loss.total

    assert shown(readouts(page)["svm_total"], total(W, bias))
    page.get_by_role("button", name="One step").click()
    until(page, lambda: "trained=1" in page.url)
    settle(page)
    gradients = (
        LinearClassifier(W, bias, Objective("hinge")).loss(DATA.points, DATA.labels).gradients
    )
    stepped = W - 0.1 * gradients["W1"], bias - 0.1 * gradients["b1"]
    until(page, lambda: shown(readouts(page)["svm_total"], total(*stepped)))
    assert readouts(page)["standing"].startswith("Step 1:")
    # An exact number is typed, and the address has it.
    handle(page, "softmax_entry2").focus()
    page.keyboard.type("-0.125")
    page.keyboard.press("Enter")
    until(page, lambda: value(page, "svm_entry2") == -0.125)
    settle(page)
    assert "trained=0" in page.url
    assert "start=own" in page.url
    assert "-0.125" in page.url
    # Back to before the drag, and forth again.
    for _ in range(3):
        page.go_back()
    until(page, lambda: value(page, "svm_entry0") == 2.06)
    assert "start=demo" in page.url
    page.go_forward()
    until(page, lambda: value(page, "svm_entry0") == 3.05)
    for _ in range(2):
        page.go_forward()
    until(page, lambda: value(page, "svm_entry2") == -0.125)
    settle(page)
    page.reload()
    until(page, lambda: handle(page, "svm_entry2").count() == 1)
    assert value(page, "svm_entry2") == -0.125


def test_in_a_scene_a_point_is_dragged_live_and_taken_back(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?scene=1&lang=en")
    address, x, y = page.url, *centre(page, "softmax_point0")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 100, y + 80, steps=8)
    # Both runs learn anew while the hand holds the point, which moves in the other plane, too.
    until(page, lambda: readouts(page)["svm_accuracy"] == "88.9")
    until(page, lambda: value(page, "svm_point0") == value(page, "softmax_point0"))
    assert page.url == address
    page.mouse.up()
    settle(page)
    until(page, lambda: "points=" in page.url)
    until(page, lambda: readouts(page)["svm_accuracy"] == "88.9")
    assert "scene=1" in page.url
    page.locator(".st-key-guide_restore button").click()
    until(page, lambda: value(page, "svm_point0") == [0.5, 0.4])
    assert page.url == address


def test_in_a_scene_training_goes_on_from_a_weight_that_was_dragged(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?scene=2&lang=en")
    drag(page, "svm_entry0", 20, 0)
    settle(page)
    until(page, lambda: "start=own" in page.url)
    before = float(readouts(page)["svm_total"])
    assert "scene=2" in page.url
    page.locator(".st-key-settings summary").click()
    page.get_by_role("button", name="One step").click()
    until(page, lambda: "trained=1" in page.url)
    settle(page)
    assert float(readouts(page)["svm_total"]) < before
