"""The guide under the hand: one screen, ghosts by mouse, finger and keys, and what is kept where."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from playwright.sync_api import Page

from core.losses.comparison import compare_losses
from pages.ui.lessons import lessons
from pages.ui.state.scenes import scenes_of
from pages.ui.text import LANGUAGES
from tests.browser.answers import KINDS, give
from tests.browser.hand import (
    UNFILLED,
    centre,
    drag,
    handle,
    open_stage,
    readouts,
    settle,
    touch_drag,
    until,
    value,
)
from tests.scenes import LESSONS, scene_at

SVM = "/svm-against-softmax"
SIZES = ({"width": 1366, "height": 768}, {"width": 1280, "height": 720})

# What a scene is about: its words, the panels on its stage, its handles and its readouts. They are
# measured when they have stood still for some frames: a stage is drawn anew when the window changes.
SCREEN = """async () => {
  const seen = (selector) => [...document.querySelectorAll(selector)].filter((node) => node.checkVisibility());
  const boxes = () => seen(
    '.st-key-guide, .stage-panel, .stage-readout, .stage-handle[data-look] .stage-pill, h1')
    .map((node) => { const {left, top, right, bottom} = node.getBoundingClientRect();
      return [node.className || node.tagName, left, top, right, bottom]; });
  for (let last = "", still = 0; still < 5;) {
    await new Promise(requestAnimationFrame);
    const now = JSON.stringify(boxes());
    still = now === last ? still + 1 : 0;
    last = now;
  }
  return {
    boxes: boxes(),
    scrolled: document.querySelector('[data-testid="stMain"]').scrollTop,
    cut: seen('.stage-title, .stage-readout dt')
      .filter((node) => node.scrollWidth > node.clientWidth + 1).map((node) => node.textContent),
    small: seen('.stage *, .st-key-guide *')
      .filter((node) => [...node.childNodes].some((c) => c.nodeType === 3 && c.data.trim()))
      .filter((node) => !node.closest('.stage-tools') && parseFloat(getComputedStyle(node).fontSize) < 11.95
        && parseFloat(getComputedStyle(node).fontSize) > 0)
      .map((node) => node.textContent),
  };
}"""


def place(page: Page) -> str:
    return page.locator(".st-key-guide_place p").first.text_content() or ""


def step_on(page: Page) -> None:
    page.locator(".st-key-guide_next button").click()


def misfits(page: Page, size: dict[str, int]) -> list[Any]:
    """What is not in the window, or cannot be read."""
    screen = page.evaluate(SCREEN)
    outside = [
        (name, box)
        for name, *box in screen["boxes"]
        if min(box) < 0 or box[2] > size["width"] or box[3] > size["height"]
    ]
    screen["unfilled"] = page.evaluate(UNFILLED)
    words = [(kind, screen[kind]) for kind in ("cut", "small", "unfilled") if screen[kind]]
    return outside + words + [screen["scrolled"]] * (screen["scrolled"] != 0)


def assert_one_screen(page: Page, size: dict[str, int]) -> None:
    """Plotly takes its time to follow the window."""
    page.set_viewport_size(size)  # type: ignore[arg-type]
    for _ in range(20):
        found = misfits(page, size)
        if not found:
            return
        page.wait_for_timeout(100)
    assert found == [], place(page)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lesson", LESSONS)
def test_every_scene_is_on_one_screen(page: Page, app: str, lesson: str, language: str) -> None:
    path, count = lessons()[lesson].path, len(scenes_of(lessons()[lesson].state))
    page.set_viewport_size(SIZES[0])  # type: ignore[arg-type]
    open_stage(page, f"{app}/{path}?lang={language}")
    page.locator(".st-key-begin button").click()
    until(page, lambda: "scene=1" in page.url)
    settle(page)
    for number in range(1, count + 1):
        # Before the window changes, which mends what was half drawn.
        until(page, lambda: page.evaluate(UNFILLED) == [], 5)
        # Back and forth: to draw everything anew at another size takes its time.
        for size in SIZES if number % 2 else reversed(SIZES):
            assert_one_screen(page, size)
        if scene_at(lesson, number).ask is not None:
            # The three walks give each scene its three answers, each in another way.
            kind = KINDS[(number + (language == "zh")) % 3]
            give(page, lesson, number, kind, "keys" if language == "zh" else "mouse")
            assert_one_screen(page, size)
        if number < count:
            step_on(page)
            until(page, lambda number=number: f"scene={number + 1}" in page.url)
            settle(page)
    assert page.locator(".st-key-guide_next button").is_disabled()


@pytest.mark.parametrize("lesson", LESSONS)
def test_on_a_phone_what_is_dragged_and_what_answers_are_seen_together(
    phone: Page, app: str, lesson: str
) -> None:
    path, count = lessons()[lesson].path, len(scenes_of(lessons()[lesson].state))
    open_stage(phone, f"{app}/{path}?scene=1")
    for number in range(1, count + 1):
        screen = phone.evaluate(SCREEN)
        boxes = [box for name, *box in screen["boxes"] if "stage-panel" in name]
        assert boxes[-1][3] - boxes[0][1] <= 844, number
        assert all(left >= 0 and right <= 390 for left, _, right, _ in boxes)
        assert screen["small"] == [], number
        if scene_at(lesson, number).ask is not None:
            give(phone, lesson, number, KINDS[(number + 2) % 3], "finger")
        if number < count:
            step_on(phone)
            until(phone, lambda number=number: f"scene={number + 1}" in phone.url)
            settle(phone)


TEN_CLASSES = "z=1,2,3,4,5,6,0,-1,-2,-3"


@pytest.mark.parametrize(
    "path", ["softmax", "cross-entropy", "hinge", "svm-against-softmax", "gradient-check"]
)
def test_the_numbers_of_ten_classes_are_read_on_a_phone(phone: Page, app: str, path: str) -> None:
    open_stage(phone, f"{app}/{path}?{TEN_CLASSES}")
    assert phone.evaluate(SCREEN)["small"] == []


def test_on_a_phone_a_cell_without_room_for_a_power_of_ten_says_nearly_nothing(
    page: Page, app: str
) -> None:
    cells = page.locator('[data-panel=jacobian] [data-kind="cell"]')
    open_stage(page, f"{app}/softmax?{TEN_CLASSES}")
    assert cells.nth(1).text_content() == "−5e−5"
    page.set_viewport_size({"width": 390, "height": 844})
    until(page, lambda: cells.nth(1).text_content() == "≈0")
    assert cells.nth(0).text_content() == "4e−3"
    assert cells.nth(55).text_content() == "0.23"


def ghost(page: Page) -> Any:
    return page.locator('[data-mark="ghost"][data-handle]')


def check(page: Page) -> None:
    page.locator(".st-key-guess_check button").click()
    until(page, lambda: "guess=" in page.url)
    settle(page)


def test_a_ghost_is_dragged_and_the_truth_moves_in(page: Page, app: str) -> None:
    open_stage(page, f"{app}{SVM}?scene=5")
    gradients = page.locator('[data-panel="gradients"]')
    assert gradients.locator(".stage-mark").count() == 0
    assert gradients.locator(".barlayer .point").count() == 0
    assert page.locator(".st-key-guess_check button").is_disabled()
    pixels = gradients.locator(".stage-plot").evaluate(
        "node => node._fullLayout.yaxis.d2p(-0.5) - node._fullLayout.yaxis.d2p(0)"
    )
    drag(page, "guess5", 0, pixels)
    settle(page)
    assert value(page, "guess5") == pytest.approx(-0.5, abs=0.021)
    assert page.url.endswith("?scene=5")  # nothing is an answer before it is given
    left = value(page, "guess5")
    check(page)
    assert f"guess={left:g}" in page.url
    truth = compare_losses([3.2, 5.1, -1.7], 0).cross_entropy_gradient[0]
    written = gradients.locator(".stage-mark").all_text_contents()
    assert written[0] == f"{truth:.2f}".replace("-", "−")
    assert float(written[-1]) == pytest.approx(abs(left - truth), abs=0.0051)
    assert gradients.locator(".stage-mark .stage-ghost").count() == 1
    told = page.locator(".st-key-guide").text_content() or ""
    assert written[0] in told
    assert f"{written[-1]} too high" in told
    page.reload()
    until(page, lambda: gradients.locator(".stage-mark .stage-ghost").count() == 1)


def test_a_ghost_by_the_keys(page: Page, app: str) -> None:
    open_stage(page, f"{app}/hinge?scene=5")
    handle(page, "guess5").focus()
    for _ in range(2):
        page.keyboard.press("PageUp")
    until(page, lambda: "1" in (page.locator(".st-key-guess_check button").text_content() or ""))
    settle(page)
    assert value(page, "guess5") == 1
    page.locator(".st-key-guess_check button").focus()
    page.keyboard.press("Enter")
    until(page, lambda: "guess=1" in page.url)
    settle(page)
    assert page.locator(".st-key-guide_right").count() == 1


def test_a_ghost_by_the_finger(phone: Page, app: str) -> None:
    open_stage(phone, f"{app}{SVM}?scene=8")
    main = phone.get_by_test_id("stMain")
    start = centre(phone, "guess8")
    scrolled = main.evaluate("node => node.scrollTop")
    touch_drag(phone, start, 0, -40)
    settle(phone)
    assert main.evaluate("node => node.scrollTop") == scrolled
    guess = value(phone, "guess8")
    assert guess > 3.5
    phone.locator(".st-key-guess_check button").tap()
    until(phone, lambda: f"guess={guess:g}" in phone.url)
    settle(phone)
    assert phone.locator(".stage-mark .stage-ghost").count() == 1
    assert value(phone, "step") == 100


def test_a_number_is_typed(page: Page, app: str) -> None:
    open_stage(page, f"{app}{SVM}?scene=4&lang=en")
    field = page.locator(".st-key-guide input")
    field.fill("two")
    page.keyboard.press("Enter")
    until(page, lambda: page.locator(".st-key-guide [role=alert]").count() == 1)
    assert "this has to be a number" in page.locator(".st-key-guide").text_content()
    assert "guess" not in page.url
    field.fill("0,0")
    page.keyboard.press("Enter")
    until(page, lambda: "guess=0" in page.url)
    settle(page)
    assert page.locator(".st-key-guide_right").count() == 1
    assert readouts(page)["hinge"] == "0.0000"
    assert value(page, "score1") == 9


def test_back_and_forward_move_through_the_scenes(page: Page, app: str) -> None:
    open_stage(page, f"{app}{SVM}")
    page.locator(".st-key-begin button").click()
    until(page, lambda: place(page) == "1 of 9")
    settle(page)
    drag(page, "score0", 0, -20)
    settle(page)
    moved = value(page, "score0")
    assert moved != 3.2
    page.locator(".st-key-guide_restore button").click()
    until(page, lambda: value(page, "score0") == 3.2)
    settle(page)
    page.locator(".st-key-guide_next button").click()
    until(page, lambda: place(page) == "2 of 9")
    settle(page)
    page.locator(".st-key-choice_above button").click()
    until(page, lambda: "guess=above" in page.url)
    settle(page)
    for expected in ("2 of 9", "1 of 9"):
        page.go_back()
        until(page, lambda expected=expected: place(page) == expected)
        until(page, lambda: page.locator(".st-key-guide_right").count() == 0)
        settle(page)
    page.go_back()
    until(page, lambda: value(page, "score0") == moved)
    page.go_forward()
    page.go_forward()
    page.go_forward()
    until(page, lambda: "guess=above" in page.url)
    until(page, lambda: page.locator(".st-key-guide_right").count() == 1)


def marked(page: Page) -> str:
    """What is written behind the lesson in the list."""
    title = page.locator('[data-testid="stSidebar"] a[href*="svm-against-softmax"] .lesson-title')
    until(page, lambda: title.count() == 1)
    return title.evaluate("node => getComputedStyle(node, '::after').content")


def test_what_was_answered_is_marked_and_forgotten(page: Page, app: str) -> None:
    open_stage(page, f"{app}{SVM}?scene=2")
    assert "✓" not in marked(page)
    page.locator(".st-key-choice_zero button").click()
    until(page, lambda: "✓ 1/7" in marked(page))
    listed = page.locator(".scene-list > li > button")
    after = [
        entry.evaluate("node => getComputedStyle(node, '::after').content")
        for entry in listed.all()
    ]
    assert [number for number, content in enumerate(after, 1) if "✓" in content] == [2]
    open_stage(page, f"{app}/hinge")
    assert "✓ 1/7" in marked(page)
    page.locator(".progress-forget").click()
    until(page, lambda: "✓" not in marked(page))
    page.reload()
    settle(page)
    assert "✓" not in marked(page)


def test_the_list_of_scenes_leads_to_each_by_mouse_and_keys(page: Page, app: str) -> None:
    open_stage(page, f"{app}{SVM}")
    listed = page.locator(".scene-list button")
    assert listed.count() == len(scenes_of(lessons()["svm_against_softmax"].state))
    listed.nth(2).click()
    until(page, lambda: "scene=3" in page.url)
    settle(page)
    assert place(page).startswith("3")
    listed.nth(0).focus()
    page.keyboard.press("Enter")
    until(page, lambda: "scene=1" in page.url)
    settle(page)
    assert place(page).startswith("1")


ARMED = """() => new Promise((resolve) => (function look() {
  const button = document.querySelector('.st-key-choice_zero button');
  if (!button?.checkVisibility()) return requestAnimationFrame(look);
  const { left, top, width, height } = button.getBoundingClientRect();
  const hit = () => button.contains(document.elementFromPoint(left + width / 2, top + height / 2));
  const first = hit();
  setTimeout(() => resolve([first, hit()]), 1000);
})())"""


def test_the_second_click_of_a_double_click_does_not_answer(page: Page, app: str) -> None:
    open_stage(page, f"{app}{SVM}?scene=1")
    step_on(page)
    assert page.evaluate(ARMED) == [False, True]


def test_what_saves_a_picture_covers_no_legend(page: Page, app: str) -> None:
    open_stage(page, f"{app}/hinge")
    for panel in page.locator(".stage-panel").all():
        panel.hover()
        tools, legend = (
            panel.locator(name).bounding_box() for name in (".stage-tools", ".stage-legend")
        )
        assert tools is not None
        assert legend is None or tools["y"] + tools["height"] <= legend["y"] + 1


def test_no_byte_tells_the_answer_before_it_is_given(page: Page, app: str) -> None:
    truth = float(compare_losses([7, 5.1, -1.7], 0).cross_entropy)
    secrets = [f"{truth:.4f}".encode(), repr(truth)[:9].encode(), struct.pack("<d", truth)]
    got: list[bytes] = []

    def keep(frame: bytes | str) -> None:
        got.append(frame if isinstance(frame, bytes) else frame.encode())

    page.on("websocket", lambda socket: socket.on("framereceived", keep))
    open_stage(page, f"{app}{SVM}?scene=2")
    everything = b"".join(got) + page.content().encode() + page.url.encode()
    assert len(got) > 3
    for secret in secrets:
        assert secret not in everything
    page.locator(".st-key-guess_unknown button").click()
    until(page, lambda: readouts(page)["cross_entropy"] == f"{truth:.4f}")
    everything = b"".join(got)
    assert all(secret in everything for secret in secrets)


def test_why_opens_the_derivation(page: Page, app: str) -> None:
    open_stage(page, f"{app}/hinge?scene=5&guess=1")
    page.locator(".st-key-guide_why button").click()
    until(page, lambda: page.get_by_role("dialog").locator(".katex").count() > 3)
    page.keyboard.press("Escape")
    until(page, lambda: page.get_by_role("dialog").count() == 0)
