"""The stage itself, on a page that uses all it can do."""

from __future__ import annotations

import re
import struct
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page

from tests.browser.hand import (
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

PRODUCT = '[data-readout="product"]'
LAYOUT = "id => document.querySelector(`[data-panel=${id}] .stage-plot`)._fullLayout"


def product(page: Page) -> float:
    return float(page.locator(PRODUCT).text_content())


def test_nothing_is_painted_that_python_has_not_computed(page: Page, demo: str) -> None:
    open_stage(page, f"{demo}/?wait=4", stages=2)
    page.evaluate(
        """() => { window.painted = [];
        const stage = document.querySelector('.stage');
        const text = stage.querySelector('[data-readout=product]');
        const at = (id) => JSON.parse(stage.querySelector(`[data-handle=${id}]`).dataset.value);
        new MutationObserver(() => window.painted.push([at('a'), at('b'), Number(text.textContent)]))
          .observe(stage, {attributes: true, attributeFilter: ['data-painted']}); }"""
    )
    drag(page, "a", 0, -30)
    a = value(page, "a")
    assert a > 2
    x, y = centre(page, "b")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 40, steps=8)
    b = value(page, "b")
    assert b > 3
    assert handle(page, "b").get_attribute("aria-busy") == "true"
    assert product(page) == pytest.approx(a * 3)  # not yet: b waits for Python
    until(page, lambda: handle(page, "b").get_attribute("aria-busy") is None)
    until(page, lambda: product(page) == pytest.approx(a * b, abs=0.006))
    assert value(page, "b") == b  # the answer did not move it
    page.mouse.move(x, y - 50, steps=3)
    until(page, lambda: value(page, "b") > b)
    b = value(page, "b")
    page.mouse.up()
    settle(page)
    assert (value(page, "a"), value(page, "b")) == (a, b)
    assert product(page) == pytest.approx(a * b, abs=0.006)
    for at_a, at_b, shown in page.evaluate("window.painted"):
        assert shown == pytest.approx(at_a * at_b, abs=0.006) or (at_b != 3 and shown == a * 3)


def test_a_release_before_the_answer_is_not_lost(page: Page, demo: str) -> None:
    open_stage(page, f"{demo}/?wait=0.7", stages=2)
    drag(page, "a", 0, -30)
    drag(page, "b", 0, -40)
    expected = (value(page, "a"), value(page, "b"))
    assert expected[0] > 2
    assert expected[1] > 3
    settle(page)
    assert (value(page, "a"), value(page, "b")) == expected
    assert product(page) == pytest.approx(expected[0] * expected[1], abs=0.006)


def test_the_same_handle_goes_on_while_python_answers(page: Page, demo: str) -> None:
    open_stage(page, f"{demo}/?wait=0.7", stages=2)
    drag(page, "a", 0, -30)
    x, y = centre(page, "a")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 20, steps=4)
    a = value(page, "a")
    assert handle(page, "a").get_attribute("aria-busy") is None
    until(page, lambda: product(page) == pytest.approx(a * 3))
    page.wait_for_timeout(1200)
    assert value(page, "a") == a
    assert product(page) == pytest.approx(a * 3)
    page.mouse.up()
    settle(page)
    assert value(page, "a") == a


def test_point_in_the_plane(page: Page, demo: str) -> None:
    open_stage(page, demo, stages=2)
    x, y = centre(page, "point", stage=1)
    page.mouse.move(x, y)
    began = time.monotonic()
    page.mouse.down()
    positions = []
    for step in range(2, 61, 2):
        page.mouse.move(x + step, y + step / 2)
        page.wait_for_timeout(16)
        positions.append(
            page.evaluate(
                """() => { const plot = document.querySelector('[data-panel=plane] .stage-plot');
                return [plot.data[0].x[0], plot.data[0].y[0]]; }"""
            )
        )
    page.mouse.up()
    seconds = time.monotonic() - began
    settle(page)
    assert len({tuple(position) for position in positions}) > 10
    point = value(page, "point", stage=1)
    assert positions[-1] == point
    text = page.locator("text=/messages: /").text_content()
    found = re.fullmatch(r"messages: (\d+); point: (\S+), (\S+); step: 0", text)
    assert 3 <= int(found[1]) <= 10 * seconds + 2  # at most ten a second, and the last one
    assert [float(found[2]), float(found[3])] == point
    distance = float(page.locator('[data-readout="distance"]').text_content())
    assert distance == pytest.approx((point[0] ** 2 + point[1] ** 2) ** 0.5, abs=0.001)
    handle(page, "point", stage=1).focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("PageUp")
    settle(page)
    moved = value(page, "point", stage=1)
    assert moved == pytest.approx([point[0] - 0.1, min(5, point[1] + 1)])


def test_timeline(page: Page, demo: str) -> None:
    open_stage(page, demo, stages=2)
    loss = page.locator('[data-readout="loss"]')
    handle(page, "step", stage=1).focus()
    page.keyboard.press("PageUp")
    assert value(page, "step", stage=1) == 10
    until(page, lambda: loss.text_content() == "0.10")
    settle(page)
    # A slow machine must not come too late to pause.
    page.get_by_role("button", name="play").evaluate(
        """async (button) => {
          const step = button.closest('.stage').querySelector('[data-handle="step"]');
          button.click();
          while (JSON.parse(step.dataset.value) <= 30) await new Promise(requestAnimationFrame);
          button.click();
        }"""
    )
    stopped = value(page, "step", stage=1)
    assert 30 < stopped < 100
    settle(page)
    assert value(page, "step", stage=1) == stopped
    assert loss.text_content() == f"{stopped / 100:.2f}"
    page.get_by_role("button", name="play").click()
    until(page, lambda: value(page, "step", stage=1) == 100)
    settle(page)
    assert page.get_by_role("button", name="play").is_visible()
    assert "step: 100" in page.locator("text=/messages: /").text_content()
    x, y = centre(page, "step", stage=1)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 200, y, steps=8)
    at = value(page, "step", stage=1)
    assert at < 100
    until(page, lambda: loss.text_content() == f"{at / 100:.2f}")
    page.mouse.up()
    settle(page)
    assert value(page, "step", stage=1) == at


def test_a_press_on_the_track_takes_the_timeline_there(page: Page, demo: str) -> None:
    open_stage(page, demo, stages=2)
    track = page.locator(".stage-track")
    track.scroll_into_view_if_needed()
    box = track.bounding_box()
    y = box["y"] + box["height"] / 2
    # The grip stays within the track: its middle goes from half its width to half its width.
    grip = handle(page, "step", stage=1).locator(".stage-pill").bounding_box()["width"]
    start, length = box["x"] + grip / 2, box["width"] - grip
    page.mouse.move(start + 0.6 * length, y)
    page.mouse.down()
    assert value(page, "step", stage=1) == 60
    page.mouse.move(start + 0.7 * length, y)
    assert value(page, "step", stage=1) == 70
    page.mouse.move(box["x"] + 1, y)
    assert value(page, "step", stage=1) == 0
    page.mouse.move(start + 0.7 * length, y)
    page.mouse.up()
    settle(page)
    assert value(page, "step", stage=1) == 70


def test_escape_stops_what_plays_and_takes_it_back(page: Page, demo: str) -> None:
    open_stage(page, demo, stages=2)
    page.get_by_role("button", name="play").click()
    until(page, lambda: value(page, "step", stage=1) > 10)
    handle(page, "step", stage=1).focus()
    page.keyboard.press("Escape")
    assert value(page, "step", stage=1) == 0
    assert page.get_by_role("button", name="play").is_visible()
    page.wait_for_timeout(300)
    assert value(page, "step", stage=1) == 0


def test_zoom_legend_and_camera_are_kept(page: Page, demo: str) -> None:
    open_stage(page, f"{demo}/?scene=1", stages=2)
    plot = page.locator('[data-panel="run"] .stage-plot')
    plot.scroll_into_view_if_needed()
    area = plot.locator(".nsewdrag").bounding_box()
    page.mouse.move(area["x"] + 60, area["y"] + 40)
    page.mouse.down()
    page.mouse.move(area["x"] + 160, area["y"] + 120, steps=6)
    page.mouse.up()
    page.wait_for_timeout(400)
    plot.locator(".legendtoggle").nth(1).click()
    page.wait_for_timeout(600)
    scene = page.locator('[data-panel="scene"] .stage-plot').bounding_box()
    middle = scene["x"] + scene["width"] / 2, scene["y"] + scene["height"] / 2
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 60, middle[1] + 20, steps=6)
    page.mouse.up()
    page.wait_for_timeout(300)

    def view() -> list[object]:
        return page.evaluate(
            """() => { const find = (id) => document.querySelector(`[data-panel=${id}] .stage-plot`);
            return [find('run')._fullLayout.xaxis.range, find('run')._fullData[1].visible,
              find('scene')._fullLayout.scene._scene.getCamera().eye]; }"""
        )

    before = view()
    assert before[0][0] > 0.01
    assert before[1] == "legendonly"
    page.evaluate("() => { window.node = document.querySelector('[data-panel=scene] canvas'); }")
    drag(page, "a", 0, -30)
    drag(page, "step", 80, 0, stage=1)
    settle(page)
    after = view()
    assert after[:2] == before[:2]
    assert after[2] == pytest.approx(before[2])
    assert page.evaluate(
        "() => window.node === document.querySelector('[data-panel=scene] canvas')"
    )


def test_two_stages_do_not_disturb_each_other(page: Page, demo: str) -> None:
    open_stage(page, demo, stages=2)
    drag(page, "a", 0, -30)
    settle(page)
    a = value(page, "a")
    drag(page, "step", 60, 0, stage=1)
    settle(page)
    step = value(page, "step", stage=1)
    drag(page, "b", 0, -20)
    settle(page)
    assert (value(page, "a"), value(page, "step", stage=1)) == (a, step)
    assert a > 2
    assert step > 0


def test_pen(page: Page, demo: str) -> None:
    open_stage(page, demo, stages=2)
    x, y = centre(page, "a")
    session = page.context.new_cdp_session(page)

    def pen(kind: str, dy: float) -> None:
        session.send(
            "Input.dispatchMouseEvent",
            {
                "type": kind,
                "x": x,
                "y": y + dy,
                "button": "left",
                "buttons": 1,
                "clickCount": 1,
                "pointerType": "pen",
            },
        )

    pen("mousePressed", 0)
    for step in range(10):
        pen("mouseMoved", -4 * step)
    pen("mouseReleased", -36)
    settle(page)
    assert value(page, "a") > 3


def test_resizing_keeps_handles_on_their_bars(page: Page, demo: str) -> None:
    open_stage(page, demo, stages=2)
    for width in (700, 1200, 390):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(500)
        gap = page.evaluate(
            """() => { const plot = document.querySelector('[data-panel=product] .stage-plot');
            const bar = plot.querySelectorAll('.point > path')[1].getBoundingClientRect();
            const grip = document.querySelector('[data-handle=b]').getBoundingClientRect();
            return [bar.left + bar.width / 2 - grip.left, bar.top - grip.top, plot.clientWidth]; }"""
        )
        assert gap[:2] == pytest.approx([0, 0], abs=1.5)
    assert gap[2] < 390


def test_downloads(page: Page, demo: str) -> None:
    open_stage(page, demo, stages=2)
    page.locator('[data-panel="product"]').hover()
    for name in ("PNG", "SVG"):
        with page.expect_download() as download:
            page.locator('[data-panel="product"]').get_by_role(
                "button", name=name, exact=True
            ).click()
        assert download.value.suggested_filename == f"product.{name.lower()}"
        content = Path(download.value.path()).read_bytes()
        if name == "SVG":
            for text in (b">2.0<", b">a times b<"):  # handles and title are in the file
                assert text in content
        else:
            assert content.startswith(b"\x89PNG")
            assert len(content) > 5000


def test_the_whole_stage_is_one_picture_for_a_slide(page: Page, app: str) -> None:
    page.emulate_media(color_scheme="dark")
    open_stage(page, f"{app}/svm-against-softmax?lang=zh")
    shown = readouts(page)
    files = {}
    for name in ("stage_png", "stage_svg"):
        page.locator(".stage-panel").last.hover()
        with page.expect_download() as download:
            page.locator(f'[data-panel="scores"] [data-file="{name}"]').dispatch_event("click")
        assert download.value.suggested_filename == f"SVM 与 Softmax 对比.{name[-3:]}"
        files[name] = Path(download.value.path()).read_bytes()
    assert files["stage_png"].startswith(b"\x89PNG")
    assert struct.unpack(">II", files["stage_png"][16:24]) == (1920, 1080)
    drawing = ElementTree.fromstring(files["stage_svg"])
    assert (drawing.get("width"), drawing.get("height")) == ("1920", "1080")
    words = {"".join(node.itertext()) for node in drawing.iter("{http://www.w3.org/2000/svg}text")}
    numbers = {text for id, text in shown.items() if id in ("hinge", "cross_entropy")}
    assert len(numbers) == 2
    assert numbers | {"SVM 与 Softmax 对比", "3.2", "⚑ 真实类别", "0.869", "1▼"} <= words
    assert any(word.endswith("/svm-against-softmax?lang=zh") for word in words)
    # On white, whatever the page is; the legend has lines, a ring, hatching, as on screen.
    ground, *inner = list(drawing)
    assert (ground.get("fill"), ground.get("width")) == ("#ffffff", "1371.43")
    assert sum(node.tag.endswith("}svg") for node in inner[1]) == 4  # one for each figure
    ids = [node.get("id") for node in drawing.iter() if node.get("id")]
    assert len(ids) == len(set(ids))
    fills = [node.get("fill") for node in inner[1] if node.tag.endswith("}rect")]
    assert fills.count("rgb(213,94,0)") >= 3  # hinge: at the left of its readouts, in the legends
    page.emulate_media(color_scheme="null")
    assert page.locator(".stage-poster").count() == 0


def test_leaving_the_page_during_a_drag(page: Page, app: str) -> None:
    open_stage(page, f"{app}/svm-against-softmax")
    x, y = centre(page, "score0")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 30, steps=4)
    page.evaluate("() => [...document.querySelectorAll('[data-testid=stSidebar] a')][0].click()")
    until(page, lambda: page.locator("h1").text_content() == "Logit Lab")
    page.mouse.move(x, y - 60, steps=4)
    page.mouse.up()
    settle(page)
    assert page.locator(".stage").count() == 1
    drag(page, "score1", 0, 20)
    settle(page)
    assert value(page, "score1") < 5.1


def test_finger_on_two_handles(phone: Page, demo: str) -> None:
    open_stage(phone, demo, stages=2)
    touch_drag(phone, centre(phone, "a"), 0, -30)
    touch_drag(phone, centre(phone, "b"), 0, -20)
    settle(phone)
    a, b = value(phone, "a"), value(phone, "b")
    assert a > 2
    assert b > 3
    assert product(phone) == pytest.approx(a * b, abs=0.006)


def test_an_answer_leaves_the_focus_where_it_is(page: Page, demo: str) -> None:
    open_stage(page, demo, stages=2)
    handle(page, "a").focus()
    for expected in (2.1, 2.2):
        page.keyboard.press("ArrowUp")
        until(page, lambda: page.locator(".stage").first.get_attribute("data-sent"))
        settle(page)
        assert value(page, "a") == pytest.approx(expected)
        page.wait_for_timeout(500)
        focused = page.evaluate("() => document.activeElement.dataset.handle")
        assert focused == "a"
