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
WEIGHTS, PATH = 0, 1

# As RECORD, for the second stage.
RECORD_PATH = """() => {
  window.record = [];
  const stage = document.querySelectorAll('.stage')[1];
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
    open_stage(page, f"{app}{LESSON}{query}", stages=2)
    page.evaluate(RECORD)
    for name in ("weight0", "weight2"):
        sway(page, name, moves=50, height=60)
    frames = page.evaluate("window.record")
    assert len({str(frame["values"]) for frame in frames}) > 20
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
    open_stage(page, f"{app}{LESSON}?penalty={penalty}&lambda=0.1", stages=2)
    page.evaluate(RECORD_PATH)
    drag(page, "lambda", 300, 0, moves=60, stage=PATH)
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
    assert f"lambda={value(page, 'lambda', PATH)}".removesuffix(".0") in page.url


def test_keyboard_and_typing(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?penalty=l1", stages=2)
    handle(page, "weight1", WEIGHTS).focus()
    page.keyboard.press("ArrowUp")
    until(page, lambda: "w=1%2C0.05%2C0%2C0" in page.url)
    settle(page)
    handle(page, "weight3", WEIGHTS).focus()
    page.keyboard.type("-12.5")
    page.keyboard.press("Enter")
    until(page, lambda: "-12.5" in page.url)
    settle(page)
    assert shown(readouts(page)["score"].replace("−", "-"), -11.45)
    handle(page, "lambda", PATH).focus()
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
    open_stage(page, app + LESSON, stages=2)
    page.get_by_role("button", name="[0.25, 0.25, 0.25, 0.25]").click()
    until(page, lambda: "w=0.25" in page.url)
    settle(page)
    told = readouts(page)
    assert (told["score"], told["l1"], told["l2"]) == ("1.0000", "1.0000", "0.2500")
    assert "what L2 prefers" in told["sharing"]


def test_a_finger_moves_weights_and_lambda(phone: Page, app: str) -> None:
    open_stage(phone, f"{app}{LESSON}?penalty=l1", stages=2)
    touch_drag(phone, centre(phone, "weight0"), 0, 40)
    settle(phone)
    assert value(phone, "weight0") < 1
    touch_drag(phone, centre(phone, "lambda", PATH), 60, 0)
    settle(phone)
    assert value(phone, "lambda", PATH) > 2
    overflow = phone.evaluate(
        "() => { const m = document.querySelector('[data-testid=stMain]'); return m.scrollWidth - m.clientWidth }"
    )
    assert overflow <= 0
