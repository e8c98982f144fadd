"""Follow the gradient under the hand: what the timeline and the ghost bars paint is core's."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from core.losses.comparison import compare_losses, one_step
from pages.svm_against_softmax.descent import follow_gradients
from tests.browser.hand import (
    RECORD,
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
from tests.browser.test_lesson_drag import LESSON, check_frame

RUN = "document.querySelectorAll('.stage')[0]"
RECORD_RUN = RECORD.replace("document.querySelector('.stage')", RUN)


def check_step(frame: dict, run) -> int:
    """Compare one painted frame of the run with core at the step of the timeline."""
    step = int(frame["readouts"]["run_step"])
    # A frame is reported a moment after it is painted: the timeline may have gone on.
    assert frame["values"]["step"] >= step
    svm, softmax = run.svm, run.softmax
    numbers = {
        "run_hinge": svm.hinge[step],
        "run_cross_entropy": softmax.cross_entropy[step],
        "run_hinge_gradient_norm": svm.hinge_gradient_norm[step],
        "run_cross_entropy_gradient_norm": softmax.cross_entropy_gradient_norm[step],
    }
    for name, number in numbers.items():
        assert shown(frame["readouts"][name], float(number)), (name, frame)
    for panel, path in (("run_svm", svm), ("run_softmax", softmax)):
        scores = path.scores[step]
        for text, score in zip(frame["marks"][panel], scores, strict=True):
            assert shown(text, score), frame
        bars = [bar[1] for bar in frame["bars"][panel]]
        assert bars[:3] == pytest.approx([3.2, 5.1, -1.7], abs=0.05)
        assert bars[3:6] == pytest.approx(list(scores), abs=0.05)
    lines = [bar[0] for bar in frame["bars"]["run_svm"][7:]]
    assert lines == pytest.approx([svm.scores[step, 0] - 1] * 2, abs=0.05)
    return step


def test_the_timeline_plays_and_pauses(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?rate=0.1&step=1", stages=2)
    run = follow_gradients([3.2, 5.1, -1.7], 0, rate=0.1)
    page.evaluate(RECORD_RUN)
    button = page.locator(".stage-play")
    assert button.get_attribute("aria-label") == "Play"
    button.click()
    until(page, lambda: value(page, "step") >= 30)
    assert button.get_attribute("aria-label") == "Pause"
    button.click()
    settle(page)
    paused = value(page, "step")
    assert 30 <= paused < 100
    page.wait_for_timeout(400)
    assert value(page, "step") == paused
    assert f"step={paused}" in page.url
    frames = page.evaluate("window.record")
    steps = [check_step(frame, run) for frame in frames]
    assert steps == sorted(steps)
    # It keeps to the clock: a busy machine leaves steps out.
    assert len(set(steps)) >= 8
    assert "stopped at step 15" in readouts(page)["run_verdict"]
    title = page.locator("[data-panel=run_svm] .stage-title").text_content()
    assert title == f"Scores with the SVM, step {paused}"
    page.reload()
    until(page, lambda: page.locator(".stage[data-ready]").count() == 2)
    settle(page)
    assert value(page, "step") == paused
    assert shown(readouts(page)["run_cross_entropy"], run.softmax.cross_entropy[paused])


def test_the_timeline_is_scrubbed_and_played_to_its_end(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?rate=0.1&step=1", stages=2)
    run = follow_gradients([3.2, 5.1, -1.7], 0, rate=0.1)
    page.evaluate(RECORD_RUN)
    grip = handle(page, "step").locator(".stage-pill").bounding_box()["width"]
    length = page.locator(".stage-track").bounding_box()["width"] - grip
    drag(page, "step", 0.5 * length, 0, stage=0)
    settle(page)
    assert value(page, "step") == 51
    cursor = page.evaluate(
        "() => [...document.querySelector('[data-panel=run_scores] .stage-plot').data[0].x]"
    )
    assert cursor == [51, 51]
    handle(page, "step").focus()
    page.keyboard.press("End")
    until(page, lambda: "step=100" in page.url)
    settle(page)
    page.locator(".stage-play").click()  # from the end it starts again
    until(page, lambda: value(page, "step") < 50)
    page.locator(".stage-play").click()
    settle(page)
    steps = [check_step(frame, run) for frame in page.evaluate("window.record")]
    assert {51, 100} <= set(steps)


def test_the_run_follows_the_scores_below(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?step=3", stages=2)
    drag(page, "score1", 0, -20, stage=1)
    settle(page)
    score = value(page, "score1", 1)
    assert score > 6
    run = follow_gradients([3.2, score, -1.7], 0, rate=1)
    until(page, lambda: shown(readouts(page)["run_hinge"], run.svm.hinge[3]))
    assert shown(readouts(page)["run_cross_entropy"], run.softmax.cross_entropy[3])
    assert value(page, "step") == 3


def test_ghost_bars_follow_a_drag(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?rate=2")
    assert page.locator("[data-panel=scores] .barlayer .point").count() == 9
    page.get_by_role("radio", name="One step").click()
    until(page, lambda: page.locator("[data-panel=scores] .barlayer .point").count() == 15)
    settle(page)
    page.evaluate(RECORD)
    for name in ("score0", "score1"):
        sway(page, name)
    frames = page.evaluate("window.record")
    assert len({str(frame["values"]) for frame in frames}) >= 15
    pixel = 30 / 146
    for frame in frames:
        check_frame({**frame, "bars": {**frame["bars"], "scores": frame["bars"]["scores"][:9]}})
        scores = [frame["values"][f"score{index}"] for index in range(3)]
        ghosts = one_step(compare_losses(scores, frame["values"]["label"]), 2.0)
        ends = [bar[1] for bar in frame["bars"]["scores"][9:]]
        for end, score in zip(ends, [*ghosts.softmax, *ghosts.svm], strict=True):
            # At rest Plotly rounds: a bar of less than two pixels away from 0, others to the next.
            rounded = pixel if abs(score) < 2 * pixel else 0.5 * pixel
            assert end == pytest.approx(score, abs=rounded), frame


def test_a_step_lands_on_its_ghost(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    page.get_by_role("radio", name="One step").click()
    page.get_by_role("button", name="One step with the SVM").click()
    until(page, lambda: value(page, "score0") == 4.2)
    settle(page)
    assert value(page, "score1") == pytest.approx(4.1)
    assert shown(readouts(page)["hinge"], 0.9)
    page.get_by_role("button", name="One step with the SVM").click()
    until(page, lambda: value(page, "score0") == 5.2)
    settle(page)
    assert float(readouts(page)["hinge"]) == 0
    page.go_back()
    until(page, lambda: value(page, "score0") == 4.2)
