"""The hand on the gradient check: what is painted during a drag is what core computes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from pages.gradient_check.checked_functions import CHECKED_FUNCTIONS
from pages.gradient_check.difference_quotients import STEPS
from pages.gradient_check.errors import GradientErrors, gradient_errors
from tests.browser.hand import (
    RECORD,
    centre,
    drag,
    handle,
    open_stage,
    readouts,
    settle,
    shown,
    touch_drag,
    until,
    value,
)

LESSON = "/gradient-check"


def check_frame(
    frame: dict, check: str = "cross_entropy", *, mistaken: bool = False
) -> GradientErrors:
    """Compare one painted frame with core, computed afresh from the handles' positions."""
    classes = sum(name.startswith("score") for name in frame["values"])
    scores = [frame["values"][f"score{index}"] for index in range(classes)]
    expected = gradient_errors(
        CHECKED_FUNCTIONS[check],
        scores,
        frame["values"].get("label", 0),
        steps=frame["values"]["h"],
        mistaken=mistaken,
    )
    numbers = {
        "value": expected.value,
        "step": expected.steps,
        "worst": expected.worst,
        "worst32": expected.worst32,
        "kink_count": expected.kink_count,
    }
    for name, number in numbers.items():
        if name.startswith("worst") and expected.kinks.all():
            assert frame["readouts"][name] == "–"
        else:
            assert shown(frame["readouts"][name], float(number)), (name, frame)
    bars = [bar[1] for bar in frame["bars"]["gradients"]]
    drawn = [*expected.analytic, *expected.central]
    assert bars[: 2 * classes] == pytest.approx(drawn, abs=0.03)
    return expected


def test_the_step_follows_the_hand(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    page.evaluate(RECORD)
    drag(page, "h", -200, 0, moves=40)
    settle(page)
    frames = page.evaluate("window.record")
    steps = {frame["values"]["h"] for frame in frames}
    assert len(steps) > 10
    assert steps <= set(STEPS)
    worst = [float(check_frame(frame).worst) for frame in frames]
    assert min(worst) < 1e-8
    assert max(worst) > 1e-3
    assert f"h={value(page, 'h')!r}".replace("'", "") in page.url
    assert "h is too small" in readouts(page)["finding"]


@pytest.mark.parametrize(("check", "mistake"), [("cross_entropy", 0), ("weston_watkins", 1)])
def test_the_scores_follow_the_hand(page: Page, app: str, check: str, mistake: int) -> None:
    open_stage(page, f"{app}{LESSON}?check={check}&mistake={mistake}")
    page.evaluate(RECORD)
    for name in ("score0", "score1"):
        drag(page, name, 0, -40, moves=20)
        settle(page)
    frames = page.evaluate("window.record")
    assert len({str(frame["values"]) for frame in frames}) > 15
    for frame in frames:
        check_frame(frame, check, mistaken=bool(mistake))
    titles = page.locator(".stage-title").all_text_contents()
    assert any("∂f/∂car" in title for title in titles)


def test_kinks_are_ringed_while_the_hand_passes_them(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?check=relu&z=0.5,-3,2")
    rings = page.locator('[data-panel="gradients"] .stage-mark[data-kind="ring"]')

    def seen() -> list[bool]:
        return rings.evaluate_all("nodes => nodes.map((node) => !node.hidden)")

    assert seen() == [False, False, False]
    handle(page, "score0").focus()
    for _ in range(5):
        page.keyboard.press("ArrowDown")
    assert value(page, "score0") == 0
    until(page, lambda: seen() == [True, False, False])
    assert "kinks between x − h and x + h: 1" in readouts(page)["finding"].lower()
    page.keyboard.press("ArrowDown")
    until(page, lambda: seen() == [False, False, False])
    settle(page)


def test_the_step_by_keyboard_and_typed(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    handle(page, "h").focus()
    page.keyboard.press("ArrowLeft")
    assert value(page, "h") == 5.62e-6
    page.keyboard.press("End")
    assert value(page, "h") == 0.1
    assert handle(page, "h").get_attribute("aria-valuetext") == "0.10"
    page.keyboard.press("Home")
    assert value(page, "h") == 1e-15
    assert handle(page, "h").get_attribute("aria-valuetext") == "1e−15"
    until(page, lambda: "h=1e-15" in page.url)
    settle(page)
    page.keyboard.type("2e-7")
    page.keyboard.press("Enter")
    until(page, lambda: "h=2e-07" in page.url)
    settle(page)
    expected = gradient_errors(CHECKED_FUNCTIONS["cross_entropy"], [3.2, 5.1, -1.7], 0, steps=2e-7)
    assert shown(readouts(page)["worst"].replace("−", "-"), float(expected.worst))


def test_a_finger_moves_the_step(phone: Page, app: str) -> None:
    open_stage(phone, app + LESSON)
    start = centre(phone, "h")
    touch_drag(phone, start, -100, 0)
    settle(phone)
    assert value(phone, "h") < 1e-7
    overflow = phone.evaluate(
        "() => { const m = document.querySelector('[data-testid=stMain]'); return m.scrollWidth - m.clientWidth }"
    )
    assert overflow <= 0
