"""The hand on the softmax lesson: what is painted during a drag is what core computes."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page

from pages.softmax.numbers import SoftmaxSteps, softmax_steps
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
    until,
    value,
)

LESSON = "/softmax"


def check_frame(frame: dict, focus: int) -> SoftmaxSteps:
    """Compare one painted frame with core, computed afresh from the handles' positions."""
    values = frame["values"]
    stands = [values[f"score{index}"] for index in range(len(values) - 2)]
    logits = np.round(np.array(stands) - values["constant"], 9)
    steps = softmax_steps(logits, temperature=values["temperature"], constant=values["constant"])
    numbers = {
        "entropy": steps.entropy,
        "entropy_in_bits": steps.entropy_in_bits,
        "own_probability": steps.probabilities[focus],
        "own_derivative": steps.jacobian[focus, focus],
        "other_derivatives": -steps.jacobian[focus, focus],
    }
    for name, expected in numbers.items():
        assert shown(frame["readouts"][name], float(expected)), (name, frame)
    marks = frame["marks"]
    written = [text for text in marks["jacobian"] if text]
    cells = steps.jacobian.size
    for text, entry in zip(written[:cells], steps.jacobian.ravel(), strict=True):
        assert shown(text, entry), frame
    assert written[cells:] == ["0"] * (2 * len(stands))
    for panel, expected in (
        ("exponentials", steps.exponentials),
        ("probabilities", steps.probabilities),
    ):
        for text, entry in zip(marks[panel], expected, strict=True):
            assert shown(text, entry), frame
        heights = [bar[1] for bar in frame["bars"][panel]]
        assert heights == pytest.approx(expected.tolist(), abs=0.01)
    pixel = 35 / 130
    for bar, logit in zip(frame["bars"]["logits"], stands, strict=True):
        # At rest Plotly rounds: a bar of less than two pixels away from 0, others to the next.
        rounded = pixel if abs(logit) < 2 * pixel else 0.5 * pixel
        assert bar[1] == pytest.approx(logit, abs=rounded), frame
    return steps


def recorded(page: Page) -> list[dict]:
    frames = page.evaluate("window.record")
    page.evaluate("() => { window.record.length = 0; }")
    return frames


@pytest.mark.parametrize("query", ["", "?z=1,2,3,4,5,0,-1,-2&along=5&T=2.46&c=1.5"])
def test_every_painted_number_is_cores(page: Page, app: str, query: str) -> None:
    open_stage(page, f"{app}{LESSON}{query}")
    page.evaluate(RECORD)
    for focus in (0, 2):
        sway(page, f"score{focus}", reach=40)
        frames = recorded(page)
        assert len({str(frame["values"]) for frame in frames}) >= 8
        for frame in frames:
            check_frame(frame, focus)
    assert "along=2" in page.url


def test_temperature_from_argmax_to_uniform(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    page.evaluate(RECORD)
    x, y = centre(page, "temperature")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 400, y, steps=30)
    until(page, lambda: value(page, "temperature") == 0.05)
    until(page, lambda: "compared with T = 0.05 the differences" in readouts(page)["verdict"])
    assert float(readouts(page)["entropy"].replace("−", "-")) < 1e-10
    page.mouse.move(x + 400, y, steps=30)
    until(page, lambda: value(page, "temperature") == 20)
    until(page, lambda: float(readouts(page)["entropy"]) > 1.08)
    assert "car" in readouts(page)["verdict"]
    page.mouse.up()
    settle(page)
    assert "T=20" in page.url
    frames = recorded(page)
    assert len({frame["values"]["temperature"] for frame in frames}) >= 8
    for frame in frames:
        check_frame(frame, 0)


def test_the_constant_moves_the_logits_and_nothing_else(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?z=0.3,2.9,4.0")
    page.evaluate(RECORD)
    x, y = centre(page, "constant")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y, steps=30)
    until(page, lambda: value(page, "constant") > 1)
    page.mouse.up()
    settle(page)
    frames = recorded(page)
    assert len({frame["values"]["constant"] for frame in frames}) >= 8
    before = softmax_steps([0.3, 2.9, 4.0])
    for frame in frames:
        steps = check_frame(frame, 0)
        np.testing.assert_array_equal(steps.probabilities, before.probabilities)
    assert "nothing else" in readouts(page)["shift"]
    assert "z=0.3%2C2.9%2C4&" in page.url + "&"
    constant = value(page, "constant")
    assert value(page, "score0") == pytest.approx(0.3 + constant)
    # A bar that is dragged now takes its height less the constant as the new logit.
    drag(page, "score0", 0, -20)
    settle(page)
    moved = value(page, "score0")
    assert f"z={round(moved - constant, 9):g}%2C2.9%2C4" in page.url


def test_a_typed_constant_leaves_the_logits_alone(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?z=1010,1000,990&names=a,b,c&y=0")
    before = readouts(page)
    handle(page, "constant").focus()
    page.keyboard.type("-1000")
    page.keyboard.press("Enter")
    until(page, lambda: "c=-1000" in page.url)
    settle(page)
    assert "z=1010%2C1000%2C990" in page.url
    assert [value(page, f"score{index}") for index in range(3)] == [10, 0, -10]
    now = readouts(page)
    assert {name: now[name] for name in before if name != "shift"} == {
        name: text for name, text in before.items() if name != "shift"
    }
    assert "c = −1000" in now["shift"]


def test_row_and_column_of_the_dragged_class_are_marked(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    settle(page)
    title = page.locator('[data-panel="jacobian"] .stage-title')
    rings = page.locator('[data-panel="jacobian"] .stage-mark[data-kind="ring"]')
    cells = page.locator('[data-panel="jacobian"] .stage-mark[data-kind="cell"]')

    def places() -> list[list[float]]:
        return rings.evaluate_all(
            "nodes => nodes.map((node) => { const m = new DOMMatrix(getComputedStyle(node).transform); return [m.e, m.f]; })"
        )

    def cell(row: int, column: int) -> list[float]:
        return cells.nth(3 * row + column).evaluate(
            "node => { const m = new DOMMatrix(getComputedStyle(node).transform); return [m.e, m.f]; }"
        )

    assert places()[-2:] == [
        pytest.approx([cell(0, 1)[0], cell(0, 0)[1]], abs=0.5),
        pytest.approx([cell(0, 0)[0], cell(1, 0)[1]], abs=0.5),
    ]
    x, y = centre(page, "score2")
    page.mouse.move(x, y)
    page.mouse.down()
    until(page, lambda: title.text_content().endswith("frog"))
    assert places()[-2:] == [
        pytest.approx([cell(0, 1)[0], cell(2, 0)[1]], abs=0.5),
        pytest.approx([cell(0, 2)[0], cell(1, 0)[1]], abs=0.5),
    ]
    page.mouse.up()
    settle(page)


def test_temperature_by_keyboard(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    handle(page, "temperature").focus()
    page.keyboard.press("ArrowRight")
    assert value(page, "temperature") == 1.05
    page.keyboard.press("End")
    assert value(page, "temperature") == 20
    page.keyboard.press("Home")
    assert value(page, "temperature") == 0.05
    until(page, lambda: "T=0.05" in page.url)
    settle(page)


def test_sliders_on_a_phone(phone: Page, app: str) -> None:
    open_stage(phone, app + LESSON)
    drag(phone, "temperature", 100, 0)
    settle(phone)
    assert value(phone, "temperature") > 2
    assert phone.evaluate(
        "() => { const main = document.querySelector('[data-testid=stMain]'); return main.scrollWidth <= main.clientWidth }"
    )


def test_the_colour_tells_the_number_whatever_the_temperature(page: Page, app: str) -> None:
    """Of two equal logits every derivative is 1 / (4 T); full colour is from 1 / 4 on."""
    open_stage(page, f"{app}{LESSON}?z=0,0&T=1")
    for temperature, share in (("1", 100), ("0.5", 100), ("2", 70.3), ("20", 21.9)):
        handle(page, "temperature").focus()
        page.keyboard.type(temperature)
        page.keyboard.press("Enter")
        settle(page)
        assert value(page, "temperature") == float(temperature)
        shares = page.locator('[data-panel="jacobian"] .stage-mark[data-kind="cell"]').evaluate_all(
            "nodes => nodes.map((node) => [node.style.getPropertyValue('--mark-share'), node.style.getPropertyValue('--mark-color')])"
        )
        assert {float(text.rstrip("%")) for text, _ in shares} == {share}
        assert ["positive" in color for _, color in shares] == [True, False, False, True]
