"""What the inspector's stage shows: every number, for every step of every handle."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from core.learning.models import TwoLayerNet
from core.learning.objective import Objective
from pages.two_layer_network import TwoLayerNetworkState
from pages.two_layer_network.inspector.formulas import formula
from pages.two_layer_network.inspector.inspected_pass import InspectedPass
from pages.two_layer_network.inspector.inspection import inspect
from pages.two_layer_network.inspector.layout import AxisSizes, Block, map_layout, step_layouts
from pages.two_layer_network.inspector.numbers import PASS, SAMPLE, UNIT, PassNumbers, PassSweeps
from pages.two_layer_network.inspector.sentences import sentences, step_names
from pages.two_layer_network.inspector.stage import (
    inspector_stage,
    inspector_table,
    moved,
    pass_of,
    sweeps_of,
)
from pages.ui.kit.palette_entries import ZERO_LEVEL
from pages.ui.learning.runs import Run, trained_run
from pages.ui.learning.setups import setup
from pages.ui.stage.marks import Cell, Mark, Ring
from pages.ui.stage.mount import Stage
from pages.ui.stage.readouts import spoken
from pages.ui.stage.release import Release
from pages.ui.stage.sweeps import rows_of
from pages.ui.state.state import decode, encode
from pages.ui.text import LANGUAGES, text_in
from tests.stages import assert_present_rows, panels_of
from tests.stages import decode as decode_message

SMALL = TwoLayerNetworkState(
    data="moons",
    batch_size=8,
    hidden=8,
    trained=30,
    step_of_pass=3,
    followed_sample=2,
    followed_unit=5,
)
STATES = {
    "small": SMALL,
    "one_sample": replace(SMALL, batch_size=1, hidden=1, step_of_pass=9),
    "hinge": replace(
        SMALL, data="nine", loss="hinge", margin=0.5, hidden=6, step_of_pass=4, penalty="l1"
    ),
    "squared_hinge": replace(SMALL, loss="hinge", power=2, variant="one_vs_all", step_of_pass=6),
    "squared_error": replace(
        SMALL, loss="squared_error", strength=0.0, step_of_pass=7, followed_unit=0
    ),
    "spiral": TwoLayerNetworkState(
        trained=10, step_of_pass=11, followed_sample=20, followed_unit=40
    ),
    "digits": TwoLayerNetworkState(
        data="digits", trained=20, step_of_pass=3, followed_sample=31, followed_unit=63, at=7
    ),
}


@cache
def run_of(name: str) -> Run:
    state = STATES[name]
    known = setup(state, state.loss)
    return trained_run(known, state.trained or 0)


@cache
def inspected(name: str) -> InspectedPass:
    return pass_of(STATES[name], run_of(name))


def sweeps(name: str, **changes: int) -> PassSweeps:
    return sweeps_of(replace(STATES[name], **changes), inspected(name))


def stage_of(name: str, language: str = "en") -> Stage:
    return inspector_stage(inspected(name), sweeps(name), list(range(31)), text_in(language))


def blocks(name: str) -> list[tuple[int, Block]]:
    layouts = enumerate(inspected(name).layouts)
    return [(step, block) for step, layout in layouts for block in layout.blocks]


def marks_of_blocks(stage: Stage, name: str, kind: type[Mark]) -> list[tuple[int, Block, Any]]:
    found = [mark for mark in panels_of(stage)["close_up"].marks if isinstance(mark, kind)]
    return [(*placed, mark) for placed, mark in zip(blocks(name), found, strict=True)]


def unit_of(name: str, array: str) -> float:
    """Tiny numbers are written in powers of ten."""
    largest = np.abs(np.asarray(inspected(name).inspection.arrays[array], dtype=float)).max()
    return float(10.0 ** np.floor(np.log10(largest))) if 0 < largest < 0.02 else 1.0


def channels(stage: Stage) -> dict[str, Any]:
    found = {readout.id: readout.number for readout in stage.readouts}
    for panel in stage.panels:
        for number, mark in enumerate(panel.marks):
            every = [source for source in mark.sources if callable(source)]
            found |= {f"{panel.id} {number} {i}": source for i, source in enumerate(every)}
        found |= {f"picture {i}": picture.pixels for i, picture in enumerate(panel.pictures)}
    return found


@pytest.mark.parametrize("name", STATES)
def test_the_pass_is_the_gradient_of_the_mini_batch_of_the_step(name: str) -> None:
    run, state, found = run_of(name), STATES[name], inspected(name)
    steps = [record.step for record in run.records]
    assert state.at is None or found.training_step <= state.at
    assert found.training_step == max(s for s in steps if state.at is None or s <= state.at)
    number = steps.index(found.training_step)
    record, model = run.records[number], run.model_at(number)
    train = run.setup.train
    expected = model.loss(train.points[record.batch], train.labels[record.batch])
    for array, gradient in expected.backward.items():
        assert_array_equal(found.inspection.arrays[array], gradient)
    assert set(found.inspection.arrays) >= set(expected.forward)


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize(
    ("handle", "attribute"),
    [(PASS, "step_of_pass"), (SAMPLE, "followed_sample"), (UNIT, "followed_unit")],
)
def test_a_step_of_a_handle_shows_what_the_state_there_shows(
    name: str, handle: str, attribute: str
) -> None:
    moving, rows, shown = sweeps(name).by[handle], len(sweeps(name).by[handle].step), 0
    every = range(rows) if handle == PASS else {0, rows // 2, rows - 1}
    there = {value: sweeps(name, **{attribute: value}).now for value in every}
    for place, channel in channels(stage_of(name)).items():
        table = channel(moving)
        if table is None:
            continue
        shown += 1
        for value, now in there.items():
            expected = np.ravel(channel(now))
            found = np.ravel(table[value])
            assert_allclose(found, expected, rtol=1e-13, err_msg=f"{place} at {value}")
    assert shown > 20


@pytest.mark.parametrize("kind", [Cell, Ring])
def test_a_slider_brings_the_numbers_of_the_present_step_only(kind: type[Mark]) -> None:
    by = sweeps("small").by
    for step, block, mark in marks_of_blocks(stage_of("small"), "small", kind):
        channel = mark.numbers if isinstance(mark, Cell) else mark.x
        for handle in (SAMPLE, UNIT):
            is_given = channel(by[handle]) is not None
            assert is_given == (step == SMALL.step_of_pass), block.name


@pytest.mark.parametrize("name", ["small", "hinge", "digits"])
def test_the_browser_is_told_the_present_at_the_present_step(name: str) -> None:
    stage = stage_of(name)
    swept = [handle for handle in stage.handles if not handle.live]
    assert [handle.id for handle in swept] == [PASS, SAMPLE, UNIT]
    assert_present_rows(replace(stage, handles=swept))


@pytest.mark.parametrize("name", STATES)
def test_cells_hold_the_entries_of_their_arrays(name: str) -> None:
    """Against plain loops over the rows and columns that are shown."""
    found, now = inspected(name), sweeps(name).now

    def indices(axis: str | None) -> list[int]:
        if axis is None:
            return [0]
        count = len(found.shown) if axis == "samples" else found.sizes.along(axis)
        most, few = {"classes": (10, 10), "samples": (9, 8)}.get(axis, (9, 6))
        size = count if count <= most else few
        first = min(int(now.followed.along(axis)) // size * size, count - size)
        kept = range(first, first + size)
        return [int(found.shown[i]) for i in kept] if axis == "samples" else list(kept)

    for step, block, cells in marks_of_blocks(stage_of(name), name, Cell):
        table = np.asarray(found.inspection.arrays[block.name], dtype=float)
        table = np.atleast_2d(table).T if block.column_axis is None else np.atleast_2d(table)
        table = table.T if block.is_transposed else table
        if block.row_axis is None and block.column_axis is None:
            table = table.reshape(1, 1)
        expected = [
            table[i, j] for i in indices(block.row_axis) for j in indices(block.column_axis)
        ]
        unit = unit_of(name, block.name)
        least = 0.5e-4 * unit if unit < 1 else 0.0  # in which there are four decimals
        assert_allclose(cells.numbers(now) * unit, expected, rtol=1e-13, atol=least)
        shades = cells.shades(now)
        assert np.abs(shades).max(initial=0) <= 1
        assert_array_equal(np.sign(shades), np.sign(expected))
        is_seen = ~np.isnan(cells.x(now))
        assert is_seen.all() if step == now.step else not is_seen.any()


@pytest.mark.parametrize("name", STATES)
def test_rings_are_around_what_is_multiplied(name: str) -> None:
    """The cells in the rings of a matrix product give, summed, the cell in the last ring."""
    found, stage = inspected(name), stage_of(name)
    steps = found.inspection.steps
    products = {
        number: inner
        for number, step in enumerate(steps)
        for inner in [
            {"a1": "features", "scores": "hidden", "dh": "classes"}.get(
                step.outputs[0], "samples" if step.operation == "weights_gradient" else ""
            )
        ]
        if inner
    }
    assert len(products) == 5
    rings, cells = (marks_of_blocks(stage, name, kind) for kind in (Ring, Cell))
    for number, axis in products.items():
        now = sweeps(name, step_of_pass=number).now
        inside = []
        for (step, block, ring), (*_, written) in zip(rings, cells, strict=True):
            if step != number:
                assert np.isnan(ring.x(now)).all()
                continue
            wide, high = block.ring_size
            at = np.array(block.cells)
            is_in = (np.abs(at[:, 0] - ring.x(now)) < wide / 2) & (
                np.abs(at[:, 1] - ring.y(now)) < high / 2
            )
            inside.append(written.numbers(now)[is_in] * unit_of(name, block.name))
        left, right, *bias, result = inside
        assert [len(one) for one in (*bias, result)] == [1] * (
            1 + (steps[number].phase == "forward")
        )
        count = found.sizes.along(axis)
        most, few = {"classes": (10, 10), "samples": (9, 8)}.get(axis, (9, 6))
        assert len(left) == len(right) == (count if count <= most else few)
        if count <= most:
            assert left @ right + sum(map(sum, bias)) == pytest.approx(result[0], abs=1e-12)


@pytest.mark.parametrize("name", STATES)
def test_arrays_that_are_not_yet_known_are_empty(name: str) -> None:
    found, timeline = inspected(name), sweeps(name).by[PASS]
    panel = panels_of(stage_of(name))["map"]
    known_from, names = found.inspection.known_from, list(found.map.frames)
    drawn = [array for array in names if array != "loss"]
    for array, picture in zip(drawn, panel.pictures, strict=True):
        is_drawn = (picture.pixels(timeline) != ZERO_LEVEL).any(axis=1)
        expected = np.arange(found.last + 1) >= known_from[array]
        # An array of zeros looks like an empty one.
        assert_array_equal(is_drawn, expected & (np.abs(found.inspection.table(array)).max() > 0))
    *rings, questions, loss = panel.marks
    assert len(rings) == len(names)
    assert (~np.isnan(loss.numbers(timeline))[:, 0]).argmax() == known_from["loss"]
    asked = ~np.isnan(questions.x(timeline))
    for step, known in enumerate(found.inspection.steps[1:], 1):
        wanted = set(known.outputs) & set(names)
        assert {names[i] for i in np.flatnonzero(asked[step - 1])} == wanted
        tones = {n: ring.tones(timeline)[step, 0] for n, ring in zip(names, rings, strict=True)}
        assert {n for n, tone in tones.items() if tone} == wanted


@settings(max_examples=25, deadline=None)
@given(
    samples=st.integers(1, 40),
    features=st.integers(1, 64),
    hidden=st.integers(1, 100),
    classes=st.integers(2, 10),
    loss=st.sampled_from(["cross_entropy", "hinge", "squared_error"]),
)
def test_nothing_overlaps_and_nothing_is_outside(
    samples: int, features: int, hidden: int, classes: int, loss: str
) -> None:
    objective = Objective(loss, l2=0.1)
    net = TwoLayerNet.initial(
        features, hidden, classes, rng=np.random.default_rng(0), objective=objective
    )
    X, y = np.ones((samples, features)), np.zeros(samples, dtype=int)
    steps, sizes = inspect(net, X, y).steps, AxisSizes(samples, features, hidden, classes)
    layout = map_layout(steps, sizes)
    frames = list(layout.frames.values())
    for i, one in enumerate(frames):
        assert one.left >= -1e-9
        assert one.right <= layout.width + 1e-9
        assert one.bottom >= 0
        for other in frames[i + 1 :]:
            apart = one.right <= other.left or other.right <= one.left
            assert apart or one.bottom >= other.top or other.bottom >= one.top
    for step in step_layouts(steps, sizes, objective):
        boxes = [
            (b.left, b.left + b.columns * b.width, b.top - b.rows * b.height, b.top)
            for b in step.blocks
        ]
        for i, (left, right, bottom, top) in enumerate(boxes):
            assert -0.05 <= left < right <= 100.05
            assert -0.05 <= bottom < top <= 88.05
            for other in boxes[i + 1 :]:
                assert right < other[0] + 0.05 or bottom > other[3] - 0.05


def test_formulas_tell_the_shapes() -> None:
    def formulas(name: str) -> list[str]:
        found = inspected(name)
        return [formula(step, found.objective) for step in found.inspection.steps]

    assert formulas("small") == [
        "X (N×D), t (N×C), W1 (D×H), b1 (H), W2 (H×C), b2 (C)",
        "a1 (N×H) = X (N×D) · W1 (D×H) + b1 (H)",
        "h (N×H) = max(0, a1 (N×H)) = a1 ⊙ mask (N×H)",
        "scores (N×C) = h (N×H) · W2 (H×C) + b2 (C)",
        "p (N×C) = softmax(scores (N×C))",
        "L = 1/N Σₙ (−ln p_y)",
        "dscores (N×C) = (p (N×C) − t (N×C)) / N",
        "dW2 (H×C) = hᵀ (H×N) · dscores (N×C)",
        "db2 (C) = Σₙ dscores (N×C)",
        "dh (N×H) = dscores (N×C) · W2ᵀ (C×H)",
        "da1 (N×H) = dh (N×H) ⊙ mask (N×H)",
        "dW1 (D×H) = Xᵀ (D×N) · da1 (N×H)",
        "db1 (H) = Σₙ da1 (N×H)",
        "∇W2 (H×C) = dW2 (H×C) + 2λW2",
        "∇W1 (D×H) = dW1 (D×H) + 2λW1",
    ]
    assert formulas("hinge")[4:7] == [
        "m (N×C) = scores − s_y + Δ (N×C)",
        "L = 1/N Σₙ Σⱼ max(0, mⱼ)",
        "dscores (N×C) = (v − t Σⱼ vⱼ) / N, v = [m > 0]",
    ]
    assert formulas("hinge")[-1] == "∇W1 (D×H) = dW1 (D×H) + λ sign W1"
    assert formulas("squared_hinge")[4:7] == [
        "m (N×C) = Δ + scores (N×C), Δ − s_y",
        "L = 1/N Σₙ Σⱼ max(0, mⱼ)²",
        "dscores (N×C) = (1 − 2t) ⊙ 2 max(0, m) / N",
    ]
    # Without a penalty nothing is added.
    assert formulas("squared_error")[4:6] == [
        "L = 1/N Σₙ ½ Σ (scores − t)²",
        "dscores (N×C) = (scores (N×C) − t (N×C)) / N",
    ]
    assert formulas("squared_error")[-1] == "db1 (H) = Σₙ da1 (N×H)"


@pytest.mark.parametrize("variant", ["weston_watkins", "crammer_singer", "one_vs_all"])
@pytest.mark.parametrize("power", [1, 2])
def test_the_formula_of_the_hinge_gradient_is_right(variant: str, power: int) -> None:
    """What the formulas say, computed as they say it."""
    objective = Objective("hinge", margin=0.7, variant=variant, power=power)
    net = TwoLayerNet.initial(2, 5, 4, rng=np.random.default_rng(2), objective=objective)
    arrays = inspect(net, np.random.default_rng(3).normal(size=(6, 2)), [0, 1, 2, 3, 0, 1]).arrays
    m, t = arrays["margins"], arrays["targets"]
    v = 2 * np.maximum(0, m) if power == 2 else (m > 0).astype(float)
    if variant == "one_vs_all":
        assert_allclose(arrays["dscores"], (1 - 2 * t) * v / 6)
        return
    if variant == "crammer_singer":
        v = v * (m == m.max(axis=1, keepdims=True))
    assert_allclose(arrays["dscores"], (v - t * v.sum(axis=1, keepdims=True)) / 6)


NUMBER = r"−?\d+(?:\.\d+)?(?:e−?\d+)?"
CLAIM = re.compile(
    rf"(?<![\w.−])((?:{NUMBER} [×+] )*{NUMBER}|−ln {NUMBER}|\({NUMBER} − {NUMBER}\) / \d+)"
    rf" ([=≈]) \*\*({NUMBER})\*\*"
)


def on_a_calculator(term: str) -> Decimal:
    """The value of a printed sum of products; the numbers are taken as they are printed."""

    def number(text: str) -> Decimal:
        return Decimal(text.replace("−", "-"))

    if term.startswith("−ln "):
        return -number(term.removeprefix("−ln ")).ln()
    if term.startswith("("):
        first, second, count = re.findall(NUMBER, term.replace(" − ", " "))
        return (number(first) - number(second)) / number(count)
    total = Decimal(0)
    for product in term.split(" + "):
        value = Decimal(1)
        for factor in product.split(" × "):
            value *= number(factor)
        total += value
    return total


def at_step(timeline: PassNumbers, step: int) -> PassNumbers:
    return rows_of(timeline, slice(step, step + 1), ())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", STATES)
def test_what_is_printed_gives_what_is_printed(name: str, language: str) -> None:
    stage, found = stage_of(name, language), inspected(name)
    told = sentences(found, text_in(language))
    assert len(told) == len(step_names(found)) == found.last + 1
    checked = 0
    for step, sentence in enumerate(told):
        here = at_step(sweeps(name).by[PASS], step)
        value = lambda channel, here=here: float(channel(here))  # noqa: E731
        text = spoken(stage.readouts, value, sentence)
        assert not re.search(r"[{}–]", text), text
        for term, sign, result in CLAIM.findall(text):
            if "…" in text:
                continue
            checked += 1
            printed = Decimal(result.replace("−", "-"))
            last = Decimal(10) ** (printed.adjusted() - 3)
            distance = abs(on_a_calculator(term) - printed)
            size = max(abs(Decimal(n.replace("−", "-"))) for n in re.findall(NUMBER, term))
            near = last * Decimal("0.5001") if sign == "=" else last + size * Decimal("1e-3")
            assert distance <= near, text
    assert checked >= (1 if name in ("spiral", "digits") else 3)


@pytest.mark.parametrize("name", ["small", "spiral", "digits"])
def test_the_terms_of_a_gradient_are_those_of_the_samples_that_are_named(name: str) -> None:
    found, now = inspected(name), sweeps(name).now
    slots, arrays = sweeps(name).by[PASS].sentence, found.inspection.arrays
    first = min(int(now.followed.samples) // 8 * 8, len(found.shown) - 8)
    seen = {int(row) for row in found.shown[first : first + 8]}
    others = found.sizes.samples - 3
    factors = {"dW2": ("h", "dscores"), "db2": "dscores", "dW1": ("X", "da1"), "db1": "da1"}
    for step, known in enumerate(found.inspection.steps):
        if known.outputs[0] not in factors:
            continue
        sides = factors[known.outputs[0]]
        is_sum = isinstance(sides, str)
        names = [sides] if is_sum else list(sides)
        follow = {"h": "hidden", "da1": "hidden", "dscores": "classes", "X": "features"}
        columns = [arrays[side][:, int(now.followed.along(follow[side]))] for side in names]
        terms = np.prod(columns, axis=0)
        named = [int(slots[f"sample{i}"][step]) - 1 for i in range(3)]
        assert set(named) <= seen
        assert named[0] == max(seen, key=lambda row: (abs(terms[row]), -row))
        for i, row in enumerate(named):
            for side, column in zip(("left", "right"), columns, strict=False):
                assert slots[f"{side}{i}"][step] == column[row]
        rest = sum(term for row, term in enumerate(terms) if row not in named)
        assert slots["rest"][step] == pytest.approx(rest, abs=1e-12)
        words = sentences(found, text_in("en"))[step]
        assert "{sample0}, {sample1}, {sample2}" in words
        assert f"the other {others}" in words


def test_cells_in_a_power_of_ten_are_written_in_no_other() -> None:
    # Sure of most digits, with slopes of very different size.
    state = TwoLayerNetworkState(data="digits")
    known = setup(state, state.loss)
    run = trained_run(known, 300)
    found = pass_of(state, run)
    shown = sweeps_of(state, found)
    stage = inspector_stage(found, shown, [0], text_in("en"))
    placed = [block for layout in found.layouts for block in layout.blocks]
    cells = [mark for mark in panels_of(stage)["close_up"].marks if isinstance(mark, Cell)]
    tiny = 0
    for block, mark in zip(placed, cells, strict=True):
        if found.exponent(block.name):
            tiny += 1
            numbers = mark.numbers(shown.now)
            assert np.all((numbers == 0) | (np.abs(numbers) >= 1e-4)), block.name
    assert tiny


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", STATES)
def test_the_stage_is_packed_with_a_number_at_every_mark(name: str, language: str) -> None:
    stage = stage_of(name, language)
    assert len(stage.packed({})) < 1_200_000
    assert [panel.id for panel in stage.panels] == ["map", "close_up"]
    assert not any(
        re.search(r"[{}]", panel["alt"]) for panel in decode_message(stage.packed({}))[0]["panels"]
    )
    for panel in stage.panels:
        for mark in panel.marks:
            x = mark.x(stage.now) if callable(mark.x) else mark.x
            assert not isinstance(mark.y, tuple) or len(mark.y) == len(x)


def test_a_release_becomes_a_state() -> None:
    release = Release({"pass": 6.0, "sample": 3, "unit_followed": 8, "at": 30}, None)
    expected = replace(SMALL, step_of_pass=6, followed_sample=3, followed_unit=7)
    assert moved(SMALL, release, shown=30, last=30) == expected
    assert decode(TwoLayerNetworkState, encode(expected))[0] == expected
    earlier = Release({**release.values, "at": 12}, None)
    assert moved(SMALL, earlier, shown=30, last=30) == replace(expected, at=12)
    # Who goes back to the last step follows the training again.
    assert moved(replace(SMALL, at=12), release, shown=12, last=30) == expected
    # A network with one unit and a batch of one have no sliders.
    assert moved(SMALL, Release({"pass": 2}, None), shown=30, last=30) == replace(
        SMALL, step_of_pass=2
    )
    for wrong in ({}, {"pass": "x"}, {"pass": -1}, {"pass": 2, "sample": float("inf")}):
        assert (
            moved(TwoLayerNetworkState(), Release(wrong, None), shown=0, last=0)
            == TwoLayerNetworkState()
        )


@pytest.mark.parametrize("name", ["small", "hinge", "spiral"])
def test_the_table_has_every_entry_of_what_is_drawn(name: str) -> None:
    found, table = inspected(name), inspector_table(STATES[name], run_of(name), text_in("en"))
    rows = {(row["array"], row["row"], row["column"]): row["value"] for row in table.rows()}
    assert len(rows) == len(table.columns["value"])
    arrays = found.inspection.arrays
    last = int(found.shown[-1])
    assert last == found.sizes.samples - 1
    assert rows["dW2", 2, 1] == arrays["dW2"][1, 0]
    assert rows["b1", 1, 3] == arrays["b1"][2]
    assert rows["mask", last + 1, 4] == float(arrays["mask"][last, 3])
    assert rows["losses", last + 1, 1] == arrays["losses"][last]
    assert rows["loss", 1, 1] == arrays["loss"]
    samples = {row for array, row, _ in rows if array == "X"}
    assert samples == {int(row) + 1 for row in found.shown}
    assert len([key for key in rows if key[0] == "W1"]) == arrays["W1"].size


def test_what_is_beyond_the_network_is_its_end() -> None:
    now = sweeps("small", step_of_pass=99, followed_sample=99, followed_unit=400).now
    assert (now.step, now.followed.samples, now.followed.hidden) == (14, 7, 7)
    assert pass_of(replace(SMALL, at=500), run_of("small")).training_step == 30
