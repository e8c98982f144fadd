"""The hand on the graph: what is painted is what core computes, as far as it has been reached."""

from __future__ import annotations

import math

import pytest
from playwright.sync_api import Page

from core.graphs.circuits import CIRCUITS
from core.graphs.engine import evaluate
from core.graphs.softmax_with_loss import softmax_with_cross_entropy
from core.graphs.traversal import traverse
from pages.softmax_loss_graph.layout import OUTPUT, layout_of
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
    values,
)

LESSON = "/softmax-with-loss-graph"


def shown(text: str, expected: float) -> bool:
    """Whether a printed number is the expected one at the precision that it shows."""
    if not math.isfinite(expected):
        return text in ("", "–")
    text = text.replace("−", "-")
    mantissa, _, exponent = text.partition("e")
    # Trailing zeros are not written: the last digit is known from the size of the number.
    digits = 1 if exponent else max(0, min(4, 3 - math.floor(math.log10(abs(expected) or 1))))
    if "." in mantissa:
        digits = max(digits, len(mantissa.partition(".")[2]))
    unit = 10.0 ** (int(exponent or 0) - digits)
    return abs(float(text) - expected) <= 0.5 * unit * (1 + 1e-6)


def check_frame(frame: dict, kind: str = "full", label: int = 0) -> None:
    """Compare one painted frame with core, computed afresh from the handles' positions."""
    if kind in CIRCUITS:
        inputs = [frame["values"][f"input{i}"] for i in range(len(CIRCUITS[kind].inputs))]
        graph, targets = CIRCUITS[kind].graph, []
        layout = layout_of(kind, 0, len(inputs), 10.0)
    else:
        inputs = [frame["values"][f"score{i}"] for i in range(3)]
        graph, targets = softmax_with_cross_entropy(3), [float(j == label) for j in range(3)]
        layout = layout_of(kind, 3, 3, 10.0)
    result = evaluate(graph, [*inputs, *targets])
    order, step = traverse(graph), frame["values"]["node"]
    value_step, gradient_step = order.value_step, {**order.gradient_step, OUTPUT: order.seed_step}
    expected = [*targets]
    for node in layout.values:
        expected.append(result.values[node] if value_step[node] <= step else math.nan)
    # First the rings, without a text, and the operations.
    others = 1 + len(layout.circles)
    texts = frame["marks"]["graph"][others:]
    asked = texts[len(expected) : len(expected) + len(layout.values)]
    for text, number in zip(texts, expected, strict=False):
        assert shown(text.removeprefix("t = "), float(number)), (text, number, frame["values"])
    for text, node in zip(asked, layout.values, strict=True):
        assert text == ("?" if value_step[node] == step + 1 else "")
    rest = texts[len(expected) + len(asked) :]
    for text, edge in zip(rest, layout.gradients, strict=False):
        number = 1.0 if edge == OUTPUT else float(result.edge_gradients[edge])
        assert shown(text, number if gradient_step[edge] <= step else math.nan), (edge, frame)


@pytest.mark.parametrize(
    ("query", "kind", "handles"),
    [
        ("?node=0", "full", ["score0", "score1", "score2"]),
        ("?node=30", "full", ["score1"]),
        ("?graph=sigmoid_neuron&node=0", "sigmoid_neuron", ["input0", "input4"]),
    ],
)
def test_every_painted_number_is_cores(
    page: Page, app: str, query: str, kind: str, handles: list[str]
) -> None:
    open_stage(page, f"{app}{LESSON}{query}")
    page.evaluate(RECORD)
    for name in handles:
        sway(page, name, reach=40, across=True)
    frames = page.evaluate("window.record")
    assert len({str(frame["values"]) for frame in frames}) >= 8 * len(handles)
    for frame in frames:
        check_frame(frame, kind)


def test_step_by_step_with_the_keyboard(page: Page, app: str) -> None:
    open_stage(page, app + LESSON + "?node=0")
    page.get_by_role("button", name="Back to the inputs").click()
    until(page, lambda: value(page, "node") == 0)
    settle(page)
    assert "node=" not in page.url
    assert readouts(page)["loss"] == "–"
    page.evaluate(RECORD)
    handle(page, "node").focus()
    told = [readouts(page)["sentence"]]
    for step in range(1, 35):
        page.keyboard.press("ArrowRight")
        assert value(page, "node") == step
        until(page, lambda: readouts(page)["sentence"] != told[-1])
        told.append(readouts(page)["sentence"])
    _, *sentences = told
    assert sentences[0] == "Forwards, exp (cat): exp(3.2) = 24.53"
    assert sentences[32].endswith("Upstream × local: −0.0354638 × 24.5325 = −0.87")
    assert len(set(sentences)) == 34
    until(page, lambda: "node=0" in page.url)
    settle(page)
    frames = page.evaluate("window.record")
    assert {frame["values"]["node"] for frame in frames} >= set(range(1, 35))
    for frame in frames:
        check_frame(frame)
    # One release, or more where the keys came too slowly to be one.
    while (before := value(page, "node")) != 0:
        page.go_back()
        until(page, lambda before=before: value(page, "node") != before)


def test_the_sentence_follows_the_hand(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?node=34")
    seen = set()
    x, y = centre(page, "score0")
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 21):
        page.mouse.move(x + step, y)
        page.wait_for_timeout(20)
        seen.add(readouts(page)["sentence"])
    page.mouse.up()
    settle(page)
    assert len(seen) >= 10
    power = math.exp(value(page, "score0"))
    assert f"e^z = {power:.6g}" in readouts(page)["sentence"]
    assert f"z={value(page, 'score0'):g}%2C5.1" in page.url
    assert "node=34" in page.url


def test_play_walks_to_the_end_as_fast_as_the_address_tells(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?view=collapsed&node=0&speed=0.25")
    assert value(page, "node") == 6
    speed = page.get_by_label("Speed of play")
    assert speed.input_value() == "0.25"
    page.evaluate(RECORD)
    page.evaluate("() => { window.began = performance.now(); }")
    page.locator(".stage-play").click()
    page.wait_for_timeout(500)
    node, seconds = page.evaluate(
        """() => [Number(document.querySelector('[data-handle=node]').dataset.value),
                  (performance.now() - window.began) / 1000]"""
    )
    assert node <= seconds / 4  # a step a second is its own rate
    speed.select_option("2")  # while it plays: from here on
    until(page, lambda: value(page, "node") == 6, 20)  # at a quarter it would take 24 s
    settle(page)
    assert "speed=2" in page.url
    assert speed.input_value() == "2"
    steps = [frame["values"]["node"] for frame in page.evaluate("window.record")]
    assert set(steps) == set(range(7))
    assert "y − t = (−0.87, 0.869, 9.679e−4)" in readouts(page)["sentence"]


def test_small_expression(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?graph=sum_times&node=0")
    now = readouts(page)
    assert [now[name] for name in ("output", "slope0", "slope1", "slope2")] == [
        "−12.0000",
        "−4.0000",
        "−4.0000",
        "3.0000",
    ]
    handle(page, "input2").focus()
    page.keyboard.type("0")
    page.keyboard.press("Enter")
    until(page, lambda: "inputs=" in page.url)
    settle(page)
    assert readouts(page)["slope0"] == "0.0000"
    page.go_back()
    until(page, lambda: readouts(page)["slope0"] == "−4.0000")


def test_a_finger_drags_the_input_and_scrolls_the_graph(phone: Page, app: str) -> None:
    open_stage(phone, app + LESSON)
    before = values(phone)
    handle(phone, "score0").evaluate("node => node.scrollIntoView({ block: 'center' })")
    touch_drag(phone, centre(phone, "score0"), 25, 0)
    settle(phone)
    assert value(phone, "score0") > before["score0"]
    scroll = phone.locator(".stage-scroll").first
    assert scroll.evaluate("node => node.scrollWidth > node.clientWidth + 300")
    scroll.scroll_into_view_if_needed()
    box = scroll.bounding_box()
    assert box is not None
    touch_drag(phone, (box["x"] + 250, box["y"] + 30), -150, 0)
    until(phone, lambda: scroll.evaluate("node => node.scrollLeft") > 50)


def test_drag_of_the_timeline(page: Page, app: str) -> None:
    open_stage(page, app + LESSON + "?node=0")
    page.evaluate(RECORD)
    drag(page, "node", -400, 0, moves=20)
    settle(page)
    assert 0 < value(page, "node") < 30
    frames = page.evaluate("window.record")
    assert len({frame["values"]["node"] for frame in frames}) >= 8
    for frame in frames:
        check_frame(frame)


def test_the_present_node_stays_in_view_on_a_phone(phone: Page, app: str) -> None:
    open_stage(phone, f"{app}{LESSON}?node=10")
    scroll = phone.locator(".stage-scroll").first
    ring = phone.locator('.stage-mark[data-kind="ring"]').first

    def is_in_view() -> bool:
        outer, inner = scroll.bounding_box(), ring.bounding_box()
        assert outer is not None
        return inner is not None and outer["x"] < inner["x"] < outer["x"] + outer["width"] - 20

    until(phone, is_in_view)
    handle(phone, "node").focus()
    for step in range(10, 30):
        phone.keyboard.press("ArrowRight")
        assert value(phone, "node") == step
        until(phone, is_in_view)
    # Who scrolls on by hand, to drag an input, is not scrolled back.
    settle(phone)
    scroll.evaluate("node => node.scrollTo(0, 0)")
    touch_drag(phone, centre(phone, "score0"), 25, 0)
    settle(phone)
    phone.wait_for_timeout(300)
    assert scroll.evaluate("node => node.scrollLeft") == 0


def test_the_word_on_the_timeline_stays_on_the_page(page: Page, app: str) -> None:
    open_stage(page, app + LESSON + "?node=0")
    track = page.locator(".stage-track").bounding_box()
    assert track is not None
    handle(page, "node").focus()
    for key, node in (("Home", 0), ("End", 34)):
        page.keyboard.press(key)
        until(page, lambda node=node: value(page, "node") == node)
        pill = handle(page, "node").locator(".stage-pill").bounding_box()
        assert pill is not None
        assert track["x"] - 1 <= pill["x"]
        assert pill["x"] + pill["width"] <= track["x"] + track["width"] + 1


def test_printed_numbers_are_the_same_in_both_languages_of_the_stage(page: Page, app: str) -> None:
    """Python, for alt texts, and the browser write significant digits alike."""
    open_stage(page, f"{app}{LESSON}?node=2&z=1000,-12,0.25")
    handle(page, "node").focus()
    for node in (3, 6, 12, 24, 30, 34):
        for _ in range(node - 1 - int(value(page, "node"))):
            page.keyboard.press("ArrowRight")
        until(page, lambda node=node: f"node={node}" in page.url)
        settle(page)
        alt = page.locator(".stage-plot").get_attribute("aria-label")
        assert alt is not None
        assert alt.endswith(readouts(page)["sentence"])


def test_no_view_is_cut_off_beside_the_sidebar(page: Page, app: str) -> None:
    page.set_viewport_size({"width": 800, "height": 900})
    open_stage(page, app + LESSON)
    group = page.get_by_test_id("stMain").get_by_test_id("stButtonGroup")
    visible = group.bounding_box()
    assert visible is not None
    for name in ("Every node", "Two boxes", "Batch of 3"):
        box = group.get_by_role("radio", name=name).bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= visible["x"] + visible["width"]


def test_a_guess_is_typed_at_the_question_mark(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?lang=en")
    page.locator(".st-key-said_0 input").fill("24")
    page.keyboard.press("Enter")
    until(page, lambda: "said=24" in page.url)
    settle(page)
    assert "node=2" in page.url
    assert value(page, "node") == 1
    assert page.get_by_text("You said 24; it is 24.53.").count() == 1
    page.locator(".st-key-said_1 input").fill("-164")
    page.keyboard.press("Enter")
    until(page, lambda: page.get_by_text("Only the sign is wrong.").count() == 1)
    settle(page)
    assert readouts(page)["sentence"] == "Forwards, exp (car): exp(5.1) = 164"
    page.go_back()
    until(page, lambda: value(page, "node") == 1)
    assert page.get_by_text("You said 24; it is 24.53.").count() == 1
    handle(page, "node").focus()
    page.keyboard.press("ArrowRight")
    until(page, lambda: "node=3" in page.url)
    settle(page)
    assert "said" not in page.url


@pytest.mark.parametrize("size", [(1366, 768), (1280, 720)])
@pytest.mark.parametrize("query", ["", "?view=collapsed", "?view=batch", "?graph=sigmoid_neuron"])
def test_the_whole_graph_is_on_the_screen(
    page: Page, app: str, query: str, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    open_stage(page, app + LESSON + query)
    for part in (".stage-panel", ".stage-frame", ".stage-timeline", ".st-key-stepping"):
        box = page.locator(part).bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= size[0]
        assert box["y"] + box["height"] <= size[1], part
