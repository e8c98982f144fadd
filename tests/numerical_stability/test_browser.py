"""The hand on numerical stability: what is painted during a drag is what core computes."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from playwright.sync_api import Page

from core.precision.float_types import PRECISIONS
from core.precision.offset import OFFSET
from pages.numerical_stability import LOOKS
from pages.numerical_stability.numbers import COMPARED, compare_methods
from pages.numerical_stability.outcomes import Outcome
from pages.ui.text import text_in
from tests.browser.hand import (
    RECORD,
    centre,
    drag,
    handle,
    open_stage,
    readouts,
    settle,
    touch_drag,
    until,
    value,
    values,
)

LESSON = "/numerical-stability"
SYMBOLS = ("", "≈", "▼", "▲", "✕")


def number(text: str) -> float:
    return {"NaN": math.nan, "∞": math.inf}.get(text) or float(text)


def told(outcome: int, kept: int) -> str:
    """What is said of an outcome, and of the digits of the loss that are right."""
    text = text_in("en")(f"numerical_stability.outcome.{Outcome(outcome).name.lower()}")
    if kept < 0:
        return text
    return f"{text}, loss " + {0: "wrong", 1: "to 1 digit"}.get(kept, f"to {kept} digits")


def check_frame(frame: dict, scores: list[float], label: int = 0) -> None:
    """Compare one painted frame with core, computed afresh from the handles' positions."""
    scale, shift = (frame["values"][name] for name in ("scale", "shift"))
    label = frame["values"].get("label", label)  # only the table has the flag
    result = compare_methods(scores, label, scale=scale, shift=shift)
    classes = len(scores)
    assert len(frame["marks"].keys() & {"table", "pooled"}) == 1
    largest = result.logits.max()
    if "pooled" in frame["marks"]:
        assert float(frame["readouts"]["largest"]) == pytest.approx(largest, abs=0.006)
        pooled = [number(cell) for cell in frame["marks"]["pooled"][:24]]
        expected = result.pooled[..., [label, classes]]
        np.testing.assert_allclose(pooled, expected.ravel(), rtol=6e-3)
        return
    marks = frame["marks"]["table"]
    count = 9 * (classes + 1)
    cells, symbols, words = marks[:count], marks[count : 2 * count], marks[2 * count :][:9]
    np.testing.assert_allclose([number(cell) for cell in cells], result.numbers.ravel(), rtol=6e-3)
    assert symbols == [SYMBOLS[status] for status in result.statuses.ravel()]
    outcomes, kept = result.outcomes.ravel().tolist(), result.kept_digits.ravel().tolist()
    texts = [told(outcome, digits) for outcome, digits in zip(outcomes, kept, strict=True)]
    assert words == [text.replace("−", "-") for text in texts]
    naive = frame["readouts"]["naive_sentence"]
    told_largest = re.search(r"(?:to|is) (-?\d+\.\d\d)\.", naive)
    assert told_largest is not None
    assert float(told_largest[1]) == pytest.approx(largest, abs=0.006)
    if result.naive_fails:
        for precision, word in zip(PRECISIONS, texts[:3], strict=True):
            assert f"{precision}: {word}".replace("−", "-") in naive


@pytest.mark.parametrize(
    ("query", "scores", "name", "reach"),
    [
        ("", [3.2, 5.1, -1.7], "scale", 150),
        ("?z=10,-100,-100", [10, -100, -100], "scale", 120),
        ("?z=123,456,789&by=shift", [123, 456, 789], "shift", -140),
        ("?z=1,2,3&y=2", [1, 2, 3], "shift", 60),
        ("?z=1,2,3&y=2&look=batch", [1, 2, 3], "shift", -60),
    ],
)
def test_every_painted_number_is_cores(
    page: Page, app: str, query: str, scores: list[float], name: str, reach: float
) -> None:
    open_stage(page, f"{app}{LESSON}{query}")
    page.evaluate(RECORD)
    drag(page, name, reach, 0, moves=40)
    settle(page)
    drag(page, "scale" if name == "shift" else "shift", 25, 0, moves=10)
    settle(page)
    frames = page.evaluate("window.record")
    assert len({str(frame["values"]) for frame in frames}) >= 20
    for frame in frames:
        check_frame(frame, scores, label=2 if "y=2" in query else 0)


def test_flag_changes_the_loss_column(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?z=123,456,789&y=2")
    page.evaluate(RECORD)
    handle(page, "label").focus()
    page.keyboard.press("Home")
    assert value(page, "label") == 0
    until(page, lambda: "y=0" in page.url)
    settle(page)
    frames = page.evaluate("window.record")
    assert {frame["values"]["label"] for frame in frames} >= {0}
    for frame in frames:
        check_frame(frame, [123, 456, 789])
    assert "p underflows to 0" in readouts(page)["cure_sentence"]
    exact = frames[-1]["marks"]["table"][2 * 9 * 4 + 9 :][:4]
    assert exact == ["5.75e-290", "2.40e-145", "1.00", "666"]


def test_errors_follow_the_slider_that_is_taken(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?look=exp")
    panel = page.locator('[data-panel="errors"]')
    title = panel.locator(".stage-title")
    assert title.text_content() == "Relative error of the loss along the scale"
    drag(page, "shift", 30, 0)
    settle(page)
    assert title.text_content() == "Relative error of the loss along the added number"
    ticks = panel.locator('.stage-mark[data-kind="text"]').all_text_contents()
    assert ticks == ["−1,000", "−600", "−200", "200", "600", "1,000"]
    assert "by=shift" in page.url
    page.reload()
    page.wait_for_selector(".stage[data-ready]")
    assert title.text_content() == "Relative error of the loss along the added number"
    curve = page.evaluate(
        "() => [...document.querySelector('[data-panel=errors] .stage-plot').data[0].y]"
    )
    result = compare_methods([3.2, 5.1, -1.7], shift=np.arange(-1000.0, 1001.0, 10.0))
    lost = ~np.isfinite(result.errors[:, 0, 0, 0])
    assert [height == 2 for height in curve] == lost.tolist()


def test_typed_scale_off_the_grid(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    page.evaluate(RECORD)
    handle(page, "scale").focus()
    page.keyboard.type("12.345")
    page.keyboard.press("Enter")
    until(page, lambda: value(page, "scale") == 12.345)
    settle(page)
    assert "scale=12.345" in page.url
    check_frame(page.evaluate("window.record").pop(), [3.2, 5.1, -1.7])


def test_back_undoes(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    before = (values(page), readouts(page))
    drag(page, "scale", 80, 0)
    settle(page)
    assert values(page) != before[0]
    page.go_back()
    until(page, lambda: values(page) == before[0])
    settle(page)
    assert readouts(page) == before[1]


def test_sliders_stay_in_view_on_a_phone(phone: Page, app: str) -> None:
    open_stage(phone, f"{app}{LESSON}?look=exp")

    def in_view() -> bool:
        box = handle(phone, "scale").locator(".stage-pill").bounding_box()
        return box is not None and 0 < box["y"] < 844 - 20

    assert in_view()
    phone.locator('[data-panel="errors"]').scroll_into_view_if_needed()
    assert in_view()
    start = centre(phone, "shift")
    touch_drag(phone, start, 25, 0)
    settle(phone)
    assert value(phone, "shift") > 100
    assert f"shift={value(phone, 'shift')}" in phone.url


def test_ten_classes(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?z=1,2,3,4,5,6,7,8,9,10&y=9&shift=100")
    cells = page.locator('[data-panel="table"] .stage-mark[data-kind="cell"]')
    assert cells.first.text_content() == "NaN"
    assert cells.nth(2 * 11 + 9).text_content() == "0.63"
    assert len(COMPARED) * len(PRECISIONS) * 11 + 9 + 2 * 11 == cells.count()


def test_the_habit_follows_the_scale(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?z=123,456,789&look=offset")
    page.evaluate(RECORD)
    drag(page, "scale", -120, 0, moves=20)
    settle(page)
    frames = page.evaluate("window.record")
    assert len({frame["values"]["scale"] for frame in frames}) >= 8
    for frame in frames:
        assert "label" not in frame["values"]
        result = compare_methods([123, 456, 789], 0, scale=frame["values"]["scale"])
        p, loss = result.exact.value[[0, 3]]
        shown = frame["readouts"]
        assert float(shown["true_loss"]) == pytest.approx(loss, abs=6e-5, rel=1e-3)
        assert float(shown["offset_loss"]) == pytest.approx(-np.log(p + OFFSET), abs=6e-5, rel=1e-3)
        slope = -p * (1 - p) / (p + OFFSET)
        if shown["offset_slope"] != "–":
            assert float(shown["offset_slope"]) == pytest.approx(slope, abs=6e-5, rel=1e-3)


def test_a_view_is_chosen_and_back_returns(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?z=1,2,3&shift=100")
    group = page.get_by_test_id("stMain").get_by_test_id("stButtonGroup")
    for name, look, panels in (
        ("Limits of exp", "exp", ["exp", "errors"]),
        ("Batch", "batch", ["pooled"]),
    ):
        group.get_by_role("radio", name=name).click()
        until(page, lambda look=look: f"look={look}" in page.url)
        settle(page)
        found = page.locator(".stage-panel").evaluate_all("n => n.map((p) => p.dataset.panel)")
        assert found == panels
        assert value(page, "shift") == 100
    page.go_back()
    until(page, lambda: page.locator('[data-panel="errors"]').count() == 1)


@pytest.mark.parametrize("size", [(1366, 768), (1280, 720)])
@pytest.mark.parametrize("look", LOOKS)
def test_a_view_is_on_one_screen(page: Page, app: str, look: str, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    open_stage(page, f"{app}{LESSON}?z=1010,1000,990&look={look}")
    for part in (".stage-panel", ".stage-timelines"):
        for found in page.locator(part).all():
            box = found.bounding_box()
            assert box is not None
            assert box["x"] + box["width"] <= size[0]
            assert box["y"] + box["height"] <= size[1], part
    sizes = page.locator('.stage-mark[data-kind="cell"]').evaluate_all(
        "nodes => nodes.map((node) => parseFloat(getComputedStyle(node).fontSize))"
    )
    assert min(sizes, default=12) >= 12
