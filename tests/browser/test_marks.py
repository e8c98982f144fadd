"""Sliders, followers, cells and texts, on a page that uses them all."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Page

from tests.browser.hand import (
    centre,
    drag,
    handle,
    open_stage,
    settle,
    touch_drag,
    until,
    value,
)

NAMES = ("x", "y", "z")
PILL = '[data-handle="power"] .stage-pill'


def shares(page: Page) -> list[float]:
    return [value(page, name) for name in NAMES]


def texts(page: Page, kind: str) -> list[str]:
    found = page.locator(f'.stage-mark[data-kind="{kind}"]').all_text_contents()
    return [text.replace("−", "-") for text in found]


def bars(page: Page) -> list[float]:
    return page.evaluate(
        "() => [...document.querySelector('[data-panel=shares] .stage-plot').data[0].y]"
    )


def check(page: Page, power: float) -> None:
    """Compare everything that is drawn with the handles' positions."""
    present = np.array(shares(page))
    assert present.sum() == pytest.approx(1, abs=1e-12)
    assert bars(page) == pytest.approx(list(present))
    raised = present**power
    cells = texts(page, "cell")
    assert [float(text) for text in cells[:3]] == pytest.approx(list(raised), abs=6e-4)
    assert cells[4:] == ["∞", "NaN"]
    assert texts(page, "text") == [NAMES[int(raised.argmax())], f"= {np.log(raised[0]):.3f}", "= ∞"]


def test_followers_go_along_and_stay(page: Page, demo: str) -> None:
    open_stage(page, f"{demo}/marks")
    check(page, 1)
    x, y = centre(page, "x")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 40, steps=8)
    until(page, lambda: value(page, "x") > 0.55)
    page.wait_for_timeout(100)
    check(page, 1)
    first, second, third = shares(page)
    assert second / third == pytest.approx(1.5)
    heights = [handle(page, name).bounding_box()["y"] for name in NAMES]
    assert heights[0] < heights[1] < heights[2]
    page.mouse.up()
    settle(page)
    assert shares(page) == [first, second, third]
    told = page.locator("text=/^shares: /").text_content()
    assert [float(number) for number in re.findall(r"0\.\d+", told)] == [first, second, third]
    drag(page, "z", 0, -60)
    settle(page)
    assert value(page, "z") > 0.3
    check(page, 1)


def test_slider_on_an_uneven_grid(page: Page, demo: str) -> None:
    open_stage(page, f"{demo}/marks")
    track = page.locator(".stage-track").bounding_box()
    at = centre(page, "power")[0]
    assert at == pytest.approx(track["x"] + track["width"] * 3 / 6, abs=1)
    drag(page, "power", track["width"] / 6, 0)
    settle(page)
    assert value(page, "power") == 2
    check(page, 2)
    handle(page, "power").focus()
    for key, expected in (
        ("ArrowRight", 5),
        ("ArrowUp", 10),
        ("ArrowUp", 10),
        ("Home", 0.1),
        ("PageUp", 10),
    ):
        page.keyboard.press(key)
        assert value(page, "power") == expected
    page.keyboard.press("ArrowLeft")
    until(page, lambda: "power: 5" in page.locator("text=/^shares: /").text_content())
    check(page, 5)
    assert page.locator(".stage-track-label").text_content() == "the power"
    track = page.locator(".stage-track").bounding_box()
    page.mouse.click(track["x"] + 4, track["y"] + track["height"] / 2)
    settle(page)
    assert value(page, "power") == 0.1
    assert "power: 0.1" in page.locator("text=/^shares: /").text_content()


def test_typed_value_between_the_steps(page: Page, demo: str) -> None:
    open_stage(page, f"{demo}/marks")
    handle(page, "power").focus()
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    until(page, lambda: value(page, "power") == 3)
    settle(page)
    check(page, 3)
    track = page.locator(".stage-track").bounding_box()
    assert centre(page, "power")[0] == pytest.approx(
        track["x"] + track["width"] * (4 + 1 / 3) / 6, abs=1
    )
    handle(page, "power").focus()
    page.keyboard.press("ArrowLeft")
    assert value(page, "power") == 2
    page.keyboard.type("11")
    page.keyboard.press("Enter")
    field = page.locator(".stage-typed")
    assert field.evaluate("node => node.validationMessage") == "from 0.1 to 10"


def test_cells_have_the_colour_of_their_shade_or_tone(page: Page, demo: str) -> None:
    open_stage(page, f"{demo}/marks")
    found = page.locator('.stage-mark[data-kind="cell"]').evaluate_all(
        """nodes => nodes.map((node) => [node.style.getPropertyValue('--mark-color'),
          Number.parseFloat(node.style.getPropertyValue('--mark-share'))])"""
    )
    positive, negative = "var(--positive)", "var(--negative)"
    assert [color for color, _ in found] == [positive, negative, positive, "green", "green", "red"]
    assert [share for _, share in found[:3]] == pytest.approx([50, 30, 20])
    ring = page.locator('.stage-mark[data-kind="ring"]')
    assert ring.is_visible() or ring.get_attribute("hidden") is None
    drag(page, "power", 400, 0)
    settle(page)
    assert ring.get_attribute("hidden") is not None


def test_slider_by_finger_and_a_wide_panel_that_scrolls(phone: Page, demo: str) -> None:
    open_stage(phone, f"{demo}/marks")
    start = centre(phone, "power")
    touch_drag(phone, start, 60, 0)
    settle(phone)
    assert value(phone, "power") > 1
    check(phone, value(phone, "power"))
    scroll = phone.locator('[data-panel="table"] .stage-scroll')
    assert scroll.evaluate("node => node.scrollWidth") >= 600
    main = phone.locator('[data-testid="stMain"]')
    assert main.evaluate("node => node.scrollWidth <= node.clientWidth")
