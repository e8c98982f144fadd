"""What the inspector's stage holds: every place, for every step of every handle."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from core.learning.models import Objective, TwoLayerNet
from pages.two_layer_network import TwoLayerNetworkState
from pages.two_layer_network.inspector.inspection import inspect
from pages.two_layer_network.inspector.numbers import Scene, places, sweep, timeline_sweep
from pages.two_layer_network.inspector.panels import (
    Counts,
    close_up,
    close_up_marks,
    formula,
    map_layout,
    map_marks,
    map_pictures,
)
from pages.two_layer_network.inspector.stage import (
    _handles,
    _panels,
    _readouts,
    inspector_scene,
    inspector_table,
    moved,
    sentences,
    step_names,
)
from pages.ui.kit.palette_entries import ZERO_LEVEL
from pages.ui.learning.runs import Run
from pages.ui.learning.setups import setup
from pages.ui.stage.message import pack
from pages.ui.stage.vocabulary import Release, spoken
from pages.ui.state.state import decode, encode
from pages.ui.text import LANGUAGES, text_in

SMALL = TwoLayerNetworkState(
    data="moons", batch_size=8, hidden=8, trained=30, passed=3, followed=2, unit=5
)
STATES = {
    "small": SMALL,
    "one_sample": replace(SMALL, batch_size=1, hidden=1, passed=9),
    "hinge": replace(SMALL, data="nine", loss="hinge", margin=0.5, hidden=6, passed=4, penalty="l1"),
    "squared_hinge": replace(SMALL, loss="hinge", power=2, variant="one_vs_all", passed=6),
    "squared_error": replace(SMALL, loss="squared_error", decay=0.0, passed=7, unit=0),
    "spiral": TwoLayerNetworkState(trained=10, passed=11, followed=20, unit=40),
    "digits": TwoLayerNetworkState(data="digits", trained=20, passed=3, followed=31, unit=63, at=7),
}  # fmt: skip


@cache
def run_of(name: str) -> Run:
    state = STATES[name]
    known = setup(state, state.loss)
    run = Run(known, known.training())
    for _ in run.training.advance(state.trained or 0):
        pass
    return run


def scene_at(name: str, **changes: int) -> Scene:
    return inspector_scene(replace(STATES[name], **changes), run_of(name))


def shown(scene: Scene) -> dict:
    return places(scene, timeline_sweep(scene))


@pytest.mark.parametrize("name", STATES)
def test_the_scene_is_the_gradient_of_the_mini_batch_of_the_step(name: str) -> None:
    run, state = run_of(name), STATES[name]
    scene = scene_at(name)
    steps = [record.step for record in run.training.records]
    assert state.at is None or scene.training_step <= state.at
    assert scene.training_step == max(s for s in steps if state.at is None or s <= state.at)
    number = steps.index(scene.training_step)
    record, model = run.training.records[number], run.training.model_at(number)
    train = run.setup.train
    expected = model.loss(train.points[record.batch], train.labels[record.batch])
    for array, gradient in expected.backward.items():
        assert_array_equal(scene.inspection.arrays[array], gradient)
    assert set(scene.inspection.arrays) >= set(expected.forward)


@pytest.mark.parametrize("name", STATES)
def test_a_step_of_the_timeline_is_the_scene_at_that_step(name: str) -> None:
    rows = timeline_sweep(scene_at(name))
    for step in range(scene_at(name).last + 1):
        there = scene_at(name, passed=step)
        assert there.step == step
        now = shown(there)
        for place, table in rows.items():
            assert_array_equal(table[step], now[place], err_msg=str(place))


@pytest.mark.parametrize("name", STATES)
def test_a_step_of_a_slider_is_the_scene_there(name: str) -> None:
    scene = scene_at(name)
    samples, units = np.arange(len(scene.shown)), np.arange(scene.counts.hidden)
    sliders = {
        "followed": (samples, sweep(scene, scene.following(samples, scene.now.hidden))),
        "unit": (units, sweep(scene, scene.following(scene.now.samples, units))),
    }
    for attribute, (values, rows) in sliders.items():
        for value in {0, len(values) // 2, len(values) - 1}:
            now = shown(scene_at(name, **{attribute: value}))
            for place, table in rows.items():
                assert_allclose(table[value], now[place], rtol=1e-13, err_msg=str(place))


@pytest.mark.parametrize("name", STATES)
def test_cells_hold_the_entries_of_their_arrays(name: str) -> None:
    """Against plain loops over the rows and columns that are shown."""
    scene = scene_at(name)
    now = shown(scene)

    def indices(axis: str | None) -> list[int]:
        if axis is None:
            return [0]
        count = len(scene.shown) if axis == "samples" else scene.counts.along(axis)
        most, few = {"classes": (10, 10), "samples": (9, 8)}.get(axis, (9, 6))
        size = count if count <= most else few
        first = min(int(scene.now.along(axis)) // size * size, count - size)
        kept = range(first, first + size)
        return [int(scene.shown[i]) for i in kept] if axis == "samples" else list(kept)

    for number, layout in enumerate(scene.close):
        for index, block in enumerate(layout.blocks):
            table = np.asarray(scene.inspection.arrays[block.name], dtype=float)
            table = np.atleast_2d(table).T if block.column_axis is None else np.atleast_2d(table)
            table = table.T if block.is_transposed else table
            if block.row_axis is None and block.column_axis is None:
                table = table.reshape(1, 1)
            expected = [
                table[i, j] for i in indices(block.row_axis) for j in indices(block.column_axis)
            ]
            # Tiny numbers are written in powers of ten.
            largest = np.abs(np.asarray(scene.inspection.arrays[block.name], dtype=float)).max()
            unit = 10.0 ** np.floor(np.log10(largest)) if 0 < largest < 0.02 else 1.0
            least = 0.5e-4 * unit if unit < 1 else 0.0  # in which there are four decimals
            assert_allclose(
                now[f"numbers_{number}_{index}"] * unit, expected, rtol=1e-13, atol=least
            )
            shades = now[f"shades_{number}_{index}"]
            assert np.abs(shades).max(initial=0) <= 1
            assert_array_equal(np.sign(shades), np.sign(expected))
            is_seen = ~np.isnan(now[f"x_{number}_{index}"])
            assert is_seen.all() if number == scene.step else not is_seen.any()


@pytest.mark.parametrize("name", STATES)
def test_rings_are_around_what_is_multiplied(name: str) -> None:
    """The cells in the rings of a matrix product give, summed, the cell in the last ring."""
    steps = scene_at(name).inspection.steps
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
    for number, axis in products.items():
        scene = scene_at(name, passed=number)
        now = shown(scene)
        inside = []
        for index, block in enumerate(scene.close[number].blocks):
            x, y = (now[f"ring_{axis}_{number}_{index}"] for axis in "xy")
            wide, high = block.ring_size
            cells = np.array(block.cells)
            is_in = (np.abs(cells[:, 0] - x) < wide / 2) & (np.abs(cells[:, 1] - y) < high / 2)
            unit = 10.0 ** scene.exponent(block.name)
            inside.append(now[f"numbers_{number}_{index}"][is_in] * unit)
        left, right, *bias, result = inside
        assert [len(one) for one in (*bias, result)] == [1] * (
            1 + (steps[number].phase == "forward")
        )
        count = scene.counts.along(axis)
        most, few = {"classes": (10, 10), "samples": (9, 8)}.get(axis, (9, 6))
        assert len(left) == len(right) == (count if count <= most else few)
        if count <= most:
            assert left @ right + sum(map(sum, bias)) == pytest.approx(result[0], abs=1e-12)


@pytest.mark.parametrize("name", STATES)
def test_arrays_that_are_not_yet_known_are_empty(name: str) -> None:
    scene = scene_at(name)
    rows = timeline_sweep(scene)
    known_from = scene.inspection.known_from
    for array in scene.layout.frames:
        if array == "loss":
            assert (~np.isnan(rows["map_loss"])[:, 0]).argmax() == known_from["loss"]
            continue
        film = rows[f"picture_{array}"]
        table = scene.inspection.table(array)
        is_drawn = (film != ZERO_LEVEL).any(axis=1)
        expected = np.arange(scene.last + 1) >= known_from[array]
        # An array of zeros looks like an empty one.
        assert_array_equal(is_drawn, expected & (np.abs(table).max() > 0))
    asked = ~np.isnan(rows["questions"])
    names = list(scene.layout.frames)
    for step, known in enumerate(scene.inspection.steps[1:], 1):
        wanted = set(known.outputs) & set(names)
        assert {names[i] for i in np.flatnonzero(asked[step - 1])} == wanted


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
    steps, counts = inspect(net, X, y).steps, Counts(samples, features, hidden, classes)
    layout = map_layout(steps, counts)
    frames = list(layout.frames.values())
    for i, one in enumerate(frames):
        assert one.left >= -1e-9
        assert one.right <= layout.width + 1e-9
        assert one.bottom >= 0
        for other in frames[i + 1 :]:
            apart = one.right <= other.left or other.right <= one.left
            assert apart or one.bottom >= other.top or other.bottom >= one.top
    for step in close_up(steps, counts, objective):
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
        scene = scene_at(name)
        return [formula(step, scene.objective) for step in scene.inspection.steps]

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


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", STATES)
def test_what_is_printed_gives_what_is_printed(name: str, language: str) -> None:
    t = text_in(language)
    scene = scene_at(name)
    rows, now, words = timeline_sweep(scene), shown(scene), _readouts(scene, t)
    told = sentences(scene, t)
    assert len(told) == len(step_names(scene)) == scene.last + 1
    checked = 0
    for step, sentence in enumerate(told):
        here = {**now, **{place: np.asarray(table[step]) for place, table in rows.items()}}
        text = spoken(words, here, sentence)
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
    scene, t = scene_at(name), text_in("en")
    now, arrays = timeline_sweep(scene), scene.inspection.arrays
    first = int(scene.now.samples) // 8 * 8
    first = min(first, len(scene.shown) - 8)
    seen = {int(row) for row in scene.shown[first : first + 8]}
    others = scene.counts.samples - 3
    factors = {"dW2": ("h", "dscores"), "db2": "dscores", "dW1": ("X", "da1"), "db1": "da1"}
    for step, known in enumerate(scene.inspection.steps):
        if known.outputs[0] not in factors:
            continue
        sides = factors[known.outputs[0]]
        is_sum = isinstance(sides, str)
        names = [sides] if is_sum else list(sides)
        follow = {"h": "hidden", "da1": "hidden", "dscores": "classes", "X": "features"}
        columns = [arrays[side][:, int(scene.now.along(follow[side]))] for side in names]
        terms = np.prod(columns, axis=0)
        named = [int(now[f"sample{i}"][step]) - 1 for i in range(3)]
        assert set(named) <= seen
        assert named[0] == max(seen, key=lambda row: (abs(terms[row]), -row))
        for i, row in enumerate(named):
            for side, column in zip(("left", "right"), columns, strict=False):
                assert now[f"{side}{i}"][step] == column[row]
        rest = sum(term for row, term in enumerate(terms) if row not in named)
        assert now["rest"][step] == pytest.approx(rest, abs=1e-12)
        words = sentences(scene, t)[step]
        assert "{sample0}, {sample1}, {sample2}" in words
        assert f"the other {others}" in words


def test_cells_in_a_power_of_ten_are_written_in_no_other() -> None:
    # Sure of most digits, with slopes of very different size.
    state = TwoLayerNetworkState(data="digits")
    known = setup(state, state.loss)
    run = Run(known, known.training())
    run.advance(300, seconds=60.0)
    scene = inspector_scene(state, run)
    for place, numbers in shown(scene).items():
        if not str(place).startswith("numbers_"):
            continue
        _, step, index = str(place).split("_")
        array = scene.close[int(step)].blocks[int(index)].name
        if scene.exponent(array):
            assert np.all((numbers == 0) | (np.abs(numbers) >= 1e-4)), array


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", STATES)
def test_the_stage_can_be_packed(name: str, language: str) -> None:
    """Every place that a mark, a picture or a readout needs is there, in its size."""
    t, scene = text_in(language), scene_at(name)
    timeline = timeline_sweep(scene)
    now, words = places(scene, timeline), _readouts(scene, t)
    message = pack(
        panels=_panels(scene, now, words, t),
        handles=_handles(scene, timeline, list(range(31)), t),
        readouts=words,
        marks=[
            *map_marks(scene.layout),
            *close_up_marks(scene.close, lambda note: note.text),
        ],
        pictures=map_pictures(scene.layout, scene.counts),
        now=now,
        focus=None,
        labels={},
        answers=0,
    )
    assert len(message) < 1_200_000
    for mark in close_up_marks(scene.close, lambda note: note.text):
        assert not isinstance(mark.y, tuple) or len(mark.y) == len(now[mark.x])


def test_a_release_becomes_a_state() -> None:
    release = Release({"pass": 6.0, "sample": 3, "unit_followed": 8, "at": 30}, None)
    expected = replace(SMALL, passed=6, followed=3, unit=7)
    assert moved(SMALL, release, shown=30, last=30) == expected
    assert decode(TwoLayerNetworkState, encode(expected))[0] == expected
    earlier = Release({**release.values, "at": 12}, None)
    assert moved(SMALL, earlier, shown=30, last=30) == replace(expected, at=12)
    # Who goes back to the last step follows the training again.
    assert moved(replace(SMALL, at=12), release, shown=12, last=30) == expected
    # A network with one unit and a batch of one have no sliders.
    assert moved(SMALL, Release({"pass": 2}, None), shown=30, last=30) == replace(SMALL, passed=2)
    for wrong in ({}, {"pass": "x"}, {"pass": -1}, {"pass": 2, "sample": float("inf")}):
        assert (
            moved(TwoLayerNetworkState(), Release(wrong, None), shown=0, last=0)
            == TwoLayerNetworkState()
        )


@pytest.mark.parametrize("name", ["small", "hinge", "spiral"])
def test_the_table_has_every_entry_of_what_is_drawn(name: str) -> None:
    scene, table = scene_at(name), inspector_table(STATES[name], run_of(name), text_in("en"))
    rows = {(row["array"], row["row"], row["column"]): row["value"] for row in table.rows()}
    assert len(rows) == len(table.columns["value"])
    arrays = scene.inspection.arrays
    last = int(scene.shown[-1])
    assert last == scene.counts.samples - 1
    assert rows["dW2", 2, 1] == arrays["dW2"][1, 0]
    assert rows["b1", 1, 3] == arrays["b1"][2]
    assert rows["mask", last + 1, 4] == float(arrays["mask"][last, 3])
    assert rows["losses", last + 1, 1] == arrays["losses"][last]
    assert rows["loss", 1, 1] == arrays["loss"]
    samples = {row for array, row, _ in rows if array == "X"}
    assert samples == {int(row) + 1 for row in scene.shown}
    assert len([key for key in rows if key[0] == "W1"]) == arrays["W1"].size


def test_what_is_beyond_the_network_is_its_end() -> None:
    scene = scene_at("small", passed=99, followed=99, unit=400)
    assert (scene.step, int(scene.now.samples), int(scene.now.hidden)) == (14, 7, 7)
    assert scene_at("small", at=500).training_step == 30
