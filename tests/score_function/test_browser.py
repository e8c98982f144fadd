"""The hand on the score function: what is painted during a drag is what core computes."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page

from core.learning.score_function import FOUR_PIXEL_CAT, score_function
from core.losses.comparison import compare_losses
from pages.score_function.digit_classifier import digit_classifier
from tests.browser.hand import (
    RECORD,
    centre,
    drag,
    handle,
    open_stage,
    readouts,
    settle,
    shown,
    sway,
    touch_drag,
    until,
    value,
)

LESSON = "/score-function"
# As RECORD, for the digits: their pictures are read as bytes of their pixels.
RECORD_DIGITS = """() => {
  window.record = [];
  const stage = document.querySelector('.stage');
  const number = (text) => text.replaceAll('−', '-');
  const ink = stage.querySelector('[data-panel="digit"] [data-picture]');
  new MutationObserver(() => {
    const { data } = ink.getContext('2d').getImageData(0, 0, ink.width, ink.height);
    window.record.push({
      digit: JSON.parse(stage.querySelector('[data-handle="digit"]').dataset.value),
      readouts: Object.fromEntries([...stage.querySelectorAll('[data-readout]')]
        .map((node) => [node.dataset.readout, number(node.textContent)])),
      scores: [...stage.querySelectorAll('[data-panel="digit_scores"] .stage-mark')].map((n) => number(n.textContent)),
      ring: stage.querySelectorAll('[data-panel="rows"] .stage-mark')[1].style.transform,
      ink: [...data].filter((_, i) => i % 4 === 3),
    });
  }).observe(stage, {attributes: true, attributeFilter: ['data-painted']});
}"""


def test_every_painted_number_is_cores(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    page.evaluate(RECORD)
    for name in ("weight1", "image0", "bias2"):
        sway(page, name, moves=25, reach=120, across=True)
    frames = page.evaluate("window.record")
    for name in ("weight1", "pixel0", "bias2"):
        assert len({frame["values"][name] for frame in frames}) > 8
    for frame in frames:
        values = frame["values"]
        pixels = [values[f"pixel{index}"] for index in range(4)]
        assert pixels == [values[f"image{index}"] for index in range(4)]
        matrix = np.reshape([values[f"weight{index}"] for index in range(12)], (3, 4))
        bias = [values[f"bias{index}"] for index in range(3)]
        expected = score_function(matrix, pixels, bias)
        compared = compare_losses(expected.scores, 0)
        for id, number in (
            ("hinge", compared.hinge),
            ("cross_entropy", compared.cross_entropy),
            ("true_probability", compared.true_probability),
        ):
            assert shown(frame["readouts"][id], float(number)), (id, frame)
        cells = [float(text) for text in frame["marks"]["products"]]
        numbers = (expected.products, expected.matches, expected.bias, expected.scores)
        assert cells == pytest.approx(np.concatenate([n.ravel() for n in numbers]), abs=0.05)
        at_bars = [float(text) for text in frame["marks"]["scores"][3:]]
        assert at_bars == pytest.approx(expected.scores, abs=0.0051)
        for text, p in zip(frame["marks"]["scores"][:3], compared.probabilities, strict=True):
            assert shown(text.removeprefix("p = "), float(p)), (text, p)
        # Numbers on the templates, and below them.
        assert [float(text) for text in frame["marks"]["templates"][:12]] == pytest.approx(
            matrix.ravel(), abs=1e-9
        )
        ends = [bar[1] if bar else 0.0 for bar in frame["bars"]["scores"][:3]]
        assert ends == pytest.approx(expected.scores, abs=8)
    assert all(f"{name}=" in page.url for name in ("W", "x", "b"))


def test_keyboard_typing_and_flag(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    assert "61.95 for ship" in readouts(page)["bias_effect"]
    handle(page, "weight1").focus()
    page.keyboard.press("ArrowUp")
    until(page, lambda: "W=0.2%2C-0.45" in page.url)
    settle(page)
    page.keyboard.type("1.8")
    page.keyboard.press("Enter")
    until(page, lambda: "W=0.2%2C1.8" in page.url)
    settle(page)
    assert (readouts(page)["hinge"], readouts(page)["cross_entropy"]) == ("4.4000", "3.4328")
    # Typed at the image, the column has it too.
    handle(page, "image3").focus()
    page.keyboard.type("102")
    page.keyboard.press("Enter")
    until(page, lambda: "x=56%2C231%2C24%2C102" in page.url)
    settle(page)
    assert value(page, "pixel3") == value(page, "image3") == 102
    assert shown(readouts(page)["hinge"], 0.0)
    handle(page, "bias0").focus()
    page.keyboard.type("1001")
    page.keyboard.press("Enter")
    assert page.locator(".stage-typed[aria-invalid]").count() == 1
    page.keyboard.press("Escape")
    drag(page, "label", 300, 0)
    until(page, lambda: "y=2" in page.url)
    settle(page)
    assert "ship" in readouts(page)["verdict"]


def test_the_digits_follow_the_slider(page: Page, app: str) -> None:
    found = digit_classifier()
    open_stage(page, f"{app}{LESSON}?look=digits")
    page.evaluate(RECORD_DIGITS)
    drag(page, "digit", 350, 0, moves=60)
    settle(page)
    frames = page.evaluate("window.record")
    indices = {frame["digit"] for frame in frames}
    assert len(indices) > 20
    assert indices <= set(found.held_out.tolist())
    for frame in frames:
        index = int(frame["digit"])
        scores = found.scores[index]
        top = int(scores.argmax())
        told = frame["readouts"]
        assert told["index"] == str(index)
        assert shown(told["top_score"], float(scores[top]))
        assert shown(told["top_probability"], float(found.probabilities[index, top]))
        assert f"A “{found.data.labels[index]}”, recognised" in told["reading"]
        is_right = found.data.labels[index] == top
        assert ("recognised correctly" in told["reading"]) == is_right
        assert all(
            shown(text, float(score)) for text, score in zip(frame["scores"], scores, strict=True)
        )
        opacity = np.array(frame["ink"]) / 255
        assert opacity == pytest.approx(found.data.points[index], abs=0.01)
    # As many places of the ring as digits that were read.
    read = {int(found.predictions[int(index)]) for index in indices}
    assert len({frame["ring"] for frame in frames}) == len(read)
    assert f"digit={int(value(page, 'digit'))}" in page.url


def test_a_finger_moves_numbers_sideways_and_the_page_up(phone: Page, app: str) -> None:
    open_stage(phone, app + LESSON)
    start = centre(phone, "weight5")
    touch_drag(phone, start, 60, 0)
    settle(phone)
    moved = value(phone, "weight5")
    assert moved > FOUR_PIXEL_CAT.matrix[1][1]
    main = "() => document.querySelector('[data-testid=stMain]')"
    before = phone.evaluate(f"({main})().scrollTop")
    touch_drag(phone, centre(phone, "weight5"), 0, -120)
    settle(phone)
    assert value(phone, "weight5") == moved
    assert phone.evaluate(f"({main})().scrollTop") > before + 50
    assert phone.evaluate(f"({main})().scrollWidth - ({main})().clientWidth") <= 0


def test_the_views_are_in_the_address(page: Page, app: str) -> None:
    found = digit_classifier()
    open_stage(page, f"{app}{LESSON}?digit=5")
    assert shown(readouts(page)["top_score"], float(found.scores[5].max()))
    page.get_by_role("radio", name="Four pixels").click()
    until(page, lambda: "look=pixels" in page.url)
    until(page, lambda: page.locator('[data-handle="weight1"]').count() == 1)
    settle(page)
    assert readouts(page)["hinge"] == "694.2500"
    page.go_back()
    until(page, lambda: page.locator('[data-handle="digit"]').count() == 1)
    settle(page)
    assert value(page, "digit") == 5


def test_a_lever_is_dragged_on_after_the_answer(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?scene=5&lang=en")
    assert "134.2" not in page.content()
    page.locator(".st-key-guide input").fill("134.2")
    page.keyboard.press("Enter")
    until(page, lambda: "guess=134.2" in page.url)
    settle(page)
    assert page.locator(".st-key-guide_right").count() == 1
    handle(page, "weight1").focus()
    page.keyboard.type("1.85")
    page.keyboard.press("Enter")
    until(page, lambda: "W=0.2%2C1.85" in page.url)
    settle(page)
    assert shown(readouts(page)["hinge"], 0.0)
