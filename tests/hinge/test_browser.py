"""The hand on the hinge lesson: scores, flag and margin line, and what is painted meanwhile."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page

from core.losses.hinge_variants import HingeComparison, compare_hinges, hinge_losses
from tests.browser.hand import (
    RECORD,
    centre,
    drag,
    handle,
    open_stage,
    readouts,
    settle,
    sway,
    touch_drag,
    until,
    value,
)

LESSON = "/hinge"


def result_of(frame: dict, **settings: object) -> HingeComparison:
    """What core says to the positions of a frame's handles."""
    values = frame["values"]
    scores = [values[name] for name in sorted(values) if name.startswith("score")]
    margin = values["margin_line"]
    return compare_hinges(scores, values["label"], margin=margin, **settings)


def check_frame(frame: dict, *, pixel: float = 0.3, **settings: object) -> HingeComparison:
    """Compare a frame with core; ``pixel`` is one pixel's share of the margins' axis."""
    result = result_of(frame, **settings)
    numbers = frame["readouts"]
    assert float(numbers["hinge"]) == pytest.approx(float(result.loss), abs=5.1e-5), frame
    assert int(numbers["violation_count"]) == result.violation_count
    assert float(numbers["push"]) == pytest.approx(-float(result.true_gradient), abs=5.1e-5)
    assert float(numbers["lead"]) == pytest.approx(float(result.lead), abs=1e-9)
    assert float(numbers["margin"]) == pytest.approx(float(result.margin), abs=1e-9)
    # The flag stands where the true class would have its margin.
    flag, *margins = frame["marks"]["margins"]
    for index, (text, m) in enumerate(zip(margins, result.margins, strict=True)):
        if index != frame["values"]["label"] or settings.get("variant") == "one_vs_all":
            assert float(text) == pytest.approx(float(m), abs=1e-9), frame
    assert flag == ("" if settings.get("variant") == "one_vs_all" else "⚑")
    shown = [float(text) for text in frame["marks"]["variants"]]
    assert shown == pytest.approx([float(loss) for loss in result.losses.values()], abs=0.5001)
    gradient = [float(text) for text in frame["marks"]["gradient"]]
    assert gradient == pytest.approx(result.gradient.tolist(), abs=0.05)
    classes = len(result.scores)
    heights = [top for _, top in frame["bars"]["margins"]]
    counted = result.counted.tolist()
    pale = np.where(result.counted > 0, 0, result.margins).tolist()
    assert heights == pytest.approx(pale + counted, abs=pixel)
    heights = [top for _, top in frame["bars"]["variants"]]
    roots = [float(loss) ** 0.5 for loss in result.losses.values()]
    assert heights == pytest.approx(roots, abs=0.5)
    lines = frame["bars"]["scores"][2 * classes :]
    for index, (bar, threshold) in enumerate(zip(lines, result.thresholds, strict=True)):
        if not np.isnan(threshold):
            assert bar[0] == pytest.approx(threshold, abs=0.2), (index, frame)
    return result


@pytest.mark.parametrize(
    ("query", "settings"),
    [
        ("", {}),
        (
            "?z=1,2,3,4,5,6,0,-1,-2,-3&y=4&variant=crammer_singer&margin=2&power=2",
            {"variant": "crammer_singer", "power": 2},
        ),
        ("?z=2.2,2.5,-3.1&y=2&variant=one_vs_all", {"variant": "one_vs_all"}),
    ],
)
def test_every_painted_number_is_cores(page: Page, app: str, query: str, settings: dict) -> None:
    open_stage(page, f"{app}{LESSON}{query}")
    page.evaluate(RECORD)
    for name in ("score0", "score2", "margin_line"):
        sway(page, name, reach=40)
    frames = page.evaluate("window.record")
    assert len({str(frame["values"]) for frame in frames}) >= 25
    for frame in frames:
        check_frame(frame, **settings)
    margins = {frame["readouts"]["margin"] for frame in frames}
    assert len(margins) >= 8


@pytest.mark.parametrize(
    ("score", "loss", "margin"), [(0.03125, "1.0312", "1.031"), (0.0625, "1.0625", "1.062")]
)
def test_a_tie_reads_the_same_in_numbers_on_bars_and_in_words(
    page: Page, app: str, score: float, loss: str, margin: str
) -> None:
    open_stage(page, f"{app}{LESSON}?z={score},0&y=1")
    assert readouts(page)["hinge"] == loss
    panel = page.locator('[data-panel="margins"]')
    assert panel.locator(".stage-mark").all_text_contents() == ["⚑", margin, ""]
    alt = panel.locator('[role="img"]').first.get_attribute("aria-label") or ""
    assert f"A {margin}, B 0.000" in alt


def test_the_margin_line_is_dragged_and_follows(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?z=13,-7,11&margin=10")
    assert readouts(page)["hinge"] == "8.0000"
    page.evaluate(RECORD)
    x, y = centre(page, "margin_line")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 20, steps=10)
    until(page, lambda: value(page, "margin_line") < 8)
    margin = value(page, "margin_line")
    page.mouse.up()
    settle(page)
    assert f"margin={margin:g}" in page.url
    page.locator(".st-key-settings summary").click()
    field = page.locator('input[aria-label="Margin Δ"]')
    until(page, lambda: field.input_value() == f"{margin:g}")
    page.locator(".st-key-settings summary").click()
    settle(page)
    # The line goes with the true score and keeps its distance.
    drag(page, "score0", 0, -20)
    settle(page)
    assert value(page, "score0") > 13
    assert value(page, "margin_line") == margin
    assert f"margin={margin:g}" in page.url
    for frame in page.evaluate("window.record"):
        check_frame(frame, pixel=0.7)


def test_the_curve_follows_the_margin(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    x, y = centre(page, "margin_line")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 15, steps=6)
    until(page, lambda: value(page, "margin_line") > 2)
    page.wait_for_timeout(100)
    margin = value(page, "margin_line")
    curve = page.evaluate(
        "() => [...document.querySelector('[data-panel=losses] .stage-plot').data[0].y]"
    )
    path = [[s / 10, 5.1, -1.7] for s in range(-100, 101)]
    assert curve == pytest.approx(hinge_losses(path, 0, margin=margin).tolist())
    # Where the two rings of the kinks are, in the panel's own paths: the third is out of sight.
    kinks = page.evaluate(
        """() => {
          const plot = document.querySelector('[data-panel=losses] .stage-plot');
          const {xaxis, yaxis} = plot._fullLayout;
          const place = /translate\\(([^,]+),([^)]+)\\)/;
          return [...plot.querySelectorAll('.points path')]
            .map((path) => path.getAttribute('transform').match(place).slice(1).map(Number))
            .map(([x, y]) => [xaxis.p2d(x), yaxis.p2d(y)]).filter(([, y]) => y > yaxis.range[0]);
        }"""
    )
    at = [-1.7 + margin, 5.1 + margin]
    heights = hinge_losses([[kink, 5.1, -1.7] for kink in at], 0, margin=margin)
    assert sorted(kinks) == pytest.approx(np.column_stack([at, heights]), abs=0.01)
    page.mouse.up()


def test_flag_takes_the_margin_line_along(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    page.evaluate(RECORD)
    before = centre(page, "margin_line")[1]
    width = page.locator('[data-panel="scores"] .stage-plot').bounding_box()["width"]
    drag(page, "label", width * 0.6, 0)
    settle(page)
    assert "y=2" in page.url
    assert "margin=" not in page.url
    assert value(page, "margin_line") == 1
    assert centre(page, "margin_line")[1] > before + 20
    for frame in page.evaluate("window.record"):
        check_frame(frame)
    assert "cat, car" in readouts(page)["verdict"]


def test_keys_and_typing_on_the_margin_line(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    handle(page, "margin_line").focus()
    page.keyboard.press("ArrowUp")
    until(page, lambda: readouts(page)["margin"] == "1.1")
    page.keyboard.press("PageDown")
    until(page, lambda: "margin=0.1" in page.url)
    page.keyboard.press("End")
    until(page, lambda: "margin=10" in page.url)
    settle(page)
    handle(page, "margin_line").focus()
    page.keyboard.type("2.25")
    page.keyboard.press("Enter")
    until(page, lambda: "margin=2.25" in page.url)
    settle(page)
    handle(page, "margin_line").focus()
    page.keyboard.type("-1")
    page.keyboard.press("Enter")
    field = page.locator(".stage-typed")
    assert field.get_attribute("aria-invalid") == "true"
    assert "1000" in field.evaluate("node => node.validationMessage")


def test_finger_on_the_margin_line(phone: Page, app: str) -> None:
    open_stage(phone, app + LESSON)
    main = phone.locator('[data-testid="stMain"]')
    start = centre(phone, "margin_line")
    scrolled = main.evaluate("node => node.scrollTop")
    touch_drag(phone, start, 0, 40)
    settle(phone)
    assert main.evaluate("node => node.scrollTop") == scrolled
    margin = value(phone, "margin_line")
    assert margin > 2
    assert f"margin={margin:g}" in phone.url
