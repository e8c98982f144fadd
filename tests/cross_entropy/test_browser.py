"""The hand on cross-entropy: logits, target mass and flag; every painted number is core's."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page

from pages.cross_entropy.numbers import CrossEntropyNumbers, evaluate_cross_entropy
from pages.cross_entropy.target_mass import move_mass
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
    values,
)

LESSON = "/cross-entropy"
READOUTS = ("loss", "bits", "perplexity", "entropy", "divergence", "gradient_sum")


def result_of(positions: dict) -> CrossEntropyNumbers:
    """What core computes for the handles where they are."""
    classes = sum(name.startswith("score") for name in positions)
    logits = [positions[f"score{index}"] for index in range(classes)]
    return evaluate_cross_entropy(logits, [positions[f"target{index}"] for index in range(classes)])


def gradient_sizes(logits, targets) -> np.ndarray:
    return evaluate_cross_entropy(logits, targets).gradient_sizes


def check_frame(frame: dict) -> None:
    result = result_of(frame["values"])
    classes = result.logits.size
    for name in READOUTS:
        assert shown(frame["readouts"][name], float(getattr(result, name))), (name, frame)
    numbers = [*result.targets, *result.probabilities]
    for text, number in zip(frame["marks"]["probabilities"], numbers, strict=True):
        assert shown(text, number), frame
    for text, slope in zip(frame["marks"]["gradient"], result.gradient, strict=True):
        assert shown(text, slope), frame
    surprisal = next(text for text in frame["marks"]["surprisals"] if text)
    assert shown(surprisal.removeprefix("⚑ "), float(result.surprisals[frame["values"]["label"]]))
    bars = frame["bars"]
    assert [bar[1] for bar in bars["gradient"]] == pytest.approx(list(result.gradient), abs=0.02)
    heights = [bar[1] for bar in bars["probabilities"][classes:]]
    a_pixel = 0.0125  # at rest Plotly draws at least that much of a bar that is not 0
    assert heights == pytest.approx(list(result.probabilities), abs=a_pixel)
    for bar, mass in zip(bars["probabilities"], result.targets, strict=False):
        assert bar[1] == pytest.approx(mass if mass > 0 else -9, abs=a_pixel)
    (line,) = bars["surprisals"]
    assert line[1] == pytest.approx(min(float(result.loss), 8), abs=0.06)


@pytest.mark.parametrize(
    "query", ["", "?z=1,2,-3,0,0.5,4,-6,2,1,0&t=0.2,0.2,0.1,0.1,0.1,0.1,0.05,0.05,0.05,0.05"]
)
def test_every_painted_number_is_cores(page: Page, app: str, query: str) -> None:
    open_stage(page, f"{app}{LESSON}{query}")
    page.evaluate(RECORD)
    for name in ("score0", "target0", "target1", "score2"):
        sway(page, name)
    frames = page.evaluate("window.record")
    assert len({str(frame["values"]) for frame in frames}) >= 25
    for frame in frames:
        check_frame(frame)


def test_the_others_follow_a_target_mass_in_proportion(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?t=0.2,0.5,0.3")
    page.evaluate(RECORD)
    drag(page, "target0", 0, -40)
    settle(page)
    mass = value(page, "target0")
    assert 0.4 < mass < 1
    for frame in page.evaluate("window.record"):
        now = [frame["values"][f"target{index}"] for index in range(3)]
        assert now == pytest.approx(move_mass([0.2, 0.5, 0.3], 0, now[0]).tolist(), abs=1e-12)
        check_frame(frame)
    target = [value(page, f"target{index}") for index in range(3)]
    assert ",".join(map(repr, target)) in page.url.replace("%2C", ",")
    # The state keeps what the hand left, and Back undoes it.
    page.reload()
    page.wait_for_selector(".stage[data-ready]")
    settle(page)
    assert [value(page, f"target{index}") for index in range(3)] == target
    page.go_back()
    until(page, lambda: value(page, "target0") == 0.2)


def test_curves_follow_the_logit_and_the_target(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    title = page.locator('[data-panel="sizes"] .stage-title')

    def curves() -> np.ndarray:
        found = page.evaluate(
            "() => document.querySelector('[data-panel=sizes] .stage-plot').data"
            ".map((trace) => [...trace.y])"
        )
        return np.array(found).T

    def path(along: int) -> np.ndarray:
        logits = np.tile([value(page, f"score{index}") for index in range(3)], (101, 1))
        logits[:, along] = np.linspace(-10, 10, 101)
        return logits

    assert title.text_content() == "Gradient size along the score of cat"
    np.testing.assert_allclose(curves(), gradient_sizes(path(0), [[1, 0, 0]] * 101), rtol=1e-9)
    x, y = centre(page, "target1")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 40, steps=8)
    until(page, lambda: value(page, "target1") > 0.2)
    page.wait_for_timeout(150)
    target = [value(page, f"target{index}") for index in range(3)]
    expected = gradient_sizes(path(0), [target] * 101)
    np.testing.assert_allclose(curves(), expected, rtol=1e-6)
    # The lines on the screen go through the same points, within a twentieth of a pixel.
    painted = page.evaluate(
        """() => {
          const plot = document.querySelector('[data-panel=sizes] .stage-plot');
          const {yaxis} = plot._fullLayout;
          return [...plot.querySelectorAll('.js-line')].map((path) =>
            path.getAttribute('d').slice(1).split('L').map((point) => yaxis.p2l(Number(point.split(',')[1]))));
        }"""
    )
    np.testing.assert_allclose(np.array(painted).T, np.log10(expected), atol=1e-3)
    page.mouse.up()
    settle(page)
    drag(page, "score2", 0, -20)
    settle(page)
    assert title.text_content() == "Gradient size along the score of frog"
    np.testing.assert_allclose(curves(), gradient_sizes(path(2), [target] * 101), rtol=1e-9)


def test_the_flag_makes_the_target_hard(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?t=0.2,0.5,0.3&y=1")
    page.evaluate(RECORD)
    width = page.locator('[data-panel="scores"] .stage-plot').bounding_box()["width"]
    drag(page, "label", width * 0.3, 0)
    settle(page)
    assert value(page, "label") == 2
    assert [value(page, f"target{index}") for index in range(3)] == [0, 0, 1]
    assert "t=" not in page.url.partition("?")[2].replace("&lt", "")
    for frame in page.evaluate("window.record"):
        check_frame(frame)


def test_keyboard_and_typed_mass(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    handle(page, "target0").focus()
    for key, expected in (("ArrowDown", 0.99), ("PageDown", 0.89), ("ArrowUp", 0.9)):
        page.keyboard.press(key)
        assert value(page, "target0") == expected
    until(page, lambda: "t=0.9" in page.url)
    settle(page)
    assert value(page, "target1") == pytest.approx(0.05)
    handle(page, "target2").focus()
    page.keyboard.type("0.525")
    page.keyboard.press("Enter")
    until(page, lambda: value(page, "target0") == pytest.approx(0.45))
    settle(page)
    expected = move_mass([0.9, 0.05, 0.05], 2, 0.525)
    assert [value(page, f"target{index}") for index in range(3)] == pytest.approx(expected.tolist())
    loss = float(evaluate_cross_entropy([3.2, 5.1, -1.7], expected).loss)
    assert shown(readouts(page)["loss"], loss)
    page.keyboard.press("Enter")
    page.keyboard.type("1.5")
    page.keyboard.press("Enter")
    field = page.locator(".stage-typed")
    assert field.get_attribute("aria-invalid") == "true"
    assert field.evaluate("node => node.validationMessage") == "Type a number between 0 and 1"


def test_finger(phone: Page, app: str) -> None:
    open_stage(phone, app + LESSON)
    start = centre(phone, "target0")
    touch_drag(phone, start, 0, 50)
    settle(phone)
    now = values(phone)
    assert now["target0"] < 0.9
    assert sum(now[f"target{index}"] for index in range(3)) == pytest.approx(1)
    shown_now = {name: text.replace("−", "-") for name, text in readouts(phone).items()}
    for name in READOUTS:
        assert shown(shown_now[name], float(getattr(result_of(now), name)))


def test_a_handle_beyond_the_axis_stays_in_its_panel(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?z=-4.605170185988091,-0.01005033585350145,-1000&y=1")
    pill = handle(page, "score2").locator(".stage-pill").bounding_box()
    plot = page.locator('[data-panel="scores"] .nsewdrag').bounding_box()
    assert pill["y"] >= plot["y"]
    assert pill["y"] + pill["height"] <= plot["y"] + plot["height"] + 1
    for name in ("score0", "score1", "score2"):
        fits = (
            handle(page, name)
            .locator(".stage-pill")
            .evaluate("n => n.scrollWidth <= n.offsetWidth")
        )
        assert fits, name
    drag(page, "score2", 0, -30)
    settle(page)
    assert value(page, "score2") > -12
