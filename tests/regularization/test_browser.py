"""The hand on the regularisation lesson: what is painted during a drag is what core computes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from core.losses.penalties import PENALTIES
from pages.regularization.path import STRENGTHS, optima
from pages.regularization.penalty_comparison import compare_penalties
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

LESSON = "/regularization"

# As RECORD, for the path.
RECORD_PATH = """() => {
  window.record = [];
  const stage = document.querySelector('.stage');
  const number = (text) => text.replaceAll('−', '-');
  new MutationObserver(() => {
    const plot = stage.querySelector('[data-panel="plane"] .stage-plot');
    const shift = (id) => [...stage.querySelectorAll(`[data-panel="${id}"] .stage-mark[data-kind="dot"]`)]
      .map((node) => node.style.transform);
    window.record.push({
      strength: JSON.parse(stage.querySelector('[data-handle="lambda"]').dataset.value),
      readouts: Object.fromEntries([...stage.querySelectorAll('[data-readout]')]
        .map((node) => [node.dataset.readout, number(node.textContent)])),
      dots: ['plane', 'path', 'threshold'].map(shift),
      lines: [...plot.querySelectorAll('.scatterlayer .trace path.js-line')].map((path) => path.getAttribute('d')),
    });
  }).observe(stage, {attributes: true, attributeFilter: ['data-painted']});
}"""


@pytest.mark.parametrize(
    ("query", "settings"),
    [("", {}), ("?w=0.25,0.25,0.25,0.25&mix=0.3&half=1", {"mixing": 0.3, "half": True})],
)
def test_every_painted_number_is_cores(page: Page, app: str, query: str, settings: dict) -> None:
    open_stage(page, f"{app}{LESSON}{query}")
    page.evaluate(RECORD)
    for name in ("weight0", "weight2"):
        sway(page, name)
    frames = page.evaluate("window.record")
    assert len({str(frame["values"]) for frame in frames}) > 12
    for frame in frames:
        weights = [frame["values"][f"weight{index}"] for index in range(4)]
        expected = compare_penalties(weights, **settings)
        assert shown(frame["readouts"]["score"], float(expected.score)), frame
        for name, total in zip(PENALTIES, expected.values, strict=True):
            assert shown(frame["readouts"][name], float(total)), (name, frame)
        # Of a bar that is stacked the last number is its top.
        tops = [bar[1] if bar else 0.0 for bar in frame["bars"]["gradients"]]
        assert tops == pytest.approx(expected.gradient.ravel().tolist(), abs=0.08)
        totals = [float(text) for text in frame["marks"]["penalties"]]
        assert totals == pytest.approx(expected.values.tolist(), abs=5.1e-5)
    told = readouts(page)["sharing"]
    assert "{" not in told
    assert "w=" in page.url


@pytest.mark.parametrize("penalty", ["l1", "l2"])
def test_the_optimum_follows_lambda(page: Page, app: str, penalty: str) -> None:
    open_stage(page, f"{app}{LESSON}?penalty={penalty}&lambda=0.1")
    page.evaluate(RECORD_PATH)
    drag(page, "lambda", 300, 0, moves=40)
    settle(page)
    frames = page.evaluate("window.record")
    strengths = {frame["strength"] for frame in frames}
    assert len(strengths) > 20
    assert strengths <= set(STRENGTHS.tolist())
    mixing = float(penalty == "l1")
    zeros = 0
    for frame in frames:
        expected = optima([frame["strength"]], mixing=mixing)
        numbers = {
            "optimum_1": expected.weights[0, 0],
            "optimum_2": expected.weights[0, 1],
            "data_loss": expected.data_loss[0],
            "penalty": expected.penalty[0],
            "total": expected.total[0],
        }
        for name, number in numbers.items():
            assert shown(frame["readouts"][name], float(number)), (name, frame)
        is_told = "exactly 0, as from" in frame["readouts"]["sparsity"]
        assert is_told == (penalty == "l1" and 2.25 <= frame["strength"] < 6)
        zeros += is_told
    assert bool(zeros) == (penalty == "l1")
    # Dots, ball and ellipse move: as many pictures as values of lambda.
    for part in (0, 1, 2):
        assert len({str(frame["dots"][part]) for frame in frames}) > 20
    assert len({str(frame["lines"][-2:]) for frame in frames}) > 20
    assert f"lambda={value(page, 'lambda')}".removesuffix(".0") in page.url


def test_keyboard_and_typing(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?penalty=l1")
    handle(page, "weight1").focus()
    page.keyboard.press("ArrowUp")
    until(page, lambda: "w=1%2C0.05%2C0%2C0" in page.url)
    settle(page)
    handle(page, "weight3").focus()
    page.keyboard.type("-12.5")
    page.keyboard.press("Enter")
    until(page, lambda: "-12.5" in page.url)
    settle(page)
    assert shown(readouts(page)["score"].replace("−", "-"), -11.45)
    open_stage(page, f"{app}{LESSON}?penalty=l1&look=path")
    handle(page, "lambda").focus()
    page.keyboard.press("Home")
    until(page, lambda: re.search(r"lambda=0(&|$)", page.url))
    settle(page)
    assert "nothing is penalised" in readouts(page)["sparsity"]
    page.keyboard.type("6")
    page.keyboard.press("Enter")
    until(page, lambda: "lambda=6" in page.url)
    settle(page)
    assert readouts(page)["optimum_1"] == readouts(page)["optimum_2"] == "0.0000"
    page.keyboard.type("101")
    page.keyboard.press("Enter")
    assert page.locator(".stage-typed[aria-invalid]").count() == 1


def test_presets_of_the_notes(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    page.locator(".st-key-settings summary").click()
    page.get_by_role("button", name="[0.25, 0.25, 0.25, 0.25]").click()
    until(page, lambda: "w=0.25" in page.url)
    settle(page)
    told = readouts(page)
    assert (told["score"], told["l1"], told["l2"]) == ("1.0000", "1.0000", "0.2500")
    assert "what L2 prefers" in told["sharing"]


def test_the_views_are_in_the_address(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    page.get_by_role("radio", name="The optimum along λ").click()
    until(page, lambda: "look=path" in page.url)
    settle(page)
    assert readouts(page)["optimum_1"] == "1.0154"
    page.go_back()
    until(page, lambda: page.locator('[data-handle="weight0"]').count() == 1)
    settle(page)
    assert readouts(page)["score"] == "1.0000"


def test_a_finger_moves_weights_and_lambda(phone: Page, app: str) -> None:
    open_stage(phone, f"{app}{LESSON}?penalty=l1")
    touch_drag(phone, centre(phone, "weight0"), 0, 40)
    settle(phone)
    assert value(phone, "weight0") < 1
    open_stage(phone, f"{app}{LESSON}?penalty=l1&look=path")
    touch_drag(phone, centre(phone, "lambda"), 60, 0)
    settle(phone)
    assert value(phone, "lambda") > 2
    overflow = phone.evaluate(
        "() => { const m = document.querySelector('[data-testid=stMain]'); return m.scrollWidth - m.clientWidth }"
    )
    assert overflow <= 0


def test_a_pale_point_is_dragged_to_where_the_weight_will_be(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?scene=5&lang=en")
    path = page.locator('[data-panel="path"]')
    assert page.locator(".stage-panel[data-covered]").count() == 2
    pixels = path.locator(".stage-plot").evaluate(
        "node => node._fullLayout.yaxis.d2p(0.7) - node._fullLayout.yaxis.d2p(0.5)"
    )
    drag(page, "guess5", 0, pixels)
    settle(page)
    assert value(page, "guess5") == pytest.approx(0.7, abs=0.051)
    page.locator(".st-key-guess_check button").click()
    until(page, lambda: "guess=" in page.url)
    settle(page)
    assert page.locator(".st-key-guide_right").count() == 1
    assert page.locator(".stage-panel[data-covered]").count() == 0
    truth = optima([1.0], mixing=0.0).weights[0, 1]
    assert f"{truth:.4f}" in (page.locator(".st-key-guide").text_content() or "")
    # The slider is free now, and the scene stays.
    drag(page, "lambda", 80, 0)
    settle(page)
    assert value(page, "lambda") > 1
    assert "scene=5" in page.url
    assert "lambda=" in page.url
    page.locator(".st-key-guide_restore button").click()
    until(page, lambda: value(page, "lambda") == 1)
