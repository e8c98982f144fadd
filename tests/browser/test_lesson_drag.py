"""The hand on SVM against softmax: what is painted during a drag is what core computes."""

from __future__ import annotations

import math

import pytest
from playwright.sync_api import Page

from core.losses.comparison import Comparison, compare_losses
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
    touch,
    touch_drag,
    until,
    value,
    values,
)

LESSON = "/svm-against-softmax"
READOUTS = {
    "hinge": lambda result: result.hinge,
    "cross_entropy": lambda result: result.cross_entropy,
    "true_probability": lambda result: result.true_probability,
    "violation_count": lambda result: result.violation_count,
    "hinge_gradient_norm": lambda result: result.hinge_gradient_norm,
    "cross_entropy_gradient_norm": lambda result: result.cross_entropy_gradient_norm,
}


def check_frame(frame: dict, **settings: object) -> Comparison:
    """Compare one painted frame with core, computed afresh from the handles' positions."""
    classes = sum(name.startswith("score") for name in frame["values"])
    scores = [frame["values"][f"score{index}"] for index in range(classes)]
    result = compare_losses(scores, frame["values"]["label"], **settings)
    for name, of in READOUTS.items():
        assert shown(frame["readouts"][name], float(of(result))), (name, frame)
    for text, p in zip(frame["marks"]["probabilities"], result.probabilities, strict=True):
        assert shown(text, p), frame
    gradients = [*result.cross_entropy_gradient, *result.hinge_gradient]
    for text, gradient in zip(frame["marks"]["gradients"], gradients, strict=True):
        assert shown(text, gradient), frame
    half_a_pixel = 0.5 * 30 / 150
    bars = frame["bars"]["scores"]
    for bar, score in zip(bars[:classes], scores, strict=True):
        assert bar[0] == pytest.approx(0, abs=half_a_pixel)
        assert bar[1] == pytest.approx(score, abs=half_a_pixel)
    for bar, violation, base in zip(
        bars[classes : 2 * classes], result.violations, result.violation_bases, strict=True
    ):
        if violation:
            assert bar == pytest.approx([base, base + violation], abs=half_a_pixel)
        else:
            assert bar[1] < -1000
    heights = [bar[1] for bar in frame["bars"]["gradients"]]
    assert heights == pytest.approx(gradients, abs=0.03)
    heights = [bar[1] for bar in frame["bars"]["probabilities"][classes:]]
    assert heights == pytest.approx(list(result.probabilities), abs=0.01)
    return result


@pytest.mark.parametrize(
    ("query", "settings"),
    [
        ("", {}),
        (
            "?z=1,2,3,4,5,6,0,-1,-2,-3&y=4&variant=crammer_singer&margin=2",
            {"variant": "crammer_singer", "margin": 2.0},
        ),
    ],
)
def test_every_painted_number_is_cores(page: Page, app: str, query: str, settings: dict) -> None:
    open_stage(page, f"{app}{LESSON}{query}")
    page.evaluate(RECORD)
    for name in ("score0", "score1", "score2"):
        sway(page, name)
    frames = page.evaluate("window.record")
    assert len({str(frame["values"]) for frame in frames}) >= 25
    for frame in frames:
        check_frame(frame, **settings)


def test_flag(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    page.evaluate(RECORD)
    width = page.locator('[data-panel="scores"] .stage-plot').bounding_box()["width"]
    drag(page, "label", width * 0.6, 0)
    settle(page)
    assert value(page, "label") == 2
    assert "y=2" in page.url
    frames = page.evaluate("window.record")
    assert {frame["values"]["label"] for frame in frames} >= {1, 2}
    for frame in frames:
        check_frame(frame)
    assert "frog" in readouts(page)["verdict"]


def test_curves_follow_the_score_that_is_taken(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    title = page.locator('[data-panel="losses"] .stage-title')
    assert title.text_content() == "Losses along the score of cat"
    x, y = centre(page, "score2")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 30, steps=5)
    until(page, lambda: title.text_content() == "Losses along the score of frog")
    curve = "() => [...document.querySelector('[data-panel=losses] .stage-plot').data[1].y]"
    expected = compare_losses([[3.2, 5.1, s / 10] for s in range(-100, 101)], [0] * 201).hinge
    until(page, lambda: page.evaluate(curve) == pytest.approx(list(expected)))
    dots = page.locator('[data-panel="losses"] .stage-mark')

    def dot_is_at_the_score() -> bool:
        left = page.evaluate(
            """score => { const {xaxis} = document.querySelector('[data-panel=losses] .stage-plot')._fullLayout;
            return xaxis._offset + xaxis.d2p(score); }""",
            value(page, "score2"),
        )
        place = dots.nth(1).evaluate("node => new DOMMatrix(getComputedStyle(node).transform).e")
        return place == pytest.approx(left, abs=0.6)

    until(page, dot_is_at_the_score)
    page.mouse.up()
    settle(page)
    assert "along=2" in page.url
    page.reload()
    page.wait_for_selector(".stage[data-ready]")
    assert title.text_content() == "Losses along the score of frog"


def test_release_back_forward_and_reload(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    seen = [(values(page), readouts(page))]
    for name, dy in (("score0", -40), ("score1", 25), ("score0", 12)):
        drag(page, name, 0, dy)
        settle(page)
        seen.append((values(page), readouts(page)))
    assert len({str(state) for state in seen}) == 4
    for state in reversed(seen[:-1]):
        page.go_back()
        until(page, lambda state=state: values(page) == state[0])
        settle(page)
        assert readouts(page) == state[1]
    for state in seen[1:]:
        page.go_forward()
        until(page, lambda state=state: values(page) == state[0])
        settle(page)
        assert readouts(page) == state[1]
    page.reload()
    page.wait_for_selector(".stage[data-ready]")
    settle(page)
    assert (values(page), readouts(page)) == seen[-1]


def test_keyboard(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    page.evaluate(RECORD)
    handle(page, "score0").focus()
    expected = 3.2
    for key, change in (
        ("ArrowUp", 0.1),
        ("ArrowUp", 0.1),
        ("ArrowDown", -0.1),
        ("ArrowDown", -0.1),
        ("PageUp", 1.0),
        ("PageDown", -1.0),
        ("PageDown", -1.0),
    ):
        page.keyboard.press(key)
        expected += change
        assert value(page, "score0") == pytest.approx(expected)
    settled = until(page, lambda: "z=2.2" in page.url)
    assert settled
    page.keyboard.press("Home")
    assert value(page, "score0") == -10
    page.keyboard.press("End")
    assert value(page, "score0") == 10
    until(page, lambda: "z=10%2C" in page.url)
    settle(page)
    for frame in page.evaluate("window.record"):
        check_frame(frame)
    handle(page, "label").focus()
    page.keyboard.press("ArrowRight")
    assert value(page, "label") == 1
    assert handle(page, "label").get_attribute("aria-valuetext") == "car"
    until(page, lambda: "y=1" in page.url)


def test_escape_takes_a_drag_back(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?z=1.234,2,3")
    before = (values(page), readouts(page))
    x, y = centre(page, "score0")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 40, steps=5)
    until(page, lambda: value(page, "score0") > 3)
    page.keyboard.press("Escape")
    until(page, lambda: (values(page), readouts(page)) == before)
    page.mouse.move(x, y - 60, steps=5)
    page.mouse.up()
    settle(page)
    assert (values(page), readouts(page)) == before


def test_typed_values_are_taken_exactly_and_nonsense_is_refused(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    for typed, exact in (("1.2345", 1.2345), ("-456", -456), ("2,5", 2.5)):
        handle(page, "score1").focus()
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        until(page, lambda exact=exact: value(page, "score1") == exact)
        settle(page)
        result = compare_losses([3.2, exact, -1.7], 0)
        now = {name: text.replace("−", "-") for name, text in readouts(page).items()}
        for name, of in READOUTS.items():
            assert shown(now[name], float(of(result)))
        top = page.evaluate(
            "() => document.querySelector('[data-panel=scores] .stage-plot')"
            "._fullLayout.yaxis.range[1]"
        )
        assert top > abs(exact)
        drag(page, "score1", 0, -20)
        settle(page)
        assert value(page, "score1") > exact
    before = value(page, "score1")
    handle(page, "score1").focus()
    for typed, told in (("4 apples", "Type a number"), ("1,234", "This can be 1234 or 1.234")):
        page.keyboard.press("Enter")
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        field = page.locator(".stage-typed")
        assert field.input_value() == typed
        assert field.get_attribute("aria-invalid") == "true"
        assert field.evaluate("node => node.validationMessage").startswith(told)
        page.keyboard.press("Escape")
        assert field.count() == 0
        assert value(page, "score1") == before


def test_finger_drags_and_scrolls(phone: Page, app: str) -> None:
    open_stage(phone, app + LESSON)
    main = phone.locator('[data-testid="stMain"]')
    start = centre(phone, "score0")
    scrolled = main.evaluate("node => node.scrollTop")
    touch_drag(phone, start, 0, -40)
    settle(phone)
    moved = value(phone, "score0")
    assert moved > 4
    assert main.evaluate("node => node.scrollTop") == scrolled
    assert f"z={moved:g}" in phone.url
    plot = phone.locator('[data-panel="losses"] .stage-plot')
    plot.scroll_into_view_if_needed()
    phone.wait_for_timeout(200)
    box = plot.bounding_box()
    before = main.evaluate("node => node.scrollTop")
    for target in ((box["x"] + box["width"] / 2, box["y"] + box["height"] / 2),):
        touch_drag(phone, target, 0, -150)
    phone.wait_for_timeout(300)
    assert main.evaluate("node => node.scrollTop") > before + 50


def test_nothing_jumps_under_the_finger(phone: Page, app: str) -> None:
    open_stage(phone, app + LESSON)
    x, y = centre(phone, "score0")
    session = phone.context.new_cdp_session(phone)
    touch(session, "touchStart", (x, y))
    seen, tops = [], set()
    for step in range(1, 56):  # past the tie and the margin, where the verdict changes
        touch(session, "touchMove", (x, y - step))
        phone.wait_for_timeout(20)
        seen.append(value(phone, "score0"))
        tops.add(round(phone.locator("[data-panel=scores]").bounding_box()["y"]))
    touch(session, "touchEnd")
    settle(phone)
    assert seen == sorted(seen)
    assert seen[-1] > 6.1
    assert len(tops) == 1
    assert value(phone, "score0") == seen[-1]


def test_a_shift_of_the_page_moves_no_value(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    x, y = centre(page, "score0")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 20, steps=5)
    before = value(page, "score0")
    page.evaluate("() => { document.querySelector('.stage').style.marginTop = '60px'; }")
    page.mouse.move(x, y - 21)
    page.mouse.move(x, y - 20)
    assert value(page, "score0") == before
    page.mouse.up()


def test_large_scores_rescale(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?z=123,456,789&y=2")
    result = compare_losses([123, 456, 789], 2)
    now = readouts(page)
    assert now["cross_entropy"].replace("−", "-") == f"{float(result.cross_entropy):.3e}"
    assert math.isclose(float(now["hinge"]), 0)
    drag(page, "score0", 0, -30)
    settle(page)
    assert value(page, "score0") > 200
    assert value(page, "score0") % 10 == 0


def test_on_a_logarithmic_axis_the_hinge_leaves_and_softmax_goes_on(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?z=5,4.5,-1.7&log=1")

    def dots() -> list[tuple[bool, float]]:
        found = page.locator('[data-panel="losses"] .stage-mark').evaluate_all(
            "nodes => nodes.map((node) => [node.hidden, node.getBoundingClientRect().y])"
        )
        return [tuple(dot) for dot in found]

    (soft_hidden, height), (svm_hidden, _) = dots()
    assert (soft_hidden, svm_hidden) == (False, False)
    x, y = centre(page, "score0")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 25, steps=10)
    until(page, lambda: float(readouts(page)["hinge"]) == 0)
    until(page, lambda: dots()[1][0])
    assert not dots()[0][0]
    assert dots()[0][1] > height + 10
    page.mouse.up()
    settle(page)
    assert "log=1" in page.url
    assert dots()[1][0]
