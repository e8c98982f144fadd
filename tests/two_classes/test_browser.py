"""The hand on the lesson of two classes: m, Δ, scores and flag, and what is painted meanwhile."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from pages.two_classes.numbers import DELTA, LOSSES, SIGNED, sweep_two_classes
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

LESSON = "/two-classes"


def check_frame(frame: dict) -> None:
    """Compare a frame with NumPy, at the positions of its handles."""
    values, numbers = frame["values"], frame["readouts"]
    scores = [values["score0"], values["score1"]]
    now = sweep_two_classes(scores, values["label"], delta=values[DELTA]).now
    assert values[SIGNED] == pytest.approx(float(now.m), abs=1e-9), frame
    for name, loss in zip(LOSSES, now.losses.tolist(), strict=True):
        assert shown(numbers[name], loss), (name, frame)
    assert shown(numbers["true_probability"], float(now.true_probability))
    assert numbers["equality"].endswith("Equal to the last digit.")
    assert float(frame["marks"]["scores"][0].removeprefix("m = ")) == pytest.approx(
        float(now.m), abs=1e-9
    )
    assert [float(text) for text in frame["marks"]["sigmoid"] if text] == pytest.approx(
        now.sigmoids.tolist(), abs=5.1e-5
    )
    heights = [top for _, top in frame["bars"]["scores"]]
    assert heights == pytest.approx(scores, abs=0.1)


def test_every_painted_number_is_numpys(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    page.evaluate(RECORD)
    for name, is_across in ((SIGNED, True), (DELTA, True), ("score0", False), ("label", True)):
        sway(page, name, reach=160 if name == "label" else 50, across=is_across)
    frames = page.evaluate("window.record")
    assert len({str(frame["values"]) for frame in frames}) >= 25
    for frame in frames:
        check_frame(frame)


def test_m_is_dragged_and_both_bars_go_along(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    x, y = centre(page, SIGNED)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 120, y, steps=10)
    until(page, lambda: value(page, SIGNED) > 0)
    m = value(page, SIGNED)
    assert value(page, "score0") - value(page, "score1") == pytest.approx(m)
    assert value(page, "score0") + value(page, "score1") == pytest.approx(8.3)
    # The line at m is where the grip is, in both panels.
    for panel in ("losses", "slopes"):
        line = page.evaluate(
            "panel => document.querySelector(`[data-panel=${panel}] .stage-plot`).data[5].x", panel
        )
        assert line == pytest.approx([m, m])
    page.mouse.up()
    settle(page)
    assert value(page, SIGNED) == pytest.approx(m)
    assert ",-1.7" in page.url.replace("%2C", ",")  # the frog keeps its score
    page.go_back()
    until(page, lambda: value(page, SIGNED) == pytest.approx(-1.9))


def test_the_margin_meets_m(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?z=5.1,3.2")
    handle(page, DELTA).focus()
    page.keyboard.type("1.9")
    page.keyboard.press("Enter")
    until(page, lambda: "margin=1.9" in page.url)
    settle(page)
    assert "here both hinge losses stop" in readouts(page)["hinge_verdict"]
    page.keyboard.press("ArrowRight")
    until(page, lambda: "margin=2" in page.url)
    settle(page)
    assert "both hinge losses push" in readouts(page)["hinge_verdict"]


def test_keys_and_typing_on_m(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    handle(page, SIGNED).focus()
    page.keyboard.press("ArrowRight")
    until(page, lambda: readouts(page)["m"] == "−1.8")
    page.keyboard.press("End")
    until(page, lambda: readouts(page)["m"] == "5.0")
    settle(page)
    for text, told in (("1000", "too small"), ("-1000", "too large")):
        handle(page, SIGNED).focus()
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        until(page, lambda told=told: told in readouts(page)["verdict"])
        settle(page)
        assert float(readouts(page)["m"].replace("−", "-")) == float(text)
    assert readouts(page)["exponential"] == "∞"
    assert readouts(page)["logistic"] == "1000.0000"


def test_the_flag_turns_m_around(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    width = page.locator('[data-panel="scores"] .stage-plot').bounding_box()["width"]
    drag(page, "label", width * 0.5, 0)
    settle(page)
    assert "y=1" in page.url
    assert value(page, SIGNED) == pytest.approx(1.9)
    assert readouts(page)["verdict"].startswith("car wins")


def test_a_finger_on_m(phone: Page, app: str) -> None:
    open_stage(phone, app + LESSON)
    main = phone.locator('[data-testid="stMain"]')
    start = centre(phone, SIGNED)
    scrolled = main.evaluate("node => node.scrollTop")
    touch_drag(phone, start, 80, 0)
    settle(phone)
    assert main.evaluate("node => node.scrollTop") == scrolled
    assert value(phone, SIGNED) > 0
